// The sealed box (`accounts/sealed_box.py`): unsent answers that only the server can open. Made when somebody signs out with
// unsent work on a shared PC, and as a file for the invigilator. Boxes that wait here are sent by themselves.
import { saveAs, sealBox } from "../kept/box.js";
import * as outbox from "./outbox.js";

const INFO = "teruji sealed answers v1";

// Returns the sealed box of an attempt's unsent answers as bytes, or null where there is none or no key for it.
export const boxOf = async (attempt) => {
  const { token, key } = await outbox.examOf(attempt);
  const events = await outbox.eventsOf(attempt);
  if (!events.length || !token) return null;
  return sealBox(key, INFO, {
    v: 1,
    token,
    events: events.map(({ client, seq, item, response, lang, elapsed }) => ({ client, seq, item, response, lang, elapsed })),
  });
};

// Saves the unsent answers as a file; they stay on the device and are sent all the same.
export const saveFile = async (attempt) => {
  const box = await boxOf(attempt);
  if (box) saveAs(`teruji-${attempt.slice(0, 8)}.teruji`, box);
};

export const saveSealed = async () => {
  for (const { number, box } of await outbox.sealed()) saveAs(`teruji-${number}.teruji`, box);
};

// Seals what is unsent of an attempt and forgets the rest of it; what cannot be sealed, or finds no room, stays as it is.
export const sealAttempt = async (attempt) => {
  const events = await outbox.eventsOf(attempt);
  if (events.length) {
    const box = await boxOf(attempt);
    if (!box) return false;
    try {
      await outbox.keepSealed({ box, count: events.length });
    } catch {
      return false;
    }
  }
  await outbox.forget(attempt);
  return true;
};

// Sends the boxes that wait on this device, whoever they are of; one the server cannot read stays for a file.
export const sendSealed = async (address) => {
  for (const { number, box } of await outbox.sealed()) {
    try {
      const answer = await fetch(address, { method: "POST", credentials: "omit", headers: { "Content-Type": "application/octet-stream", Accept: "application/json" }, body: box });
      if (answer.ok) await outbox.dropSealed(number);
    } catch {
      return;
    }
  }
};
