"""The card for the wallet: its size, its words, its codes, its tags; whatever is written on it stays on it."""

import io
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops
from sqlalchemy.orm import Session

from assessment.credentials.certificate import Certificate
from assessment.credentials.exporting import Format, export
from assessment.credentials.printing import attached_credential, print_card
from tests.credentials.test_printing import ADDRESS, CERTIFICATE, DIGITS, DOCUMENT, ISSUED, NOW, words_on
from tests.factories.certification import make_world
from tests.factories.credentials import make_issued

LONG = replace(
    CERTIFICATE,
    titles={"id": "Contoh: Pelaksana pengelasan pelat baja karbon dengan dua proses " * 2, "en": "Sample: Welder " * 9},
    issuer_name="Lembaga Sertifikasi Profesi Contoh Pengelasan dan Konstruksi Baja Kapal Nusantara",
    licensed=True,
    authority="Otoritas Contoh",
    authority_number="N-7",
    stamp=True,
)
INCH, DPI = 25.4, 300


def card(name: str = "Siti Aminah Contoh", certificate: Certificate = CERTIFICATE) -> bytes:
    return print_card(certificate, number="LAS-2026-000123", name=name, issued=ISSUED, now=NOW)


def picture(pdf: bytes) -> Image.Image:
    image: Image.Image = pypdfium2.PdfDocument(pdf)[0].render(scale=DPI / 72, grayscale=True).to_pil()
    return image


def test_both_codes_are_read_from_the_card_in_grey() -> None:
    assert {code.text for code in zxingcpp.read_barcodes(picture(card()))} == {f"{ADDRESS}#{DIGITS}", ADDRESS}


def test_it_says_whose_it_is_until_when_and_where_to_check() -> None:
    (words,) = words_on(card())
    for expected in (
        "Rekaman Uji",
        "Siti Aminah Contoh",
        "Contoh: Juru las pelat SMAW 3G",
        "14 Maret 2029 WIB",
        "LAS-2026-000123",
        "localhost:8000/v/0123456789abcdef",
        "Check that this is the address.",
        "Not an ISO 9606-1 qualification.",
    ):
        assert expected in words, expected


@pytest.mark.parametrize("name", ["Suharto", "Wiryosandjojo " * 8 + "Suryo"])
def test_whatever_is_written_stays_inside_two_sides_of_id_1(name: str) -> None:
    pdf = card(name, LONG)
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    dark = picture(pdf).point(lambda grey: 255 if grey < 200 else 0)
    left, top, right, bottom = (round(length / INCH * DPI) for length in (105 - 85.6, 40, 105 + 85.6, 40 + 53.98))
    margin = round(1.5 / INCH * DPI)  # between the card and its marks nothing may be printed
    around = dark.crop((left - margin, top - margin, right + margin, bottom + margin))
    inner = Image.new("L", (right - left + 4, bottom - top + 4), 0)
    around.paste(inner, (margin - 2, margin - 2))
    assert ImageChops.invert(around).getextrema() == (255, 255)


def test_it_is_tagged_archival_and_carries_the_credential() -> None:
    assert attached_credential(card()) == DOCUMENT
    with pikepdf.open(io.BytesIO(card())) as document:
        assert document.Root.MarkInfo.Marked
        metadata = document.Root.Metadata.read_bytes()
    assert b"pdfuaid:part" in metadata
    assert b"pdfaid:conformance" in metadata


def test_the_card_of_an_issued_certificate_states_what_was_signed(signing: Session) -> None:
    credential_id = make_issued(signing, make_world(signing))
    pdf = export(signing, "las", credential_id, Format.CARD)
    assert attached_credential(pdf) == export(signing, "las", credential_id, Format.JSON)
    whole = export(signing, "las", credential_id, Format.QR_TEXT).decode().strip()
    assert {code.text for code in zxingcpp.read_barcodes(picture(pdf))} == {whole, whole.partition("#")[0]}
    assert pdf == export(signing, "las", credential_id, Format.CARD)
