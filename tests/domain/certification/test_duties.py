"""Sides of an application and the independence between them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from assessment.domain.certification.duties import (
    Involvement,
    Side,
    check_release,
    check_side,
    involvement,
    release_allowed_from,
)
from assessment.domain.errors import NotAllowed

NOW = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
TODAY = date(2026, 3, 14)


def past(side: Side = Side.TRAINER, on: date = TODAY, person: str = "p1") -> Involvement:
    return Involvement(person_id=person, candidate_id="c1", side=side, on=on)


def release(**fields: Any) -> None:
    whole: dict[str, Any] = {
        "person_id": "p1",
        "candidate_id": "c1",
        "held": None,
        "deciders": ["p2", "p3"],
        "involvements": [],
        "resets": [],
        "look_back_days": 730,
        "now": NOW,
        "today": TODAY,
    }
    check_release(**(whole | fields))


@pytest.mark.parametrize("held", [None, *Side])
@pytest.mark.parametrize("wanted", list(Side))
def test_one_side_a_person_an_application(wanted: Side, held: Side | None) -> None:
    if held in (None, wanted):
        check_side(wanted=wanted, held=held)
    else:
        with pytest.raises(NotAllowed, match=held.value):
            check_side(wanted=wanted, held=held)


def found(*involvements: Involvement, days: int = 730) -> Involvement | None:
    return involvement(involvements, person_id="p1", candidate_id="c1", look_back_days=days, today=TODAY)


@pytest.mark.parametrize("side", [Side.TRAINER, Side.ASSESSOR, Side.INVIGILATOR])
def test_who_took_part_is_not_independent(side: Side) -> None:
    assert found(past(side)) == past(side)


@pytest.mark.parametrize("side", [Side.DECIDER, Side.RELEASER])
def test_who_decided_earlier_is_independent(side: Side) -> None:
    assert found(past(side)) is None


def test_the_look_back_ends_with_its_last_day() -> None:
    last = past(on=TODAY - timedelta(days=730))
    assert found(last) == last
    assert found(past(on=TODAY - timedelta(days=731))) is None


def test_another_person_s_past_does_not_count() -> None:
    assert found(past(person="p9")) is None


def test_nobody_decides_about_oneself() -> None:
    same = involvement([], person_id="c1", candidate_id="c1", look_back_days=0, today=TODAY)
    assert same is not None
    assert same.side is Side.CANDIDATE


def test_a_second_person_releases() -> None:
    release()
    with pytest.raises(NotAllowed, match="second person"):
        release(deciders=["p1"])


def test_who_holds_another_side_does_not_release() -> None:
    with pytest.raises(NotAllowed, match="assessor"):
        release(held=Side.ASSESSOR)


def test_who_trained_the_candidate_does_not_release() -> None:
    with pytest.raises(NotAllowed, match="trainer"):
        release(involvements=[past()])


def test_a_reset_of_credentials_stops_releasing_for_24_hours() -> None:
    day = timedelta(hours=24)
    assert release_allowed_from([]) is None
    assert release_allowed_from([NOW - day, NOW]) == NOW + day
    release(resets=[NOW - day])
    with pytest.raises(NotAllowed, match="2026-03-15"):
        release(resets=[NOW - day + timedelta(seconds=1), NOW - 3 * day, NOW])
