// The field to sign in: strokes of a finger, a pen or a mouse, kept as whole numbers in the page's own points. Nothing
// but these numbers leaves the page; the server makes the picture. Without this script the name is typed.
const FEWEST = 8;
const signing = document.querySelector("[data-signing]");

const begin = () => {
  const canvas = signing.querySelector("[data-signature]");
  const field = signing.querySelector("[name=drawing]");
  const clear = signing.querySelector("[data-clear]");
  const drawn = signing.querySelector("[data-drawn]");
  const form = signing.closest("form");
  const typing = form.querySelector("[data-typing]");
  const said = form.querySelector("[data-signing-said]");
  const pen = canvas.getContext("2d");
  let strokes = [];
  let size = { width: 1, height: 1 };
  let stroke = null;

  const line = (from, to) => {
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
  };
  const tell = () => {
    const points = strokes.reduce((sum, each) => sum + each.length, 0);
    const enough = points >= FEWEST;
    clear.disabled = !strokes.length;
    drawn.textContent = enough ? drawn.dataset.text : "";
    field.value = enough ? JSON.stringify({ v: 1, ...size, strokes }) : "";
    if (enough) said.textContent = "";
  };
  // A turned tablet gives the field another size: what was drawn in the old one is cleared rather than bent.
  const fit = () => {
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!width || (width === size.width && height === size.height)) return;
    size = { width, height };
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    pen.scale(devicePixelRatio, devicePixelRatio);
    Object.assign(pen, { lineWidth: 2.5, lineCap: "round", lineJoin: "round", strokeStyle: "#16213A" });
    strokes = [];
    tell();
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
    return [within(event.clientX - box.left - canvas.clientLeft, size.width), within(event.clientY - box.top - canvas.clientTop, size.height)];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (stroke || event.button) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    stroke = { id: event.pointerId, points: [at(event)] };
    strokes.push(stroke.points);
    line(stroke.points[0], stroke.points[0]);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== stroke?.id) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const last = stroke.points.at(-1);
      const point = at(each);
      if (Math.hypot(point[0] - last[0], point[1] - last[1]) < 2) continue;
      line(last, point);
      stroke.points.push(point);
    }
  });
  const lift = (event) => {
    if (event.pointerId !== stroke?.id) return;
    stroke = null;
    tell();
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  clear.addEventListener("click", () => {
    pen.clearRect(0, 0, size.width, size.height);
    strokes = [];
    tell();
    canvas.scrollIntoView({ block: "nearest" });
  });
  form.addEventListener("submit", (event) => {
    const typed = [...typing.querySelectorAll("input")].some((input) => input.value);
    if (field.value || typed) return;
    event.preventDefault();
    said.textContent = signing.dataset.emptyText;
  });

  signing.hidden = false;
  typing.open = false;
  new ResizeObserver(fit).observe(canvas);
  fit();
};

if (signing) begin();
