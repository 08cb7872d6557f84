"""Items that must not meet on one form, because one gives the other away or asks the same ("enemies")."""

from datetime import datetime

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.item_bank.service import get_item
from assessment.item_bank.tables import Item, ItemApart
from assessment.web.actor import Actor


def hold_apart(session: Session, actor: Actor, item_id: str, other: str, *, now: datetime) -> ItemApart:
    """Say that an item and the one with the identifier `other` must not meet.

    Raises NotFound for an unknown item, Invalid for the item itself, Conflict when it is said already.
    """
    item = get_item(session, actor.body_id, item_id)
    found = session.scalar(select(Item).where(Item.body_id == actor.body_id, Item.identifier == other.strip()))
    if found is None:
        raise NotFound(N_('There is no item "%(got)s" in the bank.'), got=other.strip()[:80])
    if found.id == item.id:
        raise Invalid(N_("An item never meets itself; name another one."))
    first, second = sorted((item.id, found.id))
    pair = session.get(ItemApart, (actor.body_id, first, second))
    if pair is None:
        pair = ItemApart(body_id=actor.body_id, first_id=first, second_id=second)
        session.add(pair)
    elif pair.ended_at is None:
        raise Conflict(N_("These two items are kept apart already."))
    pair.said_at, pair.said_by, pair.ended_at = now, actor.person_id, None
    session.flush()
    return pair


def let_meet(session: Session, actor: Actor, item_id: str, other_id: str, *, now: datetime) -> ItemApart:
    """Let two items meet again. Raises NotFound when they are not kept apart."""
    first, second = sorted((item_id, other_id))
    pair = session.get(ItemApart, (actor.body_id, first, second))
    if pair is None or pair.ended_at is not None:
        raise NotFound(N_("These two items are not kept apart."))
    pair.ended_at = now
    session.flush()
    return pair


def apart_from(session: Session, body_id: str, item_id: str) -> list[Item]:
    """Return the items that must not meet this one, by identifier; one statement."""
    other = case((ItemApart.first_id == item_id, ItemApart.second_id), else_=ItemApart.first_id)
    return list(
        session.scalars(
            select(Item)
            .join(ItemApart, (ItemApart.body_id == Item.body_id) & (other == Item.id))
            .where(
                Item.body_id == body_id,
                ItemApart.ended_at.is_(None),
                or_(ItemApart.first_id == item_id, ItemApart.second_id == item_id),
            )
            .order_by(Item.identifier)
        )
    )


def apart_pairs(session: Session, body_id: str) -> list[tuple[str, str]]:
    """Return every pair of items of a body that must not meet."""
    rows = session.execute(
        select(ItemApart.first_id, ItemApart.second_id).where(
            ItemApart.body_id == body_id, ItemApart.ended_at.is_(None)
        )
    )
    return [(row.first_id, row.second_id) for row in rows]
