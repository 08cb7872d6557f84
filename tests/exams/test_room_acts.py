"""Pause, resume, extra time, end and notes: for one and for many, each in the record, nobody cut by a closing time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from assessment.accounts.tables import Duty
from assessment.audit.tables import AuditEntry
from assessment.domain.certification.duties import Side
from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.domain.exams.attempt_states import AttemptState
from assessment.exams.closing import close_in_own_transaction
from assessment.exams.invigilating import end, give_time, pause, resume, void
from assessment.exams.notes import correct_note, notes_of, write_note
from assessment.exams.tables import Attempt, ExamResult, Sitting
from assessment.exams.tables_room import AttemptEnd, AttemptPause, IncidentNote, PauseChange
from assessment.exams.taking import submit
from tests.exams.full_room import begin
from tests.exams.room import BODY, Room, csrf_of, open_room
from tests.factories.accounts import NOW
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")
MINUTE = timedelta(minutes=1)
REASON = "Listrik padam"


@pytest.fixture
def room(site: Site) -> Room:
    return open_room(site, others=["Ahmad Contoh", "Dewi Misal"])


def stop(room: Room, *ids: str) -> list[str]:
    with room.writing() as session:
        found = pause(
            session, BODY, room.exam.sitting_id, ids, reason=REASON, by=room.invigilator.person_id, now=room.now
        )
        return [each.id for each in found]


def go_on(room: Room, *ids: str) -> list[str]:
    with room.writing() as session:
        found = resume(
            session, BODY, room.exam.sitting_id, ids, reason=REASON, by=room.invigilator.person_id, now=room.now
        )
        return [each.id for each in found]


def test_a_pause_stops_the_clock_and_resuming_gives_its_time_back(room: Room) -> None:
    room.start()
    room.now = NOW + 20 * MINUTE
    assert stop(room, room.attempt_id) == [room.attempt_id]
    assert (room.attempt().state, room.attempt().paused_at) == (AttemptState.PAUSED, room.now)
    room.now += 90 * MINUTE
    with room.site.app.app_context():
        assert close_in_own_transaction(BODY, room.now) == 0
    assert go_on(room, room.attempt_id) == [room.attempt_id]
    attempt = room.attempt()
    assert (attempt.state, attempt.paused_at, attempt.deadline) == (AttemptState.RUNNING, None, NOW + 150 * MINUTE)
    with room.writing() as session:
        changes = session.scalars(select(AttemptPause).order_by(AttemptPause.at)).all()
        assert [each.change for each in changes] == [PauseChange.PAUSED, PauseChange.RESUMED]


def test_extra_time_in_and_after_a_pause_is_kept_whole(room: Room) -> None:
    room.start()
    room.now = NOW + 20 * MINUTE
    stop(room, room.attempt_id)
    extra(room, room.attempt_id, minutes=10)
    room.now += 5 * MINUTE
    go_on(room, room.attempt_id)
    extra(room, room.attempt_id, minutes=5)
    assert room.attempt().deadline == NOW + 80 * MINUTE
    assert room.attempt().extra_seconds == 15 * 60


def extra(room: Room, *ids: str, minutes: int) -> list[str]:
    with room.writing() as session:
        found = give_time(
            session,
            BODY,
            room.exam.sitting_id,
            ids,
            minutes=minutes,
            reason=REASON,
            given_by=room.invigilator.person_id,
            now=room.now,
        )
        return [each.id for each in found]


def test_an_answer_counts_within_the_grace_of_a_pause_and_is_held_later(room: Room) -> None:
    room.start()
    room.now = NOW + 20 * MINUTE
    stop(room, room.attempt_id)
    room.now += timedelta(seconds=30)
    assert room.send(room.event(seq=1)).json["acknowledged"] == [["c1", 1]]  # type: ignore[index]  # the reply is JSON
    room.now += timedelta(seconds=1)
    reply = room.send(room.event(item=1, response=["A"], seq=2)).json
    assert reply is not None
    assert (reply["held"], reply["state"]) == ([["c1", 2]], "paused")


def test_nobody_submits_in_a_pause(room: Room) -> None:
    room.start()
    stop(room, room.attempt_id)
    with room.writing() as session, pytest.raises(Conflict):
        submit(session, BODY, room.attempt_id, now=room.now)


def test_a_pause_gives_back_no_time_that_has_run_out(room: Room) -> None:
    room.start()
    room.now = NOW + 60 * MINUTE
    assert stop(room, room.attempt_id) == []
    assert room.attempt().state is AttemptState.RUNNING


def test_who_has_ended_keeps_nobody_else_from_extra_time(room: Room) -> None:
    begin(room, [room.attempt_id, room.others[0]], started_at=NOW)
    with room.writing() as session:
        submit(session, BODY, room.others[0], now=NOW + MINUTE)
    assert extra(room, room.attempt_id, *room.others, minutes=15) == sorted([room.attempt_id, room.others[1]])


def test_extra_time_is_not_cut_by_the_closing_time(room: Room) -> None:
    room.start()
    extra(room, room.attempt_id, minutes=240)
    with room.writing() as session:
        room.now = session.get_one(Sitting, (BODY, room.exam.sitting_id)).closes_at + 200 * MINUTE
    assert room.send(room.event()).json["acknowledged"] == [["c1", 1]]  # type: ignore[index]  # the reply is JSON


def test_an_attempt_of_another_sitting_is_not_found(room: Room) -> None:
    room.start()
    with room.writing() as session, pytest.raises(NotFound):
        pause(session, BODY, "no-such-sitting", [room.attempt_id], reason=REASON, by=None, now=room.now)


@pytest.mark.parametrize("paused", [False, True])
def test_ending_scores_what_was_answered_and_keeps_by_whom_and_why(room: Room, paused: bool) -> None:
    room.start()
    room.send(room.event())
    if paused:
        stop(room, room.attempt_id)
        room.now += 7 * MINUTE
    with room.writing() as session:
        end(session, room.invigilator, room.attempt_id, reason="Pindah ke rumah sakit", now=room.now)
    attempt = room.attempt()
    assert (attempt.state, attempt.answers, attempt.submitted_at, attempt.paused_at) == (
        AttemptState.SUBMITTED,
        1,
        room.now,
        None,
    )
    with room.writing() as session:
        entry = session.get_one(AttemptEnd, (BODY, room.attempt_id))
        assert (entry.person_id, entry.reason) == (room.invigilator.person_id, "Pindah ke rumah sakit")
        assert session.query(ExamResult).count() == 1
        duty = session.get_one(Duty, (BODY, attempt.application_id, room.invigilator.person_id))
        assert duty.side is Side.INVIGILATOR


def test_an_attempt_is_ended_once_and_only_after_its_start(room: Room) -> None:
    with room.writing() as session, pytest.raises(Conflict):
        end(session, room.invigilator, room.attempt_id, reason=REASON, now=room.now)
    room.start()
    for expected in (None, Conflict):
        with room.writing() as session:
            if expected is None:
                end(session, room.invigilator, room.attempt_id, reason=REASON, now=room.now)
            else:
                with pytest.raises(expected):
                    end(session, room.invigilator, room.attempt_id, reason=REASON, now=room.now)


def test_a_paused_attempt_can_be_made_void(room: Room) -> None:
    room.start()
    stop(room, room.attempt_id)
    with room.writing() as session:
        void(session, room.invigilator, room.attempt_id, reason=REASON, now=room.now)
    assert (room.attempt().state, room.attempt().paused_at) == (AttemptState.VOIDED, None)


def test_every_act_is_in_the_audit_record_with_its_reason(room: Room) -> None:
    room.start()
    client = room.signed_in(room.invigilator)
    place = f"/rooms/{room.exam.sitting_id}"
    data = {"csrf_token": csrf_of(client.get(place)), "reason": REASON, "attempt": [room.attempt_id]}
    for act in ("pause", "resume", "end"):
        assert client.post(f"{place}/{act}", data=data).status_code == 303
    with room.writing() as session:
        entries = session.execute(
            select(AuditEntry.act, AuditEntry.reason, AuditEntry.person_id)
            .where(AuditEntry.record_table == "attempt", AuditEntry.act.like("rooms.%"))
            .order_by(AuditEntry.id)
        ).all()
    assert [tuple(entry) for entry in entries] == [
        (f"rooms.{act}", REASON, room.invigilator.person_id) for act in ("pause", "resume", "end")
    ]


def test_a_note_is_kept_and_a_correction_stands_beside_it(room: Room) -> None:
    sitting = room.exam.sitting_id
    with room.writing() as session:
        (first,) = write_note(session, room.invigilator, sitting, [], text="Padam pukul 10.05", now=NOW)
        write_note(session, room.invigilator, sitting, [room.attempt_id], text="Minta kertas", now=NOW + MINUTE)
        correct_note(session, room.invigilator, sitting, first.id, text="Padam pukul 10.15", now=NOW + 2 * MINUTE)
    with room.writing() as session:
        everything = notes_of(session, BODY, sitting_id=sitting)
        assert [(each.note.text, [one.text for one in each.corrections]) for each in everything] == [
            ("Minta kertas", []),
            ("Padam pukul 10.05", ["Padam pukul 10.15"]),
        ]
        assert [each.note.text for each in notes_of(session, BODY, attempt_ids=[room.attempt_id])] == ["Minta kertas"]


def test_a_note_says_something_and_only_the_first_is_corrected(room: Room) -> None:
    sitting = room.exam.sitting_id
    with room.writing() as session:
        (first,) = write_note(session, room.invigilator, sitting, [], text="Padam pukul 10.05", now=NOW)
        second = correct_note(session, room.invigilator, sitting, first.id, text="Padam pukul 10.15", now=NOW)
        with pytest.raises(Invalid):
            write_note(session, room.invigilator, sitting, [], text=" ya ", now=NOW)
        with pytest.raises(Invalid):
            correct_note(session, room.invigilator, sitting, second.id, text="Padam pukul 10.20", now=NOW)
        with pytest.raises(NotFound):
            correct_note(session, room.invigilator, "another-sitting", first.id, text="Padam lagi", now=NOW)
        with pytest.raises(NotFound):
            write_note(session, room.invigilator, sitting, ["no-such-attempt"], text="Padam lagi", now=NOW)
        assert session.query(IncidentNote).count() == 2


def test_the_page_before_an_act_says_what_happens_to_how_many_and_changes_nothing(room: Room) -> None:
    begin(room, [room.attempt_id, room.others[0]], started_at=NOW)
    client = room.signed_in(room.invigilator)
    place = f"/rooms/{room.exam.sitting_id}"
    csrf = csrf_of(client.get(place))
    page = client.post(f"{place}/choose", data={"csrf_token": csrf, "act": "pause"}, query_string={"lang": "en"})
    assert "The clocks of 2 candidates stop." in page.text
    assert "1 of those chosen is passed over" in page.text
    assert room.attempt().state is AttemptState.RUNNING
    assert client.post(f"{place}/choose", data={"csrf_token": csrf, "act": "nothing"}).status_code == 404


def test_ending_is_meant_for_those_who_are_ticked_alone(room: Room) -> None:
    begin(room, [room.attempt_id, room.others[0]], started_at=NOW)
    client = room.signed_in(room.invigilator)
    place = f"/rooms/{room.exam.sitting_id}"
    data = {"csrf_token": csrf_of(client.get(place)), "act": "end"}
    assert 'name="attempt"' not in client.post(f"{place}/choose", data=data).text
    one = client.post(f"{place}/choose", data={**data, "attempt": [room.attempt_id]})
    assert one.text.count('name="attempt"') == 1


def test_acts_on_the_list_that_is_shown_reach_nobody_else(room: Room) -> None:
    begin(room, [room.attempt_id, room.others[0]], started_at=NOW)
    client = room.signed_in(room.invigilator)
    place = f"/rooms/{room.exam.sitting_id}"
    data = {"csrf_token": csrf_of(client.get(place)), "act": "extra_time", "show": "waiting"}
    page = client.post(f"{place}/choose", data=data)
    assert page.text.count('name="attempt"') == 1
    assert room.others[1] in page.text
    named = client.post(f"{place}/choose", data={**data, "show": "all", "q": "ahmad"})
    assert page.text.count('name="attempt"') == 1
    assert room.others[0] in named.text


def test_a_refused_act_shows_its_page_again_with_what_was_chosen(room: Room) -> None:
    room.start()
    client = room.signed_in(room.invigilator)
    place = f"/rooms/{room.exam.sitting_id}"
    data = {"csrf_token": csrf_of(client.get(place)), "attempt": [room.attempt_id], "reason": "ya"}
    reply = client.post(f"{place}/pause", data=data)
    assert reply.status_code == 422
    assert f'value="{room.attempt_id}"' in reply.text
    assert room.attempt().state is AttemptState.RUNNING


def test_all_who_are_checked_in_are_let_start_at_once(room: Room) -> None:
    with room.writing() as session:
        for each in (room.attempt_id, room.others[0]):
            session.get_one(Attempt, (BODY, each)).state = AttemptState.CHECKED_IN
    client = room.signed_in(room.invigilator)
    place = f"/rooms/{room.exam.sitting_id}"
    data = {"csrf_token": csrf_of(client.get(place)), "attempt": [room.attempt_id, *room.others]}
    assert client.post(f"{place}/let-start", data=data).status_code == 303
    with room.writing() as session:
        states = [session.get_one(Attempt, (BODY, each)).state for each in (room.attempt_id, *room.others)]
    assert states == [AttemptState.RELEASED, AttemptState.RELEASED, AttemptState.PREPARED]
