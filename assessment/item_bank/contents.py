"""What the bank holds: the newest versions that an import is held against and an export reads."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Subquery, and_, select
from sqlalchemy.orm import Session

from assessment.domain.items.authoring.markup import visible
from assessment.item_bank.tables import Item, ItemCriterion, ItemText, ItemVersion
from assessment.standards.tables import Competency, CompetencyKind, Standard, StandardState

_SAID = frozenset(("title", "stem", "prompt", "html", "body", "before", "unit", "stimulus", "labels", "placeholder"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """The newest version of an item as it stands in the bank."""

    item: Item
    version_id: str
    number: int
    digest: str
    texts: Mapping[str, Mapping[str, object]]
    criteria: frozenset[str]


def published_competencies(
    session: Session, body_id: str, identifiers: Collection[str]
) -> dict[str, tuple[str, CompetencyKind]]:
    """Return (id, kind) by CASE identifier in the body's published standards, the newest where several hold it."""
    if not identifiers:
        return {}
    rows = session.execute(
        select(Competency.identifier, Competency.id, Competency.kind)
        .join(Standard, and_(Standard.body_id == Competency.body_id, Standard.id == Competency.standard_id))
        .where(
            Competency.body_id == body_id,
            Competency.identifier.in_(identifiers),
            Standard.state == StandardState.PUBLISHED,
        )
        .order_by(Standard.imported_at, Standard.number, Competency.position.desc())
    )
    return {row.identifier: (row.id, row.kind) for row in rows}


def stored_items(session: Session, body_id: str, identifiers: Collection[str]) -> dict[str, Stored]:
    """Return the newest version of each named item by identifier; four statements, however many are named."""
    newest = newest_of(body_id)
    rows = session.execute(
        select(Item, newest.c.id, newest.c.number, newest.c.digest)
        .join(newest, newest.c.item_id == Item.id)
        .where(Item.body_id == body_id, Item.identifier.in_(identifiers))
    ).all()
    ids = [row.id for row in rows]
    texts: dict[str, dict[str, Mapping[str, object]]] = {}
    for text in session.execute(
        select(ItemText.item_version_id, ItemText.language, ItemText.content).where(
            ItemText.body_id == body_id, ItemText.item_version_id.in_(ids)
        )
    ):
        texts.setdefault(text.item_version_id, {})[text.language] = text.content
    criteria: dict[str, set[str]] = {}
    for line in session.execute(
        select(ItemCriterion.item_version_id, ItemCriterion.criterion_id).where(
            ItemCriterion.body_id == body_id, ItemCriterion.item_version_id.in_(ids)
        )
    ):
        criteria.setdefault(line.item_version_id, set()).add(line.criterion_id)
    return {
        row.Item.identifier: Stored(
            item=row.Item,
            version_id=row.id,
            number=row.number,
            digest=row.digest,
            texts=texts.get(row.id, {}),
            criteria=frozenset(criteria.get(row.id, ())),
        )
        for row in rows
    }


def newest_versions(session: Session, body_id: str, identifier: str | None = None) -> list[str]:
    """Return the newest version of every item in use by identifier, or that of the one item named, retired or not."""
    newest = newest_of(body_id)
    wanted = Item.retired_at.is_(None) if identifier is None else Item.identifier == identifier
    return list(
        session.scalars(
            select(newest.c.id)
            .join(Item, and_(Item.body_id == body_id, Item.id == newest.c.item_id))
            .where(wanted)
            .order_by(Item.identifier)
        )
    )


def alignments_of(session: Session, body_id: str, version_ids: Sequence[str]) -> dict[str, list[tuple[str, str, str]]]:
    """Return (CASE identifier, code, address) of the criteria of each version, in the order of their standard."""
    rows = session.execute(
        select(ItemCriterion.item_version_id, Competency.identifier, Competency.code, Competency.raw)
        .join(Competency, and_(Competency.body_id == body_id, Competency.id == ItemCriterion.criterion_id))
        .where(ItemCriterion.body_id == body_id, ItemCriterion.item_version_id.in_(version_ids))
        .order_by(Competency.position)
    )
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in rows:
        uri = row.raw.get("uri")
        found.setdefault(row.item_version_id, []).append(
            (row.identifier, row.code, uri if isinstance(uri, str) else "")
        )
    return found


def newest_of(body_id: str) -> Subquery:
    """Return the newest version of each item as a subquery: id, item_id, number, kind, digest, imported_at."""
    return (
        select(
            ItemVersion.id,
            ItemVersion.item_id,
            ItemVersion.number,
            ItemVersion.kind,
            ItemVersion.digest,
            ItemVersion.imported_at,
        )
        .join(
            Item,
            and_(Item.body_id == body_id, Item.id == ItemVersion.item_id, Item.number == ItemVersion.number),
        )
        .where(ItemVersion.body_id == body_id)
        .subquery()
    )


def folded(words: Mapping[str, Any]) -> str:
    """Return everything that an item says in one language as one folded line, for the search."""
    return " ".join(_said(words)).casefold()


def _said(value: Any, name: str = "") -> list[str]:
    if isinstance(value, str):
        return [visible(value)] if name in _SAID else []
    if isinstance(value, Mapping):
        return [each for key, inner in value.items() for each in _said(inner, key)]
    if isinstance(value, Sequence):
        return [each for inner in value for each in _said(inner, name)]
    return []
