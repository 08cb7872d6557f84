// What the scripts of all kinds do with their part of a question: find it, say something, tell that it changed.
export const partsOf = (question, kind) => [...question.querySelectorAll(`[data-response].${kind}`)];

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);

export const say = (part, text, values = {}, wrong = false) => {
  const place = part.querySelector("[data-said]");
  if (!place) return;
  place.textContent = filled(text, values);
  place.classList.toggle("wrong", wrong);
};

export const refuse = (part, text, values = {}) => say(part, text, values, true);

export const inWords = filled;

// The field was changed by a script: the outbox hears it as if it had been changed by hand.
export const changed = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));

const SHAPES = {
  up: "M5 12L10 7L15 12",
  down: "M5 8L10 13L15 8",
  out: "M5 5L15 15M15 5L5 15",
};

export const tool = (shape, label, act) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tool";
  button.setAttribute("aria-label", label);
  button.innerHTML = `<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false"><path d="${SHAPES[shape]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  button.addEventListener("click", act);
  return button;
};

export const wordsOf = (element) => element.textContent.replace(/\s+/g, " ").trim() || element.querySelector("img")?.alt || "";
