// The vault: pages with people on them, kept on this tablet under a key that only a PIN opens. PBKDF2 makes a key of
// the PIN, that one wraps the key of the vault, which lives in the memory of the worker and of open pages alone: a
// browser that was killed asks for the PIN again. Marks and photos that are not on the server yet are not in the
// vault, so that a forgotten PIN never costs one.
import { store } from "./store.js";

const ROUNDS = 600_000;
const FREE_TRIES = 5;
const LAST_TRY = 12;
const FIRST_WAIT = 30_000;
const LONGEST_WAIT = 900_000;
export const FILES = "teruji sheet files";
export const LOCKED = "/practicals/locked";
const SCOPE = "/practicals";

export const PIN = /^\d{6}$/;

let key = null;
const { subtle } = globalThis.crypto ?? {};
const AES = "AES-GCM";

export const possible = () => isSecureContext && Boolean(subtle) && "serviceWorker" in navigator && Boolean(globalThis.caches);
export const vaultOf = () => store.get("vault", "vault");
export const keyHere = () => key;

const wrapping = async (pin, salt, rounds) => {
  const base = await subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  return subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, base, { name: AES, length: 256 }, false, ["encrypt", "decrypt"]);
};
const use = (raw) => subtle.importKey("raw", raw, AES, false, ["encrypt", "decrypt"]);
const random = (length) => crypto.getRandomValues(new Uint8Array(length));

// --- the worker and the open pages tell each other the key, never the disk

const worker = async () => (await navigator.serviceWorker.getRegistration(SCOPE))?.active ?? null;

const askWorker = async () => {
  const active = await worker();
  if (!active) return null;
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => done(data);
    setTimeout(() => done(null), 2_000);
    active.postMessage({ sheet: "key?" }, [port2]);
  });
};

const tellWorker = async (message) => (await worker())?.postMessage(message);

// Takes over the key that the worker or another page holds; returns whether there is one.
export const join = async () => {
  key ??= await askWorker();
  return key !== null;
};

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("message", ({ data, ports }) => {
    if (data?.sheet === "key?") ports[0].postMessage(key);
    if (data?.sheet === "lock") {
      key = null;
      location.reload();
    }
  });
}

export const register = async (address) => {
  await navigator.serviceWorker.register(address, { scope: SCOPE, updateViaCache: "none" });
  await navigator.serviceWorker.ready;
};

// --- making, opening, closing

export const make = async (pin, person) => {
  const raw = random(32);
  const [salt, iv] = [random(16), random(12)];
  const wrapped = await subtle.encrypt({ name: AES, iv }, await wrapping(pin, salt, ROUNDS), raw);
  await store.put({ vault: [{ name: "vault", person, salt, rounds: ROUNDS, iv, wrapped, wrong: 0, next: 0 }] });
  key = await use(raw);
  await tellWorker({ sheet: "key", key });
};

const changeVault = (changes) => store.change("vault", ["vault"], (known) => (known ? { vault: [{ ...known, ...changes }] } : {}));

const waitAfter = (wrong) => (wrong < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (wrong - FREE_TRIES)));

// Counts a wrong PIN, in whichever tab it was tried; returns how many there were.
const countWrong = async () => {
  let wrong = LAST_TRY; // the vault of another tab that tried too often is gone
  await store.change("vault", ["vault"], (known) => {
    if (!known) return {};
    wrong = known.wrong + 1;
    const wait = waitAfter(wrong);
    return { vault: [{ ...known, wrong, next: wait ? Date.now() + wait : 0 }] };
  });
  return wrong;
};

// Tries a PIN. Returns {opened}, or {wait: milliseconds}, {left: tries} or {gone: true} after the last one.
export const open = async (pin) => {
  const vault = await vaultOf();
  if (!vault) return { gone: true };
  if (vault.next > Date.now() && vault.next - Date.now() <= LONGEST_WAIT) return { wait: vault.next - Date.now() };
  try {
    const raw = await subtle.decrypt({ name: AES, iv: vault.iv }, await wrapping(pin, vault.salt, vault.rounds), vault.wrapped);
    key = await use(raw);
  } catch {
    const wrong = await countWrong();
    if (wrong >= LAST_TRY) {
      await destroy();
      return { gone: true };
    }
    const wait = waitAfter(wrong);
    return wait ? { wait } : { left: FREE_TRIES - wrong };
  }
  await changeVault({ wrong: 0, next: 0 });
  await tellWorker({ sheet: "key", key });
  return { opened: true };
};

export const lock = async () => {
  key = null;
  await tellWorker({ sheet: "lock" });
};

// Forgets the pages and their key. What is not on the server yet stays.
export const destroy = async () => {
  key = null;
  await store.drop("pages", (await store.all("pages")).map(({ path }) => path));
  await store.drop("vault", ["vault"]);
  await caches.delete(FILES).catch(() => {});
  await tellWorker({ sheet: "forget" });
};

// --- what is kept

const HEADERS = ["Content-Type", "Content-Security-Policy", "Permissions-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"];

const assetsOf = (html) => [...new Set([...html.matchAll(/"(\/static\/[^"]+\?v=[0-9a-f]+)"/g)].map(([, address]) => address.replaceAll("&amp;", "&")))];

// Whoever signs out meanwhile takes the key along: nothing is kept after that.
const cacheFiles = async (addresses) => {
  if (!key) return;
  const cache = await caches.open(FILES);
  await Promise.all(addresses.map(async (address) => {
    if (!(await cache.match(address)) && key) await cache.add(address);
  }));
};

// The page that asks for the PIN, which says nothing of anybody, with what it needs.
export const keepLock = async () => {
  const answer = await fetch(LOCKED, { cache: "no-store", headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(answer.status);
  const page = answer.clone();
  await cacheFiles(assetsOf(await answer.text()));
  if (key) await (await caches.open(FILES)).put(LOCKED, page);
};

// Fetches a page or a picture and puts it into the vault; returns its text, "" for a picture, null for none.
export const keep = async (path) => {
  if (!key) return null;
  const answer = await fetch(path, { cache: "no-store", headers: { Accept: "text/html, image/*" } });
  if (!answer.ok || answer.redirected) return null;
  const headers = Object.fromEntries(HEADERS.map((name) => [name, answer.headers.get(name)]).filter(([, value]) => value));
  const page = headers["Content-Type"]?.startsWith("text/html");
  let content = await answer.arrayBuffer();
  let html = "";
  if (page) {
    html = new TextDecoder().decode(content);
    // Nothing that is kept proves anything to the server; and the page knows that it comes from the tablet.
    const bare = html.replace(/(name="csrf_token" value|data-csrf)="[^"]*"/g, '$1=""').replace(/"(csrf|token)": ?"[^"]*"/g, '"$1": ""').replace("<html ", "<html data-kept ").replaceAll("<fieldset>", "<fieldset disabled>");
    content = new TextEncoder().encode(bare);
    await cacheFiles(assetsOf(html));
  }
  if (!key) return null;
  const iv = random(12);
  const locked = await subtle.encrypt({ name: AES, iv }, key, content);
  if (!key) return null;
  await store.put({ pages: [{ path, headers, iv, content: locked, at: Date.now() }] });
  return html;
};
