"""Pages are drawn before anybody looks: when a certificate is there, and again when what its page says changes.

An employer who scans a code once in a certificate's life is not the one who waits for the drawing. What changes for
many at once (the issuer's keys, the figures of a sitting, the program itself) is found by going round, a few at a time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, run_wsgi_app

from assessment.credentials.tables import Credential
from assessment.credentials.told import DRAW, StatusEvent, listens
from assessment.database import reading
from assessment.domain.language import PUBLIC_LANGUAGES
from assessment.jobs.service import ask_for, handle
from assessment.verification.counting import AHEAD
from assessment.verification.kept_pages import KeptPages

FIRST = next(iter(PUBLIC_LANGUAGES))
MOST_LOOKED_AT, MOST_DRAWN = 200, 5


def draw(_body_id: str, payload: dict[str, Any], _now: datetime) -> None:
    """Do the job "draw pages" for the certificate that the payload names: its page in each language, where none stands.

    Nothing is lost when it fails: whoever looks draws the page.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # what a proxy stands for has no stub
    for language in (FIRST, *PUBLIC_LANGUAGES):  # the first time has lists signed that were not
        builder = EnvironBuilder(path=f"/v/{payload['credential']}", query_string={"lang": language})
        with _nothing_of_others():
            run_wsgi_app(app.wsgi_app, {**builder.get_environ(), AHEAD: True})


@contextmanager
def _nothing_of_others() -> Iterator[None]:
    """Empty `g` for a while: a request within an application context shares it, and would get what others left."""
    kept = {name: g.get(name) for name in g}
    _empty()
    try:
        yield
    finally:
        _empty()
        for name, value in kept.items():
            setattr(g, name, value)


def _empty() -> None:
    for name in list(g):
        g.pop(name)


def draw_what_changed(after: str, now: datetime) -> str:
    """Look at up to 200 certificates behind an id, and draw up to 5 whose page does not stand any more.

    Returns the id behind which to go on, "" where it was the last one. One page of each is looked at: they are drawn
    together, and what ends one ends all.
    """
    kept: KeptPages = current_app.extensions["kept_pages"]
    some = select(Credential.id).where(Credential.id > after).order_by(Credential.id).limit(MOST_LOOKED_AT)
    with reading() as session:
        found = session.scalars(some).all()
    drawn = 0
    for credential_id in found:
        if not kept.stands(credential_id, FIRST):
            draw("", {"credential": credential_id}, now)
            drawn += 1
            if drawn == MOST_DRAWN:
                return credential_id
    return found[-1] if len(found) == MOST_LOOKED_AT else ""


def _draw_again(session: Session, body_id: str, credential_id: str, _event: StatusEvent, now: datetime) -> None:
    ask_for(session, body_id, DRAW, {"credential": credential_id}, now=now)


handle(DRAW, draw)
listens(_draw_again)
