"""A regrade: its preview, the second person, the ledger, what stays, and that all of it can be derived again."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.database import create_triggers, drop_triggers
from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.exams.regrade import Remedy
from assessment.domain.items import item_json
from assessment.domain.items.item import MatchCorrect
from assessment.domain.roles import Role
from assessment.exams.evidence import result_of
from assessment.exams.foreseeing import Preview, Proposal, preview
from assessment.exams.rederive import rederive
from assessment.exams.regrading import confirm, propose, propose_late_answer, turn_down
from assessment.exams.scoring import foresee
from assessment.exams.tables import Attempt, ExamResult, ItemScore, ResponseEvent
from assessment.exams.tables_regrade import Regrade, RegradeConfirmation, RegradeLine
from assessment.exams.taking import start, submit, token_for
from assessment.exams.tokens import write_token, writer_key
from assessment.item_bank.tables import ItemVersion
from assessment.web.actor import Actor
from tests.exams.room import BODY, Room, open_room
from tests.factories.accounts import NOW, make_actor
from tests.factories.exams import let_start
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def room(site: Site) -> Room:
    """Three candidates: the first chose A where the key says B and knew the rest, the second B, the third nothing."""
    room = open_room(site, others=["Budi Contoh", "Ani Contoh"])
    sit(room, room.attempt_id, {0: "A", 1: ["A", "C"], 2: "12.5"})
    sit(room, room.others[0], {0: "B", 1: ["A", "C"]})
    sit(room, room.others[1], {})
    return room


@pytest.fixture
def managers(room: Room) -> tuple[Actor, Actor]:
    """Two quality managers."""
    with room.writing() as session:
        one, other = (make_actor(session, BODY, Role.QUALITY_MANAGER) for _ in range(2))
    return one, other


def sit(room: Room, attempt_id: str, answers: Mapping[int, Any], *, hand_in: bool = True) -> None:
    """Let a candidate start, answer, and submit."""
    storage = room.site.app.extensions["storage"]
    with room.writing() as session:
        let_start(session, room.invigilator, storage, session.get_one(Attempt, (BODY, attempt_id)), now=NOW)
        start(session, BODY, attempt_id, now=NOW)
        token = token_for(session.get_one(Attempt, (BODY, attempt_id)))
    assert token is not None
    events = [room.event(item, given, seq=seq) for seq, (item, given) in enumerate(answers.items(), start=1)]
    if events:
        reply = room.site.client().post(
            "/answers",
            data=json.dumps({"v": 1, "events": events}),
            content_type="application/json",
            headers={"Teruji-Attempt": write_token(writer_key(room.site.settings.secret), token)},
        )
        assert len(reply.json["acknowledged"]) == len(events)
    if hand_in:
        with room.writing() as session:
            submit(session, BODY, attempt_id, now=NOW)


def corrected(session: Session, version_id: str, key: str) -> str:
    """A newer version of a single choice with another key; returns its id."""
    used = session.get_one(ItemVersion, (BODY, version_id))
    item = item_json.from_json(used.structure)
    item = replace(item, responses=(replace(item.responses[0], correct=(key,)),))
    newer = ItemVersion(
        body_id=BODY,
        id=f"{version_id[:-1]}{'0' if version_id[-1] != '0' else '1'}",
        item_id=used.item_id,
        number=used.number + 1,
        kind=used.kind,
        structure=item_json.to_json(item),
        digest=item_json.digest(item),
        source="",
        imported_at=LATER,
        imported_by=None,
    )
    session.add(newer)
    session.flush()
    return newer.id


def look(session: Session, room: Room, remedy: Remedy, item: int = 0, by: str | None = None) -> Preview:
    """The preview of a remedy for one of the form's items."""
    wanted = Proposal(form_id=room.exam.form_id, item_version_id=room.exam.items[item], remedy=remedy, by_version_id=by)
    return preview(session, BODY, wanted)


def carry_out(room: Room, managers: tuple[Actor, Actor], remedy: Remedy, item: int = 0, by: str | None = None) -> str:
    """Propose and confirm a remedy; returns the regrade's id."""
    with room.writing() as session:
        found = look(session, room, remedy, item, by)
        made = propose(
            session, managers[0], found.proposal, reason="Kunci salah.", seen=found.digest, foreseen=found, now=LATER
        )
        confirm(session, managers[1], made.id, reason="Setuju.", seen=found.digest, foreseen=found, now=LATER)
        return made.id


def totals(room: Room) -> dict[str, list[tuple[int, str, str, bool]]]:
    """Attempt -> its results: (generation, score, maximum, cut reached)."""
    found: dict[str, list[tuple[int, str, str, bool]]] = {}
    with room.writing() as session:
        for row in session.scalars(select(ExamResult).order_by(ExamResult.generation)):
            entry = (row.generation, str(row.score), str(row.max_score), row.cut_reached)
            found.setdefault(row.attempt_id, []).append(entry)
    return found


def problems(room: Room) -> list[str]:
    """What deriving every attempt again finds."""
    with room.writing() as session:
        return [
            f"{each.record} {each.kind}: {each.expected} / {each.found}"
            for attempt_id in (room.attempt_id, *room.others)
            for each in rederive(session, BODY, attempt_id)
        ]


def test_preview_shows_every_change_and_every_flip_and_stores_nothing(room: Room) -> None:
    with room.writing() as session:
        by = corrected(session, room.exam.items[0], "A")
        found = look(session, room, Remedy.NEW_KEY, by=by)
    changes = {each.change.attempt_id: each.change for each in found.turned}
    assert changes.keys() == {room.attempt_id, room.others[0]}
    gains, loses = changes[room.attempt_id], changes[room.others[0]]
    assert (gains.item_before.score, gains.item_after.score) == (0, 1)
    assert (str(gains.before.total.score), str(gains.after.total.score)) == ("3", "4")
    assert [flip.kind for flip in gains.flips] == ["criterion"]
    assert {(flip.kind, flip.before, flip.after) for flip in loses.flips} == {
        ("exam", True, False),
        ("criterion", True, False),
    }
    assert (found.looked_at, found.flipped) == (3, 2)
    assert {len(each) for each in totals(room).values()} == {1}
    with room.writing() as session:
        assert session.scalars(select(Regrade)).all() == []


@pytest.mark.parametrize("candidates", [1, 9])
def test_a_preview_takes_the_same_statements_however_many_sat_the_exam(site: Site, candidates: int) -> None:
    room = open_room(site, others=[f"Asesi {number}" for number in range(1, candidates)])
    for attempt_id in (room.attempt_id, *room.others):
        sit(room, attempt_id, {0: "A"})
    with room.writing() as session, count_statements(site.engine) as taken:
        assert len(look(session, room, Remedy.FULL_MARKS).turned) == candidates
    assert len(taken) == 14, taken


def test_a_confirmed_regrade_adds_scores_and_a_ledger_and_the_old_ones_stay(
    room: Room, managers: tuple[Actor, Actor]
) -> None:
    with room.writing() as session:
        by = corrected(session, room.exam.items[0], "A")
    regrade_id = carry_out(room, managers, Remedy.NEW_KEY, by=by)
    found = totals(room)
    assert found[room.attempt_id] == [(0, "3", "4", True), (1, "4", "4", True)]
    assert found[room.others[0]] == [(0, "3", "4", True), (1, "2", "4", False)]
    assert found[room.others[1]] == [(0, "0", "4", False)]
    with room.writing() as session:
        lines = {row.attempt_id: row for row in session.scalars(select(RegradeLine))}
        assert {row.regrade_id for row in lines.values()} == {regrade_id}
        line = lines[room.others[0]]
        assert (line.old_score, line.new_score, line.old_total, line.new_total) == (1, 0, 3, 2)
        assert (line.old_reached, line.new_reached, line.criteria_flipped) == (True, False, 1)
        assert result_of(session, BODY, room.others[0]).result.passed is False
        assert result_of(session, BODY, room.others[0]).regraded
    assert problems(room) == []


def test_full_marks_go_to_everybody_blank_ones_too(room: Room, managers: tuple[Actor, Actor]) -> None:
    carry_out(room, managers, Remedy.FULL_MARKS)
    assert [each[-1][1] for each in (totals(room)[one] for one in (room.attempt_id, *room.others))] == ["4", "3", "1"]
    assert problems(room) == []


def test_an_item_taken_out_leaves_neither_marks_nor_maximum(room: Room, managers: tuple[Actor, Actor]) -> None:
    carry_out(room, managers, Remedy.TAKE_OUT)
    found = totals(room)
    assert found[room.attempt_id][-1] == (1, "3", "3", True)
    assert found[room.others[0]][-1] == (1, "2", "3", False)
    with room.writing() as session:
        evidence = result_of(session, BODY, room.attempt_id)
        criterion = room.exam.scheme.units[0].criteria[0]
        assert evidence.result.criteria[criterion].sufficient is None
    assert problems(room) == []


def test_a_later_regrade_of_the_item_takes_the_place_of_an_earlier_one(
    room: Room, managers: tuple[Actor, Actor]
) -> None:
    carry_out(room, managers, Remedy.TAKE_OUT)
    carry_out(room, managers, Remedy.FULL_MARKS)
    assert [each[0] for each in totals(room)[room.attempt_id]] == [0, 1, 2]
    assert totals(room)[room.attempt_id][-1] == (2, "4", "4", True)
    assert problems(room) == []


def test_attempts_that_end_later_meet_the_remedy(site: Site) -> None:
    room = open_room(site, others=["Budi Contoh"])
    sit(room, room.attempt_id, {0: "A"})
    sit(room, room.others[0], {0: "A"}, hand_in=False)
    with room.writing() as session:
        managers = tuple(make_actor(session, BODY, Role.QUALITY_MANAGER) for _ in range(2))
        before = foresee(session, BODY, room.others[0])
    carry_out(room, managers, Remedy.FULL_MARKS)  # type: ignore[arg-type]  # the shape is what is tested
    with room.writing() as session:
        submit(session, BODY, room.others[0], now=NOW, foreseen=before)
    assert totals(room)[room.others[0]] == [(1, "1", "4", False)]
    assert problems(room) == []


def test_what_was_seen_must_be_what_is_confirmed(room: Room, managers: tuple[Actor, Actor]) -> None:
    with room.writing() as session:
        found = look(session, room, Remedy.FULL_MARKS)
        with pytest.raises(Conflict):
            propose(session, managers[0], found.proposal, reason="Alasan.", seen="0" * 64, foreseen=found, now=LATER)
        made = propose(
            session, managers[0], found.proposal, reason="Alasan.", seen=found.digest, foreseen=found, now=LATER
        )
        made_id = made.id
    carry_out(room, managers, Remedy.TAKE_OUT, item=1)
    with room.writing() as session:
        now_it_is = look(session, room, Remedy.FULL_MARKS)
        assert now_it_is.digest != found.digest
        for seen, foreseen in ((found.digest, found), (found.digest, now_it_is), (now_it_is.digest, found)):
            with pytest.raises(Conflict):
                confirm(session, managers[1], made_id, reason="Setuju.", seen=seen, foreseen=foreseen, now=LATER)
        confirm(session, managers[1], made_id, reason="Setuju.", seen=now_it_is.digest, foreseen=now_it_is, now=LATER)
    assert problems(room) == []


def test_a_second_person_answers_and_nobody_their_own_exam(room: Room, managers: tuple[Actor, Actor]) -> None:
    with room.writing() as session:
        found = look(session, room, Remedy.FULL_MARKS)
        made = propose(
            session, managers[0], found.proposal, reason="Alasan.", seen=found.digest, foreseen=found, now=LATER
        )
        again = make_actor(session, BODY, Role.SCHEME_MANAGER, person_id=managers[0].person_id)
        own = make_actor(session, BODY, Role.SCHEME_MANAGER, person_id=room.candidate.person_id)
        for actor in (managers[0], again, own):
            with pytest.raises(NotAllowed):
                confirm(session, actor, made.id, reason="Setuju.", seen=found.digest, foreseen=found, now=LATER)
        with pytest.raises(NotAllowed):
            propose(session, own, found.proposal, reason="Alasan.", seen=found.digest, foreseen=found, now=LATER)
        with pytest.raises(Conflict):
            propose(
                session, managers[1], found.proposal, reason="Alasan.", seen=found.digest, foreseen=found, now=LATER
            )
        turn_down(session, managers[1], made.id, reason="Kuncinya benar.", now=LATER)
        with pytest.raises(Conflict):
            turn_down(session, managers[1], made.id, reason="Kuncinya benar.", now=LATER)
    assert {len(each) for each in totals(room).values()} == {1}
    assert problems(room) == []


def test_the_database_itself_refuses_one_person_for_both(room: Room, managers: tuple[Actor, Actor]) -> None:
    with room.writing() as session:
        found = look(session, room, Remedy.FULL_MARKS)
        made = propose(
            session, managers[0], found.proposal, reason="Alasan.", seen=found.digest, foreseen=found, now=LATER
        )
        session.add(
            RegradeConfirmation(
                body_id=BODY,
                regrade_id=made.id,
                form_id=made.form_id,
                proposed_by=managers[0].person_id,
                confirmed_by=managers[0].person_id,
                confirmed=True,
                place=1,
                digest="",
                reason="Sendiri.",
                confirmed_at=LATER,
            )
        )
        with pytest.raises(IntegrityError, match="four_eyes"):
            session.flush()
        session.rollback()


def test_a_corrected_version_asks_for_the_same_answers(room: Room, managers: tuple[Actor, Actor]) -> None:
    with room.writing() as session:
        other = room.exam.items[1]
        for by, refusal in ((other, NotFound), (None, NotFound)):
            wanted = Proposal(
                form_id=room.exam.form_id,
                item_version_id=room.exam.items[0],
                remedy=Remedy.NEW_KEY,
                by_version_id=by,
            )
            with pytest.raises(refusal):
                propose(session, managers[0], wanted, reason="Alasan.", seen="", foreseen=None, now=LATER)  # type: ignore[arg-type]  # the shape is what is tested
        by = corrected(session, room.exam.items[0], "A")
        row = session.get_one(ItemVersion, (BODY, by))
        item = item_json.from_json(row.structure)
        fewer = replace(item, interactions=(replace(item.interactions[0], choices=item.interactions[0].choices[:3]),))
        assert isinstance(fewer.processing, MatchCorrect)
        drop_triggers(session.connection())
        row.structure, row.digest = item_json.to_json(fewer), item_json.digest(fewer)
        session.flush()
        create_triggers(session.connection())
        with pytest.raises(Invalid):
            propose(
                session,
                managers[0],
                replace(wanted, by_version_id=by),
                reason="Alasan.",
                seen="",
                foreseen=None,  # type: ignore[arg-type]  # the shape is what is tested
                now=LATER,
            )


def test_a_held_answer_counts_after_the_end_when_a_second_person_agrees(site: Site) -> None:
    room = open_room(site)
    room.start()
    room.send(room.event(0, "A", seq=1))
    room.now = NOW + timedelta(minutes=10)
    with room.writing() as session:
        session.get_one(Attempt, (BODY, room.attempt_id)).epoch += 1
    old = room.token(epoch=room.attempt().epoch - 1)
    assert room.send(room.event(0, "B", seq=2), token=old).json["held"]
    with room.writing() as session:
        submit(session, BODY, room.attempt_id, now=room.now)
        manager = make_actor(session, BODY, Role.QUALITY_MANAGER)
        receipt = session.get_one(Attempt, (BODY, room.attempt_id)).receipt
    with room.writing() as session:
        number = session.scalars(select(ResponseEvent.number).where(ResponseEvent.seq == 2)).one()
        made = propose_late_answer(session, room.invigilator, number, reason="Jaringan putus.", now=LATER)
        found = preview(
            session,
            BODY,
            Proposal(
                form_id=made.form_id,
                item_version_id=made.item_version_id,
                remedy=made.remedy,
                attempt_id=made.attempt_id,
                event_number=made.event_number,
            ),
        )
        confirm(session, manager, made.id, reason="Setuju.", seen=found.digest, foreseen=found, now=LATER)
    assert [each[1] for each in totals(room)[room.attempt_id]] == ["0", "1"]
    assert room.attempt().receipt == receipt
    assert problems(room) == []
    with room.writing() as session:
        accepted = session.scalars(select(ResponseEvent.number).where(ResponseEvent.seq == 1)).one()
        with pytest.raises(Invalid):
            propose_late_answer(session, room.invigilator, accepted, reason="Jaringan putus.", now=LATER)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE item_score SET score = '1/2' WHERE generation = 1", "item_score"),
        ("UPDATE item_score SET score = '1/2' WHERE generation = 0 AND score = '0/1' AND answered", "item_score"),
        ("UPDATE exam_result SET score = '4/1' WHERE generation = 1", "exam_result"),
        ("UPDATE exam_result SET cut_reached = NOT cut_reached WHERE generation = 0", "exam_result"),
        ("DELETE FROM exam_result WHERE generation = 1", "exam_result"),
        ("UPDATE regrade_line SET old_score = '7/1'", "regrade_line"),
        ("DELETE FROM regrade_line", "regrade_line"),
    ],
)
def test_one_changed_value_of_a_regrade_is_found(
    room: Room, managers: tuple[Actor, Actor], statement: str, kind: str
) -> None:
    carry_out(room, managers, Remedy.FULL_MARKS)
    assert problems(room) == []
    with room.site.app.app_context(), room.site.engine.begin() as connection:
        drop_triggers(connection)
        assert connection.execute(text(statement)).rowcount > 0
        create_triggers(connection)
    assert any(f" {kind}: " in each for each in problems(room))


def test_blank_passed_over_and_not_reached_are_kept_apart(site: Site) -> None:
    room = open_room(site)
    with room.writing() as session:
        order = [entry["item"] for entry in session.get_one(Attempt, (BODY, room.attempt_id)).layout["items"]]
    second = room.exam.items.index(order[1])
    given = {0: "B", 1: ["A"], 2: "12.5"}[second]
    sit(room, room.attempt_id, {second: given})
    with room.writing() as session:
        stored = {row.item_version_id: (row.answered, row.reached) for row in session.scalars(select(ItemScore))}
    assert [stored[item] for item in order] == [(False, True), (True, True), (False, False)]
    assert problems(room) == []
