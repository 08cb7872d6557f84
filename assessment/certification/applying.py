"""The candidate's side of an application: FR.APL.01, FR.APL.02, and the agreement FR.AK.01.

Each step is saved on its own and can be changed until the application is submitted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.certification.authority import require_licence, today_in
from assessment.certification.consents import consents_of, photo_allowed
from assessment.certification.states import FIRST_STEP, move, own_application, record_step, said
from assessment.certification.tables import Application, PrerequisiteClaim, Purpose, SelfAssessment
from assessment.domain.certification.application_states import APPLICATION, ApplicationEvent, ApplicationState
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.schemes.tables import Prerequisite, SchemeState, SchemeUnit, SchemeVersion
from assessment.standards.tables import Competency, CompetencyKind
from assessment.web.actor import Actor

LONGEST_TEXT = 2_000
TRIES_FOR_A_NUMBER = 20

# An application in one of these does not keep its candidate from applying again.
OVER = frozenset(
    {
        ApplicationState.REJECTED,
        ApplicationState.WITHDRAWN,
        ApplicationState.CLOSED,
        ApplicationState.EXPIRED,
        ApplicationState.REVOKED,
    }
)


class Part(StrEnum):
    """A step of the application, in the order of the forms."""

    PREREQUISITES = "prerequisites"
    PROGRAMME = "programme"
    SELF_ASSESSMENT = "self_assessment"
    CONSENTS = "consents"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What the candidate says of one element: able or not yet, and what shows it."""

    able: bool
    evidence: str


def apply(session: Session, actor: Actor, scheme_version_id: str, *, now: datetime) -> Application:
    """Begin an application of the actor for a scheme version; it is a draft with a number.

    Raises NotFound for an unknown version; Conflict when it is not published, when the body's licence does not
    cover it on this day, or when the candidate has an application for it that is not over.
    """
    version = session.get(SchemeVersion, (actor.body_id, scheme_version_id))
    if version is None:
        raise NotFound(N_("There is no such scheme version."))
    if version.state is not SchemeState.PUBLISHED:
        raise Conflict(N_("This scheme version is not open for applications."))
    require_licence(session, actor.body_id, scheme_version_id, now=now)
    held = session.scalar(
        select(Application.number)
        .join(
            SchemeVersion,
            (SchemeVersion.body_id == Application.body_id) & (SchemeVersion.id == Application.scheme_version_id),
        )
        .where(
            Application.body_id == actor.body_id,
            Application.person_id == actor.person_id,
            SchemeVersion.scheme_id == version.scheme_id,
            Application.state.not_in(OVER),
        )
        .limit(1)
    )
    if held is not None:
        raise Conflict(N_("You already have application %(number)s for this scheme."), number=held)
    application = _numbered(session, actor, scheme_version_id, now)
    record_step(session, actor, application, FIRST_STEP, reason="", now=now)
    take_side(session, actor.body_id, application.id, actor.person_id, Side.CANDIDATE, now=now)
    return application


def _numbered(session: Session, actor: Actor, scheme_version_id: str, now: datetime) -> Application:
    """Store the application under the next free number of its year."""
    year = today_in(session, actor.body_id, now).year
    used = session.scalar(
        select(func.count())
        .select_from(Application)
        .where(Application.body_id == actor.body_id, Application.number.like(f"{year}-%"))
    )
    for place in range((used or 0) + 1, (used or 0) + 1 + TRIES_FOR_A_NUMBER):
        application = Application(
            body_id=actor.body_id,
            id=new_id(),
            number=f"{year}-{place:04d}",
            person_id=actor.person_id,
            scheme_version_id=scheme_version_id,
            state=APPLICATION.initial,
            programme="",
            payer="",
            adjustment="",
            created_at=now,
        )
        try:
            with session.begin_nested():
                session.add(application)
        except IntegrityError:
            # Somebody took this number at the same moment: the next one is tried.
            continue
        return application
    raise Conflict(N_("Many people apply at this moment. Try again."))


def save_claims(session: Session, actor: Actor, application_id: str, statements: Mapping[str, str]) -> None:
    """Keep what the candidate says about each prerequisite; `statements` by prerequisite id.

    Raises Invalid for a prerequisite of another scheme version or a text that is too long.
    """
    application = _draft(session, actor, application_id)
    known = set(
        session.scalars(
            select(Prerequisite.id).where(
                Prerequisite.body_id == actor.body_id,
                Prerequisite.scheme_version_id == application.scheme_version_id,
            )
        )
    )
    if statements.keys() - known:
        raise Invalid(N_("Expected prerequisites of this scheme only."))
    held = {
        claim.prerequisite_id: claim
        for claim in session.scalars(
            select(PrerequisiteClaim).where(
                PrerequisiteClaim.body_id == actor.body_id, PrerequisiteClaim.application_id == application_id
            )
        )
    }
    for prerequisite_id, statement in statements.items():
        text = _text(statement)
        if prerequisite_id in held:
            held[prerequisite_id].statement = text
        else:
            session.add(
                PrerequisiteClaim(
                    body_id=actor.body_id,
                    application_id=application_id,
                    prerequisite_id=prerequisite_id,
                    statement=text,
                )
            )
    session.flush()


def save_programme(
    session: Session, actor: Actor, application_id: str, *, programme: str, payer: str, adjustment: str
) -> None:
    """Keep the training or programme with who trained, who pays, and what help the candidate needs."""
    application = _draft(session, actor, application_id)
    application.programme = _text(programme)
    application.payer = _text(payer)
    application.adjustment = _text(adjustment)
    session.flush()


def save_self_assessment(session: Session, actor: Actor, application_id: str, said_of: Mapping[str, Said]) -> None:
    """Keep what the candidate says of elements; `said_of` by element id (FR.APL.02).

    Raises Invalid for an element that does not belong to the scheme.
    """
    application = _draft(session, actor, application_id)
    if said_of.keys() - elements_of(session, actor.body_id, application.scheme_version_id):
        raise Invalid(N_("Expected elements of this scheme only."))
    held = {
        row.element_id: row
        for row in session.scalars(
            select(SelfAssessment).where(
                SelfAssessment.body_id == actor.body_id, SelfAssessment.application_id == application_id
            )
        )
    }
    for element_id, what in said_of.items():
        if element_id in held:
            held[element_id].able = what.able
            held[element_id].evidence = _text(what.evidence)
        else:
            session.add(
                SelfAssessment(
                    body_id=actor.body_id,
                    application_id=application_id,
                    element_id=element_id,
                    able=what.able,
                    evidence=_text(what.evidence),
                )
            )
    session.flush()


def parts_missing(session: Session, application: Application, *, now: datetime) -> list[Part]:
    """Return the steps that are not whole yet, in their order."""
    consents = consents_of(session, application.body_id, application.id)
    whole = {
        Part.PREREQUISITES: not _unclaimed(session, application),
        Part.PROGRAMME: bool(application.programme and application.payer),
        Part.SELF_ASSESSMENT: not _unassessed(session, application),
        Part.CONSENTS: consents.keys() >= set(Purpose) and photo_allowed(session, application, now=now),
    }
    return [part for part in Part if not whole[part]]


def submit(session: Session, actor: Actor, application_id: str, *, now: datetime) -> Application:
    """Hand the application in.

    Raises Conflict when it is not a draft or the licence no longer covers the scheme, and Invalid naming the
    steps that are not whole.
    """
    application = own_application(session, actor, application_id)
    if not APPLICATION.allows(application.state, ApplicationEvent.SUBMIT):
        raise Conflict(N_("This application was submitted already."))
    missing = parts_missing(session, application, now=now)
    if missing:
        raise Invalid(
            N_("Expected every step to be filled in; not yet: %(parts)s."),
            parts=", ".join(part.value for part in missing),
        )
    require_licence(session, actor.body_id, application.scheme_version_id, now=now)
    move(session, actor, application, ApplicationEvent.SUBMIT, reason="", now=now)
    return application


def agree(session: Session, actor: Actor, application_id: str, *, now: datetime) -> Application:
    """Agree to the assessment and to confidentiality (FR.AK.01), after the application was accepted."""
    application = own_application(session, actor, application_id)
    move(session, actor, application, ApplicationEvent.AGREE, reason="", now=now)
    return application


def withdraw(session: Session, actor: Actor, application_id: str, *, reason: str, now: datetime) -> Application:
    """Withdraw an application; what was recorded until then stays."""
    application = own_application(session, actor, application_id)
    move(session, actor, application, ApplicationEvent.WITHDRAW, reason=said(reason), now=now)
    return application


def elements_of(session: Session, body_id: str, scheme_version_id: str) -> set[str]:
    """Return the ids of the elements of a scheme version's units."""
    return set(session.scalars(_elements(body_id, scheme_version_id)))


def _draft(session: Session, actor: Actor, application_id: str) -> Application:
    application = own_application(session, actor, application_id)
    if application.state is not ApplicationState.DRAFT:
        raise Conflict(N_("This application was submitted; it can no longer be changed here."))
    return application


def _text(text: str) -> str:
    folded = text.strip()
    if len(folded) > LONGEST_TEXT:
        raise Invalid(
            N_("Expected a text of at most %(most)s characters, got %(got)s."), most=LONGEST_TEXT, got=len(folded)
        )
    return folded


def _unclaimed(session: Session, application: Application) -> bool:
    """Whether the candidate has said nothing about a prerequisite."""
    found = session.scalar(
        select(Prerequisite.id)
        .join(
            PrerequisiteClaim,
            (PrerequisiteClaim.body_id == Prerequisite.body_id)
            & (PrerequisiteClaim.prerequisite_id == Prerequisite.id)
            & (PrerequisiteClaim.application_id == application.id)
            & (PrerequisiteClaim.statement != ""),
            isouter=True,
        )
        .where(
            Prerequisite.body_id == application.body_id,
            Prerequisite.scheme_version_id == application.scheme_version_id,
            PrerequisiteClaim.statement.is_(None),
        )
        .limit(1)
    )
    return found is not None


def _unassessed(session: Session, application: Application) -> bool:
    """Whether the candidate has said nothing about an element."""
    said_of = select(SelfAssessment.element_id).where(
        SelfAssessment.body_id == application.body_id, SelfAssessment.application_id == application.id
    )
    elements = _elements(application.body_id, application.scheme_version_id)
    return session.scalar(elements.where(Competency.id.not_in(said_of)).limit(1)) is not None


def _elements(body_id: str, scheme_version_id: str) -> Select[str]:
    return (
        select(Competency.id)
        .join(
            SchemeUnit,
            (SchemeUnit.body_id == Competency.body_id) & (SchemeUnit.unit_id == Competency.parent_id),
        )
        .where(
            Competency.body_id == body_id,
            Competency.kind == CompetencyKind.ELEMENT,
            SchemeUnit.scheme_version_id == scheme_version_id,
        )
    )
