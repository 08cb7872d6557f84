// The question's page: every answer is kept on this device at once and then sent; the page says in words where it is.
import { early, takeOver } from "./answers.js";
import "./comfort.js";
import { readResponse, writeResponse } from "./fields.js";
import * as outbox from "./outbox.js";
import { attempt, closed, exam as form, home, time } from "./page.js";
import { paintNavigator } from "./navigator.js";
import { begin, go } from "./running.js";
import { flush, soon, state } from "./sending.js";

const said = document.querySelector("[data-saved]");
const { item, number, last } = form.dataset;
const frame = "frame" in form.dataset;
const client = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const TYPING = 900;

let seq = 0;
let written = "";
let typing = 0;

// --- what the page says

let told = said.querySelector("[data-when]:not([hidden])")?.dataset.when;

const only = (when) => { for (const line of said.querySelectorAll("[data-when]")) line.hidden = line.dataset.when !== when; };

const show = (when, text) => {
  told = when;
  only(when);
  if (text) said.querySelector(`[data-when="${when}"] .saved > span`).textContent = text;
};

const unsentText = said.querySelector('[data-when="unsent"] .saved > span').textContent;

const showAnswer = async (answer) => {
  const lasts = !answer || (await outbox.lasts(answer));
  if (changing()) return;
  if (!answer?.where) only(told);
  else if (answer.where === "server") show("server", said.dataset.serverText.replace("{time}", time(answer.at)));
  else if (answer.where === "held") show("refused", said.dataset.heldText);
  else if (answer.where === "refused") show("refused", answer.detail || said.dataset.refusedText);
  else if (!lasts) show("unsent", said.dataset.stayText);
  else if (state().reachable) show("device");
  else show("unsent", unsentText);
};

const repaint = async () => {
  await showAnswer(await outbox.answerOf(attempt, item));
  await paintNavigator();
};

// --- keeping

// What was changed and is not kept yet is nowhere: until it is, no line says that the answer is saved.
let unkept = 0;
const changing = () => unkept > 0 || typing > 0;

const keep = async () => {
  const response = readResponse(form);
  const text = JSON.stringify(response);
  if (text === written || closed()) return;
  written = text;
  seq += 1;
  await outbox.keepAnswer(attempt, { client, seq, item, response, lang: form.dataset.lang, elapsed: Math.round(performance.now()) });
  // A full device makes room: without the form that it keeps, the next pages come from the server.
  if (outbox.spared()) await outbox.forgetPages(attempt);
  soon();
};

const kept = () => {
  unkept -= 1;
  return repaint();
};

let keeping = Promise.resolve();
const record = () => {
  clearTimeout(typing);
  typing = 0;
  unkept += 1;
  only("");
  keeping = keeping.then(keep, keep);
  keeping.then(kept, kept);
  return keeping;
};

const onInput = (event) => {
  if (event.target.type === "radio" || event.target.type === "checkbox") return;
  clearTimeout(typing);
  typing = setTimeout(record, TYPING);
  only("");
};

const flagButton = document.querySelector("[data-flag]");
const showFlag = (flagged) => {
  flagButton.value = flagged ? "0" : "1";
  flagButton.setAttribute("aria-pressed", String(flagged));
};

const flag = async () => {
  const flagged = flagButton.value === "1";
  showFlag(flagged);
  await outbox.keepFlag(attempt, item, flagged);
  await paintNavigator();
  soon();
};

// --- going on

const onSubmit = async (submitter) => {
  if (submitter?.name === "flag") {
    flag();
    return;
  }
  await record();
  // Kept in this page's memory only: it must not be left before the server has it.
  if (!(await outbox.durable()) && !(await flush())) {
    show("unsent", said.dataset.stayText);
    return;
  }
  go(`${home}/${submitter?.value ?? (number === last ? "review" : Number(number) + 1)}`);
};

document.addEventListener("exam:settled", ({ detail }) => { if (detail.item === item) repaint(); });
document.addEventListener("exam:reach", repaint);

// This tab writes from now on: what another one answered meanwhile stands here too.
document.addEventListener("exam:mine", async () => {
  const answer = await outbox.answerOf(attempt, item);
  if (answer?.response && JSON.stringify(answer.response) !== written && answer.client !== client && (frame || answer.where === "device")) {
    writeResponse(form, answer.response);
    written = JSON.stringify(readResponse(form));
  }
  await repaint();
});

// --- beginning

const finishFrame = () => {
  document.querySelector("[data-back]").disabled = number === "1";
  if (number === last) document.querySelector("[data-onward]").textContent = document.querySelector("[data-onward]").dataset.endText;
  for (const place of document.querySelectorAll(".navigator button")) {
    if (place.value === number) place.setAttribute("aria-current", "page");
  }
  const wished = new URLSearchParams(location.search).get("lang");
  if (wished) document.cookie = `lang=${wished}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
};

// In one step: whatever the person does is noted by the first module or heard here, and never both.
const listen = () => {
  takeOver();
  form.addEventListener("change", record);
  form.addEventListener("input", onInput);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onSubmit(event.submitter);
  });
};

const known = await outbox.answerOf(attempt, item);
listen();
if (early.changed) record();
else {
  if (known?.response && (frame || known.where === "device")) writeResponse(form, known.response);
  written = JSON.stringify(readResponse(form));
}
if (frame || known?.flagUnsent) showFlag(Boolean(known?.flagged));
if (frame) finishFrame();
if (frame || (known && known.where !== "server")) await showAnswer(known);
await paintNavigator();
if (early.submitter) onSubmit(early.submitter);
await begin();
