// Reads the words of a question aloud with the browser's own voice, where it has one for their language; never by itself.
// Only the voices that live on this device are used: what is read must not travel to a third party.
const voices = () => speechSynthesis.getVoices().filter((voice) => voice.localService);
const voiceFor = (language) => voices().find((voice) => voice.lang.toLowerCase().replace("_", "-").split("-")[0] === language.toLowerCase().split("-")[0]);

const visible = (element) => element.offsetParent !== null || element.getClientRects().length > 0;

// The words in the order of the page; an option says its number, and what stands inside another is read with it.
const wordsOf = (question, optionText) => {
  let number = 0;
  return [...question.querySelectorAll("[data-words]")]
    .filter((element) => !element.parentElement.closest("[data-words]") && visible(element))
    .map((element) => {
      const copy = element.cloneNode(true);
      for (const field of copy.querySelectorAll("select, input, textarea, audio, video, [aria-hidden=true]")) field.replaceWith(field.matches("[aria-hidden=true]") ? " " : " … ");
      for (const picture of copy.querySelectorAll("img")) picture.replaceWith(` ${picture.alt} `);
      const option = element.closest(".option") !== null;
      if (option) number += 1;
      const text = copy.textContent.replace(/\s+/g, " ").trim();
      return text && { lang: element.lang, text: option ? `${optionText.replace("{n}", number)}. ${text}` : text };
    })
    .filter(Boolean);
};

let current = null;
const stop = () => {
  const button = current;
  current = null;
  speechSynthesis.cancel();
  if (button) button.lastChild.textContent = button.dataset.read;
  button?.setAttribute("aria-pressed", "false");
};

const read = (button, question, optionText) => {
  speechSynthesis.cancel();
  current = button;
  button.lastChild.textContent = button.dataset.stop;
  button.setAttribute("aria-pressed", "true");
  const parts = wordsOf(question, optionText);
  for (const [place, { lang, text }] of parts.entries()) {
    const speech = new SpeechSynthesisUtterance(text);
    speech.lang = lang;
    speech.voice = voiceFor(lang) ?? null;
    speech.onend = speech.onerror = () => { if (current === button && place === parts.length - 1) stop(); };
    speechSynthesis.speak(speech);
  }
  if (!parts.length) stop();
};

export const offer = (texts) => {
  const place = () => {
    for (const question of document.querySelectorAll("[data-asked]")) {
      const language = question.querySelector("[data-words]")?.lang;
      if (!language || !voiceFor(language) || question.querySelector("[data-reader]")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "reader";
      button.setAttribute("aria-pressed", "false");
      Object.assign(button.dataset, { reader: "", read: texts.readText, stop: texts.stopText });
      button.innerHTML = '<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false"><path d="M3 7.5H6L10.5 4V16L6 12.5H3Z" fill="currentColor"/><path d="M13 7.2Q15 10 13 12.8M15.4 5Q18.8 10 15.4 15" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></svg> ';
      button.append(texts.readText);
      button.addEventListener("click", () => (current === button ? stop() : read(button, question, texts.optionText)));
      question.prepend(button);
    }
  };
  place();
  speechSynthesis.onvoiceschanged = place;
};

addEventListener("pagehide", stop);
document.addEventListener("exam:shown", stop);
