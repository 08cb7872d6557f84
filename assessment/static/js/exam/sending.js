// Sends what is kept on this device and says what became of it. Retries for ever, with pauses that grow and vary, and
// at once when the network comes back; near the end of the time they stay short. Tells the server about every 20 s that this device is here, what it still
// holds and which question is open. Speaks to the page by events of the document: exam:settled, exam:clock,
// exam:reach, exam:standing (elsewhere, signed-out, late), exam:unsent.
import { fates, vary } from "../kept/fate.js";
import * as outbox from "./outbox.js";
import { attempt, exam, home } from "./page.js";

const BATCH = 100;
const PATIENCE = 10_000;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
// Around the end of the time every second counts: what arrives within the grace counts by itself.
const LAST_MINUTE = 60_000;
const LONGEST_PAUSE_THEN = 3_000;
const BEAT = 20_000;
const LOOK_ROUND = 60_000;
const ENDED = ["submitted", "expired", "voided"];

let token = exam.dataset.token || null;
let csrf = null;
let working = null;
let pause = FIRST_PAUSE;
let timer = 0;
let stayed = false;
let reachable = true;
let standing = "";
let lookedAt = Date.now();
let endsAt = Infinity;

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`exam:${name}`, { detail }));

const stand = (now) => {
  if (standing === now) return;
  standing = now;
  tell("standing", { standing });
};

const reach = (now) => {
  if (reachable === now) return;
  reachable = now;
  tell("reach", { reachable });
};

export const state = () => ({ reachable, standing });

// --- what the server says of the exam itself

const noteClock = async (told) => {
  const clock = { now: told.now, deadline: told.deadline, state: told.state, seen: Date.now() };
  const known = await outbox.noteExam(attempt, { clock, ...(told.until ? { until: told.until } : {}) });
  tell("clock", { ...clock, until: known.until });
  if (ENDED.includes(told.state)) tell("ended");
};

document.addEventListener("exam:clock", ({ detail }) => {
  endsAt = detail.deadline ? detail.seen + Date.parse(detail.deadline) - Date.parse(detail.now) : Infinity;
});

// Fetches a fresh token. Returns whether there is one; where there is none, `standing` says why.
export const renew = async () => {
  token ??= (await outbox.examOf(attempt)).token ?? null;
  let answer;
  try {
    answer = await fetch(`${home}/token`, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE), headers: { Accept: "application/json" } });
  } catch {
    reach(false);
    return false;
  }
  lookedAt = Date.now();
  if (answer.status === 409 && token && !stayed) {
    // A killed browser may have lost its cookie; whoever still holds the writer's token is the one.
    stayed = true;
    const kept = await fetch(`${home}/stay`, { method: "POST", headers: { "Teruji-Attempt": token, Accept: "application/json" } }).catch(() => null);
    if (kept?.ok) return renew();
  }
  if (answer.status >= 500) return false;
  reach(true);
  if (answer.status === 401 || answer.status === 403) stand("signed-out");
  else if (answer.status === 404) stand("somebody-else");
  else if (answer.status === 409) stand("elsewhere");
  if (!answer.ok) return false;
  const told = await answer.json();
  const fresh = told.token !== token;
  ({ token, csrf } = told);
  await outbox.noteExam(attempt, { token, person: exam.dataset.person });
  await noteClock(told);
  if (fresh || standing !== "late") stand("");
  return true;
};

// --- events

const post = (events, unsent) => fetch(exam.dataset.answersUrl, {
  method: "POST",
  credentials: "omit",
  cache: "no-store",
  keepalive: events.length < 20,
  signal: AbortSignal.timeout(PATIENCE),
  headers: { "Content-Type": "application/json", Accept: "application/json", "Teruji-Attempt": token },
  body: JSON.stringify({
    v: 1,
    events: events.map(({ client, seq, item, response, lang, elapsed }) => ({ client, seq, item, response, lang, elapsed })),
    unsent,
    ...(exam.dataset.number ? { place: Number(exam.dataset.number) } : {}),
  }),
});

const settle = async (events, reply) => {
  const { fateOf, detailOf, anyHeld } = fates(reply);
  const done = [];
  for (const event of events) {
    const where = fateOf(event);
    if (!where) continue;
    done.push(event.number);
    await outbox.settleAnswer(attempt, event, { where, at: reply.now, detail: detailOf(event) });
    tell("settled", { item: event.item });
  }
  await outbox.settleEvents(done);
  await noteClock(reply);
  // Kept aside: another device may have taken over.
  if (anyHeld && !ENDED.includes(reply.state)) await renew();
  return done.length > 0 || events.length === 0;
};

const sendFlags = async () => {
  for (const answer of await outbox.answersOf(attempt)) {
    if (!answer.flagUnsent) continue;
    const body = new URLSearchParams({ token, item: answer.item, flag: answer.flagged ? "1" : "0" });
    const reply = await fetch(exam.dataset.answersUrl, { method: "POST", credentials: "omit", signal: AbortSignal.timeout(PATIENCE), headers: { Accept: "application/json" }, body });
    if (!reply.ok) return;
    await outbox.settleFlag(attempt, answer.item, answer.flagged);
  }
};

// One round: returns whether there may be more to do at once.
const round = async () => {
  token ??= (await outbox.examOf(attempt)).token ?? null;
  if (!token && !(await renew())) return false;
  const waiting = await outbox.eventsOf(attempt);
  const events = waiting.slice(0, BATCH);
  let answer = await post(events, waiting.length - events.length);
  if (answer.status === 403) {
    const before = token;
    if (!(await renew())) return false;
    if (token === before) {
      stand("late");
      return false;
    }
    answer = await post(events, waiting.length - events.length);
  }
  if (!answer.ok) throw new Error(answer.status);
  reach(true);
  pause = FIRST_PAUSE;
  if (standing === "late") stand("");
  if (!(await settle(events, await answer.json()))) return false;
  await sendFlags();
  return waiting.length > events.length;
};

// How many answers are on this device only; one that was changed five times is one.
export const unsent = async () => new Set((await outbox.eventsOf(attempt)).map(({ item }) => item)).size;

const count = async () => tell("unsent", { count: await unsent() });

// Sends everything there is; returns whether nothing is left.
export const flush = () => {
  clearTimeout(timer);
  working ??= (async () => {
    try {
      while (await round());
    } catch {
      reach(false);
    }
    await count();
    return (await unsent()) === 0;
  })().finally(() => {
    working = null;
    plan();
  });
  return working;
};

const longestPause = () => (Math.abs(endsAt - Date.now()) < LAST_MINUTE ? LONGEST_PAUSE_THEN : LONGEST_PAUSE);

const plan = async () => {
  clearTimeout(timer);
  const quiet = (await unsent()) === 0 && reachable;
  pause = Math.min(pause, longestPause());
  timer = setTimeout(beat, vary(quiet ? BEAT : pause));
  if (!quiet) pause *= 2;
};

const beat = async () => {
  if (Date.now() - lookedAt > LOOK_ROUND && !document.hidden && standing !== "elsewhere") await renew();
  await flush();
};

// Sends soon after an answer was kept; whoever types gets one round, not one a letter.
export const soon = async () => {
  await count();
  if (working) await working;
  return flush();
};

// --- the end

// Ends the exam; everything kept is sent first. Returns "sent", "waits" (no network, or signed out) or "failed".
export const handIn = async () => {
  if (!(await flush())) return standing === "late" ? "failed" : "waits";
  if (!(await renew())) return "waits";
  try {
    const answer = await fetch(`${home}/submit`, {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE * 2),
      headers: { "X-CSRFToken": csrf, Accept: "text/html" },
    });
    if (answer.type === "opaqueredirect" || answer.ok) {
      await outbox.noteExam(attempt, { wished: false });
      return "sent";
    }
    return answer.status < 500 ? "failed" : "waits";
  } catch {
    reach(false);
    return "waits";
  }
};

addEventListener("online", () => {
  pause = FIRST_PAUSE;
  clearTimeout(timer);
  timer = setTimeout(flush, vary(500));
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) beat(); });

// Begins: what the page itself brought is noted, and everything older is sent.
export const begin = async () => {
  if (token) await outbox.noteExam(attempt, { token, person: exam.dataset.person, home, answersUrl: exam.dataset.answersUrl });
  await count();
  return flush();
};
