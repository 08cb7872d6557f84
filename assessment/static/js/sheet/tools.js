// What the assessor measures with: one choice for each kind of tool, kept on this tablet with the sheet. Every value that
// is marked from then on says its tool; values of before that had none are marked again with it.
import { island, tell, texts } from "./page.js";
import * as kept from "./store.js";

const chosen = new Map();
const keyOf = new Map((island?.tools ?? []).flatMap(({ key, criteria }) => criteria.map((code) => [code, key])));
const places = [...document.querySelectorAll("[data-tool-choice]")];

export const toolFor = (criterion) => chosen.get(keyOf.get(criterion)) ?? "";

const say = (place) => {
  const key = place.dataset.toolChoice;
  const name = place.selectedOptions[0]?.dataset.name;
  for (const line of document.querySelectorAll(`[data-tool-said][data-key="${CSS.escape(key)}"]`)) line.textContent = name ?? texts.noToolText;
};

const choose = async (place) => {
  const key = place.dataset.toolChoice;
  chosen.set(key, place.value);
  say(place);
  await kept.notePractical(island.practical, { tools: Object.fromEntries(chosen) });
  if (place.value) tell("tool", { criteria: island.tools.find((each) => each.key === key).criteria });
};

// A tool that is offered no more (another site, out of use) is no choice.
export const begin = async () => {
  const { tools = {} } = await kept.practicalOf(island.practical);
  for (const place of places) {
    const key = place.dataset.toolChoice;
    const known = tools[key] ?? place.value;
    if ([...place.options].some(({ value }) => value === known)) place.value = known;
    chosen.set(key, place.value);
    say(place);
    place.addEventListener("change", () => choose(place));
  }
  for (const button of document.querySelectorAll("[data-without-script]")) button.parentElement.remove();
};
