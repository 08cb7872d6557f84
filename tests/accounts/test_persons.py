"""Persons: one name in one string, documents, and data that is sealed for its own person and can be erased."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.persons import (
    ERASED_NAME,
    Name,
    birth_date_of,
    clean_name,
    documents_of,
    erase_person,
    name_of,
    names,
    record_document,
    record_name,
    sealer,
)
from assessment.accounts.sealing import Erased, wrapped_key
from assessment.accounts.tables import IdentityDocument, PersonKey, PersonName
from assessment.domain.errors import Conflict, Invalid, NotFound
from tests.factories.accounts import NOW, make_body, make_person
from tests.fixtures.measuring import count_statements


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  Siti   Nurhaliza ", "Siti Nurhaliza"), ("Suharto", "Suharto"), ("Nguyễn Văn An", "Nguyễn Văn An")],
)
def test_a_name_keeps_its_words_and_their_order(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "x" * 121, "Siti\u202eNama", "Siti\x00"])
def test_a_name_that_cannot_be_one_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        clean_name(typed)


def test_the_newest_name_counts_and_the_earlier_ones_stay(session: Session) -> None:
    make_body(session)
    person_id = make_person(session, "las", "Siti Contoh")
    later = NOW + timedelta(days=1)
    record_name(session, "las", person_id, name=Name(text="Siti Misal", reading="シティ"), now=later, reason="typo")
    assert name_of(session, "las", person_id) == Name(text="Siti Misal", reading="シティ")
    assert len(session.scalars(select(PersonName.id)).all()) == 2


def test_names_of_many_are_read_in_one_statement(session: Session) -> None:
    make_body(session)
    people = [make_person(session, "las", f"Orang {number}") for number in range(20)]
    with count_statements(session.connection().engine) as statements:
        found = names(session, "las", people)
    assert len(statements) == 1
    assert {name.text for name in found.values()} == {f"Orang {number}" for number in range(20)}
    assert names(session, "las", []) == {}


def test_a_person_of_another_body_has_no_name_here(session: Session) -> None:
    make_body(session)
    make_body(session, "tata")
    person_id = make_person(session, "tata")
    assert names(session, "las", [person_id]) == {}
    with pytest.raises(NotFound):
        name_of(session, "las", person_id)


def test_nothing_personal_is_stored_in_plain(session: Session) -> None:
    make_body(session)
    person_id = make_person(session, "las", "Siti Rahasia")
    record_document(session, "las", person_id, kind="ktp", number="3175 0001", valid_until=None, seen_by=None, now=NOW)
    for sealed in (
        *session.scalars(select(PersonName.sealed)),
        *session.scalars(select(IdentityDocument.sealed)),
        *session.scalars(select(IdentityDocument.number_tag)),
    ):
        assert b"Rahasia" not in sealed
        assert b"31750001" not in sealed


def test_a_document_number_is_held_by_one_person(session: Session) -> None:
    make_body(session)
    first, second = make_person(session, "las"), make_person(session, "las")
    record_document(session, "las", first, kind="ktp", number="a 123", valid_until=None, seen_by=None, now=NOW)
    with pytest.raises(Conflict):
        record_document(session, "las", second, kind="ktp", number="A123", valid_until=None, seen_by=None, now=NOW)
    with pytest.raises(Invalid):
        record_document(session, "las", second, kind="ktp", number="A-1", valid_until=None, seen_by=None, now=NOW)


def test_a_new_passport_is_added_beside_the_old_one(session: Session) -> None:
    make_body(session)
    person_id = make_person(session, "las")
    record_document(
        session,
        "las",
        person_id,
        kind="passport",
        number="B7654321",
        valid_until=date(2035, 1, 1),
        seen_by=person_id,
        now=NOW + timedelta(days=1),
    )
    newest, old = documents_of(session, "las", person_id)
    assert (newest.number, newest.seen, old.seen) == ("B7654321", True, False)


def test_a_sealed_value_that_is_moved_to_another_person_is_refused(session: Session) -> None:
    make_body(session)
    first, second = make_person(session, "las", "Siti"), make_person(session, "las", "Budi")
    sealed = session.scalars(select(PersonName.sealed).where(PersonName.person_id == first)).one()
    session.add(PersonName(body_id="las", id=new_id(), person_id=second, sealed=sealed, recorded_at=NOW + timedelta(1)))
    session.flush()
    with pytest.raises(ValueError, match="belong to somebody else"):
        name_of(session, "las", second)


def test_a_key_that_is_moved_to_another_person_is_refused(session: Session) -> None:
    make_body(session)
    first, second = make_person(session, "las", "Siti"), make_person(session, "las", "Budi")
    session.get_one(PersonKey, ("las", second)).wrapped = session.get_one(PersonKey, ("las", first)).wrapped
    session.flush()
    with pytest.raises(ValueError, match="belong to somebody else"):
        name_of(session, "las", second)


def test_one_changed_bit_is_noticed(session: Session) -> None:
    make_body(session)
    person_id = make_person(session, "las")
    wrapped = wrapped_key(session, "las", person_id)
    sealed = bytearray(sealer().seal(wrapped, person_id, b"a photo"))
    sealed[-1] ^= 1
    with pytest.raises(ValueError, match="changed"):
        sealer().open(wrapped, person_id, bytes(sealed))


def test_erasing_destroys_what_is_personal_and_breaks_nothing_else(session: Session) -> None:
    make_body(session)
    person_id, other = make_person(session, "las", "Siti"), make_person(session, "las", "Budi")
    sealed = sealer().seal(wrapped_key(session, "las", person_id), person_id, b"a photo")
    erase_person(session, "las", person_id, now=NOW)
    assert name_of(session, "las", person_id) == ERASED_NAME
    assert documents_of(session, "las", person_id) == []
    with pytest.raises(Erased):
        birth_date_of(session, "las", person_id)
    with pytest.raises(Erased):
        sealer().open(wrapped_key(session, "las", person_id), person_id, sealed)
    assert name_of(session, "las", other).text == "Budi"
    assert session.get_one(PersonKey, ("las", person_id)).erased_at == NOW


def test_erasing_twice_changes_nothing(session: Session) -> None:
    make_body(session)
    person_id = make_person(session, "las")
    erase_person(session, "las", person_id, now=NOW)
    erase_person(session, "las", person_id, now=NOW + timedelta(days=1))
    assert session.get_one(PersonKey, ("las", person_id)).erased_at == NOW
    with pytest.raises(NotFound):
        erase_person(session, "las", "nobody", now=NOW)
