"""Keys for PDF files are changed by two people as all keys are; which one seals follows from what they confirmed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from cryptography import x509
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.persons import erase_person
from assessment.credentials.changing_keys import CLOSE_KEY, answer, key_lines, propose, ready_for
from assessment.credentials.exporting import Format, export
from assessment.credentials.pdf_certificates import pdf_keys, ready_certificate, sealing_keys
from assessment.credentials.signer_client import signer
from assessment.credentials.tables_keys import (
    KeyChangeKind,
    PdfCertificate,
    PdfKeyChange,
    PdfKeyConfirmation,
    PdfSeal,
)
from assessment.database import create_triggers, drop_triggers
from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.jobs.tables import Job
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.certification import World, make_world
from tests.factories.credentials import make_issued

LATER = NOW + timedelta(hours=1)
ROTATION, RETIREMENT, COMPROMISE = KeyChangeKind
FIRST, SECOND, THIRD = (f"pdf-{NOW.year}{number}" for number in ("", "-2", "-3"))


@pytest.fixture
def world(signing: Session) -> World:
    return make_world(signing)


@pytest.fixture
def proposer(signing: Session, world: World) -> Actor:
    return make_actor(signing, world.body_id, Role.QUALITY_MANAGER, name="Mira Contoh")


@pytest.fixture
def confirmer(signing: Session, world: World) -> Actor:
    return make_actor(signing, world.body_id, Role.ADMINISTRATOR, name="Adi Contoh")


@contextmanager
def apart(session: Session) -> Iterator[None]:
    """Let what opens transactions of its own do so: the test goes on as the author that it was."""
    session.commit()
    author = session.info["act"]
    yield
    session.info["act"] = author


def ready(session: Session, now: datetime = NOW) -> str:
    """The key that seals at a moment; opened where there is none."""
    with apart(session):
        return ready_certificate("las", now)[0]


def changed(session: Session, proposer: Actor, confirmer: Actor, key_id: str, kind: KeyChangeKind) -> None:
    """Have two people change a key. (The signer is shared with other tests, and is told nothing.)"""
    change = propose(session, proposer, key_id, kind, reason="Alasan contoh.", now=LATER)
    answer(session, confirmer, change.id, confirmed=True, now=LATER)


def test_a_proposal_alone_and_one_that_is_turned_down_change_nothing(
    signing: Session, proposer: Actor, confirmer: Actor
) -> None:
    assert ready(signing) == FIRST
    change = propose(signing, proposer, FIRST, ROTATION, reason="Alasan contoh.", now=NOW)
    (line,) = key_lines(signing, "las")
    assert line.waiting is change
    assert ready(signing) == FIRST
    answer(signing, confirmer, change.id, confirmed=False, note="Belum perlu.", now=NOW)
    (line,) = key_lines(signing, "las")
    assert (line.waiting, line.retired_at) == (None, None)
    assert ready(signing) == FIRST
    with pytest.raises(Conflict, match="has its answer"):
        answer(signing, confirmer, change.id, confirmed=True, now=NOW)


def test_after_a_rotation_the_next_key_of_the_year_seals(signing: Session, proposer: Actor, confirmer: Actor) -> None:
    ready(signing)
    changed(signing, proposer, confirmer, FIRST, ROTATION)
    assert ready(signing, LATER) == SECOND
    lines = {line.id: (line.opened_at, line.retired_at, line.compromised_at) for line in key_lines(signing, "las")}
    assert lines == {FIRST: (NOW, LATER, None), SECOND: (LATER, None, None)}
    certificates = {
        row.id: x509.load_der_x509_certificate(row.certificate) for row in signing.scalars(select(PdfCertificate))
    }
    assert certificates[FIRST].subject == certificates[SECOND].subject
    assert certificates[FIRST].public_key() != certificates[SECOND].public_key()
    assert certificates[FIRST].serial_number != certificates[SECOND].serial_number
    assert signer().sign("las", SECOND, b"content")
    asked = signing.scalars(select(Job).where(Job.kind == CLOSE_KEY)).one()
    assert (asked.body_id, asked.payload) == ("las", {"key": FIRST})


def test_after_a_retirement_the_next_key_is_opened_when_something_is_sealed(
    signing: Session, proposer: Actor, confirmer: Actor
) -> None:
    ready(signing)
    changed(signing, proposer, confirmer, FIRST, RETIREMENT)
    assert [line.id for line in key_lines(signing, "las")] == [FIRST]
    assert ready(signing, LATER) == SECOND
    assert [key.removed_at for key in sealing_keys(signing)["las"]] == [None, None]


def test_a_compromised_key_is_published_as_such_and_a_third_one_follows(
    signing: Session, proposer: Actor, confirmer: Actor
) -> None:
    ready(signing)
    changed(signing, proposer, confirmer, FIRST, ROTATION)
    changed(signing, proposer, confirmer, FIRST, COMPROMISE)  # a retired key can still turn out to be stolen
    assert ready(signing, LATER) == SECOND
    changed(signing, proposer, confirmer, SECOND, COMPROMISE)
    assert ready(signing, LATER) == THIRD
    rows = {row.id: sha256(row.certificate).hexdigest() for row in signing.scalars(select(PdfCertificate))}
    assert {key.id: (key.certificate_sha256, key.removed_at) for key in sealing_keys(signing)["las"]} == {
        FIRST: (rows[FIRST], LATER),
        SECOND: (rows[SECOND], LATER),
        THIRD: (rows[THIRD], None),
    }


def test_the_next_year_begins_with_its_first_key(signing: Session, proposer: Actor, confirmer: Actor) -> None:
    ready(signing)
    changed(signing, proposer, confirmer, FIRST, ROTATION)
    next_year = NOW + timedelta(days=366)
    assert ready(signing, next_year) == f"pdf-{NOW.year + 1}"
    assert {key.id: key.retired_at for key in pdf_keys(signing, "las")} == {
        FIRST: LATER,
        SECOND: next_year,
        f"pdf-{NOW.year + 1}": None,
    }
    with pytest.raises(Conflict, match="retired already"):
        propose(signing, proposer, SECOND, ROTATION, reason="Alasan contoh.", now=next_year)


def test_what_was_made_ready_counts_only_once_it_is_confirmed(
    signing: Session, proposer: Actor, confirmer: Actor
) -> None:
    """A crash between the signer's new key and the confirmation leaves everything as it was."""
    ready(signing)
    change_id = propose(signing, proposer, FIRST, ROTATION, reason="Alasan contoh.", now=NOW).id
    for _ in range(2):
        with apart(signing):
            ready_for("las", change_id, LATER)
        assert [line.id for line in key_lines(signing, "las")] == [FIRST]
        assert ready(signing, LATER) == FIRST
    answer(signing, confirmer, change_id, confirmed=True, now=LATER)
    assert ready(signing, LATER) == SECOND


def test_an_issued_file_is_remembered_by_its_digest_and_its_key(signing: Session, world: World) -> None:
    credential_id = make_issued(signing, world)
    pdf = export(signing, "las", credential_id, Format.PDF)
    row = signing.scalars(select(PdfSeal)).one()
    assert (row.credential_id, row.key_id, row.sha256) == (credential_id, FIRST, sha256(pdf).hexdigest())


@pytest.mark.parametrize("erased", [False, True])
def test_files_from_before_digests_were_kept_are_remembered_when_their_key_falls(
    signing: Session, world: World, proposer: Actor, confirmer: Actor, erased: bool
) -> None:
    credential_id = make_issued(signing, world)
    digest = sha256(export(signing, "las", credential_id, Format.PDF)).hexdigest()
    drop_triggers(signing.connection())
    signing.execute(delete(PdfSeal))
    create_triggers(signing.connection())
    if erased:
        erase_person(signing, "las", world.candidate.person_id, now=NOW)
    change_id = propose(signing, proposer, FIRST, COMPROMISE, reason="Alasan contoh.", now=NOW).id
    with apart(signing):
        ready_for("las", change_id, LATER)
    answer(signing, confirmer, change_id, confirmed=True, now=LATER)
    found = [(row.credential_id, row.key_id, row.sha256) for row in signing.scalars(select(PdfSeal))]
    assert found == ([] if erased else [(credential_id, FIRST, digest)])


def test_the_one_who_proposed_cannot_confirm(signing: Session, proposer: Actor, confirmer: Actor) -> None:
    ready(signing)
    change = propose(signing, proposer, FIRST, COMPROMISE, reason="Alasan contoh.", now=NOW)
    with pytest.raises(NotAllowed, match="second person"):
        answer(signing, proposer, change.id, confirmed=True, now=NOW)
    signing.commit()
    for said, by in ((proposer, proposer), (confirmer, confirmer)):  # the second lies about who proposed
        signing.add(
            PdfKeyConfirmation(
                body_id="las",
                pdf_key_change_id=change.id,
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


@pytest.mark.parametrize("table", [PdfKeyChange, PdfKeyConfirmation, PdfSeal, PdfCertificate])
def test_what_was_recorded_cannot_be_changed(
    signing: Session, world: World, proposer: Actor, confirmer: Actor, table: type
) -> None:
    make_issued(signing, world)
    changed(signing, proposer, confirmer, FIRST, RETIREMENT)
    signing.delete(signing.scalars(select(table)).one())
    with pytest.raises(IntegrityError, match="append-only"):
        signing.flush()


def test_what_cannot_be_proposed(signing: Session, proposer: Actor, confirmer: Actor) -> None:
    ready(signing)
    for unknown in (SECOND, "pdf-1999", "pdf-"):
        with pytest.raises(NotFound):
            propose(signing, proposer, unknown, ROTATION, reason="Alasan contoh.", now=NOW)
    with pytest.raises(Invalid):
        propose(signing, proposer, FIRST, ROTATION, reason=" ", now=NOW)
    make_body(signing, "dapur")
    stranger = make_actor(signing, "dapur", Role.QUALITY_MANAGER, name="Orang Lain")
    with pytest.raises(NotFound):
        propose(signing, stranger, FIRST, ROTATION, reason="Alasan contoh.", now=NOW)
    change = propose(signing, proposer, FIRST, ROTATION, reason="Alasan contoh.", now=NOW)
    with pytest.raises(Conflict, match="waits"):
        propose(signing, confirmer, FIRST, COMPROMISE, reason="Alasan contoh.", now=NOW)
    with pytest.raises(NotFound):
        answer(signing, stranger, change.id, confirmed=True, now=NOW)
    answer(signing, confirmer, change.id, confirmed=True, now=LATER)
    with pytest.raises(Conflict, match="retired already"):
        propose(signing, proposer, FIRST, RETIREMENT, reason="Alasan contoh.", now=LATER)
    changed(signing, proposer, confirmer, FIRST, COMPROMISE)
    with pytest.raises(Conflict, match="withdrawn"):
        propose(signing, proposer, FIRST, COMPROMISE, reason="Alasan contoh.", now=LATER)
