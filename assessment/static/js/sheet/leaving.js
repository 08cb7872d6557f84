// Signing out on an assessor's pages: sends what is still on this tablet; whoever signs out leaves nothing personal
// behind once the server has everything. What could not be sent stays until it is, and the person is asked first.
// Everything it needs is fetched only then.
const form = document.querySelector("[data-leaving-tablet]");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [sending, kept, { destroy, possible }] = await Promise.all([import("./sending.js"), import("./store.js"), import("./vault.js")]);
  if ((await kept.practicals()).length) await sending.begin({ csrf: form.csrf_token.value, who: form.dataset.personMark });
  const left = (await kept.eventsOf()).length + (await kept.photosOf()).filter(({ bytes }) => bytes).length;
  if (left && !confirm(form.dataset.unsentText.replace("{count}", left))) return;
  for (const { practical } of await kept.practicals()) await kept.forget(practical);
  if (possible()) await destroy();
  form.submit();
});
