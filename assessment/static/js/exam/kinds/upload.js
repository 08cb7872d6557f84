// Hands a file in: its digest is computed here, the file goes to its own address, then its name becomes the answer.
// Whoever keeps files for a time without a network (the outbox) takes `exam:file` over with preventDefault().
import { changed, inWords, partsOf, refuse, say } from "./part.js";

const ENDINGS = {
  "application/pdf": "pdf", "application/vnd.oasis.opendocument.spreadsheet": "ods", "application/vnd.oasis.opendocument.text": "odt",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "audio/mp4": "m4a", "audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/webm": "weba", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp",
  "text/csv": "csv", "text/plain": "txt", "video/mp4": "mp4", "video/webm": "webm",
};
const KINDS = Object.fromEntries(Object.entries(ENDINGS).map(([type, ending]) => [ending, type]));
const typeOf = (file) => (file.type.split(";")[0].trim().toLowerCase() || KINDS[file.name.split(".").at(-1).toLowerCase()]) ?? "";
const endingOf = (type) => ENDINGS[type] ?? "bin";
const sizeOf = (bytes) => (bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`);
const accepts = (accepted, type) => accepted.split(",").some((each) => each === "*/*" || each === type || (each.endsWith("/*") && type.startsWith(each.slice(0, -1))));

const digestOf = async (file) => {
  if (!crypto.subtle) return null; // without https the server says what the digest is
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const send = async (address, part, file, type) => {
  const form = part.closest("form");
  const body = new FormData();
  const field = (name) => form?.querySelector(`[name="${name}"]`)?.value ?? "";
  body.set("token", form?.dataset.token || field("token"));
  body.set("item", form?.dataset.item || field("item"));
  body.set("response", part.dataset.response);
  body.set("file", new Blob([file], { type }), "file");
  const answer = await fetch(address, { method: "POST", headers: { Accept: "application/json" }, credentials: "omit", cache: "no-store", body });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
};

const bring = (part) => {
  const place = part.querySelector("[data-upload]");
  const texts = place.dataset;
  const value = place.querySelector("[data-file-value]");
  const chosen = place.querySelector("[data-chosen]");
  const chooser = place.querySelector("input[type=file]");
  chooser.removeAttribute("name");
  for (const plain of place.querySelectorAll("[data-plain]")) plain.hidden = true;

  const row = Object.assign(document.createElement("p"), { className: "row" });
  const button = (text, act) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "button quiet", textContent: text });
    made.addEventListener("click", act);
    row.append(made);
    return made;
  };
  if (accepts(texts.accept, "image/jpeg") && matchMedia("(pointer: coarse)").matches) {
    const camera = Object.assign(document.createElement("input"), { type: "file", accept: "image/*", hidden: true });
    camera.capture = "environment";
    camera.dataset.aid = "";
    camera.addEventListener("change", () => take(camera));
    row.append(camera);
    button(texts.photoText, () => camera.click());
  }
  const clear = button(texts.clearText, () => {
    value.value = "";
    show("");
    changed(value);
    chooser.focus();
  });
  place.append(row);

  let picture = "";
  const show = (text, file = null) => {
    if (picture) URL.revokeObjectURL(picture);
    picture = file?.type.startsWith("image/") ? URL.createObjectURL(file) : "";
    chosen.textContent = text;
    chosen.hidden = !text;
    clear.hidden = !value.value;
    if (picture) chosen.append(Object.assign(document.createElement("img"), { src: picture, alt: "" }));
  };

  const take = async (input) => {
    const [file] = input.files;
    if (!file) return;
    const type = typeOf(file);
    input.value = "";
    if (!accepts(texts.accept, type)) return refuse(part, texts.kindText);
    if (file.size > Number(texts.mostBytes)) return refuse(part, texts.largeText);
    say(part, texts.sendingText);
    const about = { kind: endingOf(type).toUpperCase(), size: sizeOf(file.size) };
    try {
      const digest = await digestOf(file);
      const name = `${digest} ${type} answer.${endingOf(type)}`;
      const taken = new Promise((resolve, reject) => {
        const offer = new CustomEvent("exam:file", {
          bubbles: true, cancelable: true, detail: { response: part.dataset.response, blob: file, type, value: name, digest, address: texts.upload, resolve, reject },
        });
        if (!digest || part.dispatchEvent(offer)) {
          if (texts.upload) send(texts.upload, part, file, type).then(({ value: said }) => resolve({ value: said, where: "server" }), reject);
          else resolve({ value: name, where: "server" });
        }
      });
      const { value: named = name, where = "device" } = (await taken) ?? {};
      value.value = named;
      show(inWords(where === "server" ? texts.doneText : texts.keptText, about), file);
      say(part, "");
      changed(value);
    } catch {
      refuse(part, texts.failedText);
    }
    return undefined;
  };
  chooser.addEventListener("change", (event) => {
    event.stopPropagation();
    take(chooser);
  });
  const draw = () => {
    const [, type, name] = value.value.split(" ");
    show(value.value ? inWords(texts.doneText, { kind: (name?.split(".").at(-1) ?? type ?? "").toUpperCase(), size: "" }).replace(/, \./, ".") : "");
  };
  part.addEventListener("exam:written", draw);
  // What the device keeps may have been written before this module was here.
  if (chosen.hidden) draw();
  clear.hidden = !value.value;
};

export const enliven = (question) => {
  for (const part of partsOf(question, "upload")) bring(part);
};
