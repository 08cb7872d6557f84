"""The printed page: what stands on it, that its codes can be read, that it is tagged and archival."""

import hashlib
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from assessment.credentials.certificate import Certificate, Occasion, UnitLine
from assessment.credentials.codes import address_code, full_code
from assessment.credentials.printing import (
    ATTACHMENT,
    ELSEWHERE,
    FOLDER,
    Issued,
    attached_credential,
    preview_certificate,
    print_certificate,
)
from assessment.domain.competency import Method
from assessment.domain.credentials.json_text import write_object
from tests.domain.credentials.certificates import DID, ORIGIN, code_text, signed

ADDRESS, _, DIGITS = code_text().partition("#")
DOCUMENT = write_object(signed())
ISSUED = Issued(
    public_id="0123456789abcdef",
    code=full_code(f"{ADDRESS}#", DIGITS),
    small_code=address_code(ADDRESS),
    document=DOCUMENT,
)
CERTIFICATE = Certificate(
    body_id="las",
    origin=ORIGIN,
    did=DID,
    person_id="0000000000000000",
    issuer_name="LSP Contoh Las",
    issuer_city="Jakarta",
    licensed=False,
    authority="",
    authority_number="",
    scheme_code="LAS-SMAW-3G",
    scheme_version=1,
    scheme_version_id="0000000000000001",
    titles={"id": "Contoh: Juru las pelat SMAW 3G", "en": "Sample: Plate welder SMAW 3G"},
    summaries={"id": "Mengelas pelat baja karbon.", "en": "Welds carbon steel plate."},
    scope=(("process", ("SMAW (111)",)), ("position", ("3G / PF",))),
    units=(
        UnitLine(
            code="C.25LAS01.029.1",
            titles={"id": "Mengelas pelat ke pelat", "en": "Weld plate to plate"},
            methods=(Method.OBSERVED, Method.WRITTEN),
        ),
    ),
    occasions=(Occasion(kind="practical", day=date(2026, 3, 3), site="TUK Cakung", city="Jakarta"),),
    meeting_number="2026/004",
    deciders=3,
    outside_deciders=1,
    trained_here=False,
    stamp=False,
    welding=True,
    decided_on=date(2026, 3, 14),
    valid_until_on=date(2029, 3, 14),
    zone=ZoneInfo("Asia/Jakarta"),
)
NOW = datetime(2026, 3, 14, 5, tzinfo=UTC)


def printed(certificate: Certificate = CERTIFICATE, name: str = "Siti Aminah Contoh") -> bytes:
    return print_certificate(certificate, number="LAS-2026-000123", name=name, issued=ISSUED, now=NOW)


def words_on(pdf: bytes) -> list[str]:
    """The text of each page, its white space folded."""
    document = pypdfium2.PdfDocument(pdf)
    return [re.sub(r"\s+", " ", page.get_textpage().get_text_range()) for page in document]


def picture_of(pdf: bytes, scale: float = 2.5) -> Image.Image:
    image: Image.Image = pypdfium2.PdfDocument(pdf)[0].render(scale=scale).to_pil()
    return image


def test_both_codes_are_read_back_from_the_page() -> None:
    found = {code.text for code in zxingcpp.read_barcodes(picture_of(printed()))}
    assert found == {f"{ADDRESS}#{DIGITS}", ADDRESS}


def test_both_codes_survive_a_black_and_white_copier() -> None:
    copied = picture_of(printed()).convert("L").point(lambda grey: 255 if grey > 128 else 0)
    found = {code.text for code in zxingcpp.read_barcodes(copied)}
    assert found == {f"{ADDRESS}#{DIGITS}", ADDRESS}


def test_the_large_code_is_40_mm_wide_with_its_quiet_zone() -> None:
    scale = 4.0
    image = picture_of(printed(), scale)
    code = next(each for each in zxingcpp.read_barcodes(image) if each.text.endswith(DIGITS))
    modules = len(ISSUED.code.rows)
    wide = (code.position.bottom_right.x - code.position.bottom_left.x) / scale / 72 * 25.4
    assert wide * modules / (modules - 8) == pytest.approx(40, abs=0.8)


def test_page_one_says_who_what_when_by_whom_and_where_to_check() -> None:
    first = words_on(printed())[0]
    for words in (
        "Rekaman Uji Record of assessment",
        "LAS-2026-000123",
        "Siti Aminah Contoh",
        "Contoh: Juru las pelat SMAW 3G",
        "Sample: Plate welder SMAW 3G",
        "14 Maret 2026",
        "Valid until the end of 14 March 2029 WIB",
        "Foto / Photo 3 × 4 cm",
        "LSP Contoh Las, Jakarta",
        "localhost:8000/v/0123456789abcdef",
        "Check that the address is localhost:8000.",
        "Not an ISO 9606-1 qualification.",
        "Does not replace SSW",
    ):
        assert words in first, words


def test_page_two_says_the_units_how_each_was_proved_and_how_to_check() -> None:
    second = words_on(printed())[1]
    for words in (
        "C.25LAS01.029.1",
        "Mengelas pelat ke pelat",
        "Weld plate to plate",
        "Soal tertulis / Written questions",
        "TUK Cakung, Jakarta",
        "2026/004",
        "Pindai kode besar",
        "Scan the large code",
    ):
        assert words in second, words


def test_marks_in_the_written_questions_stand_with_the_unit_as_the_credential_has_them() -> None:
    unit = replace(CERTIFICATE.units[0], written=(Fraction(7), Fraction(8)))
    second = words_on(printed(replace(CERTIFICATE, units=(unit,))))[1]
    assert "Soal tertulis / Written questions 87,5 %" in second


def test_notes_of_the_scheme_come_after_everything_that_a_reader_needs() -> None:
    notes = {language: f"Satu.\n{'Keterangan yang panjang. ' * 120}" for language in ("id", "en")}
    pages = words_on(printed(replace(CERTIFICATE, summaries=notes)))
    assert len(pages) == 3
    assert "Cara memeriksa" in pages[1]
    assert "Keterangan skema" in pages[2]


def test_only_a_welders_paper_speaks_of_iso_9606() -> None:
    assert "9606" not in "".join(words_on(printed(replace(CERTIFICATE, welding=False))))


def test_a_sample_is_stamped_and_says_so_in_words() -> None:
    assert "tidak membuktikan apa pun" not in words_on(printed())[0]
    stamped = words_on(printed(replace(CERTIFICATE, stamp=True)))[0]
    assert "Contoh Sample" in stamped
    assert "tidak membuktikan apa pun" in stamped


def test_a_licensed_body_calls_it_a_certificate_and_names_the_authority() -> None:
    licensed = replace(CERTIFICATE, licensed=True, authority="Otoritas Contoh", authority_number="N-7")
    first = words_on(printed(licensed))[0]
    assert "Sertifikat Kompetensi Certificate of competence" in first
    assert "Otoritas Contoh · N-7" in first


@pytest.mark.parametrize(
    "name",
    [
        "Suharto",
        "Raden Ajeng Kartini Djojohadikusumo Tjokroadiningrat Sastrowardoyo Putri",
        "Nguyễn Thị Ánh Nguyệt",
        "Wiryosandjojo " * 8 + "Suryo",  # 117 of the 120 characters that the field allows
    ],
)
def test_any_name_stands_on_one_page(name: str) -> None:
    pages = words_on(printed(name=name))
    assert len(pages) == 2
    assert name in pages[0]


def test_the_longest_values_still_give_one_first_page() -> None:
    title = "Pelaksana pengelasan pelat baja karbon dengan dua proses pada semua posisi untuk konstruksi kapal " * 2
    wordy = replace(
        CERTIFICATE,
        titles={"id": title, "en": title.upper()},
        summaries={
            "id": "Mengelas pelat baja karbon pada semua posisi. " * 6,
            "en": "Welds plate in all positions. " * 9,
        },
        licensed=True,
        authority="Otoritas Contoh",
        authority_number="N-7",
        stamp=True,
    )
    pages = words_on(printed(wordy, name="Wiryosandjojo " * 8 + "Suryo"))
    assert len(pages) == 2
    assert "localhost:8000/v/0123456789abcdef" in pages[0]
    assert "Apa yang dibuktikan" in pages[1]


def test_it_says_how_to_check_in_nine_languages() -> None:
    second = words_on(printed())[1].replace(" ", "")
    for _language, _region, called, says in ELSEWHERE:
        if called != "العربية":  # the extractor gives Arabic in pieces, a dot apart from its letter
            assert f"{called}{says % 'localhost:8000'}".replace(" ", "") in second
    assert "العرب" in second
    assert "امسح" in second


def test_the_line_ornament_differs_from_certificate_to_certificate() -> None:
    one, other = (
        picture_of(print_certificate(CERTIFICATE, number="N-1", name="Suharto", issued=each, now=NOW)).crop(
            (0, 0, 1488, 500)
        )
        for each in (ISSUED, replace(ISSUED, document=b"{}"))
    )
    assert one.tobytes() != other.tobytes()


def test_many_units_flow_onto_more_pages() -> None:
    units = tuple(replace(CERTIFICATE.units[0], code=f"C.25LAS01.{place:03}.1") for place in range(30))
    pages = words_on(printed(replace(CERTIFICATE, units=units)))
    assert len(pages) > 2
    assert all("LAS-2026-000123" in page for page in pages)


def test_the_credential_is_attached_byte_for_byte() -> None:
    assert attached_credential(printed()) == DOCUMENT
    assert attached_credential(b"no PDF") is None


def test_the_proof_of_the_log_is_a_second_attachment_under_the_number() -> None:
    proof = b"c2sp.org/tlog-proof@v1\nindex 7\n"
    pdf = print_certificate(
        CERTIFICATE, number="LAS-2026-000123", name="Suharto", issued=replace(ISSUED, proof=proof), now=NOW
    )
    with pikepdf.open(io.BytesIO(pdf)) as document:
        attached = {name: found.get_file().read_bytes() for name, found in document.attachments.items()}
    assert attached == {ATTACHMENT: DOCUMENT, "LAS-2026-000123.tlog-proof": proof}


def test_it_is_tagged_archival_and_carries_its_fonts() -> None:
    with pikepdf.open(io.BytesIO(printed())) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "id"
        metadata = document.Root.Metadata.read_bytes().decode()
        fonts = {
            str(each.get("/FontName"))
            for each in document.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor"
        }
        embedded = [
            each
            for each in document.objects
            if isinstance(each, pikepdf.Dictionary)
            and each.get("/Type") == "/FontDescriptor"
            and any(key in each for key in ("/FontFile2", "/FontFile3"))
        ]
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in re.sub(r"\s", "", metadata)
    assert "<pdfuaid:part>1</pdfuaid:part>" in re.sub(r"\s", "", metadata)
    assert {name.partition("+")[2] for name in fonts} == {
        "NotoSans-Regular",
        "NotoSans-SemiBold",
        "NotoSansCJKjp-Regular",
        "NotoSansArabic-Regular",
    }
    assert len(embedded) == len(fonts)


def test_the_same_moment_gives_the_same_file() -> None:
    assert printed() == printed()


def test_the_preview_holds_no_code_and_no_number() -> None:
    preview = Image.open(io.BytesIO(preview_certificate(CERTIFICATE, name="Siti Aminah Contoh")))
    assert preview.format == "PNG"
    assert zxingcpp.read_barcodes(preview) == []


def test_the_vendored_fonts_are_the_listed_ones() -> None:
    folder = FOLDER / "fonts"
    listed = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert listed.keys() == {file.name for file in folder.iterdir()} - {"SHA256SUMS"}
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
