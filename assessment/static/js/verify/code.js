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

// What a code says, believed or not; null when it is not in our format.
function claims(digits) {
  try {
    return open(digits);
  } catch {
    return null;
  }
}

// Whether the code is signed by one of these keys (base64 by fragment).
async function isSigned(code, keys) {
  if (!Object.hasOwn(keys, code.kid)) return false;
  const raw = Uint8Array.from(atob(keys[code.kid]), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, code.signature, toBeSigned(code.protectedBytes, code.payload));
}

async function canCheck() {
  try {
    return Boolean(await crypto.subtle.importKey("raw", new Uint8Array(32), "Ed25519", false, ["verify"]));
  } catch {
    return false;
  }
}

// "agrees" with the record, "other" (a genuine code of another certificate), "forged", or "unable" (no Ed25519).
async function compare(code, facts) {
  if (!(await canCheck())) return "unable";
  if (!code || code.members.get(2) !== facts.issuer || !(await isSigned(code, facts.keys))) return "forged";
  const { members } = code;
  if (toId(members.get(3)) !== facts.id) return "other";
  const same = facts.names.includes(members.get(4)) && members.get(6) === facts.scheme
    && members.get(7) === facts.first_day && (members.get(8) ?? null) === facts.last_day
    && toHex(members.get(12)) === facts.digest;
  return same ? "agrees" : "forged";
}

// Without a network and without a record: by the issuers' keys alone.
async function judge(code, { issuers }) {
  if (!(await canCheck())) return "unable";
  const issuer = code && Object.hasOwn(issuers, code.members.get(2)) ? issuers[code.members.get(2)] : null;
  if (!issuer || !(await isSigned(code, issuer.keys))) return "forged";
  return toId(code.members.get(3)) === location.pathname.slice(3) ? "genuine" : "other";
}

const { lang } = document.documentElement;
const days = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, {
  dateStyle: "long", timeZone: "UTC", calendar: "gregory", numberingSystem: "latn",
});
const day = (number) => (Number.isInteger(number) ? days.format(number * 864e5) : "—");

function told(code, issuer) {
  const { members } = code;
  return {
    name: members.get(4), born: members.get(5), scheme: members.get(6), first: day(members.get(7)),
    last: day(members.get(8)), id: toId(members.get(3)), issuer,
  };
}

function fill(root, attribute, values) {
  for (const [name, value] of Object.entries(values)) {
    const place = root.querySelector(`[${attribute}="${name}"]`);
    if (place) place.textContent = value ?? "—";
  }
}

// Paper and record side by side; the record says no year of birth.
function lay(code, facts) {
  const table = document.querySelector("[data-differences]");
  if (!table || !code) return;
  const paper = told(code);
  const record = {
    name: facts.names.includes(paper.name) ? paper.name : facts.names[0], scheme: facts.scheme, first: day(facts.first_day),
    last: day(facts.last_day), id: facts.id,
  };
  fill(table, "data-paper", paper);
  fill(table, "data-record", record);
  for (const state of table.querySelectorAll("[data-state]")) {
    const name = state.dataset.state;
    const differs = String(paper[name]) !== String(record[name]);
    state.textContent = differs ? table.dataset.differs : table.dataset.same;
    state.closest("tr").classList.toggle("differs", differs);
  }
  table.hidden = false;
}

function show(outcome) {
  document.body.dataset.code = outcome;
  for (const element of document.querySelectorAll("[data-code-says]")) {
    element.hidden = !element.dataset.codeSays.split(" ").includes(outcome);
  }
}

function note(first, last) {
  const today = Math.floor(Date.now() / 864e5);
  for (const [name, is] of [["ended", last !== null && last < today], ["early", first > today]]) {
    for (const element of document.querySelectorAll(`[data-day-says="${name}"]`)) element.hidden = !is;
  }
}

async function check() {
  const digits = location.hash.slice(1);
  const facts = block && JSON.parse(block.textContent);
  if (document.body.dataset.net === "off" && facts?.names) note(facts.first_day, facts.last_day);
  if (!/^[0-9]+$/.test(digits)) return;
  // Another language shows the same certificate: the code stays in the address.
  for (const link of document.querySelectorAll(".languages a")) link.hash = digits;
  if (!facts) return;
  const code = claims(digits);
  const outcome = await (facts.issuers ? judge(code, facts) : compare(code, facts));
  if (code && (outcome === "agrees" || outcome === "genuine")) {
    fill(document, "data-code", told(code, facts.issuers?.[code.members.get(2)]?.name));
    if (facts.issuers) note(code.members.get(7), code.members.get(8) ?? null);
  }
  if (outcome === "forged" || outcome === "other") lay(facts.issuers ? null : code, facts);
  show(outcome);
}

addEventListener("hashchange", () => location.reload());
check();
