// What is kept on this device, in IndexedDB: every answer as an event until the server has said what became of it,
// the last known answer to each question, what is known of each exam, and sealed boxes of other people. An event is
// deleted only after the server acknowledged, held or refused it, never by age. Where a browser has no IndexedDB, or
// its disk is full, an answer stays in this page's memory until the server has it, and `durable()` says so.
import { sparing } from "../kept/sparing.js";
import { openStore } from "../kept/store.js";

const STORES = { exams: "attempt", answers: "key", outbox: "number", sealed: "number" };
const INDEXED = { answers: "attempt", outbox: "attempt" };
const disk = openStore("teruji exam", STORES, INDEXED);
const store = sparing(disk, STORES, INDEXED);
const { all, change, drop, get } = store;

// Whether anything unsent is lost with this page, though the browser has a disk.
export const spared = () => store.spared("outbox").length > 0 || store.spared("answers").some(({ flagUnsent }) => flagUnsent);
export const durable = async () => (await store.durable()) && !spared();
// Whether an answer outlives this page by itself.
export const lasts = async ({ key }) => (await store.durable()) && !store.spared("answers").some((answer) => answer.key === key);

const keyOf = (attempt, item) => `${attempt} ${item}`;

// --- exams

export const exams = () => all("exams");
export const examOf = async (attempt) => (await get("exams", attempt)) ?? { attempt };
export const noteExam = async (attempt, changes) => {
  const { exams: [exam] } = await change("exams", [attempt], (known) => ({ exams: [{ attempt, ...known, ...changes }] }));
  return exam;
};

// --- answers and events

export const answerOf = (attempt, item) => get("answers", keyOf(attempt, item));
export const answersOf = (attempt) => all("answers", attempt);

// In the order in which they were made: those for which the disk had no room are of this page, which is the newest.
export const eventsOf = async (attempt) => {
  const events = await all("outbox", attempt);
  const spare = events.find(({ number }) => number < 0);
  const own = ({ client }) => client === spare?.client;
  return [...events.filter((event) => !own(event)), ...events.filter(own).sort((a, b) => a.seq - b.seq)];
};

// Changes what is known of an answer: `work(answer)` returns what changes, or null where nothing does.
const changeAnswer = (attempt, item, work, event = null) => change(
  "answers",
  [keyOf(attempt, item)],
  (known) => {
    const answer = { key: keyOf(attempt, item), attempt, item, ...known };
    const changes = work(answer);
    return { ...(changes ? { answers: [{ ...answer, ...changes }] } : {}), ...(event ? { outbox: [event] } : {}) };
  },
  event ? ["outbox"] : [],
);

// Keeps an answer and its event in one transaction.
export const keepAnswer = (attempt, event) => {
  const { client, seq, item, response } = event;
  return changeAnswer(attempt, item, () => ({ response, where: "device", client, seq, detail: "" }), { ...event, attempt });
};

// Notes what the server said of an event; an answer that was given since is not meant.
export const settleAnswer = (attempt, { client, seq, item }, said) =>
  changeAnswer(attempt, item, (answer) => (answer.client === client && answer.seq === seq ? said : null));

export const keepFlag = (attempt, item, flagged) => changeAnswer(attempt, item, () => ({ flagged, flagUnsent: true }));
export const settleFlag = (attempt, item, flagged) =>
  changeAnswer(attempt, item, (answer) => (answer.flagged === flagged ? { flagUnsent: false } : null));

// Takes over what the server knows; what is still on its way from here is newer and stays.
export const noteServer = async (attempt, { answers, flags }) => {
  const flagged = new Set(flags);
  const items = [...new Set([...Object.keys(answers), ...flags, ...(await answersOf(attempt)).map(({ item }) => item)])];
  await change("answers", items.map((item) => keyOf(attempt, item)), (...known) => ({
    answers: items.map((item, place) => {
      const mine = known[place] ?? { key: keyOf(attempt, item), attempt, item };
      if (mine.where !== "device" && answers[item]) Object.assign(mine, { response: answers[item].response, at: answers[item].at, where: "server" });
      if (!mine.flagUnsent) mine.flagged = flagged.has(item);
      return mine;
    }),
  }));
};

export const settleEvents = (numbersOfEvents) => drop("outbox", numbersOfEvents);

// --- sealed boxes

export const sealed = () => all("sealed");
// On the disk or not at all, because what is sealed is forgotten and the page is left.
export const keepSealed = (box) => disk.put({ sealed: [box] });
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
