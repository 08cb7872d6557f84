// Says in words when the network goes and comes back: <p role="status" data-online data-offline-text data-online-text>.
// Other modules listen to the same two events of the window; nothing is sent here.
for (const place of document.querySelectorAll("[data-online]")) {
  const say = (text, away) => {
    place.textContent = text;
    place.classList.toggle("away", away);
    place.hidden = !text;
  };
  window.addEventListener("offline", () => say(place.dataset.offlineText, true));
  window.addEventListener("online", () => say(place.dataset.onlineText, false));
  if (navigator.onLine) say("", false); else say(place.dataset.offlineText, true);
}
