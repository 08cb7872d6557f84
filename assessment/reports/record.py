"""Reading the audit record: the last entries of a body, and whether each is sealed and fits the chain."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from assessment.audit.sealing import START, link
from assessment.audit.tables import AuditEntry, AuditSeal

PAGE = 50
MOST_COUNTED = 1_000


class Sealing(StrEnum):
    """How an entry stands in the chain."""

    FITS = "fits"
    WAITS = "waits"
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One entry and its place in the chain."""

    entry: AuditEntry
    sealing: Sealing


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainState:
    """How far the chain goes: seals, when the last was made, and entries that wait (counted up to 1,000)."""

    seals: int
    sealed_at: datetime | None
    waiting: int


def last_entries(
    session: Session, body_id: str, *, table: str = "", key: str = "", before: int | None = None
) -> tuple[list[Line], int | None]:
    """Return up to 50 entries of a body, the newest first, and the id from which older ones go on.

    `table` names a kind of record, `key` the beginning of its key (without the body). Each sealed entry is held
    against the seal before it, so that a changed one is seen here as `fsck` sees it.
    """
    previous = aliased(AuditSeal)
    query = (
        select(AuditEntry, AuditSeal.sequence, AuditSeal.chain, previous.chain.label("before"))
        .join(AuditSeal, AuditSeal.entry_id == AuditEntry.id, isouter=True)
        .join(previous, previous.sequence == AuditSeal.sequence - 1, isouter=True)
        .where(AuditEntry.body_id == body_id)
        .order_by(AuditEntry.id.desc())
        .limit(PAGE + 1)
    )
    if table:
        query = query.where(AuditEntry.record_table == table)
    if key:
        query = query.where(
            AuditEntry.record_key.startswith(f"{body_id}/{key}", autoescape=True) | (AuditEntry.record_key == key)
        )
    if before is not None:
        query = query.where(AuditEntry.id < before)
    rows = session.execute(query).all()
    lines = [
        Line(entry=row.AuditEntry, sealing=_sealing(row.AuditEntry, row.sequence, row.chain, row.before))
        for row in rows[:PAGE]
    ]
    return lines, lines[-1].entry.id if len(rows) > PAGE else None


def chain_state(session: Session) -> ChainState:
    """Return how far the chain of the whole installation goes; two statements."""
    last = session.execute(
        select(AuditSeal.sequence, AuditSeal.sealed_at, AuditEntry.transaction, AuditEntry.id)
        .join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .order_by(AuditSeal.sequence.desc())
        .limit(1)
    ).first()
    later = select(AuditEntry.id).limit(MOST_COUNTED)
    if last is not None:
        later = later.where(
            (AuditEntry.transaction > last.transaction)
            | and_(AuditEntry.transaction == last.transaction, AuditEntry.id > last.id)
        )
    waiting = session.scalar(select(func.count()).select_from(later.subquery())) or 0
    return ChainState(seals=last.sequence if last else 0, sealed_at=last.sealed_at if last else None, waiting=waiting)


def _sealing(entry: AuditEntry, sequence: int | None, chain: bytes | None, before: bytes | None) -> Sealing:
    if sequence is None or chain is None:
        return Sealing.WAITS
    previous = START if sequence == 1 else before
    return Sealing.FITS if previous is not None and link(previous, entry) == chain else Sealing.BROKEN
