"""Pictures that authors upload: decoded and written again, so that nothing of the original file is kept.

A photo becomes a JPEG, a drawing a PNG; position, device, comments and everything that is not a picture go.
"""

import io
import re
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from assessment.domain.errors import N_, Invalid

LARGEST_FILE = 12 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png"}


def plain_picture(content: bytes) -> tuple[bytes, str]:
    """Return the picture and its media type: at most 1,600 pixels a side, without any metadata.

    Raises Invalid when the bytes are no JPEG, PNG, WebP or GIF, or larger than 12 MiB or 40 megapixels.
    """
    if not content:
        raise Invalid(N_("Choose a picture first."))
    if len(content) > LARGEST_FILE:
        raise Invalid(N_("A picture may have up to 12 MB; this one has %(got)s MB."), got=len(content) // 1_000_000)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            file = Image.open(io.BytesIO(content), formats=FORMATS)
            if file.width * file.height > MOST_PIXELS:
                raise Invalid(N_("A picture may have up to 40 megapixels; this one is larger."))
            photo = file.format == "JPEG"
            image = ImageOps.exif_transpose(file).convert("RGB" if photo else "RGBA")
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Warning,
    ) as error:
        raise Invalid(N_("Expected a picture as JPEG, PNG, WebP or GIF; this file is something else.")) from error
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    if photo:
        image.save(written, "JPEG", quality=85, optimize=True)
        return written.getvalue(), "image/jpeg"
    if image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    image.save(written, "PNG", optimize=True)
    return written.getvalue(), "image/png"


def picture_name(filename: str, media_type: str, used: set[str]) -> str:
    """Return a short name for an uploaded picture that the item does not have yet, for example "weld-2.png"."""
    stem = re.sub(r"[^a-z0-9]+", "-", filename.rpartition(".")[0].lower() or filename.lower()).strip("-")[:40]
    suffix = SUFFIXES[media_type]
    names = (f"{stem or 'picture'}{'' if place == 1 else f'-{place}'}.{suffix}" for place in range(1, len(used) + 2))
    return next(name for name in names if name not in used)
