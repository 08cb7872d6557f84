"""Photos of holders: a drawn face, taken at a real check-in of a certificate's application, shown by the holder."""

import io
from datetime import datetime

from PIL import Image, ImageDraw, ImageFilter
from sqlalchemy.orm import Session

from assessment.accounts.check_in import Comparison, record_check_in
from assessment.accounts.ids import new_id
from assessment.accounts.persons import documents_of
from assessment.accounts.photos import plain_photo
from assessment.accounts.tables import Occasion
from assessment.credentials.tables import CredentialIntent
from assessment.domain.roles import Role
from assessment.storage import Storage
from assessment.verification.own_choice import choose
from assessment.verification.own_photo import PhotoOnRecord, photo_on_record
from tests.factories.accounts import NOW, make_actor
from tests.factories.verification import Made
from tests.factories.visitors import writing_on
from tests.fixtures.sites import Site


def drawn_face(width: int = 720, height: int = 960, *, grain: int = 14) -> bytes:
    """A photo as an upload leaves it: nobody's face, with the grain of a cheap camera (0..100)."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(image)
    middle, high = width // 2, height
    for box, colour in (
        ((-0.45, 0.72, 0.45, 1.4), "#24405f"),
        ((-0.3, 0.14, 0.3, 0.62), "#1c1512"),
        ((-0.25, 0.2, 0.25, 0.76), "#b98560"),
        ((-0.14, 0.4, -0.06, 0.44), "#fff"),
        ((0.06, 0.4, 0.14, 0.44), "#fff"),
        ((-0.12, 0.4, -0.08, 0.44), "#1c1512"),
        ((0.08, 0.4, 0.12, 0.44), "#1c1512"),
        ((-0.1, 0.6, 0.1, 0.64), "#8d3f3a"),
    ):
        left, top, right, bottom = box
        draw.ellipse((middle + left * width, top * high, middle + right * width, bottom * high), fill=colour)
    soft = image.filter(ImageFilter.GaussianBlur(3))
    noise = Image.effect_noise((width, height), 60).convert("RGB")
    written = io.BytesIO()
    Image.blend(soft, noise, grain / 100).save(written, "JPEG", quality=90)
    return plain_photo(written.getvalue())


def photograph(
    session: Session,
    storage: Storage,
    public_id: str,
    *,
    body_id: str = "las",
    content: bytes | None = None,
    exception: str = "",
    at: datetime = NOW,
) -> str:
    """Check the candidate of a certificate in, with a photo; returns the check-in's id."""
    intent = session.get_one(CredentialIntent, (body_id, public_id))
    document = documents_of(session, body_id, intent.person_id)[0]
    return record_check_in(
        session,
        make_actor(session, body_id, Role.INVIGILATOR, name="Pengawas Misal"),
        storage,
        occasion=Occasion.PRACTICAL,
        record_id=new_id(),
        application_id=intent.application_id,
        candidate_id=intent.person_id,
        comparison=Comparison(document_id=document.id, photo=content or drawn_face(), exception=exception),
        now=at,
    ).id


def show_on_page(
    site: Site, made: Made, *, photo: bool = True, birth_date: bool = False, at: datetime = NOW, body_id: str = "las"
) -> None:
    """Let the holder choose what the page of a certificate shows; a photo must be on record."""
    with writing_on(site, body_id=body_id) as session:
        found = photo_on_record(session, site.app.extensions["storage"], body_id, made.public_id) if photo else None
        assert found is None or isinstance(found, PhotoOnRecord), found
        holder = make_actor(session, body_id, Role.CANDIDATE, person_id=made.person_id)
        choose(session, holder, made.public_id, birth_date=birth_date, photo=found, now=at)
