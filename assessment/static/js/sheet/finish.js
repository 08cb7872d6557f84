// The end of the sheet waits for the outbox: nobody submits while marks are still on this tablet. When the last one
// has arrived, the page is asked for again, because it was made without it. Once the sheet is submitted and the
// server has everything, nothing of it stays on this tablet; after the last one, nothing at all.
import "./unsent.js";
import { island } from "./page.js";
import * as sending from "./sending.js";
import { forget, practicals } from "./store.js";
import { destroy, possible } from "./vault.js";

const place = document.querySelector("[data-outbox]");
const { practical, csrf, person } = place.dataset;
let had = 0;

document.addEventListener("sheet:unsent", ({ detail: { marks, photos } }) => {
  const count = marks + photos;
  for (const button of document.querySelectorAll("[data-when-sent]")) button.disabled = count > 0;
  if (had && !count) location.reload();
  had = count;
});

await sending.begin({ practical, csrf, who: person });
if (document.querySelector("[data-receipt]") && (await forget(practical))) {
  document.querySelector("[data-forgotten]").hidden = false;
  if (possible() && !(await practicals()).length) await destroy();
}
