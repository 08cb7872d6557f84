"""Revoking, suspending, reinstating by two people, and the signed lists that tell it."""

from datetime import datetime, timedelta

import pytest
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.certification.tables import Application
from assessment.credentials.changing_status import answer, propose
from assessment.credentials.queries import certificates, open_proposals
from assessment.credentials.standing import Standing, standings
from assessment.credentials.status_lists import RENEW_AFTER, VALID_FOR, published_list, renew_lists
from assessment.credentials.tables import (
    CredentialIntent,
    StatusConfirmation,
    StatusListDocument,
    StatusPurpose,
    StatusSlot,
)
from assessment.database import Act
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.credentials.status_list import StatusPurpose as Purpose
from assessment.domain.credentials.status_list import read_list
from assessment.domain.credentials.verdict import Verdict
from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.settings import Settings
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.certification import World, make_world
from tests.factories.credentials import change_status, make_issued, make_releaser

REVOKE, SUSPEND = StatusPurpose.REVOCATION, StatusPurpose.SUSPENSION
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def world(signing: Session) -> World:
    return make_world(signing)


@pytest.fixture
def releaser(signing: Session, world: World) -> Actor:
    return make_releaser(signing, world)


@pytest.fixture
def credential_id(signing: Session, world: World, releaser: Actor) -> str:
    return make_issued(signing, world, releaser=releaser)


def marked(session: Session, credential_id: str, purpose: StatusPurpose, at: datetime = NOW) -> bool:
    position = session.scalar(
        select(StatusSlot.position).where(
            StatusSlot.credential_intent_id == credential_id, StatusSlot.status_list_id == f"las-{purpose}-0"
        )
    )
    author = session.info["act"]
    session.commit()
    document = published_list(f"las-{purpose}-0", at)
    session.info["act"] = author
    assert document is not None
    assert position is not None
    return read_list(document, Purpose(purpose)).is_set(position)


def verdict(session: Session) -> Verdict | None:
    return certificates(session, now=LATER, body_id="las")[0][0].verdict


def test_a_proposal_alone_changes_nothing(signing: Session, world: World, releaser: Actor, credential_id: str) -> None:
    propose(signing, releaser, credential_id, SUSPEND, True, reason="Ada keluhan.", now=NOW)
    assert not marked(signing, credential_id, SUSPEND)
    assert verdict(signing) is Verdict.VALID
    assert open_proposals(signing, "las")[1] == 1
    assert open_proposals(signing, "las", not_by=releaser.person_id)[1] == 0


def test_a_confirmed_change_takes_effect_at_once(
    signing: Session, world: World, releaser: Actor, credential_id: str
) -> None:
    assert not marked(signing, credential_id, SUSPEND)
    change_status(signing, releaser, world.quality, credential_id, SUSPEND)
    assert marked(signing, credential_id, SUSPEND)
    assert not marked(signing, credential_id, REVOKE)
    assert verdict(signing) is Verdict.SUSPENDED
    intent = signing.get_one(CredentialIntent, ("las", credential_id))
    assert signing.get_one(Application, ("las", intent.application_id)).state is ApplicationState.SUSPENDED


def test_a_suspension_can_be_lifted_by_two_people(
    signing: Session, world: World, releaser: Actor, credential_id: str
) -> None:
    change_status(signing, releaser, world.quality, credential_id, SUSPEND)
    change_status(signing, world.quality, releaser, credential_id, SUSPEND, False, now=LATER)
    assert not marked(signing, credential_id, SUSPEND, LATER)
    assert verdict(signing) is Verdict.VALID


def test_a_revocation_is_for_good(signing: Session, world: World, releaser: Actor, credential_id: str) -> None:
    change_status(signing, releaser, world.quality, credential_id, REVOKE)
    assert marked(signing, credential_id, REVOKE)
    assert verdict(signing) is Verdict.REVOKED
    for purpose, value in ((REVOKE, False), (SUSPEND, True)):
        with pytest.raises(Conflict):
            propose(signing, releaser, credential_id, purpose, value, reason="Alasan lain.", now=LATER)


def test_turned_down_is_turned_down(signing: Session, world: World, releaser: Actor, credential_id: str) -> None:
    change = propose(signing, releaser, credential_id, REVOKE, True, reason="Ada keluhan.", now=NOW)
    answer(signing, world.quality, change.id, confirmed=False, note="Tidak terbukti.", now=NOW)
    assert standings(signing, "las", [credential_id])[credential_id] == Standing()
    with pytest.raises(Conflict):
        answer(signing, world.quality, change.id, confirmed=True, now=NOW)


def test_nobody_answers_their_own_proposal(signing: Session, world: World, releaser: Actor, credential_id: str) -> None:
    change = propose(signing, releaser, credential_id, REVOKE, True, reason="Ada keluhan.", now=NOW)
    with pytest.raises(NotAllowed):
        answer(signing, releaser, change.id, confirmed=True, now=NOW)


def test_the_database_itself_wants_a_second_person(signing: Session, releaser: Actor, credential_id: str) -> None:
    change = propose(signing, releaser, credential_id, REVOKE, True, reason="Ada keluhan.", now=NOW)
    signing.add(
        StatusConfirmation(
            body_id="las",
            status_change_id=change.id,
            proposed_by=releaser.person_id,
            confirmed_by=releaser.person_id,
            confirmed=True,
            note="",
            confirmed_at=NOW,
        )
    )
    with pytest.raises(IntegrityError, match="four_eyes"):
        signing.flush()


def test_the_same_person_with_two_accounts_is_one_person(
    signing: Session, world: World, releaser: Actor, credential_id: str
) -> None:
    change = propose(signing, releaser, credential_id, REVOKE, True, reason="Ada keluhan.", now=NOW)
    other_account = make_actor(signing, "las", Role.QUALITY_MANAGER, person_id=releaser.person_id)
    with pytest.raises(NotAllowed):
        answer(signing, other_account, change.id, confirmed=True, now=NOW)


def test_the_holder_changes_nothing(signing: Session, world: World, credential_id: str) -> None:
    both = make_actor(signing, "las", Role.QUALITY_MANAGER, person_id=world.candidate.person_id)
    with pytest.raises(NotAllowed):
        propose(signing, both, credential_id, SUSPEND, True, reason="Ada keluhan.", now=NOW)


@pytest.mark.parametrize(("value", "message"), [(False, "not suspended"), (True, "waits")])
def test_what_makes_no_sense_is_refused(
    signing: Session, releaser: Actor, credential_id: str, value: bool, message: str
) -> None:
    if value:
        propose(signing, releaser, credential_id, SUSPEND, True, reason="Ada keluhan.", now=NOW)
    with pytest.raises(Conflict, match=message):
        propose(signing, releaser, credential_id, SUSPEND, value, reason="Ada keluhan.", now=NOW)


def test_a_reason_says_something(signing: Session, releaser: Actor, credential_id: str) -> None:
    with pytest.raises(Invalid):
        propose(signing, releaser, credential_id, SUSPEND, True, reason=" - ", now=NOW)


def test_another_bodys_certificate_does_not_exist(signing: Session, credential_id: str) -> None:
    make_body(signing, "lain")
    stranger = make_actor(signing, "lain", Role.QUALITY_MANAGER)
    with pytest.raises(NotFound):
        propose(signing, stranger, credential_id, SUSPEND, True, reason="Ada keluhan.", now=NOW)


def test_a_list_is_signed_once_for_half_an_hour(signing: Session, credential_id: str) -> None:
    first = published_list("las-revocation-0", NOW)
    assert published_list("las-revocation-0", NOW + RENEW_AFTER - timedelta(seconds=1)) == first
    renewed = published_list("las-revocation-0", NOW + RENEW_AFTER)
    assert renewed is not None
    assert renewed["validFrom"] == "2026-03-12T02:30:00Z"
    assert renewed["validUntil"] == "2026-03-12T14:30:00Z"
    assert renew_lists(NOW + RENEW_AFTER) == 2
    assert signing.scalar(select(func.count()).select_from(StatusListDocument)) == 2


def test_without_a_signer_an_old_list_is_given_while_it_holds(
    signing: Session, credential_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = published_list("las-revocation-0", NOW)
    take_signer_away(monkeypatch)
    assert published_list("las-revocation-0", NOW + VALID_FOR - timedelta(seconds=1)) == first
    with pytest.raises(Conflict):
        published_list("las-revocation-0", NOW + VALID_FOR)


def test_without_a_signer_nobody_is_told_the_state_of_before_a_change(
    signing: Session, world: World, releaser: Actor, credential_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    published_list("las-revocation-0", NOW)
    signing.info["act"] = world_author()
    change_status(signing, releaser, world.quality, credential_id, REVOKE)
    signing.commit()
    take_signer_away(monkeypatch)
    with pytest.raises(Conflict):
        published_list("las-revocation-0", NOW)


def test_there_is_no_list_of_another_name(signing: Session, credential_id: str) -> None:
    assert published_list("las-revocation-7", NOW) is None


def world_author() -> Act:
    """The author of what a test writes, again after a unit of work of the program."""
    return Act(body_id="las", account_id=None, person_id=None, at=NOW, name="test")


def take_signer_away(monkeypatch: pytest.MonkeyPatch) -> None:
    settings: Settings = current_app.extensions["settings"]
    gone = Settings(**{**settings.__dict__, "signer_socket": settings.home / "nowhere.sock"})
    monkeypatch.setitem(current_app.extensions, "settings", gone)
