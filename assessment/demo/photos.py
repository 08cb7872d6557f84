"""Plain photos for check-ins and of the work in the demo: an initial on a colour, plainly no real face."""

import io
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from flask import current_app
from PIL import Image, ImageDraw, ImageFont

from assessment.accounts.photos import plain_photo
from assessment.database import reading
from assessment.demo.acting import acting
from assessment.domain.practicals.delivery import SentPhoto
from assessment.practicals.content import CriterionContent
from assessment.practicals.photos import Received, announce, keep, receive
from assessment.web.actor import Actor

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


def send_photo(
    assessor: Actor,
    practical_id: str,
    photo: SentPhoto,
    content: bytes,
    criteria: Sequence[CriterionContent],
    now: datetime,
) -> None:
    """Send a photo of the work as a tablet sends it: announced, then whole in one piece."""
    with acting(assessor, now, "photo") as session:
        announce(session, assessor, practical_id, photo, criteria=criteria, now=now)
    with reading() as session:
        storage = current_app.extensions["storage"]
        received = receive(session, storage, assessor, practical_id, photo.digest, offset=0, piece=content)
    if isinstance(received, Received):
        with acting(assessor, now, "photo") as session:
            keep(session, assessor, practical_id, received, now=now)
