"""Rubrics as CASE packages: a task goes out with its newest version, a file comes in as a draft."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.tables import CertificationBody
from assessment.domain.errors import N_, NotFound
from assessment.domain.practicals import case_rubric
from assessment.practicals.alignment import paths_of_scheme
from assessment.practicals.drafting_tasks import newest_document, start_task
from assessment.practicals.tables import Task
from assessment.practicals.tables_drafts import TaskDraft
from assessment.standards.tables import Competency


def export_task(
    session: Session, body_id: str, task_id: str, *, origin: str, language: str, now: datetime
) -> dict[str, Any]:
    """Return the newest version of a task as a CASE package; six statements.

    Raises NotFound, and Conflict for a version from before documents were kept.
    """
    _, document = newest_document(session, body_id, task_id)
    task = session.get_one(Task, (body_id, task_id))
    identifiers = _identifiers(session, body_id, task.scheme_version_id)
    return case_rubric.write(
        document,
        address=f"{origin}/tasks/{task_id}",
        creator=session.get_one(CertificationBody, body_id).name,
        language=language,
        items={
            path: case_rubric.Item(identifier=identifier, title=path.rpartition("/")[2])
            for path, identifier in identifiers.items()
        },
        changed_at=now,
    )


def import_rubric(
    session: Session, body_id: str, person_id: str, scheme_version_id: str, content: bytes, *, now: datetime
) -> TaskDraft:
    """Begin a draft for a scheme version with the rubric of a CASE package, written by this person.

    Performance criteria that the scheme does not have are left out. Raises Invalid naming the path, NotFound, and
    Conflict for a retired scheme version.
    """
    identifiers = _identifiers(session, body_id, scheme_version_id)
    document = case_rubric.read(content, {identifier: path for path, identifier in identifiers.items()})
    return start_task(session, body_id, person_id, scheme_version_id, document, identifiers.keys(), now=now)


def find_task(session: Session, body_id: str, code: str) -> str:
    """Return the id of a task by its code, that of the newest scheme version first, or by its id. Raises NotFound."""
    found = session.scalar(
        select(Task.id)
        .where(Task.body_id == body_id, (Task.code == code) | (Task.id == code))
        .order_by(Task.scheme_version_id.desc(), Task.id)
        .limit(1)
    )
    if found is None:
        raise NotFound(N_("There is no such task."))
    return found


def _identifiers(session: Session, body_id: str, scheme_version_id: str) -> dict[str, str]:
    """Return "UNIT CODE/1.1" -> the identifier of that criterion in its standard."""
    paths = paths_of_scheme(session, body_id, scheme_version_id)
    rows = session.execute(
        select(Competency.id, Competency.identifier).where(
            Competency.body_id == body_id, Competency.id.in_(paths.values())
        )
    )
    known = {row.id: row.identifier for row in rows}
    return {path: known[criterion_id] for path, criterion_id in paths.items()}
