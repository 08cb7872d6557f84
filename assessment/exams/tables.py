"""Forms, sittings, rosters, attempts, the append-only response events, and what they scored."""

from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice, holds_duty
from assessment.domain.exams.attempt_states import AttemptState


class FormState(StrEnum):
    """A form is ready once it was drawn and registered with the plan; retired when a newer one replaces it."""

    READY = "ready"
    RETIRED = "retired"


class Standing(StrEnum):
    """Whether a response event counts, or is kept aside until an invigilator says so."""

    ACCEPTED = "accepted"
    HELD = "held"


class Form(Scoped, Base):
    """An exam form drawn from a blueprint with a stored seed, and its cut (rule 8)."""

    __tablename__ = "form"
    __table_args__ = (
        belongs_to("scheme_version"),
        UniqueConstraint("body_id", "scheme_version_id", "code"),
        CheckConstraint("minutes BETWEEN 1 AND 600", name="minutes_in_range"),
        CheckConstraint("provisional OR (cut_judges > 0 AND cut_on IS NOT NULL)", name="cut_has_judges_and_date"),
    )

    scheme_version_id: Mapped[str]
    code: Mapped[str]
    state: Mapped[FormState] = mapped_column(choice(FormState, "state"))
    seed: Mapped[bytes]
    blueprint: Mapped[dict[str, Any]]
    minutes: Mapped[int]
    cut: Mapped[Fraction]
    cut_method: Mapped[str]
    cut_judges: Mapped[int | None]
    cut_on: Mapped[date | None]
    provisional: Mapped[bool]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]


class FormItem(OfBody, Base):
    """An item version in its place on a form, counted for one unit."""

    __tablename__ = "form_item"
    __table_args__ = (
        belongs_to("form"),
        belongs_to("item_version"),
        belongs_to("competency", "unit_id"),
        UniqueConstraint("body_id", "form_id", "item_version_id"),
    )

    form_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_version_id: Mapped[str] = mapped_column(index=True)
    unit_id: Mapped[str]
    section: Mapped[int]


class Sitting(Scoped, Base):
    """One scheduled exam at one site; `closes_at` is the last moment to start."""

    __tablename__ = "sitting"
    __table_args__ = (
        belongs_to("form"),
        belongs_to("site"),
        CheckConstraint("closes_at > starts_at", name="closes_after_start"),
        Index(None, "body_id", "starts_at"),
    )

    form_id: Mapped[str]
    site_id: Mapped[str]
    code: Mapped[str]
    starts_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    roster_closed_at: Mapped[datetime | None]
    roster_closed_by: Mapped[str | None]


class RosterEntry(OfBody, Base):
    """A candidate registered for a sitting; one added after the roster closed says why."""

    __tablename__ = "roster_entry"
    __table_args__ = (belongs_to("sitting"), belongs_to("application"), belongs_to("person"))

    sitting_id: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(index=True)
    late_reason: Mapped[str | None]
    extra_seconds: Mapped[int]
    added_at: Mapped[datetime]
    added_by: Mapped[str | None]


class Attempt(Scoped, Base):
    """One candidate's sitting, prepared beforehand; the server owns its clock.

    `layout` holds the order of items and of their options; `epoch` is the writer epoch of its tokens.
    `deadline` includes the pauses that are over; during one the clock stands since `paused_at`. `device` is the
    keyed digest of the device that writes.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        belongs_to("form"),
        ForeignKeyConstraint(
            ["body_id", "sitting_id", "application_id"],
            ["roster_entry.body_id", "roster_entry.sitting_id", "roster_entry.application_id"],
        ),
        UniqueConstraint("body_id", "sitting_id", "application_id"),
        CheckConstraint("extra_seconds >= 0", name="extra_time_not_negative"),
        CheckConstraint("state <> 'paused' OR paused_at IS NOT NULL", name="paused_since_a_moment"),
    )

    sitting_id: Mapped[str]
    application_id: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[str] = mapped_column(index=True)
    form_id: Mapped[str] = mapped_column(index=True)
    state: Mapped[AttemptState] = mapped_column(choice(AttemptState, "state"))
    seed: Mapped[bytes]
    layout: Mapped[dict[str, Any]]
    seconds: Mapped[int]
    extra_seconds: Mapped[int]
    epoch: Mapped[int]
    started_at: Mapped[datetime | None]
    deadline: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    device: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    answers: Mapped[int | None]
    receipt: Mapped[str | None]


class AttemptRelease(OfBody, Base):
    """The invigilator in the room let this attempt start (rule 14)."""

    __tablename__ = "attempt_release"
    __table_args__ = (belongs_to("attempt"), *holds_duty("invigilator"))

    attempt_id: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="invigilator")
    released_at: Mapped[datetime]


class ExtraTime(Scoped, Base):
    """Time added to one attempt, before or while it runs, with the reason."""

    __tablename__ = "extra_time"
    __table_args__ = (belongs_to("attempt"),)

    attempt_id: Mapped[str] = mapped_column(index=True)
    seconds: Mapped[int]
    reason: Mapped[str]
    given_by: Mapped[str | None]
    given_at: Mapped[datetime]


class ResponseEvent(Base):
    """One answer as the candidate gave it; the current answer is the last accepted event of the item."""

    __tablename__ = "response_event"
    __table_args__ = (
        belongs_to("attempt"),
        UniqueConstraint("body_id", "attempt_id", "client", "seq"),
        Index(None, "body_id", "attempt_id", "number"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    v: Mapped[int]
    body_id: Mapped[str]
    attempt_id: Mapped[str]
    client: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger)
    item: Mapped[str]
    response: Mapped[dict[str, Any]]
    lang: Mapped[str]
    elapsed: Mapped[int]
    standing: Mapped[Standing] = mapped_column(choice(Standing, "standing"))
    epoch: Mapped[int]
    digest: Mapped[str]
    received_at: Mapped[datetime]


class AttemptFlag(OfBody, Base):
    """The candidate wants to come back to this item; a note to oneself, not evidence."""

    __tablename__ = "attempt_flag"
    __table_args__ = (belongs_to("attempt"),)

    attempt_id: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    flagged: Mapped[bool]


class AttemptPresence(OfBody, Base):
    """When a device of an attempt was last heard of, and what it said of itself; written every few seconds.

    `unsent`: events still on the device, None where it did not say; `place`: the number of the open question;
    `client`: the name under which it sends; `epoch`: its writer's.
    """

    __tablename__ = "attempt_presence"
    __table_args__ = (belongs_to("attempt"),)

    attempt_id: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
    unsent: Mapped[int | None]
    place: Mapped[int | None]
    client: Mapped[str | None]
    epoch: Mapped[int]


class ItemScore(OfBody, Base):
    """What one item of one attempt scored, exactly; blank, wrong and not reached are kept apart.

    `generation` is how many confirmed regrades of the form this row knows; the highest one counts, the others
    stay. `counts` is False where a regrade took the item out of the count.
    """

    __tablename__ = "item_score"
    __table_args__ = (
        belongs_to("attempt"),
        belongs_to("item_version"),
        CheckConstraint("reached OR NOT answered", name="answered_is_reached"),
        CheckConstraint("generation >= 0", name="generation_not_negative"),
    )

    attempt_id: Mapped[str] = mapped_column(primary_key=True)
    item_version_id: Mapped[str] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=0)
    v: Mapped[int] = mapped_column(default=1)
    answered: Mapped[bool]
    reached: Mapped[bool] = mapped_column(default=True)
    counts: Mapped[bool] = mapped_column(default=True)
    score: Mapped[Fraction]
    max_score: Mapped[Fraction]
    scored_at: Mapped[datetime]


class ExamResult(OfBody, Base):
    """The result of an attempt in total, per unit and per criterion, derived from its item scores.

    The highest `generation` counts; those before it stay as they were. There is none while an answer waits for
    marking by people.
    """

    __tablename__ = "exam_result"
    __table_args__ = (
        belongs_to("attempt"),
        belongs_to("application"),
        CheckConstraint("generation >= 0", name="generation_not_negative"),
    )

    attempt_id: Mapped[str] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=0)
    application_id: Mapped[str] = mapped_column(index=True)
    v: Mapped[int] = mapped_column(default=1)
    score: Mapped[Fraction]
    max_score: Mapped[Fraction]
    cut_reached: Mapped[bool]
    by_unit: Mapped[dict[str, Any]]
    by_criterion: Mapped[dict[str, Any]]
    derived_at: Mapped[datetime]
