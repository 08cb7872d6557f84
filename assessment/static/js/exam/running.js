// What every page of a running exam does beside its own work: says where things stand, ends the exam, and keeps the
// device ready for the time without a network.
import "./comfort.js";
import "./clock.js";
import * as outbox from "./outbox.js";
import { attempt, close, exam, home, say, time, unsay } from "./page.js";
import { begin as beginSending, flush, handIn, state, unsent } from "./sending.js";
import { hold } from "./tab.js";

let over = false;
let handingIn = false;
let leaving = false;
let keptHere = false;

export const go = (place) => {
  leaving = true;
  location.assign(place);
};

// --- how much is on this device only

document.addEventListener("exam:unsent", ({ detail: { count } }) => {
  for (const line of document.querySelectorAll("[data-unsent-line]")) {
    line.hidden = count === 0;
    line.textContent = count === 1 ? line.dataset.oneText : line.dataset.text.replace("{n}", count);
  }
  for (const button of document.querySelectorAll("[data-save-file]")) button.hidden = count === 0;
  if (count === 0) sendWished();
});

for (const button of document.querySelectorAll("[data-save-file]")) {
  button.addEventListener("click", async () => (await import("./seal.js")).saveFile(attempt));
}

// --- where this page stands

document.addEventListener("exam:standing", async ({ detail: { standing } }) => {
  close("elsewhere", standing === "elsewhere");
  if (standing === "elsewhere") {
    say("elsewhere");
    await outbox.forgetPages(attempt);
  } else unsay("elsewhere");
  if (standing === "late") say("late", { count: await unsent() });
  else unsay("late");
  if (standing === "signed-out" || standing === "somebody-else") (await import("./sign_in.js")).ask(standing);
});

document.addEventListener("exam:clock", ({ detail }) => {
  const paused = detail.state === "paused";
  close("paused", paused);
  if (paused) say("paused");
  else unsay("paused");
  if (over && Date.parse(detail.deadline) > Date.parse(detail.now)) {
    // More time was given.
    over = false;
    close("over", false);
    unsay("over");
  }
});

// --- the end

const toReceipt = async () => {
  await Promise.race([flush(), new Promise((done) => { setTimeout(done, 10_000); })]);
  go(`${home}/receipt`);
};

document.addEventListener("exam:ended", toReceipt, { once: true });

const atTheEnd = async () => {
  if (!over) return;
  await flush();
  if (state().reachable && over) {
    toReceipt();
    return;
  }
  const known = await outbox.examOf(attempt);
  say("over", { count: await unsent(), until: known.until ? time(known.until) : "" });
};

document.addEventListener("exam:over", () => {
  over = true;
  close("over", true);
  atTheEnd();
});

// The exam was sent without a network: it goes out when everything else has.
const sendWished = async () => {
  if (handingIn || !(await outbox.examOf(attempt)).wished) return;
  handingIn = true;
  const became = await handIn();
  handingIn = false;
  if (became === "sent") go(`${home}/receipt`);
};

const showWished = (wished) => {
  close("wished", wished);
  if (wished) say("queued");
  else unsay("queued");
};

export const submitExam = async () => {
  handingIn = true;
  const became = await handIn();
  handingIn = false;
  if (became === "sent") go(`${home}/receipt`);
  else if (became === "waits") {
    await outbox.noteExam(attempt, { wished: true });
    showWished(true);
  }
  return became;
};

document.querySelector("[data-unqueue]")?.addEventListener("click", async () => {
  await outbox.noteExam(attempt, { wished: false });
  showWished(false);
});

document.addEventListener("exam:reach", ({ detail: { reachable } }) => {
  if (!reachable) return;
  sendWished();
  atTheEnd();
});

addEventListener("beforeunload", (event) => {
  if (!leaving && !(keptHere && !outbox.spared()) && document.querySelector("[data-unsent-line]:not([hidden])")) event.preventDefault();
});

// --- beginning

export const begin = async () => {
  keptHere = await outbox.durable();
  const known = await outbox.examOf(attempt);
  if ("frame" in exam.dataset && known.clock) document.dispatchEvent(new CustomEvent("exam:clock", { detail: { ...known.clock, until: known.until } }));
  if (known.wished) showWished(true);
  hold((mine) => {
    close("tab", !mine);
    if (mine) {
      unsay("tab");
      document.dispatchEvent(new CustomEvent("exam:mine"));
      beginSending();
    } else say("tab");
  });
  await beginSending();
  (await import("./device.js")).prepare();
  (await import("./seal.js")).sendSealed(exam.dataset.boxesUrl);
};
