//# allFunctionsCalledOnLoad
// The number pad of a measured criterion, and the value judged against its limits while it is typed; what was
// read stands in `data-read` of the field.
// Numbers are compared digit by digit, never as binary fractions: 0.1 + 0.2 has no place beside a limit.
import { afterPaint, texts } from "./page.js";

const PLACES = 6;

// "0,4" or ".4" -> "0.4"; anything else -> "". The same rule as on the server.
const read = (text) => {
  const folded = text.trim().replace("−", "-");
  if (!/^[+-]?(\d{1,9}([.,]\d{1,6})?|[.,]\d{1,6})$/.test(folded)) return "";
  return folded.replace(",", ".").replace("+", "").replace(/^(-?)\./, "$10.");
};
const exact = (text) => {
  const [whole, fraction = ""] = text.replace("-", "").split(".");
  const size = BigInt(whole || "0") * 10n ** BigInt(PLACES) + BigInt(fraction.padEnd(PLACES, "0").slice(0, PLACES) || "0");
  return text.startsWith("-") ? -size : size;
};
const marks = {
  inside: '<circle cx="6" cy="6" r="5" fill="currentColor"/>',
  open: '<path d="M6 .6L11.7 11H.3Z" fill="none" stroke="currentColor" stroke-width="1.6"/>',
  outside: '<path d="M6 1L11 6L6 11L1 6Z" fill="none" stroke="currentColor" stroke-width="1.8"/>',
};
const shapeOf = (position) => `<svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">${marks[position] ?? marks.outside}</svg>`;
const pad = document.querySelector("#pad");

for (const place of document.querySelectorAll("[data-measure]")) {
  const field = place.querySelector("[data-value]");
  const output = place.querySelector("[data-position]");
  const needle = place.querySelector(".needle");
  const save = place.querySelector("[data-save]");
  const { lower, upper, start, end, confirmed, missing, short, longest } = place.dataset;
  const long = place.querySelector("[data-length]");
  const keys = pad.content.cloneNode(true).firstElementChild;
  const separator = keys.querySelector("[data-key=separator]").textContent;
  keys.append(save);
  place.append(keys);
  place.classList.add("with-pad");
  let fresh = true;
  let typing = field;

  // Why it cannot be said yet whether the value is inside: dimensions of the piece, or the length of the imperfection.
  const open = (value) => {
    const found = missing ? [missing] : [];
    if (short && exact(value) > 0n) {
      if (!longest) found.push(texts.weldLengthText);
      if (!long.dataset.read) found.push(texts.lengthText);
    }
    return found.join("; ");
  };
  const where = (value) => {
    if (lower && exact(value) < exact(lower)) return "below";
    if (upper && exact(value) > exact(upper)) return "above";
    if (short && exact(value) > 0n && longest && long.dataset.read && exact(long.dataset.read) > exact(longest)) return "long";
    return open(value) ? "open" : "inside";
  };

  const point = (value) => {
    const along = ((Number(value) - Number(start)) / (Number(end) - Number(start))) * 100;
    needle?.setAttribute("d", value && `M${Math.max(0, Math.min(100, along)).toFixed(2)} 0V16`);
  };

  // Writes only what changed: a digit that leaves the value inside costs no new layout, and is not read out again.
  let shown = null;
  let next = null;
  const verdict = ({ words, kind, shape }) => `${kind} ${shape} ${words}`;
  const draw = () => {
    if (!next) return;
    const { value, words, kind, shape } = next;
    point(value);
    if (verdict(next) !== shown) {
      shown = verdict(next);
      output.className = `position ${kind}`.trimEnd();
      output.innerHTML = shape && shapeOf(shape);
      output.append(shape ? Object.assign(document.createElement("span"), { textContent: words }) : words);
    }
    output.removeAttribute("aria-busy");
    next = null;
  };
  // The digit is drawn first, and what it means right after it; a verdict that no longer holds is not to be seen.
  const say = (value, words = "", kind = "", shape = "") => {
    if (!next) afterPaint(draw);
    next = { value, words, kind, shape };
    if (verdict(next) !== shown) output.setAttribute("aria-busy", "true");
  };
  const doubt = (wrong) => {
    if (wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  };

  const judge = () => {
    const value = read(field.value);
    field.dataset.read = value;
    if (long) long.dataset.read = read(long.value);
    const wrong = !value && !/^[+−-]?$|[.,]$/.test(field.value.trim());
    doubt(wrong);
    if (!value) {
      say(value, wrong ? texts.numberText : "");
      return;
    }
    const position = where(value);
    const word = position === "open" ? texts.openText.replace("{what}", open(value)) : texts[`${position}Text`];
    // What only advises says both: where the value lies, and that it decides nothing.
    const advice = short || position === "open" ? `${word} · ${texts.recordedText}` : texts.recordedText;
    say(value, confirmed ? word : advice, confirmed ? position : "", position);
  };

  judge();
  draw();
  keys.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (!key) return;
    // The first key of a new measurement replaces a value that was saved before.
    if (fresh && key !== "back" && key !== "-") typing.value = "";
    fresh = false;
    if (key === "back") typing.value = typing.value.slice(0, -1);
    else if (key === "-") typing.value = /^[−-]/.test(typing.value) ? typing.value.slice(1) : `−${typing.value}`;
    else if (key === "separator") typing.value += /[.,]/.test(typing.value) ? "" : separator;
    else if (typing.value.length < 17) typing.value += key;
    judge();
  });
  for (const each of [field, long].filter(Boolean)) {
    each.addEventListener("input", judge);
    each.addEventListener("focus", () => {
      fresh ||= typing !== each;
      typing = each;
      each.select();
    });
  }
  field.form.addEventListener("submit", (event) => {
    if (event.submitter === save && !read(field.value)) {
      event.preventDefault();
      say("", texts.numberText);
      doubt(true);
      field.focus();
    }
    fresh = true;
  });
}
