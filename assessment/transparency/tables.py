"""The log's tables: its identity, the leaves as facts write them, and the tree as the one integrator builds it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice
from assessment.domain.log.entry import Kind


class TransparencyLog(Base):
    """The one log of an installation: its name (`origin`), the year of its key at the signer, the public half.

    Whoever gives leaves their places holds this row's lock.
    """

    __tablename__ = "transparency_log"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    origin: Mapped[str]
    year: Mapped[int]
    public_key: Mapped[bytes]
    opened_at: Mapped[datetime]


class LogLeaf(Scoped, Base):
    """A fact that goes into the log, written in the fact's own transaction; `subject` is the record it is about.

    `statement` is the fact's canonical text; empty for an issue, whose fact is the signed credential. `sealed_nonce`:
    an issue's nonce under its holder's key; the others' follow from the installation's secret.
    """

    __tablename__ = "log_leaf"
    __table_args__ = (
        UniqueConstraint("body_id", "kind", "subject"),
        CheckConstraint("kind <> 'issue' OR sealed_nonce IS NOT NULL", name="a_nonce_if_issued"),
    )

    v: Mapped[int] = mapped_column(default=1)
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    subject: Mapped[str]
    statement: Mapped[str]
    sealed_nonce: Mapped[bytes | None]
    commitment: Mapped[bytes]
    written_at: Mapped[datetime]


class LogWaiting(OfBody, Base):
    """A leaf that has no place yet; the row goes when it gets one."""

    __tablename__ = "log_waiting"
    __table_args__ = (belongs_to("log_leaf"),)

    log_leaf_id: Mapped[str] = mapped_column(primary_key=True)


class LogEntry(Base):
    """A place in the log, given once: the bytes that are public, and the leaf they came from.

    Without a leaf: the entry was published before a restore and its fact is lost.
    """

    __tablename__ = "log_entry"
    __table_args__ = (
        ForeignKeyConstraint(["body_id", "log_leaf_id"], ["log_leaf.body_id", "log_leaf.id"]),
        UniqueConstraint("body_id", "log_leaf_id"),
    )

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    body_id: Mapped[str | None]
    log_leaf_id: Mapped[str | None]
    content: Mapped[bytes]
    logged_at: Mapped[datetime]


class LogHash(Base):
    """The hash of a complete subtree: of the leaves from `position * 2**level` on."""

    __tablename__ = "log_hash"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class LogCheckpoint(Base):
    """A signed head of the log, as it was published."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes]
    note: Mapped[str]
    signed_at: Mapped[datetime]


class LogCosignature(Base):
    """What a witness said of a head: the line of its cosignature."""

    __tablename__ = "log_cosignature"

    size: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("log_checkpoint.size"), primary_key=True, autoincrement=False
    )
    witness: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[str]
    cosigned_at: Mapped[datetime]
