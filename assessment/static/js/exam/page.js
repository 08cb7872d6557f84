// What the pages of a running exam have in common: their frame, and the notes that are hidden until they are true.
export const exam = document.querySelector("[data-exam]");
export const attempt = exam.dataset.exam;
export const home = exam.dataset.home;

export const say = (name, values = {}) => {
  const note = document.querySelector(`[data-note="${name}"]`);
  if (!note) return;
  const words = note.querySelector("[data-words]");
  words.dataset.text ??= words.textContent;
  words.textContent = words.dataset.text.replace(/\{(\w+)\}/g, (place, key) => values[key] ?? place);
  if (!note.hidden) return;
  note.hidden = false;
  note.focus({ preventScroll: true });
};

export const unsay = (name) => {
  const note = document.querySelector(`[data-note="${name}"]`);
  if (note) note.hidden = true;
};

export const time = (moment) => `${new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: exam.dataset.zone }).format(new Date(moment))} ${exam.dataset.zoneName}`;

// Answering is closed for one reason or another: another tab, another device, a pause, the end of the time.
const reasons = new Set();
export const closed = () => reasons.size > 0;
export const close = (reason, shut) => {
  if (shut) reasons.add(reason);
  else reasons.delete(reason);
  for (const part of document.querySelectorAll("[data-question] fieldset, [data-submit] button, [data-flag]")) part.disabled = closed();
};
