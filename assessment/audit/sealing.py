"""The sealer: chains committed audit entries, in an order that no slow transaction can slip past.

chain(n) = SHA-256(chain(n-1) || canonical entry). On PostgreSQL an entry is sealed only when every transaction
that began before its own has ended, because `id > last` alone would skip slow ones for ever. On SQLite writers
come one by one and the id is the order.
"""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, literal_column, select, tuple_
from sqlalchemy.orm import Session

from assessment.audit.recording import canonical
from assessment.audit.tables import AuditEntry, AuditSeal

START = bytes(32)
# The write lock is held while a batch is chained.
BATCH = 200


def seal(session: Session, *, now: datetime) -> int:
    """Seal up to 200 committed entries and return how many."""
    last = session.execute(
        select(AuditSeal.sequence, AuditSeal.chain, AuditEntry.transaction, AuditEntry.id)
        .join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .order_by(AuditSeal.sequence.desc())
        .limit(1)
        .with_for_update()
    ).first()
    sequence, chain = (last.sequence, last.chain) if last else (0, START)
    query = select(AuditEntry).order_by(AuditEntry.transaction, AuditEntry.id).limit(BATCH)
    if last is not None:
        # Nothing unsealed can stand before the last sealed entry: the horizon below saw to that.
        query = query.where(tuple_(AuditEntry.transaction, AuditEntry.id) > (last.transaction, last.id))
    if session.get_bind().dialect.name == "postgresql":
        horizon: Any = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        query = query.where(AuditEntry.transaction < horizon)
    seals = []
    for entry in session.scalars(query):
        sequence += 1
        chain = link(chain, entry)
        seals.append({"sequence": sequence, "entry_id": entry.id, "v": 1, "chain": chain, "sealed_at": now})
    if seals:
        session.execute(insert(AuditSeal), seals)
    return len(seals)


def is_sealed(session: Session) -> bool:
    """Say whether every entry has its seal; an older transaction that still runs can hold some back."""
    waiting = (
        select(AuditEntry.id)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.entry_id.is_(None))
        .limit(1)
    )
    return session.scalar(waiting) is None


def link(previous: bytes, entry: AuditEntry) -> bytes:
    """Return the chain value of an entry that follows `previous`."""
    content = canonical(
        [
            entry.v,
            entry.id,
            entry.body_id,
            entry.at,
            entry.account_id,
            entry.person_id,
            entry.act,
            entry.reason,
            entry.record_table,
            entry.record_key,
            entry.change,
            entry.digest,
        ]
    )
    return sha256(previous + content).digest()


def broken_seals(session: Session, *, since: datetime | None = None) -> Iterator[tuple[int, str, str]]:
    """Walk the chain in constant memory and yield (sequence, expected, found) for every seal that does not fit.

    With `since` the walk begins at the last seal before that moment, which is believed.
    """
    expected, chain = 0, START
    if since is not None:
        believed = session.execute(
            select(AuditSeal.sequence, AuditSeal.chain)
            .where(AuditSeal.sealed_at < since)
            .order_by(AuditSeal.sequence.desc())
            .limit(1)
        ).first()
        if believed is not None:
            expected, chain = believed.sequence, believed.chain
    rows = session.execute(
        select(AuditSeal, AuditEntry)
        .join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .where(AuditSeal.sequence > expected)
        .order_by(AuditSeal.sequence)
        .execution_options(yield_per=BATCH)
    )
    for seal_row, entry in rows:
        expected += 1
        if seal_row.sequence != expected:
            yield seal_row.sequence, f"sequence {expected}", f"sequence {seal_row.sequence}"
            expected = seal_row.sequence
        chain = link(chain, entry)
        if seal_row.chain != chain:
            yield seal_row.sequence, chain.hex(), seal_row.chain.hex()
            chain = seal_row.chain
