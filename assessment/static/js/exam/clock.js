// The calm clock: the server's time, silent, in whole minutes; it can be hidden, and speaks at 10, 5 and 1 minutes.
const place = document.querySelector("[data-clock]");
const voice = document.querySelector("[data-time-said]");
const exam = document.querySelector("[data-exam]");
const texts = place.dataset;
const left = place.querySelector("[data-left]");
const SPOKEN = [10, 5, 1];
const HIDDEN = "teruji hides the time";

let serverNow = Date.parse(texts.now);
let deadline = Date.parse(texts.deadline);
let seen = performance.now();
let before = Infinity;
let over = false;

const remaining = () => deadline - (serverNow + performance.now() - seen);

const say = (minutes) => (minutes === 1 ? texts.sayOne : texts.say.replace("{n}", minutes));

const tick = () => {
  const milliseconds = remaining();
  const minutes = Math.ceil(milliseconds / 60_000);
  left.textContent = milliseconds <= 0 ? texts.over
    : milliseconds < 60_000 ? texts.less
    : minutes === 1 ? texts.one
    : texts.text.replace("{n}", minutes);
  place.classList.toggle("short", minutes <= 5);
  const passed = SPOKEN.find((mark) => before > mark * 60_000 && milliseconds <= mark * 60_000);
  if (passed && before !== Infinity) voice.textContent = say(passed);
  before = milliseconds;
  if (milliseconds <= 0 && !over) {
    over = true;
    document.dispatchEvent(new CustomEvent("exam:over"));
  }
};

document.addEventListener("exam:clock", ({ detail }) => {
  if (!detail.deadline) return;
  serverNow = Date.parse(detail.now);
  deadline = Date.parse(detail.deadline);
  seen = performance.now();
  before = Infinity;
  over = false;
  tick();
});

// A device that slept asks for the time again.
document.addEventListener("visibilitychange", async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(exam.dataset.tokenUrl, { cache: "no-store", headers: { Accept: "application/json" } });
    if (answer.ok) document.dispatchEvent(new CustomEvent("exam:clock", { detail: await answer.json() }));
  } catch { /* without a network the page's own clock goes on */ }
});

// Hiding: a button in the panel hides the time, one in its place shows it again.
const hider = document.querySelector("[data-hide-time]");
const shower = document.createElement("button");
shower.type = "button";
shower.textContent = texts.show;
const set = (hidden, focus) => {
  for (const part of place.children) part.hidden = part === shower ? !hidden : hidden;
  if (hider) hider.hidden = hidden;
  if (focus && hidden) shower.focus();
  try {
    sessionStorage.setItem(HIDDEN, hidden ? "1" : "");
  } catch { /* it is shown again on the next page */ }
};
place.append(shower);
hider?.addEventListener("click", () => set(true, true));
shower.addEventListener("click", () => set(false));
let wished = false;
try {
  wished = sessionStorage.getItem(HIDDEN) === "1";
} catch { /* shown */ }
set(wished);
tick();
setInterval(tick, 1_000);
