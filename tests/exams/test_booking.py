"""Booking codes: a candidate without an account comes to one attempt, and to nothing else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from assessment.accounts.tables import SignInSession
from assessment.domain.errors import NotAllowed
from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.roles import Role
from assessment.exams.booking import LENGTH, MOST_WRONG, booking_key, code_of, enter, make_codes, sheet
from assessment.exams.tables import Attempt
from assessment.exams.tables_room import BookingCode
from assessment.web.rights import MATRIX, Relation
from tests.exams.room import BODY, Room, csrf_of, open_room
from tests.factories.accounts import NOW, make_actor
from tests.factories.exams import let_start
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def room(site: Site) -> Room:
    return open_room(site, others=["Ahmad Contoh"])


def key(room: Room) -> bytes:
    return booking_key(room.site.settings.secret)


def code(room: Room, attempt_id: str = "") -> str:
    """Make a code for an attempt and return it as it is printed."""
    attempt_id = attempt_id or room.others[0]
    with room.writing() as session:
        make_codes(session, key(room), BODY, room.exam.sitting_id, [attempt_id], made_by=None, now=room.now)
    with room.writing() as session:
        lines = sheet(session, key(room), BODY, room.exam.sitting_id)
        return next(each.code for each in lines if each.attempt_id == attempt_id) or ""


def come_in(room: Room, typed: str) -> tuple[TestResponse, FlaskClient]:
    client = room.site.client()
    page = client.get("/enter")
    return client.post("/enter", data={"csrf_token": csrf_of(page), "code": typed}), client


def test_a_code_has_ten_letters_that_are_not_taken_for_one_another(room: Room) -> None:
    drawn = {code_of(key(room), f"booking {n}") for n in range(200)}
    assert len(drawn) == 200
    assert {len(each) for each in drawn} == {LENGTH}
    assert not set("".join(drawn)) & set("IO01")


def test_only_a_keyed_digest_of_a_code_is_stored(room: Room) -> None:
    typed = code(room).replace("-", "")
    with room.writing() as session:
        row = session.scalars(select(BookingCode)).one()
        stored = " ".join(str(getattr(row, column.key)) for column in BookingCode.__table__.columns)
    assert typed not in stored
    assert typed.lower() not in stored.lower()


@pytest.mark.parametrize("typing", [str, str.lower, lambda text: text.replace("-", " ")])
def test_a_code_leads_to_the_own_exam_however_it_is_typed(room: Room, typing: Callable[[str], str]) -> None:
    typed = typing(code(room))
    answer, client = come_in(room, typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/exam/{room.others[0]}")
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "Ahmad Contoh" in page.text


def test_the_exam_starts_only_after_check_in_and_release(room: Room) -> None:
    _answer, client = come_in(room, code(room))
    place = f"/exam/{room.others[0]}"
    page = client.get(place)
    token = csrf_of(client.get("/enter"))
    assert client.post(f"{place}/start", data={"csrf_token": token}).status_code == 409
    assert page.status_code == 200
    storage = room.site.app.extensions["storage"]
    with room.writing() as session:
        let_start(session, room.invigilator, storage, session.get_one(Attempt, (BODY, room.others[0])))
    assert client.post(f"{place}/start", data={"csrf_token": token}).status_code == 303
    with room.writing() as session:
        assert session.get_one(Attempt, (BODY, room.others[0])).state is AttemptState.RUNNING
    assert client.get(f"{place}/1").status_code == 200


def test_the_session_opens_the_own_attempt_and_what_the_matrix_says_and_nothing_else(room: Room) -> None:
    _answer, client = come_in(room, code(room))
    assert client.get(f"/exam/{room.attempt_id}").status_code == 404
    for place in ("/exams", "/me", "/applications", "/certificates/mine"):
        assert client.get(place).status_code in (403, 404), place
    assert client.get("/today").headers["Location"] == f"/exam/{room.others[0]}"
    booked = {endpoint for endpoint, rule in MATRIX.items() if rule.booked}
    for endpoint in booked - {"accounts.sign_out", "accounts.today"}:
        assert MATRIX[endpoint].cells[Role.CANDIDATE] is Relation.OWN, endpoint


def test_a_code_is_good_for_one_entry(room: Room) -> None:
    typed = code(room)
    assert come_in(room, typed)[0].status_code == 303
    again, client = come_in(room, typed)
    assert again.status_code == 422
    assert client.get(f"/exam/{room.others[0]}").status_code == 303


def test_a_new_code_ends_the_old_one_and_what_it_opened(room: Room) -> None:
    first = code(room)
    _answer, client = come_in(room, first)
    second = code(room)
    assert client.get(f"/exam/{room.others[0]}").status_code == 303
    assert come_in(room, first)[0].status_code == 422
    assert come_in(room, second)[0].status_code == 303


def test_a_code_ends_with_the_sitting(room: Room) -> None:
    typed = code(room)
    room.now = NOW + 30 * MINUTE
    assert come_in(room, typed)[0].status_code == 422


def test_wrong_codes_are_counted_and_right_ones_are_not(room: Room) -> None:
    with room.writing() as session:
        for _ in range(MOST_WRONG):
            with pytest.raises(NotAllowed):
                enter(session, key(room), "AAAAA-AAAAA", address="10.0.0.1", device="", now=room.now)
    typed = code(room)
    with room.writing() as session, pytest.raises(NotAllowed):
        enter(session, key(room), typed, address="10.0.0.1", device="", now=room.now)
    with room.writing() as session:
        enter(session, key(room), typed, address="10.0.0.2", device="", now=room.now)


def test_a_wrong_code_on_the_page_stays_counted(room: Room) -> None:
    for _ in range(2):
        assert come_in(room, "AAAAA-AAAAA")[0].status_code == 422
    with room.writing() as session:
        assert session.scalar(select(SignInSession.secret_digest)) is None
        counted = session.connection().exec_driver_sql("SELECT count FROM guess_count").scalars().all()
    assert counted == [2]


def test_the_sheet_is_made_and_printed_by_manager_and_invigilator_of_the_site(room: Room) -> None:
    with room.writing() as session:
        manager = make_actor(session, BODY, Role.SCHEME_MANAGER)
    place = f"/rooms/{room.exam.sitting_id}/codes"
    client = room.signed_in(manager)
    page = client.get(place)
    assert client.post(place, data={"csrf_token": csrf_of(page)}).status_code == 303
    printed = client.get(place, query_string={"lang": "en"})
    # The other candidate has an account and needs no code.
    assert printed.text.count('class="code"') == 1
    assert "QR code of Ahmad Contoh" in printed.text
    assert room.signed_in(room.invigilator).get(place).status_code == 200
    assert room.signed_in(room.candidate).get(place).status_code == 404


def test_the_code_in_the_address_is_filled_in_but_not_used(room: Room) -> None:
    typed = code(room)
    page = room.site.client().get("/enter", query_string={"code": typed})
    assert f'value="{typed}"' in page.text
    assert come_in(room, typed)[0].status_code == 303


def test_signing_out_ends_the_session(room: Room) -> None:
    _answer, client = come_in(room, code(room))
    token = csrf_of(client.get(f"/exam/{room.others[0]}"))
    assert client.post("/signout", data={"csrf_token": token}).status_code == 303
    assert client.get(f"/exam/{room.others[0]}").status_code == 303
