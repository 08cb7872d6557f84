// A file may be dropped anywhere on the page that checks one: it goes into the field, and the form is sent as ever.
const field = document.querySelector("input[type=file]");
const hint = document.querySelector("[data-drop]");

function over(event) {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  document.body.dataset.dropping = "yes";
}

function leave() {
  delete document.body.dataset.dropping;
}

function drop(event) {
  leave();
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  const one = new DataTransfer();
  one.items.add(event.dataTransfer.files[0]);
  field.files = one.files;
  field.form.requestSubmit(field.form.querySelector("button[value=file]"));
}

hint.hidden = false;
addEventListener("dragover", over);
addEventListener("dragleave", leave);
addEventListener("drop", drop);
