// Photos of the work, taken in the page: shrunk on a canvas, which leaves place and device of the camera behind, kept
// on this tablet, sent in pieces. What a criterion asks for stands beside it; any other photo can be added.
import { find, island, now, tell, texts, time } from "./page.js";
import { soon } from "./sending.js";
import * as kept from "./store.js";

const LONGEST_SIDE = 2048;
const QUALITY = 0.85;
const KINDS = ["fit_up", "root", "cap", "other"];

const shrink = async (file) => {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", QUALITY); });
  return blob.arrayBuffer();
};

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

const kindText = (kind) => texts[`${{ fit_up: "fitUp", root: "root", cap: "cap", other: "other" }[kind]}PhotoText`];

const stateText = ({ bytes, offset, size, refused, where, at }) => {
  if (refused) return refused === "refused" ? texts.refusedText : refused;
  if (where === "server" || !bytes) return at ? texts.serverText.replace("{time}", time(at)) : texts.photoSentText;
  return offset ? texts.photoPartText.replace("{percent}", Math.round((100 * offset) / size)) : texts.photoDeviceText;
};

const listOf = (criterion) => find(criterion)?.querySelector("[data-photo-list]");

const draw = (photo) => {
  const list = listOf(photo.criterion);
  if (!list) return;
  let line = list.querySelector(`[data-photo="${CSS.escape(photo.id)}"]`);
  if (!line) {
    line = document.createElement("li");
    line.dataset.photo = photo.id;
    const view = new Image(96, 72);
    view.alt = kindText(photo.kind);
    line.append(view, document.createElement("span"));
    list.append(line);
    if (photo.bytes) {
      view.src = URL.createObjectURL(new Blob([photo.bytes], { type: "image/jpeg" }));
      view.addEventListener("load", () => URL.revokeObjectURL(view.src), { once: true });
    } else view.remove();
  }
  line.dataset.where = photo.refused ? "refused" : photo.bytes ? "device" : "server";
  line.querySelector("span").textContent = `${kindText(photo.kind)} · ${stateText(photo)}`;
  const group = find(photo.criterion).querySelector(`[data-take="${photo.kind}"]`);
  if (group && !photo.refused) group.dataset.taken = "";
};

// A slow tablet takes seconds to shrink a photo: the line stands from the first moment, and so does the time.
const take = async (criterion, kind, file, said) => {
  said.textContent = "";
  const taken_at = now().toISOString();
  const line = document.createElement("li");
  line.textContent = `${kindText(kind)} · ${texts.photoShrinkingText}`;
  listOf(criterion).append(line);
  let bytes;
  try {
    bytes = await shrink(file);
  } catch {
    said.textContent = texts.noPictureText;
    return;
  } finally {
    line.remove();
  }
  const { client, seq } = kept.nextKey();
  const sha256 = hex(await crypto.subtle.digest("SHA-256", bytes));
  const photo = { id: `${client} ${seq}`, practical: island.practical, client, seq, criterion, kind, sha256, size: bytes.byteLength, taken_at, bytes };
  const durable = await kept.keepPhoto(photo);
  draw(photo);
  if (!durable) {
    said.textContent = texts.photoMemoryText;
    tell("full");
  }
  soon();
};

// Until a photo is small enough to be kept, it is in this page only and not counted: who leaves waits for it, or is asked.
const underway = new Set();
const taken = async (photo) => {
  underway.add(photo);
  await photo.finally(() => underway.delete(photo));
};
export const allKept = () => Promise.allSettled(underway);
addEventListener("beforeunload", (event) => { if (underway.size) event.preventDefault(); });

const build = (criterion, wanted) => {
  const form = find(criterion);
  if (!form) return;
  const made = document.querySelector("#photos").content.cloneNode(true).firstElementChild;
  const said = made.querySelector("[data-photo-said]");
  for (const kind of KINDS) {
    const way = made.querySelector(`[data-take="${kind}"]`);
    if (wanted.length && !wanted.includes(kind) && kind !== "other") {
      way.remove();
      continue;
    }
    const field = way.querySelector("input");
    field.addEventListener("change", async () => {
      const [file] = field.files;
      if (file) await taken(take(criterion, kind, file, said));
      field.value = "";
    });
  }
  if (wanted.length) {
    form.querySelector("fieldset").insertBefore(made, form.querySelector(".note-of"));
  } else form.querySelector(".note-of").append(made);
};

export const begin = async () => {
  if (!globalThis.createImageBitmap || !globalThis.crypto?.subtle) return;
  for (const { code, photos } of island.criteria) build(code, photos ?? []);
  for (const photo of await kept.photosOf(island.practical)) draw(photo);
};

// Which photos are asked for and not taken yet: [[criterion, kind]].
export const missing = () => [...document.querySelectorAll("form[data-criterion] [data-take]:not([data-taken])")]
  .map((way) => [way.closest("form").dataset.criterion, way.dataset.take])
  .filter(([criterion, kind]) => (island.criteria.find(({ code }) => code === criterion)?.photos ?? []).includes(kind));

document.addEventListener("sheet:photo", ({ detail: { practical, photo } }) => {
  if (practical === island.practical) draw(photo);
});
