//# allFunctionsCalledOnLoad
// The line that is always in sight: how many marks and photos are on this tablet only, why they are not sent, and the
// sealed file that saves the day.
import { saveFile } from "./file.js";
import { afterPaint, clockAhead, island } from "./page.js";
import { state } from "./sending.js";
import { spare } from "./store.js";

const place = document.querySelector("[data-outbox]");
const texts = place?.dataset ?? {};
const save = document.querySelector("[data-save-file]");
const full = document.querySelector("[data-storage-full]");
let refused = new Map();
let counts = null;
let offering = 0;

const ON_ITS_WAY = 3_000;

const some = (count, one, many) => (count === 1 ? one : many.replace("{count}", count));

// An attribute that is written anew, be it the same, is styled anew.
const hide = (part, hidden) => { if (part.hidden !== hidden) part.hidden = hidden; };

// The file is for what stays here, not for a mark that is just on its way to the server.
const offer = (some, stays) => {
  if (!save || !island?.seal_key) return;
  if (some && !stays && save.hidden) {
    offering ||= setTimeout(() => hide(save, false), ON_ITS_WAY);
    return;
  }
  clearTimeout(offering);
  offering = 0;
  hide(save, !some);
};

// Until the tablet's own store was looked into, nothing is said: the server does not know what waits here.
const say = () => {
  if (!counts) return;
  if (full) hide(full, spare() === 0);
  const { marks, photos, waits } = counts;
  const what = [marks && some(marks, texts.markText, texts.marksText), photos && some(photos, texts.photoText, texts.photosText)].filter(Boolean);
  const parts = [what.length ? texts.unsentText.replace("{what}", what.join(", ")) : texts.allText];
  const { reachable, standing, words } = state();
  if (waits) parts.push(some(waits, texts.reasonText, texts.reasonsText));
  if (marks - waits + photos > 0) {
    if (!reachable) parts.push(texts.waitingText);
    else if (standing === "signed-out" || standing === "somebody-else") parts.push(texts.blockedText);
    else if (standing === "stopped" && words) parts.push(words);
  }
  if (spare()) parts.push(texts.memoryText);
  if (refused.size) parts.push(some(refused.size, texts.refusedOneText, texts.refusedManyText));
  const line = place.querySelector("span");
  const text = parts.join(" · ");
  if (line.textContent !== text) line.textContent = text;
  place.classList.toggle("some", marks + photos + refused.size > 0);
  place.dataset.count = marks + photos;
  offer(marks + photos > 0, !reachable || Boolean(standing) || spare() > 0);
};

// That everything is on the server is no longer to be seen with the tap that ends it, and is replaced when the mark is
// drawn: to write another text lays the page out anew, and the mark would wait for it.
const sayAfterPaint = () => {
  if (place.hasAttribute("aria-busy")) return;
  place.setAttribute("aria-busy", "true");
  afterPaint(() => {
    place.removeAttribute("aria-busy");
    say();
  });
};

const wrong = document.querySelector("[data-clock-wrong]");

const sayClock = (ahead) => {
  if (!wrong) return;
  wrong.hidden = ahead === 0;
  const hours = Math.round(Math.abs(ahead) / 3_600_000);
  const minutes = Math.round(Math.abs(ahead) / 60_000);
  const line = wrong.querySelector("[data-text]");
  line.textContent = hours ? line.dataset.hoursText.replace("{count}", hours) : line.dataset.minutesText.replace("{count}", minutes);
};

if (place) {
  place.querySelector("span").textContent = "";
  document.addEventListener("sheet:unsent", ({ detail }) => {
    counts = detail;
    if (counts.marks && !place.classList.contains("some")) sayAfterPaint();
    else say();
  });
  for (const name of ["reach", "standing"]) document.addEventListener(`sheet:${name}`, say);
  document.addEventListener("sheet:settled", ({ detail: { practical, criterion, where, detail } }) => {
    if (where === "refused") refused.set(`${practical} ${criterion}`, detail);
    else refused.delete(`${practical} ${criterion}`);
    say();
  });
  document.addEventListener("sheet:clock", ({ detail: { ahead } }) => sayClock(ahead));
  sayClock(clockAhead());
  // Only what is in this page's memory alone can be lost by leaving it.
  addEventListener("beforeunload", (event) => { if (spare()) event.preventDefault(); });
  save?.addEventListener("click", saveFile);
}
