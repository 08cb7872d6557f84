"""From observations to a task result: gates, groups, and the third state."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.practicals.aggregation import Status, TaskResult, missing, task_result
from assessment.domain.practicals.observation import (
    Answer,
    Answered,
    Level,
    Measurement,
    Observation,
    ObservedValue,
)
from assessment.domain.practicals.rubric import Rubric, RubricCriterion
from tests.domain.practicals.rubrics import checked, judged, measured

YES, NO, MORE = (Answered(answer=answer) for answer in Answer)


def mark(name: str, value: ObservedValue, assessor: str = "one") -> Observation:
    return Observation(assessor_id=assessor, rubric_criterion_id=name, value=value)


def levels(**given_: int) -> list[Observation]:
    return [mark(name, Level(level=level)) for name, level in given_.items()]


def result(criteria: list[RubricCriterion], observations: list[Observation]) -> TaskResult:
    return task_result(Rubric(criteria=tuple(criteria)), observations)


def test_the_last_observation_of_an_assessor_counts() -> None:
    assert result([checked("k")], [mark("k", NO), mark("k", YES)]).status is Status.SUFFICIENT


def test_an_aspect_below_its_minimum_is_carried_by_its_group() -> None:
    found = result([judged("a"), judged("b")], levels(a=0, b=2))
    assert found.status is Status.SUFFICIENT
    assert found.findings["a"].compensated
    assert not found.findings["b"].compensated


def test_a_group_below_its_mean_minimum_names_only_the_weak_aspect() -> None:
    found = result([judged("a", minimum=2), judged("b", minimum=2)], levels(a=1, b=2))
    assert found.status is Status.INSUFFICIENT
    assert found.findings["a"].status is Status.INSUFFICIENT
    assert found.findings["b"].status is Status.SUFFICIENT


def test_another_group_carries_nothing() -> None:
    found = result([judged("a", group="fit_up"), judged("b", group="weld")], levels(a=0, b=3))
    assert found.findings["a"].status is Status.INSUFFICIENT


def test_a_failed_safety_critical_aspect_cannot_be_averaged_away() -> None:
    criteria = [judged("a", safety=True), *(judged(name) for name in "bcd")]
    found = result(criteria, levels(a=0, b=3, c=3, d=3))
    assert found.status is Status.INSUFFICIENT
    assert found.failed_safety == ("a",)


def test_a_safety_critical_aspect_carries_nobody_either() -> None:
    found = result([judged("a", safety=True), judged("b")], levels(a=3, b=0))
    assert found.findings["b"].status is Status.INSUFFICIENT


def test_a_confirmed_limit_is_a_gate() -> None:
    outside = [mark("m", Measurement(value=Decimal("0.6"))), *levels(a=3)]
    found = result([measured("m"), judged("a")], outside)
    assert found.status is Status.INSUFFICIENT
    assert not found.findings["m"].readings[0].inside


def test_an_unconfirmed_limit_decides_nothing() -> None:
    outside = [mark("m", Measurement(value=Decimal("0.6"))), *levels(a=3)]
    found = result([measured("m", confirmed=False), judged("a")], outside)
    assert found.status is Status.SUFFICIENT
    assert found.findings["m"].status is Status.RECORDED


def test_needs_more_evidence_stays_open() -> None:
    assert result([checked("k"), judged("a")], [mark("k", MORE), *levels(a=3)]).status is (Status.NEEDS_MORE_EVIDENCE)


def test_an_open_aspect_leaves_its_group_open() -> None:
    found = result([judged("a"), judged("b")], [mark("b", MORE), *levels(a=0)])
    assert found.findings["a"].status is Status.NEEDS_MORE_EVIDENCE


def test_a_failure_is_worse_than_what_is_open() -> None:
    assert result([checked("k"), checked("l")], [mark("k", MORE), mark("l", NO)]).status is (Status.INSUFFICIENT)


def test_no_observation_is_no_result() -> None:
    assert result([checked("k")], []).status is Status.NOT_OBSERVED


def test_an_observation_of_another_version_is_ignored() -> None:
    assert result([checked("k")], [mark("k", YES), mark("old", NO)]).status is Status.SUFFICIENT


def test_of_two_assessors_the_more_severe_counts() -> None:
    rubric = Rubric(criteria=(judged("a"),), assessors=2)
    one, two = mark("a", Level(level=2)), mark("a", Level(level=0), assessor="two")
    assert task_result(rubric, [one, two]).status is Status.INSUFFICIENT
    assert task_result(rubric, [one]).status is Status.NOT_OBSERVED


def test_missing_names_what_an_assessor_has_not_marked() -> None:
    rubric = Rubric(criteria=(judged("a"), checked("k"), measured("m")))
    given_ = [mark("k", MORE), mark("m", MORE, assessor="two")]
    assert missing(rubric, given_, assessor_id="one") == ("a", "m")


SEVERITY = {Status.INSUFFICIENT: 0, Status.SUFFICIENT: 1}


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(1, 3), st.sampled_from(["g", "h"]), st.booleans()),
        min_size=1,
        max_size=6,
    ),
    st.data(),
)
def test_raising_a_level_never_makes_anything_worse(
    aspects: list[tuple[int, int, str, bool]], data: st.DataObject
) -> None:
    criteria = [
        judged(f"a{number}", minimum=minimum, group=group, safety=safety)
        for number, (_, minimum, group, safety) in enumerate(aspects)
    ]
    before = levels(**{f"a{number}": level for number, (level, *_) in enumerate(aspects)})
    raised = data.draw(st.integers(0, len(aspects) - 1))
    higher = data.draw(st.integers(aspects[raised][0], 3))
    after = [*before, mark(f"a{raised}", Level(level=higher))]
    was, now = result(criteria, before), result(criteria, after)
    assert SEVERITY[now.status] >= SEVERITY[was.status]
    for name, finding in was.findings.items():
        assert SEVERITY[now.findings[name].status] >= SEVERITY[finding.status]
