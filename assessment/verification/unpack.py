"""A program of its own: takes a file from a stranger apart, in a process that may use little and may die.

    python -I unpack.py pdf|proof|lines|image < FILE       one JSON object on standard output

`{"found": [texts]}` are the JSON attachments of a PDF, its proofs from a log, the lines that it shows, or the texts of
the QR codes in a picture; `{"refused": reason}` says why there are none: encrypted, unreadable, large, many. It imports
nothing of this package, because `-I` leaves only the standard library and installed packages.
"""

import io
import json
import re
import resource
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pikepdf
import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

ADDRESSES = 1024 * 1024 * 1024
MEMORY = 160 * 1024 * 1024  # beside the libraries, which take about 60 MB
SECONDS = 10
# Of processor time for the file itself, once everything is imported: a certificate takes a tenth of it.
WORK = {"pdf": 0.4, "proof": 0.4, "lines": 0.7, "image": 1.4}
LARGEST_TEXT = 2 * 1024 * 1024
MOST_DRAWN = 2 * 1024 * 1024  # bytes of drawing, everything that a page draws counted each time
MOST_ATTACHMENTS = 20
MOST_PAGES = 10
MOST_LINES = 2_000
DEEPEST = 4  # drawings inside drawings
MOST_CODES = 20
MOST_PIXELS = {"PNG": 16_000_000, "JPEG": 64_000_000}
SIDE = 3_000  # a photo is read at about this size; a code of 40 mm on A4 has 570 pixels there


# a, b, c, d, e, f of ISO 32000-2, 8.3.3; where a run of text stands and what it says; bytes a code and {code: text}.
Matrix = tuple[float, float, float, float, float, float]
Run = tuple[float, float, str]
Font = tuple[int, dict[int, str]]
START: Matrix = (1, 0, 0, 1, 0, 0)


class Refused(Exception):
    """The file holds nothing that can be checked; the argument says why in one word."""


def restrict(seconds: float) -> None:
    """Give this process little memory, little time, no new files and no children; `seconds` of work, then it ends."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    for limit, value in (
        (resource.RLIMIT_AS, ADDRESSES),
        (resource.RLIMIT_DATA, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST_TEXT * (MOST_ATTACHMENTS + 1)),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def attachments(content: bytes, ending: str = ".json") -> list[str]:
    """Return the files attached to a PDF whose names end like this: JSON, or proofs from a log."""
    with _opened(content) as document:
        if len(document.attachments) > MOST_ATTACHMENTS:
            raise Refused("many")
        found = []
        for name, attached in document.attachments.items():
            if name.lower().endswith(ending):
                text = attached.get_file().read_bytes()
                if len(text) > LARGEST_TEXT:
                    raise Refused("large")
                found.append(text.decode("utf-8"))
        return found


@contextmanager
def _opened(content: bytes) -> Iterator[pikepdf.Pdf]:
    """Open a PDF within limits; whatever is wrong with it is one of our refusals."""
    pikepdf.settings.set_qpdf_limits(
        doc_max_warnings=100,
        parser_max_container_size=200_000,
        flate_max_memory=16 * LARGEST_TEXT,
        png_max_memory=16 * LARGEST_TEXT,
        run_length_max_memory=LARGEST_TEXT,
        tiff_max_memory=LARGEST_TEXT,
        max_stream_filters=2,
    )
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            yield document
    except pikepdf.PasswordError:
        raise Refused("encrypted") from None
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, KeyError, IndexError, AttributeError):
        raise Refused("unreadable") from None


def lines(content: bytes) -> list[str]:
    """Return what the pages of a PDF show as text, line by line from the top; a picture is `[picture W x H]`."""
    with _opened(content) as document:
        if len(document.pages) > MOST_PAGES:
            raise Refused("many")
        found = [line for page in document.pages for line in _page_lines(page)]
    # Half of a surrogate pair, which a lying map of letters can bring, is no text.
    return [line.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for line in found[:MOST_LINES]]


def _page_lines(page: Any) -> list[str]:
    """Draw the page and the appearances of its annotations, then put what stands at one height into one line."""
    runs: list[Run] = []
    _draw(page.obj, page.obj.get("/Resources", pikepdf.Dictionary()), (1, 0, 0, 1, 0, 0), runs, 0)
    for note in page.obj.get("/Annots", ()):
        shown = note.get("/AP", pikepdf.Dictionary()).get("/N")
        if isinstance(shown, pikepdf.Stream):
            x, y = (float(value) for value in list(note["/Rect"])[:2])
            _draw(shown, shown.get("/Resources", pikepdf.Dictionary()), (1, 0, 0, 1, x, y), runs, 1)
    heights: dict[int, list[tuple[float, str]]] = {}
    for x, y, text in runs:
        heights.setdefault(round(y / 2), []).append((x, text))
    rows = (sorted(heights[height], key=lambda run: run[0]) for height in sorted(heights, reverse=True))
    texts = (" ".join(" ".join(text for _, text in row).split()) for row in rows)
    return [text for text in texts if text]


def _draw(stream: Any, resources: Any, matrix: Matrix, runs: list[Run], depth: int) -> None:
    """Follow the operators that place and show text (ISO 32000-2, 9.4); everything else draws no text."""
    _count(stream)
    kept: list[Matrix] = []
    font: Font | None = None
    leading = 0.0
    text: Matrix = START
    line: Matrix = START
    fonts, objects = resources.get("/Font", {}), resources.get("/XObject", {})
    read: dict[str, Font] = {}

    def show(*strings: Any) -> None:
        if font is not None:
            place = _times(text, matrix)
            runs.append((place[4], place[5], "".join(_decode(bytes(each), font) for each in strings)))

    for step in pikepdf.parse_content_stream(stream):
        operands: Any = step.operands
        name = str(step.operator)
        if name == "q":
            kept.append(matrix)
        elif name == "Q" and kept:
            matrix = kept.pop()
        elif name == "cm":
            matrix = _times(_matrix(operands), matrix)
        elif name == "BT":
            text = line = START
        elif name == "Tf":
            key = str(operands[0])
            font = read[key] = read.get(key) or _font(fonts[key])
        elif name == "TL":
            leading = float(operands[0])
        elif name == "Tm":
            text = line = _matrix(operands)
        elif name in ("Td", "TD"):
            across, up = map(float, operands)
            leading = -up if name == "TD" else leading
            text = line = _times((1, 0, 0, 1, across, up), line)
        elif name in ("T*", "'", '"'):
            text = line = _times((1, 0, 0, 1, 0, -leading), line)
        if name in ("Tj", "'", '"'):
            show(operands[-1])
        elif name == "TJ":
            show(*(each for each in operands[0] if isinstance(each, pikepdf.String)))
        elif name == "INLINE IMAGE":
            runs.append((matrix[4], matrix[5], "[picture]"))
        elif name == "Do":
            drawn = objects[str(operands[0])]
            if drawn.get("/Subtype") == "/Image":
                runs.append((matrix[4], matrix[5], f"[picture {drawn['/Width']} x {drawn['/Height']}]"))
            elif depth < DEEPEST:
                own = _matrix(drawn.get("/Matrix", START))
                _draw(drawn, drawn.get("/Resources", resources), _times(own, matrix), runs, depth + 1)


_drawn = 0


def _count(stream: Any) -> None:
    """Refuse a file whose pages draw too much: a drawing that draws others again and again counts each time."""
    global _drawn
    contents = stream if isinstance(stream, pikepdf.Stream) else stream.get("/Contents", ())
    for each in [contents] if isinstance(contents, pikepdf.Stream) else contents:
        _drawn += len(each.read_bytes()) + 100
        if _drawn > MOST_DRAWN:
            raise Refused("large")


def _matrix(numbers: Any) -> Matrix:
    a, b, c, d, e, f = map(float, numbers)
    return a, b, c, d, e, f


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


_HEX = rb"<([0-9A-Fa-f\s]*)>"


def _font(font: Any) -> Font:
    """Return (bytes a code, {code: text}) of a font, by its ToUnicode map (ISO 32000-2, 9.10.3)."""
    wide = 2 if font.get("/Subtype") == "/Type0" else 1
    if "/ToUnicode" not in font:
        return wide, {}
    source = font["/ToUnicode"].read_bytes()
    known: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", source, re.DOTALL):
        for code, text in re.findall(_HEX + rb"\s*" + _HEX, block):
            known[int(code, 16)] = _utf16(text)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", source, re.DOTALL):
        for first, last, text in re.findall(_HEX + rb"\s*" + _HEX + rb"\s*" + _HEX, block):
            start, end, base = int(first, 16), int(last, 16), _utf16(text)
            for code in range(start, min(end, start + 0xFFFF) + 1):
                known[code] = base[:-1] + chr(ord(base[-1]) + code - start) if base else ""
    return wide, known


def _utf16(text: bytes) -> str:
    return bytes.fromhex(text.decode()).decode("utf-16-be", "replace")


def _decode(content: bytes, font: Font) -> str:
    wide, known = font
    numbers = (int.from_bytes(content[at : at + wide]) for at in range(0, len(content), wide))
    unknown = "" if wide == 2 else None
    return "".join(known.get(number, chr(number) if unknown is None else unknown) for number in numbers)


def codes(content: bytes) -> list[str]:
    """Return the texts of the QR codes in a PNG or JPEG picture."""
    Image.MAX_IMAGE_PIXELS = None  # the size is held against our own limits, before anything is decoded
    try:
        with Image.open(io.BytesIO(content), formats=tuple(MOST_PIXELS)) as picture:
            if picture.width * picture.height > MOST_PIXELS[str(picture.format)]:
                raise Refused("large")
            half = 2 if max(picture.size) > 2 * SIDE else 1
            picture.draft("L", (picture.width // half, picture.height // half))
            grey = ImageOps.exif_transpose(_on_white(picture))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise Refused("unreadable") from None
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    return [code.text for code in found[:MOST_CODES]]


def _on_white(picture: Image.Image) -> Image.Image:
    """Return a picture in grey, on white where it is clear; never more than three copies of it at a time."""
    if "A" not in picture.mode and picture.mode != "P":
        return picture.convert("L")
    layer = picture if picture.mode in ("RGBA", "LA") else picture.convert("RGBA")
    grey = Image.new("L", layer.size, "white")
    grey.paste(layer.convert("L"), mask=layer.getchannel("A"))
    return grey


KINDS: dict[str, Callable[[bytes], list[str]]] = {
    "pdf": attachments,
    "proof": partial(attachments, ending=".tlog-proof"),
    "lines": lines,
    "image": codes,
}


def main() -> None:
    """Read standard input, write the one answer."""
    kind = sys.argv[1]
    content = sys.stdin.buffer.read()
    restrict(WORK[kind])
    warnings.simplefilter("ignore")
    try:
        answer: dict[str, object] = {"found": KINDS[kind](content)}
    except Refused as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": "large"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
