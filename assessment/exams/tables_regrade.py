"""The ledger of regrades: what was proposed, who answered it, and every score that it changed."""

from datetime import datetime
from fractions import Fraction

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice
from assessment.domain.exams.regrade import Remedy


class Regrade(Scoped, Base):
    """Somebody proposes a remedy for one item of a form, or that a late answer of one attempt counts.

    `by_version_id` is the item version whose processing replaces the old one; `event_number` is the late answer.
    `digest` names the preview that the proposer saw.
    """

    __tablename__ = "regrade"
    __table_args__ = (
        belongs_to("form"),
        ForeignKeyConstraint(
            ["body_id", "form_id", "item_version_id"],
            ["form_item.body_id", "form_item.form_id", "form_item.item_version_id"],
        ),
        belongs_to("item_version", "by_version_id"),
        belongs_to("attempt"),
        ForeignKeyConstraint(["event_number"], ["response_event.number"]),
        belongs_to("person", "proposed_by"),
        UniqueConstraint("body_id", "id", "proposed_by"),
        CheckConstraint("remedy <> 'new_key' OR by_version_id IS NOT NULL", name="new_key_has_a_version"),
        CheckConstraint("remedy <> 'late_answer' OR attempt_id IS NOT NULL", name="late_answer_has_an_attempt"),
        CheckConstraint("(attempt_id IS NULL) = (event_number IS NULL)", name="attempt_and_event_together"),
        Index(None, "body_id", "form_id"),
    )

    form_id: Mapped[str]
    item_version_id: Mapped[str]
    remedy: Mapped[Remedy] = mapped_column(choice(Remedy, "remedy"))
    by_version_id: Mapped[str | None]
    attempt_id: Mapped[str | None]
    event_number: Mapped[int | None]
    reason: Mapped[str]
    digest: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]


class RegradeConfirmation(OfBody, Base):
    """A second person confirms a regrade, or turns it down (four eyes).

    A confirmed one has its place among the regrades of its form, counted from 1: results carry the place up to
    which they know them. `digest` names the preview that was confirmed.
    """

    __tablename__ = "regrade_confirmation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["body_id", "regrade_id", "proposed_by"],
            ["regrade.body_id", "regrade.id", "regrade.proposed_by"],
        ),
        belongs_to("form"),
        belongs_to("person", "confirmed_by"),
        UniqueConstraint("body_id", "form_id", "place"),
        CheckConstraint("confirmed_by <> proposed_by", name="four_eyes"),
        CheckConstraint("confirmed = (place IS NOT NULL)", name="confirmed_has_a_place"),
        CheckConstraint("place > 0", name="places_count_from_one"),
    )

    regrade_id: Mapped[str] = mapped_column(primary_key=True)
    form_id: Mapped[str]
    proposed_by: Mapped[str]
    confirmed_by: Mapped[str]
    confirmed: Mapped[bool]
    place: Mapped[int | None]
    digest: Mapped[str]
    reason: Mapped[str]
    confirmed_at: Mapped[datetime]


class RegradeLine(OfBody, Base):
    """One attempt whose score a confirmed regrade changed: old and new, exactly; both stay in their own rows."""

    __tablename__ = "regrade_line"
    __table_args__ = (belongs_to("regrade"), belongs_to("attempt"), belongs_to("application"))

    regrade_id: Mapped[str] = mapped_column(primary_key=True)
    attempt_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    application_id: Mapped[str]
    old_score: Mapped[Fraction]
    new_score: Mapped[Fraction]
    old_maximum: Mapped[Fraction]
    new_maximum: Mapped[Fraction]
    old_counts: Mapped[bool]
    new_counts: Mapped[bool]
    old_total: Mapped[Fraction]
    new_total: Mapped[Fraction]
    old_total_maximum: Mapped[Fraction]
    new_total_maximum: Mapped[Fraction]
    old_reached: Mapped[bool]
    new_reached: Mapped[bool]
    criteria_flipped: Mapped[int]
