// A folded confirmation gets Cancel and Escape. Without this module it is a plain <details>.
for (const fold of document.querySelectorAll("details[data-confirm]")) {
  const opener = fold.querySelector("summary");
  const close = () => { fold.open = false; opener.focus(); };
  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.className = "button quiet";
  cancel.textContent = fold.dataset.cancelText;
  cancel.addEventListener("click", close);
  fold.querySelector(".actions")?.append(cancel);
  fold.addEventListener("keydown", (event) => { if (event.key === "Escape" && fold.open) close(); });
  fold.addEventListener("toggle", () => {
    if (fold.open) fold.querySelector("textarea, input:not([type=hidden]), select, button")?.focus();
  });
}
