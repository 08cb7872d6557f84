"""Reads of test pieces and the reports on them, and the criteria of a rubric with the limits for a recorded piece."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.practicals.rubric import on_piece
from assessment.domain.practicals.test_piece import dimensions_in
from assessment.practicals.content import CriterionContent, StepContent, TaskContent
from assessment.practicals.tables_pieces import TestPiece, TestReport


def newest_piece(
    session: Session, body_id: str, practical_id: str, *, until: datetime | None = None
) -> TestPiece | None:
    """Return the entry of a test piece that counts, or None; one statement. `until`: as it stood then."""
    wanted = select(TestPiece).where(TestPiece.body_id == body_id, TestPiece.practical_id == practical_id)
    if until is not None:
        wanted = wanted.where(TestPiece.recorded_at <= until)
    return session.scalar(wanted.order_by(TestPiece.number.desc()).limit(1))


def reports_of(session: Session, body_id: str, practical_id: str) -> list[TestReport]:
    """Return the reports on a test piece, the newest first; one statement."""
    return list(
        session.scalars(
            select(TestReport)
            .where(TestReport.body_id == body_id, TestReport.practical_id == practical_id)
            .order_by(TestReport.received_at.desc(), TestReport.id)
        )
    )


def dimensions_of(piece: TestPiece | None) -> Mapping[str, Decimal]:
    """Return the dimensions that limits depend on, in millimetres; none where no piece is recorded."""
    return {} if piece is None else dimensions_in(piece.facts)


def criteria_on_piece(criteria: Iterable[CriterionContent], piece: TestPiece | None) -> list[CriterionContent]:
    """Return criteria with the limits for a recorded piece."""
    recorded = dimensions_of(piece)
    return [replace(each, marking=on_piece(each.marking, recorded)) for each in criteria]


def task_on_piece(task: TaskContent, piece: TestPiece | None) -> TaskContent:
    """Return a task whose criteria have the limits for a recorded piece."""
    steps: list[StepContent] = [
        replace(step, criteria=tuple(criteria_on_piece(step.criteria, piece))) for step in task.steps
    ]
    return replace(task, steps=tuple(steps))
