"""Files that candidates handed in: which attempt a file belongs to, and where its sealed content lies."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, belongs_to


class AttemptUpload(OfBody, Base):
    """A file handed in during an attempt. `digest` is that of its bytes, as the response names it.

    The bytes may show a person, so they are sealed under the candidate's key; `sealed` is the digest under which
    the store has them. The name that the file had on the device is not kept.
    """

    __tablename__ = "attempt_upload"
    __table_args__ = (belongs_to("attempt"), CheckConstraint("size > 0", name="not_empty"))

    attempt_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    received_at: Mapped[datetime]
