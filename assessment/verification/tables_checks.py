"""How often a certificate was checked: counts alone, by day and at most by country; no name and no address."""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, belongs_to


class CheckCount(OfBody, Base):
    """How often the page of a certificate was opened on a day, in the issuer's zone.

    `country` is an ISO 3166-1 code of two letters, empty where it is not known.
    """

    __tablename__ = "check_count"
    __table_args__ = (belongs_to("credential"), CheckConstraint("number > 0", name="counts_something"))

    credential_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
