"""One row an item: the columns, what they mean, and what is wrong in which cell.

Columns are found by their name in the first row, in any order. A row goes the same way as a draft that was typed in
the browser: what the form would refuse is refused here, with the cell that it stands in.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.authoring.building import Made, build
from assessment.domain.items.authoring.draft import FORMS, LANGUAGES, Draft, Row, check_size
from assessment.domain.items.authoring.finding import Finding
from assessment.domain.items.qti.package import Alignment, ImportOutcome, ItemReport, PackageReport
from assessment.domain.items.qti.reason import Reason, Reasons
from assessment.domain.items.spreadsheet.table import Cell, Line, column_name, read_table, write_workbook

LETTERS = "ABCDEFGH"
KINDS = ("single_choice", "multiple_response", "numeric_entry", "text_entry", "order")

_BOTH = tuple(f"{name}_{code}" for name in ("title", "question", "prompt") for code in LANGUAGES)
_OPTIONS = tuple(f"{letter}_{code}" for letter in LETTERS for code in LANGUAGES)
_AFTER = ("key", "marks", "each", "tolerance", "unit_id", "unit_en", "shuffle", "criteria")
COLUMNS = ("identifier", "kind", *_BOTH, *_OPTIONS, *_AFTER)
"""Every column of the template, in its order."""

NEEDED = ("identifier", "kind", "key")

_SEPARATOR = re.compile(r"\s*[,;]\s*|\s+")
_NO = frozenset(("no", "tidak", "0", "false"))

EXAMPLES: tuple[Mapping[str, str], ...] = (
    {
        "identifier": "CONTOH-1",
        "kind": "single_choice",
        "title_id": "Undercut",
        "title_en": "Undercut",
        "question_id": "Apa penyebab undercut yang paling sering?",
        "question_en": "What causes undercut most often?",
        "A_id": "Arus terlalu tinggi",
        "A_en": "Current too high",
        "B_id": "Arus terlalu rendah",
        "B_en": "Current too low",
        "C_id": "Elektroda lembap",
        "C_en": "Damp electrode",
        "key": "A",
        "marks": "1",
    },
    {
        "identifier": "CONTOH-2",
        "kind": "multiple_response",
        "title_id": "Sebelum mengelas",
        "title_en": "Before welding",
        "question_id": "Apa yang diperiksa sebelum mengelas? Pilih dua.",
        "question_en": "What is checked before welding? Choose two.",
        "A_id": "Kabel dan klem",
        "A_en": "Cables and clamps",
        "B_id": "Ventilasi",
        "B_en": "Ventilation",
        "C_id": "Warna helm",
        "C_en": "Colour of the helmet",
        "key": "A, B",
        "marks": "1",
        "each": "yes",
    },
    {
        "identifier": "CONTOH-3",
        "kind": "numeric_entry",
        "title_id": "Batas undercut",
        "title_en": "Limit of undercut",
        "question_id": "Berapa batas undercut pada pelat 8 mm?",
        "question_en": "What is the limit of undercut on a plate of 8 mm?",
        "key": "0.4",
        "tolerance": "0.05",
        "marks": "1",
        "unit_id": "mm",
        "unit_en": "mm",
    },
)

HELP: tuple[tuple[str, str, str], ...] = (
    ("column", "Bahasa Indonesia", "English"),
    ("identifier", "Nama pendek yang tetap, tanpa spasi.", "Short lasting name without spaces."),
    ("kind", f"Salah satu: {', '.join(KINDS)}.", f"One of: {', '.join(KINDS)}."),
    ("title_id, title_en", "Judul untuk penulis.", "Title for authors."),
    (
        "question_id, question_en",
        "Pertanyaan. Baris kosong memulai paragraf; **tebal**; m^2^; H~2~O.",
        "The question. An empty line begins a paragraph; **bold**; m^2^; H~2~O.",
    ),
    (
        "prompt_id, prompt_en",
        "Satu kalimat di atas pilihan (boleh kosong).",
        "A sentence above the options (optional).",
    ),
    (
        "A_id … H_en",
        "Pilihan dalam kedua bahasa. Untuk order: langkah dalam urutan yang benar.",
        "Options in both languages. For order: the steps in their right order.",
    ),
    (
        "key",
        "Huruf yang benar (A atau A, C); angka; jawaban yang diterima dipisah |; kosong untuk order.",
        "Correct letters (A or A, C); a number; accepted answers separated by |; empty for order.",
    ),
    ("marks", "Nilai, 1 bila kosong.", "Marks, 1 when empty."),
    ("each", "yes: setiap pilihan benar mendapat nilai di marks.", "yes: each correct option earns the marks."),
    ("tolerance", "Jarak yang diterima di kedua sisi.", "Accepted distance on either side."),
    ("unit_id, unit_en", "Satuan setelah kolom angka.", "Unit after the number field."),
    ("shuffle", "no: pilihan tetap dalam urutan ini.", "no: options keep this order."),
    (
        "criteria",
        "KUK sebagai UNIT/NOMOR, dipisah koma: C.25LAS01.001.1/1.2",
        "Criteria as UNIT/NUMBER, separated by commas: C.25LAS01.001.1/1.2",
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """The cells of a row by the names of their columns."""

    number: int
    cells: Mapping[str, Cell]
    columns: Mapping[str, int]

    def text(self, name: str) -> str:
        cell = self.cells.get(name)
        return cell.text if cell is not None else ""

    def place(self, name: str) -> str:
        """Return where a column stands in this row ("C7"), or the number of the row where there is none."""
        return f"{column_name(self.columns[name])}{self.number}" if name in self.columns else str(self.number)


def read_spreadsheet(data: bytes, *, draw: Callable[[str], str]) -> PackageReport:
    """Read a table of items, one row an item. `draw` gives a name for a row that says nothing about its place.

    A single bad row is reported as refused. Raises Invalid when the table itself cannot be read, or has no rows or
    not the columns that are needed.
    """
    table = read_table(data)
    if not table:
        raise Invalid(N_("The table is empty."))
    _, heading = table[0]
    columns = {cell.text.strip(): place for place, cell in heading.items()}
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise Invalid(
            N_("The first row must name the columns; these are missing: %(missing)s."), missing=", ".join(missing)
        )
    reasons = Reasons()
    for name in columns:
        if name not in COLUMNS:
            reasons.lost(N_('The column "%(name)s" is not known and was left out.'), name=name[:40])
    if len(table) == 1:
        raise Invalid(N_("The table has no row below its headings."))
    seen: set[str] = set()
    items = []
    for number, line in table[1:]:
        items.append(_report(_row(number, line, columns), seen, draw))
    return PackageReport(items=tuple(items), reasons=reasons.all)


def template_rows() -> list[list[str]]:
    """Return the template as rows: the headings and three examples."""
    return [list(COLUMNS), *([example.get(name, "") for name in COLUMNS] for example in EXAMPLES)]


def write_template() -> bytes:
    """Return the template as a workbook with a second sheet that explains the columns."""
    widths = [26 if name.startswith(("question", "title")) else 14 for name in COLUMNS]
    return write_workbook([("items", template_rows(), widths), ("help", [list(row) for row in HELP], [24, 60, 60])])


def _row(number: int, line: Line, columns: Mapping[str, int]) -> _Read:
    cells = {name: line[place] for name, place in columns.items() if place in line}
    return _Read(number=number, cells=cells, columns=columns)


def _report(row: _Read, seen: set[str], draw: Callable[[str], str]) -> ItemReport:
    faults: list[Reason] = [
        Reason(message=N_("The cell holds a formula. Only texts and numbers are read."), file=cell.place)
        for cell in row.cells.values()
        if cell.formula
    ]
    identifier, kind = row.text("identifier"), row.text("kind").lower().replace(" ", "_").replace("-", "_")
    if kind not in KINDS:
        faults.append(
            Reason(
                message=N_("Expected a kind (%(kinds)s), got %(got)s."),
                values={"kinds": ", ".join(KINDS), "got": row.text("kind")[:40] or "–"},
                file=row.place("kind"),
            )
        )
    if identifier in seen:
        faults.append(
            Reason(
                message=N_('The identifier "%(got)s" is used twice.'),
                values={"got": identifier[:80]},
                file=row.place("identifier"),
            )
        )
    seen.add(identifier)
    title = row.text("title_id") or row.text("title_en") or None
    criteria = tuple(
        Alignment(label=each) for each in dict.fromkeys(re.split(r"\s*[,;\n]\s*", row.text("criteria"))) if each
    )
    made: Made | None = None
    if not faults:
        try:
            draft, strange = _draft(row, kind, draw)
            made = build(check_size(draft))
        except Invalid as refusal:
            faults.append(replace(Reason.of(refusal), file=str(row.number)))
        else:
            faults += [*strange, *(_reason(row, finding) for finding in made.faults)]
    whole = made if made is not None and not faults else None
    notes = [] if whole is None else _one_language(row, {text.language for text in whole.texts})
    return ItemReport(
        files=(str(row.number),),
        identifier=identifier or None,
        title=title,
        outcome=ImportOutcome.REFUSED if whole is None else ImportOutcome.IMPORTED,
        reasons=(*faults, *notes),
        item=None if whole is None else whole.item,
        texts=() if whole is None else whole.texts,
        criteria=criteria,
    )


def _one_language(row: _Read, languages: set[str]) -> list[Reason]:
    return [
        Reason(
            message=N_("The item is not written in %(language)s yet."),
            values={"language": code},
            file=row.place(f"question_{code}"),
        )
        for code in LANGUAGES
        if code not in languages
    ]


def _draft(row: _Read, kind: str, draw: Callable[[str], str]) -> tuple[Draft, list[Reason]]:
    """Return the row as a draft, and what in its key and options makes no sense."""
    strange: list[Reason] = []
    key = row.text("key")
    words = {
        "title": {code: row.text(f"title_{code}") for code in LANGUAGES},
        "stem": {code: row.text(f"question_{code}") for code in LANGUAGES},
        "prompt": {code: row.text(f"prompt_{code}") for code in LANGUAGES},
    }
    settings = dict(FORMS[kind].settings) | {"marks": row.text("marks") or "1"}
    if "shuffle" in settings:
        settings["shuffle"] = "" if row.text("shuffle").lower() in _NO else "yes"
    rows: list[Row] = []
    match kind:
        case "single_choice" | "multiple_response":
            right = [each.upper() for each in _SEPARATOR.split(key) if each]
            rows = [replace(each, correct=each.identifier in right) for each in _options(row)]
            known = {each.identifier for each in rows}
            strange += [
                Reason(
                    message=N_('The key names option "%(got)s", which the row does not have.'),
                    values={"got": each[:20]},
                    file=row.place("key"),
                )
                for each in right
                if each not in known
            ]
            if row.text("each") and row.text("each").lower() not in _NO:
                settings["scoring"] = "each"
                rows = [replace(each, marks=settings["marks"] if each.correct else "") for each in rows]
        case "numeric_entry":
            words["unit"] = {code: row.text(f"unit_{code}") for code in LANGUAGES}
            settings |= {"correct": key}
            if tolerance := row.text("tolerance"):
                settings |= {"tolerance": "absolute", "below": tolerance, "above": tolerance}
            del words["prompt"]
        case "text_entry":
            rows = [
                Row(identifier=f"N{place}", group="answer", target=answer)
                for place, answer in enumerate((each.strip() for each in key.split("|")), start=1)
                if answer
            ]
            del words["prompt"]
        case "order":
            rows = [
                Row(identifier=draw(f"{row.text('identifier')}/{each.identifier}"), group="step", words=each.words)
                for each in _options(row)
            ]
    return (
        Draft(kind=kind, identifier=row.text("identifier"), words=words, settings=settings, rows=tuple(rows)),
        strange,
    )


def _options(row: _Read) -> list[Row]:
    found = []
    for letter in LETTERS:
        words = {code: row.text(f"{letter}_{code}") for code in LANGUAGES}
        if any(words.values()):
            found.append(Row(identifier=letter, group="option", words=words))
    return found


def _reason(row: _Read, finding: Finding) -> Reason:
    """Return a fault of the draft with the cell that it is about."""
    column = {"stem": "question", "correct": "key", "below": "tolerance", "above": "tolerance"}.get(
        finding.place, finding.place
    )
    named = f"{column}_{finding.language}" if finding.language else column
    if finding.code == "key" and not column:
        named = "key"
    return Reason(message=finding.message, values=dict(finding.values), file=row.place(named))
