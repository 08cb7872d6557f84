// A page that waits for the server: for the network, for the end of the grace, or for the end of a pause. Answers on
// this device are sent meanwhile; as soon as the server answers, the exam goes on where it says.
import { exam, home } from "./page.js";
import { begin, go } from "./running.js";
import { state } from "./sending.js";

const EVERY = 5_000;

const look = async () => {
  try {
    const answer = await fetch(`${home}/receipt`, { cache: "no-store", credentials: "same-origin", headers: { Accept: "text/html" }, signal: AbortSignal.timeout(EVERY) });
    if (answer.redirected && /\/(receipt|move|\d+)$/.test(new URL(answer.url).pathname)) go(answer.url);
    else if (answer.ok && (await answer.text()).includes("data-receipt")) go(`${home}/receipt`);
  } catch { /* there is no network yet */ }
};

await begin();
if (exam.hasAttribute("data-wait")) setInterval(() => { if (!state().standing) look(); }, EVERY);
