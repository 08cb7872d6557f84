"""Selects for the pages of the item bank: the list, one item whole, and what is not complete."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from assessment.domain.language import text_in
from assessment.item_bank.contents import newest_of
from assessment.item_bank.tables import Item, ItemCriterion, ItemReview, ItemText, ItemVersion
from assessment.standards.queries import texts
from assessment.standards.tables import Competency, CompetencyKind, CompetencyText
from assessment.web.gate import RecordStanding

EXPECTED_LANGUAGES = ("id", "en")


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """A criterion that an item version measures, with its unit, in the reader's language."""

    id: str
    code: str
    text: str
    unit_code: str
    unit_text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionLine:
    """One version of an item in its history."""

    id: str
    number: int
    imported_at: datetime
    imported_by: str | None
    source: str
    digest: str
    languages: tuple[str, ...]
    reviewed_by: str | None
    reviewed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A unit that items of the bank measure."""

    id: str
    code: str
    text: str


def standing_of_item(session: Session, body_id: str, item_id: str) -> RecordStanding | None:
    """Return how the gate sees an item of this body, or None."""
    return None if session.get(Item, (body_id, item_id)) is None else RecordStanding()


def incomplete_items(session: Session, body_id: str) -> tuple[int, int]:
    """Return how many items in use lack a language, and how many measure no criterion."""
    newest = newest_of(body_id)
    lacking = or_(*(~has_text(body_id, newest.c.id, code) for code in EXPECTED_LANGUAGES))
    row = session.execute(
        select(
            func.coalesce(func.sum(case((lacking, 1), else_=0)), 0),
            func.coalesce(func.sum(case((~has_criterion(body_id, newest.c.id), 1), else_=0)), 0),
        )
        .select_from(Item)
        .join(newest, newest.c.item_id == Item.id)
        .where(Item.body_id == body_id, Item.retired_at.is_(None))
    ).one()
    return int(row[0]), int(row[1])


def units_of_bank(session: Session, body_id: str, language: str) -> list[Unit]:
    """Return the units that items of the bank measure, by code."""
    criterion, element, unit = aliased(Competency), aliased(Competency), aliased(Competency)
    rows = session.execute(
        select(unit.id, unit.code, CompetencyText.language, CompetencyText.statement)
        .join(
            CompetencyText,
            and_(CompetencyText.body_id == unit.body_id, CompetencyText.competency_id == unit.id),
            isouter=True,
        )
        .where(
            unit.body_id == body_id,
            unit.kind == CompetencyKind.UNIT,
            exists()
            .where(
                ItemCriterion.body_id == body_id,
                criterion.body_id == body_id,
                criterion.id == ItemCriterion.criterion_id,
                element.body_id == body_id,
                element.id == criterion.parent_id,
                or_(element.id == unit.id, element.parent_id == unit.id),
            )
            .correlate(unit),
        )
        .order_by(unit.code)
    ).all()
    titles: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        found = titles.setdefault((row.id, row.code), {})
        if row.language is not None:
            found[row.language] = row.statement
    return [Unit(id=id_, code=code, text=text_in(found, language)) for (id_, code), found in titles.items()]


def versions_of(session: Session, body_id: str, item_id: str) -> list[VersionLine]:
    """Return the versions of an item with their first review here, the newest version first."""
    rows = session.execute(
        select(
            ItemVersion.id,
            ItemVersion.number,
            ItemVersion.imported_at,
            ItemVersion.imported_by,
            ItemVersion.source,
            ItemVersion.digest,
            ItemText.language,
            ItemReview.reviewed_by,
            ItemReview.reviewed_at,
        )
        .join(
            ItemText,
            and_(ItemText.body_id == ItemVersion.body_id, ItemText.item_version_id == ItemVersion.id),
            isouter=True,
        )
        .join(
            ItemReview,
            and_(ItemReview.body_id == ItemVersion.body_id, ItemReview.item_version_id == ItemVersion.id),
            isouter=True,
        )
        .where(ItemVersion.body_id == body_id, ItemVersion.item_id == item_id)
        .order_by(ItemVersion.number.desc(), ItemText.language, ItemReview.reviewed_at)
    ).all()
    by_id: dict[str, dict[str, None]] = {}
    for row in rows:
        by_id.setdefault(row.id, {}).update({row.language: None} if row.language else {})
    first = {row.id: row for row in reversed(rows)}
    return [
        VersionLine(
            id=id_,
            number=first[id_].number,
            imported_at=first[id_].imported_at,
            imported_by=first[id_].imported_by,
            source=first[id_].source,
            digest=first[id_].digest,
            languages=tuple(languages),
            reviewed_by=first[id_].reviewed_by,
            reviewed_at=first[id_].reviewed_at,
        )
        for id_, languages in by_id.items()
    ]


def content_of(
    session: Session, body_id: str, version_id: str
) -> tuple[Mapping[str, Any], dict[str, Mapping[str, Any]]]:
    """Return the stored structure of an item version, and its words by language."""
    rows = session.execute(
        select(ItemVersion.structure, ItemText.language, ItemText.content)
        .join(
            ItemText,
            and_(ItemText.body_id == ItemVersion.body_id, ItemText.item_version_id == ItemVersion.id),
            isouter=True,
        )
        .where(ItemVersion.body_id == body_id, ItemVersion.id == version_id)
        .order_by(ItemText.language)
    ).all()
    return rows[0].structure, {row.language: row.content for row in rows if row.language is not None}


def measured_by(session: Session, body_id: str, version_id: str, language: str) -> list[Measured]:
    """Return the criteria that an item version measures, in the order of their standard."""
    of_version = select(ItemCriterion.criterion_id).where(
        ItemCriterion.body_id == body_id, ItemCriterion.item_version_id == version_id
    )
    return measured(session, body_id, Competency.id.in_(of_version), language)


def measured(session: Session, body_id: str, which: ColumnElement[bool], language: str) -> list[Measured]:
    """Return the criteria that a condition on `Competency` chooses, each with its unit, in printed order."""
    parent, above = aliased(Competency), aliased(Competency)
    rows = session.execute(
        select(
            Competency.id,
            Competency.code,
            case((parent.kind == CompetencyKind.UNIT, parent.id), else_=above.id).label("unit_id"),
            case((parent.kind == CompetencyKind.UNIT, parent.code), else_=above.code).label("unit_code"),
        )
        .select_from(Competency)
        .join(parent, and_(parent.body_id == body_id, parent.id == Competency.parent_id), isouter=True)
        .join(above, and_(above.body_id == body_id, above.id == parent.parent_id), isouter=True)
        .where(Competency.body_id == body_id, which)
        .order_by(Competency.position)
    ).all()
    wanted = {row.id for row in rows} | {row.unit_id for row in rows if row.unit_id}
    said = texts(session, body_id, wanted, language)
    return [
        Measured(
            id=row.id,
            code=row.code,
            text=said.get(row.id, ""),
            unit_code=row.unit_code or "",
            unit_text=said.get(row.unit_id, ""),
        )
        for row in rows
    ]


def has_text(body_id: str, version_id: ColumnElement[str], language: str) -> ColumnElement[bool]:
    """Whether an item version says something in a language."""
    return exists().where(
        ItemText.body_id == body_id, ItemText.item_version_id == version_id, ItemText.language == language
    )


def has_criterion(body_id: str, version_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether an item version measures a criterion."""
    return exists().where(ItemCriterion.body_id == body_id, ItemCriterion.item_version_id == version_id)
