"""What a holder decides about their certificate's public page, and what employers state by the holder's links."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to


class PageChoice(Scoped, Base):
    """A choice of the holder; the last one of a certificate counts, without one the page shows the name alone."""

    __tablename__ = "page_choice"
    __table_args__ = (belongs_to("credential_intent"), belongs_to("person"))

    credential_intent_id: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[str]
    birth_date: Mapped[bool]
    chosen_at: Mapped[datetime]


class PagePhoto(OfBody, Base):
    """The photo that comes with a choice: made small and sealed when it was chosen, so that no look decodes one.

    `sealed`: JSON as `shown_photo.write` makes it, under the holder's key; `check_in_id`: where it was taken.
    """

    __tablename__ = "page_photo"
    __table_args__ = (belongs_to("page_choice"), belongs_to("check_in"))

    page_choice_id: Mapped[str] = mapped_column(primary_key=True)
    check_in_id: Mapped[str]
    sealed: Mapped[bytes]


class ConfirmationLink(Scoped, Base):
    """A link by which a holder lets an employer state, once, that the skill is in use; its id is the address's."""

    __tablename__ = "confirmation_link"
    __table_args__ = (
        belongs_to("credential"),
        belongs_to("person"),
        UniqueConstraint("id"),
        UniqueConstraint("body_id", "id", "credential_id"),
    )

    credential_id: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ConfirmationLinkEnd(OfBody, Base):
    """The holder ended a link before it was used."""

    __tablename__ = "confirmation_link_end"
    __table_args__ = (belongs_to("confirmation_link"), belongs_to("person", "ended_by"))

    confirmation_link_id: Mapped[str] = mapped_column(primary_key=True)
    ended_by: Mapped[str]
    ended_at: Mapped[datetime]


class EmployerStatement(OfBody, Base):
    """What an employer stated by a link: one for each link, which its key sees to.

    `sealed`: JSON {v, name, function, company} under the key of the certificate's holder, so that it is erased with
    what it is about.
    """

    __tablename__ = "employer_statement"
    __table_args__ = (
        ForeignKeyConstraint(
            ["body_id", "confirmation_link_id", "credential_id"],
            ["confirmation_link.body_id", "confirmation_link.id", "confirmation_link.credential_id"],
            name="fk_employer_statement_confirmation_link",
        ),
        CheckConstraint("first_day <= last_day", name="a_period_runs_forward"),
    )

    confirmation_link_id: Mapped[str] = mapped_column(primary_key=True)
    credential_id: Mapped[str] = mapped_column(index=True)
    v: Mapped[int] = mapped_column(default=1)
    sealed: Mapped[bytes]
    first_day: Mapped[date]
    last_day: Mapped[date]
    stated_at: Mapped[datetime]
