"""Keys are changed by two people; what each change leaves valid, and what it takes away."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.credentials.changing_keys import CLOSE_KEY, answer, key_lines, propose
from assessment.credentials.keys import current_key
from assessment.credentials.public import did_document, issuers
from assessment.credentials.signer_client import signer
from assessment.credentials.status_lists import renew_lists
from assessment.credentials.tables import Credential, IssuerKey, StatusListDocument
from assessment.credentials.tables_keys import KeyChange, KeyChangeKind, KeyConfirmation
from assessment.domain.credentials.multibase import decode_multikey
from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.jobs.tables import Job
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.certification import World, make_world
from tests.factories.credentials import make_issued

DID = "did:web:localhost%3A8000:b:las"
LATER = NOW + timedelta(hours=1)
ROTATION, RETIREMENT, COMPROMISE = KeyChangeKind


@pytest.fixture
def world(signing: Session) -> World:
    return make_world(signing)


@pytest.fixture
def proposer(signing: Session, world: World) -> Actor:
    return make_actor(signing, world.body_id, Role.QUALITY_MANAGER, name="Mira Contoh")


@pytest.fixture
def confirmer(signing: Session, world: World) -> Actor:
    return make_actor(signing, world.body_id, Role.ADMINISTRATOR, name="Adi Contoh")


def current(session: Session) -> IssuerKey:
    return current_key(session, "las", NOW)


def changed(session: Session, proposer: Actor, confirmer: Actor, key: IssuerKey, kind: KeyChangeKind) -> None:
    """Have two people change a key. (The signer is shared with other tests, and is told nothing.)"""
    change = propose(session, proposer, key.id, kind, reason="Alasan contoh.", now=LATER)
    answer(session, confirmer, change.id, confirmed=True, now=LATER)


def published(session: Session) -> list[str]:
    document = did_document(session, "las")
    assert document is not None
    methods = document["assertionMethod"]
    assert isinstance(methods, list)
    return [method.rpartition("#")[2] for method in methods]


def test_a_proposal_alone_changes_nothing(signing: Session, proposer: Actor) -> None:
    key = current(signing)
    propose(signing, proposer, key.id, ROTATION, reason="Alasan contoh.", now=NOW)
    assert current(signing) is key
    (line,) = key_lines(signing, "las")
    assert line.waiting is not None
    assert (line.waiting.kind, line.retired_at) == (ROTATION, None)


def test_after_a_rotation_the_next_key_of_the_year_signs_and_both_are_published(
    signing: Session, proposer: Actor, confirmer: Actor
) -> None:
    first = current(signing)
    changed(signing, proposer, confirmer, first, ROTATION)
    second = current_key(signing, "las", LATER)
    assert (first.id, second.id, second.year) == (str(NOW.year), f"{NOW.year}-2", NOW.year)
    assert (first.retired_at, first.compromised_at, second.retired_at) == (LATER, None, None)
    assert first.multibase != second.multibase
    assert published(signing) == [first.id, second.id]
    assert signer().sign("las", second.id, b"content")
    asked = signing.scalars(select(Job).where(Job.kind == CLOSE_KEY)).one()
    assert (asked.body_id, asked.payload) == ("las", {"key": first.id})


def test_a_retired_key_is_followed_by_the_next_when_something_is_signed(
    signing: Session, proposer: Actor, confirmer: Actor
) -> None:
    first = current(signing)
    change = propose(signing, proposer, first.id, RETIREMENT, reason="Alasan contoh.", now=LATER)
    answer(signing, confirmer, change.id, confirmed=True, now=LATER)
    assert published(signing) == [first.id]
    assert current_key(signing, "las", LATER).id == f"{NOW.year}-2"


def test_a_compromised_key_leaves_the_document_and_stands_in_the_register(
    signing: Session, proposer: Actor, confirmer: Actor
) -> None:
    first = current(signing)
    changed(signing, proposer, confirmer, first, COMPROMISE)
    second = current_key(signing, "las", LATER)
    assert published(signing) == [second.id]
    issuer = issuers(signing)[DID]
    assert issuer.compromised_keys == {f"{DID}#{first.id}"}
    removed = issuer.removed_keys[f"{DID}#{first.id}"]
    assert (removed.public_key, removed.removed_at) == (decode_multikey(first.multibase), LATER)


def test_a_retired_key_can_still_turn_out_to_be_stolen(signing: Session, proposer: Actor, confirmer: Actor) -> None:
    first = current(signing)
    changed(signing, proposer, confirmer, first, ROTATION)
    changed(signing, proposer, confirmer, first, COMPROMISE)
    assert published(signing) == [f"{NOW.year}-2"]


def test_lists_that_a_thief_could_have_signed_are_signed_again(
    signing: Session, world: World, proposer: Actor, confirmer: Actor
) -> None:
    make_issued(signing, world)
    signing.commit()
    author = signing.info["act"]
    renew_lists(NOW)
    signing.info["act"] = author
    first = current(signing)
    changed(signing, proposer, confirmer, first, COMPROMISE)
    assert signing.scalars(select(StatusListDocument)).all() == []
    signing.commit()
    renew_lists(LATER)
    documents = signing.scalars(select(StatusListDocument)).all()
    methods = {document.document["proof"]["verificationMethod"] for document in documents}
    assert methods == {f"{DID}#{NOW.year}-2"}


def test_a_third_key_follows_the_second(signing: Session, proposer: Actor, confirmer: Actor) -> None:
    changed(signing, proposer, confirmer, current(signing), ROTATION)
    changed(signing, proposer, confirmer, current_key(signing, "las", LATER), ROTATION)
    assert current_key(signing, "las", LATER).id == f"{NOW.year}-3"
    assert [line.id for line in key_lines(signing, "las") if line.retired_at is None] == [f"{NOW.year}-3"]


def test_the_next_year_begins_with_its_first_key(signing: Session, proposer: Actor, confirmer: Actor) -> None:
    changed(signing, proposer, confirmer, current(signing), ROTATION)
    assert current_key(signing, "las", NOW + timedelta(days=366)).id == str(NOW.year + 1)


def test_a_certificate_from_before_a_rotation_keeps_its_key(
    signing: Session, world: World, proposer: Actor, confirmer: Actor
) -> None:
    credential_id = make_issued(signing, world)
    changed(signing, proposer, confirmer, current(signing), ROTATION)
    assert signing.get_one(Credential, ("las", credential_id)).key_id in published(signing)


def test_the_one_who_proposed_cannot_confirm(signing: Session, proposer: Actor) -> None:
    change = propose(signing, proposer, current(signing).id, ROTATION, reason="Alasan contoh.", now=NOW)
    with pytest.raises(NotAllowed, match="second person"):
        answer(signing, proposer, change.id, confirmed=True, now=NOW)


def test_the_database_refuses_one_person_for_both(signing: Session, proposer: Actor, confirmer: Actor) -> None:
    change = propose(signing, proposer, current(signing).id, ROTATION, reason="Alasan contoh.", now=NOW)
    signing.commit()
    for said, by in ((proposer, proposer), (confirmer, confirmer)):  # the second lies about who proposed
        signing.add(
            KeyConfirmation(
                body_id="las",
                key_change_id=change.id,
                proposed_by=said.person_id,
                confirmed_by=by.person_id,
                confirmed=True,
                note="",
                confirmed_at=NOW,
            )
        )
        with pytest.raises(IntegrityError):
            signing.flush()
        signing.rollback()


@pytest.mark.parametrize("table", ["key_change", "key_confirmation"])
def test_what_was_proposed_and_answered_cannot_be_changed(
    signing: Session, proposer: Actor, confirmer: Actor, table: str
) -> None:
    changed(signing, proposer, confirmer, current(signing), ROTATION)
    rows = {"key_change": KeyChange, "key_confirmation": KeyConfirmation}
    signing.delete(signing.scalars(select(rows[table])).one())
    with pytest.raises(IntegrityError, match="append-only"):
        signing.flush()


def test_what_cannot_be_proposed(signing: Session, world: World, proposer: Actor, confirmer: Actor) -> None:
    key = current(signing)
    with pytest.raises(NotFound):
        propose(signing, proposer, "1999", ROTATION, reason="Alasan contoh.", now=NOW)
    with pytest.raises(Invalid):
        propose(signing, proposer, key.id, ROTATION, reason=" ", now=NOW)
    make_body(signing, "dapur")
    stranger = make_actor(signing, "dapur", Role.QUALITY_MANAGER, name="Orang Lain")
    with pytest.raises(NotFound):
        propose(signing, stranger, key.id, ROTATION, reason="Alasan contoh.", now=NOW)
    change = propose(signing, proposer, key.id, ROTATION, reason="Alasan contoh.", now=NOW)
    with pytest.raises(Conflict, match="waits"):
        propose(signing, confirmer, key.id, COMPROMISE, reason="Alasan contoh.", now=NOW)
    with pytest.raises(NotFound):
        answer(signing, stranger, change.id, confirmed=True, now=NOW)
    answer(signing, confirmer, change.id, confirmed=False, note="Belum perlu.", now=NOW)
    with pytest.raises(Conflict, match="has its answer"):
        answer(signing, confirmer, change.id, confirmed=True, now=NOW)
    assert current(signing) is key
    changed(signing, proposer, confirmer, key, COMPROMISE)
    with pytest.raises(Conflict, match="withdrawn"):
        propose(signing, proposer, key.id, COMPROMISE, reason="Alasan contoh.", now=LATER)
