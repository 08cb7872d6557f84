"""Tables from strangers: what is read, what is refused, and that a hostile file costs nothing."""

import zipfile
from io import BytesIO

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.items.qti.archive import write_archive
from assessment.domain.items.spreadsheet.rows import write_template
from assessment.domain.items.spreadsheet.table import column_name, read_table, write_workbook

SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(data: str, *, packed: bool = True, name: str = SHEET) -> bytes:
    """A workbook whose sheet holds this XML, packed as office programs pack it."""
    written = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(write_workbook([("items", [["a"]], [5])]))) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as new,
    ):
        for member in old.namelist():
            new.writestr(member, data if member == name else old.read(member))
    return written.getvalue()


def sheet_of(cells: str) -> str:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{main}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>'


def texts(data: bytes) -> list[list[str]]:
    return [[cell.text for _, cell in sorted(line.items())] for _, line in read_table(data)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_whatever_parts_its_cells(delimiter: str) -> None:
    data = f'a{delimiter}b\r\n"one\ntwo"{delimiter}x\r\n\r\n'.encode()
    assert texts(b"\xef\xbb\xbf" + data) == [["a", "b"], ["one\ntwo", "x"]]


def test_a_workbook_is_read_with_its_shared_and_rich_texts() -> None:
    data = with_sheet(
        sheet_of(
            '<c r="A1" t="inlineStr"><is><r><t>rich </t></r><r><t>text</t></r><rPh><t>reading</t></rPh></is></c>'
            '<c r="C1"><v>0.5</v></c><c r="D1" t="b"><v>1</v></c><c r="E1" t="e"><v>#REF!</v></c>'
        )
    )
    ((number, line),) = read_table(data)
    assert number == 1
    assert {place: cell.text for place, cell in line.items()} == {0: "rich text", 2: "0.5", 3: "yes"}
    assert line[2].place == "C1"


def test_the_template_comes_back_as_it_was_written() -> None:
    rows = texts(write_template())
    assert rows[0][:2] == ["identifier", "kind"]
    assert len(rows) == 4


def test_columns_have_the_names_of_office_programs() -> None:
    assert [column_name(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1"><f>1+1</f><v>2</v></c>',
        """<c r="A1" t="str"><f>cmd|' /C calc'!A0</f><v>2</v></c>""",
        '<c r="A1"><f t="shared" si="0"/><v>2</v></c>',
    ],
)
def test_a_formula_is_told_apart_and_has_no_text(cell: str) -> None:
    ((_, line),) = read_table(with_sheet(sheet_of(cell)))
    assert line[0].formula
    assert line[0].text == ""


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "@SUM(1)", "+1+1", "\t=1"])
def test_a_formula_in_a_csv_is_told_apart(text: str) -> None:
    ((_, _heading), (_, line)) = read_table(f'a\n"{text}"\n'.encode())
    assert line[0].formula


def test_a_negative_number_and_a_list_are_no_formulas() -> None:
    assert texts(b'a\n-3\n"- milk"\n') == [["a"], ["-3"], ["- milk"]]


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n\xe9\xe8,x\n",
        "a,b\n".encode("utf-16"),
        b"\x00\x01\x02",
        b"PK\x03\x04 no archive",
        write_archive({"readme.txt": b"no workbook"}),
        b'a\n"never closed' + b"x" * 200_000,
    ],
    ids=["latin-1", "utf-16", "bytes", "broken zip", "other zip", "endless field"],
)
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        read_table(data)


def test_a_million_rows_are_refused_in_either_form() -> None:
    with pytest.raises(Invalid, match="rows"):
        read_table(b"a\n" + b"x\n" * 1_000_000)
    rows = "".join(f'<row r="{number}"><c r="A{number}"><v>1</v></c></row>' for number in range(1, 200_000))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
    with pytest.raises(Invalid):
        read_table(with_sheet(sheet))


def test_a_row_far_away_and_a_column_far_away_are_refused() -> None:
    far = sheet_of('<c r="A1"><v>1</v></c>').replace('r="1"', 'r="1048576"').replace('r="A1"', 'r="A1048576"')
    with pytest.raises(Invalid, match="rows"):
        read_table(with_sheet(far))
    with pytest.raises(Invalid, match="columns"):
        read_table(with_sheet(sheet_of('<c r="XFD1"><v>1</v></c>')))


def test_a_zip_bomb_is_not_unpacked() -> None:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"0" * 100_000_000)
    assert len(written.getvalue()) < 200_000
    with pytest.raises(Invalid):
        read_table(written.getvalue())


def test_an_archive_that_lies_about_sizes_is_refused() -> None:
    data = bytearray(with_sheet(sheet_of('<c r="A1"><v>1</v></c>')))
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = (1).to_bytes(4, "little")
    with pytest.raises(Invalid):
        read_table(bytes(data))


@pytest.mark.parametrize(
    "sheet",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>',
        "<worksheet>" + "<a>" * 5_000 + "</a>" * 5_000 + "</worksheet>",
        "<worksheet",
    ],
    ids=["entities", "external entity", "depth", "broken"],
)
def test_hostile_xml_is_refused(sheet: str) -> None:
    with pytest.raises(Invalid):
        read_table(with_sheet(sheet))


def test_a_part_that_is_too_large_is_refused() -> None:
    with pytest.raises(Invalid):
        read_table(with_sheet("<worksheet>" + " " * (9 * 1024 * 1024) + "</worksheet>", packed=False))


def test_a_cell_that_is_too_long_is_refused() -> None:
    with pytest.raises(Invalid, match="A2"):
        read_table(b"a\n" + b"x" * 20_001)


def test_a_shared_text_that_is_not_there_is_empty() -> None:
    assert read_table(with_sheet(sheet_of('<c r="A1" t="s"><v>99</v></c><c r="B1" t="s"><v>-1</v></c>'))) == []
