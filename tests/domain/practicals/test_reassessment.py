"""Partial re-assessment: what is marked again, what is carried over with its day, and that it never improves a mark."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.practicals.aggregation import CriterionFinding, Status, TaskResult, task_result
from assessment.domain.practicals.observation import Answer, Answered, Level, Measurement, Observation, ObservedValue
from assessment.domain.practicals.reassessment import Earlier, Plan, Why, combined, plan, to_mark_of
from assessment.domain.practicals.rubric import Rubric
from tests.domain.practicals.rubrics import checked, judged, measured

FIRST = date(2026, 3, 12)
AGAIN = date(2026, 4, 1)
YES, NO, MORE = (Answered(answer=answer) for answer in Answer)
RUBRIC = Rubric(
    criteria=(
        judged("a", group="hand"),
        judged("b", group="hand"),
        judged("c", group="eye", minimum=2),
        measured("m"),
        checked("k"),
        checked("s", safety=True),
    )
)
SEVERITY = [
    Status.INSUFFICIENT,
    Status.NOT_OBSERVED,
    Status.NEEDS_MORE_EVIDENCE,
    Status.SUFFICIENT,
    Status.RECORDED,
]
Marks = Mapping[str, ObservedValue]
GOOD: Marks = {
    "a": Level(level=1),
    "b": Level(level=1),
    "c": Level(level=2),
    "m": Measurement(value=Decimal("0.3")),
    "k": YES,
    "s": YES,
}


def result(marks: Marks, rubric: Rubric = RUBRIC) -> TaskResult:
    return task_result(
        rubric, [Observation(assessor_id="one", rubric_criterion_id=code, value=value) for code, value in marks.items()]
    )


def earlier(marks: Marks, *, on: date = FIRST, name: str = "first", rubric_id: str = "r1") -> Earlier:
    findings = {code: finding for code, finding in result(marks).findings.items() if code in marks}
    return Earlier(practical_id=name, rubric_id=rubric_id, done_on=on, findings=findings)


def again(*before: Earlier, on: date = AGAIN, days: int = 90, rubric_id: str = "r1") -> Plan:
    return plan(rubric_id, RUBRIC, before, on=on, days=days)


def test_only_what_was_missing_and_safety_are_marked_again() -> None:
    found = again(earlier({**GOOD, "k": NO}))
    assert found.to_mark == {"k": Why.NOT_MET, "s": Why.SAFETY}
    assert list(found.carried) == ["a", "b", "c", "m"]
    assert {(each.practical_id, each.done_on) for each in found.carried.values()} == {("first", FIRST)}
    assert found.missing == ("k",)


@pytest.mark.parametrize("mark", [NO, MORE])
def test_what_needs_more_evidence_is_missing_as_what_failed(mark: ObservedValue) -> None:
    assert again(earlier({**GOOD, "k": mark})).to_mark["k"] is Why.NOT_MET


def test_what_was_never_marked_is_missing() -> None:
    found = again(earlier({code: value for code, value in GOOD.items() if code != "k"}))
    assert found.to_mark["k"] is Why.NOT_MARKED
    assert again().missing == tuple(criterion.id for criterion in RUBRIC.criteria)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"days": 0}, Why.NOT_ALLOWED),
        ({"days": 19}, Why.TOO_OLD),
        ({"on": FIRST - timedelta(days=1)}, Why.TOO_OLD),
        ({"rubric_id": "r2"}, Why.OTHER_RUBRIC),
    ],
)
def test_each_reason_for_carrying_nothing_over_is_said(changed: dict[str, object], why: Why) -> None:
    found = again(earlier({**GOOD, "k": NO}), **changed)  # type: ignore[arg-type]  # each case changes one argument
    assert found.carried == {}
    assert set(found.to_mark.values()) == {Why.NOT_MET, Why.SAFETY, why}


def test_the_last_day_that_the_scheme_allows_is_inside() -> None:
    assert again(earlier(GOOD), days=20).carried.keys() == {"a", "b", "c", "m", "k"}


def test_a_practical_that_was_set_aside_gives_nothing() -> None:
    found = again(replace(earlier({**GOOD, "k": NO}), set_aside=True))
    assert found.carried == {}
    assert found.to_mark["a"] is Why.SET_ASIDE


def test_the_latest_marking_of_a_criterion_speaks_for_it() -> None:
    second = earlier({"k": YES, "a": Level(level=0)}, on=FIRST + timedelta(days=5), name="second")
    found = again(earlier({**GOOD, "k": NO}), second)
    assert (found.carried["k"].practical_id, found.carried["k"].done_on) == ("second", FIRST + timedelta(days=5))
    assert found.carried["c"].practical_id == "first"
    assert found.to_mark["a"] is Why.NOT_MET


def test_an_aspect_that_its_group_carried_comes_only_with_its_whole_group() -> None:
    lifted = earlier({**GOOD, "a": Level(level=0), "b": Level(level=2), "k": NO})
    assert lifted.findings["a"].compensated
    assert {"a", "b"} <= again(lifted).carried.keys()
    second = earlier({"b": Level(level=1)}, on=FIRST + timedelta(days=1), name="second")
    found = again(lifted, second)
    assert found.to_mark["a"] is Why.GROUP
    assert found.carried["b"].practical_id == "second"


def test_a_level_of_another_day_lifts_nothing_today() -> None:
    before = earlier({**GOOD, "a": Level(level=3), "b": Level(level=1), "k": NO})
    carried = {"a": before.findings["a"]}
    fresh = result({"b": Level(level=0)}, to_mark_of(RUBRIC, carried))
    assert combined(RUBRIC, fresh, carried).findings["b"].status is Status.INSUFFICIENT
    # On one sheet the group would have carried it.
    assert result({"a": Level(level=3), "b": Level(level=0)}).findings["b"].status is Status.SUFFICIENT


def test_a_failed_safety_criterion_of_today_ends_it() -> None:
    found = again(earlier({**GOOD, "k": NO}))
    carried = {code: each.finding for code, each in found.carried.items()}
    fresh = result({"k": YES, "s": NO}, to_mark_of(RUBRIC, carried))
    whole = combined(RUBRIC, fresh, carried)
    assert (whole.status, whole.failed_safety) == (Status.INSUFFICIENT, ("s",))


def test_what_is_in_neither_was_not_observed() -> None:
    assert combined(RUBRIC, result({}, Rubric(criteria=())), {}).status is Status.NOT_OBSERVED


values: dict[str, st.SearchStrategy[ObservedValue]] = {
    code: st.one_of(st.integers(0, 3).map(lambda level: Level(level=level)), st.just(MORE)) for code in "abc"
} | {
    "m": st.one_of(
        st.decimals("0", "1", places=1, allow_nan=False).map(lambda value: Measurement(value=value)), st.just(MORE)
    ),
    "k": st.sampled_from([YES, NO, MORE]),
    "s": st.sampled_from([YES, NO, MORE]),
}
marked = st.fixed_dictionaries(dict(values))
some = st.fixed_dictionaries({}, optional=dict(values))


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Earlier, Marks]]:
    found = []
    for place in range(draw(st.integers(1, 4))):
        marks = draw(marked if place == 0 else some)
        day = FIRST + timedelta(days=draw(st.integers(0, 30)))
        found.append((earlier(marks, on=day, name=f"p{place}"), marks))
    return found


@given(history=histories(), today=marked, days=st.integers(0, 60), order=st.randoms(use_true_random=False))
def test_carrying_over_never_improves_what_was_marked_and_asks_no_order(
    history: list[tuple[Earlier, Marks]], today: Marks, days: int, order: Random
) -> None:
    before = [each for each, _marks in history]
    found = again(*before, days=days)
    shuffled: Sequence[Earlier] = sorted(before, key=lambda _: order.random())
    assert again(*shuffled, days=days) == found
    assert found.to_mark.keys() | found.carried.keys() == {criterion.id for criterion in RUBRIC.criteria}
    assert not found.to_mark.keys() & found.carried.keys()
    assert "s" in found.to_mark

    by_name = {each.practical_id: each for each in before}
    for code, carried in found.carried.items():
        source = by_name[carried.practical_id]
        assert carried.finding == source.findings[code]
        assert carried.finding.status in (Status.SUFFICIENT, Status.RECORDED)
        assert carried.done_on <= AGAIN <= carried.done_on + timedelta(days=days)
        # Nothing later was marked on it.
        assert all(code not in each.findings or each.done_on <= source.done_on for each in before)

    kept: dict[str, CriterionFinding] = {code: each.finding for code, each in found.carried.items()}
    fresh = {code: value for code, value in today.items() if code in found.to_mark}
    whole = combined(RUBRIC, result(fresh, to_mark_of(RUBRIC, kept)), kept)
    marks_of = dict(zip((each.practical_id for each in before), (marks for _, marks in history), strict=True))
    one_sheet = result({**{code: marks_of[each.practical_id][code] for code, each in found.carried.items()}, **fresh})
    for code in fresh:
        assert SEVERITY.index(whole.findings[code].status) <= SEVERITY.index(one_sheet.findings[code].status)
    assert SEVERITY.index(whole.status) <= SEVERITY.index(
        min((finding.status for finding in whole.findings.values()), key=SEVERITY.index)
    )
