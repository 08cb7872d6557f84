// One tap is one mark: the buttons of a criterion hand their mark over at once instead of loading the page again.
// Undo hands over the mark before as a new one; nothing is overwritten.
const sheet = document.querySelector("[data-sheet]");
const texts = sheet?.dataset ?? {};
let pointing = false;

const shapes = {
  server: '<circle cx="6" cy="6" r="5" fill="currentColor"/>',
  device: '<circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M6 1.4A4.6 4.6 0 0 1 6 10.6Z" fill="currentColor"/>',
  unsent: '<path d="M6 .6L11.7 11H.3Z" fill="currentColor"/>',
};
const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: texts.zone || undefined });
const clock = (moment) => `${hours.format(new Date(moment))} ${texts.zoneName}`;

const parts = (form) => ({
  undo: form.querySelector("[data-undo]"), keep: form.querySelector("[data-keep]"),
  hint: form.querySelector("[data-note-hint]"), state: form.querySelector("[data-state]"),
  note: form.querySelector("textarea"), typed: form.querySelector("[data-value]"),
});
const separator = document.querySelector("#pad")?.content.querySelector("[data-key=separator]")?.textContent ?? ".";
const written = (raw) => raw.replace(".", separator).replace("-", "−");
const words = (field, raw) => field === "answer" ? { yes: texts.yesText, no: texts.noText, needs_more_evidence: texts.moreText }[raw]
  : field === "value" ? written(raw) : raw;
const markOf = (field, raw) => ({ [field]: field === "level" ? Number(raw) : raw });

function show(form, field, raw) {
  const { undo, keep, hint, typed } = parts(form);
  const before = form.dataset;
  if (before.field && (before.field !== field || before.raw !== raw)) {
    Object.assign(undo, { name: before.field, value: before.raw, hidden: false });
    undo.textContent = texts.undoText.replace("{mark}", words(before.field, before.raw));
  }
  Object.assign(before, { field, raw });
  Object.assign(keep, { name: field, value: raw, hidden: false });
  hint.hidden = true;
  for (const button of form.querySelectorAll("button.level"))
    button.setAttribute("aria-pressed", String(button.name === field && button.value === raw));
  if (typed) {
    typed.value = field === "value" ? written(raw) : "";
    typed.dispatchEvent(new Event("input"));
  }
}

function submit(event) {
  const form = event.currentTarget;
  const { note, typed } = parts(form);
  let { name: field, value: raw } = event.submitter ?? {};
  if (!field) {
    const read = typed?.dataset.read;
    if (!read) return;
    [field, raw] = ["value", read];
  }
  event.preventDefault();
  const saved = note.dataset.sent ?? note.defaultValue;
  const again = form.dataset.field === field && form.dataset.raw === raw && saved === note.value;
  show(form, field, raw);
  if (again) return;
  note.dataset.sent = note.value;
  document.dispatchEvent(new CustomEvent("sheet:mark", {
    detail: { criterion: form.dataset.criterion, mark: markOf(field, raw), note: note.value },
  }));
  const tapped = event.submitter && !event.submitter.matches("[data-undo], [data-keep]") && pointing;
  document.dispatchEvent(new CustomEvent("sheet:marked", { detail: { form, tapped } }));
}

const find = (criterion) => document.querySelector(`form[data-criterion="${CSS.escape(criterion)}"]`);

if (sheet) {
  // A pointer may be led on to the next criterion; a keyboard stays where its focus is.
  document.addEventListener("pointerdown", () => { pointing = true; }, true);
  document.addEventListener("keydown", () => { pointing = false; }, true);
  for (const form of sheet.querySelectorAll("form[data-criterion]")) form.addEventListener("submit", submit);

  document.addEventListener("sheet:restored", (event) => {
    const form = find(event.detail.criterion);
    if (!form) return;
    const [[field, raw]] = Object.entries(event.detail.mark);
    parts(form).note.value = event.detail.note;
    show(form, field, String(raw));
    document.dispatchEvent(new CustomEvent("sheet:marked", { detail: { form, tapped: false } }));
  });
  document.addEventListener("sheet:outbox", (event) => {
    const { criterion, state, time, detail } = event.detail;
    const place = find(criterion) && parts(find(criterion)).state;
    if (!place) return;
    const [kind, shape, text] = {
      server: ["server", "server", texts.serverText.replace("{time}", time ? clock(time) : "")],
      device: ["device", "device", texts.deviceText],
      waiting: ["device", "device", texts.waitingText],
      refused: ["unsent", "unsent", detail || texts.refusedText],
    }[state];
    const line = document.createElement("span");
    line.className = `saved ${kind}`;
    line.innerHTML = `<svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">${shapes[shape]}</svg>`;
    line.append(Object.assign(document.createElement("span"), { textContent: text }));
    place.replaceChildren(line);
  });
}
