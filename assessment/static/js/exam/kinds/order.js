// An order by tapping: a line that is tapped takes the next place; placed lines move up, down, or out again.
// The lists of places stay what the answer is read from; they are hidden, and a line is dragged only as an extra.
import { changed, inWords, partsOf, refuse, say, tool, wordsOf } from "./part.js";

const bring = (part) => {
  const list = part.querySelector("[data-places]");
  const texts = list.dataset;
  const lines = [...list.querySelectorAll(".place-line")].map((line) => {
    const field = line.querySelector("select");
    const label = line.querySelector("label");
    return { field, label, words: wordsOf(label.querySelector("[data-words]") ?? label), value: field.dataset.choice };
  });
  const most = lines[0].field.options.length - 1;
  const placed = () => lines.filter(({ field }) => field.value).sort((one, other) => Number(one.field.value) - Number(other.field.value));

  const ordered = Object.assign(document.createElement("ol"), { className: "places ordered" });
  const title = Object.assign(document.createElement("p"), { className: "order-title" });
  title.dir = "auto";
  const pool = Object.assign(document.createElement("ul"), { className: "places pool" });
  list.hidden = true;
  part.querySelector("[data-plain]").hidden = true;
  list.after(ordered, title, pool);

  const put = (order) => {
    for (const { field } of lines) field.value = "";
    for (const [place, { field }] of order.entries()) field.value = String(place + 1);
    changed(lines[0].field);
  };

  const move = (line, from, to, focus) => {
    const order = placed();
    order.splice(to, 0, ...order.splice(from, 1));
    put(order);
    draw();
    say(part, texts.takenText, { line: line.words, place: to + 1, places: most });
    const buttons = ordered.children[to].querySelectorAll("button");
    (buttons[focus].disabled ? buttons[1 - focus] : buttons[focus]).focus();
  };

  const take = (line) => {
    const order = placed();
    if (order.length >= most) {
      refuse(part, texts.fullText);
      return;
    }
    put([...order, line]);
    const place = [...pool.children].findIndex((each) => each.dataset.value === line.value);
    draw();
    say(part, texts.takenText, { line: line.words, place: order.length + 1, places: most });
    (pool.children[Math.min(place, pool.children.length - 1)]?.querySelector("button") ?? ordered.lastElementChild.querySelector("button:not(:disabled)"))?.focus();
  };

  const out = (line) => {
    put(placed().filter((each) => each !== line));
    draw();
    say(part, texts.goneText, { line: line.words });
    [...pool.children].find((each) => each.dataset.value === line.value)?.querySelector("button").focus();
  };

  const draw = () => {
    const order = placed();
    ordered.replaceChildren(...order.map((line, place) => {
      const row = Object.assign(document.createElement("li"), { className: "place-line", draggable: true });
      row.dataset.value = line.value;
      const number = Object.assign(document.createElement("b"), { className: "place-number", textContent: `${place + 1}.` });
      const words = Object.assign(document.createElement("span"), { className: "words" });
      words.append(...[...line.label.cloneNode(true).childNodes]);
      const tools = Object.assign(document.createElement("span"), { className: "tools" });
      const up = tool("up", `${texts.upText}: ${line.words}`, () => move(line, place, place - 1, 0));
      const down = tool("down", `${texts.downText}: ${line.words}`, () => move(line, place, place + 1, 1));
      up.disabled = place === 0;
      down.disabled = place === order.length - 1;
      tools.append(up, down, tool("out", `${texts.outText}: ${line.words}`, () => out(line)));
      row.append(number, words, tools);
      row.addEventListener("dragstart", (event) => {
        event.dataTransfer.setData("text/plain", line.value);
        row.classList.add("dragged");
      });
      row.addEventListener("dragend", () => row.classList.remove("dragged"));
      row.addEventListener("dragover", (event) => event.preventDefault());
      row.addEventListener("drop", (event) => {
        event.preventDefault();
        const from = order.findIndex((each) => each.value === event.dataTransfer.getData("text/plain"));
        if (from >= 0 && from !== place) move(order[from], from, place, from > place ? 0 : 1);
      });
      return row;
    }));
    const left = lines.filter(({ field }) => !field.value);
    pool.replaceChildren(...left.map((line) => {
      const row = document.createElement("li");
      row.dataset.value = line.value;
      const button = Object.assign(document.createElement("button"), { type: "button", className: "take" });
      Object.assign(button.dataset, { key: "", forSpot: line.value });
      button.append(...[...line.label.cloneNode(true).childNodes]);
      button.append(Object.assign(document.createElement("span"), { className: "sr", textContent: `. ${inWords(texts.takeText, { place: order.length + 1 })}` }));
      button.addEventListener("click", () => take(line));
      row.append(button);
      return row;
    }));
    title.textContent = left.length && order.length < most ? texts.poolText : "";
    title.hidden = !title.textContent;
    ordered.hidden = order.length === 0;
    part.dispatchEvent(new CustomEvent("exam:drawn"));
  };
  ordered.setAttribute("aria-label", texts.orderText);
  part.addEventListener("exam:written", draw);
  draw();
};

export const enliven = (question) => {
  for (const part of partsOf(question, "order")) bring(part);
};
