// A photo from the device's camera goes into the file field inside [data-camera]. The field itself stays usable:
// without this module, without a camera or without permission a phone's own camera or a file is the way.
const LONGEST_SIDE = 1600;

const button = (text, kind, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `button ${kind}`;
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
};

for (const place of document.querySelectorAll("[data-camera]")) {
  const field = place.querySelector("input[type=file]");
  if (!field || !navigator.mediaDevices?.getUserMedia || !window.DataTransfer) continue;
  const texts = place.dataset;
  const stage = document.createElement("div");
  const said = document.createElement("p");
  const view = document.createElement("video");
  const still = document.createElement("canvas");
  said.className = "small";
  said.setAttribute("role", "status");
  Object.assign(view, { muted: true, playsInline: true, hidden: true });
  still.hidden = true;
  let stream = null;

  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    view.hidden = true;
  };
  const open = async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: texts.facing, width: { ideal: LONGEST_SIDE } } });
    } catch {
      said.textContent = texts.refusedText;
      opener.hidden = true;
      return;
    }
    view.srcObject = stream;
    view.hidden = false;
    still.hidden = true;
    said.textContent = "";
    await view.play();
    opener.hidden = true;
    taker.hidden = false;
    taker.focus();
  };
  const take = () => {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(view.videoWidth, view.videoHeight));
    still.width = Math.round(view.videoWidth * scale);
    still.height = Math.round(view.videoHeight * scale);
    still.getContext("2d").drawImage(view, 0, 0, still.width, still.height);
    still.toBlob((blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], "photo.jpg", { type: "image/jpeg" }));
      field.files = files.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
      stop();
      still.hidden = false;
      said.textContent = texts.takenText;
      taker.hidden = true;
      opener.textContent = texts.againText;
      opener.hidden = false;
      opener.focus();
    }, "image/jpeg", 0.86);
  };
  const opener = button(texts.openText, "quiet", open);
  const taker = button(texts.takeText, "", take);
  taker.hidden = true;
  stage.append(view, still, opener, taker, said);
  field.before(stage);
  window.addEventListener("pagehide", stop);
}
