// The end of the sheet waits for the outbox: nobody submits while marks are still on this device.
// When the last one has arrived, the page is asked for again, because it was made without it.
let had = 0;
document.addEventListener("sheet:unsent", (event) => {
  const { count } = event.detail;
  for (const button of document.querySelectorAll("[data-when-sent]")) button.disabled = count > 0;
  if (had && !count) location.reload();
  had = count;
});
