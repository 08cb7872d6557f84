"""How the page shows a holder's photo: laid over a page that is prepared already. Pure."""

import base64
from dataclasses import replace

from assessment.domain.credentials.verdict import Verification
from assessment.domain.errors import N_
from assessment.verification.page import Language, Page, PhotoPage
from assessment.verification.present import visible
from assessment.verification.present_beside import VOUCHES
from assessment.verification.shown_photo import ShownPhoto

WIDTH, HEIGHT = 120, 160  # CSS pixels; a small photo has up to two of its own for each


def with_photo(page: Page, verification: Verification, photo: ShownPhoto | None, *, language: Language) -> Page:
    """Return a page with the holder's photo beside the name.

    Of a certificate that is withdrawn, on hold or forged no face is shown: there is nothing to compare it for.
    """
    if photo is None or verification.facts is None or page.state not in VOUCHES:
        return page
    name = visible(verification.facts.recipient)
    compared = page.compared or ((language.say(N_("Name")), name),)
    return replace(page, compared=compared, photo=present_photo(photo, name=name, language=language))


def present_photo(photo: ShownPhoto, *, name: str, language: Language) -> PhotoPage:
    """Return the photo as it is drawn, within 120 by 160 CSS pixels, and what is known of it."""
    scale = min(WIDTH / photo.width, HEIGHT / photo.height)
    caption = N_(
        "From the records of the certification body: taken on %(day)s, when the person was compared with an identity "
        "document. The holder lets it be shown. It is not part of the signed certificate."
    )
    return PhotoPage(
        source=f"data:image/webp;base64,{base64.b64encode(photo.image).decode()}",
        width=max(1, round(photo.width * scale)),
        height=max(1, round(photo.height * scale)),
        alt=language.say(N_("Photo of %(name)s")) % {"name": name},
        caption=language.say(caption) % {"day": language.kept(language.day(photo.taken_on))},
    )
