// Checks the signed code behind "#" on this device: it is never sent anywhere. Format: docs/qr-payload.md.
const block = document.querySelector("[data-code-facts]");

const need = (fits) => { if (!fits) throw new Error("not a code of ours"); };

// Deterministic CBOR (RFC 8949, 4.2.1) of whole numbers, bytes, texts, lists and maps with whole numbers as keys.
function decode(bytes) {
  let at = 0;
  const take = (count) => { need(at + count <= bytes.length); return bytes.subarray(at, (at += count)); };
  const length = (low) => {
    if (low < 24) return low;
    need(low <= 26);
    const size = 2 ** (low - 24);
    const value = take(size).reduce((sum, byte) => sum * 256 + byte, 0);
    need(value >= [24, 256, 65536][low - 24]);
    return value;
  };
  const item = (depth) => {
    need(depth < 4);
    const [first] = take(1);
    const kind = first >> 5;
    const size = length(first & 31);
    if (kind === 0) return size;
    if (kind === 1) return -1 - size;
    if (kind === 2) return take(size);
    if (kind === 3) return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(take(size));
    need(size <= 16);
    if (kind === 4) return Array.from({ length: size }, () => item(depth + 1));
    need(kind === 5);
    const map = new Map();
    let before = null;
    for (let left = size; left > 0; left -= 1) {
      const start = at;
      const key = item(depth + 1);
      need(typeof key === "number");
      // The keys of one map stand in the order of their bytes; whole numbers have that order by sign and size.
      const place = bytes.subarray(start, at);
      need(before === null || isBefore(before, place));
      before = place;
      map.set(key, item(depth + 1));
    }
    return map;
  };
  const value = item(0);
  need(at === bytes.length);
  return value;
}

function isBefore(one, other) {
  for (let at = 0; at < Math.min(one.length, other.length); at += 1) {
    if (one[at] !== other[at]) return one[at] < other[at];
  }
  return one.length < other.length;
}

function toBytes(text) {
  need(text.length <= 542);
  const hex = BigInt(text).toString(16);
  const even = hex.length % 2 ? `0${hex}` : hex;
  need(even.length <= 450);
  return Uint8Array.from(even.match(/../g), (pair) => parseInt(pair, 16));
}

function header(kind, size) {
  need(size < 256);
  return size < 24 ? [kind * 32 + size] : [kind * 32 + 24, size];
}

// The Sig_structure of RFC 9052, 4.4: ["Signature1", protected, external data, payload].
function toBeSigned(protectedBytes, payload) {
  return Uint8Array.from([
    0x84, 0x6a, ...new TextEncoder().encode("Signature1"),
    ...header(2, protectedBytes.length), ...protectedBytes, 0x40,
    ...header(2, payload.length), ...payload,
  ]);
}

function toId(bytes) {
  let number = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = "";
  for (let left = 16; left > 0; left -= 1) {
    text = "0123456789abcdefghjkmnpqrstvwxyz"[Number(number % 32n)] + text;
    number /= 32n;
  }
  return text;
}

const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const isBytes = (value, size) => value instanceof Uint8Array && value.length === size;

function open(text) {
  const content = toBytes(text);
  need(content[0] === 1);
  const envelope = decode(content.subarray(1));
  need(Array.isArray(envelope) && envelope.length === 4);
  const [protectedBytes, unprotected, payload, signature] = envelope;
  need(protectedBytes instanceof Uint8Array && payload instanceof Uint8Array && isBytes(signature, 64));
  need(unprotected instanceof Map && unprotected.size === 0);
  const heading = decode(protectedBytes);
  need(heading instanceof Map && heading.size === 2 && heading.get(1) === -8 && heading.get(4) instanceof Uint8Array);
  const members = decode(payload);
  need(members instanceof Map && members.get(1) === 1 && isBytes(members.get(3), 10) && isBytes(members.get(12), 16));
  need(members.size === 11 + Number(members.has(8)) && Number.isInteger(members.get(5)));
  for (let key = 1; key <= 12; key += 1) need(key === 8 || members.has(key));
  return { kid: new TextDecoder().decode(heading.get(4)), protectedBytes, payload, signature, members };
}

// The signed members, or null when the code is not by a key of this issuer.
async function signedMembers(digits, facts, ed25519) {
  try {
    const code = open(digits);
    need(code.members.get(2) === facts.issuer && Object.hasOwn(ed25519, code.kid));
    const signed = toBeSigned(code.protectedBytes, code.payload);
    need(await crypto.subtle.verify("Ed25519", ed25519[code.kid], code.signature, signed));
    return code.members;
  } catch {
    return null;
  }
}

async function importKeys(keys) {
  const imported = {};
  for (const [kid, text] of Object.entries(keys)) {
    const raw = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    imported[kid] = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
  }
  return imported;
}

// "agrees" with who it names, "other" (a genuine code of another certificate), "forged", or "unable" (no Ed25519).
async function compare(digits, facts) {
  let keys;
  try {
    keys = await importKeys(facts.keys);
  } catch {
    return ["unable"];
  }
  const members = await signedMembers(digits, facts, keys);
  if (!members) return ["forged"];
  if (toId(members.get(3)) !== facts.id) return ["other"];
  const same = facts.names.includes(members.get(4)) && members.get(6) === facts.scheme
    && members.get(7) === facts.first_day && (members.get(8) ?? null) === facts.last_day
    && toHex(members.get(12)) === facts.digest;
  return same ? ["agrees", members.get(4), members.get(5)] : ["forged"];
}

function show(outcome, name, born) {
  document.body.dataset.code = outcome;
  for (const element of document.querySelectorAll("[data-code-says]")) {
    element.hidden = element.dataset.codeSays !== outcome;
  }
  const told = { "[data-code-name]": name, "[data-code-born]": born };
  for (const [place, text] of Object.entries(told)) {
    const element = document.querySelector(place);
    if (element && text) element.textContent = text;
  }
}

async function check() {
  const digits = location.hash.slice(1);
  if (!/^[0-9]+$/.test(digits)) return;
  // Another language shows the same certificate: the code stays in the address.
  for (const link of document.querySelectorAll(".languages a")) link.hash = digits;
  if (block) show(...(await compare(digits, JSON.parse(block.textContent))));
}

addEventListener("hashchange", check);
check();
