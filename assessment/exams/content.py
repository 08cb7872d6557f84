"""What exams read of lower features: items with their words, criteria with their texts.

An item version and its words never change (the database refuses it), so both are read once a process.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, NotFound
from assessment.domain.items import item_json
from assessment.domain.items.item import Item, ItemText
from assessment.domain.language import in_language, text_in
from assessment.item_bank.tables import ItemText as ItemTextRow
from assessment.item_bank.tables import ItemVersion
from assessment.standards.tables import Competency, CompetencyText

MOST_ITEMS_KEPT = 5_000

# Every page of an exam asks these; a statement is written once.
_STRUCTURES = select(ItemVersion.id, ItemVersion.digest, ItemVersion.structure).where(
    ItemVersion.body_id == bindparam("body_id"), ItemVersion.id.in_(bindparam("ids", expanding=True))
)
_TEXTS = select(ItemTextRow.item_version_id, ItemTextRow.language, ItemTextRow.content).where(
    ItemTextRow.body_id == bindparam("body_id"), ItemTextRow.item_version_id.in_(bindparam("ids", expanding=True))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Worded:
    """An item version with its words in one language."""

    item: Item
    text: ItemText


@dataclass(frozen=True, kw_only=True, slots=True)
class Described:
    """A unit or criterion with its code and what it says in the reader's language."""

    id: str
    code: str
    text: str


_items: dict[tuple[str, str, str], Item] = {}
_worded: WeakKeyDictionary[Engine | Connection, dict[tuple[str, str, str], Worded]] = WeakKeyDictionary()


def worded(session: Session, body_id: str, version_ids: Collection[str], language: str) -> dict[str, Worded]:
    """Return item versions with their words by id, in the wished language or the nearest there is.

    Reads only what this process has not read before. Raises NotFound where a version has no words.
    """
    kept = _worded.setdefault(session.get_bind(), {})
    known = {version_id: kept.get((body_id, version_id, language)) for version_id in version_ids}
    found = {version_id: each for version_id, each in known.items() if each is not None}
    missing = known.keys() - found.keys()
    if missing:
        items = items_of(session, body_id, missing)
        texts = texts_of(session, body_id, items, language)
        if texts.keys() != missing:
            raise NotFound(N_("This question has no text."))
        read = {version_id: Worded(item=items[version_id], text=texts[version_id]) for version_id in missing}
        if len(kept) + len(read) > MOST_ITEMS_KEPT:
            kept.clear()
        kept.update({(body_id, version_id, language): each for version_id, each in read.items()})
        found |= read
    return found


def items_of(session: Session, body_id: str, version_ids: Iterable[str]) -> dict[str, Item]:
    """Return item versions by id."""
    rows = session.execute(_STRUCTURES, {"body_id": body_id, "ids": list(set(version_ids))})
    return {row.id: read_item(body_id, row.id, row.digest, row.structure) for row in rows}


def read_item(body_id: str, version_id: str, digest: str, structure: Mapping[str, object]) -> Item:
    """Return an item from its stored structure."""
    place = (body_id, version_id, digest)
    item = _items.get(place)
    if item is None:
        if len(_items) >= MOST_ITEMS_KEPT:
            _items.clear()
        item = _items[place] = item_json.from_json(structure)
    return item


def texts_of(session: Session, body_id: str, items: Mapping[str, Item], language: str) -> dict[str, ItemText]:
    """Return the words of items by version id, in the wished language or the nearest there is."""
    rows = session.execute(_TEXTS, {"body_id": body_id, "ids": list(items)}).all()
    by_version: dict[str, dict[str, Mapping[str, object]]] = {}
    for row in rows:
        by_version.setdefault(row.item_version_id, {})[row.language] = row.content
    return {
        version_id: item_json.text_from_json(items[version_id], content)
        for version_id, found in by_version.items()
        if (content := in_language(found, language)) is not None
    }


def describe(session: Session, body_id: str, ids: Iterable[str], language: str) -> dict[str, Described]:
    """Return units and criteria by id, with their texts in the reader's language."""
    rows = session.execute(
        select(Competency.id, Competency.code, CompetencyText.language, CompetencyText.statement)
        .join(
            CompetencyText,
            (CompetencyText.body_id == Competency.body_id) & (CompetencyText.competency_id == Competency.id),
            isouter=True,
        )
        .where(Competency.body_id == body_id, Competency.id.in_(set(ids)))
        .order_by(Competency.position)
    ).all()
    codes = {row.id: row.code for row in rows}
    texts: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.language is not None:
            texts.setdefault(row.id, {})[row.language] = row.statement
    return {
        id_: Described(id=id_, code=code, text=text_in(texts.get(id_, {}), language)) for id_, code in codes.items()
    }
