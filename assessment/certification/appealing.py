"""Appeals (FR.AK.04) and what follows a decision that did not find the candidate competent."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.tables import Duty
from assessment.certification.authority import today_in
from assessment.certification.states import application_of, move, own_application, said
from assessment.certification.tables import Appeal, AppealAnswer, Application, Choice, Decision
from assessment.domain.certification.application_states import ApplicationEvent
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.web.actor import Actor

APPEAL_DAYS = 30
LONGEST_GROUNDS = 4_000
SHORTEST_GROUNDS = 10


def appeal_until(decision: Decision) -> date:
    """Return the last calendar day on which a decision can be appealed."""
    return decision.decided_on + timedelta(days=APPEAL_DAYS)


def was_appealed(session: Session, decision: Decision) -> bool:
    """Say whether an appeal was filed against a decision, answered or not."""
    return (
        session.scalar(
            select(Appeal.id).where(Appeal.body_id == decision.body_id, Appeal.decision_id == decision.id).limit(1)
        )
        is not None
    )


def appeal(
    session: Session,
    actor: Actor,
    application_id: str,
    *,
    grounds: str,
    process_explained: bool,
    discussed_with_assessor: bool,
    wants_help: bool,
    now: datetime,
) -> Appeal:
    """Appeal against the last decision of the actor's own application.

    Raises NotFound for anybody else's application, Conflict when there is nothing to appeal or the time is
    over or it was appealed before, Invalid for grounds that say too little or too much.
    """
    application = own_application(session, actor, application_id)
    decision = last_decision(session, application)
    if decision is None or decision.outcome is not Choice.NOT_YET_COMPETENT:
        raise Conflict(N_("There is no decision here that can be appealed."))
    until = appeal_until(decision)
    if today_in(session, actor.body_id, now) > until:
        raise Conflict(N_("This decision could be appealed until %(until)s."), until=until.isoformat())
    if was_appealed(session, decision):
        raise Conflict(N_("This decision was appealed already."))
    text = grounds.strip()
    if not SHORTEST_GROUNDS <= len(text) <= LONGEST_GROUNDS:
        raise Invalid(
            N_("Expected grounds of %(least)s to %(most)s characters, got %(got)s."),
            least=SHORTEST_GROUNDS,
            most=LONGEST_GROUNDS,
            got=len(text),
        )
    filed = Appeal(
        body_id=actor.body_id,
        id=new_id(),
        application_id=application_id,
        decision_id=decision.id,
        grounds=text,
        process_explained=process_explained,
        discussed_with_assessor=discussed_with_assessor,
        wants_help=wants_help,
        filed_at=now,
    )
    session.add(filed)
    move(session, actor, application, ApplicationEvent.APPEAL, reason="", now=now)
    return filed


def answer_appeal(
    session: Session, actor: Actor, application_id: str, *, upheld: bool, reason: str, now: datetime
) -> AppealAnswer:
    """Answer the open appeal of an application: upheld leads to reassessment, dismissed leaves the decision.

    Raises NotAllowed for somebody who took part in the application, Conflict when no appeal is open.
    """
    application = application_of(session, actor.body_id, application_id)
    held = session.get(Duty, (actor.body_id, application_id, actor.person_id))
    if held is not None or application.person_id == actor.person_id:
        side = held.side if held is not None else Side.CANDIDATE
        raise NotAllowed(
            N_("An appeal is answered by somebody who took no part; you are the %(side)s of this application."),
            side=side.value,
        )
    open_one = open_appeal(session, application)
    if open_one is None:
        raise Conflict(N_("There is no open appeal here."))
    answer = AppealAnswer(
        body_id=actor.body_id,
        appeal_id=open_one.id,
        upheld=upheld,
        reason=said(reason),
        answered_by=actor.person_id,
        answered_at=now,
    )
    session.add(answer)
    event = ApplicationEvent.UPHOLD_APPEAL if upheld else ApplicationEvent.DISMISS_APPEAL
    move(session, actor, application, event, reason=answer.reason, now=now)
    return answer


def reassess(session: Session, actor: Actor, application_id: str, *, reason: str, now: datetime) -> Application:
    """Let a candidate who is not yet competent be assessed again; what was proved stays."""
    application = application_of(session, actor.body_id, application_id)
    move(session, actor, application, ApplicationEvent.REASSESS, reason=said(reason), now=now)
    return application


def close(session: Session, actor: Actor, application_id: str, *, reason: str, now: datetime) -> Application:
    """Close an application that leads no further."""
    application = application_of(session, actor.body_id, application_id)
    move(session, actor, application, ApplicationEvent.CLOSE, reason=said(reason), now=now)
    return application


def last_decision(session: Session, application: Application) -> Decision | None:
    """Return the newest decision on an application, or None."""
    return session.scalar(
        select(Decision)
        .where(Decision.body_id == application.body_id, Decision.application_id == application.id)
        .order_by(Decision.decided_at.desc(), Decision.id)
        .limit(1)
    )


def open_appeal(session: Session, application: Application) -> Appeal | None:
    """Return the appeal of an application that nobody has answered, or None."""
    return session.scalar(
        select(Appeal)
        .join(
            AppealAnswer,
            (AppealAnswer.body_id == Appeal.body_id) & (AppealAnswer.appeal_id == Appeal.id),
            isouter=True,
        )
        .where(
            Appeal.body_id == application.body_id,
            Appeal.application_id == application.id,
            AppealAnswer.appeal_id.is_(None),
        )
        .order_by(Appeal.filed_at.desc())
        .limit(1)
    )


def appeal_of(session: Session, body_id: str, application_id: str) -> tuple[Appeal, AppealAnswer | None]:
    """Return the newest appeal of an application with its answer. Raises NotFound when there is none."""
    row = session.execute(
        select(Appeal, AppealAnswer)
        .join(
            AppealAnswer,
            (AppealAnswer.body_id == Appeal.body_id) & (AppealAnswer.appeal_id == Appeal.id),
            isouter=True,
        )
        .where(Appeal.body_id == body_id, Appeal.application_id == application_id)
        .order_by(Appeal.filed_at.desc(), Appeal.id)
        .limit(1)
    ).first()
    if row is None:
        raise NotFound(N_("There is no such appeal."))
    return row[0], row[1]
