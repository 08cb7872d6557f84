"""Oral answers: a criterion missed in writing may be closed by a question, an observation of its own (rule 4)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.tables import Duty
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Invalid, NotAllowed, NotFound
from assessment.practicals.authority import day_at, require_registered_assessor
from assessment.practicals.scheduling import APPLICATION
from assessment.practicals.tables import OralAnswer
from assessment.practicals.tasks import criteria_of_scheme
from assessment.web.actor import Actor

LONGEST_TEXT = 4_000


def record_oral_answer(
    session: Session,
    actor: Actor,
    application_id: str,
    criterion_id: str,
    question: str,
    answer: str,
    sufficient: bool,
    now: datetime,
) -> OralAnswer:
    """Keep an oral question, its answer, and whether it suffices, by an assessor of this application.

    Raises NotFound for an unknown application, NotAllowed for anybody who is not its assessor or whose
    registration is not valid today, and Invalid for a criterion of another scheme or an empty text.
    """
    scheme_version_id = session.scalar(
        select(APPLICATION.c.scheme_version_id).where(
            APPLICATION.c.body_id == actor.body_id, APPLICATION.c.id == application_id
        )
    )
    if scheme_version_id is None:
        raise NotFound(N_("There is no such application."))
    duty = session.get(Duty, (actor.body_id, application_id, actor.person_id))
    if duty is None or duty.side is not Side.ASSESSOR:
        raise NotAllowed(N_("Only an assessor of this application may record an oral answer."))
    require_registered_assessor(session, actor.body_id, actor.person_id, day_at(session, actor.body_id, now))
    if criterion_id not in criteria_of_scheme(session, actor.body_id, scheme_version_id):
        raise Invalid(N_("Expected a performance criterion of the application's scheme, got another one."))
    entry = OralAnswer(
        body_id=actor.body_id,
        id=new_id(),
        application_id=application_id,
        criterion_id=criterion_id,
        person_id=actor.person_id,
        question=_text(question),
        answer=_text(answer),
        sufficient=sufficient,
        asked_at=now,
    )
    session.add(entry)
    session.flush()
    return entry


def _text(value: str) -> str:
    text = value.strip()
    if not 0 < len(text) <= LONGEST_TEXT or "\0" in text:
        raise Invalid(
            N_("Expected the question and the answer as texts of 1 to %(most)s characters, got %(got)s."),
            most=LONGEST_TEXT,
            got=len(text),
        )
    return text
