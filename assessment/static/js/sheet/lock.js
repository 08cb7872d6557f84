// The page that asks for the PIN. Stands in place of any page of the workshop while the vault is closed, and says as
// well that a page is not on this tablet. What is unsent is counted and sent from here too.
import { eventsOf, photosOf, practicals } from "./store.js";
import * as sending from "./sending.js";
import * as vault from "./vault.js";

const page = document.querySelector("[data-lock-page]");
const form = page.querySelector("form");
const said = page.querySelector("[data-said]");
const field = form.pin;

const show = (which) => { for (const part of page.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== which; };

const say = ({ wait, left }) => {
  said.textContent = wait ? said.dataset.waitText.replace("{seconds}", Math.ceil(wait / 1000)) : said.dataset.wrongText.replace("{count}", left);
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!vault.PIN.test(field.value)) {
    said.textContent = said.dataset.shapeText;
    return;
  }
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  said.textContent = said.dataset.openingText;
  const became = await vault.open(field.value);
  field.value = "";
  button.disabled = false;
  if (became.opened) location.reload();
  else if (became.gone) show("gone");
  else {
    say(became);
    field.focus();
  }
});

for (const button of form.querySelectorAll("[data-digit]")) {
  button.addEventListener("click", () => {
    field.value = button.dataset.digit === "back" ? field.value.slice(0, -1) : (field.value + button.dataset.digit).slice(0, 6);
    if (field.value.length === 6) form.requestSubmit();
  });
}

// Without the PIN only the pages are lost: they come again with a sign-in. The session ends with it.
page.querySelector("[data-forgot]").addEventListener("click", async () => {
  try {
    const answer = await fetch(page.dataset.signInUrl, { cache: "no-store" });
    const known = new DOMParser().parseFromString(await answer.text(), "text/html");
    const csrf_token = known.querySelector("[name=csrf_token]")?.value ?? "";
    await fetch(page.dataset.signOutUrl, { method: "POST", redirect: "manual", body: new URLSearchParams({ csrf_token }) });
  } catch {
    said.textContent = said.dataset.networkText;
    return;
  }
  await vault.destroy();
  location.assign(page.dataset.signInUrl);
});

const known = await vault.vaultOf();
if (!known) show("gone");
else if (await vault.join()) show("absent");
else {
  show("locked");
  field.focus();
}

const count = async () => {
  const marks = (await eventsOf()).length;
  const photos = (await photosOf()).filter(({ bytes }) => bytes).length;
  const line = document.querySelector("[data-unsent]");
  line.hidden = marks + photos === 0;
  line.textContent = line.dataset.text.replace("{marks}", marks).replace("{photos}", photos);
};
await count();
document.addEventListener("sheet:unsent", count);
if ((await practicals()).length) await sending.begin({ who: known?.person ?? "" });
