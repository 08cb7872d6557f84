"""Plain photos for check-ins in the demo: an initial on a colour, plainly no real face."""

import io
from hashlib import sha256

from PIL import Image, ImageDraw, ImageFont

from assessment.accounts.photos import plain_photo

SIZE = (360, 480)
LIGHT = (245, 243, 238)


def drawn_photo(name: str) -> bytes:
    """Return a photo for somebody of this name, as an upload leaves it."""
    tone = sha256(name.encode()).digest()
    image = Image.new("RGB", SIZE, (60 + tone[0] // 3, 60 + tone[1] // 3, 60 + tone[2] // 3))
    draw = ImageDraw.Draw(image)
    middle = SIZE[0] // 2
    draw.ellipse((middle - 110, 90, middle + 110, 310), fill=LIGHT)
    draw.text((middle, 200), name[:1].upper(), font=ImageFont.load_default(150), fill=(40, 40, 40), anchor="mm")
    draw.text((middle, 400), "FOTO CONTOH", font=ImageFont.load_default(32), fill=LIGHT, anchor="mm")
    written = io.BytesIO()
    image.save(written, "JPEG", quality=85)
    return plain_photo(written.getvalue())
