"""Whose sheet is meant: every assessor has their own on a practical, found by who asks, never by its number."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, literal, select, type_coerce
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import TypeEngine

from assessment.domain.errors import N_, NotFound
from assessment.domain.practicals.practical_states import BLIND, PracticalState, SheetState
from assessment.practicals.tables import Practical
from assessment.practicals.tables_sheets import RubricRule, Sheet
from assessment.web.actor import Actor

OWN = aliased(Sheet)
"""The reader's own sheet on a practical, in a select that joins it by `own_of`."""


def sheets_of(session: Session, body_id: str, practical_id: str) -> list[Sheet]:
    """Return the sheets of a practical in their places; one statement."""
    return list(
        session.scalars(
            select(Sheet).where(Sheet.body_id == body_id, Sheet.practical_id == practical_id).order_by(Sheet.place)
        )
    )


def find_sheet(session: Session, body_id: str, practical_id: str, person_id: str) -> Sheet | None:
    """Return the sheet that a person has on a practical, or None."""
    return session.scalar(
        select(Sheet).where(Sheet.body_id == body_id, Sheet.practical_id == practical_id, Sheet.person_id == person_id)
    )


def own_sheet(session: Session, actor: Actor, practical_id: str) -> Sheet:
    """Return the actor's own sheet on a practical, locked. Raises NotFound for whoever has none.

    Only the sheet is locked, so that nobody waits for another assessor, or could tell that one is at work.
    """
    sheet = session.scalar(
        select(Sheet)
        .where(Sheet.body_id == actor.body_id, Sheet.practical_id == practical_id, Sheet.person_id == actor.person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if sheet is None:
        raise NotFound(N_("There is no such practical."))
    return sheet


def own_of(person_id: str) -> ColumnElement[bool]:
    """Return the condition that joins a person's own sheet (`OWN`) to a practical."""
    return (OWN.body_id == Practical.body_id) & (OWN.practical_id == Practical.id) & (OWN.person_id == person_id)


def seen_state() -> ColumnElement[PracticalState]:
    """Return the state of a practical as the reader with `OWN` may know it: `practical_states.seen` in SQL."""
    state: TypeEngine[PracticalState] = Practical.state.type
    return type_coerce(
        case(
            (OWN.id.is_(None), Practical.state),
            (Practical.state == PracticalState.SCHEDULED, Practical.state),
            (OWN.state == SheetState.ASSIGNED, literal(PracticalState.CHECKED_IN, state)),
            (OWN.state == SheetState.OPEN, literal(PracticalState.OPEN, state)),
            (Practical.state.in_(BLIND), literal(PracticalState.SUBMITTED, state)),
            else_=Practical.state,
        ),
        state,
    )


def rule_of(session: Session, body_id: str, rubric_id: str) -> tuple[int, int]:
    """Return (assessors, levels that their marks may lie apart) of a rubric: 1 and 1 where nothing is said."""
    row = session.execute(
        select(RubricRule.assessors, RubricRule.levels).where(
            RubricRule.body_id == body_id, RubricRule.rubric_id == rubric_id
        )
    ).first()
    return (1, 1) if row is None else (row.assessors, row.levels)


def set_rule(session: Session, body_id: str, rubric_id: str, *, assessors: int, levels: int = 1) -> None:
    """Say of a rubric that is not in use yet by how many it is marked and how many levels their marks may lie apart."""
    session.merge(RubricRule(body_id=body_id, rubric_id=rubric_id, assessors=assessors, levels=levels))
    session.flush()


def places(sheets: Sequence[Sheet]) -> dict[str, int]:
    """Return person id -> place."""
    return {sheet.person_id: sheet.place for sheet in sheets}
