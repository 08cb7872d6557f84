"""A program of its own: takes a file from a stranger apart, in a process that may use little and may die.

    python -I unpack.py pdf|image < FILE       one JSON object on standard output

`{"found": [texts]}` are the JSON attachments of a PDF, or the texts of the QR codes in a picture; `{"refused":
reason}` says why there are none: encrypted, unreadable, large, many. It imports nothing of this package, because
`-I` leaves only the standard library and installed packages.
"""

import io
import json
import resource
import sys
import warnings

import pikepdf
import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

MEMORY = 1024 * 1024 * 1024
SECONDS = 10
LARGEST_TEXT = 2 * 1024 * 1024
MOST_ATTACHMENTS = 20
MOST_CODES = 20
MOST_PIXELS = {"PNG": 16_000_000, "JPEG": 64_000_000}
SIDE = 3_000  # a photo is read at about this size; a code of 40 mm on A4 has 570 pixels there


class Refused(Exception):
    """The file holds nothing that can be checked; the argument says why in one word."""


def restrict() -> None:
    """Give this process little memory, little time, no new files and no children."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST_TEXT * (MOST_ATTACHMENTS + 1)),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def attachments(content: bytes) -> list[str]:
    """Return the JSON files attached to a PDF."""
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
            if len(document.attachments) > MOST_ATTACHMENTS:
                raise Refused("many")
            found = []
            for name, attached in document.attachments.items():
                if name.lower().endswith(".json"):
                    text = attached.get_file().read_bytes()
                    if len(text) > LARGEST_TEXT:
                        raise Refused("large")
                    found.append(text.decode("utf-8"))
            return found
    except pikepdf.PasswordError:
        raise Refused("encrypted") from None
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, KeyError):
        raise Refused("unreadable") from None


def codes(content: bytes) -> list[str]:
    """Return the texts of the QR codes in a PNG or JPEG picture."""
    Image.MAX_IMAGE_PIXELS = None  # the size is held against our own limits, before anything is decoded
    try:
        with Image.open(io.BytesIO(content), formats=tuple(MOST_PIXELS)) as picture:
            if picture.width * picture.height > MOST_PIXELS[str(picture.format)]:
                raise Refused("large")
            if max(picture.size) > 2 * SIDE:
                picture.draft("L", (picture.width // 2, picture.height // 2))
            flat = Image.new("RGB", picture.size, "white") if "A" in picture.mode or picture.mode == "P" else None
            if flat is not None:
                layer = picture.convert("RGBA")
                flat.paste(layer, mask=layer.getchannel("A"))
            grey = ImageOps.exif_transpose(flat or picture).convert("L")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise Refused("unreadable") from None
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    return [code.text for code in found[:MOST_CODES]]


def main() -> None:
    """Read standard input, write the one answer."""
    restrict()
    warnings.simplefilter("ignore")
    content = sys.stdin.buffer.read()
    try:
        answer: dict[str, object] = {"found": {"pdf": attachments, "image": codes}[sys.argv[1]](content)}
    except Refused as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": "large"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
