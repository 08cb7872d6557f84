"""Audit entries, written in the change's own transaction, and the seals that chain them afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.functions import FunctionElement

from assessment.database import Base

BigNumber = BigInteger().with_variant(Integer(), "sqlite")


class current_transaction(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it is
    """The number of the running transaction on PostgreSQL; 0 on SQLite, whose writers come one by one."""

    type = BigInteger()
    inherit_cache = True


@compiles(current_transaction, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return "pg_current_xact_id()::text::bigint"


@compiles(current_transaction, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return "0"


class AuditEntry(Base):
    """One row was written: by whom, when, in which act, and the keyed digest of what it then held."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "record_table", "record_key", "id"),)

    id: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=True)
    v: Mapped[int] = mapped_column(default=1)
    transaction: Mapped[int] = mapped_column(BigNumber, index=True)
    body_id: Mapped[str | None] = mapped_column(index=True)
    at: Mapped[datetime]
    account_id: Mapped[str | None]
    person_id: Mapped[str | None]
    act: Mapped[str]
    reason: Mapped[str | None]
    record_table: Mapped[str]
    record_key: Mapped[str]
    change: Mapped[str]
    digest: Mapped[bytes]


class AuditSeal(Base):
    """The place of one committed entry in the chain: hash = H(previous hash, entry)."""

    __tablename__ = "audit_seal"

    sequence: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(BigNumber, ForeignKey("audit_entry.id"), unique=True)
    v: Mapped[int] = mapped_column(default=1)
    chain: Mapped[bytes]
    sealed_at: Mapped[datetime]
