// Keeps every mark on this device until the server has acknowledged it, and says how many are not sent.
// Others hand over a mark with the event "sheet:mark" {criterion, mark, note} and hear "sheet:outbox"
// {criterion, state: device | waiting | server | refused, time, detail} for each criterion that changed.
// One entry of the storage is one observation, so that two tabs never overwrite each other.
const place = document.querySelector("[data-outbox]");
if (place) start(place);

function start(place) {
  const texts = place.dataset;
  const prefix = `teruji.mark.${texts.practical}.`;
  const client = `tab.${Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36)).join("")}`;
  const waiting = new Map();
  const refused = new Map();
  let seq = 0, failures = 0, busy = false, timer = 0, trouble = "", durable = true;

  const store = (key, entry) => {
    try { localStorage.setItem(prefix + key, JSON.stringify(entry)); } catch { durable = false; }
  };
  const forget = (key) => {
    waiting.delete(key);
    try { localStorage.removeItem(prefix + key); } catch { /* nothing was stored */ }
  };
  const restore = () => {
    const found = [];
    try {
      for (let at = 0; at < localStorage.length; at += 1) {
        const name = localStorage.key(at);
        if (name.startsWith(prefix)) found.push([name.slice(prefix.length), JSON.parse(localStorage.getItem(name))]);
      }
    } catch { durable = false; }
    found.sort(([, a], [, b]) => a.observed_at.localeCompare(b.observed_at) || a.seq - b.seq);
    for (const [key, entry] of found) {
      waiting.set(key, entry);
      document.dispatchEvent(new CustomEvent("sheet:restored", { detail: entry }));
      tell(entry.criterion, "waiting");
    }
  };
  const tell = (criterion, state, more = {}) =>
    document.dispatchEvent(new CustomEvent("sheet:outbox", { detail: { criterion, state, unsent: waiting.size, ...more } }));

  const say = () => {
    const count = waiting.size;
    const parts = [!count ? texts.allText : count === 1 ? texts.oneText : texts.manyText.replace("{count}", count)];
    if (count && trouble) parts.push(trouble);
    if (count && !durable) parts.push(texts.memoryText);
    if (refused.size) parts.push(refused.size === 1 ? texts.refusedOneText : texts.refusedManyText.replace("{count}", refused.size));
    const text = parts.join(" · ");
    const line = place.querySelector("span");
    if (line.textContent !== text) line.textContent = text;
    place.classList.toggle("some", count > 0 || refused.size > 0);
    place.dataset.count = count;
    document.dispatchEvent(new CustomEvent("sheet:unsent", { detail: { count } }));
  };

  const later = () => {
    clearTimeout(timer);
    if (waiting.size) timer = setTimeout(send, failures ? Math.min(30_000, 1_000 * 2 ** (failures - 1)) : 0);
  };

  async function send() {
    if (busy || !waiting.size) return;
    busy = true;
    const batch = [...waiting].slice(0, 100);
    try {
      const response = await fetch(texts.outbox, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": texts.csrf },
        body: JSON.stringify({ v: 1, observations: batch.map(([, entry]) => entry) }),
        signal: AbortSignal.timeout(20_000),
      });
      if (!response.ok) throw Object.assign(new Error(), { blocked: response.status < 500, answer: await response.json().catch(() => ({})), status: response.status });
      settle(batch, await response.json());
      failures = 0;
      trouble = "";
    } catch (error) {
      failures += 1;
      const signedOut = error.status === 401 || error.status === 400;
      trouble = !error.blocked ? texts.waitingText : signedOut ? texts.blockedText : error.answer.detail || texts.waitingText;
      for (const [, entry] of batch) tell(entry.criterion, "waiting");
    }
    busy = false;
    say();
    later();
  }

  function settle(batch, reply) {
    const newest = new Map([...waiting].map(([key, entry]) => [entry.criterion, key]));
    for (const [who, number] of [...reply.acknowledged, ...reply.held]) {
      const key = `${who}.${number}`;
      const entry = waiting.get(key);
      if (!entry) continue;
      forget(key);
      refused.delete(entry.criterion);
      if (newest.get(entry.criterion) === key) tell(entry.criterion, "server", { time: reply.now });
    }
    for (const each of reply.refused) {
      const key = `${each.client}.${each.seq}`;
      const entry = waiting.get(key);
      if (!entry) continue;
      forget(key);
      refused.set(entry.criterion, each.detail);
      tell(entry.criterion, "refused", { detail: each.detail });
    }
  }

  document.addEventListener("sheet:mark", (event) => {
    const { criterion, mark, note } = event.detail;
    seq += 1;
    const entry = { client, seq, criterion, mark, note, observed_at: new Date().toISOString() };
    waiting.set(`${client}.${seq}`, entry);
    store(`${client}.${seq}`, entry);
    tell(criterion, trouble ? "waiting" : "device");
    say();
    later();
  });
  window.addEventListener("online", () => { failures = 0; send(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  window.addEventListener("beforeunload", (event) => { if (waiting.size && !durable) event.preventDefault(); });

  restore();
  say();
  send();
}
