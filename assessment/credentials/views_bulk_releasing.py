"""Releasing a whole graduation: the marked list, and the page that says how far it got."""

from itertools import groupby
from operator import attrgetter

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from assessment.accounts.persons import names
from assessment.certification.releasable import decisions_to_release
from assessment.certification.texts import words_of
from assessment.credentials.bulk_progress import Trouble, progress_of
from assessment.credentials.bulk_releasing import MOST_DECISIONS, ask_to_release
from assessment.credentials.tables import BulkRelease
from assessment.database import db
from assessment.domain.errors import N_, Invalid, NotFound
from assessment.web.actor import me
from assessment.web.gate import RecordStanding, locate
from assessment.web.language import language
from assessment.web.refusals import STATUS, say
from assessment.web.requests import now

bulk_releases = Blueprint("bulk_releases", __name__)

SECONDS_TO_LOOK_AGAIN = 10


@bulk_releases.get("/bulk-releases/new")
def new() -> str:
    return _choose()


@bulk_releases.post("/bulk-releases")
def ask() -> AnyResponse | tuple[str, int]:
    try:
        bulk = ask_to_release(db.session(), me(), request.form.getlist("decision"), now=now())
    except Invalid as error:
        db.session.rollback()
        return _choose(refusal=say(error)), STATUS[Invalid]
    return redirect(url_for("bulk_releases.page", bulk_release_id=bulk.id), 303)


@bulk_releases.get("/bulk-releases/<bulk_release_id>")
def page(bulk_release_id: str) -> Response:
    progress = progress_of(db.session(), me().body_id, bulk_release_id)
    if progress is None:
        raise NotFound(N_("There is no such page."))
    answer = make_response(
        render_template(
            "credentials/bulk_release.html",
            progress=progress,
            names=names(db.session(), me().body_id, [trouble.person_id for trouble in progress.troubles]),
            reason=_reason,
        )
    )
    if progress.under_way:
        answer.headers["Refresh"] = str(SECONDS_TO_LOOK_AGAIN)
    return answer


def _choose(refusal: str = "") -> str:
    lines, total = decisions_to_release(db.session(), me().body_id, size=MOST_DECISIONS)
    by_meeting = groupby(sorted(lines, key=attrgetter("meeting_number")), key=attrgetter("meeting_number"))
    return render_template(
        "credentials/bulk_release_new.html",
        meetings=[(number, list(group)) for number, group in by_meeting],
        names=names(db.session(), me().body_id, [line.person_id for line in lines]),
        titles=words_of(
            db.session(), me().body_id, language(), scheme_versions={line.scheme_version_id for line in lines}
        ),
        shown=len(lines),
        count=total,
        refusal=refusal,
    )


def _reason(trouble: Trouble) -> str:
    """Why a decision was not released, or its certificate not signed."""
    if trouble.refusal is not None:
        return say(trouble.refusal)
    if trouble.again:
        return str(gettext("Signing failed and is tried again: %(reason)s", reason=trouble.failure))
    return str(gettext("Signing failed: %(reason)s", reason=trouble.failure))


def _standing(session: Session, body_id: str, bulk_release_id: str) -> RecordStanding | None:
    return None if session.get(BulkRelease, (body_id, bulk_release_id)) is None else RecordStanding()


locate("bulk_release_id", _standing)
