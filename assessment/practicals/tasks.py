"""Tasks: made from a document together with the first version of their rubric, and told to the plan."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from assessment.accounts.ids import new_id
from assessment.domain.errors import N_, Conflict, NotFound
from assessment.domain.practicals.marking_json import kind_of, to_json
from assessment.domain.practicals.rubric import Rubric, coverage, require_sound
from assessment.domain.practicals.task_document import CriterionDocument, TaskDocument, read, rubric_of
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
from assessment.schemes.instruments import register_instrument
from assessment.schemes.tables import InstrumentKind, SchemeState, SchemeUnit, SchemeVersion
from assessment.standards.tables import Competency, CompetencyKind


def create_task(
    session: Session,
    body_id: str,
    scheme_version_id: str,
    document: object,
    criterion_ids: Mapping[str, str],
    now: datetime,
) -> Task:
    """Make a task and its rubric from a document and register the rubric with the assessment plan.

    `criterion_ids`: "UNIT CODE/1.1" -> id of the performance criterion. Raises Invalid naming path, expected
    and got; NotFound for an unknown scheme version; Conflict for a retired one or a code that is taken.
    """
    content = read(document)
    rubric = rubric_of(content, criterion_ids)
    version = session.get(SchemeVersion, (body_id, scheme_version_id))
    if version is None:
        raise NotFound(N_("There is no such scheme version."))
    if version.state is SchemeState.RETIRED:
        raise Conflict(N_("This scheme version is retired; make the task for the current one."))
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
    rubric_id = _store_rubric(session, body_id, task.id, content, rubric, now)
    register_instrument(session, body_id, scheme_version_id, InstrumentKind.RUBRIC, rubric_id, coverage(rubric), now)
    return task


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
    session: Session, body_id: str, task_id: str, content: TaskDocument, rubric: Rubric, now: datetime
) -> str:
    row = RubricRow(
        body_id=body_id,
        id=new_id(),
        task_id=task_id,
        number=1,
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
            definition=to_json(criterion.marking),
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
    if criterion.group is not None:
        content["group"] = criterion.group[language]
    if criterion.limit_source:
        content["limit_source"] = criterion.limit_source
    return content
