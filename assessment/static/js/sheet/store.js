//# allFunctionsCalledOnLoad
// What a tablet keeps of practicals: marks and photos until the server has said what became of them, the last known
// mark of each criterion, and pages as the vault locked them. An event is deleted only after the server acknowledged,
// held or refused it, never by age.
//
// Where the disk takes nothing (no IndexedDB, a full tablet) an event stays in this page's memory, `spare()` counts
// them, and the page says so.
import { openStore } from "../kept/store.js";

export const store = openStore(
  "teruji sheet",
  { practicals: "practical", marks: "key", outbox: "number", photos: "id", pages: "path", vault: "name" },
  { marks: "practical", outbox: "practical", photos: "practical" },
);

const memory = { outbox: new Map(), photos: new Map() };
let spares = 0;
const idOf = ({ client, seq }) => `${client} ${seq}`;
export const spare = () => memory.outbox.size + memory.photos.size;

const random = () => Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36)).join("");
// Each page has a client name of its own and counts from 1, so that no key comes twice.
export const client = `tab.${random()}`;
let seq = 0;
export const nextKey = () => ({ client, seq: (seq += 1) });

export const deviceName = async () => {
  const known = await store.get("vault", "device");
  if (known) return known.id;
  const made = { name: "device", id: `device.${random()}` };
  await store.put({ vault: [made] }).catch(() => {});
  return made.id;
};

// --- practicals

export const practicals = () => store.all("practicals");
export const practicalOf = async (practical) => (await store.get("practicals", practical)) ?? { practical };
export const notePractical = async (practical, changes) => {
  await store.change("practicals", [practical], (known) => ({ practicals: [{ practical, ...known, ...changes }] })).catch(() => {});
};

// --- marks

const onDisk = async () => {
  if (!(await store.durable())) throw new Error("no storage");
};

const markKey = (practical, criterion) => `${practical} ${criterion}`;

export const marksOf = (practical) => store.all("marks", practical);

// Notes of a mark what `work(mark)` returns, nothing where that is null.
const noteMark = (practical, criterion, work) => store.change("marks", [markKey(practical, criterion)], (known) => {
  const changes = work(known);
  return changes ? { marks: [{ key: markKey(practical, criterion), practical, criterion, ...known, ...changes }] } : {};
}).catch(() => {});

// Notes what the server said of an event. Returns whether its mark is still the newest of its criterion. An event that
// found no place on the disk is newer than what lies there of another page.
export const settleMark = async (practical, event, said) => {
  const { client, seq, criterion, mark, note, observed_at, tool } = event;
  const later = (each) => each.client === client && each.seq > seq;
  const spared = [...memory.outbox.values()].filter((each) => each.practical === practical && each.criterion === criterion);
  let newest = true;
  await noteMark(practical, criterion, (known) => {
    newest = !spared.some(later) && (!known || (known.client === client ? !later(known) : memory.outbox.has(idOf(event))));
    return newest ? { client, seq, mark, note, observed_at, tool, ...said } : null;
  });
  return newest;
};

// Takes over a mark that the server has; one that is still on its way from here is newer and stays. Returns whether
// it was taken.
export const noteServerMark = async (practical, criterion, mark) => {
  let taken = true;
  await noteMark(practical, criterion, (known) => {
    taken = known?.where !== "device";
    return taken ? { ...mark, where: "server" } : null;
  });
  return taken;
};

// Events in the order in which they were made; those in memory only are among them.
export const eventsOf = async (practical) =>
  [...(await store.all("outbox", practical)), ...[...memory.outbox.values()].filter((event) => !practical || event.practical === practical)]
    .sort((a, b) => (a.client === b.client ? a.seq - b.seq : a.kept - b.kept));

// Keeps a mark and its event in one transaction. Returns whether it is on the disk.
export const keepMark = async (practical, event) => {
  const { criterion, mark, note, observed_at, tool } = event;
  const kept = { ...event, practical, kept: Date.now() };
  try {
    await onDisk();
    const known = { key: markKey(practical, criterion), practical, criterion, mark, note, observed_at, tool, where: "device", client: event.client, seq: event.seq };
    await store.put({ marks: [known], outbox: [kept] });
    return true;
  } catch {
    spares -= 1;
    memory.outbox.set(idOf(event), { ...kept, number: spares });
    return false;
  }
};

// Changes an event that has not been sent: the reason for it was given.
export const changeEvent = async (event, changes) => {
  if (memory.outbox.has(idOf(event))) {
    memory.outbox.set(idOf(event), { ...memory.outbox.get(idOf(event)), ...changes });
    return;
  }
  const found = (await store.all("outbox", event.practical)).find((each) => idOf(each) === idOf(event));
  if (found) await store.change("outbox", [found.number], (known) => (known ? { outbox: [{ ...known, ...changes }] } : {}));
};

export const settleEvents = async (events) => {
  for (const event of events) memory.outbox.delete(idOf(event));
  await store.drop("outbox", events.map(({ number }) => number).filter((number) => number > 0));
};

// --- photos

export const photosOf = async (practical) =>
  [...(await store.all("photos", practical)), ...[...memory.photos.values()].filter((photo) => !practical || photo.practical === practical)];

// Keeps a photo; returns whether it is on the disk.
export const keepPhoto = async (photo) => {
  try {
    await onDisk();
    await store.put({ photos: [photo] });
    memory.photos.delete(photo.id);
    return true;
  } catch {
    memory.photos.set(photo.id, photo);
    return false;
  }
};

// --- the end

// Forgets a practical, except what the server has not got; returns whether nothing is left of it.
export const forget = async (practical) => {
  await store.drop("marks", (await marksOf(practical)).map(({ key }) => key));
  await store.drop("photos", (await photosOf(practical)).filter(({ bytes, refused }) => !bytes || refused).map(({ id }) => id));
  await store.drop("pages", (await store.all("pages")).map(({ path }) => path).filter((path) => path.startsWith(`/practicals/${practical}/`)));
  if ((await eventsOf(practical)).length || (await photosOf(practical)).length) return false;
  await store.drop("practicals", [practical]);
  return true;
};
