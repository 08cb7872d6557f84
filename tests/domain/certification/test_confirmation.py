"""Which period an employer can state, and how long a statement is recent enough (ISO 9606-1, 9.2: six months)."""

from datetime import date

import pytest

from assessment.domain.certification.confirmation import check_period, holds_until
from assessment.domain.errors import Invalid

BEGINS, TODAY = date(2026, 3, 14), date(2026, 12, 1)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (BEGINS, TODAY),
        (date(2026, 6, 1), date(2026, 6, 1)),
        (TODAY, TODAY),
    ],
)
def test_a_period_of_the_last_six_months_can_be_stated(first: date, last: date) -> None:
    check_period(first, last, begins=BEGINS, today=TODAY)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 9, 2), date(2026, 9, 1)),
        (date(2026, 3, 13), TODAY),
        (date(2026, 9, 1), date(2026, 12, 2)),
        (BEGINS, date(2026, 5, 31)),
    ],
)
def test_any_other_is_refused(first: date, last: date) -> None:
    with pytest.raises(Invalid):
        check_period(first, last, begins=BEGINS, today=TODAY)


def test_six_months_end_with_a_shorter_month() -> None:
    assert holds_until(date(2026, 8, 31)) == date(2027, 2, 28)
    assert holds_until(date(2026, 12, 1)) == date(2027, 6, 1)
