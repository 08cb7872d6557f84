// What is kept on this device, in IndexedDB: every answer as an event until the server has said what became of it,
// the last known answer to each question, what is known of each exam, and sealed boxes of other people. An event is
// deleted only after the server acknowledged, held or refused it, never by age. Where a browser has no IndexedDB,
// everything stays in this page's memory and `durable()` says so.
import { openStore } from "../kept/store.js";

const { all, drop, durable, get, put } = openStore(
  "teruji exam",
  { exams: "attempt", answers: "key", outbox: "number", sealed: "number" },
  { answers: "attempt", outbox: "attempt" },
);

export { durable };

const keyOf = (attempt, item) => `${attempt} ${item}`;

// --- exams

export const exams = () => all("exams");
export const examOf = async (attempt) => (await get("exams", attempt)) ?? { attempt };
export const noteExam = async (attempt, changes) => {
  const exam = { ...(await examOf(attempt)), ...changes };
  await put({ exams: [exam] });
  return exam;
};

// --- answers and events

export const answerOf = (attempt, item) => get("answers", keyOf(attempt, item));
export const answersOf = (attempt) => all("answers", attempt);
export const eventsOf = (attempt) => all("outbox", attempt);

// Keeps an answer and its event in one transaction.
export const keepAnswer = async (attempt, event) => {
  const known = await answerOf(attempt, event.item);
  const answer = { ...known, key: keyOf(attempt, event.item), attempt, item: event.item, response: event.response, where: "device", client: event.client, seq: event.seq, detail: "" };
  await put({ answers: [answer], outbox: [{ ...event, attempt }] });
  return answer;
};

export const noteAnswer = async (attempt, item, changes) => {
  const answer = { key: keyOf(attempt, item), attempt, item, ...(await answerOf(attempt, item)), ...changes };
  await put({ answers: [answer] });
  return answer;
};

// Takes over what the server knows; what is still on its way from here is newer and stays.
export const noteServer = async (attempt, { answers, flags }) => {
  const known = new Map((await answersOf(attempt)).map((answer) => [answer.item, answer]));
  const flagged = new Set(flags);
  const changed = [];
  for (const item of new Set([...Object.keys(answers), ...flags, ...known.keys()])) {
    const mine = known.get(item) ?? { key: keyOf(attempt, item), attempt, item };
    if (mine.where !== "device" && answers[item]) Object.assign(mine, { response: answers[item].response, at: answers[item].at, where: "server" });
    if (!mine.flagUnsent) mine.flagged = flagged.has(item);
    changed.push(mine);
  }
  await put({ answers: changed });
};

export const settleEvents = (numbersOfEvents) => drop("outbox", numbersOfEvents);

// --- sealed boxes

export const sealed = () => all("sealed");
export const keepSealed = (box) => put({ sealed: [box] });
export const dropSealed = (number) => drop("sealed", [number]);

// Forgets an attempt: what is known of it, and the pages that the worker keeps.
export const cacheName = (attempt) => `teruji exam ${attempt}`;
export const forgetPages = async (attempt) => {
  if (globalThis.caches) await caches.delete(cacheName(attempt)).catch(() => {});
};
export const forget = async (attempt) => {
  await forgetPages(attempt);
  await drop("answers", (await answersOf(attempt)).map((answer) => answer.key));
  await drop("outbox", (await eventsOf(attempt)).map((event) => event.number));
  await drop("exams", [attempt]);
};
