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
from assessment.verification.sentences import State
from assessment.verification.service import look_up
from assessment.verification.views import (
    _WAIT,
    MOST_MISSES,
    _absent,
    _address,
    _local_now,
    _reader,
    _settings,
    _switch,
    _tries,
    count,
    verification,
)
from assessment.web.refusals import answer, wants_json
from assessment.web.requests import now

_LINK = re.compile(f"[{ALPHABET}]{{{2 * ID_LENGTH}}}")


@verification.get("/l/<link_id>")
def link(link_id: str) -> Response | tuple[Response | str, int]:
    with reading() as session:
        followed = follow(session, link_id) if _LINK.fullmatch(link_id) else None
        found = None if followed is None else look_up(session, followed[0], now=now())
    if followed is None or found is None:
        if _tries("certificate address", _address()) > MOST_MISSES:
            return answer(429, gettext(_WAIT))
        return _absent("", State.MISSING, 404)
    g.page_zone = found.zone
    if found.verification is None:
        return _absent("", State.ERASED, 200)
    public_id, shows = followed
    if wants_json():
        beside = beside_answer(found.verification, found.beside, today=_local_now().date())
        response = jsonify(link_answer(shows, public_id, found.verification, beside, now=_local_now()))
    else:
        page = present(found.verification, found.registry, now=_local_now(), host=_settings().host, language=_reader())
        page = with_beside(page, found.verification, found.beside, today=_local_now().date(), language=_reader())
        response = Response(
            render_template(
                "verification/link.html",
                link=link_page(shows, found.verification, page, language=_reader().code),
                languages_here=_switch(".link", link_id=link_id),
            )
        )
    # An ended link shows nothing from that moment on, so no cache may hold it.
    response.headers["Cache-Control"] = "no-store"
    count(found, public_id, response)
    return response
