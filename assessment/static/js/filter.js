// A search box filters the list or table it names (data-filter="#id") while one types, and says how many are left.
// Without this module the form asks the server.
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

for (const form of document.querySelectorAll("form[data-filter]")) {
  const target = document.querySelector(form.dataset.filter);
  const box = form.querySelector("input[type=search]");
  const said = form.querySelector("[data-filter-said]");
  if (!target || !box) continue;
  const lines = [...target.querySelectorAll(target.matches("table") ? "tbody > tr" : ":scope > li")]
    .map((line) => [line, plain(line.textContent)]);
  const filter = () => {
    const words = plain(box.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [line, text] of lines) {
      line.hidden = !words.every((word) => text.includes(word));
      if (!line.hidden) shown += 1;
    }
    if (said) said.textContent = !words.length ? "" : shown ? `${form.dataset.countText} ${shown}` : form.dataset.noneText;
  };
  box.addEventListener("input", filter);
  if (target.hasAttribute("data-whole")) form.addEventListener("submit", (event) => event.preventDefault());
  filter();
}
