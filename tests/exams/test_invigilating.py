"""The invigilator: check-in with document and photo, release, extra time, voiding; only at the own site."""

from datetime import timedelta
from io import BytesIO

import pytest

from assessment.accounts.tables import CheckIn, Duty
from assessment.domain.certification.duties import Side
from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.roles import Role
from assessment.exams.invigilating import give_time, release, void
from assessment.exams.tables import Attempt, AttemptRelease, ExtraTime
from assessment.exams.taking import start
from tests.exams.room import BODY, Room, csrf_of, hidden, open_room
from tests.factories.accounts import NOW, make_actor, make_body, make_site
from tests.factories.exams import a_photo_file, let_start
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")


@pytest.fixture
def room(site: Site) -> Room:
    return open_room(site, others=["Ahmad Contoh", "Dewi Misal"])


def give(room: Room, *ids: str, minutes: int = 15, reason: str = "Listrik padam") -> None:
    with room.writing() as session:
        give_time(
            session,
            BODY,
            room.exam.sitting_id,
            ids,
            minutes=minutes,
            reason=reason,
            given_by=room.invigilator.person_id,
            now=room.now,
        )


def test_check_in_and_release_in_the_browser(room: Room) -> None:
    client = room.signed_in(room.invigilator)
    place = f"/rooms/attempts/{room.attempt_id}"
    page = client.get(place)
    assert "Siti Contoh" in page.text
    assert "Paspor" in page.text
    assert "1 Januari 2031" in page.text
    document = page.text.split('name="document_id" value="')[1].split('"')[0]
    data = {"csrf_token": csrf_of(page), "document_id": document, "exception": "Rambut lebih pendek"}
    photo = {"photo": (BytesIO(a_photo_file()), "photo.png")}
    reply = client.post(f"{place}/check-in", data={**data, **photo}, content_type="multipart/form-data")
    assert reply.status_code == 303, reply.text
    assert room.attempt().state is AttemptState.CHECKED_IN
    shown = client.get(place)
    assert "Rambut lebih pendek" in shown.text
    released = client.post(f"{place}/release", data={"csrf_token": csrf_of(shown)})
    assert released.status_code == 303
    assert room.attempt().state is AttemptState.RELEASED
    application_id = room.attempt().application_id
    with room.writing() as session:
        entry = session.get_one(AttemptRelease, (BODY, room.attempt_id))
        assert entry.person_id == room.invigilator.person_id
        duty = session.get_one(Duty, (BODY, application_id, room.invigilator.person_id))
        assert duty.side is Side.INVIGILATOR


def test_photo_is_shown_to_the_invigilator_and_kept_nowhere(room: Room) -> None:
    room.start()
    reply = room.signed_in(room.invigilator).get(f"/rooms/attempts/{room.attempt_id}/photo")
    assert reply.mimetype == "image/jpeg"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.data.startswith(b"\xff\xd8")
    with room.writing() as session:
        digest = session.query(CheckIn).one().photo_digest
    assert not room.site.app.extensions["storage"].get(digest).startswith(b"\xff\xd8")


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\0" * 50])
def test_what_is_no_photo_is_refused_and_nothing_is_recorded(room: Room, content: bytes) -> None:
    client = room.signed_in(room.invigilator)
    place = f"/rooms/attempts/{room.attempt_id}"
    page = client.get(place)
    document = page.text.split('name="document_id" value="')[1].split('"')[0]
    reply = client.post(
        f"{place}/check-in",
        data={
            "csrf_token": csrf_of(page),
            "document_id": document,
            "photo": (BytesIO(content), "photo.png"),
        },
        content_type="multipart/form-data",
    )
    assert reply.status_code == 422
    assert room.attempt().state is AttemptState.PREPARED


def test_nobody_is_released_without_check_in(room: Room) -> None:
    with room.writing() as session, pytest.raises(Conflict):
        release(session, room.invigilator, room.attempt_id, now=NOW)


def test_candidate_cannot_release_the_own_attempt(room: Room) -> None:
    with room.writing() as session:
        attempt = session.get_one(Attempt, (BODY, room.attempt_id))
        attempt.state = AttemptState.CHECKED_IN
        session.flush()
        with pytest.raises(Conflict):
            release(session, room.candidate, room.attempt_id, now=NOW)


def test_extra_time_moves_the_end_of_everybody_chosen(room: Room) -> None:
    storage = room.site.app.extensions["storage"]
    room.start()
    with room.writing() as session:
        other = session.get_one(Attempt, (BODY, room.others[0]))
        let_start(session, room.invigilator, storage, other)
        start(session, BODY, other.id, now=NOW + timedelta(minutes=5))
    give(room, room.attempt_id, room.others[0], minutes=20)
    with room.writing() as session:
        ends = [session.get_one(Attempt, (BODY, each)).deadline for each in (room.attempt_id, room.others[0])]
        assert ends == [NOW + timedelta(minutes=80), NOW + timedelta(minutes=85)]
        assert session.query(ExtraTime).count() == 2


def test_extra_time_before_the_start_counts_from_the_start(room: Room) -> None:
    give(room, room.attempt_id, minutes=10)
    room.start()
    assert room.attempt().deadline == NOW + timedelta(minutes=70)


def test_extra_time_is_for_all_or_nobody(room: Room) -> None:
    with pytest.raises(NotFound):
        give(room, room.attempt_id, "no-such-attempt")
    assert room.attempt().extra_seconds == 0


@pytest.mark.parametrize(("minutes", "reason"), [(0, "Listrik padam"), (-5, "Listrik padam"), (10, "  a ")])
def test_extra_time_needs_minutes_and_a_reason(room: Room, minutes: int, reason: str) -> None:
    with pytest.raises(Invalid):
        give(room, room.attempt_id, minutes=minutes, reason=reason)


def test_extra_time_is_given_from_the_room_page(room: Room) -> None:
    room.start()
    client = room.signed_in(room.invigilator)
    place = f"/rooms/{room.exam.sitting_id}"
    page = client.get(place)
    data = {"csrf_token": csrf_of(page), "minutes": "15", "reason": "Listrik padam"}
    nobody = client.post(f"{place}/extra-time", data=data)
    assert nobody.status_code == 422
    assert "Pilih sekurangnya satu asesi" in nobody.text
    reply = client.post(f"{place}/extra-time", data={**data, "attempt": [room.attempt_id, *room.others]})
    assert reply.status_code == 303
    assert room.attempt().deadline == NOW + timedelta(minutes=75)


def test_voiding_keeps_the_answers_and_tells_the_reason(room: Room) -> None:
    room.start()
    room.send(room.event())
    client = room.signed_in(room.invigilator)
    place = f"/rooms/attempts/{room.attempt_id}"
    reply = client.post(f"{place}/void", data={"csrf_token": csrf_of(client.get(place)), "reason": "Memakai telepon"})
    assert reply.status_code == 303
    assert room.attempt().state is AttemptState.VOIDED
    assert len(room.events()) == 1
    assert "Memakai telepon" in client.get(place).text
    refused = room.send(room.event(seq=2, response="A")).json
    assert refused is not None
    assert [each["reason"] for each in refused["refused"]] == ["voided"]


def test_voiding_needs_a_reason(room: Room) -> None:
    with room.writing() as session, pytest.raises(Invalid):
        void(session, room.invigilator, room.attempt_id, reason="  ", now=NOW)


def test_invigilator_of_another_site_finds_nothing(room: Room) -> None:
    with room.writing() as session:
        elsewhere = make_site(session, BODY, "TUK Lain")
        stranger = make_actor(session, BODY, Role.INVIGILATOR, site_id=elsewhere)
    client = room.signed_in(stranger)
    assert client.get(f"/rooms/{room.exam.sitting_id}").status_code == 404
    assert client.get(f"/rooms/attempts/{room.attempt_id}").status_code == 404
    assert client.get(f"/rooms/attempts/{room.attempt_id}/photo").status_code == 404
    assert room.exam.sitting_id not in client.get("/rooms").text


def test_today_lists_the_sittings_of_the_day(room: Room) -> None:
    client = room.signed_in(room.invigilator)
    assert f"/rooms/{room.exam.sitting_id}" in client.get("/today").text
    room.now = NOW + timedelta(days=1)
    room.clients.clear()
    assert f"/rooms/{room.exam.sitting_id}" not in room.signed_in(room.invigilator).get("/rooms").text


def test_another_body_finds_nothing(room: Room) -> None:
    with room.writing() as session:
        make_body(session, "lain")
    with room.writing() as session:
        stranger = make_actor(session, "lain", Role.INVIGILATOR, Role.SCHEME_MANAGER, login="lain.orang")
    client = room.site.client()
    page = client.get("/signin")
    client.post(
        "/signin",
        data={"login": "lain.orang", "password": "rahasia sekali", "csrf_token": hidden(page, "csrf_token")},
    )
    assert stranger.body_id == "lain"
    for place in (f"/rooms/{room.exam.sitting_id}", f"/sittings/{room.exam.sitting_id}"):
        assert client.get(place).status_code == 404
