// The time of the practical by the server's clock: calm, in minutes, without a sound.
import { now } from "./page.js";

for (const place of document.querySelectorAll("[data-until]")) {
  const { until, leftText, overText } = place.dataset;
  const left = document.createElement("small");
  place.append(left);
  const tick = () => {
    const seconds = Math.round((Date.parse(until) - now()) / 1000);
    const minutes = Math.floor(Math.abs(seconds) / 60);
    const time = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
    const text = ` · ${(seconds < 0 ? overText : leftText).replace("{time}", time)}`;
    if (left.textContent !== text) left.textContent = text;
    place.classList.toggle("over", seconds < 0);
  };
  tick();
  setInterval(tick, 15_000);
  document.addEventListener("sheet:clock", tick);
}
