"""A PDF that somebody changed: what it shows stands beside what was issued, though its attachment is genuine."""

import io
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from assessment.credentials.exporting import Format, export
from assessment.database import reading
from assessment.verification.arriving import visible_lines
from assessment.verification.doctored import Difference, absent_facts, line_differences
from tests.credentials.office import BODY, Office, open_office
from tests.fixtures.sites import Site, signer_of
from tests.verification.test_arriving import pdf_with
from tests.verification.test_show import text_of
from tests.verification.test_verify_page import by_file

NAME = "DEWI PALSU BUKAN SITI"


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with signer_of(site):
        yield open_office(site, full=True)


@pytest.fixture
def issued(office: Office) -> bytes:
    with office.site.app.app_context(), reading() as session:
        return export(session, BODY, office.valid, Format.PDF)


def changed(content: bytes, change: Callable[[pikepdf.Pdf], object]) -> bytes:
    document = pikepdf.open(io.BytesIO(content))
    change(document)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def overlay(document: pikepdf.Pdf) -> None:
    """Cover a strip of the first page and write another name over it."""
    page = document.pages[0]
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.obj.Resources.Font.Forged = document.make_indirect(font)
    drawn = f"q 1 g 60 600 400 40 re f 0 g BT /Forged 20 Tf 80 610 Td ({NAME}) Tj ET Q".encode()
    page.contents_add(pikepdf.Stream(document, drawn))


def note(document: pikepdf.Pdf) -> None:
    """Lay a note with an appearance of its own over the page."""
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    shown = pikepdf.Stream(document, f"BT /F 12 Tf 5 5 Td ({NAME}) Tj ET".encode())
    shown.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
    shown.BBox = [0, 0, 200, 40]
    annotation = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.FreeText,
        Rect=[80, 600, 280, 640],
        AP=pikepdf.Dictionary(N=document.make_indirect(shown)),
    )
    document.pages[0].obj.Annots = pikepdf.Array([document.make_indirect(annotation)])


def picture(document: pikepdf.Pdf) -> None:
    """Lay a picture over the page."""
    page = document.pages[0]
    image = pikepdf.Stream(document, b"\xff" * 12)
    image.Subtype, image.Width, image.Height = pikepdf.Name.Image, 2, 2
    image.ColorSpace, image.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
    page.obj.Resources.XObject = pikepdf.Dictionary(Over=document.make_indirect(image))
    page.contents_add(pikepdf.Stream(document, b"q 300 0 0 40 60 600 cm /Over Do Q"))


def without_words(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.Contents = pikepdf.Stream(document, b"")


@pytest.mark.long_lock("the office is built in one go")
def test_what_was_changed_stands_beside_what_was_issued(office: Office, issued: bytes) -> None:
    lines = visible_lines(issued)
    assert lines is not None
    assert any("Wati" in line or "Contoh" in line for line in lines), lines
    whole = by_file(office.site, issued).text
    assert "The visible text of the PDF is that of the issued certificate." in whole
    assert "not as it was issued" not in whole
    saved = text_of(by_file(office.site, changed(issued, lambda _document: None)).text)
    assert "This PDF is not as it was issued" in saved
    assert "The visible text of the PDF is that of the issued certificate." in saved
    shown = {overlay: NAME, note: NAME, picture: "[picture 2 x 2]", without_words: "missing"}
    for change, seen in shown.items():
        response = by_file(office.site, changed(issued, change))
        assert response.status_code == 200
        assert "data-doctored" in response.text, change.__name__
        assert seen in text_of(response.text[response.text.index("data-doctored") :]), change.__name__
        assert "<h1>Valid</h1>" in response.text  # the attached certificate is genuine, and says so after the warning


@pytest.mark.only_on("sqlite")
@pytest.mark.long_lock("the office is built in one go")
def test_the_warning_comes_first_in_the_browser(
    office: Office, issued: bytes, page: Page, axe: Callable[[Page], None], tmp_path: Path
) -> None:
    office.site.serve()
    file = tmp_path / "doctored.pdf"
    file.write_bytes(changed(issued, overlay))
    for language, title in {"en": "This PDF is not as it was issued", "ar": "ليس ملف PDF هذا كما صدر"}.items():
        page.goto(f"{office.site.base_url}/verify?lang={language}")
        page.locator("input[type=file]").set_input_files(file)
        page.locator("button[value=file]").click()
        expect(page.locator("main > section").locator("visible=true").first).to_contain_text(title)
        expect(page.locator(".compare .differs").filter(has_text=NAME)).to_have_count(1)
        axe(page)


def test_lines_that_moved_apart_are_paired() -> None:
    issued = ["Record", "Siti Contoh", "Plate welder", "LAS-1"]
    assert line_differences(issued, issued) == ()
    assert line_differences(["Record", "Dewi", "Plate welder"], issued) == (
        Difference(here="Dewi", issued="Siti Contoh"),
        Difference(here="", issued="LAS-1"),
    )
    assert line_differences([*issued, "x" * 500], issued) == (Difference(here="x" * 200, issued=""),)
    assert len(line_differences(["a"] * 500, issued)) == 20


def test_facts_are_looked_for_where_no_issued_file_is_at_hand() -> None:
    assert absent_facts(["SITI  CON", "TOH"], ["Siti Contoh"]) == ()
    assert absent_facts(["Dewi"], ["Siti Contoh"]) == (Difference(here="", issued="Siti Contoh"),)


@pytest.mark.parametrize(
    "drawn",
    [
        b"BT /Nothing 12 Tf (a) Tj ET",
        b"1 2 cm",
        b"Q Q Q (a) Tj",
        b"/Nothing Do",
        b"[" * 2_000,
        b"BT ET " * 50_000,
    ],
)
def test_a_hostile_page_is_read_or_refused_and_nothing_else(drawn: bytes) -> None:
    document = pikepdf.new()
    document.add_blank_page()
    document.pages[0].obj.Contents = pikepdf.Stream(document, drawn)
    written = io.BytesIO()
    document.save(written)
    assert visible_lines(written.getvalue()) in ((), None)


def test_a_drawing_that_draws_itself_ends() -> None:
    document = pikepdf.new()
    document.add_blank_page()
    form = document.make_indirect(pikepdf.Stream(document, b"/Again Do"))
    form.Subtype = pikepdf.Name.Form
    form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Again=form))
    document.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Again=form))
    document.pages[0].obj.Contents = pikepdf.Stream(document, b"/Again Do")
    written = io.BytesIO()
    document.save(written)
    assert visible_lines(written.getvalue()) == ()


def test_letters_that_are_half_of_a_pair_are_replaced() -> None:
    """A map of letters may lie: what it makes of them must still be a text that a page can hold."""
    document = pikepdf.new()
    document.add_blank_page()
    letters = pikepdf.Stream(document, b"beginbfrange <41> <5a> <d7f8> endbfrange")
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, ToUnicode=letters)
    font.ToUnicode = document.make_indirect(letters)
    document.pages[0].obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=document.make_indirect(font)))
    document.pages[0].obj.Contents = pikepdf.Stream(document, b"BT /F 9 Tf 5 5 Td (ABCDEFGHIJKL) Tj ET")
    written = io.BytesIO()
    document.save(written)
    (line,) = visible_lines(written.getvalue()) or ()
    assert line.encode()


def test_drawings_that_draw_each_other_end_soon() -> None:
    document = pikepdf.new()
    document.add_blank_page()
    inner = document.make_indirect(pikepdf.Stream(document, b"q Q " * 100))
    inner.Subtype = pikepdf.Name.Form
    for _ in range(5):
        outer = document.make_indirect(pikepdf.Stream(document, b"/X Do " * 1_000))
        outer.Subtype, outer.Resources = pikepdf.Name.Form, pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner))
        inner = outer
    document.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner))
    document.pages[0].obj.Contents = pikepdf.Stream(document, b"/X Do")
    written = io.BytesIO()
    document.save(written)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert visible_lines(written.getvalue()) is None
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2


def test_too_many_pages_are_refused() -> None:
    document = pikepdf.open(io.BytesIO(pdf_with()))
    for _ in range(11):
        document.add_blank_page()
    written = io.BytesIO()
    document.save(written)
    assert visible_lines(written.getvalue()) is None
