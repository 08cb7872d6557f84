"""What the gate must know of a form, a sitting and an attempt: one select each."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import Duty
from assessment.domain.certification.duties import Side
from assessment.domain.roles import Role
from assessment.exams.marks import marks_answers_only
from assessment.exams.tables import Attempt, Form, Sitting
from assessment.exams.tables_cut_studies import JUDGE_ROLES, CutJudge, CutStudy
from assessment.web.gate import RecordStanding

ROLE_OF_SIDE = {
    Side.ASSESSOR: Role.ASSESSOR,
    Side.DECIDER: Role.DECIDER,
    Side.INVIGILATOR: Role.INVIGILATOR,
    Side.RELEASER: Role.RELEASER,
}


def standing_of_form(session: Session, body_id: str, form_id: str) -> RecordStanding | None:
    """Return the standing of a form, or None: whoever judges in a study of its cut was given a task on it."""
    rows = session.execute(
        select(Form.id, CutJudge.person_id)
        .join(CutStudy, (CutStudy.body_id == Form.body_id) & (CutStudy.form_id == Form.id), isouter=True)
        .join(CutJudge, (CutJudge.body_id == CutStudy.body_id) & (CutJudge.cut_study_id == CutStudy.id), isouter=True)
        .where(Form.body_id == body_id, Form.id == form_id)
    ).all()
    if not rows:
        return None
    judges = {row.person_id for row in rows if row.person_id is not None}
    return RecordStanding(assigned=frozenset((role, judge) for judge in judges for role in JUDGE_ROLES))


def standing_of_sitting(session: Session, body_id: str, sitting_id: str) -> RecordStanding | None:
    """Return the standing of a sitting: it belongs to its site."""
    site_id = session.scalar(select(Sitting.site_id).where(Sitting.body_id == body_id, Sitting.id == sitting_id))
    return None if site_id is None else RecordStanding(site_id=site_id)


_OF_ATTEMPT = (
    select(Attempt.person_id, Sitting.site_id, Duty.person_id.label("holder"), Duty.side)
    .join(Sitting, (Sitting.body_id == Attempt.body_id) & (Sitting.id == Attempt.sitting_id))
    .join(
        Duty,
        (Duty.body_id == Attempt.body_id) & (Duty.application_id == Attempt.application_id) & ~marks_answers_only(),
        isouter=True,
    )
    .where(Attempt.body_id == bindparam("body_id"), Attempt.id == bindparam("attempt_id"))
)


def standing_of_attempt(session: Session, body_id: str, attempt_id: str) -> RecordStanding | None:
    """Return the standing of an attempt: its candidate, its site, and who has a duty on its application."""
    rows = session.execute(_OF_ATTEMPT, {"body_id": body_id, "attempt_id": attempt_id}).all()
    if not rows:
        return None
    return RecordStanding(
        person_id=rows[0].person_id,
        site_id=rows[0].site_id,
        assigned=frozenset((ROLE_OF_SIDE[row.side], row.holder) for row in rows if row.side in ROLE_OF_SIDE),
    )
