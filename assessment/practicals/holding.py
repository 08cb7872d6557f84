"""Which marks and photos count as they come: asked whenever a device sends some, after their sheet is locked.

The rules are those of `domain.practicals.closing`. The day of a mark is the day on the device, in the body's zone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import CertificationBody
from assessment.domain.errors import N_, Conflict
from assessment.domain.practicals.closing import Gate, Hold, above_limit, hold_of
from assessment.domain.practicals.practical_states import SheetState
from assessment.practicals.tables import Observation, ObservationStanding, Practical, Task
from assessment.practicals.tables_assigning import DayLimit
from assessment.practicals.tables_ending import PracticalClosing
from assessment.practicals.tables_sheets import Sheet

OPENED_BEFORE = timedelta(days=30)
"""How long before its marks a sheet was opened at most, so that few sheets are looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """What is known of a sheet when something arrives; `begun` and `others` by day, as in `above_limit`."""

    submitted: bool
    gate: Gate = Gate.OPEN
    limit: int | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    reasoned: bool = False
    begun: frozenset[date] = frozenset()
    others: Mapping[date, int] = field(default_factory=dict)

    def hold(self, moment: datetime) -> Hold | None:
        """Return why something that was marked or taken at this moment of the device is held; None: it counts."""
        day = moment.astimezone(self.zone).date()
        above = above_limit(
            limit=self.limit, begun=day in self.begun, others=self.others.get(day, 0), reasoned=self.reasoned
        )
        return hold_of(submitted=self.submitted, gate=self.gate, above_limit=above)

    def standing(self, moment: datetime) -> ObservationStanding:
        """Return how something that was marked or taken at this moment is kept."""
        return ObservationStanding.ACCEPTED if self.hold(moment) is None else ObservationStanding.HELD


def newest_closing() -> ColumnElement[bool | None]:
    """Return, in a select of practicals, whether the newest word on the practical closed it; None for no word."""
    return (
        select(PracticalClosing.closed)
        .where(PracticalClosing.body_id == Practical.body_id, PracticalClosing.practical_id == Practical.id)
        .order_by(PracticalClosing.number.desc())
        .limit(1)
        .correlate(Practical)
        .scalar_subquery()
    )


def holding_of(session: Session, sheet: Sheet, moments: Iterable[datetime]) -> Holding:
    """Return what decides whether things that were marked at these moments count; none to three statements."""
    if sheet.state is SheetState.SUBMITTED:
        return Holding(submitted=True)
    limit = (
        select(DayLimit.practicals)
        .where(DayLimit.body_id == Task.body_id, DayLimit.scheme_version_id == Task.scheme_version_id)
        .order_by(DayLimit.set_at.desc(), DayLimit.id.desc())
        .limit(1)
        .correlate(Task)
        .scalar_subquery()
    )
    row = session.execute(
        select(CertificationBody.zone, Task.scheme_version_id, limit.label("limit"), newest_closing().label("closed"))
        .select_from(Practical)
        .join(Task, (Task.body_id == Practical.body_id) & (Task.id == Practical.task_id))
        .join(CertificationBody, CertificationBody.id == Practical.body_id)
        .where(Practical.body_id == sheet.body_id, Practical.id == sheet.practical_id)
    ).one()
    zone = ZoneInfo(row.zone)
    gate = Gate.CLOSED if row.closed else Gate.OPEN
    if row.limit is None or sheet.reason or gate is Gate.CLOSED:
        return Holding(submitted=False, gate=gate, zone=zone)
    days = {moment.astimezone(zone).date() for moment in moments}
    begun = _days_of(
        session, sheet, zone, days, Observation.practical_id == sheet.practical_id, Observation.body_id == sheet.body_id
    )
    found: dict[date, set[str]] = {}
    if fresh := days - {day for day, _practical in begun}:
        opened = (_midnight(min(fresh), zone) - OPENED_BEFORE, _midnight(max(fresh), zone) + timedelta(days=2))
        theirs = (
            select(Sheet.practical_id)
            .join(Practical, (Practical.body_id == Sheet.body_id) & (Practical.id == Sheet.practical_id))
            .join(Task, (Task.body_id == Practical.body_id) & (Task.id == Practical.task_id))
            .where(
                Sheet.body_id == sheet.body_id,
                Sheet.person_id == sheet.person_id,
                Sheet.practical_id != sheet.practical_id,
                Sheet.opened_at.between(*opened),
                Task.scheme_version_id == row.scheme_version_id,
            )
        )
        for day, practical_id in _days_of(
            session, sheet, zone, fresh, Observation.practical_id.in_(theirs), Observation.body_id == sheet.body_id
        ):
            found.setdefault(day, set()).add(practical_id)
    return Holding(
        submitted=False,
        limit=row.limit,
        zone=zone,
        begun=frozenset(day for day, _practical in begun),
        others={day: len(practicals) for day, practicals in found.items()},
    )


def require_open(session: Session, practical: Practical) -> None:
    """Raise Conflict when a practical is closed: new marks are asked for after somebody has opened it again."""
    closed = session.scalar(
        select(newest_closing()).where(Practical.body_id == practical.body_id, Practical.id == practical.id)
    )
    if closed:
        raise Conflict(N_("This practical is closed. Somebody who watched opens it again first, with a reason."))


def _days_of(
    session: Session, sheet: Sheet, zone: ZoneInfo, days: Iterable[date], *where: ColumnElement[bool]
) -> set[tuple[date, str]]:
    """Return (day, practical) of the assessor's marks that count as they came on these days; one statement."""
    spans = [(_midnight(day, zone), _midnight(day + timedelta(days=1), zone)) for day in sorted(days)]
    if not spans:
        return set()
    rows = session.execute(
        select(Observation.practical_id, Observation.observed_at)
        .where(
            *where,
            Observation.person_id == sheet.person_id,
            Observation.standing == ObservationStanding.ACCEPTED,
            or_(*((Observation.observed_at >= start) & (Observation.observed_at < end) for start, end in spans)),
        )
        .distinct()
    )
    return {(moment.astimezone(zone).date(), practical_id) for practical_id, moment in rows}


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
