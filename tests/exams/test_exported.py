"""Sealed answers: only this server opens them, a file is taken in once, and a hostile one is refused with a reason."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from assessment.accounts.sealed_box import MAGIC, public_key, seal
from assessment.database import db
from assessment.domain.errors import Invalid
from assessment.exams.sealed import LARGEST, open_box
from assessment.exams.tables import Standing
from assessment.exams.tables_devices import ExportedFile
from tests.exams.room import BODY, Room, csrf_of, hidden, open_room
from tests.factories.accounts import NOW
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")


def box_of(room: Room, *events: dict[str, Any], **changes: Any) -> bytes:
    content = {"v": 1, "token": room.token(), "events": list(events)} | changes
    return seal(public_key(room.site.settings.secret), json.dumps(content).encode())


@pytest.fixture
def room(site: Site) -> Room:
    room = open_room(site, others=["Budi Contoh"])
    room.start()
    return room


def hand_over(room: Room, content: bytes, sitting_id: str | None = None) -> TestResponse:
    """Give a file to the page of the room."""
    client = room.signed_in(room.invigilator)
    place = f"/rooms/{sitting_id or room.exam.sitting_id}/take-in"
    proof = csrf_of(client.get(f"/rooms/{room.exam.sitting_id}/take-in"))
    return client.post(place, data={"csrf_token": proof, "file": (BytesIO(content), "x.teruji")})


def take_in(room: Room, page: TestResponse) -> TestResponse:
    place = f"/rooms/{room.exam.sitting_id}/take-in"
    data = {"csrf_token": csrf_of(page), "digest": hidden(page, "digest")}
    return room.signed_in(room.invigilator).post(place, data=data)


def test_file_is_looked_at_then_taken_in_and_recorded(room: Room) -> None:
    room.send(room.event(0, "A", seq=1))
    box = box_of(room, room.event(0, "A", seq=1), room.event(1, ["A"], seq=2), room.event(0, "B", seq=3))
    page = hand_over(room, box)
    assert page.status_code == 200
    assert "Siti Contoh" in page.text
    assert len(room.events()) == 1
    taken = take_in(room, page)
    assert taken.headers["Location"] == f"/rooms/attempts/{room.attempt_id}"
    assert [event.response["RESPONSE"] for event in room.events()] == ["A", ["A"], "B"]
    assert {event.standing for event in room.events()} == {Standing.ACCEPTED}
    with room.site.app.app_context():
        record = db.session().scalars(select(ExportedFile)).one()
        assert (record.events, record.known, record.accepted, record.held, record.refused) == (3, 1, 3, 0, 0)
        assert record.person_id == room.invigilator.person_id
        assert room.site.app.extensions["storage"].get(record.digest) == box


def test_file_is_taken_in_only_once(room: Room) -> None:
    box = box_of(room, room.event(0, "A", seq=1))
    page = hand_over(room, box)
    assert take_in(room, page).status_code == 303
    assert take_in(room, page).status_code == 409
    assert 'name="digest"' not in hand_over(room, box).text
    assert len(room.events()) == 1


def test_late_file_is_kept_aside_and_a_very_late_one_is_recorded(room: Room) -> None:
    first, second = box_of(room, room.event(0, "A", seq=1)), box_of(room, room.event(0, "B", seq=2))
    deadline = room.attempt().deadline
    assert deadline is not None
    room.now = deadline + (deadline - NOW) / 4
    assert take_in(room, hand_over(room, first)).status_code == 303
    assert [event.standing for event in room.events()] == [Standing.HELD]
    room.now = deadline + (deadline - NOW)
    page = hand_over(room, second)
    assert take_in(room, page).status_code == 303
    assert len(room.events()) == 1
    with room.site.app.app_context():
        found = {(each.held, each.refused) for each in db.session().scalars(select(ExportedFile))}
    assert found == {(1, 0), (0, 1)}


Spoil = Callable[[Room], bytes]
HOSTILE: dict[str, Spoil] = {
    "nothing": lambda room: b"",
    "a picture": lambda room: b"\x89PNG\r\n\x1a\n" + bytes(500),
    "cut off early": lambda room: box_of(room, room.event(0))[:60],
    "cut off late": lambda room: box_of(room, room.event(0))[:-1],
    "changed": lambda room: box_of(room, room.event(0))[:-1] + b"x",
    "another server": lambda room: seal(public_key(bytes(32)), b"{}"),
    "no point of the curve": lambda room: MAGIC + b"\x04" + bytes(64) + bytes(12 + 40),
    "no answers": lambda room: seal(public_key(room.site.settings.secret), b"[1]"),
    "no token": lambda room: box_of(room, room.event(0), token="1.x.y"),
    "deep": lambda room: seal(public_key(room.site.settings.secret), b"[" * 100_000),
    "too many": lambda room: box_of(room, events=[0] * 20_001),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_file_is_refused_with_a_reason(room: Room, kind: str) -> None:
    page = hand_over(room, HOSTILE[kind](room))
    assert page.status_code == 422
    assert 'class="note refusal"' in page.text
    assert room.events() == []


def test_enormous_file_is_refused_before_it_is_read(room: Room) -> None:
    place = f"/rooms/{room.exam.sitting_id}/take-in"
    answer = room.signed_in(room.invigilator).post(
        place,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(100 * 1024**2)},
    )
    assert answer.status_code == 413


def test_file_of_more_than_four_megabytes_is_not_opened(room: Room) -> None:
    with pytest.raises(Invalid, match="5 MB"):
        open_box(room.site.settings.secret, MAGIC + bytes(LARGEST))


def test_events_that_fit_nothing_cost_the_others_nothing(room: Room) -> None:
    odd: list[Any] = [7, {"client": "c"}, room.event(0, "Z", seq=9), {**room.event(0), "item": "unknown"}]
    big = room.event(0, "x" * 200_000, seq=8)
    page = hand_over(room, box_of(room, *odd, big, room.event(0, "B", seq=1)))
    assert take_in(room, page).status_code == 303
    assert [event.response["RESPONSE"] for event in room.events()] == ["B"]


def test_file_of_another_sitting_is_refused(room: Room) -> None:
    token = room.token(attempt_id=room.others[0])
    page = hand_over(room, box_of(room, room.event(0), token=token))
    assert page.status_code == 422


def test_box_from_a_shared_device_needs_no_sign_in(room: Room) -> None:
    answer = room.site.client().post("/exam/boxes", data=box_of(room, room.event(0, "B", seq=1)))
    assert answer.json == {"accepted": 1, "held": 0, "refused": 0}
    again = room.site.client().post("/exam/boxes", data=box_of(room, room.event(0, "B", seq=1)))
    assert again.json == {"accepted": 1, "held": 0, "refused": 0}
    assert len(room.events()) == 1
    spoiled = room.site.client().post("/exam/boxes", data=b"x", headers={"Accept": "application/json"})
    assert spoiled.status_code == 422


def test_box_opens_with_the_installation_secret_alone(room: Room) -> None:
    box = box_of(room, room.event(0))
    assert open_box(room.site.settings.secret, box).count == 1
    assert open_box(room.site.settings.secret, box).token.body_id == BODY
    with pytest.raises(Invalid):
        open_box(bytes(32), box)
