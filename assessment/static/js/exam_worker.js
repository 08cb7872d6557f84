// The service worker of the exam: answers navigations within an attempt from the form that the device keeps, so that
// the next question needs no network, and a reload or a restarted browser none either. It writes nothing into the
// caches but the language last wished; `device.js` fills them, signing out and the receipt empty them. No page it
// makes holds a token or a proof against forgery.
const PREFIX = "teruji exam ";
const PAGE = /^\/exam\/([^/]+)(?:\/(\d{1,4}|review|receipt))?$/;
const LONG_AFTER = 12 * 3_600_000;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

const formOf = async (attempt) => {
  if (!(await caches.has(PREFIX + attempt))) return null;
  const cache = await caches.open(PREFIX + attempt);
  const kept = await cache.match(`/exam/${attempt}/form`);
  if (!kept) return null;
  const form = await kept.json();
  if (Date.now() > Date.parse(form.until) + LONG_AFTER) {
    await caches.delete(PREFIX + attempt);
    return null;
  }
  return { cache, form };
};

const languageOf = async ({ cache, form }, url) => {
  const place = `${form.home}/language`;
  const wished = url.searchParams.get("lang");
  if (wished && form.pages[wished]) {
    await cache.put(place, new Response(wished));
    return wished;
  }
  const kept = await (await cache.match(place))?.text();
  return form.pages[kept] ? kept : form.language;
};

const page = (form, html) => new Response(html, {
  headers: {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": form.policy,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
  },
});

const questionPage = (form, language, number) => {
  const asked = form.questions[number - 1];
  const part = asked[language];
  const values = {
    number,
    back: number - 1,
    onward: number < form.questions.length ? number + 1 : "review",
    item: asked.item,
    lang: part.lang,
    question: part.html,
  };
  return form.pages[language].question.replace(/\[\[(\w+)\]\]/g, (place, name) => values[name] ?? place);
};

const answerNavigation = async (request, url, [, attempt, place]) => {
  const kept = await formOf(attempt);
  if (!kept) return fetch(request);
  const { form } = kept;
  const language = await languageOf(kept, url);
  if (place === "review") return page(form, form.pages[language].review);
  if (place && place !== "receipt" && form.questions[place - 1]) return page(form, questionPage(form, language, Number(place)));
  // The start page and the receipt are the server's to write.
  try {
    return await fetch(request);
  } catch (error) {
    if (place === "receipt") return page(form, form.pages[language].waiting);
    if (!place) return Response.redirect(`${form.home}/1`, 302);
    throw error;
  }
};

const fromDevice = async (request) => (await caches.match(request)) ?? fetch(request);

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  const found = PAGE.exec(url.pathname);
  if (request.mode === "navigate") {
    if (found) event.respondWith(answerNavigation(request, url, found));
  } else if (url.pathname.startsWith("/static/") || /^\/exam\/[^/]+\/files\//.test(url.pathname)) event.respondWith(fromDevice(request));
});
