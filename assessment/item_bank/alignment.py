"""Finding the performance criteria that an item is to measure, in the published standards."""

from collections.abc import Collection

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from assessment.item_bank.queries import Measured, measured
from assessment.standards.tables import Competency, CompetencyKind, CompetencyText, Standard, StandardState

MOST_FOUND = 20
MOST_WORDS = 6


def search_criteria(session: Session, body_id: str, words: str, language: str) -> list[Measured]:
    """Return up to 20 criteria of published standards that hold every word, in printed order; two statements.

    A word is looked for in code and statement of the criterion and of what stands above it, in any language.
    """
    wanted = words.split()[:MOST_WORDS]
    if not wanted:
        return []
    criterion, parent, above = aliased(Competency), aliased(Competency), aliased(Competency)
    query = (
        select(criterion.id)
        .join(Standard, and_(Standard.body_id == body_id, Standard.id == criterion.standard_id))
        .join(parent, and_(parent.body_id == body_id, parent.id == criterion.parent_id), isouter=True)
        .join(above, and_(above.body_id == body_id, above.id == parent.parent_id), isouter=True)
        .where(
            criterion.body_id == body_id,
            criterion.kind == CompetencyKind.CRITERION,
            Standard.state == StandardState.PUBLISHED,
        )
        .order_by(Standard.number.desc(), criterion.position)
        .limit(MOST_FOUND)
    )
    for word in wanted:
        query = query.where(
            or_(
                *(each.code.icontains(word, autoescape=True) for each in (criterion, parent, above)),
                exists().where(
                    CompetencyText.body_id == body_id,
                    CompetencyText.competency_id.in_([criterion.id, parent.id, above.id]),
                    CompetencyText.statement.icontains(word, autoescape=True),
                ),
            )
        )
    return named_criteria(session, body_id, session.scalars(query).all(), language)


def named_criteria(session: Session, body_id: str, ids: Collection[str], language: str) -> list[Measured]:
    """Return criteria with their units by their ids, in printed order."""
    return measured(session, body_id, Competency.id.in_(ids), language) if ids else []
