"""The candidate's own exam, read once a request: the gate looks it up, and the page shows what the gate found."""

from flask import g, has_request_context, request
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from assessment.database import db, select_columns
from assessment.domain.errors import N_, NotFound
from assessment.exams.attempt_queries import OwnExam, own_exams
from assessment.exams.closing import close_in_own_transaction, settled
from assessment.exams.standing import standing_of_attempt
from assessment.exams.tables import Attempt
from assessment.web.actor import me
from assessment.web.gate import RecordStanding
from assessment.web.requests import SAFE_METHODS, now
from assessment.web.rights import MATRIX, OWN_EXAM

_WHOSE = select(Attempt.person_id).where(Attempt.body_id == bindparam("body_id"), Attempt.id == bindparam("attempt_id"))


def standing_at_gate(session: Session, body_id: str, attempt_id: str) -> RecordStanding | None:
    """Return the standing of an attempt, or None.

    Where a request asks for what only its candidate may enter, nobody's duties are looked up; and where that is a page,
    the whole exam is read, which `own_exam` returns.
    """
    if not has_request_context() or MATRIX.get(request.endpoint or "") is not OWN_EXAM:
        return standing_of_attempt(session, body_id, attempt_id)
    if request.method not in SAFE_METHODS:
        person_id = select_columns(session, _WHOSE, {"body_id": body_id, "attempt_id": attempt_id}).scalar()
        return None if person_id is None else RecordStanding(person_id=person_id)
    found = next(iter(own_exams(session, body_id, None, attempt_id=attempt_id)), None)
    if found is None:
        return None
    g.at_gate = found
    return RecordStanding(person_id=found.attempt.person_id, site_id=found.sitting.site_id)


def own_exam(attempt_id: str) -> OwnExam:
    """Return the exam of the candidate whom the gate let pass; one whose time is over is closed first."""
    actor = me()
    found: OwnExam | None = g.at_gate
    if found is not None and settled(found.attempt, now=now()):
        close_in_own_transaction(actor.body_id, now(), attempt_id=attempt_id)
        found = next(iter(own_exams(db.session(), actor.body_id, actor.person_id, attempt_id=attempt_id)), None)
    if found is None or (found.attempt.id, found.attempt.person_id) != (attempt_id, actor.person_id):
        raise NotFound(N_("There is no such exam."))
    return found
