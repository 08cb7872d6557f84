// Steps with their progress, how many are marked in all, and the way to the next criterion without a mark.
import { sheet } from "./page.js";

if (sheet) {
  const forms = [...sheet.querySelectorAll("form[data-criterion]")];
  const next = document.querySelector("[data-next]");
  const total = document.querySelector("[data-total-marked]");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const unmarked = (form) => !form.dataset.field;
  const lead = (form) => form.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "start" });

  const parts = [...sheet.querySelectorAll("[data-part]")].map((part) => ({
    own: forms.filter((form) => part.contains(form)),
    place: sheet.querySelector(`[data-step="${CSS.escape(part.dataset.part)}"] [data-progress]`),
    marked: -1,
  }));
  // Writes only what changed: the whole sheet is laid out anew otherwise.
  const count = () => {
    for (const part of parts) {
      const marked = part.own.filter((form) => !unmarked(form)).length;
      if (marked === part.marked) continue;
      part.marked = marked;
      part.place.textContent = part.place.textContent.replace(/^\D*\d+/, (found) => found.replace(/\d+/, marked));
      part.place.closest("a").classList.toggle("whole", marked === part.own.length);
    }
    const left = forms.filter(unmarked);
    const text = total.dataset.text.replace("{marked}", forms.length - left.length).replace("{total}", forms.length);
    if (total.textContent !== text) total.textContent = text;
    next.hidden = !left.length;
    if (left.length) next.href = `#${left[0].id}`;
  };
  const following = (form) => {
    const from = forms.indexOf(form) + 1;
    return [...forms.slice(from), ...forms.slice(0, from)].find(unmarked);
  };

  document.addEventListener("sheet:marked", (event) => {
    count();
    const { form, tapped } = event.detail;
    const goal = tapped && !form.querySelector("details[open] textarea:focus") && following(form);
    if (goal) setTimeout(() => lead(goal), calm.matches ? 0 : 220);
  });
  next.addEventListener("click", (event) => {
    const seen = forms.find((form) => form.getBoundingClientRect().bottom > 120);
    const goal = (seen && unmarked(seen) && seen.getBoundingClientRect().top > 140 ? seen : null) ?? following(seen ?? forms.at(-1));
    if (!goal) return;
    event.preventDefault();
    lead(goal);
    goal.querySelector("button.level, input[data-value]")?.focus({ preventScroll: true });
  });

  const links = new Map([...sheet.querySelectorAll("[data-step]")].map((link) => [link.dataset.step, link]));
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) {
      for (const link of links.values()) link.removeAttribute("aria-current");
      const link = links.get(entry.target.dataset.part);
      link.setAttribute("aria-current", "step");
      const row = link.closest("ol");
      if (row.scrollWidth > row.clientWidth) row.scrollTo({ left: link.offsetLeft - row.offsetLeft - 16 });
    }
  }, { rootMargin: "-25% 0px -70% 0px" });
  for (const part of sheet.querySelectorAll("[data-part]")) watch.observe(part);
  count();
}
