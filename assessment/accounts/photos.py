"""Photographs of a person: checked, made small and plain, sealed under the person's key, stored by digest.

A photo is decoded and written again as JPEG, which drops position, device and everything else that a camera
adds. Nothing of the original file is kept.
"""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from assessment.domain.errors import N_, Invalid

LARGEST_FILE = 12 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 960
FORMATS = ("JPEG", "PNG", "WEBP")


def plain_photo(content: bytes) -> bytes:
    """Return the photo as a JPEG of at most 960 pixels a side, without any metadata.

    Raises Invalid when the bytes are no JPEG, PNG or WebP image, or larger than 12 MiB or 60 megapixels.
    """
    if not content:
        raise Invalid(N_("A photo is needed."))
    if len(content) > LARGEST_FILE:
        raise Invalid(N_("A photo may have up to 12 MB; this one has %(got)s MB."), got=len(content) // 1_000_000)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            file = Image.open(io.BytesIO(content), formats=FORMATS)
            if file.width * file.height > MOST_PIXELS:
                raise Invalid(N_("A photo may have up to 60 megapixels; this one is larger."))
            file.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            image = ImageOps.exif_transpose(file).convert("RGB")
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Warning,
    ) as error:
        raise Invalid(N_("Expected a photo as JPEG, PNG or WebP; this file is something else.")) from error
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    image.save(written, "JPEG", quality=82, optimize=True)
    return written.getvalue()
