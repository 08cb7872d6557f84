// The fields of a question and its response, for every kind in the same way; `domain/items/fields.py` does it on the
// server. A part says how it is read: `data-read` values, order, pairs or points, and `data-list` for several values.
// Whatever a script adds to a part to make it easier (a picture, chips, a slider) writes into these fields.
const fieldsOf = (part) => [...part.querySelectorAll("input, select, textarea")].filter((field) => field.name && !("aid" in field.dataset));

const valueOf = (field) => {
  if (field.type === "radio" || field.type === "checkbox") return field.checked ? field.value : "";
  if (field.tagName === "TEXTAREA" && !("lines" in field.dataset)) return field.value.trim() ? field.value : "";
  return field.value.trim();
};

const rows = (part) => [...part.querySelectorAll("[data-row]")].map((row) => fieldsOf(row));

const READERS = {
  values: (part) => fieldsOf(part).flatMap((field) => ("lines" in field.dataset ? field.value.split(/\r?\n/).map((line) => line.trim()) : [valueOf(field)])),
  order: (part) => fieldsOf(part)
    .filter((field) => field.value)
    .map((field, position) => ({ choice: field.dataset.choice, place: Number(field.value), position }))
    .sort((one, other) => one.place - other.place || one.position - other.position)
    .map(({ choice }) => choice),
  pairs: (part) => rows(part).map((halves) => halves.map(valueOf)).map((halves) => (halves.every(Boolean) ? halves.join(" ") : "")),
  points: (part) => READERS.pairs(part),
};

// There are as many rows as there may be, or one more than is filled where nothing says how many.
const fillRows = (part, values) => {
  for (let missing = values.length - rows(part).length; missing > 0; missing -= 1) {
    const row = [...part.querySelectorAll("[data-row]")].at(-1);
    row.after(row.cloneNode(true));
  }
  for (const [place, halves] of rows(part).entries()) {
    const given = (values[place] ?? "").split(" ");
    for (const [half, field] of halves.entries()) field.value = given[half] ?? "";
  }
};

const WRITERS = {
  values: (part, values) => {
    const left = [...values];
    const take = (wanted) => {
      const place = left.indexOf(wanted);
      if (place >= 0) left.splice(place, 1);
      return place >= 0;
    };
    for (const field of fieldsOf(part)) {
      if (field.type === "radio" || field.type === "checkbox") field.checked = take(field.value);
      else if (field.tagName === "SELECT") field.value = [...field.options].map((option) => option.value).find((value) => value && take(value)) ?? "";
      else if ("lines" in field.dataset) field.value = left.splice(0).join("\n");
      else field.value = left.shift() ?? "";
    }
  },
  order: (part, values) => {
    for (const field of fieldsOf(part)) {
      const place = values.indexOf(field.dataset.choice);
      field.value = place < 0 ? "" : String(place + 1);
    }
  },
  pairs: fillRows,
  points: fillRows,
};

const partsOf = (root) => [...root.querySelectorAll("[data-response]")];

export const readResponse = (root) => Object.fromEntries(partsOf(root).map((part) => {
  const values = READERS[part.dataset.read](part).filter(Boolean);
  return [part.dataset.response, "list" in part.dataset ? (values.length ? values : null) : values[0] ?? null];
}));

export const writeResponse = (root, response) => {
  for (const part of partsOf(root)) {
    const values = [response[part.dataset.response] ?? []].flat();
    WRITERS[part.dataset.read](part, values);
    part.dispatchEvent(new CustomEvent("exam:written"));
  }
};
