//# allFunctionsCalledOnLoad
// What the modules of the sheet have in common: the page's own facts, its words, and the time by the server's clock.
export const sheet = document.querySelector("[data-sheet-page]");
export const texts = sheet?.dataset ?? {};
const found = document.querySelector("script[data-sheet]");
export const island = found ? JSON.parse(found.textContent) : null;
// Written into a page that the worker serves from this tablet: what it says of the server is as old as it is.
export const fromDevice = document.documentElement.hasAttribute("data-kept");

export const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`sheet:${name}`, { detail }));
export const find = (criterion) => document.querySelector(`form[data-criterion="${CSS.escape(criterion)}"]`);

// A tap is answered first; what follows from it comes when that frame is drawn.
const DRAWN_AFTER = 30;
export const afterPaint = (work) => requestAnimationFrame(() => setTimeout(work, DRAWN_AFTER));

// --- the clock

const WRONG_FROM = 120_000;
const NAME = "teruji sheet clock";
const kept = () => { try { return Number(localStorage.getItem(NAME)) || 0; } catch { return 0; } };
let ahead = kept();

// Notes the server's time; a tablet whose clock is wrong by more than two minutes is told, and its marks are dated by
// the server's clock from then on, also without a network.
export const noteNow = (moment) => {
  const difference = Date.parse(moment) - Date.now();
  const before = ahead;
  ahead = Math.abs(difference) > WRONG_FROM ? difference : 0;
  if (ahead === before) return;
  try { localStorage.setItem(NAME, String(ahead)); } catch { /* it is asked again */ }
  tell("clock", { ahead });
};
export const clockAhead = () => ahead;
export const now = () => new Date(Date.now() + ahead);

const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: texts.zone || undefined });
export const time = (moment) => `${hours.format(new Date(moment))} ${texts.zoneName ?? ""}`.trim();

if (island && !fromDevice) noteNow(island.now);
