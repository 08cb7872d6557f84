// Keeps every answer: an event is queued in this tab (memory and sessionStorage) until the server has said that it
// has it, and each question says in words where its answer is. Works on the question, review and time-over pages.
const exam = document.querySelector("[data-exam]");
const form = document.querySelector("[data-answer]");
const said = document.querySelector("[data-saved]");
const store = `teruji exam ${exam.dataset.exam}`;
const BATCH = 100;
const PATIENCE = 10_000;
const LONGEST_PAUSE = 30_000;

let token = exam.dataset.token;
let sending = null;
let pause = 1_000;
let timer = 0;
let unreachable = false;
let leaving = false;

const clientName = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const load = () => {
  try {
    const kept = JSON.parse(sessionStorage.getItem(store));
    if (kept?.client && Array.isArray(kept.events)) return kept;
  } catch { /* nothing usable is kept */ }
  return { client: clientName(), seq: 0, events: [] };
};
const box = load();

const keep = () => {
  try {
    sessionStorage.setItem(store, JSON.stringify(box));
    return true;
  } catch {
    return false;
  }
};

// --- the answer on this page

const item = form?.dataset.item;

const read = () => {
  const response = {};
  for (const part of form.querySelectorAll("[data-response]")) {
    const marked = [...part.querySelectorAll("input:checked")].map((input) => input.value);
    const typed = part.querySelector("input:not([type=radio]):not([type=checkbox])");
    if (typed) response[part.dataset.response] = typed.value.trim() || null;
    else if ("multiple" in part.dataset) response[part.dataset.response] = marked.length ? marked : null;
    else response[part.dataset.response] = marked[0] ?? null;
  }
  return response;
};

const write = (response) => {
  for (const part of form.querySelectorAll("[data-response]")) {
    const given = [response[part.dataset.response] ?? []].flat();
    for (const input of part.querySelectorAll("input")) {
      if (input.type === "radio" || input.type === "checkbox") input.checked = given.includes(input.value);
      else input.value = given[0] ?? "";
    }
  }
};

const isEmpty = (response) => Object.values(response).every((value) => value === null);
let last = form ? JSON.stringify(read()) : "";

const record = () => {
  if (!form) return;
  const response = read();
  const written = JSON.stringify(response);
  if (written === last) return;
  last = written;
  box.seq += 1;
  box.events.push({
    client: box.client, seq: box.seq, item, response, lang: form.dataset.lang,
    elapsed: Math.round(performance.now()),
  });
  keep();
  for (const place of document.querySelectorAll(`[data-item="${item}"]:not(form)`)) place.toggleAttribute("data-answered", !isEmpty(response));
  show("device");
  send();
};

// --- what the page says

const show = (when, text) => {
  if (!said) return;
  for (const line of said.querySelectorAll("[data-when]")) line.hidden = line.dataset.when !== when;
  if (text) said.querySelector(`[data-when="${when}"] .saved > span`).textContent = text;
};

const time = (moment) => `${new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: exam.dataset.zone }).format(new Date(moment))} ${exam.dataset.zoneName}`;

const count = () => {
  const waiting = new Set(box.events.map((event) => event.item));
  for (const place of document.querySelectorAll("[data-item]:not(form)")) place.toggleAttribute("data-unsent", waiting.has(place.dataset.item));
  const line = document.querySelector("[data-unsent-line]");
  if (line) {
    line.hidden = waiting.size === 0;
    line.querySelector("[data-unsent-count]").textContent = waiting.size;
  }
};

// --- sending

const key = ({ client, seq }) => `${client} ${seq}`;

const settle = (reply) => {
  const mine = new Set(box.events.filter((event) => event.item === item).map(key));
  const done = (list) => list.map(([client, seq]) => `${client} ${seq}`);
  const acknowledged = done(reply.acknowledged);
  const held = done(reply.held);
  const refused = new Map(reply.refused.map((each) => [`${each.client} ${each.seq}`, each]));
  const gone = new Set([...acknowledged, ...held, ...refused.keys()]);
  const before = box.events.length;
  box.events = box.events.filter((event) => !gone.has(key(event)));
  if (box.events.length === before) unreachable = true; // nothing was settled: wait before asking again
  keep();
  document.dispatchEvent(new CustomEvent("exam:clock", { detail: reply }));
  if (!said || box.events.some((event) => event.item === item)) return;
  const no = [...refused].find(([name]) => mine.has(name))?.[1];
  if (no) show("refused", no.detail ?? said.dataset.refusedText);
  else if (held.some((name) => mine.has(name))) show("refused", said.dataset.heldText);
  else if (acknowledged.some((name) => mine.has(name))) show("server", said.dataset.serverText.replace("{time}", time(reply.now)));
};

const renew = async () => {
  const answer = await fetch(exam.dataset.tokenUrl, { cache: "no-store", headers: { Accept: "application/json" } });
  if (!answer.ok) return false;
  const fresh = await answer.json();
  document.dispatchEvent(new CustomEvent("exam:clock", { detail: fresh }));
  if (!fresh.token || fresh.token === token) return false;
  token = fresh.token;
  return true;
};

const post = (events) => fetch(exam.dataset.answersUrl, {
  method: "POST",
  credentials: "omit",
  cache: "no-store",
  keepalive: true,
  signal: AbortSignal.timeout(PATIENCE),
  headers: { "Content-Type": "application/json", Accept: "application/json", "Teruji-Attempt": token },
  body: JSON.stringify({ v: 1, events }),
});

const sendOnce = async () => {
  const events = box.events.slice(0, BATCH);
  try {
    let answer = await post(events);
    if (answer.status === 403 && await renew()) answer = await post(events);
    if (answer.status === 403) {
      unreachable = true;
      show("unsent", said?.dataset.endedText);
    } else if (!answer.ok) throw new Error(answer.status);
    else {
      unreachable = false;
      pause = 1_000;
      settle(await answer.json());
    }
  } catch {
    unreachable = true;
    if (box.events.some((event) => event.item === item)) show("unsent");
  }
  count();
};

const send = () => {
  clearTimeout(timer);
  sending ??= (async () => {
    do await sendOnce(); while (box.events.length && !unreachable);
  })().finally(() => {
    sending = null;
    if (!box.events.length) return;
    timer = setTimeout(send, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  });
  return sending;
};

const flush = async () => {
  record();
  if (box.events.length) await send();
  return box.events.length === 0;
};

// --- going on

const go = (place) => {
  leaving = true;
  location.assign(place);
};

if (form) {
  const waiting = box.events.filter((event) => event.item === item).at(-1);
  if (waiting) {
    write(waiting.response);
    last = JSON.stringify(waiting.response);
    show("device");
  }
  let typing = 0;
  form.addEventListener("change", () => {
    clearTimeout(typing);
    record();
  });
  form.addEventListener("input", (event) => {
    if (event.target.type !== "text") return;
    clearTimeout(typing);
    typing = setTimeout(record, 900);
  });

  const flag = async (button) => {
    const body = new URLSearchParams({ token, item, flag: button.value });
    try {
      const answer = await fetch(exam.dataset.answersUrl, { method: "POST", credentials: "omit", headers: { Accept: "application/json" }, body });
      if (!answer.ok) throw new Error(answer.status);
    } catch {
      return;
    }
    const flagged = button.value === "1";
    button.value = flagged ? "0" : "1";
    button.setAttribute("aria-pressed", String(flagged));
    for (const place of document.querySelectorAll(`[data-item="${item}"]:not(form)`)) place.toggleAttribute("data-flagged", flagged);
  };

  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (button?.name === "flag") {
      event.preventDefault();
      flag(button);
      return;
    }
    if (!keep()) return;
    event.preventDefault();
    if (await flush()) go(`${exam.dataset.home}/${button?.value ?? Number(form.dataset.number) + 1}`);
    else if (said.querySelector('[data-when="refused"]').hidden) show("unsent", said.dataset.stayText);
  });
}

const handIn = document.querySelector("[data-submit]");
handIn?.addEventListener("submit", async (event) => {
  if (!box.events.length) {
    leaving = true;
    return;
  }
  event.preventDefault();
  const word = handIn.querySelector("[data-submit-said]");
  word.textContent = word.dataset.waitText;
  if (await flush()) {
    leaving = true;
    handIn.submit();
  } else word.textContent = word.dataset.failText;
});

addEventListener("online", send);
addEventListener("beforeunload", (event) => {
  if (!leaving && box.events.length) event.preventDefault();
});
document.addEventListener("exam:over", async () => {
  await Promise.race([flush(), new Promise((done) => setTimeout(done, PATIENCE))]);
  go(`${exam.dataset.home}/receipt`);
});
document.addEventListener("exam:clock", ({ detail }) => {
  if (["submitted", "expired", "voided"].includes(detail.state)) go(`${exam.dataset.home}/receipt`);
});

count();
if (box.events.length) send();
