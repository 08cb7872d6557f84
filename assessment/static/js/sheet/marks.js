//# allFunctionsCalledOnLoad
// One tap is one mark: the buttons of a criterion hand their mark over at once instead of loading the page again.
// Undo hands over the mark before as a new one; nothing is overwritten. A mark that is changed is kept at once and
// goes out when its reason is given.
import { afterPaint, find, island, now, sheet, tell, texts, time } from "./page.js";
import { keepingOne, soon } from "./sending.js";
import * as kept from "./store.js";
import { toolFor } from "./tools.js";

let pointing = false;
const waiting = new Map(); // criterion -> the event whose reason is asked for

const shapes = {
  server: '<circle cx="6" cy="6" r="5" fill="currentColor"/>',
  device: '<circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M6 1.4A4.6 4.6 0 0 1 6 10.6Z" fill="currentColor"/>',
  unsent: '<path d="M6 .6L11.7 11H.3Z" fill="currentColor"/>',
};

const parts = (form) => ({
  undo: form.querySelector("[data-undo]"), keep: form.querySelector("[data-keep]"),
  hint: form.querySelector("[data-note-hint]"), state: form.querySelector("[data-state]"),
  note: form.querySelector("textarea"), typed: form.querySelector("[data-value]"), long: form.querySelector("input[data-length]"),
});
const separator = document.querySelector("#pad")?.content.querySelector("[data-key=separator]")?.textContent ?? ".";
const written = (raw) => raw.replace(".", separator).replace("-", "−");
const words = (field, raw) => field === "answer" ? { yes: texts.yesText, no: texts.noText, needs_more_evidence: texts.moreText }[raw]
  : field === "value" ? written(raw) : raw;
const markOf = (field, raw, length) => ({ [field]: field === "level" ? Number(raw) : raw, ...(length ? { length } : {}) });
const readMark = (mark) => Object.entries(mark).find(([field]) => ["level", "value", "answer"].includes(field));

const show = (form, field, raw, length = "") => {
  const { undo, keep, hint, typed, long } = parts(form);
  const before = form.dataset;
  if (before.field && (before.field !== field || before.raw !== raw || (before.length ?? "") !== length)) {
    Object.assign(undo, { name: before.field, value: before.raw, hidden: false });
    undo.dataset.length = before.length ?? "";
    undo.textContent = texts.undoText.replace("{mark}", words(before.field, before.raw));
  }
  Object.assign(before, { field, raw, length });
  Object.assign(keep, { name: field, value: raw, hidden: false });
  hint.hidden = true;
  for (const button of form.querySelectorAll("button.level")) {
    const pressed = String(button.name === field && button.value === raw);
    if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
  }
  const said = [[typed, raw], [long, length]].map(([place, text]) => [place, field === "value" ? written(text) : ""]);
  const other = said.filter(([place, text]) => place && place.value !== text);
  for (const [place, text] of other) place.value = text;
  if (other.length) typed.dispatchEvent(new Event("input"));
};

const say = (criterion, state, { at = "", detail = "" } = {}) => {
  const form = find(criterion);
  if (!form) return;
  const [shape, text] = {
    server: ["server", texts.serverText.replace("{time}", at ? time(at) : "")],
    held: ["server", texts.heldText],
    device: ["device", texts.deviceText],
    waiting: ["device", texts.waitingText],
    reason: ["device", texts.reasonText],
    memory: ["unsent", texts.memoryText],
    refused: ["unsent", detail || texts.refusedText],
  }[state];
  const line = document.createElement("span");
  line.className = `saved ${shape}`;
  line.innerHTML = `<svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">${shapes[shape]}</svg>`;
  line.append(Object.assign(document.createElement("span"), { textContent: text }));
  parts(form).state.replaceChildren(line);
};

// --- the reason of a change

const giveReason = async (criterion, reason) => {
  const event = waiting.get(criterion);
  if (!event) return;
  waiting.delete(criterion);
  find(criterion)?.querySelector("[data-reason]")?.remove();
  await kept.changeEvent(event, { waits: false, reason });
};

const askReason = (form) => {
  const asked = document.querySelector("#reason").content.cloneNode(true).firstElementChild;
  const field = asked.querySelector("input");
  const label = asked.querySelector("label");
  field.id = `reason-${form.dataset.criterion}`;
  label.htmlFor = field.id;
  const give = async (reason) => {
    if (!reason.trim()) {
      field.focus();
      return;
    }
    await giveReason(form.dataset.criterion, reason.trim());
    say(form.dataset.criterion, "device");
    soon();
  };
  for (const button of asked.querySelectorAll("[data-quick]")) button.addEventListener("click", () => give(button.textContent));
  asked.querySelector("[data-give]").addEventListener("click", () => give(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    give(field.value);
  });
  form.querySelector(".under").after(asked);
  asked.scrollIntoView({ block: "nearest" });
};

// --- marking

const keep = async (form, field, raw, { note, length = "", reason = "", waits = false }) => {
  const { criterion } = form.dataset;
  const tool = field === "value" ? toolFor(criterion) : "";
  form.dataset.tool = tool;
  const event = { ...kept.nextKey(), criterion, mark: markOf(field, raw, length), note, reason, waits, tool, observed_at: now().toISOString() };
  if (waits) waiting.set(criterion, { ...event, practical: island.practical });
  const durable = await kept.keepMark(island.practical, event);
  say(criterion, !durable ? "memory" : waits ? "reason" : "device");
};

const submit = async (event) => {
  const form = event.currentTarget;
  const { note, typed, long } = parts(form);
  let { name: field, value: raw } = event.submitter ?? {};
  let length = field === "value" ? (event.submitter.dataset.length ?? form.dataset.length ?? "") : "";
  if (!field) {
    const read = typed?.dataset.read;
    if (!read) return;
    [field, raw, length] = ["value", read, long?.dataset.read ?? ""];
  }
  event.preventDefault();
  const saved = note.dataset.sent ?? note.defaultValue;
  const same = form.dataset.field === field && form.dataset.raw === raw && (form.dataset.length ?? "") === length;
  const sameTool = field !== "value" || form.dataset.tool === toolFor(form.dataset.criterion);
  const changed = Boolean(form.dataset.field) && !same;
  const undoing = event.submitter?.matches("[data-undo]");
  const tapped = event.submitter && !undoing && !changed && !event.submitter.matches("[data-keep]") && pointing;
  show(form, field, raw, length);
  if (same && sameTool && saved === note.value) return;
  note.dataset.sent = note.value;
  afterPaint(() => tell("marked", { form, tapped }));
  // What was changed before and is changed again needs no reason of its own.
  await keepingOne(async () => {
    await giveReason(form.dataset.criterion, undoing ? texts.undoneText : texts.againText);
    await keep(form, field, raw, { note: note.value, length, reason: undoing ? texts.undoneText : "", waits: changed && !undoing });
  });
  soon();
  if (changed && !undoing) askReason(form);
};

// A browser that submits a form lays out everything in it first, the closed note too. A tap goes round that.
const goRound = (event) => {
  const submitter = event.target.closest("button[type=submit]");
  if (!submitter) return;
  event.preventDefault();
  event.currentTarget.dispatchEvent(new SubmitEvent("submit", { submitter, bubbles: true, cancelable: true }));
};

// Shows a mark that this page was not written with.
const showKnown = (known) => {
  const form = find(known.criterion);
  const mark = readMark(known.mark);
  if (!form || !mark) return;
  const { note } = parts(form);
  note.value = known.note;
  note.dataset.sent = known.note;
  show(form, mark[0], String(mark[1]), known.mark.length ?? "");
  form.dataset.tool = known.tool ?? "";
  tell("marked", { form, tapped: false });
};

// Marks of this sheet that the server has and this page does not show: another tablet has made them.
export const takeIn = async (marks) => {
  const unsent = new Set((await kept.eventsOf(island.practical)).map(({ criterion }) => criterion));
  let news = 0;
  for (const { criterion, mark, note, tool, observed_at, received_at } of marks) {
    const form = find(criterion);
    const read = readMark(mark);
    if (!form || !read || unsent.has(criterion)) continue;
    const { field, raw } = form.dataset;
    if (field === read[0] && raw === String(read[1])) continue;
    const taken = await kept.noteServerMark(island.practical, criterion, { mark, note, tool, observed_at });
    if (!taken || form.dataset.field !== field || form.dataset.raw !== raw) continue; // marked here meanwhile
    showKnown({ criterion, mark, note, tool });
    say(criterion, "server", { at: received_at ?? island.now });
    news += 1;
  }
  return news;
};

// `fresh`: the server wrote this page just now; only what it does not have yet is newer here.
export const begin = async (fresh) => {
  for (const known of await kept.marksOf(island.practical)) {
    if (fresh && known.where !== "device") continue;
    showKnown(known);
    say(known.criterion, known.where, known);
  }
  for (const event of await kept.eventsOf(island.practical)) {
    if (!event.waits) continue;
    waiting.set(event.criterion, event);
    say(event.criterion, "reason");
    const form = find(event.criterion);
    if (form) askReason(form);
  }
};

// At once: a tap that comes before everything is read counts as well. In a page of this tablet nothing can be tapped
// before, because its forms lead nowhere without a network.
for (const form of sheet.querySelectorAll("form[data-criterion]")) {
  form.addEventListener("click", goRound);
  form.addEventListener("submit", submit);
  form.querySelector("fieldset").disabled = false;
}

document.addEventListener("sheet:settled", ({ detail: { practical, criterion, newest, where, time: at, detail } }) => {
  if (practical === island.practical && newest && !waiting.has(criterion)) say(criterion, where, { at, detail });
});
document.addEventListener("sheet:reach", async ({ detail: { reachable } }) => {
  if (reachable) return;
  for (const { criterion, waits } of await kept.eventsOf(island.practical)) if (!waits) say(criterion, "waiting");
});
// A tool was chosen after values were marked that need one: they are marked again with it.
document.addEventListener("sheet:tool", async ({ detail: { criteria } }) => {
  const forms = criteria.map(find).filter((form) => form?.dataset.field === "value" && !form.dataset.tool && !waiting.has(form.dataset.criterion));
  for (const form of forms) {
    const { note } = parts(form);
    await keepingOne(() => keep(form, "value", form.dataset.raw, { note: note.dataset.sent ?? note.defaultValue, length: form.dataset.length ?? "", reason: texts.toolText }));
  }
  if (forms.length) soon();
});
// A pointer may be led on to the next criterion; a keyboard stays where its focus is.
document.addEventListener("pointerdown", () => { pointing = true; }, true);
document.addEventListener("keydown", () => { pointing = false; }, true);
