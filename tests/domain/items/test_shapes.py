"""Areas of a picture: what lies in them, and a point that surely does."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.items.shapes import Area, ShapeKind, read_area

COORD = st.integers(-500, 500)


@pytest.mark.parametrize(
    ("kind", "coords", "inside", "outside"),
    [
        ("circle", "10,10,5", [(10, 10), (13, 14), (15, 10)], [(14, 14), (16, 10)]),
        ("rect", "20,10,0,0", [(0, 0), (20, 10), (7, 3)], [(21, 10), (7, 11), (-1, 0)]),
        ("ellipse", "10,10,4,2", [(14, 10), (10, 12), (12, 11)], [(14, 12), (15, 10)]),
        ("poly", "0,0,10,0,10,10,0,10,0,0", [(5, 5), (0, 0), (10, 4)], [(11, 5), (5, -1)]),
        ("poly", "0 0 20 0 20 20 10 5 0 20", [(5, 5), (18, 15)], [(10, 15)]),
        ("default", "", [(0, 0), (-9, 4000)], []),
    ],
)
def test_a_point_lies_in_an_area_or_not(
    kind: str, coords: str, inside: list[tuple[int, int]], outside: list[tuple[int, int]]
) -> None:
    area = read_area(kind, coords)
    assert [point for point in inside if not area.contains(*point)] == []
    assert [point for point in outside if area.contains(*point)] == []


@pytest.mark.parametrize(
    ("kind", "coords"),
    [
        ("star", "1,1,1"),
        ("circle", "1,1"),
        ("circle", "1,1,1,1"),
        ("rect", "1,1,1"),
        ("rect", "0%,0%,10%,10%"),
        ("poly", "1,1,2,2"),
        ("poly", "1,1,2,2,3,3,4"),
        ("circle", "1,1,9999999"),
        ("poly", ",".join(["1"] * 4002)),
        ("ellipse", "a,b,c,d"),
        ("circle", ""),
    ],
)
def test_what_is_no_area_is_refused(kind: str, coords: str) -> None:
    with pytest.raises(Invalid):
        read_area(kind, coords)


def test_parts_of_a_pixel_are_cut_off_and_the_text_is_read_again() -> None:
    area = read_area("circle", " 10.7, 20.2 ,5 ")
    assert area == Area(kind=ShapeKind.CIRCLE, coords=(10, 20, 5))
    assert read_area("circle", area.text()) == area


@given(st.lists(st.tuples(COORD, COORD), min_size=3, max_size=6, unique=True))
def test_the_centre_of_a_polygon_lies_in_it(corners: list[tuple[int, int]]) -> None:
    area = Area(kind=ShapeKind.POLY, coords=tuple(number for corner in corners for number in corner))
    assert area.contains(*area.centre())


@given(COORD, COORD, st.integers(1, 300), st.integers(1, 300))
def test_the_centre_of_the_others_lies_in_them(x: int, y: int, wide: int, high: int) -> None:
    for area in (
        Area(kind=ShapeKind.CIRCLE, coords=(x, y, wide)),
        Area(kind=ShapeKind.ELLIPSE, coords=(x, y, wide, high)),
        Area(kind=ShapeKind.RECT, coords=(x, y, x + wide, y + high)),
        Area(kind=ShapeKind.DEFAULT),
    ):
        assert area.contains(*area.centre())


def test_a_point_may_lie_between_pixels() -> None:
    assert read_area("poly", "0,0,1,0,1,1,0,1").contains(Fraction(1, 2), Fraction(1, 2))
