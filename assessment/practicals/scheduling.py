"""Scheduling a practical: which task, where, when, and which assessors mark it, each on a sheet of their own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.accounts.tables import CertificationBody, Duty
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.practicals.practical_states import MOST_SHEETS, SheetState
from assessment.practicals.assigning import Wanted, minutes_of, require_assignable
from assessment.practicals.authority import day_at, require_registered_assessor, require_verified_site
from assessment.practicals.logged import log_roster
from assessment.practicals.sheets import rule_of
from assessment.practicals.tables import Practical, PracticalState, Rubric, RubricState, Task
from assessment.practicals.tables_sheets import Sheet

# The application is the root of a practical and belongs to a higher floor: it is read by its table's name.
APPLICATION = table("application", column("body_id"), column("id"), column("number"), column("scheme_version_id"))


def schedule(
    session: Session,
    body_id: str,
    application_id: str,
    candidate_id: str,
    task_id: str,
    site_id: str,
    assessor_ids: Sequence[str],
    starts_at: datetime,
    now: datetime,
    *,
    over_limit: str = "",
) -> Practical:
    """Plan a practical and put its assessors on the assessors' side of the application; each gets a sheet.

    The newest rubric of the task is used; it says how many assessors there must be at least. Raises NotFound,
    NotAllowed when the site or an assessor has no authority on that day, Invalid when task or candidate do not
    belong to the application or the assessors are too few, too many or one twice, and Conflict when an assessor
    stands on another side of it, was named as too close, or the same practical is already planned. Above the
    scheme's limit a day `over_limit` says why; it stays on the sheet.
    """
    day = day_at(session, body_id, starts_at)
    require_verified_site(session, body_id, site_id, day)
    for person_id in assessor_ids:
        require_registered_assessor(session, body_id, person_id, day)
    rubric_id, scheme_version_id = _rubric_for(session, body_id, application_id, task_id)
    needed, _levels = rule_of(session, body_id, rubric_id)
    if not needed <= len(assessor_ids) <= MOST_SHEETS or len(set(assessor_ids)) < len(assessor_ids):
        raise Invalid(
            N_("Expected %(needed)s to %(most)s different assessors for this task, got %(got)s."),
            needed=needed,
            most=MOST_SHEETS,
            got=len(set(assessor_ids)),
        )
    candidate = session.get(Duty, (body_id, application_id, candidate_id))
    if candidate is None or candidate.side is not Side.CANDIDATE:
        raise Invalid(N_("Expected the candidate of this application, got somebody else."))
    planned = session.scalar(
        select(Practical.id).where(
            Practical.body_id == body_id,
            Practical.application_id == application_id,
            Practical.task_id == task_id,
            Practical.state != PracticalState.SUBMITTED,
        )
    )
    if planned is not None:
        raise Conflict(N_("This practical is already planned for this application and not finished yet."))
    reasons = require_assignable(
        session,
        body_id,
        Wanted(
            application_id=application_id,
            scheme_version_id=scheme_version_id,
            starts_at=starts_at,
            minutes=minutes_of(session, body_id, task_id),
            zone=session.get_one(CertificationBody, body_id).zone,
        ),
        assessor_ids,
        over_limit=over_limit,
    )
    for person_id in assessor_ids:
        take_side(session, body_id, application_id, person_id, Side.ASSESSOR, now=now)
    practical = Practical(
        body_id=body_id,
        id=new_id(),
        application_id=application_id,
        candidate_id=candidate_id,
        task_id=task_id,
        rubric_id=rubric_id,
        site_id=site_id,
        starts_at=starts_at,
        state=PracticalState.SCHEDULED,
    )
    session.add(practical)
    session.flush()
    session.add_all(
        Sheet(
            body_id=body_id,
            id=new_id(),
            practical_id=practical.id,
            application_id=application_id,
            person_id=person_id,
            place=place,
            state=SheetState.ASSIGNED,
            reason=reason,
        )
        for place, (person_id, reason) in enumerate(zip(assessor_ids, reasons, strict=True), start=1)
    )
    session.flush()
    log_roster(session, practical, assessor_ids, now=now)
    return practical


def _rubric_for(session: Session, body_id: str, application_id: str, task_id: str) -> tuple[str, str]:
    """Return the newest rubric of a task that belongs to the application's scheme version, and that version."""
    rows = session.execute(
        select(Rubric.id, Task.scheme_version_id, APPLICATION.c.scheme_version_id.label("applied_for"))
        .join(Task, (Task.body_id == Rubric.body_id) & (Task.id == Rubric.task_id))
        .join(
            APPLICATION,
            (APPLICATION.c.body_id == Task.body_id) & (APPLICATION.c.id == application_id),
            isouter=True,
        )
        .where(Rubric.body_id == body_id, Rubric.task_id == task_id, Rubric.state == RubricState.READY)
        .order_by(Rubric.number.desc())
        .limit(1)
    ).first()
    if rows is None:
        raise NotFound(N_("There is no such task with a rubric that is ready."))
    if rows.scheme_version_id != rows.applied_for:
        raise Invalid(N_("Expected a task of the application's own scheme version, got another one's."))
    return rows.id, rows.scheme_version_id
