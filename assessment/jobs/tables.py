"""The job table: what is to be done, when, and how far it got."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base


class Job(Base):
    """One piece of work; done when `finished_at` is set, given up when `failure` is set as well."""

    __tablename__ = "job"
    __table_args__ = (Index(None, "finished_at", "due_at"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    body_id: Mapped[str] = mapped_column(ForeignKey("certification_body.id"))
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    failure: Mapped[str | None]
