// Holds the numbers that may be chosen: one more than that is taken back, and said. Works on options, hot text and pairs.
import { refuse, say } from "./part.js";

export const enliven = (question) => {
  for (const part of question.querySelectorAll("[data-response][data-list]")) {
    const most = Number(part.dataset.most ?? 0);
    const full = part.querySelector("[data-full-text]")?.dataset.fullText ?? "";
    const boxes = [...part.querySelectorAll("input[type=checkbox], input[type=radio]")].filter((box) => box.value);
    const limitsOf = (box) => (box.dataset.limit ?? "").split(" ").filter(Boolean).map((each) => {
      const cut = each.lastIndexOf(":");
      return [each.slice(0, cut), Number(each.slice(cut + 1))];
    });
    const tooMany = (box) => {
      const chosen = boxes.filter((each) => each.checked);
      if (most && chosen.length > most) return true;
      return limitsOf(box).some(([name, limit]) => limit && chosen.filter((each) => limitsOf(each).some(([other]) => other === name)).length > limit);
    };
    const before = new Map();
    const note = () => { for (const box of boxes) before.set(box, box.checked); };
    note();
    part.addEventListener("change", ({ target: box }) => {
      say(part, "");
      if (box.checked && box.value && tooMany(box)) {
        // A radio button gives back what was chosen before it.
        for (const each of boxes) if (each.name === box.name) each.checked = before.get(each);
        if (boxes.every((each) => each.name !== box.name || !each.checked)) {
          const none = part.querySelector(`input[type=radio][name="${CSS.escape(box.name)}"][value=""]`);
          if (none) none.checked = true;
        }
        refuse(part, full);
      }
      note();
    }, true);
    part.addEventListener("exam:written", note);
  }
};
