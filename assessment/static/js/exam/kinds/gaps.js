// Gaps by tapping: an option, then the place it goes to. Each place stays a list that can be used by itself.
import { changed, partsOf, refuse, say, wordsOf } from "./part.js";

const bring = (part) => {
  const chipsOf = part.querySelector("[data-chips]");
  const texts = chipsOf.dataset;
  const fields = [...part.querySelectorAll("select[data-gap]")];
  let held = null;

  const chips = [...chipsOf.querySelectorAll("[data-chip]")].map((words) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "chip" });
    button.append(...words.childNodes);
    Object.assign(button.dataset, { chip: words.dataset.chip, uses: words.dataset.uses, key: "", words: "" });
    button.lang = words.lang;
    button.draggable = true;
    words.replaceWith(button);
    return button;
  });
  const choiceOf = (value) => value.split(" ")[0];
  const used = (choice) => fields.filter((field) => choiceOf(field.value) === choice).length;
  const exhausted = (chip) => Number(chip.dataset.uses) > 0 && used(chip.dataset.chip) >= Number(chip.dataset.uses);
  const fits = (field, choice) => [...field.options].find((option) => option.value && choiceOf(option.value) === choice);

  const put = (field, choice) => {
    const chip = chips.find((each) => each.dataset.chip === choice);
    const words = { one: wordsOf(chip), place: field.getAttribute("aria-label") };
    const option = fits(field, choice);
    if (!option) refuse(part, texts.unfitText, words);
    else if (exhausted(chip) && choiceOf(field.value) !== choice) refuse(part, texts.usedText, words);
    else {
      field.value = option.value;
      changed(field);
      say(part, texts.doneText, words);
      hold(null);
    }
    draw();
  };

  const hold = (chip) => {
    held = chip;
    for (const each of chips) each.setAttribute("aria-pressed", String(each === chip));
    for (const field of fields) field.classList.toggle("open", chip !== null && !field.value && Boolean(fits(field, chip.dataset.chip)));
  };

  const draw = () => {
    for (const chip of chips) chip.classList.toggle("used", exhausted(chip));
    for (const field of fields) {
      for (const option of field.options) {
        const chip = chips.find((each) => each.dataset.chip === choiceOf(option.value));
        option.disabled = Boolean(chip) && !option.selected && exhausted(chip);
      }
    }
    part.dispatchEvent(new CustomEvent("exam:drawn"));
  };

  for (const chip of chips) {
    chip.addEventListener("click", () => {
      if (held === chip) hold(null);
      else if (exhausted(chip)) refuse(part, texts.usedText, { one: wordsOf(chip) });
      else {
        hold(chip);
        say(part, texts.putText, { one: wordsOf(chip) });
      }
    });
    chip.addEventListener("dragstart", (event) => {
      event.dataTransfer.setData("text/plain", chip.dataset.chip);
      hold(chip);
    });
    chip.addEventListener("dragend", () => hold(null));
  }
  for (const field of fields) {
    // With an option in hand a tap puts it here; otherwise the list opens as lists do.
    for (const kind of ["pointerdown", "mousedown"]) field.addEventListener(kind, (event) => { if (held) event.preventDefault(); });
    field.addEventListener("click", () => { if (held) put(field, held.dataset.chip); });
    field.addEventListener("keydown", (event) => {
      if (!held || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      put(field, held.dataset.chip);
    });
    field.addEventListener("change", draw);
    field.addEventListener("dragover", (event) => event.preventDefault());
    field.addEventListener("drop", (event) => {
      event.preventDefault();
      put(field, event.dataTransfer.getData("text/plain"));
    });
  }
  part.addEventListener("exam:tapped", ({ detail: identifier }) => {
    const slots = fields.filter((field) => field.dataset.gap === identifier);
    const free = slots.find((field) => !field.value) ?? slots[0];
    if (held) put(free, held.dataset.chip);
    else free.focus();
  });
  part.addEventListener("exam:written", draw);
  draw();
};

export const enliven = (question) => {
  for (const part of partsOf(question, "gap_match")) bring(part);
};
