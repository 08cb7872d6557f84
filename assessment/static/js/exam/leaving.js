// On a candidate's pages outside the exam: sends what is still on this device, seals and forgets the work of somebody
// else, and on signing out seals what could not be sent, so that the next person on this device finds only a count.
import { fates } from "../kept/fate.js";
import * as outbox from "./outbox.js";
import { saveSealed, sealAttempt, sendSealed } from "./seal.js";

const form = document.querySelector("[data-leaving]");
const note = document.querySelector("[data-sealed]");
const PATIENCE = 5_000;

const send = async ({ attempt, token, answersUrl }) => {
  const events = await outbox.eventsOf(attempt);
  if (!events.length || !token) return;
  const answer = await fetch(answersUrl ?? "/answers", {
    method: "POST",
    credentials: "omit",
    signal: AbortSignal.timeout(PATIENCE),
    headers: { "Content-Type": "application/json", Accept: "application/json", "Teruji-Attempt": token },
    body: JSON.stringify({ v: 1, events: events.slice(0, 100).map(({ client, seq, item, response, lang, elapsed }) => ({ client, seq, item, response, lang, elapsed })) }),
  });
  if (!answer.ok) return;
  const { fateOf } = fates(await answer.json());
  await outbox.settleEvents(events.filter(fateOf).map(({ number }) => number));
};

const sendAll = async () => {
  for (const exam of await outbox.exams()) await send(exam).catch(() => {});
};

const showSealed = async () => {
  if (!note) return;
  const boxes = await outbox.sealed();
  note.hidden = !boxes.length;
  const text = note.querySelector("[data-sealed-text]");
  text.textContent = boxes.length === 1 ? text.dataset.oneText : text.dataset.text.replace("{n}", boxes.length);
};

note?.querySelector("[data-save-sealed]").addEventListener("click", saveSealed);

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  await sendAll();
  for (const { attempt } of await outbox.exams()) await sealAttempt(attempt);
  form.submit();
});

if (form) {
  for (const { attempt, person } of await outbox.exams()) {
    if (person && person !== form.dataset.person) await sealAttempt(attempt);
  }
  await showSealed();
  await sendSealed(form.dataset.boxesUrl);
  await showSealed();
  await sendAll();
}
