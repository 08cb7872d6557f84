"""What every public page of verification needs of its request: reader, time, tries, the frame around it, counting."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, render_template, request, url_for
from flask_babel import gettext

from assessment.accounts.guessing import count_guess
from assessment.database import Act, unit_of_work
from assessment.domain.errors import N_
from assessment.domain.language import PUBLIC_LANGUAGES, RIGHT_TO_LEFT
from assessment.settings import Settings
from assessment.verification.counting import Checked
from assessment.verification.counting import count as count_check
from assessment.verification.page import Language
from assessment.verification.service import Found
from assessment.web.formatting import clock, day, moment
from assessment.web.language import is_reviewed
from assessment.web.refusals import HEADINGS, answer, wants_json
from assessment.web.requests import now

MOST_MISSES = 60
WAIT = N_("Too many tries. Wait a quarter of an hour and try again.")


def around(endpoint: str, **arguments: Any) -> dict[str, Any]:
    """What the frame of every page here needs: the way to each language, and whether this one was reviewed."""
    return {"languages_here": language_ways(endpoint, **arguments), "reviewed": is_reviewed(g.language)}


def language_ways(endpoint: str, **arguments: Any) -> list[tuple[str, str, str]]:
    """The page in each language: its code, its own name, the address."""
    return [(code, name, url_for(endpoint, lang=code, **arguments)) for code, name in PUBLIC_LANGUAGES.items()]


def reader_language() -> Language:
    """How the reader's language says things."""
    return Language(
        code=g.language,
        say=gettext,
        day=day,
        moment=moment,
        clock=clock,
        right_to_left=g.language in RIGHT_TO_LEFT,
    )


def local_now() -> datetime:
    """The moment of the request in the zone of the page, which is the issuer's once that is known."""
    return now().astimezone(ZoneInfo(g.get("page_zone", "UTC")))


def count_try(what: str, who: str) -> int:
    """Count a try in a transaction of its own, so that it counts whatever the answer is."""
    act = Act(body_id=None, account_id=None, person_id=None, at=now(), name=request.endpoint or "")
    with unit_of_work(act) as session:
        return count_guess(session, what, who, now=now())


def network_address() -> str:
    """Where the request comes from, which only limits on guessing look at."""
    return request.remote_addr or ""


def site_settings() -> Settings:
    """What the installation runs with."""
    settings: Settings = current_app.extensions["settings"]
    return settings


def refused_page(status: int, detail: str = "") -> tuple[Response | str, int]:
    """Say in the reader's language, or to a program, that nothing is answered."""
    if wants_json():
        return answer(status, detail)
    heading = gettext(HEADINGS.get(status, HEADINGS[400 if status < 500 else 500]))
    page = render_template("verification/refused.html", heading=heading, detail=detail, **around(".verify"))
    return page, status


def count(found: Found, public_id: str, response: Response) -> None:
    """Count that somebody checked this certificate, once their answer is made."""
    if found.body_id is not None:
        checked = Checked(body_id=found.body_id, credential_id=public_id, day=local_now().date())
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # what a proxy stands for has no stub
        write = count_check(app, app.extensions["check_tally"], checked, request.environ, now())
        if write is not None:
            response.call_on_close(write)
