// The sheet: puts its parts together and begins them. Modules whose first line is `allFunctionsCalledOnLoad` are
// compiled as a whole while the page is loaded, by browsers that know it, so that the first tap does not wait for it.
import "./clock.js";
import "./pad.js";
import "./progress.js";
import "./unsent.js";
import { signingIn } from "../kept/signing_in.js";
import * as finishing from "./finishing.js";
import * as marks from "./marks.js";
import * as notes from "./notes.js";
import { fromDevice, island, sheet, texts } from "./page.js";
import * as photos from "./photos.js";
import * as sending from "./sending.js";
import { notePractical } from "./store.js";
import * as tools from "./tools.js";
import * as vaulting from "./vaulting.js";

const { practical } = island;
let stale = fromDevice;

const islandIn = (html) => {
  const found = new DOMParser().parseFromString(html, "text/html").querySelector("script[data-sheet]");
  return found ? JSON.parse(found.textContent) : null;
};

// After time without a network: what the server knows of this sheet, from another tablet for example, is shown.
const lookAround = async () => {
  if (!stale) return;
  stale = false;
  const answer = await fetch(location.pathname, { cache: "no-store", headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer) {
    stale = true;
    return;
  }
  if (!answer.ok || answer.redirected) return;
  const told = islandIn(await answer.text());
  if (told && (await marks.takeIn(told.marks))) document.querySelector("[data-elsewhere]").hidden = false;
  await vaulting.renew();
};

const ask = signingIn({ address: texts.signInUrl, renew: () => sending.renew(practical), onward: sending.flush });

document.addEventListener("sheet:standing", ({ detail: { standing } }) => {
  if (standing === "signed-out" || standing === "somebody-else") ask(standing);
});
document.addEventListener("sheet:reach", ({ detail: { reachable } }) => {
  if (reachable) sending.flush().then(lookAround);
  else stale = true;
});

// --- contrast, kept on this tablet for every page

const contrast = document.querySelector("[data-contrast-wish]");
contrast.hidden = false;
const high = () => document.documentElement.dataset.contrast === "high";
const dress = () => contrast.setAttribute("aria-pressed", String(high()));
contrast.addEventListener("click", () => {
  if (!document.querySelector("[data-comfort-style]")) {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: contrast.dataset.style });
    link.dataset.comfortStyle = "";
    document.head.append(link);
  }
  document.documentElement.dataset.contrast = high() ? "normal" : "high";
  const secure = location.protocol === "https:" ? "; secure" : "";
  const keys = /(?:^|; )comfort=\d\.\w+\.(\d)/.exec(document.cookie)?.[1] ?? "1";
  document.cookie = `comfort=${document.documentElement.dataset.size || 1}.${document.documentElement.dataset.contrast}.${keys}; path=/; max-age=31536000; samesite=lax${secure}`;
  dress();
});
if (fromDevice && /(?:^|; )comfort=\d\.high\./.test(document.cookie) !== high()) contrast.click();
dress();

// --- beginning

await notePractical(practical, {
  person: sheet.dataset.person,
  urls: island.urls,
  // What a page from the tablet says of the key may be older than what is known.
  ...(fromDevice ? {} : { seal: { key: island.seal_key, token: island.token } }),
});
await tools.begin();
await marks.begin(!fromDevice);
await photos.begin();
notes.begin();
finishing.begin();
sheet.dataset.ready = "";
await sending.begin({ practical, csrf: document.querySelector("[data-csrf]").dataset.csrf, who: sheet.dataset.person });
if (fromDevice) await lookAround();
await vaulting.begin({ fresh: !fromDevice });
