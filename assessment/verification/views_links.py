"""The public address of a holder's link."""

import re

from flask import Response, g, jsonify, render_template
from flask_babel import gettext

from assessment.credentials.sharing import follow
from assessment.database import reading
from assessment.domain.ids import ALPHABET, ID_LENGTH
from assessment.verification.answer_beside import beside_answer
from assessment.verification.links import link_answer, link_page
from assessment.verification.present import present
from assessment.verification.present_beside import with_beside
from assessment.verification.public_requests import (
    MOST_MISSES,
    WAIT,
    count,
    count_try,
    language_ways,
    local_now,
    network_address,
    reader_language,
    site_settings,
)
from assessment.verification.sentences import State
from assessment.verification.service import look_up
from assessment.verification.views import absent, verification
from assessment.web.refusals import answer, wants_json
from assessment.web.requests import now

_LINK = re.compile(f"[{ALPHABET}]{{{2 * ID_LENGTH}}}")


@verification.get("/l/<link_id>")
def link(link_id: str) -> Response | tuple[Response | str, int]:
    with reading() as session:
        followed = follow(session, link_id) if _LINK.fullmatch(link_id) else None
        found = None if followed is None else look_up(session, followed[0], now=now())
    if followed is None or found is None:
        if count_try("certificate address", network_address()) > MOST_MISSES:
            return answer(429, gettext(WAIT))
        return absent("", State.MISSING, 404)
    g.page_zone = found.zone
    if found.verification is None:
        return absent("", State.ERASED, 200)
    public_id, shows = followed
    if wants_json():
        beside = beside_answer(found.verification, found.beside, today=local_now().date())
        response = jsonify(link_answer(shows, public_id, found.verification, beside, now=local_now()))
    else:
        reader = reader_language()
        page = present(found.verification, found.registry, now=local_now(), host=site_settings().host, language=reader)
        page = with_beside(page, found.verification, found.beside, today=local_now().date(), language=reader)
        response = Response(
            render_template(
                "verification/link.html",
                link=link_page(shows, found.verification, page, language=reader.code),
                languages_here=language_ways(".link", link_id=link_id),
            )
        )
    # An ended link shows nothing from that moment on, so no cache may hold it.
    response.headers["Cache-Control"] = "no-store"
    count(found, public_id, response)
    return response
