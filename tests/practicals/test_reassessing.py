"""Partial re-assessment at the practical: what is on the sheet, what the result says, and when nothing is carried."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.domain.practicals.practical_states import PracticalState
from assessment.domain.practicals.reassessment import Why
from assessment.domain.roles import Role
from assessment.practicals.carrying import carried_of
from assessment.practicals.held_marks import decide_held
from assessment.practicals.marking import Reply, criteria_to_mark, record_observations
from assessment.practicals.naming import name_too_close
from assessment.practicals.opening import open_sheet
from assessment.practicals.queries import practical_head
from assessment.practicals.reassessing import (
    Prospect,
    prospect_of,
    reassess,
    reassessment_of,
    set_carry_over_days,
)
from assessment.practicals.record import record_of
from assessment.practicals.rederive import rederive
from assessment.practicals.sheet import sheet_of
from assessment.practicals.submitting import submit
from assessment.practicals.tables import Observation, Practical, TaskResult
from assessment.practicals.tables_assigning import NamedBy
from assessment.practicals.tables_reassessing import CarriedMark
from assessment.practicals.tasks import add_version
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.practicals import MadePractical, a_criterion, a_document, check_in_by_hand, entry, make_practical

LATER = NOW + timedelta(minutes=40)
AGAIN = NOW + timedelta(days=10)
GOOD: dict[str, dict[str, Any]] = {
    "J1": {"level": 2},
    "M1": {"value": "0.3"},
    "K1": {"answer": "yes"},
    "C1": {"answer": "yes"},
}
DOCUMENT = a_document(
    a_criterion("J1", "judged", number="1.1"),
    a_criterion("M1", "measured", number="1.2", step="weld"),
    a_criterion("K1", "checked", number="1.3", step="weld"),
    a_criterion("C1", "checked", number="1.4", step="weld", safety_critical=True),
)


class Workshop:
    """A practical of which one criterion was missed, and an office that plans it again."""

    def __init__(
        self,
        session: Session,
        *,
        days: int | None = 90,
        others: int = 0,
        document: dict[str, Any] = DOCUMENT,
        **missed: dict[str, Any],
    ) -> None:
        self.session = session
        self.first = make_practical(session, document=document, others=others)
        self.body_id = self.first.body_id
        self.manager = make_actor(session, self.body_id, Role.SCHEME_MANAGER, login="skema")
        if days is not None:
            set_carry_over_days(session, self.manager, self.first.made.scheme.scheme_version_id, days, now=NOW)
        for assessor in (self.first.assessor, *self.first.others):
            self.hand_in(self.first.id, assessor, LATER, **{**GOOD, **(missed or {"K1": {"answer": "no"}})})

    def mark(self, practical_id: str, assessor: Actor, at: Any, **marks: dict[str, Any]) -> Reply:
        criteria = criteria_to_mark(self.session, self.body_id, practical_id)
        entries = [entry(code, seq=place, **given) for place, (code, given) in enumerate(marks.items(), start=1)]
        return record_observations(self.session, assessor, practical_id, entries, criteria=criteria, now=at)

    def hand_in(self, practical_id: str, assessor: Actor, at: Any, **marks: dict[str, Any]) -> None:
        assert not self.mark(practical_id, assessor, at, **marks).refused
        submit(self.session, assessor, practical_id, now=at)

    def prospect(self, *, on: Any = AGAIN) -> Prospect:
        return prospect_of(self.session, self.body_id, self.first.id, starts_at=on)

    def plan(self, *assessors: Actor, of: str | None = None, at: Any = AGAIN) -> Practical:
        people = assessors or (self.first.assessor,)
        return reassess(
            self.session,
            self.manager,
            of or self.first.id,
            site_id=self.first.site_id,
            assessor_ids=[each.person_id for each in people],
            starts_at=at,
            now=LATER,
        )

    def begin(self, practical: Practical, *assessors: Actor, at: Any = AGAIN) -> None:
        check_in_by_hand(self.session, practical, self.first.invigilator)
        for each in assessors or (self.first.assessor,):
            open_sheet(self.session, each, practical.id, now=at)

    def results(self, practical_id: str) -> list[Mapping[str, Any]]:
        rows = self.session.scalars(
            select(TaskResult).where(TaskResult.practical_id == practical_id).order_by(TaskResult.generation)
        )
        return [row.result for row in rows]

    def clean(self, practical_id: str) -> bool:
        return not list(rederive(self.session, self.body_id, practical_id))


def codes(session: Session, practical: Practical | MadePractical) -> list[str]:
    return [each.code for each in criteria_to_mark(session, practical.body_id, practical.id)]


def test_only_the_missing_and_the_safety_criteria_are_on_the_sheet(session: Session) -> None:
    workshop = Workshop(session)
    again = workshop.plan()
    assert codes(session, again) == ["K1", "C1"]
    workshop.begin(again)
    head = practical_head(session, again.body_id, again.id, workshop.first.assessor.person_id)
    sheet = sheet_of(session, again.body_id, head, "en", workshop.first.assessor.person_id)
    assert [card.criterion.code for card in sheet.cards] == ["K1", "C1"]
    assert [(each.code, each.done_on.isoformat()) for each in sheet.carried_over] == [
        ("J1", "2026-03-12"),
        ("M1", "2026-03-12"),
    ]
    assert [each.key for each in sheet.task.steps] == ["weld"]
    kept = reassessment_of(session, again.body_id, again.id)
    assert kept is not None
    assert (kept.to_mark, kept.days) == ({"K1": "not_met", "C1": "safety"}, 90)


def test_a_mark_of_a_carried_criterion_is_refused(session: Session) -> None:
    workshop = Workshop(session)
    again = workshop.plan()
    workshop.begin(again)
    reply = workshop.mark(again.id, workshop.first.assessor, AGAIN, J1={"level": 3})
    assert [each.reason.value for each in reply.refused] == ["unknown_criterion"]
    assert session.scalars(select(Observation.number).where(Observation.practical_id == again.id)).all() == []


def test_the_result_joins_both_and_names_the_original_observations(session: Session) -> None:
    workshop = Workshop(session)
    (first,) = workshop.results(workshop.first.id)
    again = workshop.plan()
    workshop.begin(again)
    workshop.hand_in(again.id, workshop.first.assessor, AGAIN, K1={"answer": "yes"}, C1={"answer": "yes"})
    (result,) = workshop.results(again.id)
    assert (first["status"], result["status"]) == ("insufficient", "sufficient")
    assert result["rubric"]["J1"] == {
        **first["rubric"]["J1"],
        "carried": {"practical": workshop.first.id, "on": "2026-03-12", "stands": True},
    }
    assert "carried" not in result["rubric"]["K1"]
    assert {piece["sufficient"] for piece in result["criteria"]} == {True}
    assert workshop.clean(workshop.first.id)
    assert workshop.clean(again.id)


def test_the_record_opens_a_carried_mark_down_to_its_observation(session: Session) -> None:
    workshop = Workshop(session)
    again = workshop.plan()
    head = practical_head(session, again.body_id, again.id, workshop.manager.person_id)
    record = record_of(session, again.body_id, head, "en", workshop.manager.person_id)
    rows = {row.criterion.code: row for row in record.rows}
    origin = rows["M1"].origin
    assert origin is not None
    assert (origin.practical_id, origin.stands, [mark.raw for mark in origin.marks]) == (
        workshop.first.id,
        True,
        ["0.3"],
    )
    assert rows["K1"].origin is None


def test_a_safety_criterion_that_fails_today_is_not_saved_by_the_day_before(session: Session) -> None:
    workshop = Workshop(session)
    again = workshop.plan()
    workshop.begin(again)
    workshop.hand_in(again.id, workshop.first.assessor, AGAIN, K1={"answer": "yes"}, C1={"answer": "no"})
    (result,) = workshop.results(again.id)
    assert (result["status"], result["failed_safety"]) == ("insufficient", ["C1"])


def test_without_a_rule_of_the_scheme_everything_is_marked_again(session: Session) -> None:
    workshop = Workshop(session, days=None)
    assert workshop.prospect().days == 0
    assert set(workshop.prospect().plan.to_mark.values()) == {Why.NOT_MET, Why.SAFETY, Why.NOT_ALLOWED}
    assert codes(session, workshop.plan()) == ["J1", "M1", "K1", "C1"]


def test_a_later_rule_changes_nothing_that_is_planned(session: Session) -> None:
    workshop = Workshop(session)
    again = workshop.plan()
    scheme = workshop.first.made.scheme.scheme_version_id
    set_carry_over_days(session, workshop.manager, scheme, 0, now=LATER + timedelta(minutes=1))
    assert codes(session, again) == ["K1", "C1"]
    for days in (-1, 1097):
        with pytest.raises(Invalid, match="1096"):
            set_carry_over_days(session, workshop.manager, scheme, days, now=LATER)


def test_whoever_begins_too_late_is_marked_on_everything(session: Session) -> None:
    workshop = Workshop(session, days=10)
    again = workshop.plan()
    assert codes(session, again) == ["K1", "C1"]
    late = AGAIN + timedelta(days=1)
    workshop.begin(again, at=late)
    assert codes(session, again) == ["J1", "M1", "K1", "C1"]
    with pytest.raises(Invalid, match="J1, M1"):
        workshop.hand_in(again.id, workshop.first.assessor, late, K1={"answer": "yes"}, C1={"answer": "yes"})
    workshop.hand_in(again.id, workshop.first.assessor, late, **{**GOOD, "J1": {"level": 0}})
    assert workshop.results(again.id)[0]["rubric"]["J1"]["status"] == "insufficient"
    assert workshop.clean(again.id)


def test_another_version_of_the_rubric_carries_nothing_over(session: Session) -> None:
    workshop = Workshop(session)
    made = workshop.first.made
    add_version(session, workshop.body_id, made.task_id, DOCUMENT, made.criterion_ids, LATER)
    assert set(workshop.prospect().plan.to_mark.values()) == {Why.NOT_MET, Why.SAFETY, Why.OTHER_RUBRIC}
    assert session.scalars(select(CarriedMark).where(CarriedMark.practical_id == workshop.plan().id)).all() == []


def test_what_somebody_too_close_has_marked_is_marked_again(session: Session) -> None:
    workshop = Workshop(session)
    name_too_close(
        session,
        workshop.manager,
        workshop.first.application_id,
        workshop.first.assessor.person_id,
        named_by=NamedBy.SCHEME,
        reason="Ternyata pamannya.",
        now=LATER,
    )
    assert workshop.prospect().plan.to_mark["J1"] is Why.SET_ASIDE
    other = make_actor(session, workshop.body_id, Role.ASSESSOR, name="Citra Misal")
    assert codes(session, workshop.plan(other)) == ["J1", "M1", "K1", "C1"]


def test_a_third_time_carries_over_from_the_day_of_each_mark(session: Session) -> None:
    workshop = Workshop(session, K1={"answer": "no"}, J1={"level": 0})
    again = workshop.plan()
    workshop.begin(again)
    workshop.hand_in(
        again.id, workshop.first.assessor, AGAIN, J1={"level": 2}, K1={"answer": "no"}, C1={"answer": "yes"}
    )
    third = workshop.plan(of=again.id, at=AGAIN + timedelta(days=5))
    assert codes(session, third) == ["K1", "C1"]
    carried = carried_of(session, third.body_id, third.id)
    assert {code: (each.source_id, each.done_on.isoformat()) for code, each in carried.items()} == {
        "J1": (again.id, "2026-03-22"),
        "M1": (workshop.first.id, "2026-03-12"),
    }


def test_two_assessors_mark_what_one_missed_and_both_old_marks_are_named(session: Session) -> None:
    workshop = Workshop(session, others=1)
    (first,) = workshop.results(workshop.first.id)
    assessors = (workshop.first.assessor, *workshop.first.others)
    again = workshop.plan(*assessors)
    workshop.begin(again, *assessors)
    for each in assessors:
        workshop.hand_in(again.id, each, AGAIN, K1={"answer": "yes"}, C1={"answer": "yes"})
    (result,) = workshop.results(again.id)
    assert result["rubric"]["J1"]["observations"] == first["rubric"]["J1"]["observations"]
    assert len(result["rubric"]["J1"]["observations"]) == 2
    assert result["status"] == "sufficient"
    assert workshop.clean(again.id)


def test_a_mark_that_came_late_at_the_first_practical_changes_what_rests_on_it(session: Session) -> None:
    workshop = Workshop(session)
    again = workshop.plan()
    workshop.begin(again)
    workshop.hand_in(again.id, workshop.first.assessor, AGAIN, K1={"answer": "yes"}, C1={"answer": "yes"})
    criteria = criteria_to_mark(session, workshop.body_id, workshop.first.id)
    late = record_observations(
        session,
        workshop.first.assessor,
        workshop.first.id,
        [entry("J1", seq=50, level=0)],
        criteria=criteria,
        now=AGAIN,
    )
    assert len(late.held) == 1
    number = session.scalars(
        select(Observation.number).where(Observation.practical_id == workshop.first.id, Observation.seq == 50)
    ).one()
    decided = AGAIN + timedelta(hours=1)
    decide_held(
        session, workshop.manager, workshop.first.id, [number], taken=True, reason="Masih di tablet.", now=decided
    )
    before, after = workshop.results(again.id)
    assert (before["rubric"]["J1"]["status"], after["rubric"]["J1"]["status"]) == ("sufficient", "not_observed")
    assert after["rubric"]["J1"]["carried"]["stands"] is False
    assert after["status"] == "not_observed"
    assert workshop.clean(workshop.first.id)
    assert workshop.clean(again.id)


def test_nothing_missing_nothing_finished_and_nobody_else_is_refused(session: Session) -> None:
    workshop = Workshop(session, K1={"answer": "yes"})
    with pytest.raises(Invalid, match="nothing to assess again"):
        workshop.plan()
    with pytest.raises(NotFound):
        workshop.plan(of="nowhere")
    unfinished = make_practical(session, document=DOCUMENT, body_id=workshop.body_id, made=workshop.first.made)
    assert session.get_one(Practical, (unfinished.body_id, unfinished.id)).state is PracticalState.OPEN
    with pytest.raises(Conflict, match="no result yet"):
        workshop.plan(of=unfinished.id)
    foreign = make_practical(session, document=DOCUMENT, body_id=make_body(session, "tata"))
    with pytest.raises(NotFound):
        reassess(
            session,
            workshop.manager,
            foreign.id,
            site_id=workshop.first.site_id,
            assessor_ids=[workshop.first.assessor.person_id],
            starts_at=AGAIN,
            now=LATER,
        )


def test_a_re_assessment_is_planned_once(session: Session) -> None:
    workshop = Workshop(session)
    workshop.plan()
    with pytest.raises(Conflict, match="already planned"):
        workshop.plan()
