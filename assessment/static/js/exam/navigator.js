// Paints the grid of numbers from what this device knows: answered, flagged, not on the server yet.
import * as outbox from "./outbox.js";
import { attempt, exam } from "./page.js";

const frame = "frame" in exam.dataset;

export const isEmpty = (response) => !response || Object.values(response).every((value) => value === null || value === "" || (Array.isArray(value) && !value.length));

// What is known of each question: what this device knows, and on a page of the server what that page says.
export const questions = async () => {
  const known = new Map((await outbox.answersOf(attempt)).map((answer) => [answer.item, answer]));
  const waiting = new Set((await outbox.eventsOf(attempt)).map((event) => event.item));
  return [...document.querySelectorAll("[data-navigator] [data-item]")].map((place) => {
    const answer = known.get(place.dataset.item);
    const mine = answer && (frame || answer.where === "device" || waiting.has(place.dataset.item) || answer.where === "server");
    return {
      place,
      number: Number(place.textContent),
      answered: mine && answer.response ? !isEmpty(answer.response) : "answered" in place.dataset,
      flagged: answer && (frame || answer.flagUnsent || answer.flagged !== undefined) ? Boolean(answer.flagged) : "flagged" in place.dataset,
      unsent: waiting.has(place.dataset.item),
    };
  });
};

export const paintNavigator = async () => {
  const grid = document.querySelector("[data-navigator]");
  if (!grid) return [];
  const texts = grid.dataset;
  const every = await questions();
  for (const { place, answered, flagged, unsent } of every) {
    place.toggleAttribute("data-answered", answered);
    place.toggleAttribute("data-flagged", flagged);
    place.toggleAttribute("data-unsent", unsent);
    const [name] = place.getAttribute("aria-label").split(",");
    const words = [name, answered ? texts.answeredText : texts.emptyText];
    if (flagged) words.push(texts.flaggedText);
    if (unsent) words.push(texts.unsentText);
    place.setAttribute("aria-label", words.join(", "));
  }
  return every;
};
