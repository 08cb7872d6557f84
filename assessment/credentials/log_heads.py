"""The log's heads: giving waiting leaves their places, signing the head, keeping it outside of the database too.

The order is: entries are committed, then their head is signed, then it is kept in the installation's folder and in
its table. So no head is ever signed over entries that a crash could take back, and a database that was restored from
an older copy is found out by the head in the folder (`standing_behind`).

The log's key is the signer's, under a code that no body can have.
"""

import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from flask import current_app
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.credentials.keys import fix_origin
from assessment.credentials.signer_client import signer
from assessment.database import Act, reading, unit_of_work
from assessment.domain.errors import N_, Conflict, Invalid
from assessment.domain.log.checkpoint import Head, read_checkpoint, sign_head, trusted_head
from assessment.domain.log.merkle import tree_root
from assessment.domain.log.note import LOG, VerifierKey
from assessment.settings import Settings
from assessment.transparency.sequencing import find_log, is_waiting, sequence, tree_size, with_nodes
from assessment.transparency.tables import LogCheckpoint, LogCosignature, TransparencyLog
from assessment.users import keep_owner

LOG_CODE = "-log"
FOLDER = "log"

_keys: WeakKeyDictionary[Engine | Connection, VerifierKey] = WeakKeyDictionary()


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenLog:
    """The log as it signs: the key's name is the log's, `year` the signer's name for its private half."""

    key: VerifierKey
    year: int


def integrate(now: datetime) -> None:
    """Put every waiting leaf into the tree and sign its head; opens transactions of its own.

    Nothing happens where nothing waits and the last head stands. Raises Conflict when the signer does not answer, or
    when the database stands behind the head that was published last.
    """
    with reading() as session:
        if not is_waiting(session) and _newest(session) == tree_size(session):
            return
        refuse_behind(session)
    log = ready_log(now)
    while True:
        with unit_of_work(_act("log.sequence", now)) as session:
            if not sequence(session, now=now):
                break
    with reading() as session:
        head = head_at(session, log.key.name, tree_size(session))
        if head.size == 0 or session.get(LogCheckpoint, head.size) is not None:
            return
    note = str(sign_head(head, log.key, signer().signing_as(LOG_CODE, str(log.year))))
    trusted_head(note, log.key)  # the signer may hold another key than the log's
    with unit_of_work(_act("log.sign", now)) as session:
        find_log(session, lock=True)
        if session.get(LogCheckpoint, head.size) is None:
            session.add(LogCheckpoint(size=head.size, root=head.root, note=note, signed_at=now))
            session.flush()
            remember(note, log.key)


def ready_log(now: datetime) -> OpenLog:
    """Return the log; opened, with its origin fixed for good, at its first use. Raises Conflict without the signer."""
    with reading() as session:
        found = find_log(session)
        if found is not None:
            return opened(found)
    public = signer().open_key(LOG_CODE, now.year)
    try:
        with unit_of_work(_act("log.open", now)) as session:
            origin = f"{urlsplit(fix_origin(session, now=now)).netloc}/{FOLDER}"
            row = TransparencyLog(id=1, origin=origin, year=now.year, public_key=public, opened_at=now)
            session.add(row)
            session.flush()
            return opened(row)
    except IntegrityError:  # another process opened it at the same moment
        with reading() as session:
            return opened(session.get_one(TransparencyLog, 1))


def opened(row: TransparencyLog) -> OpenLog:
    """Return the log that a row describes."""
    return OpenLog(key=VerifierKey(name=row.origin, kind=LOG, public=row.public_key), year=row.year)


def log_key(session: Session) -> VerifierKey | None:
    """Return the key under which the log's heads verify; None before the log is opened.

    One statement, and none once this process has seen it: a log is opened once, and its row is never changed.
    """
    bind = session.get_bind()
    if bind not in _keys:
        row = find_log(session)
        if row is None:
            return None
        _keys[bind] = opened(row).key
    return _keys[bind]


def head_at(session: Session, origin: str, size: int) -> Head:
    """Return the head of the first `size` entries; one statement."""
    return Head(origin=origin, size=size, root=with_nodes(session, lambda node: tree_root(size, node)))


def newest_checkpoint(session: Session) -> LogCheckpoint | None:
    """Return the newest signed head, or None; one statement."""
    return session.scalar(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1))


def published_text(session: Session, checkpoint: LogCheckpoint) -> str:
    """Return a checkpoint with the cosignatures of its witnesses; one statement."""
    lines = session.scalars(
        select(LogCosignature.line).where(LogCosignature.size == checkpoint.size).order_by(LogCosignature.witness)
    )
    return checkpoint.note + "".join(lines)


def standing_behind(session: Session) -> Head | None:
    """Return the remembered head that this database does not reach or contradicts; None where all is well.

    Up to three statements.
    """
    key = log_key(session)
    content = remembered()
    if content is None:
        return None
    try:
        # A database that does not know the key yet stands behind whatever was signed.
        head = read_checkpoint(content)[0] if key is None else trusted_head(content, key)[0]
    except Invalid:
        return None  # a file that is not this log's says nothing about it
    if key is None:
        return head
    if head.size > tree_size(session) or head_at(session, key.name, head.size) != head:
        return head
    return None


def refuse_behind(session: Session) -> None:
    """Raise Conflict when the database stands behind the head that was published last."""
    head = standing_behind(session)
    if head is not None:
        raise Conflict(
            N_("The database is older than the published log (%(size)s entries): nothing is written until it is not."),
            size=head.size,
        )


def remember(note: str, key: VerifierKey) -> None:
    """Keep a signed head in the installation's folder, durably, unless a larger one is there."""
    file = _file()
    content = remembered()
    if content is not None:
        try:
            if trusted_head(content, key)[0].size > trusted_head(note, key)[0].size:
                return
        except Invalid:
            pass
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".unfinished-")
    with os.fdopen(handle, "wb") as written:
        written.write(note.encode())
        written.flush()
        os.fsync(written.fileno())
    keep_owner(Path(temporary), file.parent)
    os.replace(temporary, file)


def remembered() -> bytes | None:
    """Return the head that the installation's folder holds."""
    try:
        return _file().read_bytes()
    except FileNotFoundError:
        return None


def _newest(session: Session) -> int:
    found = newest_checkpoint(session)
    return 0 if found is None else found.size


def _file() -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.log_head


def _act(name: str, now: datetime) -> Act:
    return Act(body_id=None, account_id=None, person_id=None, at=now, name=name)
