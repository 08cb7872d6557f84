// The live room: asks every few seconds what has changed and puts only that into the page. What is ticked, typed or
// focused stays, and nothing moves under a finger.
const room = document.querySelector("[data-room]");
const form = room?.querySelector("[data-room-form]");
const said = room?.querySelector("[data-live-said]");
const ticked = room?.querySelector("[data-ticked-said]");
const search = document.querySelector("form[data-filter] input[type=search]");
const EVERY = 2_500;
const LONGEST = 20_000;
const texts = room?.dataset;

let order = [];
let tag = room?.querySelector("[data-tag]")?.dataset.tag;
let pause = EVERY;
let timer = 0;
let fresh = new Date(texts?.now ?? Date.now());
let offset = fresh - Date.now();

const list = () => form.querySelector('[data-live="list"]');
const rows = () => [...list().tBodies[0].rows];
const boxes = () => rows().filter((row) => !row.hidden).map((row) => row.querySelector("input[name=attempt]")).filter(Boolean);
const time = (moment) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: texts.zone }).format(moment);

// --- the time that is left, by the server's clock

const tick = () => {
  for (const place of list().querySelectorAll("[data-ends]")) {
    const minutes = Math.max(0, Math.ceil((Date.parse(place.dataset.ends) - offset - Date.now()) / 60_000));
    const text = minutes === 1 ? texts.one : texts.many.replace("{n}", minutes);
    if (place.textContent !== text) place.textContent = text;
  }
};

// --- whom an act is meant for

const count = () => {
  const all = boxes();
  const marked = all.filter((box) => box.checked).length;
  ticked.textContent = marked ? texts.some.replace("{n}", marked) : texts.none;
  everybody.checked = marked > 0 && marked === all.length;
  everybody.indeterminate = marked > 0 && marked < all.length;
};

const everybody = document.createElement("input");

const addPicker = () => {
  everybody.type = "checkbox";
  everybody.id = "pick-all";
  everybody.setAttribute("aria-label", texts.all);
  const label = document.createElement("label");
  label.className = "pick pick-all small";
  label.append(everybody, texts.all);
  ticked.before(label);
  ticked.classList.add("beside");
  everybody.addEventListener("change", () => {
    for (const box of boxes()) box.checked = everybody.checked;
    count();
  });
};

// --- taking in what has changed

const sameRow = (one, other) => one.cells.length === other.cells.length
  && [...one.cells].every((cell, place) => place === 0 || cell.innerHTML === other.cells[place].innerHTML)
  && one.className === other.className;

const takeRow = (old, now) => {
  old.className = now.className;
  [...now.cells].forEach((cell, place) => {
    const there = old.cells[place];
    if (!there || (place === 0 && old.querySelector("input") && cell.querySelector("input"))) return;
    if (there.innerHTML !== cell.innerHTML && !there.contains(document.activeElement)) there.replaceChildren(...cell.childNodes);
  });
};

// Rows keep their place while somebody is ticked or a key has brought the focus into the list.
const arrange = () => {
  const body = list().tBodies[0];
  const focused = body.contains(document.activeElement) ? document.activeElement : null;
  if (focused?.matches(":focus-visible") || boxes().some((box) => box.checked)) return;
  order.forEach((row, place) => {
    if (body.rows[place] !== row) body.insertBefore(row, body.rows[place] ?? null);
  });
  focused?.focus({ preventScroll: true });
};

const take = (html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const head = room.querySelector('[data-live="head"]');
  const newHead = page.querySelector('[data-live="head"]');
  if (!head.contains(document.activeElement) && head.innerHTML !== newHead.innerHTML) head.replaceChildren(...newHead.childNodes);
  const body = list().tBodies[0];
  const known = new Map(rows().map((row) => [row.dataset.id, row]));
  const wanted = [...page.querySelector('[data-live="list"]').tBodies[0].rows].map((row) => {
    const old = known.get(row.dataset.id);
    if (!old) return row;
    known.delete(row.dataset.id);
    if (!sameRow(old, row)) takeRow(old, row);
    return old;
  });
  for (const gone of known.values()) gone.remove();
  body.append(...wanted.filter((row) => !row.isConnected));
  order = wanted;
  arrange();
  search?.dispatchEvent(new Event("input"));
  tag = page.querySelector("[data-tag]").dataset.tag;
  tick();
  count();
};

const ask = async () => {
  try {
    const answer = await fetch(texts.liveUrl, {
      cache: "no-store",
      headers: { "If-None-Match": `W/"${tag}"` },
      signal: AbortSignal.timeout(LONGEST / 2),
    });
    if (answer.status === 200) take(await answer.text());
    else if (answer.status === 304) arrange();
    else throw new Error(answer.status);
    pause = EVERY;
    fresh = new Date(Date.now() + offset);
    said.classList.remove("lost");
    said.textContent = texts.fresh.replace("{time}", time(fresh));
  } catch {
    pause = Math.min(pause * 2, LONGEST);
    said.classList.add("lost");
    said.textContent = texts.lost.replace("{time}", time(fresh));
  }
};

const go = async () => {
  clearTimeout(timer);
  if (document.hidden) return;
  await ask();
  timer = setTimeout(go, pause + Math.random() * 500);
};

if (form) {
  document.querySelector("[data-reload]").hidden = true;
  addPicker();
  count();
  form.addEventListener("change", count);
  search?.addEventListener("input", () => {
    form.elements.q.value = search.value;
    count();
  });
  document.addEventListener("visibilitychange", go);
  tick();
  setInterval(tick, 5_000);
  timer = setTimeout(go, EVERY);
}
