// Puts the list of today and the open sheet on this tablet, behind a PIN that is chosen once; locks when nobody
// touched the page for a while. Says plainly where none of it is possible.
import { spare, store } from "./store.js";
import * as vault from "./vault.js";

const LOCKS_AFTER = 600_000;
const LOOKS_EVERY = 5_000;
const NOTES_TAKE = 300;
const LIST = "/practicals";

const place = document.querySelector("[data-vault]");
const form = document.querySelector("[data-choose-pin]");

const say = (which) => {
  const line = place.querySelector("[data-offline]");
  line.dataset.offline = which;
  line.textContent = line.dataset[`${which}Text`];
};

const show = (which) => {
  for (const part of place.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== which;
};

// What this page needs without a network; returns the text of the page itself.
const keepAll = async () => {
  say("loading");
  await vault.keepLock();
  let own = null;
  for (const path of new Set([LIST, ...JSON.parse(place.dataset.keep)])) {
    const html = await vault.keep(path);
    if (path === location.pathname) own = html;
  }
  say("ready");
  return own;
};

const unsavedNotes = () => [...document.querySelectorAll("form[data-criterion]")].filter((form) => {
  const note = form.querySelector("textarea");
  return note.value !== (note.dataset.sent ?? note.defaultValue);
});

const lockNow = async () => {
  for (const form of unsavedNotes()) if (form.dataset.field) form.requestSubmit(form.querySelector("[data-keep]"));
  await new Promise((done) => { setTimeout(done, NOTES_TAKE); });
  // What is in this page only would be gone.
  if (spare() || unsavedNotes().length) return;
  await vault.lock();
  location.reload();
};

const watch = () => {
  let touched = Date.now();
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { touched = Date.now(); }, true);
  setInterval(() => { if (Date.now() - touched > LOCKS_AFTER) lockNow(); }, LOOKS_EVERY);
  document.querySelector("[data-lock]").addEventListener("click", lockNow);
};

const locked = async () => {
  show("chosen");
  watch();
};

// Keeps what this page shows, again after work; the newest text of the page, or null.
export const renew = async () => (vault.keyHere() ? keepAll().catch(() => (say("ready"), null)) : null);

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = form.querySelector("[data-pin-said]");
  const [pin, again] = [form.pin.value, form.again.value];
  said.textContent = !vault.PIN.test(pin) ? said.dataset.shapeText : pin !== again ? said.dataset.againText : "";
  if (said.textContent) return;
  form.querySelector("button").disabled = true;
  try {
    await vault.register(place.dataset.workerUrl);
    await vault.make(pin, place.dataset.person);
    form.reset();
    await keepAll();
    await locked();
  } catch {
    said.textContent = said.dataset.failedText;
    form.querySelector("button").disabled = false;
  }
});

export const begin = async ({ fresh }) => {
  if (!place) return;
  if (!vault.possible() || !(await store.durable())) {
    show("");
    say("unavailable");
    return;
  }
  navigator.storage?.persist?.().then((granted) => { if (!granted) place.dataset.persistent = "no"; }).catch(() => {});
  const known = await vault.vaultOf();
  if (known && known.person !== place.dataset.person) await vault.destroy();
  if (!known || known.person !== place.dataset.person) {
    show("choose");
    return;
  }
  if (!(await vault.join())) {
    // A page that went round the worker: ask the worker, which asks for the PIN.
    show("");
    await vault.register(place.dataset.workerUrl);
    location.reload();
    return;
  }
  await locked();
  if (fresh) await renew();
  else say("ready");
};
