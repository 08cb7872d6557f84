// Signs in again in place: the session ended while the exam was open. Nothing else changes; answers go on being kept.
import { exam } from "./page.js";
import { flush, renew, state } from "./sending.js";

const dialog = document.querySelector("[data-sign-in]");
const form = dialog.querySelector("form");
const said = dialog.querySelector("[data-sign-in-said]");
let later = 0;

const proof = async () => {
  const answer = await fetch(exam.dataset.signInUrl, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("main [name=csrf_token]")?.value ?? page.querySelector("[name=csrf_token]")?.value;
};

const signOut = async () => {
  const csrf_token = await proof();
  await fetch("/signout", { method: "POST", redirect: "manual", body: new URLSearchParams({ csrf_token }) });
};

export const ask = (standing) => {
  if (dialog.open || Date.now() < later) return;
  said.textContent = standing === "somebody-else" ? said.dataset.otherText : "";
  dialog.showModal();
};

const signIn = async () => {
  const body = new URLSearchParams({ login: form.login.value, password: form.password.value, csrf_token: await proof() });
  const answer = await fetch(exam.dataset.signInUrl, { method: "POST", redirect: "manual", body });
  if (answer.type !== "opaqueredirect") {
    said.textContent = said.dataset.wrongText;
    return;
  }
  const mayWrite = await renew();
  // The right person, whose exam goes on on another device: the page says so, and nothing else is asked here.
  if (mayWrite || state().standing === "elsewhere") {
    form.reset();
    dialog.close();
    flush();
    return;
  }
  said.textContent = said.dataset.otherText;
  await signOut();
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  said.textContent = "";
  try {
    await signIn();
  } catch {
    said.textContent = said.dataset.networkText;
  }
});
dialog.querySelector("[data-sign-in-later]").addEventListener("click", () => {
  later = Date.now() + 60_000;
  dialog.close();
});
