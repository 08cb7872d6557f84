"""An oral answer is recorded by an assessor of the application, on a criterion of its scheme."""

import pytest
from sqlalchemy.orm import Session

from assessment.domain.errors import Invalid, NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.practicals.oral import record_oral_answer
from tests.factories.accounts import NOW, make_actor
from tests.factories.practicals import MadePractical, make_practical


def criterion(practical: MadePractical) -> str:
    return practical.made.criterion_ids["C.25LAS01.029.1/1.1"]


def test_an_oral_answer_is_kept_with_who_asked(session: Session) -> None:
    practical = make_practical(session)
    found = record_oral_answer(
        session,
        practical.assessor,
        practical.application_id,
        criterion(practical),
        " Mengapa elektroda dikeringkan? ",
        "Agar tidak ada hidrogen.",
        True,
        NOW,
    )
    assert (found.question, found.sufficient) == ("Mengapa elektroda dikeringkan?", True)
    assert (found.criterion_id, found.person_id) == (criterion(practical), practical.assessor.person_id)


def test_only_an_assessor_of_this_application_records(session: Session) -> None:
    practical = make_practical(session)
    stranger = make_actor(session, practical.body_id, Role.ASSESSOR, name="Lain Misal")
    for actor in (stranger, practical.invigilator):
        with pytest.raises(NotAllowed):
            record_oral_answer(session, actor, practical.application_id, criterion(practical), "T", "J", True, NOW)


@pytest.mark.parametrize("text", ["", "  ", "a\0", "x" * 4001])
def test_both_texts_are_needed(session: Session, text: str) -> None:
    practical = make_practical(session)
    with pytest.raises(Invalid):
        record_oral_answer(
            session, practical.assessor, practical.application_id, criterion(practical), "T", text, True, NOW
        )


def test_application_and_criterion_must_fit(session: Session) -> None:
    practical = make_practical(session)
    with pytest.raises(NotFound):
        record_oral_answer(session, practical.assessor, "nothing", criterion(practical), "T", "J", True, NOW)
    with pytest.raises(Invalid):
        record_oral_answer(session, practical.assessor, practical.application_id, "nothing", "T", "J", True, NOW)
