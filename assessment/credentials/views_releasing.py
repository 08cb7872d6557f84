"""The releaser's list and the page of one decision: what will be printed, and who may release it."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from assessment.accounts.persons import Name, name_of, names
from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.certification.facts import DecisionFacts, decision_facts
from assessment.certification.releasable import PAGE, decisions_to_release
from assessment.certification.texts import words_of
from assessment.credentials.certificate import certificate_of
from assessment.credentials.printing import preview_certificate
from assessment.credentials.queries import standing_of_decision
from assessment.credentials.releasing import check_may_release
from assessment.credentials.releasing import release as release_decision
from assessment.credentials.wording import METHODS
from assessment.database import db
from assessment.domain.credentials.mrz_name import mrz_name
from assessment.domain.errors import Refusal
from assessment.domain.language import text_in
from assessment.domain.roles import Role
from assessment.web.actor import Actor, me
from assessment.web.gate import locate
from assessment.web.language import language
from assessment.web.refusals import STATUS, say
from assessment.web.requests import now

releases = Blueprint("releases", __name__)
locate("decision_id", standing_of_decision)

OLDEST = 3


@releases.get("/releases")
def index() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    lines, total = decisions_to_release(db.session(), me().body_id, page)
    return render_template(
        "credentials/releases.html",
        lines=lines,
        names=names(db.session(), me().body_id, [line.person_id for line in lines]),
        titles=words_of(
            db.session(),
            me().body_id,
            language(),
            scheme_versions={line.scheme_version_id for line in lines},
        ),
        count=total,
        page=page,
        pages=-(-total // PAGE),
        address=lambda number: url_for("releases.index", page=number),
    )


@releases.get("/releases/<decision_id>")
def page(decision_id: str) -> str:
    return _page(decision_id)


@releases.get("/releases/<decision_id>/preview.png")
def preview(decision_id: str) -> Response:
    certificate = certificate_of(db.session(), me().body_id, decision_id)
    name = name_of(db.session(), me().body_id, certificate.person_id)
    picture = Response(preview_certificate(certificate, name=name.text), content_type="image/png")
    picture.headers["Cache-Control"] = "private, no-store"
    return picture


@releases.post("/releases/<decision_id>")
def release(decision_id: str) -> AnyResponse | tuple[str, int]:
    try:
        intent = release_decision(db.session(), me(), decision_id, now=now())
    except Refusal as error:
        db.session.rollback()
        return _page(decision_id, refusal=say(error)), STATUS[type(error)]
    flash(gettext("Released. Certificate %(number)s is being signed.", number=intent.number))
    return redirect(url_for("certificates.page", credential_id=intent.id), 303)


def _page(decision_id: str, refusal: str = "") -> str:
    facts = decision_facts(db.session(), me().body_id, decision_id)
    name = name_of(db.session(), me().body_id, facts.person_id)
    return render_template(
        "credentials/release.html",
        facts=facts,
        name=name,
        title=text_in(facts.scheme_titles, language()),
        units=[
            (unit.code, text_in(unit.titles, language()), [METHODS[way] for way in unit.methods])
            for unit in facts.units
            if unit.unit_id in facts.competent_units
        ],
        refusal=refusal or _why_not(facts, name),
    )


def _why_not(facts: DecisionFacts, name: Name) -> str:
    """Why this person cannot release this decision now, empty when they can."""
    try:
        check_may_release(db.session(), me(), facts, now=now())
        mrz_name(name.text)
    except Refusal as error:
        return say(error)
    return ""


def _waiting(session: Session, actor: Actor, _moment: datetime) -> Sequence[Pile]:
    lines, total = decisions_to_release(session, actor.body_id)
    oldest = [
        Task(
            text=f"{line.application_number} · {line.scheme_code}",
            url=url_for("releases.page", decision_id=line.decision_id),
            since=line.decided_at,
        )
        for line in lines[:OLDEST]
    ]
    return [
        Pile(title=gettext("Decisions to release"), count=total, url=url_for("releases.index"), oldest=tuple(oldest))
    ]


waits_for(Role.RELEASER, _waiting)
