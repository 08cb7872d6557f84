// What makes an exam page comfortable: the menu "Display", keys, read aloud, and the kinds that ask for a script.
// The wishes are kept in a cookie of this device that the server reads too, so that a page comes as it is wanted.
const COOKIE = "comfort";
const A_YEAR = 31_536_000;
const root = document.documentElement;
const menu = document.querySelector("[data-comfort]");

const kept = () => {
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${COOKIE}=`));
  const [size, contrast, keys] = (found?.slice(COOKIE.length + 1) ?? "").split(".");
  return {
    size: /^[1-4]$/.test(size) ? size : "1",
    contrast: ["normal", "high", "dark"].includes(contrast) ? contrast : "normal",
    keys: keys !== "0",
  };
};
let wanted = kept();

const dress = () => {
  const plain = wanted.size === "1" && wanted.contrast === "normal";
  if (!plain && menu && !document.querySelector("[data-comfort-style]")) {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: menu.dataset.style });
    link.dataset.comfortStyle = "";
    document.head.append(link);
  }
  root.dataset.size = wanted.size;
  root.dataset.contrast = wanted.contrast;
  for (const button of document.querySelectorAll("[data-wish]")) button.setAttribute("aria-pressed", String(wanted[button.name] === button.value));
};

const wish = (changes) => {
  wanted = { ...wanted, ...changes };
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${COOKIE}=${wanted.size}.${wanted.contrast}.${Number(wanted.keys)}; path=/; max-age=${A_YEAR}; samesite=lax${secure}`;
  dress();
};

dress();
menu?.querySelector("[data-wishes]").addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter) wish({ [event.submitter.name]: event.submitter.value });
});
const keysWish = menu?.querySelector("[data-number-keys]");
if (keysWish) {
  keysWish.hidden = false;
  const box = keysWish.querySelector("input");
  box.checked = wanted.keys;
  box.addEventListener("change", () => wish({ keys: box.checked }));
}

// --- panels of the top line: one at a time, closed by Escape and by a tap elsewhere

const panels = [...document.querySelectorAll(".top details")].filter((each) => !each.parentElement.closest("details"));
const open = (panel, on) => {
  panel.open = on;
  if (on) for (const other of panels) if (other !== panel) other.open = false;
};
for (const panel of panels) {
  panel.addEventListener("toggle", () => { if (panel.open) open(panel, true); });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel.open) return;
    open(panel, false);
    panel.querySelector("summary").focus();
  });
}
document.addEventListener("click", ({ target }) => {
  for (const panel of panels) if (panel.open && !panel.contains(target)) panel.open = false;
});

// --- keys: digits choose (they can be switched off), other keys are no letters, so that typing is never disturbed

const typing = (target) => target.matches("textarea, select, [contenteditable]") || (target.matches("input") && !["radio", "checkbox", "range", "button", "submit"].includes(target.type));
const press = (selector) => {
  const found = document.querySelector(selector);
  if (found && !found.disabled) found.click();
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey || event.metaKey) return;
  if (event.ctrlKey && event.key === "Enter") {
    event.preventDefault();
    document.activeElement?.blur?.();
    press(event.shiftKey ? ".thumb button:first-of-type" : ".thumb button:last-of-type");
    return;
  }
  if (event.ctrlKey || event.shiftKey) return;
  if (event.key === "F8" || event.key === "F9" || event.key === "F2") {
    event.preventDefault();
    if (event.key === "F8") press("[data-flag]");
    const panel = event.key === "F9" ? document.querySelector("[data-fold]") : event.key === "F2" ? menu : null;
    if (panel) {
      open(panel, !panel.open);
      panel.querySelector("summary").focus();
      if (event.key === "F2" && panel.open) panel.querySelector("[data-keys-help]").open = true;
    }
    return;
  }
  if (!wanted.keys || !/^[1-9]$/.test(event.key) || typing(event.target) || event.target.closest(".top")) return;
  const choices = [...document.querySelectorAll("[data-asked] [data-key]")].filter((each) => each.offsetParent !== null && !each.disabled && !each.closest("fieldset:disabled"));
  const chosen = choices[Number(event.key) - 1];
  if (!chosen) return;
  event.preventDefault();
  chosen.focus();
  chosen.click();
});

// --- the question on the page: its scripts, and its voice

const enliven = async () => {
  for (const question of document.querySelectorAll("[data-asked]:not([data-lively])")) {
    question.dataset.lively = "";
    const addresses = (question.dataset.module ?? "").split(" ").filter(Boolean);
    const modules = await Promise.all(addresses.map((address) => import(address).catch(() => null)));
    for (const module of modules) module?.enliven(question);
  }
  if (menu && "speechSynthesis" in window) (await import(menu.dataset.speech).catch(() => null))?.offer(menu.dataset);
};
document.addEventListener("exam:shown", enliven);
enliven();
