"""Under 18, nobody is photographed at a check-in before a guardian has agreed (rule 16)."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from assessment.accounts.check_in import Comparison, record_check_in
from assessment.accounts.ids import new_id
from assessment.accounts.persons import documents_of
from assessment.accounts.tables import CheckIn, Occasion
from assessment.certification.tables import Consent, Purpose
from assessment.domain.errors import NotAllowed
from assessment.domain.roles import Role
from assessment.storage import Storage
from tests.factories.accounts import NOW, make_actor, make_body, make_person
from tests.factories.competency import make_application, make_scheme


def check_in(session: Session, folder: Path, *, guardian_agreed: bool | None) -> CheckIn:
    make_body(session)
    minor = make_person(session, "las", birth_date=date(NOW.year - 17, 1, 1))
    application_id, _ = make_application(session, "las", make_scheme(session, "las"), person_id=minor)
    if guardian_agreed is not None:
        session.add(
            Consent(
                body_id="las",
                id=new_id(),
                application_id=application_id,
                purpose=Purpose.EVIDENCE,
                given=guardian_agreed,
                by_guardian=True,
                at=NOW,
            )
        )
        session.flush()
    return record_check_in(
        session,
        make_actor(session, "las", Role.INVIGILATOR),
        Storage(folder),
        occasion=Occasion.EXAM,
        record_id="attempt-1",
        application_id=application_id,
        candidate_id=minor,
        comparison=Comparison(document_id=documents_of(session, "las", minor)[0].id, photo=b"a face"),
        now=NOW,
    )


@pytest.mark.parametrize("guardian_agreed", [None, False])
def test_without_a_guardian_no_photo_is_taken(session: Session, tmp_path: Path, guardian_agreed: bool | None) -> None:
    with pytest.raises(NotAllowed, match="guardian"):
        check_in(session, tmp_path, guardian_agreed=guardian_agreed)
    assert list(tmp_path.iterdir()) == []


def test_with_a_guardian_the_check_in_goes_on(session: Session, tmp_path: Path) -> None:
    assert check_in(session, tmp_path, guardian_agreed=True).photo_digest
