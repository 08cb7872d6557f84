"""Check-in: compared with the candidate's own document, photographed, once, by somebody on the right side."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from assessment.accounts.check_in import Comparison, check_in_of, photo_of, record_check_in
from assessment.accounts.duties import take_side
from assessment.accounts.persons import documents_of, erase_person
from assessment.accounts.sealing import Erased
from assessment.accounts.tables import CheckIn, Occasion
from assessment.domain.certification.duties import Side
from assessment.domain.errors import Conflict, Invalid
from assessment.domain.roles import Role
from assessment.storage import Storage
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.competency import make_application, make_scheme


class Door:
    """A candidate in front of an invigilator."""

    def __init__(self, session: Session, folder: Path) -> None:
        make_body(session)
        self.session = session
        self.storage = Storage(folder)
        self.application_id, self.candidate_id = make_application(session, "las", make_scheme(session, "las"))
        self.invigilator = make_actor(session, "las", Role.INVIGILATOR)
        self.document_id = documents_of(session, "las", self.candidate_id)[0].id

    def check_in(self, *, by: Actor | None = None, document: str | None = None) -> CheckIn:
        return record_check_in(
            self.session,
            by or self.invigilator,
            self.storage,
            occasion=Occasion.EXAM,
            record_id="attempt-1",
            application_id=self.application_id,
            candidate_id=self.candidate_id,
            comparison=Comparison(document_id=document or self.document_id, photo=b"a face"),
            now=NOW,
        )


@pytest.fixture
def door(session: Session, tmp_path: Path) -> Door:
    """A candidate in front of an invigilator."""
    return Door(session, tmp_path)


def test_the_photo_is_stored_sealed_and_opened_for_its_candidate(door: Door) -> None:
    entry = door.check_in()
    assert b"a face" not in door.storage.get(entry.photo_digest)
    assert photo_of(door.session, door.storage, entry, door.candidate_id) == b"a face"
    assert check_in_of(door.session, "las", Occasion.EXAM, "attempt-1") is entry


def test_a_candidate_is_checked_in_once(door: Door) -> None:
    door.check_in()
    with pytest.raises(Conflict):
        door.check_in()


def test_somebody_elses_document_is_refused(door: Door) -> None:
    other = documents_of(door.session, "las", door.invigilator.person_id)[0].id
    with pytest.raises(Invalid):
        door.check_in(document=other)


def test_who_trained_the_candidate_does_not_check_them_in(door: Door) -> None:
    trainer = make_actor(door.session, "las", Role.INVIGILATOR)
    take_side(door.session, "las", door.application_id, trainer.person_id, Side.TRAINER, now=NOW)
    with pytest.raises(Conflict):
        door.check_in(by=trainer)


def test_an_erased_candidates_photo_cannot_be_opened(door: Door) -> None:
    entry = door.check_in()
    erase_person(door.session, "las", door.candidate_id, now=NOW)
    with pytest.raises(Erased):
        photo_of(door.session, door.storage, entry, door.candidate_id)
