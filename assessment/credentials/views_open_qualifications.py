"""Welders' qualifications that wait for a second person, on a page of their own and among what waits today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import render_template, url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from assessment.accounts.persons import names
from assessment.accounts.tables import Duty
from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.credentials.tables import CredentialIntent
from assessment.credentials.tables_qualification import Qualification, QualificationAnswer
from assessment.credentials.views import OLDEST, certificates
from assessment.database import db
from assessment.domain.certification.duties import Side
from assessment.domain.roles import Role
from assessment.web.actor import Actor, me

MOST = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenProposal:
    """A proposal without an answer: `granted` False is one to end a qualification."""

    credential_id: str
    number: str
    granted: bool
    proposed_by: str
    proposed_at: datetime


def open_proposals(
    session: Session, body_id: str, *, answerable_by: str | None = None
) -> tuple[Sequence[OpenProposal], int]:
    """Return the proposals without an answer, the oldest first, at most 50, and how many there are; one statement.

    `answerable_by` leaves out those that this person proposed, whose holder they are, or on whose application they
    stand on another side.
    """
    rows = (
        select(
            Qualification.credential_id,
            CredentialIntent.number,
            Qualification.granted,
            Qualification.person_id,
            Qualification.proposed_at,
            func.count().over().label("total"),
        )
        .join(
            CredentialIntent,
            (CredentialIntent.body_id == Qualification.body_id) & (CredentialIntent.id == Qualification.credential_id),
        )
        .join(
            QualificationAnswer,
            (QualificationAnswer.body_id == Qualification.body_id)
            & (QualificationAnswer.qualification_id == Qualification.id),
            isouter=True,
        )
        .where(Qualification.body_id == body_id, QualificationAnswer.confirmed.is_(None))
        .order_by(Qualification.proposed_at, Qualification.id)
        .limit(MOST)
    )
    if answerable_by is not None:
        rows = rows.where(*_answerable_by(answerable_by))
    found = session.execute(rows).all()
    lines = [
        OpenProposal(
            credential_id=row.credential_id,
            number=row.number,
            granted=row.granted,
            proposed_by=row.person_id,
            proposed_at=row.proposed_at,
        )
        for row in found
    ]
    return lines, found[0].total if found else 0


def _answerable_by(person_id: str) -> tuple[ColumnElement[bool], ...]:
    elsewhere = (
        select(Duty.person_id)
        .where(
            Duty.body_id == Qualification.body_id,
            Duty.application_id == Qualification.application_id,
            Duty.person_id == person_id,
            Duty.side != Side.RELEASER,
        )
        .exists()
    )
    return Qualification.person_id != person_id, CredentialIntent.person_id != person_id, ~elsewhere


@certificates.get("/welder-qualifications")
def open_qualifications() -> str:
    session, actor = db.session(), me()
    lines, total = open_proposals(session, actor.body_id)
    own, _total = open_proposals(session, actor.body_id, answerable_by=actor.person_id)
    return render_template(
        "credentials/open_qualifications.html",
        lines=lines,
        own={line.credential_id for line in own},
        total=total,
        names=names(session, actor.body_id, [line.proposed_by for line in lines]),
    )


def _waiting(session: Session, actor: Actor, _moment: datetime) -> Sequence[Pile]:
    lines, total = open_proposals(session, actor.body_id, answerable_by=actor.person_id)
    oldest = [
        Task(
            text=f"{line.number} · {gettext('Qualification') if line.granted else gettext('End of the qualification')}",
            url=url_for("certificates.qualification", credential_id=line.credential_id),
            since=line.proposed_at,
        )
        for line in lines[:OLDEST]
    ]
    return [
        Pile(
            title=gettext("Welders' qualifications for a second person"),
            count=total,
            url=url_for("certificates.open_qualifications"),
            oldest=tuple(oldest),
        )
    ]


waits_for(Role.RELEASER, _waiting)
waits_for(Role.QUALITY_MANAGER, _waiting)
