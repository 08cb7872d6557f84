"""The list of items: what it is narrowed to, how it is sorted, and one page of it.

Words are looked for in identifier, in everything that an item says in any language (`ItemText.words`, folded), and
in the codes of its criteria; every word must be found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from assessment.domain.items.draft_states import OPEN
from assessment.domain.language import text_in
from assessment.item_bank.contents import newest_of
from assessment.item_bank.exposure import uses_of_items
from assessment.item_bank.queries import has_criterion, has_text
from assessment.item_bank.tables import Item, ItemCriterion, ItemDraft, ItemReview, ItemText, ItemUse
from assessment.standards.tables import Competency

PAGE = 50
MOST_WORDS = 6
STATES = ("draft", "unreviewed", "reviewed", "unused", "no_criterion")
SORTS = ("identifier", "newest", "shown", "last")

Query = Select[Any]

_UNUSED: tuple[int, int, datetime | None] = (0, 0, None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """What a list of items is narrowed to; empty text narrows nothing.

    `missing` is a language that the item lacks; `state` one of STATES; `retired` shows the retired items instead
    of the others; `sort` is one of SORTS.
    """

    words: str = ""
    unit_id: str = ""
    kind: str = ""
    use: str = ""
    missing: str = ""
    state: str = ""
    retired: bool = False
    sort: str = "identifier"


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemLine:
    """An item in a list, with its newest version. `drafted`: it is being changed. `shown`: to how many candidates."""

    id: str
    identifier: str
    use: ItemUse
    kind: str
    number: int
    title: str
    languages: tuple[str, ...]
    criteria: int
    reviewed: bool
    drafted: bool
    forms: int
    shown: int
    last: datetime | None


def list_items(
    session: Session, body_id: str, wanted: Filter, *, page: int, language: str
) -> tuple[list[ItemLine], int]:
    """Return one page of items, and how many there are in all; four statements.

    Uses are counted for the items of the page alone, unless the list is sorted or narrowed by them.
    """
    newest = newest_of(body_id)
    uses = uses_of_items(body_id) if wanted.sort in ("shown", "last") or wanted.state == "unused" else None
    conditions = _conditions(body_id, wanted, newest, uses)
    count = session.scalar(_joined(select(func.count()), body_id, newest, uses).where(*conditions))
    rows = session.execute(
        _joined(_columns(body_id, newest), body_id, newest, uses)
        .where(*conditions)
        .order_by(*_order(wanted.sort, newest, uses))
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    every = _titles(session, body_id, [row.version_id for row in rows])
    counted = _uses(session, body_id, [row.id for row in rows])
    return [
        ItemLine(
            id=row.id,
            identifier=row.identifier,
            use=row.use,
            kind=row.kind,
            number=row.number,
            title=text_in(every.get(row.version_id, {}), language),
            languages=tuple(sorted(every.get(row.version_id, {}))),
            criteria=row.criteria,
            reviewed=bool(row.reviewed),
            drafted=bool(row.drafted),
            forms=counted.get(row.id, _UNUSED)[0],
            shown=counted.get(row.id, _UNUSED)[1],
            last=counted.get(row.id, _UNUSED)[2],
        )
        for row in rows
    ], count or 0


def reviewed_version(body_id: str, version_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a second person reviewed an item version here."""
    return exists().where(ItemReview.body_id == body_id, ItemReview.item_version_id == version_id)


def unreviewed_versions(session: Session, body_id: str, version_ids: Sequence[str]) -> int:
    """Return how many of these item versions nobody reviewed here."""
    found = session.scalar(
        select(func.count(ItemReview.item_version_id.distinct())).where(
            ItemReview.body_id == body_id, ItemReview.item_version_id.in_(version_ids)
        )
    )
    return len(set(version_ids)) - (found or 0)


def _uses(session: Session, body_id: str, items: Sequence[str]) -> dict[str, tuple[int, int, datetime | None]]:
    uses = uses_of_items(body_id, items) if items else None
    if uses is None:
        return {}
    # PostgreSQL sums whole numbers to a decimal one, which no plural form takes.
    return {row.item_id: (row.forms, int(row.shown), row.last) for row in session.execute(select(uses))}


def _columns(body_id: str, newest: Subquery) -> Query:
    criteria = (
        select(func.count())
        .select_from(ItemCriterion)
        .where(ItemCriterion.body_id == body_id, ItemCriterion.item_version_id == newest.c.id)
        .scalar_subquery()
    )
    return select(
        Item.id,
        Item.identifier,
        Item.use,
        newest.c.id.label("version_id"),
        newest.c.kind,
        newest.c.number,
        criteria.label("criteria"),
        reviewed_version(body_id, newest.c.id).label("reviewed"),
        _drafted(body_id).label("drafted"),
    )


def _joined(query: Query, body_id: str, newest: Subquery, uses: Subquery | None) -> Query:
    joined = query.select_from(Item).join(newest, newest.c.item_id == Item.id)
    if uses is not None:
        joined = joined.join(uses, uses.c.item_id == Item.id, isouter=True)
    return joined.where(Item.body_id == body_id)


def _order(sort: str, newest: Subquery, uses: Subquery | None) -> list[ColumnElement[Any]]:
    first: list[ColumnElement[Any]] = []
    if sort == "newest":
        first = [newest.c.imported_at.desc()]
    elif sort == "shown" and uses is not None:
        first = [func.coalesce(uses.c.shown, 0).desc()]
    elif sort == "last" and uses is not None:
        first = [uses.c.last.is_(None), uses.c.last.desc()]
    return [*first, Item.identifier.expression]


def _conditions(body_id: str, wanted: Filter, newest: Subquery, uses: Subquery | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Item.retired_at.is_not(None) if wanted.retired else Item.retired_at.is_(None)]
    found += [_says(body_id, newest, word) for word in wanted.words.split()[:MOST_WORDS]]
    if wanted.kind:
        found.append(newest.c.kind == wanted.kind)
    if wanted.use:
        found.append(Item.use == ItemUse(wanted.use))
    if wanted.missing:
        found.append(~has_text(body_id, newest.c.id, wanted.missing))
    if wanted.unit_id:
        found.append(_measures(body_id, newest, wanted.unit_id))
    match wanted.state:
        case "draft":
            found.append(_drafted(body_id))
        case "reviewed":
            found.append(reviewed_version(body_id, newest.c.id))
        case "unreviewed":
            found.append(~reviewed_version(body_id, newest.c.id))
        case "no_criterion":
            found.append(~has_criterion(body_id, newest.c.id))
        case "unused" if uses is not None:
            found.append(func.coalesce(uses.c.shown, 0) == 0)
    return found


def _says(body_id: str, newest: Subquery, word: str) -> ColumnElement[bool]:
    return or_(
        Item.identifier.icontains(word, autoescape=True),
        exists().where(
            ItemText.body_id == body_id,
            ItemText.item_version_id == newest.c.id,
            ItemText.words.contains(word.casefold(), autoescape=True),
        ),
        _measures_code(body_id, newest, word),
    )


def _measures(body_id: str, newest: Subquery, unit_id: str) -> ColumnElement[bool]:
    criterion, parent = aliased(Competency), aliased(Competency)
    return exists().where(
        ItemCriterion.body_id == body_id,
        ItemCriterion.item_version_id == newest.c.id,
        criterion.body_id == body_id,
        criterion.id == ItemCriterion.criterion_id,
        parent.body_id == body_id,
        parent.id == criterion.parent_id,
        or_(parent.id == unit_id, parent.parent_id == unit_id),
    )


def _measures_code(body_id: str, newest: Subquery, word: str) -> ColumnElement[bool]:
    """Whether the version measures a criterion of the unit with this code, or the one: "UNIT/NUMBER" or "NUMBER"."""
    code, _, number = word.partition("/")
    criterion, parent, above = aliased(Competency), aliased(Competency), aliased(Competency)
    conditions = [
        ItemCriterion.body_id == body_id,
        ItemCriterion.item_version_id == newest.c.id,
        criterion.body_id == body_id,
        criterion.id == ItemCriterion.criterion_id,
        parent.body_id == body_id,
        parent.id == criterion.parent_id,
        above.body_id == body_id,
        or_(above.id == parent.id, above.id == parent.parent_id),
        or_(
            and_(func.lower(above.code) == code.lower(), criterion.code == number if number else true()),
            criterion.code == word,
        ),
    ]
    return exists().where(*conditions)


def _drafted(body_id: str) -> ColumnElement[bool]:
    return exists().where(ItemDraft.body_id == body_id, ItemDraft.item_id == Item.id, ItemDraft.state.in_(OPEN))


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
