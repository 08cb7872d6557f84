"""What of an exam goes into the log: its roster, who came late, and the sitting when nobody writes in it any more."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from assessment.database import drop_triggers, reading
from assessment.domain.log.entry import Kind, commitment
from assessment.exams.logged import CLOSE_SITTING, close_sitting
from assessment.exams.sittings import register
from assessment.exams.tables import Attempt, ExamResult, Sitting
from assessment.exams.taking import submit
from assessment.jobs.tables import Job
from assessment.transparency.leaves import blind_of, leaf_of, statement_nonce
from assessment.transparency.rechecking import recheck_leaf
from assessment.transparency.tables import LogLeaf
from tests.exams.room import BODY, Room, open_room
from tests.factories.accounts import NOW
from tests.factories.competency import make_application
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")


@pytest.fixture
def room(site: Site) -> Room:
    return open_room(site)


def leaf(session: Session, kind: Kind, subject: str) -> LogLeaf:
    found = leaf_of(session, BODY, kind, subject)
    assert found is not None
    return found


def said(one: LogLeaf) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(one.statement)
    assert one.commitment == commitment(statement_nonce(one.id), one.statement.encode())
    return found


def rechecked(session: Session, one: LogLeaf) -> list[tuple[str, str]]:
    """What does not fit, apart from the place that the worker gives."""
    found = recheck_leaf(session, BODY, one.id, now=NOW)
    return [(each.record, each.kind) for each in found if each.kind != "log place"]


def test_a_roster_is_logged_when_it_closes_with_its_candidates_blinded(room: Room) -> None:
    with room.site.app.app_context(), reading() as session:
        sitting = session.get_one(Sitting, (BODY, room.exam.sitting_id))
        one = leaf(session, Kind.ROSTER, sitting.id)
        found = said(one)
        assert one.written_at == sitting.roster_closed_at
        assert found["candidates"] == [blind_of(one.id)(room.attempt().application_id)]
        assert (found["site"], found["form"]) == (sitting.site_id, sitting.form_id)
        assert room.candidate.person_id not in one.statement
        job = session.scalars(select(Job).where(Job.kind == CLOSE_SITTING)).one()
        assert job.due_at == sitting.closes_at


def test_a_late_entry_is_a_leaf_of_its_own_and_the_roster_stays_as_it_was(room: Room) -> None:
    with room.writing() as session:
        before = leaf(session, Kind.ROSTER, room.exam.sitting_id).statement
        application, person = make_application(session, BODY, room.exam.scheme)
        register(
            session,
            BODY,
            room.exam.sitting_id,
            application,
            person,
            now=NOW,
            added_by=None,
            late_reason="Salah tanggal",
        )
        late = leaf(session, Kind.LATE_ENTRY, f"{room.exam.sitting_id}/{application}")
        assert said(late)["candidate"] == blind_of(late.id)(application)
        assert "Salah hari" not in late.statement
        roster = leaf(session, Kind.ROSTER, room.exam.sitting_id)
        assert roster.statement == before
        for one in (late, roster):
            assert rechecked(session, one) == []


def test_a_sitting_is_closed_when_nobody_writes_any_more_and_a_changed_result_is_found(room: Room) -> None:
    room.start()
    over = NOW + timedelta(minutes=40)
    with room.writing() as session:
        assert not close_sitting(session, BODY, room.exam.sitting_id, now=over)
        assert leaf_of(session, BODY, Kind.CLOSE, room.exam.sitting_id) is None
        again = session.scalars(select(Job).where(Job.kind == CLOSE_SITTING).order_by(Job.id.desc())).first()
        assert again is not None
        assert again.due_at == over + timedelta(minutes=15)
        submit(session, BODY, room.attempt_id, now=over)
        assert close_sitting(session, BODY, room.exam.sitting_id, now=over)
        one = leaf(session, Kind.CLOSE, room.exam.sitting_id)
        found = said(one)
        attempt = session.get_one(Attempt, (BODY, room.attempt_id))
        assert found["attempts"][0][:2] == [attempt.id, attempt.receipt]
        assert (found["unfinished"], len(found["photos"]), len(found["root"])) == (0, 1, 64)
        assert close_sitting(session, BODY, room.exam.sitting_id, now=over)
        assert rechecked(session, one) == []
        drop_triggers(session.connection())
        session.execute(update(ExamResult).values(cut_reached=True))
        session.expire_all()
        assert rechecked(session, one) == [(f"attempt/{BODY}/{attempt.id}", "log close")]


def test_a_sitting_is_closed_at_the_end_of_its_day_with_who_is_not_finished(room: Room) -> None:
    room.start()
    with room.writing() as session:
        end = session.get_one(Sitting, (BODY, room.exam.sitting_id)).closes_at + timedelta(hours=24)
        assert close_sitting(session, BODY, room.exam.sitting_id, now=end)
        found = said(leaf(session, Kind.CLOSE, room.exam.sitting_id))
        assert (found["unfinished"], found["attempts"]) == (1, [])
