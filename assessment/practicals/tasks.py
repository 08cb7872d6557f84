"""Tasks: made from a document together with the first version of their rubric, and told to the plan.

A later version of a task (`add_version`) is a new rubric with texts and minutes of its own; what was used stays.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from assessment.accounts.ids import new_id
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.plan import Coverage
from assessment.domain.practicals.marking_json import kind_of, to_json
from assessment.domain.practicals.rubric import Rubric, coverage, require_sound
from assessment.domain.practicals.task_document import CriterionDocument, TaskDocument, read, rubric_of
from assessment.practicals.content import rubric_criteria, rubric_from
from assessment.practicals.sheets import set_rule
from assessment.practicals.tables import Rubric as RubricRow
from assessment.practicals.tables import (
    RubricAlignment,
    RubricCriterion,
    RubricCriterionText,
    RubricState,
    RubricText,
    Task,
    TaskText,
)
from assessment.practicals.tables_drafts import TaskVersion, TaskVersionText
from assessment.schemes.instruments import register_instrument
from assessment.schemes.tables import InstrumentKind, SchemeState, SchemeUnit, SchemeVersion
from assessment.standards.tables import Competency, CompetencyKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Passed:
    """Who wrote a version, and the second person who passed it, when."""

    author_id: str
    reviewed_by: str
    reviewed_at: datetime


def create_task(
    session: Session,
    body_id: str,
    scheme_version_id: str,
    document: object,
    criterion_ids: Mapping[str, str],
    now: datetime,
    *,
    passed: Passed | None = None,
) -> Task:
    """Make a task and its rubric from a document and register the rubric with the assessment plan.

    `criterion_ids`: "UNIT CODE/1.1" -> id of the performance criterion. Raises Invalid naming path, expected
    and got; NotFound for an unknown scheme version; Conflict for a retired one or a code that is taken.
    """
    content = read(document)
    rubric = rubric_of(content, criterion_ids)
    _scheme_in_use(session, body_id, scheme_version_id)
    require_sound(rubric, known_criteria=criteria_of_scheme(session, body_id, scheme_version_id))
    taken = select(Task.id).where(
        Task.body_id == body_id, Task.scheme_version_id == scheme_version_id, Task.code == content.code
    )
    if session.scalar(taken) is not None:
        raise Conflict(N_("This scheme version already has a task %(code)s."), code=content.code)
    task = Task(
        body_id=body_id,
        id=new_id(),
        scheme_version_id=scheme_version_id,
        code=content.code,
        minutes=content.minutes,
    )
    session.add(task)
    session.flush()
    session.add_all(
        TaskText(
            body_id=body_id,
            task_id=task.id,
            language=language,
            title=title,
            instructions=content.instructions[language],
        )
        for language, title in content.titles.items()
    )
    rubric_id = _store_rubric(session, body_id, task.id, content, rubric, now, number=1)
    _keep_version(session, body_id, rubric_id, content, document, passed)
    register_instrument(session, body_id, scheme_version_id, InstrumentKind.RUBRIC, rubric_id, coverage(rubric), now)
    return task


def add_version(
    session: Session,
    body_id: str,
    task_id: str,
    document: object,
    criterion_ids: Mapping[str, str],
    now: datetime,
    *,
    passed: Passed | None = None,
) -> RubricRow:
    """Make the next version of a task; the one before is retired, and practicals that use it keep it.

    Raises Invalid naming path, expected and got, or for another code; NotFound; Conflict where the scheme is
    published and the new rubric would prove less of its plan than the old one.
    """
    content = read(document)
    rubric = rubric_of(content, criterion_ids)
    task = session.get(Task, (body_id, task_id))
    if task is None:
        raise NotFound(N_("There is no such task."))
    if content.code != task.code:
        raise Invalid(N_("Expected the code %(code)s of the task, got %(got)s."), code=task.code, got=content.code)
    scheme = _scheme_in_use(session, body_id, task.scheme_version_id)
    require_sound(rubric, known_criteria=criteria_of_scheme(session, body_id, task.scheme_version_id))
    old = session.scalars(
        select(RubricRow)
        .where(RubricRow.body_id == body_id, RubricRow.task_id == task_id)
        .order_by(RubricRow.number.desc())
        .limit(1)
    ).one()
    if scheme.state is SchemeState.PUBLISHED:
        _require_as_much(coverage_of(session, body_id, old.id), coverage(rubric), criterion_ids)
    _keep_texts_of(session, task, old)
    old.state = RubricState.RETIRED
    session.flush()
    rubric_id = _store_rubric(session, body_id, task_id, content, rubric, now, number=old.number + 1)
    _keep_version(session, body_id, rubric_id, content, document, passed)
    _put_newest_texts(session, task, content)
    register_instrument(
        session, body_id, task.scheme_version_id, InstrumentKind.RUBRIC, rubric_id, coverage(rubric), now
    )
    return session.get_one(RubricRow, (body_id, rubric_id))


def coverage_of(session: Session, body_id: str, rubric_id: str) -> tuple[Coverage, ...]:
    """Return what a stored rubric yields to the plan; one statement."""
    return coverage(rubric_from(rubric_criteria(session, body_id, rubric_id)))


def _require_as_much(old: Collection[Coverage], new: Collection[Coverage], criterion_ids: Mapping[str, str]) -> None:
    there = {(each.criterion_id, each.method, each.kind): each.level for each in new}
    numbers = {criterion_id: number for number, criterion_id in criterion_ids.items()}
    lost = sorted(
        {
            numbers.get(each.criterion_id, each.criterion_id)
            for each in old
            if there.get((each.criterion_id, each.method, each.kind), -1) < each.level
        }
    )
    if lost:
        raise Conflict(
            N_("The scheme is published and its plan relies on this task: the new version proves less of %(lost)s."),
            lost=", ".join(lost),
        )


def _scheme_in_use(session: Session, body_id: str, scheme_version_id: str) -> SchemeVersion:
    version = session.get(SchemeVersion, (body_id, scheme_version_id))
    if version is None:
        raise NotFound(N_("There is no such scheme version."))
    if version.state is SchemeState.RETIRED:
        raise Conflict(N_("This scheme version is retired; make the task for the current one."))
    return version


def _keep_version(
    session: Session, body_id: str, rubric_id: str, content: TaskDocument, document: object, passed: Passed | None
) -> None:
    """Store what this version says: its document, minutes and texts, and who passed it."""
    assert isinstance(document, Mapping)  # it was read
    session.add(
        TaskVersion(
            body_id=body_id,
            rubric_id=rubric_id,
            minutes=content.minutes,
            assessors=content.assessors,
            spread=content.spread,
            document=dict(document),
            author_id=passed.author_id if passed else None,
            reviewed_by=passed.reviewed_by if passed else None,
            reviewed_at=passed.reviewed_at if passed else None,
        )
    )
    set_rule(session, body_id, rubric_id, assessors=content.assessors, levels=content.spread)
    session.add_all(
        TaskVersionText(
            body_id=body_id,
            rubric_id=rubric_id,
            language=language,
            title=title,
            instructions=content.instructions[language],
        )
        for language, title in content.titles.items()
    )
    session.flush()


def _keep_texts_of(session: Session, task: Task, rubric: RubricRow) -> None:
    """Give a version from before versions were kept its minutes and texts, before the task gets newer ones."""
    if session.get(TaskVersion, (task.body_id, rubric.id)) is not None:
        return
    session.add(
        TaskVersion(
            body_id=task.body_id,
            rubric_id=rubric.id,
            minutes=task.minutes,
            assessors=1,
            spread=1,
            document=None,
            author_id=None,
            reviewed_by=None,
            reviewed_at=None,
        )
    )
    session.add_all(
        TaskVersionText(
            body_id=task.body_id,
            rubric_id=rubric.id,
            language=text.language,
            title=text.title,
            instructions=text.instructions,
        )
        for text in _texts_of(session, task)
    )


def _put_newest_texts(session: Session, task: Task, content: TaskDocument) -> None:
    task.minutes = content.minutes
    there = {text.language: text for text in _texts_of(session, task)}
    for language, title in content.titles.items():
        text = there.get(language)
        if text is None:
            text = TaskText(body_id=task.body_id, task_id=task.id, language=language, title="", instructions="")
            session.add(text)
        text.title, text.instructions = title, content.instructions[language]
    session.flush()


def _texts_of(session: Session, task: Task) -> list[TaskText]:
    return list(session.scalars(select(TaskText).where(TaskText.body_id == task.body_id, TaskText.task_id == task.id)))


def criteria_of_scheme(session: Session, body_id: str, scheme_version_id: str) -> set[str]:
    """Return the ids of the performance criteria of a scheme version's units."""
    criterion, element = aliased(Competency), aliased(Competency)
    return set(
        session.scalars(
            select(criterion.id)
            .join(element, (element.body_id == criterion.body_id) & (element.id == criterion.parent_id))
            .join(
                SchemeUnit,
                (SchemeUnit.body_id == element.body_id) & (SchemeUnit.unit_id == element.parent_id),
            )
            .where(
                SchemeUnit.body_id == body_id,
                SchemeUnit.scheme_version_id == scheme_version_id,
                criterion.kind == CompetencyKind.CRITERION,
            )
        )
    )


def _store_rubric(
    session: Session, body_id: str, task_id: str, content: TaskDocument, rubric: Rubric, now: datetime, *, number: int
) -> str:
    row = RubricRow(
        body_id=body_id,
        id=new_id(),
        task_id=task_id,
        number=number,
        state=RubricState.READY,
        steps=[step.key for step in content.steps],
        created_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        RubricText(
            body_id=body_id,
            rubric_id=row.id,
            language=language,
            steps={step.key: step.titles[language] for step in content.steps},
        )
        for language in content.titles
    )
    criteria = [
        RubricCriterion(
            body_id=body_id,
            id=new_id(),
            rubric_id=row.id,
            position=position,
            step=criterion.step,
            code=criterion.code,
            kind=kind_of(criterion.marking),
            safety_critical=criterion.safety_critical,
            definition={
                **to_json(criterion.marking),
                **({"report": criterion.report.value} if criterion.report else {}),
                **({"photos": list(criterion.photos)} if criterion.photos else {}),
            },
        )
        for position, criterion in enumerate(content.criteria)
    ]
    session.add_all(criteria)
    session.flush()
    for made, criterion, calculated in zip(criteria, content.criteria, rubric.criteria, strict=True):
        session.add_all(
            RubricCriterionText(
                body_id=body_id,
                rubric_criterion_id=made.id,
                language=language,
                title=title,
                content=_texts(criterion, language),
            )
            for language, title in criterion.titles.items()
        )
        session.add_all(
            RubricAlignment(
                body_id=body_id,
                rubric_criterion_id=made.id,
                criterion_id=alignment.criterion_id,
                method=alignment.method,
            )
            for alignment in calculated.alignments
        )
    session.flush()
    return row.id


def _texts(criterion: CriterionDocument, language: str) -> dict[str, Any]:
    """Return what a criterion says in one language besides its title; only what its kind has."""
    content: dict[str, Any] = {"help": criterion.helps[language]}
    if criterion.levels:
        content["levels"] = [level[language] for level in criterion.levels]
    if criterion.tool is not None:
        content["tool"] = criterion.tool[language]
    if criterion.resolution is not None:
        content["resolution"] = format(criterion.resolution, "f")
    if criterion.group is not None:
        content["group"] = criterion.group[language]
    if criterion.limit_source:
        content["limit_source"] = criterion.limit_source
    return content
