"""Pages are drawn before anybody looks: when a certificate is there, and again when what its page says changes.

An employer who scans a code once in a certificate's life is not the one who waits for the drawing.
"""

from contextvars import Context
from datetime import datetime
from typing import Any

from flask import Flask, current_app
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, run_wsgi_app

from assessment.credentials.told import DRAW, StatusEvent, listens
from assessment.domain.language import PUBLIC_LANGUAGES
from assessment.jobs.service import ask_for, handle
from assessment.verification.counting import AHEAD


def draw(_body_id: str, payload: dict[str, Any], _now: datetime) -> None:
    """Do the job "draw pages" for the certificate that the payload names: its page in each language, where none stands.

    Nothing is lost when it fails: whoever looks draws the page.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # what a proxy stands for has no stub
    first = next(iter(PUBLIC_LANGUAGES))
    for language in (
        first,
        *PUBLIC_LANGUAGES,
    ):  # the first has lists signed that were not
        builder = EnvironBuilder(path=f"/v/{payload['credential']}", query_string={"lang": language})
        # In a context of its own, as a request from outside: what one page leaves in `g` is no part of the next.
        Context().run(run_wsgi_app, app.wsgi_app, {**builder.get_environ(), AHEAD: True})


def _draw_again(session: Session, body_id: str, credential_id: str, _event: StatusEvent, now: datetime) -> None:
    ask_for(session, body_id, DRAW, {"credential": credential_id}, now=now)


handle(DRAW, draw)
listens(_draw_again)
