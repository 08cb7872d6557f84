"""The address at which an employer states, once, that the skill is in use. No account and no cookie.

The link itself is the authority and the one-time key. Opening it changes nothing; only a POST uses it up.
"""

import re
from datetime import date

from flask import Response, g, render_template, request, url_for
from flask_babel import gettext
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.database import Act, reading, unit_of_work
from assessment.domain.credentials.facts import Facts
from assessment.domain.errors import Conflict, Invalid
from assessment.domain.ids import ALPHABET, ID_LENGTH
from assessment.verification.confirming import Followed, Statement, Use, follow_confirmation, state
from assessment.verification.inputs import ConfirmationInput
from assessment.verification.present import address_line, visible
from assessment.verification.present_beside import VOUCHES
from assessment.verification.public_requests import (
    MOST_MISSES,
    WAIT,
    around,
    count_try,
    local_now,
    network_address,
    reader_language,
    refused_page,
    site_settings,
)
from assessment.verification.sentences import State
from assessment.verification.service import Found, look_up
from assessment.verification.views import verification
from assessment.web.refusals import say
from assessment.web.requests import now

MOST_STATEMENTS = 10

_LINK = re.compile(f"[{ALPHABET}]{{{2 * ID_LENGTH}}}")


@verification.route("/c/<link_id>", methods=["GET", "POST"])
def confirm(link_id: str) -> Response | WerkzeugResponse | tuple[Response | str, int]:
    if request.method == "POST" and count_try("confirmation by", network_address()) > MOST_STATEMENTS:
        return refused_page(429, gettext(WAIT))
    with reading() as session:
        followed = follow_confirmation(session, link_id, now=now()) if _LINK.fullmatch(link_id) else None
        found = None
        if followed is not None and followed.use is Use.OPEN:
            found = look_up(session, followed.credential_id, now=now(), language=g.language)
    if followed is None:
        if count_try("certificate address", network_address()) > MOST_MISSES:
            return refused_page(429, gettext(WAIT))
        return refused_page(404, gettext("There is no such link."))
    if followed.use is Use.USED:
        return _answer(link_id, 200, used=True)
    facts = None if found is None else _standing_facts(found)
    if found is None or facts is None:
        return _answer(link_id, 410)
    g.page_zone = found.zone
    form = ConfirmationInput()
    refusal = ""
    if request.method == "POST" and form.validate():
        try:
            _state(followed, found, form)
        except Conflict:
            return _answer(link_id, 410)
        except Invalid as error:
            refusal = say(error)
        else:
            return redirect(url_for(".confirm", link_id=link_id, lang=g.language), 303)
    return _answer(link_id, 422 if request.method == "POST" else 200, form=form, facts=facts, refusal=refusal)


def _standing_facts(found: Found) -> Facts | None:
    """What the certificate states; None where it was erased, withdrawn or is on hold."""
    if found.verification is None or State(found.verification.verdict) not in VOUCHES:
        return None
    return found.verification.facts


def _state(followed: Followed, found: Found, form: ConfirmationInput) -> None:
    statement = Statement(
        name=_line(form.name.data),
        function=_line(form.function.data),
        company=_line(form.company.data),
        first_day=_day(form.first_day.data),
        last_day=_day(form.last_day.data),
    )
    begins = found.verification.clocks[0].start.date() if found.verification else date.min
    act = Act(body_id=followed.body_id, account_id=None, person_id=None, at=now(), name=request.endpoint or "")
    with unit_of_work(act) as session:
        state(session, followed.link_id, statement, begins=begins, today=local_now().date(), now=now())


def _line(text: str | None) -> str:
    """What was typed, in one line of visible characters."""
    return visible(text or "")


def _day(day: date | None) -> date:
    if day is None:
        raise LookupError("A form that was found complete has its days.")
    return day


def _answer(
    link_id: str,
    status: int,
    *,
    form: ConfirmationInput | None = None,
    facts: Facts | None = None,
    refusal: str = "",
    used: bool = False,
) -> tuple[Response, int]:
    page = render_template(
        "verification/confirm.html",
        form=form,
        facts=facts,
        scheme="" if facts is None else facts.scheme_source_name if g.language == "id" else facts.scheme_name,
        refusal=refusal,
        used=used,
        action=url_for(".confirm", link_id=link_id, lang=g.language),
        address=address_line(site_settings().host, reader_language()),
        **around(".confirm", link_id=link_id),
    )
    response = Response(page)
    response.headers["Cache-Control"] = "no-store"
    return response, status
