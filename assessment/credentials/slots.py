"""Places in the status lists: drawn at random, never used twice, so that an index tells nothing of its holder."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.credentials.tables import CredentialIntent, StatusList, StatusPurpose, StatusSlot
from assessment.domain.credentials.achievement import StatusEntry
from assessment.domain.credentials.status_list import LIST_BITS
from assessment.domain.credentials.status_list import StatusPurpose as Purpose

# A list in which all of these are taken is more than half full; then the next one begins.
DRAWS = 16


def list_name(body_id: str, purpose: StatusPurpose, number: int) -> str:
    """Return the public name of a list, the last part of its address."""
    return f"{body_id}-{purpose}-{number}"


def list_number(status_list_id: str) -> int:
    """Return the number of a list from its public name."""
    return int(status_list_id.rpartition("-")[2])


def take_slots(session: Session, intent: CredentialIntent, *, now: datetime) -> list[StatusEntry]:
    """Give a certificate its place in the revocation and in the suspension list."""
    lists: dict[StatusPurpose, list[StatusList]] = {purpose: [] for purpose in StatusPurpose}
    for each in session.scalars(select(StatusList).where(StatusList.body_id == intent.body_id)):
        lists[each.purpose].append(each)
    slots = [_take(session, intent, purpose, lists[purpose], now) for purpose in StatusPurpose]
    session.flush()
    return entries(slots)


def entries(slots: Iterable[StatusSlot]) -> list[StatusEntry]:
    """Return slots as the domain counts them: over all lists of a purpose."""
    return [
        StatusEntry(
            purpose=Purpose(slot.status_list_id.split("-")[-2]),
            index=list_number(slot.status_list_id) * LIST_BITS + slot.position,
        )
        for slot in slots
    ]


def _take(
    session: Session, intent: CredentialIntent, purpose: StatusPurpose, lists: list[StatusList], now: datetime
) -> StatusSlot:
    newest = max(lists, key=lambda each: list_number(each.id), default=None)
    position = None if newest is None else _free_position(session, newest)
    if newest is None or position is None:
        number = 0 if newest is None else list_number(newest.id) + 1
        newest = StatusList(
            body_id=intent.body_id,
            id=list_name(intent.body_id, purpose, number),
            purpose=purpose,
            length=LIST_BITS,
            created_at=now,
        )
        session.add(newest)
        session.flush()
        position = secrets.randbelow(LIST_BITS)
    slot = StatusSlot(
        body_id=intent.body_id, status_list_id=newest.id, position=position, credential_intent_id=intent.id
    )
    session.add(slot)
    return slot


def _free_position(session: Session, status_list: StatusList) -> int | None:
    drawn = [secrets.randbelow(status_list.length) for _ in range(DRAWS)]
    taken = set(
        session.scalars(
            select(StatusSlot.position).where(
                StatusSlot.body_id == status_list.body_id,
                StatusSlot.status_list_id == status_list.id,
                StatusSlot.position.in_(drawn),
            )
        )
    )
    return next((position for position in drawn if position not in taken), None)
