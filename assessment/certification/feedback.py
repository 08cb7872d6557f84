"""Feedback to the candidate on the practicals that a decision looked at, in words of the rubric and of nobody's marks.

Only what was there when it was decided is looked at, so that the page says of the decision what the decision saw.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.certification.awaited_reports import after_reports
from assessment.certification.marks import Marked, marks_of
from assessment.domain.errors import N_, NotFound
from assessment.domain.practicals.aggregation import Status
from assessment.domain.practicals.feedback import Feedback, Found, Line, Report, Standing, feedback
from assessment.domain.practicals.observation import ObservedValue, parse
from assessment.practicals.content import CriterionContent, TaskContent, rubric_from, task_content
from assessment.practicals.piece_queries import newest_piece, task_on_piece
from assessment.practicals.tables import Practical
from assessment.standards.queries import texts

OF_A_MARK = ("level", "value", "length", "answer")


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldLine:
    """A line of feedback with its criterion in the reader's language; `statements` of the performance criteria."""

    line: Line
    criterion: CriterionContent
    statements: tuple[tuple[str, str, str], ...]

    def descriptor(self, level: int | None) -> str:
        """Return what a level says; nothing where there is none."""
        levels = self.criterion.levels
        return levels[level] if level is not None and level < len(levels) else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskFeedback:
    """The feedback on one practical. `others`: the other practicals that were looked at."""

    task: TaskContent
    starts_at: datetime
    lines: tuple[ToldLine, ...]
    others: tuple[str, ...]

    def of(self, *standings: Standing) -> list[ToldLine]:
        """Return the lines that stand so, in the order of the sheet."""
        return [each for each in self.lines if each.line.standing in standings]


def has_feedback(session: Session, body_id: str, application_id: str) -> bool:
    """Say whether an application has a practical at all; one statement."""
    found = session.scalar(
        select(Practical.id)
        .where(Practical.body_id == body_id, Practical.application_id == application_id)
        .where(Practical.submitted_at.is_not(None))
        .limit(1)
    )
    return found is not None


def feedback_of(
    session: Session, body_id: str, application_id: str, language: str, *, until: datetime, wanted: str = ""
) -> TaskFeedback:
    """Return the feedback on one practical of an application, the newest unless another is `wanted`.

    `until`: when it was decided. Raises NotFound where no practical had a result by then. Nine statements.
    """
    marked = after_reports(session, body_id, marks_of(session, body_id, application_id, until=until), until=until)
    chosen = next((each for each in marked if each.practical_id == wanted), marked[0] if marked else None)
    if chosen is None:
        raise NotFound(N_("There is no feedback: no practical had a result when this was decided."))
    row = session.execute(
        select(Practical.rubric_id, Practical.starts_at).where(
            Practical.body_id == body_id, Practical.id == chosen.practical_id
        )
    ).one()
    piece = newest_piece(session, body_id, chosen.practical_id, until=chosen.at)
    task = task_on_piece(task_content(session, body_id, row.rubric_id, language), piece)
    by_code = {criterion.code: criterion for criterion in task.criteria}
    found = _found(chosen, by_code)
    told = feedback(rubric_from(task.criteria).criteria, found)
    words = texts(session, body_id, {criterion for line in told.lines for criterion in line.criteria}, language)
    return TaskFeedback(
        task=task,
        starts_at=row.starts_at,
        lines=_lines(told, by_code, words),
        others=tuple(each.practical_id for each in marked if each is not chosen),
    )


def _lines(told: Feedback, by_code: Mapping[str, CriterionContent], words: Mapping[str, str]) -> tuple[ToldLine, ...]:
    return tuple(
        ToldLine(
            line=line,
            criterion=by_code[line.rubric_criterion_id],
            statements=tuple(
                (proof.unit_code, proof.number, words.get(proof.criterion_id, ""))
                for proof in by_code[line.rubric_criterion_id].proves
            ),
        )
        for line in told.lines
    )


def _found(marked: Marked, by_code: Mapping[str, CriterionContent]) -> dict[str, Found]:
    """Return rubric criterion -> what was found, with the marks that count and what its report says."""
    statuses: dict[str, tuple[Status, bool]] = {}
    marks: dict[str, list[Mapping[str, Any]]] = {}
    reports: dict[str, Report] = {}
    for piece in marked.evidence:
        of_piece: dict[str, list[Mapping[str, Any]]] = {}
        for told in piece.detail["marks"]:
            if told["code"] not in by_code:
                continue
            statuses[told["code"]] = (Status(told["status"]), told["compensated"])
            if told["mark"] is not None:
                of_piece.setdefault(told["code"], []).append(told["mark"])
                if needed := told["mark"].get("report"):
                    reports[told["code"]] = _report(piece.detail.get("reports", {}).get(needed))
        # The same criterion may prove several performance criteria: its marks are told once for each.
        for code, values in of_piece.items():
            marks.setdefault(code, values)
    return {
        code: Found(
            status=status,
            compensated=compensated,
            marks=[_value(mark, by_code[code]) for mark in marks.get(code, ())],
            report=reports.get(code),
        )
        for code, (status, compensated) in statuses.items()
    }


def _value(mark: Mapping[str, Any], criterion: CriterionContent) -> ObservedValue:
    return parse({name: mark[name] for name in OF_A_MARK if name in mark}, criterion.marking)


def _report(accepted: bool | None) -> Report:
    if accepted is None:
        return Report.AWAITED
    return Report.ACCEPTED if accepted else Report.REFUSED
