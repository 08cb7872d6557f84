// The last resort: everything that is unsent on this tablet as a sealed file that only the server opens. What is in it
// stays on the tablet and is sent all the same.
import { saveAs, sealBox } from "../kept/box.js";
import { island } from "./page.js";
import { wire } from "./sending.js";
import * as kept from "./store.js";

const INFO = "teruji sealed answers v1";

const text = (bytes) => {
  let found = "";
  const view = new Uint8Array(bytes);
  for (let at = 0; at < view.length; at += 32_768) found += String.fromCharCode(...view.subarray(at, at + 32_768));
  return btoa(found);
};

export const saveFile = async () => {
  const events = (await kept.eventsOf(island.practical)).map(wire);
  const photos = (await kept.photosOf(island.practical)).filter(({ bytes }) => bytes)
    .map(({ client, seq, criterion, kind, sha256, size, taken_at, bytes }) => ({ v: 1, client, seq, criterion, kind, sha256, size, taken_at, bytes: text(bytes) }));
  const { seal } = await kept.practicalOf(island.practical);
  const box = await sealBox(seal?.key, INFO, { v: 1, token: seal.token, device: await kept.deviceName(), events, photos });
  if (box) saveAs(`teruji-${island.practical.slice(0, 8)}.teruji`, box);
};
