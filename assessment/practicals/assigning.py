"""Assigning assessors to a practical: who is proposed, who is refused, and the scheme's limit a day.

`schedule` asks `require_assignable` for every assessor, so that no page and no command can pass by it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.tables import AssessorRegistration, BodyLicence, Duty
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.practicals.assignment import AssessorFacts, Proposal, propose
from assessment.practicals.naming import standing_names
from assessment.practicals.tables import Practical, PracticalState, Task
from assessment.practicals.tables_assigning import DayLimit
from assessment.practicals.tables_sheets import Sheet
from assessment.web.actor import Actor

RECENT = timedelta(days=90)
SHORTEST_REASON = 5
LONGEST_REASON = 500
MOST_A_DAY = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A practical that is being planned; `zone`: the body's own, which says what a day is."""

    application_id: str
    scheme_version_id: str
    starts_at: datetime
    minutes: int
    zone: str


def proposals(
    session: Session, body_id: str, wanted: Wanted, person_ids: Collection[str], *, limit: int | None
) -> list[Proposal]:
    """Return these assessors in the order of proposal, each with what keeps them from it; four statements."""
    return propose(facts_of(session, body_id, wanted, person_ids), limit=limit)


def facts_of(session: Session, body_id: str, wanted: Wanted, person_ids: Collection[str]) -> list[AssessorFacts]:
    """Return what is known of these persons for a practical; four statements."""
    zone = ZoneInfo(wanted.zone)
    day = wanted.starts_at.astimezone(zone).date()
    midnight = datetime.combine(day, time(), zone).astimezone(UTC)
    next_midnight = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    sides = {
        row.person_id: row.side
        for row in session.execute(
            select(Duty.person_id, Duty.side).where(
                Duty.body_id == body_id, Duty.application_id == wanted.application_id
            )
        )
    }
    close = standing_names(session, body_id, wanted.application_id)
    registered = set(
        session.scalars(
            select(AssessorRegistration.person_id).where(
                AssessorRegistration.body_id == body_id,
                AssessorRegistration.person_id.in_(person_ids),
                AssessorRegistration.valid_from <= day,
                AssessorRegistration.valid_until >= day,
            )
        )
    )
    work: dict[str, list[tuple[datetime, int, PracticalState]]] = {}
    for row in session.execute(
        select(Sheet.person_id, Practical.starts_at, Task.minutes, Practical.state)
        .join(Practical, (Practical.body_id == Sheet.body_id) & (Practical.id == Sheet.practical_id))
        .join(Task, (Task.body_id == Practical.body_id) & (Task.id == Practical.task_id))
        .where(
            Sheet.body_id == body_id,
            Sheet.person_id.in_(person_ids),
            Practical.starts_at >= wanted.starts_at - RECENT,
            Practical.starts_at < next_midnight,
        )
    ):
        work.setdefault(row.person_id, []).append((row.starts_at, row.minutes, row.state))
    end = wanted.starts_at + timedelta(minutes=wanted.minutes)
    return [
        AssessorFacts(
            person_id=person_id,
            other_side=sides.get(person_id, Side.ASSESSOR) is not Side.ASSESSOR,
            too_close=person_id in close,
            registered=person_id in registered,
            busy=any(
                state is not PracticalState.SUBMITTED
                and starts < end
                and wanted.starts_at < starts + timedelta(minutes=minutes)
                for starts, minutes, state in work.get(person_id, ())
            ),
            recent=len(work.get(person_id, ())),
            same_day=sum(midnight <= starts < next_midnight for starts, _, _ in work.get(person_id, ())),
            last=max((starts for starts, _, _ in work.get(person_id, ())), default=None),
        )
        for person_id in person_ids
    ]


def require_assignable(
    session: Session, body_id: str, wanted: Wanted, person_ids: Sequence[str], *, over_limit: str
) -> list[str]:
    """Return the reason for each of these assessors that is kept on their sheet: empty, or why above the limit.

    Raises Conflict for somebody who was named as too close, NotAllowed on a day without a licence of the body, and
    Invalid above the scheme's limit without a reason. Registration, sides and hours are asked for elsewhere or are
    advice: two short practicals may share an hour.
    """
    require_licence(session, body_id, wanted.starts_at.astimezone(ZoneInfo(wanted.zone)).date())
    limit = limit_of(session, body_id, wanted.scheme_version_id)
    reasons = []
    for facts in facts_of(session, body_id, wanted, person_ids):
        if facts.too_close:
            raise Conflict(N_("This person was named as too close to the candidate and cannot mark here."))
        above = limit is not None and facts.same_day >= limit
        reason = over_limit.strip()
        if above and not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            raise Invalid(
                N_("This assessor has %(got)s practicals that day and the scheme's limit is %(limit)s: give a reason."),
                got=facts.same_day,
                limit=limit,
            )
        reasons.append(reason if above else "")
    return reasons


def require_licence(session: Session, body_id: str, day: date) -> None:
    """Raise NotAllowed when the body has no licence that is valid on a day (rule 12)."""
    valid = session.scalar(
        select(BodyLicence.id)
        .where(BodyLicence.body_id == body_id, BodyLicence.valid_from <= day, BodyLicence.valid_until >= day)
        .limit(1)
    )
    if valid is None:
        raise NotAllowed(N_("Expected a licence of the body that is valid on %(day)s, got none."), day=day.isoformat())


def limit_of(session: Session, body_id: str, scheme_version_id: str) -> int | None:
    """Return how many practicals of a scheme version an assessor may mark a day; None where nobody set a limit."""
    return session.scalar(
        select(DayLimit.practicals)
        .where(DayLimit.body_id == body_id, DayLimit.scheme_version_id == scheme_version_id)
        .order_by(DayLimit.set_at.desc(), DayLimit.id.desc())
        .limit(1)
    )


def set_limit(session: Session, actor: Actor, scheme_version_id: str, practicals: int, *, now: datetime) -> None:
    """Set a scheme version's limit; what was in force before stays beside it. Raises Invalid outside 1 to 50."""
    if not 1 <= practicals <= MOST_A_DAY:
        raise Invalid(N_("Expected 1 to %(most)s practicals a day, got %(got)s."), most=MOST_A_DAY, got=practicals)
    session.add(
        DayLimit(
            body_id=actor.body_id,
            id=new_id(),
            scheme_version_id=scheme_version_id,
            practicals=practicals,
            set_by=actor.person_id,
            set_at=now,
        )
    )
    session.flush()


def minutes_of(session: Session, body_id: str, task_id: str) -> int:
    """Return the time of a task. Raises NotFound."""
    found = session.scalar(select(func.max(Task.minutes)).where(Task.body_id == body_id, Task.id == task_id))
    if found is None:
        raise NotFound(N_("There is no such task with a rubric that is ready."))
    return found
