"""Practical tasks, rubrics, and the assessor's append-only observations."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice, holds_duty
from assessment.domain.competency import Method
from assessment.domain.practicals.practical_states import PracticalState

__all__ = [
    "Observation",
    "ObservationStanding",
    "OralAnswer",
    "Practical",
    "PracticalState",
    "Rubric",
    "RubricAlignment",
    "RubricCriterion",
    "RubricCriterionText",
    "RubricState",
    "RubricText",
    "Task",
    "TaskResult",
    "TaskText",
]


class RubricState(StrEnum):
    """A rubric is ready once registered with the plan; retired when a newer version replaces it."""

    READY = "ready"
    RETIRED = "retired"


class ObservationStanding(StrEnum):
    """Whether an observation counts as it came, or waits for a second person (`domain.practicals.closing.Hold`)."""

    ACCEPTED = "accepted"
    HELD = "held"


class Task(Scoped, Base):
    """A practical task of a scheme version."""

    __tablename__ = "task"
    __table_args__ = (belongs_to("scheme_version"), UniqueConstraint("body_id", "scheme_version_id", "code"))

    scheme_version_id: Mapped[str]
    code: Mapped[str]
    minutes: Mapped[int]


class TaskText(OfBody, Base):
    """Title and instructions of a task in one language."""

    __tablename__ = "task_text"
    __table_args__ = (belongs_to("task"),)

    task_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    instructions: Mapped[str]


class Rubric(Scoped, Base):
    """One version of the rubric of a task; `steps` are step keys in working order."""

    __tablename__ = "rubric"
    __table_args__ = (belongs_to("task"), UniqueConstraint("body_id", "task_id", "number"))

    task_id: Mapped[str]
    number: Mapped[int]
    state: Mapped[RubricState] = mapped_column(choice(RubricState, "state"))
    steps: Mapped[list[Any]]
    created_at: Mapped[datetime]


class RubricText(OfBody, Base):
    """The step titles of a rubric in one language: {step key: title}."""

    __tablename__ = "rubric_text"
    __table_args__ = (belongs_to("rubric"),)

    rubric_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    steps: Mapped[dict[str, Any]]


class RubricCriterion(Scoped, Base):
    """One criterion of a rubric: judged, measured or checked; `definition` is the domain's shape of it."""

    __tablename__ = "rubric_criterion"
    __table_args__ = (belongs_to("rubric"), UniqueConstraint("body_id", "rubric_id", "code"))

    rubric_id: Mapped[str]
    position: Mapped[int]
    step: Mapped[str]
    code: Mapped[str]
    kind: Mapped[str]
    safety_critical: Mapped[bool]
    definition: Mapped[dict[str, Any]]


class RubricCriterionText(OfBody, Base):
    """A rubric criterion in one language: title, help, and the descriptors of its levels."""

    __tablename__ = "rubric_criterion_text"
    __table_args__ = (belongs_to("rubric_criterion"),)

    rubric_criterion_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    content: Mapped[dict[str, Any]]


class RubricAlignment(OfBody, Base):
    """A performance criterion that a rubric criterion gives evidence for, and by which method."""

    __tablename__ = "rubric_alignment"
    __table_args__ = (belongs_to("rubric_criterion"), belongs_to("competency", "criterion_id"))

    rubric_criterion_id: Mapped[str] = mapped_column(primary_key=True)
    criterion_id: Mapped[str] = mapped_column(primary_key=True)
    method: Mapped[Method] = mapped_column(choice(Method, "method"), primary_key=True)


class Practical(Scoped, Base):
    """One candidate's practical: task, place and time; who marks it stands on its sheets (`tables_sheets`).

    `opened_at`: when the first sheet was opened; `submitted_at`: when the result was first derived.
    """

    __tablename__ = "practical"
    __table_args__ = (
        belongs_to("task"),
        belongs_to("rubric"),
        belongs_to("site"),
        belongs_to("person", "candidate_id"),
        belongs_to("application"),
    )

    application_id: Mapped[str] = mapped_column(index=True)
    candidate_id: Mapped[str] = mapped_column(index=True)
    task_id: Mapped[str]
    rubric_id: Mapped[str]
    site_id: Mapped[str]
    starts_at: Mapped[datetime]
    state: Mapped[PracticalState] = mapped_column(choice(PracticalState, "state"))
    opened_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]


class Observation(Base):
    """One assessor's mark of one rubric criterion at one time; which one counts: `delivery.in_order`.

    `round` 1 is the first marking; `device` what the page calls its device, `reason` why a mark was changed.
    `tool_id`: what was measured with, where the assessor chose it.
    """

    __tablename__ = "observation"
    __table_args__ = (
        belongs_to("practical"),
        belongs_to("rubric_criterion"),
        belongs_to("measuring_tool", "tool_id"),
        *holds_duty("assessor"),
        UniqueConstraint("body_id", "practical_id", "person_id", "client", "seq"),
        Index(None, "body_id", "practical_id", "number"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    v: Mapped[int]
    body_id: Mapped[str]
    practical_id: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="assessor")
    client: Mapped[str]
    seq: Mapped[int]
    rubric_criterion_id: Mapped[str]
    mark: Mapped[dict[str, Any]]
    note: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    device: Mapped[str] = mapped_column(default="")
    round: Mapped[int] = mapped_column(default=1)
    standing: Mapped[ObservationStanding] = mapped_column(
        choice(ObservationStanding, "standing"), default=ObservationStanding.ACCEPTED
    )
    digest: Mapped[str]
    observed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    tool_id: Mapped[str | None]


class TaskResult(OfBody, Base):
    """What a finished practical says per performance criterion, derived from its observations.

    A held mark that a second person takes afterwards makes another `generation`; the first is 0.
    """

    __tablename__ = "task_result"
    __table_args__ = (belongs_to("practical"), belongs_to("application"))

    practical_id: Mapped[str] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=0)
    application_id: Mapped[str] = mapped_column(index=True)
    v: Mapped[int] = mapped_column(default=1)
    result: Mapped[dict[str, Any]]
    derived_at: Mapped[datetime]


class OralAnswer(Scoped, Base):
    """An oral question on one criterion, asked by an assessor, and whether the answer was sufficient."""

    __tablename__ = "oral_answer"
    __table_args__ = (belongs_to("competency", "criterion_id"), *holds_duty("assessor"))

    application_id: Mapped[str] = mapped_column(index=True)
    criterion_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="assessor")
    question: Mapped[str]
    answer: Mapped[str]
    sufficient: Mapped[bool]
    asked_at: Mapped[datetime]
