"""Photographs of a person: checked, made small and plain, sealed under the person's key, stored by digest.

A photo is decoded and written again as JPEG, which drops position, device and everything else that a camera
adds. Nothing of the original file is kept. For a public page it is made smaller still, as WebP.
"""

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from assessment.domain.errors import N_, Invalid

LARGEST_FILE = 12 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 960
FORMATS = ("JPEG", "PNG", "WEBP")

SMALL_BYTES = 6 * 1024
# Tried in this order: pixels first, since a face is told from another by its outlines before its skin.
SMALL_SIDES = ((240, 320), (180, 240), (120, 160), (60, 80))
SMALL_QUALITIES = (75, 60, 45, 30)


class NoPicture(Invalid):
    """The bytes are no picture of a kind that is taken, or are cut off."""


class TooManyPixels(Invalid):
    """The picture would be larger than what is decoded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plain:
    """A picture that was decoded and written again, without metadata; its size in pixels."""

    content: bytes
    width: int
    height: int


def plain_photo(content: bytes) -> bytes:
    """Return the photo as a JPEG of at most 960 pixels a side, without any metadata.

    Raises Invalid when the bytes are no JPEG, PNG or WebP image, or larger than 12 MiB or 60 megapixels.
    """
    return plain(content, longest=LONGEST_SIDE, most_pixels=MOST_PIXELS).content


def plain(content: bytes, *, longest: int, most_pixels: int) -> Plain:
    """Return a picture as a JPEG of at most `longest` pixels a side, without any metadata.

    Raises NoPicture when the bytes are no JPEG, PNG or WebP image, TooManyPixels, and Invalid above 12 MiB.
    """
    if not content:
        raise Invalid(N_("A photo is needed."))
    if len(content) > LARGEST_FILE:
        raise Invalid(N_("A photo may have up to 12 MB; this one has %(got)s MB."), got=len(content) // 1_000_000)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            file = Image.open(io.BytesIO(content), formats=FORMATS)
            if file.width * file.height > most_pixels:
                raise _too_many(most_pixels)
            file.draft("RGB", (longest, longest))
            image = ImageOps.exif_transpose(file).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many(most_pixels) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Warning) as error:
        raise NoPicture(N_("Expected a photo as JPEG, PNG or WebP; this file is something else.")) from error
    image.thumbnail((longest, longest))
    written = io.BytesIO()
    image.save(written, "JPEG", quality=82, optimize=True)
    return Plain(content=written.getvalue(), width=image.width, height=image.height)


def small_photo(photo: bytes) -> Plain:
    """Return a plain photo as WebP within 240 by 320 pixels and 6 KiB; nothing of it is cut off.

    `photo` comes from `plain_photo`. Raises Invalid when it is no picture.
    """
    try:
        with Image.open(io.BytesIO(photo), formats=FORMATS) as file:
            file.draft("RGB", SMALL_SIDES[0])
            image = file.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise NoPicture(N_("Expected a photo as JPEG, PNG or WebP; this file is something else.")) from error
    return next(small for small in _ever_smaller(image) if len(small.content) <= SMALL_BYTES)


def _ever_smaller(image: Image.Image) -> Iterator[Plain]:
    for sides in SMALL_SIDES:
        image.thumbnail(sides, Image.Resampling.LANCZOS)
        for quality in SMALL_QUALITIES:
            written = io.BytesIO()
            image.save(written, "WEBP", quality=quality, method=4)
            yield Plain(content=written.getvalue(), width=image.width, height=image.height)


def _too_many(most_pixels: int) -> TooManyPixels:
    return TooManyPixels(
        N_("A photo may have up to %(most)s megapixels; this one is larger."), most=most_pixels // 1_000_000
    )
