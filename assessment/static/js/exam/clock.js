// The calm clock: the server's time, silent, in whole minutes; it can be hidden, and speaks at 10, 5 and 1 minutes.
// It starts from what the page says, or from what this device knew last, and is put right by every answer of the
// server. While the exam is paused it stands.
const place = document.querySelector("[data-clock]");
const voice = document.querySelector("[data-time-said]");
const texts = place.dataset;
const left = place.querySelector("[data-left]");
const SPOKEN = [10, 5, 1];
const HIDDEN = "teruji hides the time";

let serverNow = Date.parse(texts.now);
let deadline = Date.parse(texts.deadline);
let seen = performance.now();
let before = Infinity;
let over = false;
let paused = false;

const remaining = () => deadline - (serverNow + performance.now() - seen);

const say = (minutes) => (minutes === 1 ? texts.sayOne : texts.say.replace("{n}", minutes));

const tick = () => {
  if (Number.isNaN(deadline)) return;
  if (paused) {
    left.textContent = texts.paused;
    return;
  }
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
  // What was noted in an earlier page has grown older since by this device's own clock.
  seen = performance.now() - Math.max(0, Date.now() - detail.seen);
  if (Date.parse(detail.deadline) !== deadline) before = Infinity;
  deadline = Date.parse(detail.deadline);
  paused = detail.state === "paused";
  if (remaining() > 0) over = false;
  tick();
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
