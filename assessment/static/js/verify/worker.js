// The worker of the public pages; before it stands `OFFLINE`: a page that checks a code by the issuers' keys, with its
// policy. With a network it only passes on; without one it hands out the copy that the page kept, and says so.
const PAGES = "teruji-certificates";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(PAGES);
  let response;
  try {
    // Past the browser's own copy of up to a minute: what it holds would be shown as checked just now.
    response = await fetch(request, { cache: "no-cache" });
  } catch {
    return withoutNetwork(cache, request.url);
  }
  // The new answer takes the place of what was kept: the page keeps itself anew if there is still something to keep.
  await cache.delete(request.url, { ignoreSearch: true, ignoreVary: true });
  return response;
}

async function withoutNetwork(cache, url) {
  const kept = (await cache.match(url, { ignoreVary: true })) ?? (await cache.match(url, { ignoreSearch: true, ignoreVary: true }));
  if (kept) {
    const text = (await kept.text()).replace('data-net="on"', 'data-net="off"');
    return new Response(text, { headers: kept.headers });
  }
  const headers = {
    "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": OFFLINE.policy, "Referrer-Policy": "no-referrer",
  };
  return new Response(OFFLINE.html, { headers });
}
