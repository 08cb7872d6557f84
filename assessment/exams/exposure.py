"""Tells the item bank how its items are used: on which forms, how often shown, and with what share of marks."""

from collections.abc import Sequence
from fractions import Fraction

from flask import url_for
from sqlalchemy import Subquery, and_, func, select
from sqlalchemy.orm import Session

from assessment.exams.tables import Attempt, Form, FormItem, ItemScore
from assessment.item_bank.exposure import Exposure, FormUse, exams_tell
from assessment.item_bank.tables import ItemVersion


def uses_of_items(body_id: str, items: Sequence[str] | None = None) -> Subquery:
    """Return one row for each item that is on a form: item_id, forms, shown, last; of these items, or of all."""
    begun = _begun(body_id, items)
    of_these = [] if items is None else [ItemVersion.item_id.in_(items)]
    return (
        select(
            ItemVersion.item_id,
            func.count(FormItem.form_id.distinct()).label("forms"),
            func.coalesce(func.sum(begun.c.shown), 0).label("shown"),
            func.max(begun.c.last).label("last"),
        )
        .select_from(ItemVersion)
        .join(FormItem, and_(FormItem.body_id == body_id, FormItem.item_version_id == ItemVersion.id))
        .join(begun, begun.c.form_id == FormItem.form_id, isouter=True)
        .where(ItemVersion.body_id == body_id, *of_these)
        .group_by(ItemVersion.item_id)
        .subquery()
    )


def exposure_of(session: Session, body_id: str, item_id: str) -> Exposure:
    """Return the forms that hold an item, the newest first, and what candidates earned on it; two statements."""
    begun = _begun(body_id, [item_id])
    rows = session.execute(
        select(Form.id, Form.code, ItemVersion.number, begun.c.shown, begun.c.last)
        .select_from(FormItem)
        .join(ItemVersion, and_(ItemVersion.body_id == body_id, ItemVersion.id == FormItem.item_version_id))
        .join(Form, and_(Form.body_id == body_id, Form.id == FormItem.form_id))
        .join(begun, begun.c.form_id == Form.id, isouter=True)
        .where(FormItem.body_id == body_id, ItemVersion.item_id == item_id)
        .order_by(Form.created_at.desc(), Form.id)
    ).all()
    if not rows:
        return Exposure()
    scores = session.execute(
        select(ItemScore.score, ItemScore.max_score, ItemScore.answered, func.count().label("times"))
        .join(Attempt, and_(Attempt.body_id == body_id, Attempt.id == ItemScore.attempt_id))
        .join(ItemVersion, and_(ItemVersion.body_id == body_id, ItemVersion.id == ItemScore.item_version_id))
        .where(
            ItemScore.body_id == body_id,
            ItemVersion.item_id == item_id,
            Attempt.form_id.in_([row.id for row in rows]),
        )
        .group_by(ItemScore.score, ItemScore.max_score, ItemScore.answered)
    ).all()
    possible = sum((row.max_score * row.times for row in scores), Fraction(0))
    earned = sum((row.score * row.times for row in scores), Fraction(0))
    return Exposure(
        forms=tuple(
            FormUse(
                form_id=row.id,
                code=row.code,
                url=url_for("exam_forms.page", form_id=row.id),
                number=row.number,
                shown=row.shown or 0,
                last=row.last,
            )
            for row in rows
        ),
        scored=sum(row.times for row in scores),
        blank=sum(row.times for row in scores if not row.answered),
        share=earned / possible if possible else None,
    )


def _begun(body_id: str, items: Sequence[str] | None) -> Subquery:
    """How many attempts were begun on each form, and when the last; on the forms of these items, or on all."""
    query = select(Attempt.form_id, func.count().label("shown"), func.max(Attempt.started_at).label("last")).where(
        Attempt.body_id == body_id, Attempt.started_at.is_not(None)
    )
    if items is not None:
        holding = (
            select(FormItem.form_id)
            .join(ItemVersion, and_(ItemVersion.body_id == body_id, ItemVersion.id == FormItem.item_version_id))
            .where(FormItem.body_id == body_id, ItemVersion.item_id.in_(items))
        )
        query = query.where(Attempt.form_id.in_(holding))
    return query.group_by(Attempt.form_id).subquery()


exams_tell(count=uses_of_items, find=exposure_of)
