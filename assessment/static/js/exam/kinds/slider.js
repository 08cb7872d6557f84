// A slider beside the number field. Until it is moved there is no answer, and it says so by its colour and its text.
import { changed, partsOf } from "./part.js";

const bring = (part) => {
  const place = part.querySelector("[data-slider]");
  const { lower, upper, step, slideText } = place.dataset;
  const field = place.querySelector("input");
  const range = Object.assign(document.createElement("input"), { type: "range", min: lower, max: upper });
  range.step = step === "any" ? String((Number(upper) - Number(lower)) / 200) : step;
  range.dataset.aid = "";
  range.setAttribute("aria-label", slideText);
  if ("reverse" in place.dataset) range.dir = "rtl";
  const line = Object.assign(document.createElement("p"), { className: "slide" });
  line.dir = "ltr";
  const ends = [lower, upper].map((end) => Object.assign(document.createElement("span"), { textContent: end }));
  if ("reverse" in place.dataset) ends.reverse();
  line.append(ends[0], range, ends[1]);
  field.before(line);
  const digits = (step.split(".")[1] ?? (step === "any" ? "xx" : "")).length;
  const tidy = (value) => String(Number(Number(value).toFixed(digits)));
  const draw = () => {
    const number = Number(field.value.replace(",", "."));
    const set = field.value.trim() !== "" && Number.isFinite(number);
    line.classList.toggle("untouched", !set);
    range.value = set ? number : (Number(lower) + Number(upper)) / 2;
    range.setAttribute("aria-valuetext", set ? field.value : slideText);
  };
  range.addEventListener("input", () => {
    field.value = tidy(range.value);
    range.setAttribute("aria-valuetext", field.value);
    line.classList.remove("untouched");
  });
  range.addEventListener("change", (event) => {
    event.stopPropagation();
    field.value = tidy(range.value);
    changed(field);
  });
  // A tap on the middle, where the untouched slider stands, changes nothing by itself.
  range.addEventListener("click", () => {
    if (field.value !== "") return;
    field.value = tidy(range.value);
    changed(field);
    draw();
  });
  field.addEventListener("input", draw);
  part.addEventListener("exam:written", draw);
  draw();
};

export const enliven = (question) => {
  for (const part of partsOf(question, "slider")) bring(part);
};
