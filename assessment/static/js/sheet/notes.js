// Notes by voice, where the browser offers dictation; nothing where it does not. The words are put into the note, to
// be read and kept like any other.
import { sheet, texts } from "./page.js";

const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;

const listen = (button, note) => {
  const hearing = new Recognition();
  hearing.lang = document.documentElement.lang;
  hearing.interimResults = false;
  const idle = () => {
    button.setAttribute("aria-pressed", "false");
    button.textContent = texts.dictateText;
  };
  hearing.addEventListener("result", ({ results }) => {
    const heard = [...results].map(([best]) => best.transcript.trim()).join(" ");
    note.value = [note.value.trim(), heard].filter(Boolean).join(" ");
    note.dispatchEvent(new Event("input", { bubbles: true }));
  });
  hearing.addEventListener("end", idle);
  hearing.addEventListener("error", idle);
  button.setAttribute("aria-pressed", "true");
  button.textContent = texts.listeningText;
  hearing.start();
  return hearing;
};

export const begin = () => {
  if (!Recognition) return;
  let hearing = null;
  for (const row of sheet.querySelectorAll("[data-dictate]")) {
    const button = row.querySelector("button");
    row.hidden = false;
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-pressed") === "true") hearing?.stop();
      else hearing = listen(button, row.closest("form").querySelector("textarea"));
    });
  }
};
