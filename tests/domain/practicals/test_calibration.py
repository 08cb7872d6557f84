"""Whether a tool could be trusted on a day: at the first and last day of a calibration, before, after, without."""

from datetime import date
from decimal import Decimal

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.practicals.calibration import Calibration, Doubt, Standing, check_calibration, doubt, named
from assessment.domain.practicals.delivery import Sent, Unfit, canonical, digest, read
from assessment.domain.practicals.delivery import instant as moment
from assessment.domain.practicals.measurement import Limits
from assessment.domain.practicals.observation import Measurement
from assessment.domain.practicals.rubric import Checked, Measured

FIRST = Calibration(calibrated_on=date(2025, 3, 1), valid_until=date(2026, 2, 28))
SECOND = Calibration(calibrated_on=date(2026, 4, 1), valid_until=date(2027, 3, 31))
GAUGE = Standing(calibrations=(SECOND, FIRST))
MARKINGS = {"M1": Measured(limits=Limits(unit="mm", upper=Decimal(1)), tool="Gauge", confirmed=True), "C1": Checked()}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 2, 28), Doubt.NOT_YET_CALIBRATED),
        (date(2025, 3, 1), None),
        (date(2026, 2, 28), None),
        (date(2026, 3, 1), Doubt.EXPIRED),
        (date(2026, 3, 31), Doubt.EXPIRED),
        (date(2026, 4, 1), None),
        (date(2027, 3, 31), None),
        (date(2027, 4, 1), Doubt.EXPIRED),
    ],
)
def test_a_calibration_holds_from_its_day_to_the_end_of_its_last(day: date, expected: Doubt | None) -> None:
    assert doubt(GAUGE, day) is expected


def test_without_a_tool_without_a_calibration_and_out_of_use() -> None:
    today = date(2026, 4, 2)
    assert doubt(None, today) is Doubt.NO_TOOL
    assert doubt(Standing(calibrations=()), today) is Doubt.NEVER_CALIBRATED
    retired = Standing(calibrations=(SECOND,), retired_on=date(2026, 4, 2))
    assert (doubt(retired, today), doubt(retired, date(2026, 4, 3))) == (None, Doubt.RETIRED)


@pytest.mark.parametrize(
    ("calibration", "said"),
    [
        (Calibration(calibrated_on=date(2026, 3, 13), valid_until=date(2027, 1, 1)), "lies ahead"),
        (Calibration(calibrated_on=date(2026, 3, 1), valid_until=date(2026, 2, 28)), "on or after 2026-03-01"),
    ],
)
def test_dates_that_cannot_be_are_refused(calibration: Calibration, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        check_calibration(calibration, today=date(2026, 3, 12))
    check_calibration(FIRST, today=date(2026, 3, 12))


@pytest.mark.parametrize("text", ["", "  ", "x" * 81, "a\u200bb", "a\0b"])
def test_a_name_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="1 to 80 visible"):
        named(text, "kind")
    assert named("  WG \n 01 ", "kind") == "WG 01"


# --- the tool on its way --------------------------------------------------------------------------------


def entry(criterion: str = "M1", mark: object = None, **more: object) -> dict[str, object]:
    return {
        "client": "tab.1",
        "seq": 1,
        "criterion": criterion,
        "mark": mark or {"value": "0.4"},
        "note": "",
        "observed_at": "2026-03-12T02:30:00+00:00",
        **more,
    }


def test_a_tool_travels_with_a_value_and_with_nothing_else() -> None:
    batch = read([entry(tool="t-1"), entry("C1", {"answer": "yes"}, tool="t-1"), entry(), entry(tool="")], MARKINGS)
    assert [sent.tool for sent in batch.sent] == ["t-1", "", "", ""]


@pytest.mark.parametrize("tool", [1, None, ["t"], "a b", "x" * 500, "<b>", "\0"])
def test_a_tool_that_is_no_name_is_refused(tool: object) -> None:
    (refused,) = read([entry(tool=tool)], MARKINGS).refused
    assert refused.reason is Unfit.TOOL


def test_the_tool_is_part_of_what_is_sealed_and_changes_nothing_without() -> None:
    at = moment("2026-03-12T02:30:00+00:00")
    assert at is not None
    sent = Sent(client="tab.1", seq=1, criterion="M1", value=Measurement(value=Decimal(1)), note="", observed_at=at)
    with_tool = Sent(client="tab.1", seq=1, criterion="M1", value=sent.value, note="", observed_at=at, tool="t-1")
    assert b'"v":1' in canonical(sent)
    assert b"tool" not in canonical(sent)
    assert canonical(with_tool).endswith(b'"tool":"t-1","v":3}')
    assert digest(sent) != digest(with_tool)
