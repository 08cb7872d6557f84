"""How far apart two or three assessors may lie, with worked examples."""

from decimal import Decimal

import pytest

from assessment.domain.practicals.measurement import Limits
from assessment.domain.practicals.observation import Answer, Answered, Level, Measurement, ObservedValue
from assessment.domain.practicals.rubric import Checked, Judged, Marking, Measured, Rubric, RubricCriterion
from assessment.domain.practicals.spread import Apart, SpreadRule, apart, resolution_of, spread

LEVELS = ("0", "1", "2", "3")
JUDGED = Judged(descriptors=LEVELS, minimum=1, group="g")
UNDERCUT = Measured(limits=Limits(unit="mm", upper=Decimal("0.5")), tool="Gauge", confirmed=True)


def found(
    marking: Marking, *marks: ObservedValue, rule: SpreadRule | None = None
) -> tuple[Apart | None, Decimal | None]:
    rubric = Rubric(criteria=(RubricCriterion(id="c", marking=marking, alignments=()),), assessors=len(marks))
    (only,) = spread(rubric, [{"c": mark} for mark in marks], rule or SpreadRule())
    return only.apart, only.distance


def level(value: int) -> Level:
    return Level(level=value)


def value(text: str) -> Measurement:
    return Measurement(value=Decimal(text))


# WorldSkills Competition Rules, judgement marking: the judges mark 0 to 3, and mark again when their
# scores differ by more than one.
@pytest.mark.parametrize(
    ("levels", "again"),
    [
        ((1, 2, 2), False),
        ((2, 2, 2), False),
        ((1, 2, 3), True),
        ((0, 2, 1), True),
        ((3, 2, 3), False),
        ((0, 3, 3), True),
    ],
)
def test_three_judges_mark_again_when_they_lie_more_than_one_apart(levels: tuple[int, ...], again: bool) -> None:
    assert (found(JUDGED, *map(level, levels))[0] is Apart.LEVELS) is again


def test_a_rule_may_allow_no_level_or_two() -> None:
    assert found(JUDGED, level(1), level(2), rule=SpreadRule(levels=0)) == (Apart.LEVELS, Decimal(1))
    assert found(JUDGED, level(1), level(3), rule=SpreadRule(levels=2)) == (None, Decimal(2))


@pytest.mark.parametrize(
    ("one", "two", "why"),
    [
        ("0.3", "0.4", None),  # the gauge reads tenths
        ("0.3", "0.5", Apart.VALUES),
        ("0.50", "0.51", Apart.SIDES),  # at the limit and just beyond it
        ("0.4", "0.5", None),
        ("0.45", "0.4", None),  # one typed hundredths, the other tenths: tenths is what both can tell
        ("0.45", "0.43", Apart.VALUES),
        ("0.9", "1.0", None),  # both outside
    ],
)
def test_values_differ_by_what_the_tool_resolves_and_lie_on_one_side(one: str, two: str, why: Apart | None) -> None:
    assert found(UNDERCUT, value(one), value(two))[0] is why


def test_a_stated_resolution_goes_before_the_digits_that_were_typed() -> None:
    rule = SpreadRule(resolutions={"c": Decimal("0.02")})
    assert found(UNDERCUT, value("0.45"), value("0.43"), rule=rule) == (None, Decimal("0.02"))
    assert found(UNDERCUT, value("0.4"), value("0.3"), rule=rule)[0] is Apart.VALUES


def test_answers_must_be_the_same() -> None:
    yes, no = Answered(answer=Answer.YES), Answered(answer=Answer.NO)
    assert found(Checked(), yes, no) == (Apart.ANSWERS, None)
    assert found(Checked(), yes, yes) == (None, None)


def test_one_who_could_not_tell_lies_apart_from_one_who_could() -> None:
    more = Answered(answer=Answer.NEEDS_MORE_EVIDENCE)
    assert found(JUDGED, level(2), more)[0] is Apart.KINDS
    assert found(UNDERCUT, more, value("0.1"))[0] is Apart.KINDS
    assert found(JUDGED, more, more)[0] is None


def test_a_criterion_that_one_alone_marked_has_no_spread() -> None:
    rubric = Rubric(
        criteria=tuple(RubricCriterion(id=name, marking=JUDGED, alignments=()) for name in ("a", "b")), assessors=2
    )
    spreads = spread(rubric, [{"a": level(0), "b": level(1)}, {"a": level(3)}], SpreadRule())
    assert [each.rubric_criterion_id for each in spreads] == ["a"]
    assert apart(spreads) == ("a",)


def test_the_coarsest_last_digit_is_the_resolution() -> None:
    assert resolution_of([Decimal("0.45"), Decimal("0.4")]) == Decimal("0.1")
    assert resolution_of([Decimal("12")]) == 1
