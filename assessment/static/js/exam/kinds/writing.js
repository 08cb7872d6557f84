// Counts what is written, beside what is expected. A screen reader hears it when the writer pauses, not at every key.
import { inWords, partsOf } from "./part.js";

const PAUSE = 1_500;

const bring = (text) => {
  const line = Object.assign(document.createElement("p"), { className: "count" });
  line.dir = "auto";
  const spoken = Object.assign(document.createElement("p"), { className: "sr" });
  spoken.setAttribute("role", "status");
  text.after(line, spoken);
  const { expected, countText, ofText } = text.dataset;
  let waiting = 0;
  const count = () => {
    const written = text.value.trim();
    line.textContent = inWords(Number(expected) ? ofText : countText, {
      characters: [...written].length, expected, words: written ? written.split(/\s+/).length : 0,
    });
  };
  text.addEventListener("input", () => {
    count();
    clearTimeout(waiting);
    waiting = setTimeout(() => { spoken.textContent = line.textContent; }, PAUSE);
  });
  return count;
};

export const enliven = (question) => {
  for (const part of partsOf(question, "extended_text")) {
    const counts = [...part.querySelectorAll("textarea")].map(bring);
    const draw = () => { for (const count of counts) count(); };
    part.addEventListener("exam:written", draw);
    draw();
  }
};
