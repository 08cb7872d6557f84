// The end of the sheet asks the server, which needs a network and everything that is on this tablet. What is missing
// is said here at once: criteria without a mark, changes without a reason, photos, and what is not sent.
import { find, island } from "./page.js";
import { flush, state } from "./sending.js";
import { allKept, missing as missingPhotos } from "./photos.js";
import * as kept from "./store.js";

const dialog = document.querySelector("[data-finishing]");
const link = document.querySelector("[data-finish]");
const list = dialog.querySelector("ul");

const title = (criterion) => find(criterion)?.querySelector(".asked").textContent ?? criterion;

const line = (criterion, words = "") => {
  const made = document.createElement("li");
  const way = document.createElement("a");
  way.href = `#${criterion}`;
  way.textContent = [title(criterion), words].filter(Boolean).join(" · ");
  way.addEventListener("click", () => dialog.close());
  made.append(way);
  return made;
};

const open = async () => {
  const events = await kept.eventsOf(island.practical);
  const photos = (await kept.photosOf(island.practical)).filter(({ bytes, refused }) => bytes && !refused);
  const lines = [...document.querySelectorAll("form[data-criterion]")].filter((form) => !form.dataset.field).map((form) => line(form.dataset.criterion));
  for (const { criterion } of events.filter(({ waits }) => waits)) lines.push(line(criterion, dialog.dataset.reasonText));
  const marks = lines.length;
  for (const [criterion, kind] of missingPhotos()) lines.push(line(criterion, find(criterion).querySelector(`[data-take="${kind}"]`).textContent.trim()));
  list.replaceChildren(...lines);
  const unsent = events.length + photos.length > 0;
  const network = !state().reachable;
  // Photos are asked for, and the server says whether it goes without them.
  const onward = !unsent && !network && marks === 0;
  for (const [name, shown] of Object.entries({ missing: lines.length > 0, unsent, network, onward }))
    dialog.querySelector(`[data-if="${name}"]`).hidden = !shown;
  if (!lines.length && onward) return false;
  dialog.showModal();
  return true;
};

export const begin = () => {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    await allKept();
    await flush();
    if (!(await open())) location.assign(link.href);
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
};
