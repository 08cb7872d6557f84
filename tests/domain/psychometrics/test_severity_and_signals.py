"""Severity against the others, and the signals: each at its threshold and just inside it."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from scipy import stats

from assessment.domain.psychometrics.severity import LEAST_PRACTICALS, Mark, severities
from assessment.domain.psychometrics.signals import (
    FASTEST,
    LATE_AFTER,
    LEAST_ALIKE,
    LEAST_AT_SITE,
    SheetFacts,
    SignalKind,
    pace,
    signals,
)

START = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)


def marks(assessor: str, *shares: Fraction, first: int = 0) -> list[Mark]:
    return [
        Mark(practical=f"p{place}", assessor=assessor, criterion="c", share=share)
        for place, share in enumerate(shares, first)
    ]


def test_severity_is_the_distance_from_the_others_with_the_interval_of_t() -> None:
    own = [Fraction(place % 3, 3) for place in range(12)]
    found = severities([*marks("strict", *own), *marks("other", *(share + Fraction(1, 3) for share in own))])
    assert [each.assessor for each in found] == ["strict", "other"]
    difference = found[0].difference
    assert difference is not None
    assert difference.value == -Fraction(1, 3)
    low, high = stats.t.interval(0.95, 11, loc=-1 / 3, scale=stats.sem([float(share) for share in own]))
    assert math.isclose(difference.low, low, abs_tol=1e-9)
    assert math.isclose(difference.high, high, abs_tol=1e-9)


def test_few_practicals_and_nobody_beside_are_met_with_silence() -> None:
    few = [Fraction(1)] * (LEAST_PRACTICALS - 1)
    found = {each.assessor: each for each in severities([*marks("a", *few), *marks("b", *few, Fraction(0))])}
    assert found["a"].difference is None
    assert found["b"].difference is not None
    assert severities(marks("alone", *([Fraction(1)] * 30)))[0].difference is None


def test_a_practical_counts_once_however_many_criteria_it_has() -> None:
    many = [
        Mark(practical=f"p{place}", assessor=assessor, criterion=f"c{criterion}", share=Fraction(assessor == "b"))
        for place in range(LEAST_PRACTICALS - 1)
        for criterion in range(20)
        for assessor in "ab"
    ]
    assert all(each.difference is None for each in severities(many))


def a_sheet(number: int, *, seconds: float = 30, **members: object) -> SheetFacts:
    times = tuple(START + timedelta(seconds=seconds * place) for place in range(10))
    sheet = SheetFacts(
        practical=f"p{number}",
        assessor="a",
        site="s",
        pattern=tuple((f"c{place}", str((number + place) % 4)) for place in range(10)),
        share=Fraction(1, 2),
        times=times,
        ends_at=START + timedelta(hours=2),
        arrived_at=START + timedelta(hours=2),
    )
    return replace(sheet, **members)  # type: ignore[arg-type]  # the tests' own members


def kinds(sheets: list[SheetFacts]) -> list[SignalKind]:
    return [signal.kind for signal in signals(sheets)]


def test_a_sheet_faster_than_anybody_taps_is_a_question() -> None:
    limit = FASTEST.total_seconds()
    (signal,) = signals([a_sheet(1, seconds=limit - 0.1), a_sheet(2)])
    assert (signal.kind, signal.about, signal.count, signal.of) == (SignalKind.SPEED, "a", 1, 2)
    assert signal.example == "p1"
    assert signal.seconds == limit - 0.1
    assert kinds([a_sheet(1, seconds=limit)]) == []
    assert pace(replace(a_sheet(1, seconds=0.1), times=(START,) * 7)) is None


def test_the_same_marks_for_everybody_are_a_question() -> None:
    same = (*((f"c{place}", "3") for place in range(10)),)
    alike = [a_sheet(number, pattern=same) for number in range(LEAST_ALIKE)]
    (signal,) = signals(alike)
    assert (signal.kind, signal.count, signal.of) == (SignalKind.ALIKE, LEAST_ALIKE, LEAST_ALIKE)
    assert kinds(alike[1:]) == []
    assert kinds([*alike, *(a_sheet(number) for number in (20, 21))]) == []
    assert kinds([replace(sheet, pattern=sheet.pattern[:7]) for sheet in alike]) == []


def test_marks_a_day_after_the_session_are_a_question() -> None:
    end = a_sheet(1).ends_at + LATE_AFTER
    assert kinds([a_sheet(1, times=(START, end))]) == []
    assert kinds([a_sheet(1, times=(START, end + timedelta(seconds=1)))]) == [SignalKind.LATE]


def test_a_site_far_from_the_others_is_a_question() -> None:
    def at(site: str, base: int, count: int = LEAST_AT_SITE) -> list[SheetFacts]:
        return [a_sheet(number, site=site, share=Fraction(base + number % 2, 10)) for number in range(count)]

    far = signals([*at("near", 4), *at("far", 8)])
    assert {(signal.kind, signal.about) for signal in far} == {(SignalKind.SITE, "near"), (SignalKind.SITE, "far")}
    assert {signal.difference for signal in far} == {Fraction(4, 10), -Fraction(4, 10)}
    assert kinds([*at("near", 4), *at("far", 4)]) == []
    assert kinds([*at("near", 4), *at("far", 8, LEAST_AT_SITE - 1)]) == []
