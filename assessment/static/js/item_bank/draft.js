// Saves a draft while its author writes and draws the preview again: <form data-draft data-save data-preview>.
// Without this module the form has a button that does the same. What is said in [data-said] is what is true:
// "saved" only after the server said so; without a network the text stays in the form and saving is tried again.
const QUIET = 1200;
const LONGEST_WAIT = 30_000;

for (const form of document.querySelectorAll("form[data-draft]")) {
  const said = form.querySelector("[data-said]");
  const preview = document.querySelector(form.dataset.preview);
  const texts = form.dataset;
  let changed = "overtaken" in form.dataset;
  let stopped = changed;
  let running = false;
  let again = false;
  let wait = QUIET;
  let timer = 0;

  const say = (text, kind) => {
    said.textContent = text;
    said.className = `saved ${kind}`;
  };
  const later = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };
  const fields = () => {
    const data = new FormData(form);
    for (const field of form.querySelectorAll("[data-not-saved]")) data.delete(field.name);
    return data;
  };
  const overtake = (message) => {
    stopped = true;
    say(message, "unsent");
    const show = document.createElement("button");
    show.type = "submit";
    show.name = "press";
    show.value = "save";
    show.className = "button quiet";
    show.textContent = texts.bothText;
    said.append(" ", show);
  };
  const save = async () => {
    if (stopped || !changed) return;
    if (running) { again = true; return; }
    running = true;
    changed = false;
    say(texts.savingText, "device");
    try {
      const reply = await fetch(texts.save, { method: "POST", body: fields(), headers: { Accept: "application/json" } });
      const answer = reply.headers.get("Content-Type")?.includes("json") ? await reply.json() : {};
      if (reply.ok) {
        form.elements.revision.value = answer.revision;
        preview.innerHTML = answer.preview;
        wait = QUIET;
        if (changed) say(texts.writingText, "device"); else say(answer.said, "server");
      } else if (answer.overtaken) {
        changed = true;
        overtake(answer.overtaken);
      } else {
        changed = true;
        stopped = reply.status < 500;
        say(answer.detail ? `${texts.refusedText} ${answer.detail}` : texts.refusedText, "unsent");
        if (!stopped) later(wait = Math.min(LONGEST_WAIT, wait * 2));
      }
    } catch {
      changed = true;
      say(texts.waitingText, "unsent");
      later(wait = Math.min(LONGEST_WAIT, wait * 2));
    }
    running = false;
    if (again) { again = false; later(QUIET); }
  };

  const note = (event) => {
    if (event.target.hasAttribute("data-not-saved")) return;
    changed = true;
    if (stopped) return;
    if (!running) say(texts.writingText, "device");
    later(QUIET);
  };
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  form.addEventListener("submit", () => { stopped = true; changed = false; clearTimeout(timer); });
  window.addEventListener("online", () => later(0));
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  // Enter in a one-line field saves; it never presses the first button that stands in a row.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input:not([type=submit], [type=file])")) return;
    event.preventDefault();
    if (event.target.type === "search") form.querySelector("button[value=find]").click(); else later(0);
  });
}
