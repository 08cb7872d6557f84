//# allFunctionsCalledOnLoad
// Steps with their progress, how many are marked in all, and the way to the next criterion without a mark.
import { sheet } from "./page.js";

if (sheet) {
  const forms = [...sheet.querySelectorAll("form[data-criterion]")];
  const next = document.querySelector("[data-next]");
  const total = document.querySelector("[data-total-marked]");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const left = new Set(forms.filter((form) => !form.dataset.field));
  const unmarked = (form) => left.has(form);

  const parts = [...sheet.querySelectorAll("[data-part]")].map((part) => ({
    key: part.dataset.part,
    own: forms.filter((form) => part.contains(form)),
    place: sheet.querySelector(`[data-step="${CSS.escape(part.dataset.part)}"] [data-progress]`),
  }));
  const partOf = new Map(parts.flatMap((part) => part.own.map((form) => [form, part])));
  const count = ({ own, place }) => {
    const marked = own.filter((each) => !unmarked(each)).length;
    place.textContent = place.textContent.replace(/\d+/, marked);
    place.closest("a").classList.toggle("whole", marked === own.length);
  };
  const sum = () => {
    total.textContent = total.dataset.text.replace("{marked}", forms.length - left.size).replace("{total}", forms.length);
    const [first] = left;
    next.hidden = !first;
    if (first) next.href = `#${first.id}`;
  };
  const links = new Map([...sheet.querySelectorAll("[data-step]")].map((link) => [link.dataset.step, link]));
  let here = null;
  // Reads before it writes: the whole sheet is laid out in between otherwise.
  const stand = (key) => {
    const link = links.get(key);
    if (link === here) return;
    const row = link.closest("ol");
    if (row.scrollWidth > row.clientWidth) row.scrollTo({ left: link.offsetLeft - row.offsetLeft - 16 });
    here?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "step");
    here = link;
  };
  // The step is named before the way to it is gone, not when the next tap is due.
  const lead = (form) => {
    stand(partOf.get(form).key);
    moving = !calm.matches;
    form.scrollIntoView({ behavior: moving ? "smooth" : "auto", block: "start" });
  };
  // Nothing moves under a finger: what is touched while the sheet is on its way to the next criterion, or about to
  // leave, is what was seen there.
  let leaving = 0;
  let moving = false;
  document.addEventListener("pointerdown", () => {
    clearTimeout(leaving);
    if (moving) scrollTo({ top: scrollY, behavior: "instant" });
    moving = false;
  }, true);
  const following = (form) => {
    const from = forms.indexOf(form) + 1;
    return [...forms.slice(from), ...forms.slice(0, from)].find(unmarked);
  };

  // A browser draws what a scroll brought near together with the next change, which would be the answer to a tap. A
  // change that nobody sees has it drawn now.
  let drawn = 0;
  document.addEventListener("scrollend", () => {
    moving = false;
    total.style.backgroundColor = `rgb(${(drawn = 1 - drawn)} 0 0 / 0)`;
  });

  document.addEventListener("sheet:marked", (event) => {
    const { form, tapped } = event.detail;
    clearTimeout(leaving);
    // A mark that is changed changes no number: nothing is written, because it is laid out anew.
    if (left.delete(form)) {
      count(partOf.get(form));
      sum();
    }
    const goal = tapped && !form.querySelector("details[open] textarea:focus") && following(form);
    if (goal) leaving = setTimeout(() => lead(goal), calm.matches ? 0 : 220);
  });
  next.addEventListener("click", (event) => {
    const seen = forms.find((form) => form.getBoundingClientRect().bottom > 120);
    const goal = (seen && unmarked(seen) && seen.getBoundingClientRect().top > 140 ? seen : null) ?? following(seen ?? forms.at(-1));
    if (!goal) return;
    event.preventDefault();
    lead(goal);
    goal.querySelector("button.level, input[data-value]")?.focus({ preventScroll: true });
  });

  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) stand(entry.target.dataset.part);
  }, { rootMargin: "-25% 0px -70% 0px" });
  for (const part of sheet.querySelectorAll("[data-part]")) watch.observe(part);
  parts.forEach(count);
  sum();
}
