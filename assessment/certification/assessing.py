"""The assessor's side: confirming evidence, asking orally, asking for more, and recommending.

An assessor recommends and never decides (rule 11). What is done here needs the assessor's side of the
application, which the database holds against every row (rule 10).
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.tables import Duty
from assessment.certification.authority import require_registered, today_in
from assessment.certification.evidence import Ahead, current, gather, overall, record_results, unit_results
from assessment.certification.grid import grid_of
from assessment.certification.states import application_of, move, said
from assessment.certification.tables import (
    Application,
    Choice,
    EvidenceConfirmation,
    FollowUp,
    Recommendation,
)
from assessment.domain.certification.application_states import ApplicationEvent, ApplicationState
from assessment.domain.certification.duties import Side
from assessment.domain.competency import Method, Outcome
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.practicals.oral import record_oral_answer
from assessment.practicals.tables import OralAnswer
from assessment.web.actor import Actor

IN_WORK = frozenset({ApplicationState.SCHEDULED, ApplicationState.IN_ASSESSMENT, ApplicationState.ASSESSED})


def confirm(
    session: Session,
    actor: Actor,
    application_id: str,
    unit_id: str,
    method: Method,
    *,
    valid: bool,
    authentic: bool,
    current: bool,
    sufficient: bool,
    now: datetime,
) -> EvidenceConfirmation:
    """Hold the evidence of one unit by one method against the four rules of evidence (rule 4).

    A confirmation counts for the evidence that is there now; newer evidence needs a new one. Raises Conflict
    when there is no such evidence yet or the application is not in assessment, NotAllowed without a valid
    registration or the assessor's side.
    """
    application = _in_work(session, actor, application_id, now=now)
    gathered = gather(session, application, until=now)
    if unit_id not in {unit.id for unit in gathered.grid.units}:
        raise NotFound(N_("There is no such unit in this scheme."))
    if (unit_id, method) not in gathered.evidence_at:
        raise Conflict(N_("There is no evidence of this kind for the unit yet."))
    _begin(session, actor, application, now=now)
    confirmation = _confirmation(
        actor,
        application_id,
        unit_id,
        method,
        valid=valid,
        authentic=authentic,
        current=current,
        sufficient=sufficient,
        now=now,
    )
    session.add(confirmation)
    session.flush()
    return confirmation


def confirm_everything(
    session: Session, actor: Actor, application_id: str, *, now: datetime, ahead: Ahead | None = None
) -> int:
    """Confirm all evidence that waits, each piece by all four rules; returns how many confirmations were made.

    `ahead` may be gathered before the lock is taken; raises Conflict when it no longer holds.
    """
    application = _in_work(session, actor, application_id, now=now)
    waiting = current(session, application, ahead, now=now).unconfirmed()
    _begin(session, actor, application, now=now)
    session.add_all(
        _confirmation(
            actor, application_id, unit_id, method, valid=True, authentic=True, current=True, sufficient=True, now=now
        )
        for unit_id, method in waiting
    )
    session.flush()
    return len(waiting)


def _confirmation(
    actor: Actor,
    application_id: str,
    unit_id: str,
    method: Method,
    *,
    valid: bool,
    authentic: bool,
    current: bool,
    sufficient: bool,
    now: datetime,
) -> EvidenceConfirmation:
    return EvidenceConfirmation(
        body_id=actor.body_id,
        id=new_id(),
        application_id=application_id,
        unit_id=unit_id,
        method=method,
        valid=valid,
        authentic=authentic,
        current=current,
        sufficient=sufficient,
        person_id=actor.person_id,
        at=now,
    )


def ask_orally(
    session: Session,
    actor: Actor,
    application_id: str,
    criterion_id: str,
    *,
    question: str,
    answer: str,
    sufficient: bool,
    now: datetime,
) -> OralAnswer:
    """Record an oral question on a criterion, what was answered, and whether it suffices (FR.IA.07).

    It closes a written gap of the same criterion, or fills an oral cell of the plan. Raises Conflict where
    neither is open to it, and Invalid when question or answer is empty.
    """
    application = _in_work(session, actor, application_id, now=now)
    cells = grid_of(session, actor.body_id, application.scheme_version_id).cells
    methods = {cell.method for cell in cells if cell.criterion_id == criterion_id}
    if not methods & {Method.WRITTEN, Method.ORAL}:
        raise Conflict(N_("An oral question closes a written gap or an oral cell; this criterion has neither."))
    _begin(session, actor, application, now=now)
    return record_oral_answer(session, actor, application_id, criterion_id, question, answer, sufficient, now)


def open_follow_up(
    session: Session,
    actor: Actor,
    application_id: str,
    criterion_id: str,
    *,
    reason: str,
    due_on: date,
    now: datetime,
) -> FollowUp:
    """Say that a criterion needs more evidence, why, and until when; it blocks a decision until it is closed.

    Raises Invalid when the day has passed, NotFound for a criterion of another scheme.
    """
    application = _in_work(session, actor, application_id, now=now)
    _begin(session, actor, application, now=now)
    return add_follow_up(session, actor, application, criterion_id, reason=reason, due_on=due_on, now=now)


def add_follow_up(
    session: Session,
    actor: Actor,
    application: Application,
    criterion_id: str,
    *,
    reason: str,
    due_on: date,
    now: datetime,
) -> FollowUp:
    """Store a follow-up of an application that the caller may write to."""
    if criterion_id not in grid_of(session, application.body_id, application.scheme_version_id).unit_of:
        raise NotFound(N_("There is no such criterion in this scheme."))
    today = today_in(session, application.body_id, now)
    if due_on < today:
        raise Invalid(N_("Expected a day from %(today)s on, got %(got)s."), today=today, got=due_on)
    follow_up = FollowUp(
        body_id=application.body_id,
        id=new_id(),
        application_id=application.id,
        criterion_id=criterion_id,
        reason=said(reason),
        due_on=due_on,
        opened_by=actor.person_id,
        opened_at=now,
        closed_at=None,
    )
    session.add(follow_up)
    session.flush()
    return follow_up


def close_follow_up(
    session: Session, actor: Actor, application_id: str, follow_up_id: str, *, now: datetime
) -> FollowUp:
    """Close a follow-up: the evidence that it asked for is in. Raises Conflict when it is closed already."""
    application = _in_work(session, actor, application_id, now=now)
    follow_up = session.get(FollowUp, (actor.body_id, follow_up_id))
    if follow_up is None or follow_up.application_id != application.id:
        raise NotFound(N_("There is no such follow-up."))
    if follow_up.closed_at is not None:
        raise Conflict(N_("This follow-up is closed already."))
    follow_up.closed_at = now
    session.flush()
    return follow_up


def recommend(
    session: Session,
    actor: Actor,
    application_id: str,
    outcome: Choice,
    *,
    note: str,
    now: datetime,
    ahead: Ahead | None = None,
) -> Recommendation:
    """Recommend K or BK and keep the unit results that the recommendation rests on.

    `ahead` may be gathered before the lock is taken. Raises Conflict when it no longer holds, while evidence is
    open or a follow-up is not closed, and when K is recommended against the
    evidence; Invalid when BK has no note.
    """
    application = _in_work(session, actor, application_id, now=now)
    _begin(session, actor, application, now=now)
    still_open = open_follow_ups(session, actor.body_id, application_id)
    if still_open:
        raise Conflict(N_("Expected every follow-up to be closed first; still open: %(count)s."), count=len(still_open))
    gathered = current(session, application, ahead, now=now)
    results = unit_results(gathered)
    derived = overall(gathered, results)
    if derived.outcome is Outcome.NEEDS_MORE_EVIDENCE:
        raise Conflict(
            N_("Evidence is still open in %(count)s places; confirm it, close it, or ask for more."),
            count=len(derived.missing),
        )
    if outcome is Choice.COMPETENT and derived.outcome is not Outcome.COMPETENT:
        raise Conflict(
            N_("The evidence does not carry K: %(count)s criteria are not proved."), count=len(derived.missing)
        )
    text = said(note) if outcome is Choice.NOT_YET_COMPETENT else note.strip()
    record_results(session, application, gathered, results, now=now)
    if application.state is ApplicationState.IN_ASSESSMENT:
        move(session, actor, application, ApplicationEvent.FINISH_ASSESSMENT, reason="", now=now)
    move(session, actor, application, ApplicationEvent.RECOMMEND, reason=outcome.value, now=now)
    recommendation = Recommendation(
        body_id=actor.body_id,
        id=new_id(),
        application_id=application_id,
        person_id=actor.person_id,
        outcome=outcome,
        note=text,
        at=now,
    )
    session.add(recommendation)
    session.flush()
    return recommendation


def open_follow_ups(session: Session, body_id: str, application_id: str) -> list[FollowUp]:
    """Return the follow-ups of an application that are not closed, the most urgent first."""
    return list(
        session.scalars(
            select(FollowUp)
            .where(
                FollowUp.body_id == body_id,
                FollowUp.application_id == application_id,
                FollowUp.closed_at.is_(None),
            )
            .order_by(FollowUp.due_on, FollowUp.id)
        )
    )


def _in_work(session: Session, actor: Actor, application_id: str, *, now: datetime) -> Application:
    """Return an application whose assessor the actor is, while it is being assessed."""
    application = application_of(session, actor.body_id, application_id)
    duty = session.get(Duty, (actor.body_id, application_id, actor.person_id))
    if duty is None or duty.side is not Side.ASSESSOR:
        raise NotAllowed(N_("Only an assessor of this application may do this."))
    require_registered(session, actor.body_id, actor.person_id, now=now)
    if application.state not in IN_WORK:
        raise Conflict(N_("This application is not being assessed now."))
    return application


def _begin(session: Session, actor: Actor, application: Application, *, now: datetime) -> None:
    """The first act of an assessor begins the assessment."""
    if application.state is ApplicationState.SCHEDULED:
        move(session, actor, application, ApplicationEvent.START_ASSESSMENT, reason="", now=now)
