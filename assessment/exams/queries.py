"""Selects for the pages of exams: forms, sittings, rooms, rosters, and a candidate's own exams."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import Site
from assessment.exams.tables import (
    Attempt,
    Form,
    FormItem,
    FormState,
    RosterEntry,
    Sitting,
)
from assessment.item_bank.tables import ItemCriterion
from assessment.schemes.tables import Scheme, SchemeState, SchemeVersion

PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class FormLine:
    """A form in a list."""

    form: Form
    scheme_code: str
    scheme_version: int
    items: int
    sittings: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SittingLine:
    """A sitting with its place, its form, and how many are on its roster, prepared, and in which state."""

    sitting: Sitting
    form_code: str
    form_minutes: int
    scheme_version_id: str
    site_name: str
    roster: int
    attempts: int


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """Return the first moment of a calendar day in a zone, and of the next one."""
    start = datetime.combine(day, time(), ZoneInfo(zone))
    return start, datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))


def forms(session: Session, body_id: str, *, page: int) -> tuple[list[FormLine], int]:
    """Return one page of forms, the newest first, and how many there are."""
    items = (
        select(func.count())
        .where(FormItem.body_id == Form.body_id, FormItem.form_id == Form.id)
        .correlate(Form)
        .scalar_subquery()
    )
    sittings = (
        select(func.count())
        .where(Sitting.body_id == Form.body_id, Sitting.form_id == Form.id)
        .correlate(Form)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Form, Scheme.code, SchemeVersion.number, items, sittings, func.count().over())
        .join(
            SchemeVersion,
            (SchemeVersion.body_id == Form.body_id) & (SchemeVersion.id == Form.scheme_version_id),
        )
        .join(Scheme, (Scheme.body_id == Form.body_id) & (Scheme.id == SchemeVersion.scheme_id))
        .where(Form.body_id == body_id)
        .order_by(Form.created_at.desc(), Form.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    lines = [
        FormLine(form=row[0], scheme_code=row[1], scheme_version=row[2], items=row[3], sittings=row[4]) for row in rows
    ]
    return lines, rows[0][5] if rows else 0


def scheme_versions_for_forms(session: Session, body_id: str) -> list[tuple[SchemeVersion, str]]:
    """Return the scheme versions for which a form can be drawn, with their scheme's code."""
    rows = session.execute(
        select(SchemeVersion, Scheme.code)
        .join(Scheme, (Scheme.body_id == SchemeVersion.body_id) & (Scheme.id == SchemeVersion.scheme_id))
        .where(SchemeVersion.body_id == body_id, SchemeVersion.state != SchemeState.RETIRED)
        .order_by(Scheme.code, SchemeVersion.number.desc())
        .limit(PAGE)
    )
    return [(row[0], row[1]) for row in rows]


def form_items(session: Session, body_id: str, form_id: str) -> list[tuple[FormItem, frozenset[str]]]:
    """Return a form's items in their order, each with the criteria that it measures."""
    rows = session.execute(
        select(FormItem, ItemCriterion.criterion_id)
        .join(
            ItemCriterion,
            (ItemCriterion.body_id == FormItem.body_id) & (ItemCriterion.item_version_id == FormItem.item_version_id),
            isouter=True,
        )
        .where(FormItem.body_id == body_id, FormItem.form_id == form_id)
        .order_by(FormItem.position)
    ).all()
    items = {row[0].position: row[0] for row in rows}
    criteria: dict[int, set[str]] = {}
    for row in rows:
        if row[1] is not None:
            criteria.setdefault(row[0].position, set()).add(row[1])
    return [(item, frozenset(criteria.get(position, ()))) for position, item in items.items()]


def ready_forms(session: Session, body_id: str) -> list[tuple[str, str]]:
    """Return (id, label) of the forms that a sitting may use."""
    rows = session.execute(
        select(Form.id, Form.code, Scheme.code.label("scheme"), SchemeVersion.number)
        .join(
            SchemeVersion,
            (SchemeVersion.body_id == Form.body_id) & (SchemeVersion.id == Form.scheme_version_id),
        )
        .join(Scheme, (Scheme.body_id == Form.body_id) & (Scheme.id == SchemeVersion.scheme_id))
        .where(
            Form.body_id == body_id,
            Form.state == FormState.READY,
            SchemeVersion.state == SchemeState.PUBLISHED,
        )
        .order_by(Scheme.code, Form.code)
    )
    return [(row.id, f"{row.scheme} v{row.number} · {row.code}") for row in rows]


def sites(session: Session, body_id: str) -> list[tuple[str, str]]:
    """Return (id, label) of the body's sites."""
    rows = session.execute(select(Site).where(Site.body_id == body_id).order_by(Site.name)).scalars()
    return [(site.id, f"{site.name}, {site.city}") for site in rows]


def sittings(
    session: Session,
    body_id: str,
    *conditions: ColumnElement[bool],
    page: int = 1,
    oldest_first: bool = False,
) -> tuple[list[SittingLine], int]:
    """Return one page of sittings and how many there are."""
    roster = (
        select(func.count())
        .where(RosterEntry.body_id == Sitting.body_id, RosterEntry.sitting_id == Sitting.id)
        .correlate(Sitting)
        .scalar_subquery()
    )
    attempts = (
        select(func.count())
        .where(Attempt.body_id == Sitting.body_id, Attempt.sitting_id == Sitting.id)
        .correlate(Sitting)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Sitting,
            Form.code,
            Form.minutes,
            Form.scheme_version_id,
            Site.name,
            roster.label("roster"),
            attempts.label("attempts"),
            func.count().over(),
        )
        .join(Form, (Form.body_id == Sitting.body_id) & (Form.id == Sitting.form_id))
        .join(Site, (Site.body_id == Sitting.body_id) & (Site.id == Sitting.site_id))
        .where(Sitting.body_id == body_id, *conditions)
        .order_by(Sitting.starts_at if oldest_first else Sitting.starts_at.desc(), Sitting.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    lines = [
        SittingLine(
            sitting=row[0],
            form_code=row[1],
            form_minutes=row[2],
            scheme_version_id=row[3],
            site_name=row[4],
            roster=row[5],
            attempts=row[6],
        )
        for row in rows
    ]
    return lines, rows[0][7] if rows else 0


def sittings_on(
    session: Session, body_id: str, *, day: date, zone: str, site_ids: Collection[str] | None
) -> list[SittingLine]:
    """Return the sittings of a calendar day, the earliest first; `site_ids` None means every site."""
    start, end = day_bounds(day, zone)
    conditions: list[ColumnElement[bool]] = [Sitting.starts_at < end, Sitting.closes_at >= start]
    if site_ids is not None:
        conditions.append(Sitting.site_id.in_(site_ids))
    return sittings(session, body_id, *conditions, oldest_first=True)[0]


def unprepared(session: Session, body_id: str, *, now: datetime) -> list[SittingLine]:
    """Return the coming sittings whose roster is open, or where somebody on it has no attempt yet."""
    without = (
        select(RosterEntry.application_id)
        .join(
            Attempt,
            (Attempt.body_id == RosterEntry.body_id)
            & (Attempt.sitting_id == RosterEntry.sitting_id)
            & (Attempt.application_id == RosterEntry.application_id),
            isouter=True,
        )
        .where(
            RosterEntry.body_id == Sitting.body_id,
            RosterEntry.sitting_id == Sitting.id,
            Attempt.id.is_(None),
        )
        .correlate(Sitting)
        .exists()
    )
    waiting = Sitting.roster_closed_at.is_(None) | without
    return sittings(session, body_id, Sitting.closes_at > now, waiting, oldest_first=True)[0]


def sitting_line(session: Session, body_id: str, sitting_id: str) -> SittingLine | None:
    """Return one sitting, or None."""
    found, _ = sittings(session, body_id, Sitting.id == sitting_id)
    return found[0] if found else None
