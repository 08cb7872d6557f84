// Puts the whole exam on this device after the start: the service worker, the frames and questions of both languages,
// styles, scripts, pictures and sound; and asks the browser to keep what is stored. Says plainly where that is not
// possible (plain http, an old browser, a private window).
import * as outbox from "./outbox.js";
import { attempt, exam, home } from "./page.js";

const line = document.querySelector("[data-offline]");
const SPREAD = 2_000;

const say = (which) => {
  if (!line) return;
  line.hidden = false;
  line.dataset.offline = which;
  line.textContent = line.dataset[`${which}Text`];
  // What cannot be relied on is said where the answer is, not only behind the question's number.
  if (which === "unavailable") document.querySelector(".where-saved")?.append(line);
};

const cacheAll = async (cache, addresses) => {
  for (const address of addresses) {
    if (await cache.match(address)) continue;
    await cache.add(address);
  }
};

const fetchForm = async (cache) => {
  const answer = await fetch(`${home}/form`, { cache: "no-store", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status);
  const { form, state } = await answer.json();
  await outbox.noteServer(attempt, state);
  await outbox.noteExam(attempt, { token: state.token, until: state.until, key: form.key, person: exam.dataset.person, home });
  await cacheAll(cache, [...form.assets, ...form.files]);
  // Last: the worker takes a form that is here as whole.
  await cache.put(`${home}/form`, new Response(JSON.stringify(form), { headers: { "Content-Type": "application/json" } }));
};

export const prepare = async () => {
  if (!isSecureContext || !("serviceWorker" in navigator) || !globalThis.caches || !(await outbox.durable())) {
    say("unavailable");
    return;
  }
  navigator.storage?.persist?.().catch(() => {});
  try {
    await navigator.serviceWorker.register(exam.dataset.workerUrl, { scope: "/exam/", updateViaCache: "none" });
    const cache = await caches.open(outbox.cacheName(attempt));
    if (!(await cache.match(`${home}/form`))) {
      say("loading");
      // Two thousand devices start in the same minute.
      await new Promise((done) => { setTimeout(done, Math.random() * SPREAD); });
      await fetchForm(cache);
    }
    await navigator.serviceWorker.ready;
    say("ready");
  } catch (error) {
    if (error.name === "QuotaExceededError") {
      // What room there is belongs to the answers.
      await outbox.forgetPages(attempt);
      say("unavailable");
      return;
    }
    say("loading");
    setTimeout(prepare, 10_000 + Math.random() * 10_000);
  }
};
