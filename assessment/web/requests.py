"""One request is one transaction: who acts, when, and the one place that commits.

A safe request reads and is rolled back at its end. Any other request writes in a transaction that begins at
its first statement after the gate, whose own stand alone; it is committed when the response says that it went well.
"""

from datetime import UTC, datetime

from flask import Flask, Response, current_app, g, request

from assessment.database import Act, alone, db, writing
from assessment.web.actor import actor

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def now() -> datetime:
    """The moment of this request, the same for everything that it does."""
    moment: datetime = g.now
    return moment


def keep_if_refused() -> None:
    """Commit this request's writes even when it ends in a refusal: the count of a wrong guess must stay."""
    g.keep_if_refused = True


def open_transactions(app: Flask) -> None:
    """Stamp each request with its moment, and files as the same for everybody; runs before everything else."""
    app.extensions.setdefault("clock", lambda: datetime.now(UTC))

    @app.before_request
    def stamp() -> None:
        g.now = current_app.extensions["clock"]()
        g.reading = writing.set(False)
        if request.method not in SAFE_METHODS:
            alone.set(True)
        if request.endpoint == "static":
            g.no_cookies = True


def close_transactions(app: Flask) -> None:
    """Begin the writing transaction after the gate has read, and commit or roll back at the end."""

    @app.before_request
    def begin() -> None:
        if request.method in SAFE_METHODS:
            return
        somebody = actor()
        session = db.session()
        session.rollback()
        alone.set(False)
        g.writing = writing.set(True)
        session.info["act"] = Act(
            body_id=somebody.body_id if somebody else None,
            account_id=somebody.account_id if somebody else None,
            person_id=somebody.person_id if somebody else None,
            at=g.now,
            name=request.endpoint or "",
        )

    @app.after_request
    def finish(response: Response) -> Response:
        if "writing" in g:
            if response.status_code < 400 or g.get("keep_if_refused"):
                db.session.commit()
            else:
                db.session.rollback()
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        session = db.session()
        session.info.pop("act", None)
        session.rollback()
        alone.set(False)
        for name in ("writing", "reading"):
            token = g.pop(name, None)
            if token is not None:
                writing.reset(token)
