"""Observations are taken once, never overwritten, never dropped in silence, and only from the right hands."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.tables import AssessorRegistration
from assessment.domain.certification.duties import Side
from assessment.domain.errors import NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.practicals.marking import Reply, criteria_to_mark, record_observations
from assessment.practicals.submitting import submit
from assessment.practicals.tables import Observation, PracticalState
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor, make_person
from tests.factories.practicals import MadePractical, entry, make_practical, mark_all

LATER = NOW + timedelta(minutes=30)


def send(session: Session, practical: MadePractical, *entries: Any, actor: Actor | None = None) -> Reply:
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    return record_observations(
        session, actor or practical.assessor, practical.id, list(entries), criteria=criteria, now=LATER
    )


def stored(session: Session) -> list[tuple[str, int, dict[str, Any]]]:
    rows = session.execute(select(Observation.client, Observation.seq, Observation.mark).order_by(Observation.number))
    return [(row.client, row.seq, row.mark) for row in rows]


def test_a_repeated_observation_is_acknowledged_and_stored_once(session: Session) -> None:
    practical = make_practical(session)
    for _ in range(2):
        assert send(session, practical, entry("J1", level=2)).acknowledged == (("tab.1", 1),)
    assert len(stored(session)) == 1


def test_the_same_key_with_another_mark_is_stored_under_a_number_of_the_servers(session: Session) -> None:
    practical = make_practical(session)
    for level in (2, 3, 3, 0):
        assert send(session, practical, entry("J1", level=level)).acknowledged == (("tab.1", 1),)
    assert stored(session) == [
        ("tab.1", 1, {"v": 1, "level": 2}),
        ("tab.1~1", 1, {"v": 1, "level": 3}),
        ("tab.1~1", 2, {"v": 1, "level": 0}),
    ]


def test_a_comma_and_a_point_are_the_same_mark(session: Session) -> None:
    practical = make_practical(session)
    send(session, practical, entry("M1", value="0,40"))
    send(session, practical, entry("M1", value="0.40"))
    assert stored(session) == [("tab.1", 1, {"v": 1, "value": "0.40"})]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (17, "not_an_object"),
        ({"client": "tab.1", "seq": 9}, "bad_members"),
        (entry("J1", client="~server", level=1), "bad_client"),
        (entry("J1", client="c\0", level=1), "bad_client"),
        (entry("J1", seq=2**31, level=1), "bad_seq"),
        (entry("J1", level=1) | {"seq": True}, "bad_seq"),
        (entry("ZZ", level=1), "unknown_criterion"),
        (entry("J1", level=4), "bad_mark"),
        (entry("J1", level=True), "bad_mark"),
        (entry("J1", answer="yes"), "bad_mark"),
        (entry("M1", value="٠٫٤"), "bad_mark"),
        (entry("M1", value="1e3"), "bad_mark"),
        (entry("M1", value=0.4), "bad_mark"),
        (entry("C1", answer="perhaps"), "bad_mark"),
        (entry("J1", note="a\0b", level=1), "bad_note"),
        (entry("J1", note="\ud800", level=1), "bad_note"),
        (entry("J1", note="a" * 2001, level=1), "bad_note"),
        (entry("J1", level=1) | {"observed_at": "2026-03-12T02:30:00"}, "bad_observed_at"),
        (entry("J1", level=1) | {"observed_at": "yesterday"}, "bad_observed_at"),
    ],
)
def test_a_bad_observation_never_costs_another_its_place(session: Session, bad: Any, reason: str) -> None:
    practical = make_practical(session)
    reply = send(session, practical, entry("J1", seq=10, level=1), bad, entry("C1", seq=11, answer="yes"))
    assert reply.acknowledged == (("tab.1", 10), ("tab.1", 11))
    assert [refused.reason.value for refused in reply.refused] == [reason]
    assert len(stored(session)) == 2


@pytest.mark.parametrize("note", ["catatan", "काम 溶接 \U0001f9f0", "بحث\u200f", "a\u0301 ﬁ", "baris\nbaris"])
def test_a_note_keeps_every_letter(session: Session, note: str) -> None:
    practical = make_practical(session)
    assert not send(session, practical, entry("J1", note=note, level=1)).refused
    assert session.scalars(select(Observation.note)).one() == note


def test_needs_more_evidence_is_a_mark_on_every_kind(session: Session) -> None:
    practical = make_practical(session)
    marks = [entry(code, seq=place, answer="needs_more_evidence") for place, code in enumerate(("J1", "M1", "C1"))]
    assert len(send(session, practical, *marks).acknowledged) == 3


@pytest.mark.parametrize("state", [PracticalState.SCHEDULED, PracticalState.CHECKED_IN])
def test_a_mark_needs_an_open_sheet(session: Session, state: PracticalState) -> None:
    practical = make_practical(session, state=state)
    reply = send(session, practical, entry("J1", level=1))
    assert [refused.reason.value for refused in reply.refused] == ["not_open"]
    assert stored(session) == []


def test_after_submission_only_what_is_stored_is_acknowledged_and_the_rest_is_held(session: Session) -> None:
    practical = make_practical(session)
    mark_all(session, practical)
    submit(session, practical.assessor, practical.id, now=LATER)
    reply = send(session, practical, entry("J1", level=2), entry("J1", seq=50, level=0))
    assert reply.acknowledged == (("tab.1", 1),)
    assert (reply.held, reply.refused, reply.state.value) == ((("tab.1", 50),), (), "submitted")
    again = send(session, practical, entry("J1", seq=50, level=0))
    assert (again.acknowledged, again.held) == ((), (("tab.1", 50),))
    assert len(stored(session)) == 4


def test_another_assessors_sheet_does_not_exist(session: Session) -> None:
    practical = make_practical(session)
    stranger = make_actor(session, practical.body_id, Role.ASSESSOR, name="Lain Misal")
    take_side(session, practical.body_id, practical.application_id, stranger.person_id, Side.ASSESSOR, now=NOW)
    with pytest.raises(NotFound):
        send(session, practical, entry("J1", level=1), actor=stranger)


def test_marks_outside_the_registration_are_refused(session: Session) -> None:
    practical = make_practical(session)
    registration = session.scalars(select(AssessorRegistration)).one()
    registration.valid_until = date(2026, 3, 11)
    session.flush()
    with pytest.raises(NotAllowed):
        send(session, practical, entry("J1", level=1))
    assert stored(session) == []


@pytest.mark.parametrize("side", [side for side in Side if side is not Side.ASSESSOR])
def test_the_database_refuses_a_mark_from_another_side(session: Session, side: Side) -> None:
    practical = make_practical(session)
    send(session, practical, entry("J1", level=1))
    row = session.scalars(select(Observation)).one()
    author = practical.candidate_id if side is Side.CANDIDATE else make_person(session, practical.body_id, "Wati Misal")
    take_side(session, practical.body_id, practical.application_id, author, side, now=NOW)
    values = {column.name: getattr(row, column.name) for column in Observation.__table__.columns}
    del values["number"]
    for claimed in (side.value, "assessor"):
        with pytest.raises(DatabaseError), session.begin_nested():
            session.execute(insert(Observation), [values | {"seq": 9, "person_id": author, "side": claimed}])
    assert session.scalar(select(func.count()).select_from(Observation)) == 1


def test_an_observation_is_never_changed_or_deleted(session: Session) -> None:
    practical = make_practical(session)
    send(session, practical, entry("J1", level=1))
    row = session.scalars(select(Observation)).one()
    row.note = "other"
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.flush()
