// The sealed box (`accounts/sealed_box.py`): unsent answers that only the server can open. Made when somebody signs out with
// unsent work on a shared PC, and as a file for the invigilator. Boxes that wait here are sent by themselves.
import * as outbox from "./outbox.js";

const MAGIC = new TextEncoder().encode("TERUJI1\n");
const INFO = new TextEncoder().encode("teruji sealed answers v1");
const CURVE = { name: "ECDH", namedCurve: "P-256" };

const join = (...parts) => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
};

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

// Returns the sealed box of an attempt's unsent answers as bytes, or null where there is none or no key for it.
export const boxOf = async (attempt) => {
  const { token, key } = await outbox.examOf(attempt);
  const events = await outbox.eventsOf(attempt);
  if (!events.length || !token || !key || !globalThis.crypto?.subtle) return null;
  const { subtle } = crypto;
  const server = bytes(key);
  const own = await subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = new Uint8Array(await subtle.exportKey("raw", own.publicKey));
  const theirs = await subtle.importKey("raw", server, CURVE, false, []);
  const shared = await subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);
  const base = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const cipher = await subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: join(INFO, point, server) },
    base, { name: "AES-GCM", length: 256 }, false, ["encrypt"],
  );
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const inside = new TextEncoder().encode(JSON.stringify({
    v: 1,
    token,
    events: events.map(({ client, seq, item, response, lang, elapsed }) => ({ client, seq, item, response, lang, elapsed })),
  }));
  const content = new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: MAGIC }, cipher, inside));
  return join(MAGIC, point, nonce, content);
};

const download = (name, box) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([box], { type: "application/octet-stream" }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};

// Saves the unsent answers as a file; they stay on the device and are sent all the same.
export const saveFile = async (attempt) => {
  const box = await boxOf(attempt);
  if (box) download(`teruji-${attempt.slice(0, 8)}.teruji`, box);
};

export const saveSealed = async () => {
  for (const { number, box } of await outbox.sealed()) download(`teruji-${number}.teruji`, box);
};

// Seals what is unsent of an attempt and forgets the rest of it; what cannot be sealed stays as it is.
export const sealAttempt = async (attempt) => {
  const events = await outbox.eventsOf(attempt);
  if (events.length) {
    const box = await boxOf(attempt);
    if (!box) return false;
    await outbox.keepSealed({ box, count: events.length });
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
