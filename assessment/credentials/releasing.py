"""Releasing: a second person lets a decision become a certificate (rules 10 to 12).

The release, the intent (address, number, dates, places in the status lists) and the job that will sign and
print are one transaction: a certificate is on its way exactly when somebody released it.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.accounts.persons import birth_date_of, name_of
from assessment.accounts.tables import CertificationBody, CredentialReset, Duty
from assessment.certification.authority import require_licence
from assessment.certification.facts import DecisionFacts, decision_facts
from assessment.certification.states import application_of, move
from assessment.certification.tables import Application, Choice, Decision, Vote
from assessment.credentials.keys import fix_origin, issuer_did
from assessment.credentials.slots import take_slots
from assessment.credentials.tables import CredentialIntent, Release
from assessment.domain.certification.application_states import ApplicationEvent
from assessment.domain.certification.clocks import calendar_day, expiry_instant, start_instant, valid_until
from assessment.domain.certification.duties import Involvement, Side, check_release
from assessment.domain.credentials.mrz_name import mrz_name
from assessment.domain.credentials.qr_payload import Payload, fitting
from assessment.domain.errors import N_, Conflict
from assessment.domain.ids import ID_BYTES, to_base32
from assessment.jobs.service import ask_for
from assessment.web.actor import Actor

ISSUE = "issue"


def release(session: Session, actor: Actor, decision_id: str, *, now: datetime) -> CredentialIntent:
    """Release a decision: its certificate gets its number, dates and status places, and will be signed.

    Raises NotFound for an unknown decision, NotAllowed when this person may not release it, Conflict when it is
    not the decision that stands, was released before, or when no licence covers the scheme today.
    """
    facts = decision_facts(session, actor.body_id, decision_id)
    application = application_of(session, actor.body_id, facts.application_id)
    check_may_release(session, actor, facts, now=now)
    require_licence(session, actor.body_id, facts.scheme_version_id, now=now)
    require_codable(session, facts)
    take_side(session, actor.body_id, facts.application_id, actor.person_id, Side.RELEASER, now=now)
    session.add(
        Release(
            body_id=actor.body_id,
            decision_id=decision_id,
            application_id=facts.application_id,
            person_id=actor.person_id,
            released_at=now,
        )
    )
    session.flush()
    move(session, actor, application, ApplicationEvent.RELEASE, reason="", now=now)
    fix_origin(session, now=now)
    intent = _intend(session, facts, now=now)
    take_slots(session, intent, now=now)
    ask_for(session, actor.body_id, ISSUE, {"credential": intent.id}, now=now)
    return intent


def check_may_release(session: Session, actor: Actor, facts: DecisionFacts, *, now: datetime) -> None:
    """Refuse, saying why, when this person may not release this decision now; one statement.

    Raises Conflict when it is not K, not the newest of its application, or released already; NotAllowed when the
    person took part, or reset a colleague's password within 24 hours.
    """
    rows = session.execute(_situation(actor.person_id, facts, now)).all()
    first, zone = rows[0], ZoneInfo(facts.zone)
    if facts.outcome is not Choice.COMPETENT:
        raise Conflict(N_("Only a decision K leads to a certificate."))
    if first.newest != facts.decision_id:
        raise Conflict(N_("A later decision stands in its place."))
    if first.released:
        raise Conflict(N_("This decision has been released."))
    duties = [row for row in rows if row.side is not None]
    check_release(
        person_id=actor.person_id,
        candidate_id=facts.person_id,
        held=next((row.side for row in duties if row.application_id == facts.application_id), None),
        deciders=[actor.person_id] if first.voted else [],
        involvements=[
            Involvement(
                person_id=actor.person_id,
                candidate_id=facts.person_id,
                side=row.side,
                on=calendar_day(row.assigned_at, zone),
            )
            for row in duties
        ],
        resets=[] if first.reset_at is None else [first.reset_at],
        look_back_days=facts.look_back_days,
        now=now,
        today=calendar_day(now, zone),
    )


def _situation(person_id: str, facts: DecisionFacts, now: datetime) -> Select[*tuple[Any, ...]]:
    """A row for each duty of the person in any application of the candidate, one at least, with what else counts."""
    newest = (
        select(Decision.id)
        .where(Decision.body_id == facts.body_id, Decision.application_id == facts.application_id)
        .order_by(Decision.decided_at.desc(), Decision.id)
        .limit(1)
    )
    reset_at = select(func.max(CredentialReset.at)).where(
        CredentialReset.body_id == facts.body_id, CredentialReset.reset_by == person_id, CredentialReset.at <= now
    )
    released = exists().where(Release.body_id == facts.body_id, Release.decision_id == facts.decision_id)
    voted = exists().where(
        Vote.body_id == facts.body_id,
        Vote.application_id == facts.application_id,
        Vote.person_id == person_id,
    )
    return (
        select(
            newest.scalar_subquery().label("newest"),
            reset_at.scalar_subquery().label("reset_at"),
            released.label("released"),
            voted.label("voted"),
            Duty.application_id,
            Duty.side,
            Duty.assigned_at,
        )
        .select_from(Application)
        .join(
            Duty,
            (Duty.body_id == Application.body_id)
            & (Duty.application_id == Application.id)
            & (Duty.person_id == person_id),
            isouter=True,
        )
        .where(Application.body_id == facts.body_id, Application.person_id == facts.person_id)
    )


def require_codable(session: Session, facts: DecisionFacts) -> None:
    """Raise Invalid when name, scheme code or origin cannot stand in the printed code: known before, not after."""
    first_day = facts.decided_on
    payload = Payload(
        issuer=issuer_did(session, facts.body_id),
        public_id=to_base32(bytes(ID_BYTES)),
        name=mrz_name(name_of(session, facts.body_id, facts.person_id).text),
        birth_year=birth_date_of(session, facts.body_id, facts.person_id).year,
        scheme_code=facts.scheme_code,
        first_day=first_day,
        last_day=valid_until(first_day, months=facts.validity_months),
        offset=timedelta(0),
        revocation_index=0,
        suspension_index=0,
        digest=bytes(16),
    )
    fitting(payload, key_id=f"{payload.issuer}#{first_day.year}")


def _intend(session: Session, facts: DecisionFacts, *, now: datetime) -> CredentialIntent:
    zone = ZoneInfo(facts.zone)
    last_day = valid_until(facts.decided_on, months=facts.validity_months)
    intent = CredentialIntent(
        body_id=facts.body_id,
        id=new_id(),
        number=_next_number(session, facts.body_id, calendar_day(now, zone).year),
        application_id=facts.application_id,
        decision_id=facts.decision_id,
        person_id=facts.person_id,
        decided_on=facts.decided_on,
        valid_until_on=last_day,
        starts_at=start_instant(facts.decided_on, zone),
        expires_at=expiry_instant(last_day, zone),
        successor_of=None,
        intended_at=now,
    )
    session.add(intent)
    session.flush()
    return intent


def _next_number(session: Session, body_id: str, year: int) -> str:
    """Return the next number of a body and year, such as LAS-2026-000123; one release at a time draws one."""
    session.get(CertificationBody, body_id, with_for_update=True)
    prefix = f"{body_id.upper()}-{year}-"
    last = session.scalar(
        select(func.max(CredentialIntent.number)).where(
            CredentialIntent.body_id == body_id,
            CredentialIntent.number >= prefix,
            CredentialIntent.number < prefix + ":",  # the sign after 9
        )
    )
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:06d}"
