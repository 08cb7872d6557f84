"""The codes: what a camera reads from them, as a picture of the file and of the printed page."""

import io
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from assessment.credentials.codes import QUIET_MODULES, Drawing, address_code, full_code
from tests.domain.credentials.certificates import code_text

ADDRESS, _, DIGITS = code_text().partition("#")


def read(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


def drawn_from_svg(drawing: Drawing, scale: int) -> Image.Image:
    """Draw the path of the SVG by hand: only the commands that it uses, M, h, v and z."""
    root = ElementTree.fromstring(drawing.svg())
    size = len(drawing.rows) * scale
    image = Image.new("1", (size, size), 1)
    pen = ImageDraw.Draw(image)
    path = root.findall("{http://www.w3.org/2000/svg}path")[1].attrib["d"]
    for run in filter(None, path.split("z")):
        start, _, width = run.removeprefix("M").partition("h")
        x, y = map(int, start.split())
        long = int(width.partition("v")[0])
        pen.rectangle((x * scale, y * scale, (x + long) * scale - 1, (y + 1) * scale - 1), fill=0)
    return image


def test_the_png_holds_address_and_digits() -> None:
    assert read(Image.open(io.BytesIO(full_code(f"{ADDRESS}#", DIGITS).png()))) == [f"{ADDRESS}#{DIGITS}"]


def test_the_svg_holds_the_same() -> None:
    assert read(drawn_from_svg(full_code(f"{ADDRESS}#", DIGITS), 4)) == [f"{ADDRESS}#{DIGITS}"]


def test_the_small_code_holds_the_address_alone() -> None:
    assert read(Image.open(io.BytesIO(address_code(ADDRESS).png()))) == [ADDRESS]


def test_two_segments_keep_the_code_small() -> None:
    # 40 + 542 characters: one byte segment would need version 13 (69 modules) or more at level L.
    drawing = full_code(f"{ADDRESS}#", "9" * 542)
    assert len(drawing.rows) - 2 * QUIET_MODULES <= 61


@pytest.mark.parametrize("dpi", [120, 150, 300])
def test_it_reads_at_40_mm_from_a_poor_scan(dpi: int) -> None:
    pixels = round(40 / 25.4 * dpi)
    scan = Image.open(io.BytesIO(full_code(f"{ADDRESS}#", DIGITS).png())).convert("L").resize((pixels, pixels))
    assert read(scan) == [f"{ADDRESS}#{DIGITS}"]


def test_the_quiet_zone_is_white() -> None:
    rows = full_code(f"{ADDRESS}#", DIGITS).rows
    assert not any(any(row) for row in rows[:QUIET_MODULES])
    assert not any(any(row[:QUIET_MODULES]) for row in rows)
