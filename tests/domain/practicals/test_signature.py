"""A drawn signature becomes one path of numbers; nothing else that a device sends gets into the picture."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.practicals import signature

WAVE = [[x, 40 + (x % 20)] for x in range(10, 110, 10)]


def sent(**members: Any) -> str:
    return json.dumps({"v": 1, "width": 300, "height": 100, "strokes": [WAVE, [[5, 5]]], **members})


def test_the_strokes_become_one_path() -> None:
    picture = ElementTree.fromstring(signature.read(sent()))
    (path,) = picture
    assert picture.get("viewBox") == "0 0 300 100"
    assert path.get("d", "").startswith("M10 50L20 40L30 50")
    assert path.get("d", "").endswith("M5 5L5 5")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "[" * 30_000,
        sent(v=2),
        sent(v=True),
        sent(extra=1),
        sent(strokes=[]),
        sent(strokes=[[]]),
        sent(strokes=["<script>"]),
        sent(strokes=[[["1", 2]] * 9]),
        sent(strokes=[[[1.5, 2]] * 9]),
        sent(strokes=[[[True, 2]] * 9]),
        sent(strokes=[[[1, 2, 3]] * 9]),
        sent(strokes=[[[301, 2]] * 9]),
        sent(strokes=[[[-1, 2]] * 9]),
        sent(width='1" onload="x'),
        sent(width=0),
        sent(height=4_001),
        sent(strokes=[WAVE] * 201),
        sent(strokes=[[[1, 2]] * 4_001]),
        " " * 65_537,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="drawn in the field"):
        signature.read(text)


def test_a_dot_is_no_signature() -> None:
    with pytest.raises(Invalid, match="too short"):
        signature.read(sent(strokes=[[[9, 9]] * 50]))
