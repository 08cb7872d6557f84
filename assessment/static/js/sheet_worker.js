// The service worker of the workshop: today's list and the sheets that were opened come from this tablet where there
// is no network. They lie in the vault (`sheet/vault.js`): while nobody has opened it, every page below /practicals
// is the one that asks for the PIN. The key is in memory only; a worker that was stopped asks the open pages for it.
const NAME = "teruji sheet";
const FILES = "teruji sheet files";
const LOCKED = "/practicals/locked";
const KEPT = /^\/practicals(?:\/[^/]+\/(?:sheet|task|photo))?$/;
const PATIENCE = 3_000;
const PATIENCE_WITH_PAGES = 500;
let key = null;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

const wait = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds, null); });

const pages = () => clients.matchAll({ type: "window", includeUncontrolled: true });

// --- the store, which the pages make; read here only

const read = (store, name) => new Promise((done) => {
  const asked = indexedDB.open(NAME);
  asked.onupgradeneeded = () => asked.transaction.abort();
  asked.onerror = asked.onblocked = () => done(null);
  asked.onsuccess = () => {
    const database = asked.result;
    database.onversionchange = () => database.close();
    let found;
    try {
      found = database.transaction(store).objectStore(store).get(name);
    } catch {
      database.close();
      done(null);
      return;
    }
    found.onsuccess = () => { database.close(); done(found.result ?? null); };
    found.onerror = () => { database.close(); done(null); };
  };
});

const unlock = async (path) => {
  const page = await read("pages", path);
  if (!page) return null;
  const content = await crypto.subtle.decrypt({ name: "AES-GCM", iv: page.iv }, key, page.content).catch(() => null);
  return content && new Response(content, { headers: { ...page.headers, "Cache-Control": "no-store" } });
};

// --- the key

const askPages = async () => {
  const asked = (await pages()).map((page) => new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => { if (data) done(data); };
    page.postMessage({ sheet: "key?" }, [port2]);
  }));
  return asked.length ? Promise.race([...asked, wait(PATIENCE_WITH_PAGES)]) : null;
};

addEventListener("message", (event) => {
  const { data, ports, source } = event;
  if (data?.sheet === "key") ({ key } = data);
  if (data?.sheet === "key?") ports[0].postMessage(key);
  if (data?.sheet === "forget") key = null;
  if (data?.sheet === "lock") {
    key = null;
    event.waitUntil(pages().then((open) => { for (const page of open) if (page.id !== source.id) page.postMessage({ sheet: "lock" }); }));
  }
});

// --- what is asked for

const lockPage = async () => caches.match(LOCKED);

const answerNavigation = async (request, url) => {
  if (!(await read("vault", "vault"))) return fetch(request);
  key ??= await askPages();
  if (!key) return (await lockPage()) ?? fetch(request);
  const path = KEPT.test(url.pathname) ? url.pathname : null;
  const asked = fetch(request).catch(() => null);
  const answer = await (path ? Promise.race([asked, wait(PATIENCE)]) : asked);
  if (answer && answer.status < 500) return answer;
  // The lock's page says as well that a page is not on this tablet.
  return (path && (await unlock(path))) ?? (await asked) ?? (await lockPage()) ?? Response.error();
};

const answerPicture = async (request, url) => {
  if (key) {
    const kept = await unlock(url.pathname);
    if (kept) return kept;
  }
  return fetch(request);
};

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(answerNavigation(request, url));
  else if (request.destination === "image" && KEPT.test(url.pathname)) event.respondWith(answerPicture(request, url));
  else if (url.pathname.startsWith("/static/")) event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});
