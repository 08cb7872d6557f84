"""Applications, unit results, recommendations, decision meetings, decisions and appeals."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice, holds_duty
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.competency import Method, Outcome


class Choice(StrEnum):
    """A member's vote, and a meeting's decision."""

    COMPETENT = "K"
    NOT_YET_COMPETENT = "BK"


class Purpose(StrEnum):
    """What a consent is for; exam and register do not rest on consent (rule 16)."""

    PHOTO_ABROAD = "photo_abroad"
    EVIDENCE = "evidence"
    SHARING = "sharing"


class Application(Scoped, Base):
    """The root of everything a body does for a candidate in one scheme (rule 13, FR.APL.01)."""

    __tablename__ = "application"
    __table_args__ = (
        belongs_to("person"),
        belongs_to("scheme_version"),
        UniqueConstraint("body_id", "number"),
        Index(None, "body_id", "state"),
    )

    number: Mapped[str]
    person_id: Mapped[str] = mapped_column(index=True)
    scheme_version_id: Mapped[str]
    state: Mapped[ApplicationState] = mapped_column(choice(ApplicationState, "state"))
    programme: Mapped[str]
    payer: Mapped[str]
    adjustment: Mapped[str]
    created_at: Mapped[datetime]


class ApplicationStep(Scoped, Base):
    """One change of an application's state: from, to, by whom, why."""

    __tablename__ = "application_step"
    __table_args__ = (belongs_to("application"), UniqueConstraint("body_id", "application_id", "number"))

    application_id: Mapped[str]
    number: Mapped[int]
    event: Mapped[str]
    state: Mapped[ApplicationState] = mapped_column(choice(ApplicationState, "state"))
    reason: Mapped[str]
    person_id: Mapped[str | None]
    at: Mapped[datetime]


class PrerequisiteClaim(OfBody, Base):
    """What the candidate says about one prerequisite."""

    __tablename__ = "prerequisite_claim"
    __table_args__ = (belongs_to("application"), belongs_to("prerequisite"))

    application_id: Mapped[str] = mapped_column(primary_key=True)
    prerequisite_id: Mapped[str] = mapped_column(primary_key=True)
    statement: Mapped[str]


class PrerequisiteCheck(Scoped, Base):
    """An officer saw the proof of one prerequisite, or did not accept it."""

    __tablename__ = "prerequisite_check"
    __table_args__ = (
        belongs_to("application"),
        belongs_to("prerequisite"),
        belongs_to("person", "checked_by"),
    )

    application_id: Mapped[str] = mapped_column(index=True)
    prerequisite_id: Mapped[str]
    accepted: Mapped[bool]
    note: Mapped[str]
    checked_by: Mapped[str]
    checked_at: Mapped[datetime]


class SelfAssessment(OfBody, Base):
    """What the candidate says of one element: able or not yet, and the evidence (FR.APL.02)."""

    __tablename__ = "self_assessment"
    __table_args__ = (belongs_to("application"), belongs_to("competency", "element_id"))

    application_id: Mapped[str] = mapped_column(primary_key=True)
    element_id: Mapped[str] = mapped_column(primary_key=True)
    able: Mapped[bool]
    evidence: Mapped[str]


class Consent(Scoped, Base):
    """A consent given or withdrawn, for one purpose; under 18 by a guardian (rule 16)."""

    __tablename__ = "consent"
    __table_args__ = (belongs_to("application"),)

    application_id: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose, "purpose"))
    given: Mapped[bool]
    by_guardian: Mapped[bool]
    at: Mapped[datetime]


class EvidenceConfirmation(Scoped, Base):
    """The assessor holds the evidence of one unit and method against valid, authentic, current, sufficient."""

    __tablename__ = "evidence_confirmation"
    __table_args__ = (belongs_to("competency", "unit_id"), *holds_duty("assessor"))

    application_id: Mapped[str] = mapped_column(index=True)
    unit_id: Mapped[str]
    method: Mapped[Method] = mapped_column(choice(Method, "method"))
    valid: Mapped[bool]
    authentic: Mapped[bool]
    current: Mapped[bool]
    sufficient: Mapped[bool]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="assessor")
    at: Mapped[datetime]


class UnitResult(Scoped, Base):
    """The derived result of one unit at one time, with everything it rests on."""

    __tablename__ = "unit_result"
    __table_args__ = (belongs_to("application"), belongs_to("competency", "unit_id"))

    application_id: Mapped[str] = mapped_column(index=True)
    unit_id: Mapped[str]
    v: Mapped[int] = mapped_column(default=1)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, "outcome"))
    detail: Mapped[dict[str, Any]]
    derived_at: Mapped[datetime]


class FollowUp(Scoped, Base):
    """More evidence is needed for a criterion, by a due date; it blocks a decision until it is closed."""

    __tablename__ = "follow_up"
    __table_args__ = (belongs_to("application"), belongs_to("competency", "criterion_id"))

    application_id: Mapped[str] = mapped_column(index=True)
    criterion_id: Mapped[str]
    reason: Mapped[str]
    due_on: Mapped[date]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Recommendation(Scoped, Base):
    """What the assessor recommends; a meeting decides (rule 11)."""

    __tablename__ = "recommendation"
    __table_args__ = (*holds_duty("assessor"),)

    application_id: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="assessor")
    outcome: Mapped[Choice] = mapped_column(choice(Choice, "outcome"))
    note: Mapped[str]
    at: Mapped[datetime]


class Meeting(Scoped, Base):
    """A decision meeting (rapat pleno) with its minutes number."""

    __tablename__ = "meeting"
    __table_args__ = (UniqueConstraint("body_id", "number"),)

    number: Mapped[str]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    closed_at: Mapped[datetime | None]


class MeetingMember(OfBody, Base):
    """A member of a meeting; an outside member belongs to neither the body nor its parent."""

    __tablename__ = "meeting_member"
    __table_args__ = (belongs_to("meeting"), belongs_to("person"))

    meeting_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    outside: Mapped[bool]
    present_at: Mapped[datetime | None]


class MeetingCase(OfBody, Base):
    """An application put before a meeting."""

    __tablename__ = "meeting_case"
    __table_args__ = (belongs_to("meeting"), belongs_to("application"))

    meeting_id: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    added_at: Mapped[datetime]


def _of_case_and_member() -> tuple[ForeignKeyConstraint, ForeignKeyConstraint]:
    return (
        ForeignKeyConstraint(
            ["body_id", "meeting_id", "application_id"],
            ["meeting_case.body_id", "meeting_case.meeting_id", "meeting_case.application_id"],
        ),
        ForeignKeyConstraint(
            ["body_id", "meeting_id", "person_id"],
            ["meeting_member.body_id", "meeting_member.meeting_id", "meeting_member.person_id"],
        ),
    )


class Declaration(OfBody, Base):
    """A member declares a conflict of interest on one case, or none."""

    __tablename__ = "declaration"
    __table_args__ = _of_case_and_member()

    meeting_id: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    conflict: Mapped[bool]
    detail: Mapped[str]
    at: Mapped[datetime]


class Vote(OfBody, Base):
    """A member's vote on one case, on the side of the deciders (rule 10)."""

    __tablename__ = "vote"
    __table_args__ = (*_of_case_and_member(), *holds_duty("decider"))

    meeting_id: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    side: Mapped[str] = mapped_column(default="decider")
    choice: Mapped[Choice] = mapped_column(choice(Choice, "choice"))
    reason: Mapped[str]
    at: Mapped[datetime]


class Decision(Scoped, Base):
    """What the meeting decided; `decided_on` is a calendar date in the body's zone (rule 17)."""

    __tablename__ = "decision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["body_id", "meeting_id", "application_id"],
            ["meeting_case.body_id", "meeting_case.meeting_id", "meeting_case.application_id"],
        ),
        UniqueConstraint("body_id", "meeting_id", "application_id"),
        *holds_duty("decider"),
        CheckConstraint("votes_for >= 0 AND votes_against >= 0", name="votes_not_negative"),
    )

    meeting_id: Mapped[str]
    application_id: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="decider")
    outcome: Mapped[Choice] = mapped_column(choice(Choice, "outcome"))
    reason: Mapped[str]
    votes_for: Mapped[int]
    votes_against: Mapped[int]
    decided_on: Mapped[date]
    decided_at: Mapped[datetime]


class DecisionUnit(OfBody, Base):
    """The unit result that a decision rests on."""

    __tablename__ = "decision_unit"
    __table_args__ = (belongs_to("decision"), belongs_to("competency", "unit_id"), belongs_to("unit_result"))

    decision_id: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[str] = mapped_column(primary_key=True)
    unit_result_id: Mapped[str]


class Appeal(Scoped, Base):
    """A candidate's appeal against a decision (FR.AK.04)."""

    __tablename__ = "appeal"
    __table_args__ = (belongs_to("decision"), belongs_to("application"))

    application_id: Mapped[str] = mapped_column(index=True)
    decision_id: Mapped[str]
    grounds: Mapped[str]
    process_explained: Mapped[bool]
    discussed_with_assessor: Mapped[bool]
    wants_help: Mapped[bool]
    filed_at: Mapped[datetime]


class AppealAnswer(OfBody, Base):
    """The answer to an appeal, by somebody who took no part."""

    __tablename__ = "appeal_answer"
    __table_args__ = (belongs_to("appeal"), belongs_to("person", "answered_by"))

    appeal_id: Mapped[str] = mapped_column(primary_key=True)
    upheld: Mapped[bool]
    reason: Mapped[str]
    answered_by: Mapped[str]
    answered_at: Mapped[datetime]


class RegradeCase(Scoped, Base):
    """A decided application whose exam a regrade changed: a person looks at it, nothing follows by itself.

    `flipped`: {v, marks, exam, criteria, units}, each as [before, after] with ids only; `certificate_number` as it was
    then, None where none was issued. It is open until it has its answer.
    """

    __tablename__ = "regrade_case"
    __table_args__ = (
        belongs_to("regrade"),
        belongs_to("attempt"),
        belongs_to("application"),
        belongs_to("decision"),
        UniqueConstraint("body_id", "regrade_id", "attempt_id"),
    )

    regrade_id: Mapped[str]
    attempt_id: Mapped[str]
    application_id: Mapped[str] = mapped_column(index=True)
    decision_id: Mapped[str]
    certificate_number: Mapped[str | None]
    flipped: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]


class RegradeCaseAnswer(OfBody, Base):
    """Somebody looked at a case of a regrade and says what was done, or why nothing is."""

    __tablename__ = "regrade_case_answer"
    __table_args__ = (belongs_to("regrade_case"), belongs_to("person", "handled_by"))

    regrade_case_id: Mapped[str] = mapped_column(primary_key=True)
    note: Mapped[str]
    handled_by: Mapped[str]
    handled_at: Mapped[datetime]
