"""Regrading a form: one person proposes with the reason, a second one confirms or turns it down (four eyes).

Only a confirmed regrade counts. It adds scores and results beside the old ones, and a line in the ledger for each
attempt that changed; attempts that are still running or wait for marking meet the remedy when they are scored.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.exams.attempt_states import ENDED
from assessment.domain.exams.regrade import FlipKind, Remedy
from assessment.exams.after_regrade import Turned, open_all
from assessment.exams.foreseeing import Preview, Proposal, basis, check_proposal, preview
from assessment.exams.results import lock_form, settle
from assessment.exams.scoring import FORMAT, criteria_to_json, units_to_json
from assessment.exams.tables import Attempt, ExamResult, ItemScore, ResponseEvent
from assessment.exams.tables_regrade import Regrade, RegradeConfirmation, RegradeLine
from assessment.web.actor import Actor

SHORTEST_REASON = 5
LONGEST_REASON = 2_000


def propose(
    session: Session, actor: Actor, proposal: Proposal, *, reason: str, seen: str, foreseen: Preview, now: datetime
) -> Regrade:
    """Propose a regrade; nothing changes before a second person confirms.

    `seen` names the preview that the proposer looked at, `foreseen` is that preview computed anew before the lock.
    Raises Conflict when the two differ or a proposal about this item waits already, Invalid for a reason that says
    nothing, NotAllowed to somebody who sat this form, and what `check_proposal` raises.
    """
    text = _reason(reason)
    lock_form(session, actor.body_id, proposal.form_id)
    check_proposal(session, actor.body_id, proposal)
    _refuse_own(session, actor, proposal.form_id)
    if seen != foreseen.digest:
        raise _stale()
    if _waiting(session, actor.body_id, proposal) is not None:
        raise Conflict(N_("A regrade of this item waits for a second person already."))
    regrade = Regrade(
        body_id=actor.body_id,
        id=new_id(),
        form_id=proposal.form_id,
        item_version_id=proposal.item_version_id,
        remedy=proposal.remedy,
        by_version_id=proposal.by_version_id,
        attempt_id=proposal.attempt_id,
        event_number=proposal.event_number,
        reason=text,
        digest=foreseen.digest,
        proposed_by=actor.person_id,
        proposed_at=now,
    )
    session.add(regrade)
    session.flush()
    return regrade


def propose_late_answer(session: Session, actor: Actor, event_number: int, *, reason: str, now: datetime) -> Regrade:
    """Propose that an answer counts which is kept aside in an ended attempt; a second person sees what it changes.

    Raises NotFound for an unknown event, and what `propose` raises.
    """
    row = session.execute(
        select(Attempt.form_id, Attempt.id, ResponseEvent.item)
        .join(
            ResponseEvent,
            (ResponseEvent.body_id == Attempt.body_id) & (ResponseEvent.attempt_id == Attempt.id),
        )
        .where(Attempt.body_id == actor.body_id, ResponseEvent.number == event_number)
    ).first()
    if row is None:
        raise NotFound(N_("There is no such answer."))
    proposal = Proposal(
        form_id=row.form_id,
        item_version_id=row.item,
        remedy=Remedy.LATE_ANSWER,
        attempt_id=row.id,
        event_number=event_number,
    )
    check_proposal(session, actor.body_id, proposal)
    foreseen = preview(session, actor.body_id, proposal)
    return propose(session, actor, proposal, reason=reason, seen=foreseen.digest, foreseen=foreseen, now=now)


def turn_down(session: Session, actor: Actor, regrade_id: str, *, reason: str, now: datetime) -> RegradeConfirmation:
    """Turn a proposed regrade down, with the reason; nothing changes. Raises as `confirm` does."""
    regrade = _answerable(session, actor, regrade_id)
    return _answer(session, actor, regrade, reason=_reason(reason), place=None, digest=regrade.digest, now=now)


def confirm(
    session: Session,
    actor: Actor,
    regrade_id: str,
    *,
    reason: str,
    seen: str,
    foreseen: Preview,
    now: datetime,
) -> RegradeConfirmation:
    """Confirm a regrade: new scores and results beside the old ones, the ledger, and cases for who must look.

    `seen` names the preview that the second person looked at; `foreseen` is that preview computed anew before the
    lock was taken. Raises Conflict when anything has changed since it was seen, or the regrade has its answer;
    NotAllowed to the person who proposed it and to somebody who sat this form; NotFound.
    """
    regrade = _answerable(session, actor, regrade_id)
    generation = lock_form(session, actor.body_id, regrade.form_id)
    stands = generation == foreseen.generation and foreseen.basis == basis(session, actor.body_id, regrade.form_id)
    if seen != foreseen.digest or not stands:
        raise _stale()
    confirmation = _answer(
        session, actor, regrade, reason=_reason(reason), place=generation + 1, digest=foreseen.digest, now=now
    )
    for turned in foreseen.turned:
        _add_generation(session, regrade, turned, foreseen, generation + 1, now)
    session.flush()
    for attempt in _without_result(session, regrade):
        settle(session, attempt, now=now)
    open_all(session, actor, regrade, foreseen.turned, foreseen.touched, now)
    session.flush()
    return confirmation


def _add_generation(
    session: Session, regrade: Regrade, turned: Turned, foreseen: Preview, generation: int, now: datetime
) -> None:
    change = turned.change
    fresh = foreseen.fresh[change.attempt_id]
    session.add_all(
        (
            ItemScore(
                body_id=regrade.body_id,
                attempt_id=change.attempt_id,
                item_version_id=regrade.item_version_id,
                generation=generation,
                v=FORMAT,
                answered=fresh.answered,
                reached=fresh.reached,
                counts=fresh.counts,
                score=fresh.score,
                max_score=fresh.maximum,
                scored_at=now,
            ),
            ExamResult(
                body_id=regrade.body_id,
                attempt_id=change.attempt_id,
                generation=generation,
                application_id=turned.application_id,
                v=FORMAT,
                score=change.after.total.score,
                max_score=change.after.total.maximum,
                cut_reached=change.after.passed,
                by_unit=units_to_json(change.after),
                by_criterion=criteria_to_json(change.after),
                derived_at=now,
            ),
            RegradeLine(
                body_id=regrade.body_id,
                regrade_id=regrade.id,
                attempt_id=change.attempt_id,
                application_id=turned.application_id,
                old_score=change.item_before.score,
                new_score=change.item_after.score,
                old_maximum=change.item_before.maximum,
                new_maximum=change.item_after.maximum,
                old_counts=change.item_before.counts,
                new_counts=change.item_after.counts,
                old_total=change.before.total.score,
                new_total=change.after.total.score,
                old_total_maximum=change.before.total.maximum,
                new_total_maximum=change.after.total.maximum,
                old_reached=change.before.passed,
                new_reached=change.after.passed,
                criteria_flipped=sum(flip.kind is FlipKind.CRITERION for flip in change.flips),
            ),
        )
    )


def _answerable(session: Session, actor: Actor, regrade_id: str) -> Regrade:
    """Return a proposal that the actor may answer, locked."""
    regrade = session.get(Regrade, (actor.body_id, regrade_id), with_for_update=True)
    if regrade is None:
        raise NotFound(N_("There is no such regrade."))
    if actor.person_id == regrade.proposed_by:
        raise NotAllowed(N_("Expected a second person to answer, got the one who proposed."))
    _refuse_own(session, actor, regrade.form_id)
    if session.get(RegradeConfirmation, (actor.body_id, regrade_id)) is not None:
        raise Conflict(N_("This regrade has its answer."))
    return regrade


def _answer(
    session: Session, actor: Actor, regrade: Regrade, *, reason: str, place: int | None, digest: str, now: datetime
) -> RegradeConfirmation:
    confirmation = RegradeConfirmation(
        body_id=actor.body_id,
        regrade_id=regrade.id,
        form_id=regrade.form_id,
        proposed_by=regrade.proposed_by,
        confirmed_by=actor.person_id,
        confirmed=place is not None,
        place=place,
        digest=digest,
        reason=reason,
        confirmed_at=now,
    )
    session.add(confirmation)
    session.flush()
    return confirmation


def _refuse_own(session: Session, actor: Actor, form_id: str) -> None:
    own = select(Attempt.id).where(
        Attempt.body_id == actor.body_id, Attempt.form_id == form_id, Attempt.person_id == actor.person_id
    )
    if session.scalar(own.limit(1)) is not None:
        raise NotAllowed(N_("Nobody regrades a form that they sat themselves."))


def _waiting(session: Session, body_id: str, proposal: Proposal) -> str | None:
    """The id of a proposal about the same item, or the same late answer, that nobody has answered."""
    same = select(Regrade.id).where(
        Regrade.body_id == body_id,
        Regrade.form_id == proposal.form_id,
        Regrade.item_version_id == proposal.item_version_id,
        Regrade.event_number == proposal.event_number
        if proposal.event_number is not None
        else Regrade.event_number.is_(None),
        ~select(RegradeConfirmation.regrade_id)
        .where(RegradeConfirmation.body_id == Regrade.body_id, RegradeConfirmation.regrade_id == Regrade.id)
        .correlate(Regrade)
        .exists(),
    )
    return session.scalar(same.limit(1))


def _without_result(session: Session, regrade: Regrade) -> list[Attempt]:
    """Ended attempts of the form that waited for marking: a remedy may make their marks unnecessary."""
    having = (
        select(ExamResult.attempt_id)
        .where(ExamResult.body_id == Attempt.body_id, ExamResult.attempt_id == Attempt.id)
        .correlate(Attempt)
        .exists()
    )
    return list(
        session.scalars(
            select(Attempt)
            .where(
                Attempt.body_id == regrade.body_id,
                Attempt.form_id == regrade.form_id,
                Attempt.state.in_(ENDED),
                ~having,
            )
            .order_by(Attempt.id)
        )
    )


def _stale() -> Conflict:
    return Conflict(N_("Something changed since this preview was made. Look at the new one, then decide."))


def _reason(text: str) -> str:
    reason = text.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Invalid(
            N_("Expected a reason of %(least)s to %(most)s characters, got %(got)s."),
            least=SHORTEST_REASON,
            most=LONGEST_REASON,
            got=len(reason),
        )
    return reason
