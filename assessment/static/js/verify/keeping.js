// Keeps this page on the device, so that it can be opened again without a network. Nothing leaves the device: the copy is
// put into the browser's own store by the page, and the worker (verify/worker.js) only hands it out.
const PAGES = "teruji-certificates";
const MOST = 20;
const page = document.documentElement.cloneNode(true);
// A face stays where its holder can take it back.
for (const part of page.querySelectorAll("[data-photo]")) part.remove();
const copy = `<!doctype html>\n${page.outerHTML}`;
const certificate = /^\/v\/[0-9a-z]{16}$/.test(location.pathname) && document.querySelector("[data-code-facts]");

async function hashes(selector) {
  const found = Array.from(document.querySelectorAll(selector), async (element) => {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(element.textContent));
    return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
  });
  return (await Promise.all(found)).join(" ");
}

async function keep() {
  const policy = [
    "default-src 'none'", `script-src ${await hashes("script:not([type='application/json'])")}`,
    `style-src ${await hashes("style")}`, "img-src data:", "worker-src 'self'", "form-action 'self'", "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  const headers = {
    "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer",
  };
  const cache = await caches.open(PAGES);
  await cache.delete(location.pathname, { ignoreSearch: true });
  await cache.put(location.pathname + location.search, new Response(copy, { headers }));
  for (const old of (await cache.keys()).slice(0, -MOST)) await cache.delete(old);
}

async function start() {
  await navigator.serviceWorker.register(`/verify/worker.js?lang=${document.documentElement.lang}`, { scope: "/v" });
  if (certificate) await keep();
  await navigator.serviceWorker.ready;
  document.body.dataset.kept = "yes";
}

// A browser may refuse all of it (a private window, plain http): the page is complete without.
if (document.body.dataset.net === "on" && "serviceWorker" in navigator) start().catch(() => {});
