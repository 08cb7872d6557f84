// The areas of a picture can be tapped: a tap does what the field or button of that area in the list does, and the
// picture shows what is chosen, which place an area has, which areas are paired, and what lies on one.
const SVG = "http://www.w3.org/2000/svg";

const bring = (part) => {
  const svg = part.querySelector("[data-picture]");
  const spots = new Map([...svg.querySelectorAll("[data-spot]")].map((spot) => [spot.dataset.spot, spot]));
  if (!spots.size) return;
  const areas = svg.querySelector("[data-spot]").parentElement;
  const lines = svg.insertBefore(document.createElementNS(SVG, "g"), areas);
  const fields = () => [...part.querySelectorAll("input, select")].filter((field) => field.name);
  const middle = (identifier) => {
    const mark = spots.get(identifier).querySelector(".mark");
    return [Number(mark.getAttribute("cx")), Number(mark.getAttribute("cy"))];
  };
  const trace = (d) => {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", "line");
    path.setAttribute("d", d);
    lines.append(path);
  };

  // A line between two areas; in an order it has an arrow in its middle.
  const connect = (one, other, arrow = false) => {
    const [[x1, y1], [x2, y2]] = [middle(one), middle(other)];
    trace(`M${x1} ${y1}L${x2} ${y2}`);
    if (!arrow) return;
    const angle = Math.atan2(y2 - y1, x2 - x1);
    const size = Number(svg.dataset.mark) * 0.7;
    const [x, y] = [(x1 + x2) / 2 + Math.cos(angle) * size / 2, (y1 + y2) / 2 + Math.sin(angle) * size / 2];
    const arm = (turn) => `M${x} ${y}L${x - size * Math.cos(angle + turn)} ${y - size * Math.sin(angle + turn)}`;
    trace(arm(0.6) + arm(-0.6));
  };

  for (const [identifier, spot] of spots) {
    spot.addEventListener("click", () => {
      const control = [...part.querySelectorAll("input[data-for-spot], button[data-for-spot]")].find((each) => each.dataset.forSpot === identifier);
      if (control) control.click();
      else part.dispatchEvent(new CustomEvent("exam:tapped", { detail: identifier }));
    });
  }

  const draw = () => {
    const chosen = new Map();
    lines.replaceChildren();
    for (const field of fields()) {
      if (field.type === "radio" || field.type === "checkbox") {
        if (field.checked) chosen.set(field.value, "");
      } else if (field.value && field.dataset.choice) chosen.set(field.dataset.choice, field.value);
      else if (field.value && field.dataset.gap) chosen.set(field.dataset.gap, "");
    }
    if (part.dataset.read === "pairs") {
      for (const row of part.querySelectorAll("[data-row]")) {
        const [one, other] = [...row.querySelectorAll("select")].map((field) => field.value);
        if (!one || !other || !spots.has(one) || !spots.has(other)) continue;
        chosen.set(one, "").set(other, "");
        connect(one, other);
      }
    }
    if (part.dataset.read === "order") {
      const order = [...chosen].sort(([, one], [, other]) => Number(one) - Number(other)).map(([identifier]) => identifier);
      for (const [place, identifier] of order.entries()) if (place) connect(order[place - 1], identifier, true);
    }
    for (const [identifier, spot] of spots) {
      spot.classList.toggle("on", chosen.has(identifier));
      spot.classList.toggle("first", part.dataset.first === identifier);
    }
  };
  part.classList.add("lively");
  part.addEventListener("change", draw);
  part.addEventListener("exam:written", draw);
  part.addEventListener("exam:drawn", draw);
  draw();
};

export const enliven = (question) => {
  for (const part of question.querySelectorAll("[data-response]:has([data-picture])")) bring(part);
};
