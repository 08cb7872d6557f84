"""Selects for the pages of drafts: the list, the history of one, and what waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from assessment.domain.items.draft_states import EDITABLE, OPEN, DraftState
from assessment.item_bank.tables import ItemDraft, ItemDraftCopy, ItemDraftEntry, Talk
from assessment.web.gate import RecordStanding

PAGE = 30
SHOWN = ("open", "review", "own", "ended")
"""What a list of drafts can be narrowed to; the first is where it begins."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftLine:
    """A draft in a list."""

    id: str
    item_id: str | None
    identifier: str
    title: str
    kind: str
    state: DraftState
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One entry in the history of a draft."""

    what: Talk
    person_id: str
    at: datetime
    revision: int
    remark: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CopyLine:
    """A kept copy of a draft."""

    revision: int
    changed_by: str
    changed_at: datetime


def standing_of_draft(session: Session, body_id: str, draft_id: str) -> RecordStanding | None:
    """Return how the gate sees a draft of this body, or None."""
    found = session.scalar(select(ItemDraft.id).where(ItemDraft.body_id == body_id, ItemDraft.id == draft_id))
    return None if found is None else RecordStanding()


def list_drafts(session: Session, body_id: str, person_id: str, *, show: str, page: int) -> tuple[list[DraftLine], int]:
    """Return one page of drafts, the one that was changed last first, and how many there are in all."""
    conditions = [ItemDraft.body_id == body_id, *_shown(body_id, person_id, show)]
    count = session.scalar(select(func.count()).select_from(ItemDraft).where(*conditions)) or 0
    rows = session.execute(
        select(
            ItemDraft.id,
            ItemDraft.item_id,
            ItemDraft.identifier,
            ItemDraft.title,
            ItemDraft.kind,
            ItemDraft.state,
            ItemDraft.changed_at,
            ItemDraft.changed_by,
        )
        .where(*conditions)
        .order_by(ItemDraft.changed_at.desc(), ItemDraft.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [DraftLine(**row._mapping) for row in rows], count


def history_of(session: Session, body_id: str, draft_id: str) -> list[Said]:
    """Return what happened to a draft and what was said, the oldest first."""
    rows = session.execute(
        select(
            ItemDraftEntry.what,
            ItemDraftEntry.person_id,
            ItemDraftEntry.at,
            ItemDraftEntry.revision,
            ItemDraftEntry.remark,
        )
        .where(ItemDraftEntry.body_id == body_id, ItemDraftEntry.draft_id == draft_id)
        .order_by(ItemDraftEntry.at, ItemDraftEntry.id)
    )
    return [Said(**row._mapping) for row in rows]


def copies_of(session: Session, body_id: str, draft_id: str) -> list[CopyLine]:
    """Return the kept copies of a draft, the newest first."""
    rows = session.execute(
        select(ItemDraftCopy.revision, ItemDraftCopy.changed_by, ItemDraftCopy.changed_at)
        .where(ItemDraftCopy.body_id == body_id, ItemDraftCopy.draft_id == draft_id)
        .order_by(ItemDraftCopy.revision.desc())
    )
    return [CopyLine(**row._mapping) for row in rows]


def waiting_drafts(session: Session, body_id: str, person_id: str) -> tuple[Sequence[DraftLine], int, int]:
    """Return the oldest drafts that a person may review, how many these are, and how many came back to them."""
    for_review = [ItemDraft.body_id == body_id, *_shown(body_id, person_id, "review")]
    oldest = session.execute(
        select(
            ItemDraft.id,
            ItemDraft.item_id,
            ItemDraft.identifier,
            ItemDraft.title,
            ItemDraft.kind,
            ItemDraft.state,
            ItemDraft.changed_at,
            ItemDraft.changed_by,
            func.count().over().label("total"),
        )
        .where(*for_review)
        .order_by(ItemDraft.changed_at)
        .limit(3)
    ).all()
    back = session.scalar(
        select(func.count())
        .select_from(ItemDraft)
        .where(
            ItemDraft.body_id == body_id,
            ItemDraft.state == DraftState.SENT_BACK,
            _wrote(body_id, person_id),
        )
    )
    lines = [DraftLine(**{name: value for name, value in row._mapping.items() if name != "total"}) for row in oldest]
    return lines, oldest[0].total if oldest else 0, back or 0


def _shown(body_id: str, person_id: str, show: str) -> list[ColumnElement[bool]]:
    match show:
        case "review":
            return [ItemDraft.state == DraftState.IN_REVIEW, ~_wrote(body_id, person_id)]
        case "own":
            return [ItemDraft.state.in_(OPEN), _wrote(body_id, person_id)]
        case "ended":
            return [ItemDraft.state.in_([DraftState.APPROVED, DraftState.DROPPED])]
        case _:
            return [ItemDraft.state.in_([*EDITABLE, DraftState.IN_REVIEW])]


def _wrote(body_id: str, person_id: str) -> ColumnElement[bool]:
    copied = exists().where(
        and_(
            ItemDraftCopy.body_id == body_id,
            ItemDraftCopy.draft_id == ItemDraft.id,
            ItemDraftCopy.changed_by == person_id,
        )
    )
    return or_(ItemDraft.created_by == person_id, ItemDraft.changed_by == person_id, copied)
