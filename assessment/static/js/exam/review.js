// The page before the end: what is empty, flagged and not on the server yet, from what this device knows; and the
// sending of the exam, now or as soon as there is a network.
import { paintNavigator } from "./navigator.js";
import { begin, submitExam } from "./running.js";

const MANY = 5;
const handIn = document.querySelector("[data-submit]");
const word = handIn.querySelector("[data-submit-said]");
const list = document.querySelector(".review");

const few = (places) => {
  if (!places.length) return Object.assign(document.createElement("span"), { textContent: list.dataset.noneText });
  if (places.length > MANY) return Object.assign(document.createElement("b"), { className: "figure", textContent: places.length });
  const numbers = Object.assign(document.createElement("span"), { className: "numbers" });
  numbers.append(...places.map(({ number }) => Object.assign(document.createElement("a"), { href: number, textContent: number })));
  return numbers;
};

const paintLine = (name, places) => {
  const line = list.querySelector(`[data-line="${name}"]`);
  line.querySelector("[data-some]").hidden = !places.length;
  line.querySelector("[data-none]").hidden = places.length > 0;
  line.querySelector("[data-few]").replaceChildren(few(places));
};

const paint = async () => {
  const every = await paintNavigator();
  const empty = every.filter(({ answered }) => !answered);
  const waiting = every.filter(({ unsent }) => unsent);
  paintLine("empty", empty);
  paintLine("flagged", every.filter(({ flagged }) => flagged));
  list.querySelector('[data-line="unsent"]').hidden = !waiting.length;
  list.querySelector("[data-unsent-count]").textContent = waiting.length;
  const count = document.querySelector("[data-answered-count]");
  count.textContent = count.dataset.text.replace("{answered}", every.length - empty.length).replace("{all}", every.length);
  document.querySelector("progress").value = every.length - empty.length;
  const empties = document.querySelector("[data-empties]");
  empties.textContent = !empty.length ? empties.dataset.fullText
    : empty.length === 1 ? empties.dataset.oneText
    : empties.dataset.text.replace("{n}", empty.length);
  const back = document.querySelector("[data-to-questions]");
  back.href = back.href.replace(/\/\d+$/, `/${(empty[0] ?? every[0]).number}`);
};

handIn.addEventListener("submit", async (event) => {
  event.preventDefault();
  word.textContent = word.dataset.waitText;
  const became = await submitExam();
  word.textContent = became === "failed" ? word.dataset.failText : "";
});

document.addEventListener("exam:unsent", paint);
await paint();
await begin();
