"""Each confirmed limit of ISO 5817 at it, just inside and just outside: every row, joint, level and thickness.

The numbers stand in `tests/vectors/iso5817.json`; they were worked out from the known rules (second-hand, editions of
2003 and 2014) apart from the program. Each is tried at the calculation and through a rubric that names the
imperfection, so that what an assessor's mark becomes is what the table says.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assessment.domain.practicals.aggregation import Status, task_result
from assessment.domain.practicals.document_limits import TestPiece as WeldedPiece
from assessment.domain.practicals.document_limits import limits_at
from assessment.domain.practicals.iso5817 import ROWS, Joint, Level, Profile, Thickness, allowed
from assessment.domain.practicals.measurement import Limits, Position, judge
from assessment.domain.practicals.observation import Measurement, Observation
from assessment.domain.practicals.rubric import Measured, Rubric, RubricCriterion

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "iso5817.json").read_text(encoding="utf-8"))
STEP = Decimal("0.001")


def _cases() -> Iterator[Any]:
    for row in VECTORS["rows"]:
        for case in row["cases"]:
            for level in Level:
                name = f"{row['number']}-{row['joint']}-t{case['t']}-{level.value}"
                yield pytest.param(row["number"], Joint(row["joint"]), case, level, id=name)


@pytest.mark.parametrize(("number", "joint", "case", "level"), list(_cases()))
def test_at_just_inside_and_just_outside(number: str, joint: Joint, case: dict[str, Any], level: Level) -> None:
    dimensions = {name: Decimal(case[name]) for name in "tsab"}
    upper, short = Decimal(case[level.value]["upper"]), case[level.value].get("short", False)
    found = allowed(number, level=level, joint=joint, dimensions=dimensions)
    assert (found.upper, found.short, found.gate) == (upper, short, not short)
    assert (found.rule is None) == (upper == 0)

    limits = Limits(unit="mm", upper=found.upper)
    assert judge(upper, limits).inside
    assert judge(max(upper - STEP, Decimal(0)), limits).inside
    assert judge(upper + STEP, limits).position is Position.ABOVE

    stated = limits_at(
        {"unit": "mm", "imperfection": number},
        "criteria[0]",
        WeldedPiece(joint=joint, dimensions=dimensions, acceptance=Profile(level=level)),
    )
    criterion = RubricCriterion(
        id="X", marking=Measured(limits=stated.limits, tool="gauge", confirmed=stated.confirmed), alignments=()
    )
    for value, expected in ((upper, Status.SUFFICIENT), (upper + STEP, Status.INSUFFICIENT)):
        mark = Observation(assessor_id="a", rubric_criterion_id="X", value=Measurement(value=value))
        status = task_result(Rubric(criteria=(criterion,)), [mark]).findings["X"].status
        assert status is (Status.RECORDED if short else expected)


def test_every_confirmed_row_is_among_them() -> None:
    bands = {Thickness.THIN: "thin", Thickness.THICK: "thick"}
    wanted = {
        (row.number, joint.value, bands[band])
        for row in ROWS
        if row.confirmed
        for joint in ([row.joint] if row.joint else Joint)
        for band in ([row.thickness] if row.thickness else Thickness)
    }
    tried = {(row["number"], row["joint"], row["band"]) for row in VECTORS["rows"]}
    assert wanted == tried
    assert all(set("BCD") <= case.keys() for row in VECTORS["rows"] for case in row["cases"])


def test_flat_limits_from_elsewhere_are_not_these() -> None:
    wrong = VECTORS["negative"]
    for level in Level:
        found = allowed(wrong["number"], level=level, joint=Joint.BUTT, dimensions={"t": Decimal(wrong["t"])})
        assert found.upper < Decimal(wrong[level.value])
