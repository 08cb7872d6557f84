"""The shapes of an observed value."""

from decimal import Decimal
from typing import Any

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.practicals.observation import Answer, Answered, Level, Measurement, parse, to_json
from tests.domain.practicals.rubrics import checked, judged, measured

JUDGED, MEASURED, CHECKED = judged("j").marking, measured("m").marking, checked("k").marking


def test_reads_each_shape() -> None:
    assert parse({"level": 0}, JUDGED) == Level(level=0)
    assert parse({"v": 1, "value": "0,4"}, MEASURED) == Measurement(value=Decimal("0.4"))
    assert parse({"answer": "no"}, CHECKED) == Answered(answer=Answer.NO)


@pytest.mark.parametrize("marking", [JUDGED, MEASURED, CHECKED])
def test_needs_more_evidence_is_possible_on_every_criterion(marking: Any) -> None:
    assert parse({"v": 1, "answer": "needs_more_evidence"}, marking) == Answered(answer=Answer.NEEDS_MORE_EVIDENCE)


@pytest.mark.parametrize(
    ("value", "marking"),
    [
        ({"level": 4}, JUDGED),
        ({"level": True}, JUDGED),
        ({"level": "2"}, JUDGED),
        ({"answer": "yes"}, JUDGED),
        ({"level": 2, "note": "x"}, JUDGED),
        ({"value": 0.4}, MEASURED),
        ({"value": "0.4 mm"}, MEASURED),
        ({"answer": "yes"}, MEASURED),
        ({"answer": "perhaps"}, CHECKED),
        ({"answer": "needs_more_evidence", "level": 2}, CHECKED),
        ({"level": 2}, CHECKED),
        ({}, CHECKED),
        ({"v": 2, "answer": "yes"}, CHECKED),
        ([], CHECKED),
        (None, CHECKED),
    ],
)
def test_refuses_any_other_shape(value: Any, marking: Any) -> None:
    with pytest.raises(Invalid):
        parse(value, marking)


@pytest.mark.parametrize(
    ("value", "marking"),
    [
        ({"v": 1, "level": 3}, JUDGED),
        ({"v": 1, "value": "0.40"}, MEASURED),
        ({"v": 1, "answer": "yes"}, CHECKED),
    ],
)
def test_writes_what_it_read_digit_by_digit(value: dict[str, Any], marking: Any) -> None:
    assert to_json(parse(value, marking)) == value
