// The time of the practical by the server's clock: calm, in minutes, without a sound.
import { now } from "./page.js";

for (const place of document.querySelectorAll("[data-until]")) {
  const { until, leftText, overText } = place.dataset;
  const fixed = place.innerHTML;
  const tick = () => {
    const seconds = Math.round((Date.parse(until) - now()) / 1000);
    const minutes = Math.floor(Math.abs(seconds) / 60);
    const time = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
    place.innerHTML = fixed;
    place.append(Object.assign(document.createElement("small"), { textContent: ` · ${(seconds < 0 ? overText : leftText).replace("{time}", time)}` }));
    place.classList.toggle("over", seconds < 0);
  };
  tick();
  setInterval(tick, 15_000);
  document.addEventListener("sheet:clock", tick);
}
