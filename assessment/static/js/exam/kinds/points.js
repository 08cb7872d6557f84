// Points by tapping the picture; the two numbers of each point stay, and move it by keys as well.
import { changed, partsOf, refuse, say, tool } from "./part.js";

const SVG = "http://www.w3.org/2000/svg";

const make = (name, attributes) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

const bring = (part) => {
  const place = part.querySelector("[data-points]");
  const texts = place.dataset;
  const svg = part.querySelector("[data-picture]");
  const marks = svg.querySelector("[data-marks]");
  const list = part.querySelector("[data-rows]");
  const most = Number(part.dataset.most);
  const [width, height] = svg.getAttribute("viewBox").split(" ").slice(2).map(Number);
  const size = Number(svg.dataset.mark);
  const rows = () => [...list.querySelectorAll("[data-row]")];
  const fieldsOf = (row) => [...row.querySelectorAll("input")];
  const empty = rows().at(-1).cloneNode(true);
  for (const field of fieldsOf(empty)) field.value = "";
  let now = null;

  const label = part.querySelector("figcaption");
  label.textContent = texts.tapText;

  // One row more than is filled where nothing says how many there may be; a copied row gets buttons of its own.
  const room = () => {
    for (const row of rows()) if (!dressed.has(row)) dress(row);
    if (!most && rows().every((row) => fieldsOf(row).every((field) => field.value))) list.append(dress(empty.cloneNode(true)));
  };

  const dressed = new Set();
  const dress = (row) => {
    dressed.add(row);
    row.querySelector(".tool")?.remove();
    const name = row.querySelector(".point-name");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "point-name" });
    button.addEventListener("click", () => {
      now = now === row ? null : row;
      draw();
    });
    name.replaceWith(button);
    const out = tool("out", texts.outText, () => {
      const [x, y] = fieldsOf(row);
      x.value = y.value = "";
      now = null;
      changed(x);
      draw();
      x.focus();
    });
    row.append(out);
    row.addEventListener("input", draw);
    return row;
  };
  const word = list.querySelector(".point-name").textContent.replace(/\s*1$/, "");
  const draw = () => {
    marks.replaceChildren();
    for (const [index, row] of rows().entries()) {
      const [x, y] = fieldsOf(row);
      const set = x.value !== "" && y.value !== "";
      const button = row.querySelector("button.point-name");
      button.textContent = rows().length > 1 ? `${word} ${index + 1}` : word;
      button.setAttribute("aria-pressed", String(row === now));
      for (const [field, name] of [[x, 0], [y, 1]]) field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+/, index + 1) || name);
      row.querySelector(".tool").hidden = !set;
      row.classList.toggle("now", row === now);
      if (!set) continue;
      const group = make("g", { class: row === now ? "point now" : "point" });
      const [cx, cy] = [Number(x.value), Number(y.value)];
      if (texts.object) {
        const [wide, high] = texts.objectSize.split(" ").map(Number);
        const [centreX, centreY] = texts.centre.split(" ").map(Number);
        group.append(make("image", { href: texts.object, x: cx - centreX, y: cy - centreY, width: wide, height: high }));
      } else {
        const arm = size * 1.4;
        group.append(make("circle", { cx, cy, r: size * 0.8 }), make("path", { d: `M${cx - arm} ${cy}H${cx + arm}M${cx} ${cy - arm}V${cy + arm}` }));
      }
      if (rows().length > 1) {
        const number = make("text", { x: cx + size * 1.2, y: cy - size * 0.8, "font-size": size });
        number.textContent = index + 1;
        group.append(number);
      }
      marks.append(group);
    }
  };

  svg.addEventListener("click", (event) => {
    if (part.matches(":disabled")) return;
    const box = svg.getBoundingClientRect();
    const border = svg.clientLeft || 0;
    const clamp = (value, end) => Math.min(end, Math.max(0, Math.round(value)));
    const x = clamp((event.clientX - box.left - border) / (box.width - 2 * border) * width, width);
    const y = clamp((event.clientY - box.top - border) / (box.height - 2 * border) * height, height);
    const free = rows().find((row) => fieldsOf(row).some((field) => field.value === ""));
    const row = now ?? free ?? (most === 1 ? rows()[0] : null);
    if (!row) {
      refuse(part, texts.fullText);
      return;
    }
    const fields = fieldsOf(row);
    fields[0].value = x;
    fields[1].value = y;
    now = null;
    changed(fields[0]);
    room();
    draw();
    say(part, texts.setText, { number: rows().indexOf(row) + 1, x, y });
  });
  part.classList.add("lively");
  part.addEventListener("exam:written", () => {
    room();
    draw();
  });
  room();
  draw();
};

export const enliven = (question) => {
  for (const part of partsOf(question, "points")) {
    bring(part);
    for (const plain of part.querySelectorAll("[data-plain]")) plain.hidden = true;
  }
};
