"""Sittings: where and when they may be, the roster that closes, and the attempts prepared from it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from assessment.accounts.tables import Site as Place
from assessment.database import db
from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.domain.roles import Role
from assessment.exams.candidates import Registrable, Registration, _source, candidates_come_from
from assessment.exams.preparing import content_on, layout_of, prepare
from assessment.exams.sittings import NewSitting, close_roster, create_sitting, grant_time, register
from assessment.exams.tables import Attempt, Form, FormState, RosterEntry, Sitting
from assessment.schemes.tables import SchemeState, SchemeVersion
from tests.exams.room import BODY, Room, csrf_of, open_room
from tests.factories.accounts import NOW, make_actor, make_person
from tests.factories.competency import make_application
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")
EARLY = NOW - timedelta(days=2)


@pytest.fixture
def room(site: Site) -> Room:
    return open_room(site)


def plan(room: Room, code: str = "S-baru") -> NewSitting:
    return NewSitting(
        form_id=room.exam.form_id,
        site_id=room.exam.site_id,
        code=code,
        starts_at=NOW + timedelta(days=3),
        closes_at=NOW + timedelta(days=3, hours=1),
    )


def test_site_must_be_verified_on_that_day(room: Room) -> None:
    with room.writing() as session:
        session.get_one(Place, (BODY, room.exam.site_id)).verified_until = date(2026, 3, 14)
        session.flush()
        with pytest.raises(Conflict, match="verified"):
            create_sitting(session, BODY, plan(room))


def test_sitting_needs_a_ready_form_of_a_published_scheme(room: Room) -> None:
    with room.writing() as session:
        version = session.get_one(SchemeVersion, (BODY, room.exam.scheme.scheme_version_id))
        version.state = SchemeState.DRAFT
        with pytest.raises(Conflict, match="published"):
            create_sitting(session, BODY, plan(room))
        version.state = SchemeState.PUBLISHED
        session.get_one(Form, (BODY, room.exam.form_id)).state = FormState.RETIRED
        with pytest.raises(Conflict, match="retired"):
            create_sitting(session, BODY, plan(room))


def test_code_of_a_sitting_is_used_once(room: Room) -> None:
    with room.writing() as session:
        create_sitting(session, BODY, plan(room))
        with pytest.raises(Conflict):
            create_sitting(session, BODY, plan(room))


def test_last_start_lies_after_the_first(room: Room) -> None:
    backwards = replace(plan(room), closes_at=plan(room).starts_at)
    with room.writing() as session, pytest.raises(Invalid):
        create_sitting(session, BODY, backwards)


def test_closed_roster_admits_nobody(room: Room) -> None:
    with room.writing() as session:
        application, person = make_application(session, BODY, room.exam.scheme)
        with pytest.raises(Conflict, match="closed"):
            register(session, BODY, room.exam.sitting_id, application, person, now=EARLY, added_by=None)
        assert session.get(RosterEntry, (BODY, room.exam.sitting_id, application)) is None


def test_late_entry_is_a_row_of_its_own_with_its_reason(room: Room) -> None:
    with room.writing() as session:
        application, person = make_application(session, BODY, room.exam.scheme)
        entry = register(
            session,
            BODY,
            room.exam.sitting_id,
            application,
            person,
            now=EARLY,
            added_by=None,
            late_reason="Salah mencatat tanggal",
        )
        assert entry.late_reason == "Salah mencatat tanggal"
        assert len(prepare(session, BODY, room.exam.sitting_id)) == 1


def test_nobody_is_put_on_a_roster_twice_or_after_the_last_start(room: Room) -> None:
    with room.writing() as session:
        sitting = create_sitting(session, BODY, plan(room))
        application, person = make_application(session, BODY, room.exam.scheme)
        register(session, BODY, sitting.id, application, person, now=EARLY, added_by=None)
        with pytest.raises(Conflict, match="already"):
            register(session, BODY, sitting.id, application, person, now=EARLY, added_by=None)
        other, stranger = make_application(session, BODY, room.exam.scheme)
        with pytest.raises(Conflict, match="over"):
            register(session, BODY, sitting.id, other, stranger, now=sitting.closes_at, added_by=None)


def test_attempts_are_prepared_only_for_a_closed_roster(room: Room) -> None:
    with room.writing() as session:
        sitting = create_sitting(session, BODY, plan(room))
        with pytest.raises(Conflict, match="Close the roster"):
            prepare(session, BODY, sitting.id)
        with pytest.raises(Conflict, match="Nobody"):
            close_roster(session, BODY, sitting.id, now=EARLY, closed_by=None)


def test_prepared_attempt_follows_from_form_and_seed(room: Room) -> None:
    with room.writing() as session:
        attempt = session.get_one(Attempt, (BODY, room.attempt_id))
        content = content_on(session, BODY, room.exam.form_id)
        assert attempt.layout == layout_of(content, attempt.seed)
        assert {entry["item"] for entry in attempt.layout["items"]} == set(room.exam.items)
        other = layout_of(content, b"another seed")
        assert other["items"] != attempt.layout["items"]


def test_preparing_twice_changes_nothing(room: Room) -> None:
    with room.writing() as session:
        assert prepare(session, BODY, room.exam.sitting_id) == []


def test_extra_time_on_the_roster_reaches_the_attempt(room: Room) -> None:
    with room.writing() as session:
        sitting = create_sitting(session, BODY, plan(room))
        application, person = make_application(session, BODY, room.exam.scheme)
        register(session, BODY, sitting.id, application, person, now=EARLY, added_by=None)
        grant_time(session, BODY, sitting.id, application, extra_seconds=1_800)
        close_roster(session, BODY, sitting.id, now=EARLY, closed_by=None)
        assert prepare(session, BODY, sitting.id)[0].extra_seconds == 1_800
        with pytest.raises(Conflict):
            grant_time(session, BODY, sitting.id, application, extra_seconds=60)


def test_sitting_of_another_body_is_not_found(room: Room) -> None:
    with room.writing() as session, pytest.raises(NotFound):
        close_roster(session, "lain", room.exam.sitting_id, now=NOW, closed_by=None)


def test_scheme_manager_takes_a_sitting_from_plan_to_prepared(room: Room) -> None:
    with room.writing() as session:
        manager = make_actor(session, BODY, Role.SCHEME_MANAGER)
        person = make_person(session, BODY, "Ahmad Contoh")
        application, _ = make_application(session, BODY, room.exam.scheme, person_id=person)

    def find(_session: object, _body: str, version: str) -> list[Registrable]:
        assert version == room.exam.scheme.scheme_version_id
        return [Registrable(application_id=application, person_id=person, number="2026-1")]

    def put(session: object, actor: object, wanted: Registration, at: object) -> None:
        register(
            db.session(),
            BODY,
            wanted.sitting_id,
            wanted.application_id,
            person,
            now=EARLY,
            added_by=manager.person_id,
            extra_seconds=wanted.extra_seconds,
            late_reason=wanted.late_reason,
        )

    before = list(_source)
    candidates_come_from(find, put)
    try:
        client = room.signed_in(manager)
        page = client.get("/sittings/new")
        made = client.post(
            "/sittings/new",
            data={
                "csrf_token": csrf_of(page),
                "form_id": room.exam.form_id,
                "site_id": room.exam.site_id,
                "code": "S-web",
                "starts_at": "2026-03-20T09:00",
                "closes_at": "2026-03-20T09:30",
            },
        )
        assert made.status_code == 303, made.text
        place = made.headers["Location"]
        token = csrf_of(client.get(place))
        added = client.post(
            place + "/candidates",
            data={"csrf_token": token, "application_id": application, "extra_minutes": "15"},
        )
        assert added.status_code == 303, added.text
        assert "Ahmad Contoh" in client.get(place).text
        for step in ("close", "prepare"):
            assert client.post(f"{place}/{step}", data={"csrf_token": token}).status_code == 303
    finally:
        _source[:] = before
    with room.writing() as session:
        sitting = session.scalars(select(Sitting).where(Sitting.code == "S-web")).one()
        assert sitting.starts_at.isoformat() == "2026-03-20T02:00:00+00:00"
        attempt = session.scalars(select(Attempt).where(Attempt.sitting_id == sitting.id)).one()
        assert attempt.extra_seconds == 900


def test_today_shows_rosters_and_sittings_that_wait(room: Room) -> None:
    with room.writing() as session:
        manager = make_actor(session, BODY, Role.SCHEME_MANAGER)
        create_sitting(session, BODY, plan(room, "S-buka"))
    assert "S-buka" in room.signed_in(manager).get("/today").text


def test_roster_is_searched_by_name(room: Room) -> None:
    with room.writing() as session:
        manager = make_actor(session, BODY, Role.SCHEME_MANAGER)
    client = room.signed_in(manager)
    assert "Siti Contoh" in client.get(f"/sittings/{room.exam.sitting_id}?q=siti").text
    assert "Siti Contoh" not in client.get(f"/sittings/{room.exam.sitting_id}?q=ahmad").text
