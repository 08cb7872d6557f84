"""The sealer: chains committed audit entries, in an order that no slow transaction can slip past.

chain(n) = SHA-256(chain(n-1) || canonical entry). On PostgreSQL an entry is sealed only when every transaction
that began before its own has ended, because `id > last` alone would skip slow ones for ever. On SQLite writers
come one by one and the id is the order.
"""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from assessment.audit.recording import canonical
from assessment.audit.tables import AuditEntry, AuditSeal

START = bytes(32)
BATCH = 500


def seal(session: Session, *, now: datetime) -> int:
    """Seal up to 500 committed entries and return how many."""
    last = session.execute(
        select(AuditSeal.sequence, AuditSeal.chain).order_by(AuditSeal.sequence.desc()).limit(1).with_for_update()
    ).first()
    sequence, chain = (last.sequence, last.chain) if last else (0, START)
    query = (
        select(AuditEntry)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.entry_id.is_(None))
        .order_by(AuditEntry.transaction, AuditEntry.id)
        .limit(BATCH)
    )
    if session.get_bind().dialect.name == "postgresql":
        horizon: Any = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        query = query.where(AuditEntry.transaction < horizon)
    entries = session.scalars(query).all()
    for entry in entries:
        sequence += 1
        chain = link(chain, entry)
        session.add(AuditSeal(sequence=sequence, entry_id=entry.id, chain=chain, sealed_at=now))
    session.flush()
    return len(entries)


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


def broken_seals(session: Session) -> Iterator[tuple[int, str, str]]:
    """Walk the chain in constant memory and yield (sequence, expected, found) for every seal that does not fit."""
    chain = START
    expected = 0
    rows = session.execute(
        select(AuditSeal, AuditEntry)
        .join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
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
