"""Files of an exam: items' pictures for those who see the form, and what candidates hand in, sealed."""

import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from assessment.accounts.tables import PersonKey
from assessment.database import db
from assessment.domain.roles import Role
from assessment.exams.tables_uploads import AttemptUpload
from tests.exams.room import BODY, Room, open_room
from tests.factories.accounts import NOW, make_actor
from tests.factories.item_kinds import CONTENTS, FILES, PDF, samples, written
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")
SAMPLES = samples()
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 100


@pytest.fixture
def room(site: Site) -> Room:
    for content in CONTENTS:
        site.app.extensions["storage"].put(content)
    items = [SAMPLES["upload"].item, SAMPLES["hotspot"].item]
    room = open_room(site, items=items, others=["Ahmad Contoh"], write=written)
    room.start()
    return room


def send(
    room: Room, content: bytes = PDF, kind: str = "application/pdf", *, place: int = 0, token: str | None = None
) -> TestResponse:
    return room.site.client().post(
        f"/exam/{room.attempt_id}/uploads",
        data={
            "token": room.token() if token is None else token,
            "item": room.exam.items[place],
            "response": "RESPONSE",
            "file": (BytesIO(content), "Siti Contoh.pdf", kind),
        },
        headers={"Accept": "application/json"},
    )


def uploads(room: Room) -> list[AttemptUpload]:
    with room.site.app.app_context():
        return list(db.session().query(AttemptUpload))


def test_picture_of_an_item_is_kept_by_the_browser_and_cannot_act(room: Room) -> None:
    reply = room.signed_in(room.candidate).get(f"/exam/{room.attempt_id}/files/{FILES[0].digest}")
    assert reply.status_code == 200
    assert reply.data == CONTENTS[0]
    assert reply.mimetype == "image/png"
    assert "immutable" in reply.headers["Cache-Control"]
    assert "private" in reply.headers["Cache-Control"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    assert "script-src" not in reply.headers["Content-Security-Policy"]


def test_only_files_of_the_own_form_are_found(room: Room) -> None:
    client = room.signed_in(room.candidate)
    stranger = room.site.app.extensions["storage"].put(b"of another exam")
    for place in (
        f"/exam/{room.attempt_id}/files/{stranger}",
        f"/exam/{room.attempt_id}/files/{'0' * 64}",
        f"/exam/{room.attempt_id}/files/x",
        f"/exam/{room.others[0]}/files/{FILES[0].digest}",
    ):
        assert client.get(place).status_code == 404, place
    with room.writing() as session:
        manager = make_actor(session, BODY, Role.SCHEME_MANAGER)
    staff = room.signed_in(manager)
    assert staff.get(f"/exam-forms/{room.exam.form_id}/files/{FILES[0].digest}").data == CONTENTS[0]
    assert staff.get(f"/exam-forms/{room.exam.form_id}/files/{stranger}").status_code == 404


def test_question_names_its_picture_by_this_attempts_address(room: Room) -> None:
    order = [entry["item"] for entry in room.attempt().layout["items"]]
    number = order.index(room.exam.items[1]) + 1
    page = room.signed_in(room.candidate).get(f"/exam/{room.attempt_id}/{number}").text
    assert f'href="/exam/{room.attempt_id}/files/{FILES[0].digest}"' in page
    assert "file:" not in page


def test_file_is_sealed_and_answered_with_what_the_event_carries(room: Room) -> None:
    reply = send(room)
    digest = hashlib.sha256(PDF).hexdigest()
    assert reply.status_code == 201
    assert reply.json == {
        "value": f"{digest} application/pdf answer.pdf",
        "digest": digest,
        "media_type": "application/pdf",
        "bytes": len(PDF),
    }
    [kept] = uploads(room)
    assert kept.size == len(PDF)
    assert PDF not in room.site.app.extensions["storage"].get(kept.sealed)
    assert room.send(room.event(0, reply.json["value"])).json["acknowledged"] == [["c1", 1]]  # type: ignore[index]  # the reply is JSON


def test_sent_again_it_is_the_same_file(room: Room) -> None:
    assert send(room).json == send(room).json
    assert len(uploads(room)) == 1


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/pdf"),
        (b"no pdf", "application/pdf"),
        (PDF, "text/html"),
        (b"<svg/>", "image/svg+xml"),
        (PDF, "image/jpeg"),
        (b"%PDF-" + b"0" * 1000, "application/pdf"),
    ],
)
def test_what_is_not_accepted_is_refused_and_nothing_is_left(
    room: Room, content: bytes, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessment.exams.uploads.LARGEST_UPLOAD", 1000)
    folder = room.site.settings.home / "files"
    before = sorted(folder.rglob("*"))
    assert send(room, content, kind).status_code == 422
    assert uploads(room) == []
    assert sorted(folder.rglob("*")) == before


def test_only_the_writer_hands_in_only_where_a_file_is_asked_and_only_in_time(room: Room) -> None:
    assert send(room, JPEG, "image/jpeg", place=1).status_code == 404
    assert send(room, token="").status_code == 403
    assert send(room, token=room.token(attempt_id=room.others[0])).status_code == 404
    room.now = NOW + timedelta(hours=3)
    assert send(room).status_code == 403
    assert uploads(room) == []


def test_who_may_open_the_answer_downloads_the_file_until_the_person_is_erased(room: Room) -> None:
    digest = (send(room).json or {})["digest"]
    with room.writing() as session:
        quality = make_actor(session, BODY, Role.QUALITY_MANAGER)
    place = f"/exam-results/{room.attempt_id}/uploads/{digest}"
    reply = room.signed_in(quality).get(place)
    assert reply.data == PDF
    assert reply.headers["Content-Disposition"] == "attachment"
    assert reply.headers["Cache-Control"] == "private, no-store"
    assert room.signed_in(room.candidate).get(place).status_code == 404
    assert room.signed_in(quality).get(f"/exam-results/{room.others[0]}/uploads/{digest}").status_code == 404
    with room.writing() as session:
        session.get_one(PersonKey, (BODY, room.candidate.person_id)).wrapped = None
    assert room.signed_in(quality).get(place).status_code == 404
