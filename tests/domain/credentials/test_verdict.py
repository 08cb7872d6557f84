"""Precedence of verdicts, and clocks at their edges."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest

from assessment.domain.credentials.verdict import (
    FAILS_AS,
    MAY_BE_ABSENT,
    Check,
    CheckName,
    ClockState,
    Verdict,
    clock,
    conclude,
)

PRECEDENCE = [
    Verdict.FORGED,
    Verdict.REVOKED,
    Verdict.SUSPENDED,
    Verdict.SUPERSEDED,
    Verdict.EXPIRED,
    Verdict.CONFIRMATION_LAPSED,
    Verdict.NOT_YET_VALID,
    Verdict.CANNOT_CHECK,
    Verdict.VALID,
]
START, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


def checks(**outcomes: bool | None) -> list[Check]:
    return [
        Check(name=name, ok=outcomes.get(name, None if name is CheckName.TLOG_PROOF else True), message="")
        for name in CheckName
    ]


@pytest.mark.parametrize("pair", list(combinations([name for name in FAILS_AS if name is not CheckName.ISSUER], 2)))
def test_of_two_failed_checks_the_worse_meaning_wins(pair: tuple[CheckName, CheckName]) -> None:
    verdict = conclude(checks(**dict.fromkeys(pair, False)), issued_here=True)
    assert verdict == min((FAILS_AS[name] for name in pair), key=PRECEDENCE.index)


def test_everything_passed_is_valid_without_a_log_proof() -> None:
    assert conclude(checks(), issued_here=True) == Verdict.VALID


@pytest.mark.parametrize("name", [name for name in CheckName if name not in MAY_BE_ABSENT])
def test_what_cannot_be_told_is_cannot_check(name: CheckName) -> None:
    assert conclude(checks(**{name: None}), issued_here=True) == Verdict.CANNOT_CHECK


def test_a_strangers_certificate_is_unknown_whatever_fails() -> None:
    assert conclude(checks(**dict.fromkeys(CheckName, False)), issued_here=False) == Verdict.UNKNOWN


def test_without_a_register_nothing_is_called_forged() -> None:
    assert conclude(checks(proof=False), issued_here=None) == Verdict.CANNOT_CHECK


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (START - timedelta(microseconds=1), ClockState.NOT_STARTED),
        (START, ClockState.RUNNING),
        (UNTIL, ClockState.RUNNING),
        (UNTIL + timedelta(microseconds=999_999), ClockState.RUNNING),
        (UNTIL + timedelta(seconds=1), ClockState.ENDED),
    ],
)
def test_a_clock_ends_after_its_last_second(now: datetime, state: ClockState) -> None:
    assert clock("certificate", START, UNTIL, now).state == state


def test_a_clock_without_an_end_runs_on() -> None:
    assert clock("certificate", START, None, UNTIL + timedelta(days=36_500)).state == ClockState.RUNNING
