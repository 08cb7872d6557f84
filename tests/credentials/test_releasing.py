"""Releasing: by whom, what it makes, and everything that is refused."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.accounts.tables import BodyLicence, CredentialReset, Duty, Installation
from assessment.certification.releasable import decisions_to_release
from assessment.certification.tables import Application, Decision
from assessment.credentials.releasing import release
from assessment.credentials.tables import CredentialIntent, Release, StatusList, StatusSlot
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.certification.duties import Side
from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.jobs.tables import Job
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.certification import make_case, make_world
from tests.factories.credentials import make_decided, make_released, make_releaser

JAKARTA = ZoneInfo("Asia/Jakarta")


def test_a_release_gives_number_dates_places_and_a_job(session: Session) -> None:
    world = make_world(session)
    decision_id = make_decided(session, world)
    intent = release(session, make_releaser(session, world), decision_id, now=NOW)
    assert intent.number == "LAS-2026-000001"
    assert (intent.decided_on, intent.valid_until_on) == (date(2026, 3, 12), date(2029, 3, 12))
    assert intent.starts_at == datetime(2026, 3, 12, tzinfo=JAKARTA)
    assert intent.expires_at == datetime(2029, 3, 13, tzinfo=JAKARTA)
    job = session.scalars(select(Job)).one()
    assert (job.kind, job.payload) == ("issue", {"credential": intent.id})
    assert session.get_one(Application, ("las", intent.application_id)).state is ApplicationState.CERTIFIED


def test_a_certificate_has_one_place_in_each_list(session: Session) -> None:
    world = make_world(session)
    credential_id = make_released(session, world)
    slots = session.scalars(select(StatusSlot).where(StatusSlot.credential_intent_id == credential_id)).all()
    assert {slot.status_list_id for slot in slots} == {"las-revocation-0", "las-suspension-0"}
    assert {row.id for row in session.scalars(select(StatusList))} == {"las-revocation-0", "las-suspension-0"}


def test_a_place_cannot_be_used_twice(session: Session) -> None:
    world = make_world(session)
    first = make_released(session, world, number="2026-03")
    second = make_released(
        session, world, number="2026-04", candidate=make_actor(session, "las", Role.CANDIDATE, name="Joko Contoh")
    )
    taken = session.scalars(select(StatusSlot).where(StatusSlot.credential_intent_id == first)).first()
    assert taken is not None
    session.add(
        StatusSlot(
            body_id="las",
            status_list_id=taken.status_list_id,
            position=taken.position,
            credential_intent_id=second,
        )
    )
    session.expunge(taken)
    with pytest.raises(IntegrityError):
        session.flush()


def test_numbers_count_within_body_and_year(session: Session) -> None:
    world = make_world(session)
    other = make_world(session, body="dapur", candidate="Joko Contoh")
    releaser = make_releaser(session, world)
    ids = [
        make_released(
            session,
            world,
            releaser=releaser,
            number=f"2026-{place}",
            candidate=make_actor(session, "las", Role.CANDIDATE, name=f"Calon {chr(65 + place)}"),
        )
        for place in range(2)
    ]
    elsewhere = make_released(session, other)
    numbers = [session.get_one(CredentialIntent, ("las", id_)).number for id_ in ids]
    assert numbers == ["LAS-2026-000001", "LAS-2026-000002"]
    assert session.get_one(CredentialIntent, ("dapur", elsewhere)).number == "DAPUR-2026-000001"


def test_the_first_release_fixes_the_origin(session: Session) -> None:
    make_released(session, make_world(session))
    installation = session.get_one(Installation, 1)
    assert (installation.origin, installation.demo) == ("http://localhost:8000", False)


def test_a_released_decision_waits_no_longer(session: Session) -> None:
    world = make_world(session)
    decision_id = make_decided(session, world)
    assert [line.decision_id for line in decisions_to_release(session, "las")[0]] == [decision_id]
    releaser = make_releaser(session, world)
    release(session, releaser, decision_id, now=NOW)
    assert decisions_to_release(session, "las") == ([], 0)
    with pytest.raises(Conflict):
        release(session, releaser, decision_id, now=NOW)


@pytest.mark.parametrize("side", ["assessor", "invigilator", "decider", "candidate"])
def test_who_took_part_cannot_release(session: Session, side: str) -> None:
    world = make_world(session)
    decision_id = make_decided(session, world)
    person = {
        "assessor": world.assessor,
        "invigilator": world.invigilator,
        "decider": world.deciders[0],
        "candidate": world.candidate,
    }[side]
    with pytest.raises(NotAllowed):
        release(session, person, decision_id, now=NOW)
    assert session.scalars(select(Release)).all() == []


def test_the_database_itself_refuses_a_release_by_who_took_part(session: Session) -> None:
    world = make_world(session)
    decision_id = make_decided(session, world)
    decision = session.get_one(Decision, ("las", decision_id))
    session.add(
        Release(
            body_id="las",
            decision_id=decision_id,
            application_id=decision.application_id,
            person_id=world.assessor.person_id,
            released_at=NOW,
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()


def test_who_trained_the_candidate_for_an_earlier_application_cannot_release(session: Session) -> None:
    world = make_world(session)
    decision_id = make_decided(session, world)
    releaser = make_releaser(session, world)
    earlier = make_case(session, world, state=ApplicationState.WITHDRAWN)
    take_side(session, "las", earlier, releaser.person_id, Side.TRAINER, now=NOW - timedelta(days=100))
    with pytest.raises(NotAllowed, match="trainer"):
        release(session, releaser, decision_id, now=NOW)


def test_who_reset_a_colleagues_password_waits_24_hours(session: Session) -> None:
    world = make_world(session)
    decision_id = make_decided(session, world)
    releaser = make_releaser(session, world)
    session.add(
        CredentialReset(
            body_id="las",
            id=new_id(),
            account_id=world.assessor.account_id,
            reset_by=releaser.person_id,
            at=NOW - timedelta(hours=23),
        )
    )
    session.flush()
    with pytest.raises(NotAllowed, match="credentials"):
        release(session, releaser, decision_id, now=NOW)
    assert release(session, releaser, decision_id, now=NOW + timedelta(hours=1)).number


def test_without_a_licence_for_the_scheme_nothing_is_released(session: Session) -> None:
    world = make_world(session)
    decision_id = make_decided(session, world)
    for licence in session.scalars(select(BodyLicence)):
        licence.scheme_codes = ["OTHER"]
    session.flush()
    with pytest.raises(Conflict, match="licence"):
        release(session, make_releaser(session, world), decision_id, now=NOW)


def test_a_name_that_no_passport_can_hold_is_refused_before_anything_is_promised(session: Session) -> None:
    world = make_world(session, candidate="佐藤")
    decision_id = make_decided(session, world)
    with pytest.raises(Invalid):
        release(session, make_releaser(session, world), decision_id, now=NOW)
    assert session.scalars(select(CredentialIntent)).all() == []


def test_another_bodys_decision_does_not_exist(session: Session) -> None:
    decision_id = make_decided(session, make_world(session))
    make_body(session, "lain")
    with pytest.raises(NotFound):
        release(session, make_actor(session, "lain", Role.RELEASER), decision_id, now=NOW)


def test_the_releaser_stands_on_a_side_from_then_on(session: Session) -> None:
    world = make_world(session)
    releaser = make_releaser(session, world)
    credential_id = make_released(session, world, releaser=releaser)
    application_id = session.get_one(CredentialIntent, ("las", credential_id)).application_id
    assert session.get_one(Duty, ("las", application_id, releaser.person_id)).side is Side.RELEASER
