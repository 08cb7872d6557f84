"""What the bank's items have been through: to how many candidates they were shown, and how they were answered.

Classical item statistics over the newest ended attempts, so that the work does not grow with the years.
"""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.exams.tables import Attempt, FormItem, ItemScore
from assessment.item_bank.tables import ItemVersion

FEWEST_ANSWERS = 20
NEWEST_ATTEMPTS = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Experience:
    """`shown`: candidates who were shown any version of the item; `proportion`: mean share of its marks (0..1).

    The proportion correct (the classical difficulty) is None below 20 scored answers.
    """

    shown: int = 0
    proportion: Fraction | None = None


def experience_of(session: Session, body_id: str, item_ids: Collection[str]) -> dict[str, Experience]:
    """Return item id -> its experience, for every item asked for; two statements."""
    shown: dict[str, int] = dict.fromkeys(item_ids, 0)
    times = (
        select(Attempt.form_id, func.count().label("attempts"))
        .where(Attempt.body_id == body_id, Attempt.started_at.is_not(None))
        .group_by(Attempt.form_id)
        .subquery()
    )
    for row in session.execute(
        select(ItemVersion.item_id, func.sum(times.c.attempts).label("attempts"))
        .join(FormItem, (FormItem.body_id == ItemVersion.body_id) & (FormItem.item_version_id == ItemVersion.id))
        .join(times, times.c.form_id == FormItem.form_id)
        .where(ItemVersion.body_id == body_id, ItemVersion.item_id.in_(item_ids))
        .group_by(ItemVersion.item_id)
    ):
        shown[row.item_id] = int(row.attempts)
    proportions = _proportions(session, body_id, item_ids)
    return {id_: Experience(shown=count, proportion=proportions.get(id_)) for id_, count in shown.items()}


def _proportions(session: Session, body_id: str, item_ids: Collection[str]) -> dict[str, Fraction]:
    newest = (
        select(Attempt.id)
        .where(Attempt.body_id == body_id, Attempt.submitted_at.is_not(None))
        .order_by(Attempt.submitted_at.desc())
        .limit(NEWEST_ATTEMPTS)
        .subquery()
    )
    last = (
        select(ItemScore.attempt_id, func.max(ItemScore.generation).label("generation"))
        .join(newest, newest.c.id == ItemScore.attempt_id)
        .where(ItemScore.body_id == body_id)
        .group_by(ItemScore.attempt_id)
        .subquery()
    )
    rows = session.execute(
        select(ItemVersion.item_id, ItemScore.score, ItemScore.max_score, func.count().label("times"))
        .join(last, (last.c.attempt_id == ItemScore.attempt_id) & (last.c.generation == ItemScore.generation))
        .join(ItemVersion, (ItemVersion.body_id == ItemScore.body_id) & (ItemVersion.id == ItemScore.item_version_id))
        .where(ItemScore.body_id == body_id, ItemVersion.item_id.in_(item_ids))
        .group_by(ItemVersion.item_id, ItemScore.score, ItemScore.max_score)
    )
    marks: dict[str, tuple[int, Fraction]] = {}
    for row in rows:
        if row.max_score:
            answers, total = marks.get(row.item_id, (0, Fraction(0)))
            marks[row.item_id] = (answers + row.times, total + row.times * row.score / row.max_score)
    return {item_id: total / answers for item_id, (answers, total) in marks.items() if answers >= FEWEST_ANSWERS}
