"""Feedback says what was good, what is missing and what closes it, and nothing of who marked what."""

from decimal import Decimal

import pytest

from assessment.domain.competency import Method
from assessment.domain.practicals.aggregation import Status
from assessment.domain.practicals.feedback import Found, Line, Report, Standing, feedback
from assessment.domain.practicals.measurement import Limits
from assessment.domain.practicals.observation import Answer, Answered, Level, Measurement, ObservedValue
from assessment.domain.practicals.rubric import Alignment, Checked, Judged, Marking, Measured, RubricCriterion

JUDGED = Judged(descriptors=("a", "b", "c", "d"), minimum=2, group="g")
GAP = Measured(limits=Limits(unit="mm", upper=Decimal("1.5")), tool="Gauge", confirmed=True)
CURRENT = Measured(limits=Limits(unit="A", lower=Decimal(55), upper=Decimal(85)), tool="Meter", confirmed=True)
GOOD, BAD, OPEN = Status.SUFFICIENT, Status.INSUFFICIENT, Status.NEEDS_MORE_EVIDENCE
MORE = Answered(answer=Answer.NEEDS_MORE_EVIDENCE)


def line(
    marking: Marking,
    status: Status,
    *marks: ObservedValue,
    compensated: bool = False,
    report: Report | None = None,
    safety: bool = False,
) -> Line | None:
    """The feedback on one criterion."""
    criterion = RubricCriterion(
        id="X1",
        marking=marking,
        alignments=(
            Alignment(criterion_id="k1", method=Method.OBSERVED),
            Alignment(criterion_id="k1", method=Method.PRODUCT),
            Alignment(criterion_id="k2", method=Method.OBSERVED),
        ),
        safety_critical=safety,
    )
    found = Found(status=status, compensated=compensated, marks=marks, report=report)
    told = feedback([criterion], {"X1": found}).lines
    return told[0] if told else None


def levels(*values: int) -> list[ObservedValue]:
    return [Level(level=value) for value in values]


def test_the_next_level_closes_what_lies_below_and_the_least_that_suffices_is_named() -> None:
    found = line(JUDGED, BAD, *levels(0))
    assert found is not None
    assert (found.standing, found.reached, found.next_level, found.enough) == (Standing.MISSING, 0, 1, 2)


def test_what_was_met_has_nothing_to_close() -> None:
    found = line(JUDGED, GOOD, *levels(3))
    assert found is not None
    assert (found.standing, found.reached, found.next_level, found.enough) == (Standing.GOOD, 3, None, None)


def test_what_its_group_carries_says_what_would_be_better() -> None:
    found = line(JUDGED, GOOD, *levels(1), compensated=True)
    assert found is not None
    assert (found.standing, found.next_level) == (Standing.CARRIED, 2)


@pytest.mark.parametrize(
    ("given", "safety", "reached"),
    [((2, 1), False, 1), ((0, 3, 1), False, 1), ((3, 0, 0), False, 0), ((0, 3, 1), True, 0)],
)
def test_of_several_marks_only_the_one_that_decides_is_told(given: tuple[int, ...], safety: bool, reached: int) -> None:
    for order in (given, tuple(reversed(given))):
        found = line(JUDGED, BAD, *levels(*order), safety=safety)
        assert found is not None
        assert found.reached == reached


def test_a_measured_value_stands_beside_its_limit() -> None:
    found = line(GAP, BAD, Measurement(value=Decimal("1.2")), Measurement(value=Decimal("1.8")))
    assert found is not None
    assert found.reading is not None
    assert (found.reading.value, found.reading.upper, found.reading.inside) == (Decimal("1.8"), Decimal("1.5"), False)


def test_of_a_range_the_value_nearest_to_or_furthest_outside_a_limit_is_told() -> None:
    inside = line(CURRENT, GOOD, Measurement(value=Decimal(70)), Measurement(value=Decimal(84)))
    outside = line(CURRENT, BAD, Measurement(value=Decimal(90)), Measurement(value=Decimal(40)))
    assert inside is not None
    assert outside is not None
    assert inside.reading is not None
    assert outside.reading is not None
    assert (inside.reading.value, outside.reading.value) == (84, 40)


def test_more_evidence_is_open_and_tells_no_level() -> None:
    found = line(JUDGED, OPEN, *levels(2), MORE)
    assert found is not None
    assert (found.standing, found.reached, found.next_level) == (Standing.OPEN, None, None)


@pytest.mark.parametrize(
    ("status", "report", "standing", "said"),
    [
        (GOOD, Report.AWAITED, Standing.OPEN, Report.AWAITED),
        (GOOD, Report.REFUSED, Standing.MISSING, Report.REFUSED),
        (GOOD, Report.ACCEPTED, Standing.GOOD, None),
        (OPEN, Report.REFUSED, Standing.MISSING, Report.REFUSED),
        (BAD, Report.ACCEPTED, Standing.MISSING, None),
    ],
)
def test_a_report_that_is_needed_counts(
    status: Status, report: Report, standing: Standing, said: Report | None
) -> None:
    found = line(Checked(), status, Answered(answer=Answer.YES), report=report)
    assert found is not None
    assert (found.standing, found.report) == (standing, said)


@pytest.mark.parametrize("status", [Status.RECORDED, Status.NOT_OBSERVED])
def test_what_decides_nothing_is_left_out(status: Status) -> None:
    assert line(GAP, status, Measurement(value=Decimal(9))) is None


def test_each_performance_criterion_is_named_once_and_the_safety_flag_stays() -> None:
    found = line(Checked(), BAD, Answered(answer=Answer.NO), safety=True)
    assert found is not None
    assert (found.criteria, found.safety_critical) == (("k1", "k2"), True)


def test_the_parts_keep_the_order_of_the_sheet_and_unmarked_criteria_are_left_out() -> None:
    criteria = [RubricCriterion(id=each, marking=Checked(), alignments=()) for each in "ABCD"]
    yes, no = (Answered(answer=answer) for answer in (Answer.YES, Answer.NO))
    told = feedback(
        criteria,
        {
            "C": Found(status=BAD, compensated=False, marks=(no,)),
            "A": Found(status=BAD, compensated=False, marks=(no,)),
            "B": Found(status=GOOD, compensated=False, marks=(yes,)),
        },
    )
    assert [each.rubric_criterion_id for each in told.missing] == ["A", "C"]
    assert [each.rubric_criterion_id for each in told.good] == ["B"]
    assert (told.carried, told.open) == ((), ())
