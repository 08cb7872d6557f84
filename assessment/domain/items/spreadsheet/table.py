"""A table of texts from strangers: CSV (RFC 4180) or the first sheet of an XLSX workbook (ECMA-376).

Nothing in a cell is ever computed: a cell with a formula is told apart and refused by whoever reads the table. A
workbook is a zip archive of XML and is read like any other stranger's archive: sizes checked before anything is
unpacked, no document types, no entities.
"""

import csv
import io
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.qti.archive import Member, read_archive, read_member, write_archive
from assessment.domain.items.qti.xml import Element, children, local, parse

MOST_ROWS = 2_000
MOST_COLUMNS = 60
LONGEST_CELL = 20_000
LARGEST_FILE = 8 * 1024 * 1024
LARGEST_PART = 8 * 1024 * 1024

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A cell with its place ("C7") and its text; a formula has no text."""

    place: str
    text: str
    formula: bool = False


Line = dict[int, Cell]
"""The cells of a row that are not empty, by column from 0."""


def read_table(data: bytes) -> list[tuple[int, Line]]:
    """Return the rows that are not empty as (number from 1, cells).

    Raises Invalid for a file that is neither, that is larger than 8 MB, has more than 2,000 rows or 60 columns, or
    is unsafe to unpack.
    """
    if len(data) > LARGEST_FILE:
        raise Invalid(N_("Expected at most %(max)s bytes, got %(got)s."), max=LARGEST_FILE, got=len(data))
    rows = _read_workbook(data) if data.startswith(b"PK") else _read_csv(data)
    return [(number, line) for number, line in rows if line]


def column_name(place: int) -> str:
    """Return the letters of a column from 0: A, B, … Z, AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def is_formula(text: str) -> bool:
    """Whether an office program would compute a text that stands in a CSV cell."""
    return text.startswith(("=", "@", "+", "\t=", "\r="))


# --- CSV ------------------------------------------------------------------------------------------------


def _read_csv(data: bytes) -> list[tuple[int, Line]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(N_("Expected a table in UTF-8. Save it again as CSV UTF-8, or as XLSX.")) from error
    if "\0" in text:
        raise Invalid(N_("Expected a CSV or XLSX table, got something else."))
    heading = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=heading.count)
    rows: list[tuple[int, Line]] = []
    try:
        for number, fields in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            _check_size(number, len(fields))
            cells = (_cell(number, place, field) for place, field in enumerate(fields) if field.strip())
            rows.append((number, dict(cells)))
    except csv.Error as error:
        raise Invalid(N_("Expected a CSV or XLSX table, got something else.")) from error
    return rows


def _cell(row: int, column: int, text: str) -> tuple[int, Cell]:
    place = f"{column_name(column)}{row}"
    _check_length(place, text)
    text = text.strip()
    return column, Cell(place=place, text="" if is_formula(text) else text, formula=is_formula(text))


def _check_size(rows: int, columns: int) -> None:
    if rows > MOST_ROWS + 1:
        raise Invalid(N_("Expected at most %(max)s rows. Split the table."), max=MOST_ROWS)
    if columns > MOST_COLUMNS:
        raise Invalid(N_("Expected at most %(max)s columns, got %(got)s."), max=MOST_COLUMNS, got=columns)


def _check_length(place: str, text: str) -> None:
    if len(text) > LONGEST_CELL:
        raise Invalid(N_("The cell %(place)s has more than %(max)s characters."), place=place, max=LONGEST_CELL)


# --- XLSX -----------------------------------------------------------------------------------------------


def _read_workbook(data: bytes) -> list[tuple[int, Line]]:
    members = read_archive(data)
    sheet = _part(data, members, _first_sheet(data, members))
    shared = _shared(data, members)
    rows: list[tuple[int, Line]] = []
    for content in children(sheet, "sheetData"):
        for place, row in enumerate(children(content, "row"), start=1):
            typed = row.get("r", "")
            number = int(typed) if re.fullmatch(r"[1-9][0-9]{0,6}", typed) else place
            line: Line = {}
            for at, cell in enumerate(children(row, "c")):
                column, found = _workbook_cell(cell, number, at, shared)
                if found.text or found.formula:
                    _check_size(number, column + 1)
                    line[column] = found
            if line:
                rows.append((number, line))
    return rows


def _first_sheet(data: bytes, members: dict[str, Member]) -> str:
    workbook = _part(data, members, "xl/workbook.xml")
    sheets = [each for group in children(workbook, "sheets") for each in children(group, "sheet")]
    wanted = sheets[0].get(_RELATION, "") if sheets else ""
    relations = _part(data, members, "xl/_rels/workbook.xml.rels")
    for each in relations:
        if each.get("Id", "") == wanted:
            target = each.get("Target", "")
            return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    raise Invalid(N_("The workbook has no sheet."))


def _shared(data: bytes, members: dict[str, Member]) -> list[str]:
    if "xl/sharedStrings.xml" not in members:
        return []
    return [_text(each) for each in children(_part(data, members, "xl/sharedStrings.xml"), "si")]


def _text(element: Element) -> str:
    """Return the text of a string, with its runs and without readings (`rPh`)."""
    parts = []
    for child in element:
        if local(child) == "t":
            parts.append(child.text or "")
        elif local(child) == "r":
            parts.append(_text(child))
    return "".join(parts)


def _workbook_cell(cell: Element, number: int, at: int, shared: Sequence[str]) -> tuple[int, Cell]:
    reference = _REFERENCE.fullmatch(cell.get("r", ""))
    column = _column(reference[1]) if reference else at
    place = f"{column_name(column)}{number}"
    if children(cell, "f"):
        return column, Cell(place=place, text="", formula=True)
    kind = cell.get("t", "n")
    values = ["".join(each.itertext()) for each in children(cell, "v")]
    value = values[0] if values else ""
    match kind:
        case "s":
            known = value.isascii() and value.isdigit() and int(value) < len(shared)
            text = shared[int(value)] if known else ""
        case "inlineStr":
            text = "".join(_text(each) for each in children(cell, "is"))
        case "b":
            text = "yes" if value == "1" else ""
        case "e":
            text = ""
        case _:
            text = _plain_number(value) if kind == "n" else value
    _check_length(place, text)
    return column, Cell(place=place, text=text.strip())


def _plain_number(value: str) -> str:
    """Return a number as it was typed: programs store 0.1 as 0.1 and 0.30000000000000004 for a computed one."""
    if re.fullmatch(r"-?[0-9]+\.0+", value):
        return value.split(".")[0]
    return value


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _part(data: bytes, members: dict[str, Member], name: str) -> Element:
    if name not in members:
        raise Invalid(N_("Expected an XLSX workbook; %(name)s is missing in it."), name=name[:80])
    return parse(read_member(data, members[name], max_bytes=LARGEST_PART), max_bytes=LARGEST_PART)


def write_workbook(sheets: Sequence[tuple[str, Sequence[Sequence[str]], Sequence[int]]]) -> bytes:
    """Return a workbook of texts: each sheet has a name, rows, and the widths of its columns."""
    names = [f"xl/worksheets/sheet{place}.xml" for place in range(1, len(sheets) + 1)]
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{_TYPES}.worksheet+xml"/>' for name in names)
    files = {
        "[Content_Types].xml": f'{head}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{overrides}</Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{place}" r:id="rId{place}"/>'
            for place, (name, _, _) in enumerate(sheets, start=1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{place}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{place}.xml"/>'
            for place in range(1, len(sheets) + 1)
        )
        + f'<Relationship Id="rId0" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'{head}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/></font>'
        '<font><b/><sz val="11"/></font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill>'
        '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="49" applyNumberFormat="1" applyAlignment="1">'
        '<alignment vertical="top" wrapText="1"/></xf><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>',
    }
    for name, (_, rows, widths) in zip(names, sheets, strict=True):
        files[name] = head + _sheet(rows, widths)
    return write_archive({name: content.encode() for name, content in files.items()})


def _sheet(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> str:
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1" style="0"/>'
        for place, width in enumerate(widths, start=1)
    )
    lines = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{column_name(place)}{number}" t="inlineStr" s="{1 if number == 1 else 0}">'
            f'<is><t xml:space="preserve">{escape(text)}</t></is></c>'
            for place, text in enumerate(row)
            if text
        )
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{lines}</sheetData></worksheet>"
    )
