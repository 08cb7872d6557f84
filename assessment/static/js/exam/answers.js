// The first module of a question's page, and all that its first load needs. What is answered before the others are
// here is noted for them; where they do not come, the page is a plain form.
const form = document.querySelector("[data-answer]");

export const early = { changed: false, submitter: null };

const onChange = () => { early.changed = true; };
const onSubmit = (event) => {
  event.preventDefault();
  early.submitter = event.submitter;
};

export const takeOver = () => {
  form.removeEventListener("input", onChange);
  form.removeEventListener("change", onChange);
  form.removeEventListener("submit", onSubmit);
};

form.addEventListener("input", onChange);
form.addEventListener("change", onChange);
form.addEventListener("submit", onSubmit);

const go = () => import("./question.js").catch(() => {
  takeOver();
  if (early.submitter) form.requestSubmit(early.submitter);
});
if (document.readyState === "complete") go();
else addEventListener("load", go, { once: true });
