"""A task with its rubric as values: read once, in the reader's language, for every page and calculation.

Texts fall back from the reader's language to Indonesian, to English, to whatever there is; none is invented.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from assessment.domain.competency import Method
from assessment.domain.errors import N_, NotFound
from assessment.domain.language import in_language, nearest
from assessment.domain.practicals.marking_json import from_json
from assessment.domain.practicals.rubric import Alignment, Marking, Rubric, RubricCriterion
from assessment.domain.practicals.task_document import Section, sections
from assessment.practicals.tables import Rubric as RubricRow
from assessment.practicals.tables import (
    RubricAlignment,
    RubricCriterionText,
    RubricState,
    RubricText,
    Task,
    TaskText,
)
from assessment.practicals.tables import RubricCriterion as RubricCriterionRow
from assessment.practicals.tables_drafts import TaskVersion, TaskVersionText
from assessment.standards.tables import Competency


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """A performance criterion that a rubric criterion proves; `number` as printed, for example "1.10"."""

    criterion_id: str
    unit_code: str
    number: str
    method: Method


@dataclass(frozen=True, kw_only=True, slots=True)
class CriterionContent:
    """One line of the sheet. `levels`: descriptors of 0 to 3; texts that the kind does not have are empty.

    `report`: the kind of test report that it needs, empty for none; `photos`: those that are asked for
    (`task_document.PHOTOS`).
    """

    id: str
    code: str
    step: str
    kind: str
    marking: Marking
    safety_critical: bool
    proves: tuple[Proof, ...]
    title: str = ""
    help: str = ""
    levels: tuple[str, ...] = ()
    tool: str = ""
    resolution: str = ""
    group: str = ""
    limit_source: str = ""
    report: str = ""
    photos: tuple[str, ...] = ()

    @property
    def numbers(self) -> str:
        """The performance criteria as printed, for example "1.2, 1.3"."""
        return ", ".join(dict.fromkeys(proof.number for proof in self.proves))


@dataclass(frozen=True, kw_only=True, slots=True)
class StepContent:
    """A step with its criteria in the order of the sheet."""

    key: str
    title: str
    criteria: tuple[CriterionContent, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskContent:
    """A task with one version of its rubric in one language."""

    task_id: str
    rubric_id: str
    scheme_version_id: str
    code: str
    minutes: int
    number: int
    state: RubricState
    language: str
    title: str
    instructions: tuple[Section, ...]
    steps: tuple[StepContent, ...]

    @property
    def criteria(self) -> tuple[CriterionContent, ...]:
        """All criteria in the order of the sheet."""
        return tuple(criterion for step in self.steps for criterion in step.criteria)

    def without(self, codes: Collection[str]) -> Self:
        """The task without these criteria, and without the steps that have none left."""
        if not codes:
            return self
        steps = [
            replace(step, criteria=tuple(each for each in step.criteria if each.code not in codes))
            for step in self.steps
        ]
        return replace(self, steps=tuple(step for step in steps if step.criteria))


def task_content(session: Session, body_id: str, rubric_id: str, language: str) -> TaskContent:
    """Return a task with its rubric in one language; three statements. Raises NotFound."""
    return task_contents(session, body_id, rubric_id, [language])[language]


def task_contents(session: Session, body_id: str, rubric_id: str, languages: Collection[str]) -> dict[str, TaskContent]:
    """Return a task with its rubric in several languages; three statements. Raises NotFound."""
    frames = session.execute(
        select(
            Task,
            RubricRow,
            TaskText.language,
            func.coalesce(TaskVersionText.title, TaskText.title).label("title"),
            func.coalesce(TaskVersionText.instructions, TaskText.instructions).label("instructions"),
            func.coalesce(TaskVersion.minutes, Task.minutes).label("minutes"),
            RubricText.steps,
        )
        .join(RubricRow, (RubricRow.body_id == Task.body_id) & (RubricRow.task_id == Task.id))
        .join(TaskText, (TaskText.body_id == Task.body_id) & (TaskText.task_id == Task.id))
        .join(
            RubricText,
            (RubricText.body_id == RubricRow.body_id)
            & (RubricText.rubric_id == RubricRow.id)
            & (RubricText.language == TaskText.language),
        )
        .join(
            TaskVersion,
            (TaskVersion.body_id == RubricRow.body_id) & (TaskVersion.rubric_id == RubricRow.id),
            isouter=True,
        )
        .join(
            TaskVersionText,
            (TaskVersionText.body_id == RubricRow.body_id)
            & (TaskVersionText.rubric_id == RubricRow.id)
            & (TaskVersionText.language == TaskText.language),
            isouter=True,
        )
        .where(RubricRow.body_id == body_id, RubricRow.id == rubric_id)
    ).all()
    if not frames:
        raise NotFound(N_("There is no such task."))
    criteria = rubric_criteria(session, body_id, rubric_id)
    texts: dict[str, dict[str, RubricCriterionText]] = {}
    for text in session.scalars(
        select(RubricCriterionText)
        .join(
            RubricCriterionRow,
            (RubricCriterionRow.body_id == RubricCriterionText.body_id)
            & (RubricCriterionRow.id == RubricCriterionText.rubric_criterion_id),
        )
        .where(RubricCriterionRow.body_id == body_id, RubricCriterionRow.rubric_id == rubric_id)
    ):
        texts.setdefault(text.rubric_criterion_id, {})[text.language] = text
    framed = {frame.language: frame for frame in frames}
    task, rubric = frames[0].Task, frames[0].Rubric
    found: dict[str, TaskContent] = {}
    for language in languages:
        shown = nearest(framed, language)
        assert shown is not None  # frames are not empty
        frame = framed[shown]
        worded = [_worded(criterion, texts.get(criterion.id, {}), language) for criterion in criteria]
        found[language] = TaskContent(
            task_id=task.id,
            rubric_id=rubric.id,
            scheme_version_id=task.scheme_version_id,
            code=task.code,
            minutes=frame.minutes,
            number=rubric.number,
            state=rubric.state,
            language=shown,
            title=frame.title,
            instructions=sections(frame.instructions),
            steps=tuple(
                StepContent(
                    key=key,
                    title=frame.steps.get(key, key),
                    criteria=tuple(criterion for criterion in worded if criterion.step == key),
                )
                for key in rubric.steps
            ),
        )
    return found


def rubric_criteria(session: Session, body_id: str, rubric_id: str) -> list[CriterionContent]:
    """Return the criteria of a rubric in the order of the sheet, without texts; one statement."""
    criterion, element, unit = aliased(Competency), aliased(Competency), aliased(Competency)
    rows = session.execute(
        select(
            RubricCriterionRow,
            RubricAlignment.criterion_id,
            RubricAlignment.method,
            criterion.code.label("number"),
            unit.code.label("unit_code"),
        )
        .join(
            RubricAlignment,
            (RubricAlignment.body_id == RubricCriterionRow.body_id)
            & (RubricAlignment.rubric_criterion_id == RubricCriterionRow.id),
        )
        .join(
            criterion,
            (criterion.body_id == RubricAlignment.body_id) & (criterion.id == RubricAlignment.criterion_id),
        )
        .join(element, (element.body_id == criterion.body_id) & (element.id == criterion.parent_id), isouter=True)
        .join(unit, (unit.body_id == element.body_id) & (unit.id == element.parent_id), isouter=True)
        .where(RubricCriterionRow.body_id == body_id, RubricCriterionRow.rubric_id == rubric_id)
        .order_by(RubricCriterionRow.position, criterion.position, RubricAlignment.criterion_id)
    ).all()
    proofs: dict[str, list[Proof]] = {}
    found: dict[str, RubricCriterionRow] = {}
    for row, criterion_id, method, number, unit_code in rows:
        found[row.id] = row
        proofs.setdefault(row.id, []).append(
            Proof(criterion_id=criterion_id, unit_code=unit_code or "", number=number, method=method)
        )
    return [
        CriterionContent(
            id=row.id,
            code=row.code,
            step=row.step,
            kind=row.kind,
            marking=from_json(row.definition),
            safety_critical=row.safety_critical,
            proves=tuple(proofs[row.id]),
            report=row.definition.get("report", ""),
            photos=tuple(row.definition.get("photos", ())),
        )
        for row in found.values()
    ]


def rubric_from(criteria: Sequence[CriterionContent]) -> Rubric:
    """Return the rubric as the domain calculates with it; a criterion is known by its code."""
    return Rubric(
        criteria=tuple(
            RubricCriterion(
                id=criterion.code,
                marking=criterion.marking,
                alignments=tuple(
                    Alignment(criterion_id=proof.criterion_id, method=proof.method) for proof in criterion.proves
                ),
                safety_critical=criterion.safety_critical,
            )
            for criterion in criteria
        )
    )


def _worded(criterion: CriterionContent, texts: Mapping[str, RubricCriterionText], language: str) -> CriterionContent:
    chosen = in_language(texts, language)
    title, content = (chosen.title, chosen.content) if chosen else (criterion.code, dict[str, Any]())
    levels = tuple(content.get("levels", ()))
    return replace(
        criterion,
        title=title,
        help=content.get("help", ""),
        levels=levels,
        tool=content.get("tool", ""),
        resolution=content.get("resolution", ""),
        group=content.get("group", ""),
        limit_source=content.get("limit_source", ""),
        report=criterion.report,
    )
