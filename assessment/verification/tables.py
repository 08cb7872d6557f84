"""What a holder lets their certificate's public page show for comparing with the person."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, Scoped, belongs_to


class PageChoice(Scoped, Base):
    """A choice of the holder; the last one of a certificate counts, without one the page shows neither."""

    __tablename__ = "page_choice"
    __table_args__ = (belongs_to("credential_intent"), belongs_to("person"))

    credential_intent_id: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[str]
    birth_date: Mapped[bool]
    chosen_at: Mapped[datetime]
