"""Selects for the pages of the item bank: the list, one item whole, and what is not complete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from assessment.domain.language import text_in
from assessment.item_bank.contents import newest_of
from assessment.item_bank.tables import Item, ItemCriterion, ItemText, ItemUse, ItemVersion
from assessment.standards.queries import texts
from assessment.standards.tables import Competency, CompetencyKind, CompetencyText
from assessment.web.gate import RecordStanding

PAGE = 50
EXPECTED_LANGUAGES = ("id", "en")


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """What a list of items is narrowed to; empty text narrows nothing.

    `missing` is a language that the item lacks; `retired` shows the retired items instead of the others.
    """

    words: str = ""
    unit_id: str = ""
    kind: str = ""
    use: str = ""
    missing: str = ""
    retired: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemLine:
    """An item in a list, with its newest version."""

    id: str
    identifier: str
    use: ItemUse
    kind: str
    number: int
    title: str
    languages: tuple[str, ...]
    criteria: int


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A unit that items of the bank measure."""

    id: str
    code: str
    text: str


def standing_of_item(session: Session, body_id: str, item_id: str) -> RecordStanding | None:
    """Return how the gate sees an item of this body, or None."""
    found = session.scalar(select(Item.id).where(Item.body_id == body_id, Item.id == item_id))
    return None if found is None else RecordStanding()


def list_items(
    session: Session, body_id: str, wanted: Filter, *, page: int, language: str
) -> tuple[list[ItemLine], int]:
    """Return one page of items by identifier, and how many there are in all."""
    chosen = _chosen(body_id, wanted).subquery()
    count = session.scalar(select(func.count()).select_from(chosen)) or 0
    rows = session.execute(select(chosen).order_by(chosen.c.identifier).limit(PAGE).offset((page - 1) * PAGE)).all()
    every = _titles(session, body_id, [row.version_id for row in rows])
    lines = []
    for row in rows:
        titles = every.get(row.version_id, {})
        lines.append(
            ItemLine(
                id=row.id,
                identifier=row.identifier,
                use=row.use,
                kind=row.kind,
                number=row.number,
                title=text_in(titles, language),
                languages=tuple(sorted(titles)),
                criteria=row.criteria,
            )
        )
    return lines, count


def incomplete_items(session: Session, body_id: str) -> tuple[int, int]:
    """Return how many items in use lack a language, and how many measure no criterion."""
    newest = newest_of(body_id)
    lacking = or_(*(~_has_text(body_id, newest.c.id, code) for code in EXPECTED_LANGUAGES))
    row = session.execute(
        select(
            func.coalesce(func.sum(case((lacking, 1), else_=0)), 0),
            func.coalesce(func.sum(case((~_has_criterion(body_id, newest.c.id), 1), else_=0)), 0),
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
    """Return the versions of an item, the newest first."""
    rows = session.execute(
        select(
            ItemVersion.id,
            ItemVersion.number,
            ItemVersion.imported_at,
            ItemVersion.imported_by,
            ItemVersion.source,
            ItemVersion.digest,
            ItemText.language,
        )
        .join(
            ItemText,
            and_(ItemText.body_id == ItemVersion.body_id, ItemText.item_version_id == ItemVersion.id),
            isouter=True,
        )
        .where(ItemVersion.body_id == body_id, ItemVersion.item_id == item_id)
        .order_by(ItemVersion.number.desc(), ItemText.language)
    ).all()
    by_id: dict[str, list[str]] = {}
    for row in rows:
        by_id.setdefault(row.id, []).extend([row.language] if row.language else [])
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
        )
        for id_, languages in by_id.items()
    ]


def words_of(session: Session, body_id: str, version_id: str) -> dict[str, Mapping[str, object]]:
    """Return the stored words of an item version by language."""
    rows = session.execute(
        select(ItemText.language, ItemText.content)
        .where(ItemText.body_id == body_id, ItemText.item_version_id == version_id)
        .order_by(ItemText.language)
    )
    return {row.language: row.content for row in rows}


def measured_by(session: Session, body_id: str, version_id: str, language: str) -> list[Measured]:
    """Return the criteria that an item version measures, in the order of their standard."""
    criterion, parent, above = aliased(Competency), aliased(Competency), aliased(Competency)
    rows = session.execute(
        select(
            criterion.id,
            criterion.code,
            case((parent.kind == CompetencyKind.UNIT, parent.id), else_=above.id).label("unit_id"),
            case((parent.kind == CompetencyKind.UNIT, parent.code), else_=above.code).label("unit_code"),
        )
        .select_from(ItemCriterion)
        .join(criterion, and_(criterion.body_id == body_id, criterion.id == ItemCriterion.criterion_id))
        .join(parent, and_(parent.body_id == body_id, parent.id == criterion.parent_id), isouter=True)
        .join(above, and_(above.body_id == body_id, above.id == parent.parent_id), isouter=True)
        .where(ItemCriterion.body_id == body_id, ItemCriterion.item_version_id == version_id)
        .order_by(criterion.position)
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


def _chosen(body_id: str, wanted: Filter) -> Select[tuple[str, str, ItemUse, str, str, int, int]]:
    newest = newest_of(body_id)
    criteria = (
        select(func.count())
        .select_from(ItemCriterion)
        .where(ItemCriterion.body_id == body_id, ItemCriterion.item_version_id == newest.c.id)
        .scalar_subquery()
    )
    query = (
        select(
            Item.id,
            Item.identifier,
            Item.use,
            newest.c.id.label("version_id"),
            newest.c.kind,
            newest.c.number,
            criteria.label("criteria"),
        )
        .join(newest, newest.c.item_id == Item.id)
        .where(Item.body_id == body_id, Item.retired_at.is_not(None) if wanted.retired else Item.retired_at.is_(None))
    )
    if words := wanted.words.strip():
        query = query.where(
            or_(
                Item.identifier.icontains(words, autoescape=True),
                exists().where(
                    ItemText.body_id == body_id,
                    ItemText.item_version_id == newest.c.id,
                    ItemText.title.icontains(words, autoescape=True),
                ),
            )
        )
    if wanted.kind:
        query = query.where(newest.c.kind == wanted.kind)
    if wanted.use:
        query = query.where(Item.use == ItemUse(wanted.use))
    if wanted.missing:
        query = query.where(~_has_text(body_id, newest.c.id, wanted.missing))
    if wanted.unit_id:
        criterion, parent = aliased(Competency), aliased(Competency)
        query = query.where(
            exists().where(
                ItemCriterion.body_id == body_id,
                ItemCriterion.item_version_id == newest.c.id,
                criterion.body_id == body_id,
                criterion.id == ItemCriterion.criterion_id,
                parent.body_id == body_id,
                parent.id == criterion.parent_id,
                or_(parent.id == wanted.unit_id, parent.parent_id == wanted.unit_id),
            )
        )
    return query


def _has_text(body_id: str, version_id: ColumnElement[str], language: str) -> ColumnElement[bool]:
    return exists().where(
        ItemText.body_id == body_id, ItemText.item_version_id == version_id, ItemText.language == language
    )


def _has_criterion(body_id: str, version_id: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(ItemCriterion.body_id == body_id, ItemCriterion.item_version_id == version_id)


def _titles(session: Session, body_id: str, version_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    rows = session.execute(
        select(ItemText.item_version_id, ItemText.language, ItemText.title).where(
            ItemText.body_id == body_id, ItemText.item_version_id.in_(version_ids)
        )
    )
    titles: dict[str, dict[str, str]] = {}
    for row in rows:
        titles.setdefault(row.item_version_id, {})[row.language] = row.title
    return titles
