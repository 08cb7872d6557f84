// A device that asked to go on here: looks whether the invigilator has let it, and then opens the exam.
const page = document.querySelector("[data-moving]");
const EVERY = 3_000;

const look = async () => {
  try {
    const answer = await fetch(`${page.dataset.home}/token`, { cache: "no-store", headers: { Accept: "application/json" } });
    if (answer.status !== 409) location.assign(page.dataset.home);
  } catch { /* there is no network now: it looks again */ }
};

if ("asked" in page.dataset) setInterval(look, EVERY);
