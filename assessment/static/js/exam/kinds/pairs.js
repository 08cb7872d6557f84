// Pairs by tapping: one option, then its partner. The rows of lists stay what the answer is read from.
import { changed, partsOf, refuse, say, tool, wordsOf } from "./part.js";

const bring = (part) => {
  const pool = part.querySelector("[data-pool]");
  const list = part.querySelector("[data-pairs]");
  const texts = pool.dataset;
  const most = Number(part.dataset.most);
  const chips = [...pool.querySelectorAll("[data-tap]")];
  const nameOf = (value) => wordsOf(chips.find((chip) => chip.dataset.tap === value)?.querySelector("[data-words]") ?? pool);
  const rows = () => [...list.querySelectorAll("[data-row]")].map((row) => [...row.querySelectorAll("select")]);
  const pairs = () => rows().map((fields) => fields.map((field) => field.value)).filter((pair) => pair.every(Boolean));
  let first = null;

  const empty = [...list.querySelectorAll("[data-row]")].at(-1).cloneNode(true);
  for (const field of empty.querySelectorAll("select")) field.value = "";
  const room = (count) => { while (rows().length < count) list.append(empty.cloneNode(true)); };

  const fill = (wanted) => {
    room(wanted.length);
    for (const [place, fields] of rows().entries()) for (const [half, field] of fields.entries()) field.value = wanted[place]?.[half] ?? "";
    changed(rows()[0][0]);
  };

  const used = (value) => pairs().flat().filter((each) => each === value).length;
  const exhausted = (chip) => Number(chip.dataset.uses) > 0 && used(chip.dataset.tap) >= Number(chip.dataset.uses);

  const tap = (chip) => {
    const value = chip.dataset.tap;
    const words = { one: nameOf(value) };
    if (first === value) first = null;
    else if (exhausted(chip)) refuse(part, texts.usedText, words);
    else if (first === null) {
      if (most && pairs().length >= most) refuse(part, texts.fullText);
      else {
        first = value;
        say(part, texts.firstText, words);
      }
    } else {
      fill([...pairs(), [first, value]]);
      say(part, texts.madeText, { one: nameOf(first), other: words.one });
      first = null;
    }
    draw();
  };

  const drawn = Object.assign(document.createElement("ol"), { className: "pairs" });
  list.after(drawn);
  list.hidden = true;
  pool.hidden = false;

  const draw = () => {
    for (const chip of chips) {
      chip.setAttribute("aria-pressed", String(chip.dataset.tap === first));
      chip.classList.toggle("used", exhausted(chip));
    }
    part.dataset.first = first ?? "";
    drawn.replaceChildren(...pairs().map(([one, other], place) => {
      const row = document.createElement("li");
      const pair = Object.assign(document.createElement("span"), { className: "pair" });
      const half = (value) => {
        const said = document.createElement("span");
        said.append(...[...chips.find((chip) => chip.dataset.tap === value).cloneNode(true).childNodes]);
        return said;
      };
      const names = { one: nameOf(one), other: nameOf(other) };
      const words = Object.assign(document.createElement("span"), { className: "pair-words" });
      words.append(half(one), Object.assign(document.createElement("span"), { textContent: "↔", ariaHidden: "true" }), half(other));
      pair.append(words, tool("out", `${texts.outText}: ${names.one}, ${names.other}`, () => {
        fill(pairs().filter((_, each) => each !== place));
        say(part, texts.goneText, names);
        draw();
        chips.find((chip) => chip.dataset.tap === one).focus();
      }));
      row.append(pair);
      return row;
    }));
    part.dispatchEvent(new CustomEvent("exam:drawn"));
  };
  for (const chip of chips) chip.addEventListener("click", () => tap(chip));
  part.addEventListener("exam:written", draw);
  draw();
};

export const enliven = (question) => {
  for (const part of partsOf(question, "associate")) bring(part);
};
