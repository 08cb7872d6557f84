"""One-time keys: a form that creates carries one, and a repeated post is led to where the first one led (rule 19).

The key is stored in the transaction of the change itself, so that two equal posts at the same moment cannot
both succeed: the second finds the key taken and is led to the first one's place.
"""

from flask import Flask, Response, g, redirect, request
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.accounts.tables import OneTimeKey
from assessment.database import db
from assessment.web.actor import Actor, actor
from assessment.web.requests import now

LONGEST = 64


def open_keys(app: Flask) -> None:
    """Lead a repeated post to the place of the first; runs after the gate."""

    @app.before_request
    def lead() -> WerkzeugResponse | None:
        key = _key()
        somebody = actor() if key is not None else None
        if key is None or somebody is None or somebody.account_id is None:
            return None
        place = _place(somebody, key)
        if place is not None:
            return redirect(place, 303)
        g.once = (somebody, key)
        return None


def close_keys(app: Flask) -> None:
    """Store the key beside the change, just before both are committed."""

    @app.after_request
    def store(response: Response) -> Response | WerkzeugResponse:
        if "once" not in g:
            return response
        somebody, key = g.once
        if response.status_code in (409, 422) and not g.get("keep_if_refused"):
            # Refused because an equal post came first: this one is led to that one's place.
            db.session.rollback()
            place = _place(somebody, key)
            return response if place is None else redirect(place, 303)
        if response.status_code not in (302, 303):
            return response
        try:
            db.session.execute(
                insert(OneTimeKey).values(
                    body_id=somebody.body_id,
                    account_id=somebody.account_id,
                    key=key,
                    location=response.headers["Location"],
                    used_at=now(),
                )
            )
        except IntegrityError:
            db.session.rollback()
            return redirect(_place(somebody, key) or response.headers["Location"], 303)
        return response


def _key() -> str | None:
    if request.method != "POST":
        return None
    key = request.form.get("once", "")
    return key if 0 < len(key) <= LONGEST else None


def _place(somebody: Actor, key: str) -> str | None:
    return db.session.scalar(
        select(OneTimeKey.location).where(
            OneTimeKey.body_id == somebody.body_id,
            OneTimeKey.account_id == somebody.account_id,
            OneTimeKey.key == key,
        )
    )
