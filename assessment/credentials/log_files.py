"""The log's public files: its newest checkpoint, its tiles and its bundles of entries (https://c2sp.org/tlog-tiles)."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.credentials.log_heads import (
    FOLDER,
    head_at,
    integrate,
    log_key,
    newest_checkpoint,
    published_text,
)
from assessment.database import reading
from assessment.domain.errors import N_, Conflict, Invalid
from assessment.domain.log.checkpoint import trusted_head
from assessment.domain.log.note import VerifierKey
from assessment.domain.log.tiles import HEIGHT, Tile, tiles_of, width_in, write_bundle
from assessment.transparency.tables import LogEntry, LogHash

CHECKPOINT = f"{FOLDER}/checkpoint"


def checkpoint_file(session: Session) -> bytes | None:
    """Return the newest checkpoint with its cosignatures; None before there is one. Two statements."""
    newest = newest_checkpoint(session)
    return None if newest is None else published_text(session, newest).encode()


def tile_file(session: Session, tile: Tile, size: int) -> bytes | None:
    """Return the bytes of a tile or bundle of a tree of `size` leaves; None when the tree has not so much of it."""
    if tile.width > width_in(size, tile.level, tile.number):
        return None
    end = tile.start + tile.width
    if tile.level is None:
        entries = select(LogEntry.content).where(LogEntry.position >= tile.start, LogEntry.position < end)
        return write_bundle(session.scalars(entries.order_by(LogEntry.position)).all())
    hashes = select(LogHash.hash).where(
        LogHash.level == tile.level * HEIGHT, LogHash.position >= tile.start, LogHash.position < end
    )
    return b"".join(session.scalars(hashes.order_by(LogHash.position)))


def newest_size(session: Session) -> int:
    """Return how many entries the newest checkpoint covers; one statement."""
    newest = newest_checkpoint(session)
    return 0 if newest is None else newest.size


def publish_log(folder: Path, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Integrate, then yield (path, bytes) of each file that the folder lacks; the checkpoint comes last.

    Who stops in between leaves a checkpoint whose tiles are all there. Raises Conflict when the folder holds a
    checkpoint that this log does not only add to: a fork, or a later state than this database's.
    """
    integrate(now)
    with reading() as session:
        key, size = log_key(session), newest_size(session)
        if key is None or size == 0:
            return
        before = _published_size(session, folder / CHECKPOINT, key, size)
        for tile in tiles_of(size, since=before):
            content = tile_file(session, tile, size)
            if content is not None:
                yield f"{FOLDER}/{tile.path}", content
        checkpoint = checkpoint_file(session)
        if checkpoint is not None:
            yield CHECKPOINT, checkpoint


def _published_size(session: Session, file: Path, key: VerifierKey, size: int) -> int:
    try:
        head, _ = trusted_head(file.read_bytes(), key)
    except FileNotFoundError:
        return 0
    except Invalid as refusal:
        raise Conflict(N_("The folder holds the checkpoint of another log.")) from refusal
    if head.size > size or head_at(session, key.name, head.size) != head:
        raise Conflict(
            N_("The folder holds a head of %(size)s entries that this log does not add to: a fork or a rollback."),
            size=head.size,
        )
    return head.size
