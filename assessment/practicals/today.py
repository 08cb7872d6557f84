"""What waits today at practicals, for the assessor, the invigilator and the candidate."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.domain.roles import Role
from assessment.practicals.queries import PracticalLine, Scope, practicals_on
from assessment.practicals.tables import PracticalState
from assessment.web.actor import Actor
from assessment.web.language import language

UNFINISHED = (
    PracticalState.SCHEDULED,
    PracticalState.CHECKED_IN,
    PracticalState.OPEN,
    PracticalState.APART,
    PracticalState.REMARKING,
    PracticalState.THIRD,
)
OLDEST = 5
THE_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def scope_of(actor: Actor) -> Scope:
    """Return which practicals an actor sees in lists: all, those at their sites, their own sheets."""
    if actor.roles & {Role.SCHEME_MANAGER, Role.QUALITY_MANAGER}:
        return Scope(everything=True)
    sites = actor.sites.get(Role.INVIGILATOR, frozenset())
    return Scope(
        everything=sites is None,
        site_ids=sites,
        assessor_id=actor.person_id if Role.ASSESSOR in actor.roles else None,
    )


def day_of(moment: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the first moment of the calendar day in a zone, and of the next one."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    return (
        datetime.combine(day, time(), ZoneInfo(zone)),
        datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)),
    )


def to_mark(session: Session, actor: Actor, moment: datetime) -> list[Pile]:
    """The sheets that wait for an assessor: everything up to today that is not submitted."""
    lines, total = practicals_on(
        session,
        actor.body_id,
        Scope(assessor_id=actor.person_id),
        language=language(),
        reader_id=actor.person_id,
        states=UNFINISHED,
        between=(THE_BEGINNING, day_of(moment, actor.zone)[1]),
        size=OLDEST,
    )
    tasks = [_task(line, f"{_who(line)} · {line.task}", "practicals.sheet") for line in lines]
    url = url_for("practicals.index", show="unfinished")
    return [Pile(title=gettext("Practicals to mark"), count=total, url=url, oldest=tasks)]


def to_check_in(session: Session, actor: Actor, moment: datetime) -> list[Pile]:
    """Today's practicals whose candidates an invigilator still has to check in."""
    sites = actor.sites[Role.INVIGILATOR]
    lines, total = practicals_on(
        session,
        actor.body_id,
        Scope(everything=sites is None, site_ids=sites),
        language=language(),
        reader_id=actor.person_id,
        states=[PracticalState.SCHEDULED],
        between=day_of(moment, actor.zone),
        size=OLDEST,
    )
    tasks = [_task(line, f"{_who(line)} · {line.task}", "practicals.check_in") for line in lines]
    title = gettext("Candidates to check in for a practical")
    return [Pile(title=title, count=total, url=url_for("practicals.index"), oldest=tasks)]


def to_perform(session: Session, actor: Actor, moment: datetime) -> list[Pile]:
    """The candidate's own practicals that are planned or running."""
    lines, total = practicals_on(
        session,
        actor.body_id,
        Scope(candidate_id=actor.person_id),
        language=language(),
        reader_id=actor.person_id,
        states=UNFINISHED,
        size=OLDEST,
    )
    tasks = [_task(line, f"{line.task} · {line.site}", "practicals.task") for line in lines]
    url = tasks[0].url if tasks else ""
    return [Pile(title=gettext("Your practical"), count=total, url=url, oldest=tasks)]


def _who(line: PracticalLine) -> str:
    return f"{line.application_number} · {line.candidate}"


def _task(line: PracticalLine, text: str, endpoint: str) -> Task:
    return Task(text=text, url=url_for(endpoint, practical_id=line.id), since=line.starts_at)


waits_for(Role.ASSESSOR, to_mark)
waits_for(Role.INVIGILATOR, to_check_in)
waits_for(Role.CANDIDATE, to_perform)
