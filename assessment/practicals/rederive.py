"""Deriving again: receipt and result of a practical from its observations, held against what is stored."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.errors import Invalid
from assessment.domain.mismatch import Mismatch, differs, mismatch
from assessment.domain.practicals.delivery import digest
from assessment.practicals.content import rubric_criteria
from assessment.practicals.observations import observations_of
from assessment.practicals.submitting import derive, result_to_json
from assessment.practicals.tables import Practical, PracticalState, TaskResult


def practicals_to_rederive(session: Session, *, since: datetime | None = None) -> Iterator[tuple[str, str]]:
    """Yield (body id, practical id) of every practical, in key order; `since` keeps those opened from then on."""
    keys = select(Practical.body_id, Practical.id).order_by(Practical.body_id, Practical.id)
    if since is not None:
        keys = keys.where(Practical.opened_at >= since)
    for row in session.execute(keys.execution_options(yield_per=500)):
        yield row.body_id, row.id


def rederive(session: Session, body_id: str, practical_id: str) -> Iterator[Mismatch]:
    """Yield each stored value of a practical that differs from what its observations give; reads only.

    Held against the facts: the digest of each observation and, once the sheet is submitted, the number of
    marks, the receipt and the result.
    """
    practical = session.get(Practical, (body_id, practical_id))
    if practical is None:
        return
    record = f"practical/{body_id}/{practical_id}"
    criteria = rubric_criteria(session, body_id, practical.rubric_id)
    try:
        stored = observations_of(session, body_id, practical_id, criteria)
    except Invalid as error:
        yield mismatch(record, "observation", "a mark of the rubric", error)
        return
    for each in stored:
        yield from differs(f"observation/{each.number}", "observation_digest", digest(each.sent), each.digest)
    result = session.get(TaskResult, (body_id, practical_id))
    submitted = practical.state is PracticalState.SUBMITTED
    if not submitted and result is None:
        return
    derived = derive(practical_id, practical.person_id, criteria, stored)
    yield from differs(record, "missing", [], list(derived.missing))
    yield from differs(record, "receipt", derived.receipt.digest, practical.receipt)
    yield from differs(record, "marks", derived.receipt.marks, practical.marks)
    yield from differs(
        f"task_result/{body_id}/{practical_id}",
        "task_result",
        result_to_json(derived),
        None if result is None else result.result,
    )
