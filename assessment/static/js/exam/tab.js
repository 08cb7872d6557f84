// One tab of a browser writes an exam at a time: the one that holds the lock. A second one says so and takes over only
// by a press; the first one then says so in its turn. Where a browser has no locks both write, each under its own
// name, and nothing is lost either.
import { attempt } from "./page.js";

const LOCK = `teruji exam ${attempt}`;
const PATIENCE = 1_500;

const request = (options, say) => navigator.locks.request(LOCK, options, () => {
  say(true);
  return new Promise(() => {}); // held until this page goes, or another tab takes it
});

// Calls `say(true)` when this tab writes and `say(false)` when another one does.
export const hold = (say) => {
  if (!navigator.locks) return;
  const lost = (error) => {
    say(false);
    // Another tab has it; when that one goes, this one writes again.
    if (error.name === "AbortError" || error.name === "TimeoutError") wait();
  };
  const wait = () => request({}, say).catch(lost);
  request({ signal: AbortSignal.timeout(PATIENCE) }, say).catch(lost);
  document.querySelector("[data-take-over]").addEventListener("click", () => request({ steal: true }, say).catch(lost));
};
