"""Codes read back from the rendered page as a camera meets them: turned, blurred, in perspective, at poor resolution.

The page carries the largest code that the format allows: 225 bytes, with a name of 39 letters. Twenty pictures at each
resolution are drawn from a fixed seed, so that a count means the same on every machine. What is counted is printed;
acceptance: address code 20 of 20, full code 20 of 20 at 300 dpi, at least 19 at 150 dpi and 15 at 120.
"""

import random
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageFilter

from assessment.credentials.codes import QUIET_MODULES, address_code, full_code
from assessment.credentials.printing import Issued, print_certificate
from assessment.domain.credentials.did_web import web_did
from assessment.domain.credentials.mrz_name import MAX_LENGTH as MAX_NAME
from assessment.domain.credentials.qr_payload import (
    MAX_BYTES,
    MAX_DIGITS,
    Payload,
    code_segments,
    fitting,
    open_digits,
    sign_payload,
)
from assessment.domain.errors import Invalid
from tests.credentials.test_printing import CERTIFICATE, DOCUMENT, NOW
from tests.domain.credentials.certificates import PRIVATE_KEY, payload

LONGEST_NAME = "KARTINI DJOJOHADIKUSUMO SASTROWARDOYO P"  # 39 letters, as in the machine-readable zone
PICTURES = 20
FULL_AT_LEAST = {120: 15, 150: 19, 300: 20}


@dataclass(frozen=True, kw_only=True)
class Paper:
    """The largest code, its two texts, and the page that carries it."""

    whole: str
    address: str
    issued: Issued


def largest(**overrides: object) -> Payload:
    """The payload with name, numbers and dates at their longest; issuer and scheme code fill the 225 bytes."""
    values: dict[str, object] = {
        "issuer": web_did("https://teruji.example.id", "las"),
        "name": LONGEST_NAME,
        "birth_year": 2155,
        "scheme_code": "LAS-SMAW-3G",
        "first_day": date(2149, 6, 7),
        "last_day": date(2155, 6, 7),
        "revocation_index": 2**32 - 1,
        "suspension_index": 2**32 - 1,
    }
    return payload(**(values | overrides))


def digits_of(wanted: Payload) -> str:
    key_id = f"{wanted.issuer}#2026"
    return sign_payload(fitting(wanted, key_id=key_id), key_id=key_id, sign=PRIVATE_KEY.sign)


def bytes_of(digits: str) -> int:
    return (int(digits).bit_length() + 7) // 8


@cache
def paper() -> Paper:
    wanted = largest()
    digits = digits_of(wanted)
    address, _ = code_segments(wanted.issuer, wanted.public_id, digits)
    issued = Issued(
        public_id=wanted.public_id,
        code=full_code(address, digits),
        small_code=address_code(address.rstrip("#")),
        document=DOCUMENT,
    )
    return Paper(whole=address + digits, address=address.rstrip("#"), issued=issued)


@cache
def page_at(dpi: int) -> Image.Image:
    """The strip of page 1 that carries both codes, in grey, as a scanner of this resolution gives it."""
    certificate = replace(CERTIFICATE, origin="https://teruji.example.id")
    pdf = print_certificate(certificate, number="LAS-2026-000123", name="Siti Contoh", issued=paper().issued, now=NOW)
    page: Image.Image = pypdfium2.PdfDocument(pdf)[0].render(scale=dpi / 72, grayscale=True).to_pil()
    return page.crop((0, round(0.74 * page.height), page.width, round(0.91 * page.height)))


def photographed(page: Image.Image, dpi: int, chance: random.Random) -> Image.Image:
    """The page turned by up to 12 degrees, its corners moved by up to 4 % of its width, blurred by 0.06 mm."""
    turned = page.rotate(chance.uniform(-12, 12), Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    width, height = turned.size
    reach = 0.04 * width
    corners = [
        value + chance.uniform(-reach, reach)
        for point in ((0, 0), (0, height), (width, height), (width, 0))
        for value in point
    ]
    seen = turned.transform(
        turned.size,
        Image.Transform.PERSPECTIVE,
        _homography(corners, width, height),
        Image.Resampling.BICUBIC,
        fillcolor=255,
    )
    return seen.filter(ImageFilter.GaussianBlur(0.06 / 25.4 * dpi))


def _homography(corners: list[float], width: float, height: float) -> list[float]:
    """Eight coefficients that map the picture's corners, from the upper left one round the left side, to others.

    Source: Heckbert 1989, Fundamentals of Texture Mapping and Image Warping, section 2.2.3 (square to quadrilateral).
    """
    (x0, y0, x3, y3, x2, y2, x1, y1) = corners
    sum_x, sum_y = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    dx1, dx2, dy1, dy2 = x1 - x2, x3 - x2, y1 - y2, y3 - y2
    whole = dx1 * dy2 - dx2 * dy1
    g = (sum_x * dy2 - dx2 * sum_y) / whole
    h = (dx1 * sum_y - sum_x * dy1) / whole
    return [
        (x1 - x0 + g * x1) / width,
        (x3 - x0 + h * x3) / height,
        x0,
        (y1 - y0 + g * y1) / width,
        (y3 - y0 + h * y3) / height,
        y0,
        g / width,
        h / height,
    ]


@pytest.mark.parametrize("dpi", [120, 150, 300])
def test_codes_are_read_turned_blurred_and_in_perspective(dpi: int) -> None:
    chance = random.Random(dpi)
    full = small = 0
    for _ in range(PICTURES):
        found = {each.text for each in zxingcpp.read_barcodes(photographed(page_at(dpi), dpi, chance))}
        assert found <= {paper().whole, paper().address}
        full += paper().whole in found
        small += paper().address in found
    print(f"{dpi} dpi: full code {full} of {PICTURES}, address code {small} of {PICTURES}")
    assert small == PICTURES
    assert full >= FULL_AT_LEAST[dpi]


def test_the_longest_name_stays_within_225_bytes() -> None:
    wanted = largest()
    digits = digits_of(wanted)
    print(f"{bytes_of(digits)} bytes, {len(digits)} digits")
    assert open_digits(digits).payload == wanted
    assert len(wanted.name) == MAX_NAME
    assert bytes_of(digits) == MAX_BYTES
    assert len(digits) <= MAX_DIGITS


@pytest.mark.parametrize(("scheme_code", "letters"), [("LAS-SMAW-3G-PF", 36), ("LAS-SMAW-FCAW-3G-4G-PE", 28)])
def test_a_longer_scheme_code_cuts_the_name_and_nothing_else(scheme_code: str, letters: int) -> None:
    wanted = largest(scheme_code=scheme_code)
    digits = digits_of(wanted)
    kept = open_digits(digits).payload
    print(f"{bytes_of(digits)} bytes, {len(kept.name)} letters of the name")
    assert bytes_of(digits) <= MAX_BYTES
    assert len(kept.name) == letters
    assert replace(kept, name=wanted.name) == wanted


def test_what_would_cut_the_name_below_24_letters_is_refused() -> None:
    with pytest.raises(Invalid, match="225"):
        digits_of(
            largest(issuer=web_did("https://sertifikasi.example.id", "las"), scheme_code="LAS-SMAW-FCAW-3G-4G-2026")
        )


def test_the_largest_code_keeps_its_modules_above_half_a_millimetre() -> None:
    modules = len(paper().issued.code.rows)
    print(f"{modules - 2 * QUIET_MODULES} modules, {40 / modules:.2f} mm each")
    assert 40 / modules > 0.5
