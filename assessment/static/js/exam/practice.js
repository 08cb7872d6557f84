// The practice round in a browser: answers stay in this tab's memory of the device for going back, and nowhere else.
import "./comfort.js";
import { readResponse, writeResponse } from "./fields.js";

const form = document.querySelector("[data-practice]");
const said = document.querySelector("[data-practice-said]");
const store = `teruji practice ${form.dataset.practice}`;
const root = form.querySelector("[data-asked]");

const load = () => {
  try {
    return JSON.parse(sessionStorage.getItem(store));
  } catch {
    return null;
  }
};

const kept = load();
if (kept) writeResponse(root, kept);
let last = JSON.stringify(readResponse(root));

form.addEventListener("change", () => {
  const response = readResponse(root);
  const written = JSON.stringify(response);
  if (written === last) return;
  last = written;
  try {
    sessionStorage.setItem(store, written);
  } catch { /* it is only practice */ }
  const answered = Object.values(response).some((value) => value !== null);
  said.textContent = answered ? form.dataset.doneText : "";
});

// A file is practised with, too; it goes nowhere.
form.addEventListener("exam:file", (event) => {
  event.preventDefault();
  event.detail.resolve();
});

// Going on needs no more than the number of the page: nothing that was entered belongs into an address.
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const query = new URLSearchParams({ next: event.submitter?.value ?? Number(form.dataset.practice) + 1 });
  const exam = form.elements.exam?.value;
  if (exam) query.set("exam", exam);
  location.assign(`${form.action}?${query}`);
});

document.querySelector("[data-practice-flag]").addEventListener("click", ({ currentTarget: button }) => {
  button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
});
