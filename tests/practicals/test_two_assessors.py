"""Two assessors on one practical: compared when both are in, marked again with reasons, a third one, marks held."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.domain.practicals.practical_states import PracticalState
from assessment.domain.roles import Role
from assessment.practicals.held_marks import decide_held
from assessment.practicals.marking import Reply, criteria_to_mark, record_observations
from assessment.practicals.opening import open_sheet
from assessment.practicals.rederive import rederive
from assessment.practicals.remarking import Again, ask_again, asked_of, call_third, mark_again
from assessment.practicals.scheduling import schedule
from assessment.practicals.sheets import set_rule
from assessment.practicals.submitting import submit
from assessment.practicals.tables import Observation, Practical, Rubric, TaskResult
from assessment.practicals.tables_sheets import Sheet, SheetSeal
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor
from tests.factories.competency import make_application
from tests.factories.practicals import MadePractical, entry, make_practical

S = PracticalState
LATER = NOW + timedelta(minutes=40)
GOOD: dict[str, dict[str, Any]] = {"J1": {"level": 2}, "M1": {"value": "0.3"}, "C1": {"answer": "yes"}}
REASON = "Dilihat sekali lagi."


def mark(session: Session, practical: MadePractical, actor: Actor, **marks: dict[str, Any]) -> Reply:
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    entries = [entry(code, seq=place, **given) for place, (code, given) in enumerate(marks.items(), start=1)]
    return record_observations(session, actor, practical.id, entries, criteria=criteria, now=LATER)


def hand_in(session: Session, practical: MadePractical, actor: Actor, **marks: dict[str, Any]) -> None:
    mark(session, practical, actor, **{**GOOD, **marks})
    submit(session, actor, practical.id, now=LATER)


def state_of(session: Session, practical: MadePractical) -> PracticalState:
    return session.get_one(Practical, (practical.body_id, practical.id)).state


def results(session: Session, practical: MadePractical) -> list[Mapping[str, Any]]:
    rows = session.scalars(
        select(TaskResult).where(TaskResult.practical_id == practical.id).order_by(TaskResult.generation)
    )
    return [row.result for row in rows]


def again(**marks: dict[str, Any]) -> dict[str, Again]:
    return {code: Again(mark=given, reason=REASON) for code, given in marks.items()}


@pytest.fixture
def practical(session: Session) -> MadePractical:
    return make_practical(session, others=1)


@pytest.fixture
def other(practical: MadePractical) -> Actor:
    return practical.others[0]


def test_the_result_waits_for_both_and_takes_the_more_severe(
    session: Session, practical: MadePractical, other: Actor
) -> None:
    hand_in(session, practical, practical.assessor, J1={"level": 1})
    assert (state_of(session, practical), results(session, practical)) == (S.OPEN, [])
    hand_in(session, practical, other, J1={"level": 0})
    assert state_of(session, practical) is S.SUBMITTED
    (result,) = results(session, practical)
    assert result["rubric"]["J1"]["status"] == "insufficient"
    numbers = result["rubric"]["J1"]["observations"]
    marks = session.scalars(select(Observation).where(Observation.number.in_(numbers)).order_by(Observation.number))
    assert [(row.person_id, row.mark["level"]) for row in marks] == [
        (practical.assessor.person_id, 1),
        (other.person_id, 0),
    ]
    assert list(rederive(session, practical.body_id, practical.id)) == []


def test_the_same_key_on_two_sheets_is_two_observations(
    session: Session, practical: MadePractical, other: Actor
) -> None:
    for actor in (practical.assessor, other):
        assert mark(session, practical, actor, J1={"level": 2}).acknowledged == (("tab.1", 1),)
    rows = session.execute(select(Observation.person_id, Observation.client, Observation.seq)).all()
    assert len({row.person_id for row in rows}) == len(rows) == 2
    assert {row.client for row in rows} == {"tab.1"}


def test_marks_apart_are_marked_again_and_nothing_is_erased(
    session: Session, practical: MadePractical, other: Actor
) -> None:
    hand_in(session, practical, practical.assessor, J1={"level": 3}, M1={"value": "0.5"})
    hand_in(session, practical, other, J1={"level": 1}, M1={"value": "0.6"})
    assert (state_of(session, practical), results(session, practical)) == (S.APART, [])
    with pytest.raises(Invalid):
        ask_again(session, practical.assessor, practical.id, reason=" ", now=LATER)
    assert ask_again(session, practical.assessor, practical.id, reason=REASON, now=LATER).criteria == ["J1", "M1"]
    with pytest.raises(Invalid, match="M1"):
        mark_again(session, other, practical.id, again(J1={"level": 2}), now=LATER)
    bare = {code: Again(mark=given, reason="") for code, given in GOOD.items()}
    with pytest.raises(Invalid, match="reason"):
        mark_again(session, other, practical.id, bare, now=LATER)
    mark_again(session, other, practical.id, again(J1={"level": 2}, M1={"value": "0.5"}), now=LATER)
    assert asked_of(session, other, practical.id) is None
    assert state_of(session, practical) is S.REMARKING
    with pytest.raises(Conflict):
        mark_again(session, other, practical.id, again(J1={"level": 3}, M1={"value": "0.5"}), now=LATER)
    mark_again(session, practical.assessor, practical.id, again(J1={"level": 3}, M1={"value": "0.5"}), now=LATER)
    assert state_of(session, practical) is S.SUBMITTED
    assert results(session, practical)[0]["status"] == "sufficient"
    assert len(session.scalars(select(Observation)).all()) == 2 * 3 + 2 * 2
    assert sorted(session.scalars(select(SheetSeal.round))) == [1, 1, 2, 2]
    assert list(rederive(session, practical.body_id, practical.id)) == []


def test_marks_that_stay_apart_may_be_marked_again_once_more(
    session: Session, practical: MadePractical, other: Actor
) -> None:
    hand_in(session, practical, practical.assessor, C1={"answer": "yes"})
    hand_in(session, practical, other, C1={"answer": "no"})
    for number, answer in ((2, "no"), (3, "yes")):
        assert ask_again(session, other, practical.id, reason=REASON, now=LATER).round == number
        mark_again(session, practical.assessor, practical.id, again(C1={"answer": "yes"}), now=LATER)
        mark_again(session, other, practical.id, again(C1={"answer": answer}), now=LATER)
        assert state_of(session, practical) is (S.SUBMITTED if answer == "yes" else S.APART)


def test_a_third_assessor_marks_and_the_middle_counts(session: Session, practical: MadePractical, other: Actor) -> None:
    hand_in(session, practical, practical.assessor, J1={"level": 3})
    hand_in(session, practical, other, J1={"level": 0})
    third = make_actor(session, practical.body_id, Role.ASSESSOR, name="Ketiga Misal")
    manager = make_actor(session, practical.body_id, Role.SCHEME_MANAGER, name="Pengelola Misal")
    with pytest.raises(Invalid):
        call_third(session, manager, practical.id, other.person_id, reason=REASON, now=LATER)
    sheet = call_third(session, manager, practical.id, third.person_id, reason=REASON, now=LATER)
    assert (sheet.place, state_of(session, practical)) == (3, S.THIRD)
    open_sheet(session, third, practical.id, now=LATER)
    hand_in(session, practical, third, J1={"level": 2})
    assert state_of(session, practical) is S.SUBMITTED
    assert results(session, practical)[0]["rubric"]["J1"]["status"] == "sufficient"
    assert list(rederive(session, practical.body_id, practical.id)) == []


def test_a_safety_critical_criterion_is_not_outvoted(session: Session, practical: MadePractical, other: Actor) -> None:
    hand_in(session, practical, practical.assessor)
    hand_in(session, practical, other, C1={"answer": "no"})
    third = make_actor(session, practical.body_id, Role.ASSESSOR, name="Ketiga Misal")
    call_third(session, other, practical.id, third.person_id, reason=REASON, now=LATER)
    open_sheet(session, third, practical.id, now=LATER)
    hand_in(session, practical, third)
    assert results(session, practical)[0]["failed_safety"] == ["C1"]


def test_three_judges_of_a_worldskills_rubric_mark_again_above_one(session: Session) -> None:
    made = make_practical(session, others=2)
    for actor, level in zip((made.assessor, *made.others), (1, 2, 3), strict=True):
        hand_in(session, made, actor, J1={"level": level})
    assert state_of(session, made) is S.APART
    ask_again(session, made.assessor, made.id, reason=REASON, now=LATER)
    for actor, level in zip((made.assessor, *made.others), (2, 2, 3), strict=True):
        mark_again(session, actor, made.id, again(J1={"level": level}), now=LATER)
    assert state_of(session, made) is S.SUBMITTED


def test_a_rubric_may_allow_more_or_less_apart(session: Session) -> None:
    practical = make_practical(session, others=1)
    rubric_id = session.get_one(Practical, (practical.body_id, practical.id)).rubric_id
    set_rule(session, practical.body_id, rubric_id, assessors=2, levels=2)
    hand_in(session, practical, practical.assessor, J1={"level": 1})
    hand_in(session, practical, practical.others[0], J1={"level": 3})
    assert state_of(session, practical) is S.SUBMITTED


def test_the_rubric_says_how_many_assessors_are_needed(session: Session) -> None:
    first = make_practical(session)
    rubric_id = session.scalars(select(Rubric.id)).one()
    set_rule(session, first.body_id, rubric_id, assessors=2)
    application_id, candidate_id = make_application(session, first.body_id, first.made.scheme)
    people = [make_actor(session, first.body_id, Role.ASSESSOR, name=f"Asesor {n}").person_id for n in range(4)]

    def planned(*assessors: str) -> Practical:
        return schedule(
            session,
            first.body_id,
            application_id,
            candidate_id,
            first.made.task_id,
            first.site_id,
            assessors,
            NOW + timedelta(hours=1),
            NOW,
        )

    for wrong in (people[:1], people[:1] * 2, people):
        with pytest.raises(Invalid, match="different assessors"):
            planned(*wrong)
    made = planned(*people[:2])
    sheets = session.scalars(select(Sheet).where(Sheet.practical_id == made.id).order_by(Sheet.place))
    assert [(sheet.place, sheet.person_id) for sheet in sheets] == [(1, people[0]), (2, people[1])]


def test_a_mark_after_submission_is_held_until_a_second_person_takes_it(session: Session) -> None:
    practical = make_practical(session)
    hand_in(session, practical, practical.assessor)
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    late = entry("J1", client="tablet.2", seq=1, level=0) | {"observed_at": "2026-03-12T04:00:00+00:00"}
    reply = record_observations(session, practical.assessor, practical.id, [late], criteria=criteria, now=LATER)
    assert reply.held == (("tablet.2", 1),)
    assert len(results(session, practical)) == 1
    number = session.scalars(select(Observation.number).where(Observation.client == "tablet.2")).one()
    decide: dict[str, Any] = {"reason": REASON, "now": LATER + timedelta(minutes=1)}
    with pytest.raises(Conflict, match="second person"):
        decide_held(session, practical.assessor, practical.id, [number], taken=True, **decide)
    with pytest.raises(Invalid):
        decide_held(session, practical.invigilator, practical.id, [number], taken=True, **decide | {"reason": ""})
    with pytest.raises(NotFound):
        decide_held(session, practical.invigilator, practical.id, [1], taken=True, **decide)
    decide_held(session, practical.invigilator, practical.id, [number], taken=False, **decide)
    assert len(results(session, practical)) == 1
    decide_held(session, practical.invigilator, practical.id, [number], taken=True, **decide)
    first, second = results(session, practical)
    assert (first["rubric"]["J1"]["status"], second["rubric"]["J1"]["status"]) == ("sufficient", "insufficient")
    assert list(rederive(session, practical.body_id, practical.id)) == []


def test_who_has_no_sheet_finds_none(session: Session, practical: MadePractical) -> None:
    stranger = make_actor(session, practical.body_id, Role.ASSESSOR, name="Orang Lain")
    with pytest.raises(NotFound):
        mark(session, practical, stranger, J1={"level": 1})
    with pytest.raises(NotFound):
        asked_of(session, stranger, practical.id)
