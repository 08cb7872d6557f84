"""What the office's pages need: who stands on which side, what may be chosen for a place in exam or practical."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.tables import Duty, Site
from assessment.certification.tables import Application
from assessment.domain.certification.duties import Side
from assessment.domain.language import text_in
from assessment.exams.tables import Form, Sitting
from assessment.practicals.tables import Task, TaskText

MOST_LISTED = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class SideTaken:
    """A person on a side of the application, since when."""

    person_id: str
    side: Side
    since: datetime


def sides_of(session: Session, application: Application) -> list[SideTaken]:
    """Return who stands on which side, in the order in which they came; one statement."""
    rows = session.scalars(
        select(Duty)
        .where(Duty.body_id == application.body_id, Duty.application_id == application.id)
        .order_by(Duty.assigned_at, Duty.side)
    )
    return [SideTaken(person_id=row.person_id, side=row.side, since=row.assigned_at) for row in rows]


def coming_sittings(session: Session, application: Application, *, now: datetime) -> list[tuple[Sitting, str]]:
    """Return the sittings of the application's scheme version that can still be joined, with their site."""
    rows = session.execute(
        select(Sitting, Site.name)
        .join(Form, (Form.body_id == Sitting.body_id) & (Form.id == Sitting.form_id))
        .join(Site, (Site.body_id == Sitting.body_id) & (Site.id == Sitting.site_id))
        .where(
            Sitting.body_id == application.body_id,
            Form.scheme_version_id == application.scheme_version_id,
            Sitting.closes_at > now,
        )
        .order_by(Sitting.starts_at, Sitting.id)
        .limit(MOST_LISTED)
    )
    return [(sitting, name) for sitting, name in rows]


def tasks_for(session: Session, application: Application, language: str) -> list[tuple[str, str]]:
    """Return (task id, its title) of the application's scheme version."""
    rows = session.execute(
        select(Task.id, Task.code, TaskText.language, TaskText.title)
        .join(TaskText, (TaskText.body_id == Task.body_id) & (TaskText.task_id == Task.id), isouter=True)
        .where(Task.body_id == application.body_id, Task.scheme_version_id == application.scheme_version_id)
        .order_by(Task.code)
    ).all()
    titles: dict[str, dict[str, str]] = {}
    for row in rows:
        titles.setdefault(row.id, {})[row.language or ""] = row.title or row.code
    return [(id_, text_in(own, language)) for id_, own in titles.items()]


def sites_of(session: Session, body_id: str) -> list[tuple[str, str]]:
    """Return (site id, its name and city)."""
    rows = session.scalars(select(Site).where(Site.body_id == body_id).order_by(Site.name).limit(MOST_LISTED))
    return [(row.id, f"{row.name}, {row.city}") for row in rows]
