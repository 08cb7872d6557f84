//# allFunctionsCalledOnLoad
// Sends the marks and photos of this tablet and says what became of them. Retries for ever, with pauses that grow and
// vary, and at once when the network comes back. Everything of whoever is signed in goes, the open sheet first.
// Speaks to the page by events of the document: sheet:settled, sheet:photo, sheet:unsent, sheet:reach, sheet:standing,
// sheet:clock.
import { fates, vary } from "../kept/fate.js";
import { noteNow, tell } from "./page.js";
import * as kept from "./store.js";

const BATCH = 100;
const PIECE = 256 * 1024;
const PATIENCE = 20_000;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
const TRIES_OF_A_PHOTO = 3;

let proof = "";
let first = "";
let person = "";
let working = null;
let pause = FIRST_PAUSE;
let timer = 0;
let reachable = true;
let standing = "";
let words = "";

export const state = () => ({ reachable, standing, words });

const reach = (now) => {
  if (reachable !== now) tell("reach", { reachable: (reachable = now) });
};
const stand = (now, said = "") => {
  words = said;
  if (standing !== now) tell("standing", { standing: (standing = now) });
};

// The server answered, but took nothing: everything stays here, and trying at once would not help.
class Stopped extends Error {}

const ask = async (address, options) => {
  const answer = await fetch(address, {
    cache: "no-store",
    ...options,
    signal: AbortSignal.timeout(PATIENCE),
    headers: { Accept: "application/json", "X-CSRFToken": proof, ...options.headers },
  });
  if (answer.status >= 500) throw new Error(answer.status);
  reach(true);
  return answer;
};

// Asks for a fresh proof against forgery. Returns whether the server knows this person; `standing` says why not.
export const renew = async (practical = first) => {
  const { urls } = await kept.practicalOf(practical);
  if (!urls) return false;
  const answer = await ask(urls.renew, {}).catch(() => null);
  if (!answer) {
    reach(false);
    return false;
  }
  if (!answer.ok) {
    stand(answer.status === 401 ? "signed-out" : "somebody-else");
    return false;
  }
  const told = await answer.json();
  proof = told.csrf;
  await kept.notePractical(practical, { seal: { key: told.seal_key, token: told.token } });
  noteNow(told.now);
  stand("");
  return true;
};

// Sends with a proof; a stale one is renewed once.
const send = async (practical, address, options) => {
  if (!proof && !(await renew(practical))) throw new Stopped();
  let answer = await ask(address, options);
  if (answer.status === 400 && (await renew(practical))) answer = await ask(address, options);
  if (answer.status === 401) {
    stand("signed-out");
    throw new Stopped();
  }
  return answer;
};

const said = async (answer) => (await answer.json().catch(() => ({}))).detail ?? "";

// --- marks

export const wire = ({ client, seq, criterion, mark, note, observed_at, reason, tool }) =>
  ({ client, seq, criterion, mark, note, observed_at, ...(reason ? { reason } : {}), ...(tool ? { tool } : {}) });

const settle = async (practical, events, reply) => {
  const { fateOf, detailOf } = fates(reply);
  const done = [];
  for (const event of events) {
    const where = fateOf(event);
    if (!where) continue;
    done.push(event);
    const newest = await kept.settleMark(practical, event, { where, at: reply.now, detail: detailOf(event) });
    tell("settled", { practical, criterion: event.criterion, newest, where, time: reply.now, detail: detailOf(event) });
  }
  await kept.settleEvents(done);
  return done.length;
};

// A mark that waits for its reason is not sent before it is given.
const ready = async (practical) => (await kept.eventsOf(practical)).filter(({ waits }) => !waits);

const sendMarks = async (practical, urls) => {
  for (;;) {
    const waiting = await ready(practical);
    const events = waiting.slice(0, BATCH);
    if (!events.length) return;
    const photos = (await kept.photosOf(practical)).filter(({ bytes }) => bytes).length;
    const answer = await send(practical, urls.observations, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ v: 1, device: await kept.deviceName(), events: events.map(wire), unsent: waiting.length - events.length, unsent_photos: photos }),
    });
    if (!answer.ok) {
      stand("stopped", await said(answer));
      throw new Stopped();
    }
    const reply = await answer.json();
    noteNow(reply.now);
    if (reply.state) await kept.notePractical(practical, { state: reply.state });
    if (!(await settle(practical, events, reply))) throw new Stopped();
  }
};

// --- photos, in pieces; what a piece answers says where to go on

const refusePhoto = async (photo, detail) => {
  await kept.keepPhoto({ ...photo, refused: detail || "refused" });
  tell("photo", { practical: photo.practical, photo: { ...photo, refused: detail || "refused" } });
};

const sendPhoto = async (practical, urls, photo) => {
  const { client, seq, criterion, kind, sha256, size, taken_at } = photo;
  const begun = await send(practical, urls.photos, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ v: 1, client, seq, criterion, kind, sha256, size, taken_at }),
  });
  if (begun.status === 422 || begun.status === 413) return refusePhoto(photo, await said(begun));
  if (!begun.ok) {
    stand("stopped", await said(begun));
    throw new Stopped();
  }
  let { offset, complete, refused, detail } = await begun.json();
  let failed = 0;
  while (!complete && !refused) {
    tell("photo", { practical, photo: { ...photo, offset } });
    const answer = await send(practical, `${urls.photos}/${sha256}`, {
      method: "PATCH",
      headers: { "Content-Type": "application/octet-stream", "Upload-Offset": String(offset) },
      body: photo.bytes.slice(offset, offset + PIECE),
    });
    const reply = await answer.json().catch(() => ({}));
    if (answer.status === 422) {
      // What arrived is not what was announced: again from the start, a few times.
      failed += 1;
      if (reply.reason !== "digest" || failed >= TRIES_OF_A_PHOTO) return refusePhoto(photo, reply.detail);
      offset = 0;
      continue;
    }
    if (!answer.ok && answer.status !== 409) {
      stand("stopped", reply.detail);
      throw new Stopped();
    }
    ({ offset, complete, refused, detail } = reply);
  }
  if (refused) return refusePhoto(photo, detail);
  // On the server: the picture itself leaves the tablet.
  const done = { ...photo, bytes: null, where: "server" };
  await kept.keepPhoto(done);
  return tell("photo", { practical, photo: done });
};

// --- everything

// How much is on this tablet only, of one practical or of all.
export const unsent = async (practical) => {
  const events = await kept.eventsOf(practical);
  return {
    marks: events.length,
    photos: (await kept.photosOf(practical)).filter(({ bytes, refused }) => bytes && !refused).length,
    waits: events.filter(({ waits }) => waits).length,
  };
};

let keeping = 0;
let turn = 0;
let counted = { marks: 0, photos: 0, waits: 0 };
const say = () => tell("unsent", { ...counted, marks: counted.marks + keeping });

const count = async () => {
  const mine = (turn += 1);
  const found = await unsent();
  if (mine === turn) counted = found;
  say();
};

// A tap counts as unsent from the moment it is tapped, before it has reached the disk.
export const keepingOne = async (work) => {
  keeping += 1;
  say();
  try {
    return await work();
  } finally {
    counted = await unsent();
    turn += 1;
    keeping -= 1;
    say();
  }
};

const round = async () => {
  const mine = (await kept.practicals()).filter((each) => each.urls && (!person || each.person === person));
  mine.sort((a, b) => (b.practical === first) - (a.practical === first));
  for (const { practical, urls } of mine) {
    await sendMarks(practical, urls);
    for (const photo of await kept.photosOf(practical)) if (photo.bytes && !photo.refused) await sendPhoto(practical, urls, photo);
  }
};

// Sends everything there is; returns whether nothing is left that could be sent.
export const flush = () => {
  clearTimeout(timer);
  working ??= (async () => {
    try {
      await round();
      pause = FIRST_PAUSE;
      stand("");
    } catch (error) {
      if (!(error instanceof Stopped)) reach(false);
    }
    await count();
    const { marks, photos, waits } = await unsent();
    const left = marks - waits + photos;
    if (left) {
      timer = setTimeout(flush, vary(pause));
      pause = Math.min(LONGEST_PAUSE, pause * 2);
    }
    return left === 0;
  })().finally(() => { working = null; });
  return working;
};

// Sends soon after something was kept: one round for whoever taps quickly, not one a tap.
export const soon = async () => {
  await count();
  if (working) await working;
  return flush();
};

addEventListener("online", () => {
  pause = FIRST_PAUSE;
  clearTimeout(timer);
  timer = setTimeout(flush, vary(500));
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });

// Begins: `practical` is the open sheet, if one is; `csrf` the proof that a fresh page brought.
export const begin = async ({ practical = "", csrf = "", who = "" }) => {
  [first, proof, person] = [practical, csrf, who];
  await count();
  return flush();
};
