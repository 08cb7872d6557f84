"""Writing items: a draft begins, is changed by one person at a time, and nothing that was typed is ever lost.

Every change names the revision that it was made from. Where another page was faster, nothing is stored and both
versions are shown; whoever then writes over the other does so knowingly, and the other version is kept as a copy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.domain.errors import N_, Conflict, NotFound
from assessment.domain.items.authoring.draft import Draft, check_size, draft_from_json, draft_to_json, new_draft
from assessment.domain.items.authoring.opening import open_item
from assessment.domain.items.draft_states import EDITABLE, OPEN, DraftState
from assessment.domain.items.item_json import from_json, text_from_json
from assessment.domain.language import text_in
from assessment.item_bank.tables import (
    Item,
    ItemCriterion,
    ItemDraft,
    ItemDraftCopy,
    ItemText,
    ItemUse,
    ItemVersion,
)
from assessment.web.actor import Actor

LONGEST_EDITOR = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Overtaken:
    """Somebody else changed the draft meanwhile: what stands there now, by whom and when."""

    theirs: Draft
    revision: int
    changed_by: str
    changed_at: datetime


def draw_identifier() -> str:
    """Return an identifier for a row that says nothing about its place."""
    return f"X{new_id()[:4]}"


def start_draft(session: Session, actor: Actor, kind: str, *, use: ItemUse, now: datetime) -> ItemDraft:
    """Begin a new item of a kind. Raises Invalid for a kind that cannot be written here."""
    return _begin(session, actor, new_draft(kind, draw_identifier), use=use, item_id=None, base=None, now=now)


def change_item(session: Session, actor: Actor, item_id: str, *, now: datetime) -> ItemDraft:
    """Return the draft that changes an item: the open one, or a new one from its newest version.

    Raises NotFound, Conflict for a retired item, and Invalid when the form cannot hold all of it.
    """
    item = session.get(Item, (actor.body_id, item_id))
    if item is None:
        raise NotFound(N_("There is no such item."))
    if item.retired_at is not None:
        raise Conflict(N_("This item is retired. What is retired cannot be brought back; write a new item."))
    if (there := open_draft_of(session, actor.body_id, item_id)) is not None:
        return there
    draft, number = _opened(session, actor.body_id, item)
    return _begin(session, actor, draft, use=item.use, item_id=item.id, base=number, now=now)


def open_draft_of(session: Session, body_id: str, item_id: str) -> ItemDraft | None:
    """Return the draft in which an item is being changed, or None."""
    return session.scalar(
        select(ItemDraft).where(ItemDraft.body_id == body_id, ItemDraft.item_id == item_id, ItemDraft.state.in_(OPEN))
    )


def get_draft(session: Session, body_id: str, draft_id: str) -> ItemDraft:
    """Return a draft. Raises NotFound."""
    found = session.get(ItemDraft, (body_id, draft_id))
    if found is None:
        raise NotFound(N_("There is no such draft."))
    return found


def save_draft(
    session: Session,
    actor: Actor,
    draft_id: str,
    content: Draft,
    *,
    revision: int,
    editor: str,
    now: datetime,
    knowingly: bool = False,
) -> ItemDraft | Overtaken:
    """Store what was typed and return the draft; or what stands there, when another page was faster.

    `revision` is the one that the page began with, `editor` names the page. With `knowingly` the author has seen
    the other version: it is written over, and kept as a copy. Raises Conflict when the draft is out of hand, and
    Invalid for a text that is longer than a draft may have.
    """
    draft = get_draft(session, actor.body_id, draft_id)
    if draft.state not in EDITABLE:
        raise Conflict(N_("The draft is in review or ended, so it cannot be changed. Your text was not stored."))
    check_size(content)
    written = draft_to_json(content)
    if written == draft.content:
        return draft
    own_page = draft.changed_by == actor.person_id and draft.editor == editor[:LONGEST_EDITOR] != ""
    if revision != draft.revision and not own_page:
        return Overtaken(
            theirs=draft_from_json(draft.content),
            revision=draft.revision,
            changed_by=draft.changed_by,
            changed_at=draft.changed_at,
        )
    if draft.changed_by != actor.person_id or knowingly:
        keep_copy(session, draft)
    _write(draft, content, written)
    draft.revision += 1
    draft.editor = editor[:LONGEST_EDITOR]
    draft.changed_by = actor.person_id
    draft.changed_at = now
    session.flush()
    return draft


def keep_copy(session: Session, draft: ItemDraft) -> None:
    """Keep what the draft says now, once a revision."""
    if session.get(ItemDraftCopy, (draft.body_id, draft.id, draft.revision)) is None:
        session.add(
            ItemDraftCopy(
                body_id=draft.body_id,
                draft_id=draft.id,
                revision=draft.revision,
                content=draft.content,
                changed_by=draft.changed_by,
                changed_at=draft.changed_at,
            )
        )
        session.flush()


def authors_of(session: Session, draft: ItemDraft) -> frozenset[str]:
    """Return every person who wrote a part of a draft: a copy is kept whenever the person changes."""
    copied = session.scalars(
        select(ItemDraftCopy.changed_by).where(
            ItemDraftCopy.body_id == draft.body_id, ItemDraftCopy.draft_id == draft.id
        )
    )
    return frozenset((draft.created_by, draft.changed_by, *copied))


def newer_version(session: Session, draft: ItemDraft) -> int | None:
    """Return the number of a version that its item got since the draft began, or None."""
    if draft.item_id is None or draft.state not in OPEN:
        return None
    number = session.scalar(select(Item.number).where(Item.body_id == draft.body_id, Item.id == draft.item_id))
    return None if number == draft.base else number


def catch_up(session: Session, actor: Actor, draft_id: str, *, now: datetime) -> ItemDraft:
    """Put a draft on top of the newest version of its item, after its author has seen what changed there.

    The draft's own text stays. Raises Conflict when it stands there already.
    """
    draft = get_draft(session, actor.body_id, draft_id)
    number = newer_version(session, draft)
    if number is None or draft.state not in EDITABLE:
        raise Conflict(N_("The draft stands on the newest version already."))
    draft.base = number
    session.flush()
    return draft


def _begin(
    session: Session,
    actor: Actor,
    content: Draft,
    *,
    use: ItemUse,
    item_id: str | None,
    base: int | None,
    now: datetime,
) -> ItemDraft:
    draft = ItemDraft(
        body_id=actor.body_id,
        id=new_id(),
        item_id=item_id,
        base=base,
        use=use,
        state=DraftState.WRITING,
        revision=1,
        editor="",
        created_by=actor.person_id,
        created_at=now,
        changed_by=actor.person_id,
        changed_at=now,
    )
    _write(draft, content, draft_to_json(content))
    session.add(draft)
    session.flush()
    return draft


def _write(draft: ItemDraft, content: Draft, written: Mapping[str, Any]) -> None:
    draft.kind = content.kind
    draft.identifier = content.identifier.strip()
    draft.title = text_in({code: text.strip() for code, text in content.words.get("title", {}).items()}, "id")
    draft.content = dict(written)


def _opened(session: Session, body_id: str, item: Item) -> tuple[Draft, int]:
    version = session.execute(
        select(ItemVersion.id, ItemVersion.structure).where(
            ItemVersion.body_id == body_id, ItemVersion.item_id == item.id, ItemVersion.number == item.number
        )
    ).one()
    structure = from_json(version.structure)
    contents = session.scalars(
        select(ItemText.content).where(ItemText.body_id == body_id, ItemText.item_version_id == version.id)
    )
    criteria = session.scalars(
        select(ItemCriterion.criterion_id)
        .where(ItemCriterion.body_id == body_id, ItemCriterion.item_version_id == version.id)
        .order_by(ItemCriterion.criterion_id)
    ).all()
    texts = [text_from_json(structure, content) for content in contents]
    return open_item(structure, texts, criteria), item.number
