"""Areas of a picture: circle, rectangle, ellipse, polygon, and the default that is everything (QTI 3.0, Shape).

Coordinates are whole pixels from the top left corner, as HTML's image maps write them. Nothing is computed in
floats: whether a point lies in an area is a question about whole numbers.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

from assessment.domain.errors import N_, Invalid

MAX_COORDS = 2_000
MAX_COORD = 100_000

_COORD = re.compile(r"\s*(-?[0-9]{1,6})(?:\.[0-9]{1,6})?\s*")


class ShapeKind(StrEnum):
    """How an area is described."""

    CIRCLE = "circle"
    DEFAULT = "default"
    ELLIPSE = "ellipse"
    POLY = "poly"
    RECT = "rect"


_COORDS = {ShapeKind.CIRCLE: 3, ShapeKind.DEFAULT: 0, ShapeKind.ELLIPSE: 4, ShapeKind.RECT: 4}


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A shape and its coordinates in pixels.

    circle: x, y, radius · ellipse: x, y, half width, half height · rect: left, top, right, bottom ·
    poly: x, y of each corner, closed without being said · default: none, the whole picture.
    """

    kind: ShapeKind
    coords: tuple[int, ...] = ()

    def contains(self, x: Fraction | int, y: Fraction | int) -> bool:
        """Return whether a point lies in the area; its border belongs to it."""
        match self.kind:
            case ShapeKind.DEFAULT:
                return True
            case ShapeKind.CIRCLE:
                centre_x, centre_y, radius = self.coords
                return (x - centre_x) ** 2 + (y - centre_y) ** 2 <= radius**2
            case ShapeKind.RECT:
                left, top, right, bottom = self.coords
                return left <= x <= right and top <= y <= bottom
            case ShapeKind.ELLIPSE:
                centre_x, centre_y, wide, high = self.coords
                # Both sides times (wide high) squared, so that nothing is divided.
                return ((x - centre_x) * high) ** 2 + ((y - centre_y) * wide) ** 2 <= (wide * high) ** 2
            case ShapeKind.POLY:
                return _in_polygon(_corners(self.coords), Fraction(x), Fraction(y))
            case _:
                assert_never(self.kind)

    def centre(self) -> tuple[int, int]:
        """Return a point in whole pixels that lies in the area, its middle where that is inside.

        Of a polygon it is the middle of its box, else the first point inside on a line through it, else a corner.
        """
        match self.kind:
            case ShapeKind.DEFAULT:
                return 0, 0
            case ShapeKind.CIRCLE | ShapeKind.ELLIPSE:
                return self.coords[0], self.coords[1]
            case ShapeKind.RECT:
                left, top, right, bottom = self.coords
                return (left + right) // 2, (top + bottom) // 2
            case ShapeKind.POLY:
                return self._centre_of_polygon()
            case _:
                assert_never(self.kind)

    def _centre_of_polygon(self) -> tuple[int, int]:
        corners = _corners(self.coords)
        low, high = min(y for _, y in corners), max(y for _, y in corners)
        for y in dict.fromkeys(((low + high) // 2, (3 * low + high) // 4, (low + 3 * high) // 4)):
            crossings = sorted(_crossings(corners, Fraction(2 * y + 1, 2)))
            for first, second in zip(crossings[::2], crossings[1::2], strict=False):
                x = int((first + second) / 2)
                if self.contains(x, y):
                    return x, y
        return corners[0]

    def text(self) -> str:
        """Return the coordinates as QTI writes them: "10,20,5"."""
        return ",".join(map(str, self.coords))


def read_area(kind: str, coords: str) -> Area:
    """Return the area that two attributes describe.

    Raises Invalid for an unknown shape, for coordinates that are not numbers (percentages are not), too many of
    them, or another number of them than the shape has. Parts of a pixel are cut off.
    """
    try:
        shape = ShapeKind(kind)
    except ValueError as error:
        raise Invalid(
            N_('Expected one of the shapes %(expected)s, got "%(got)s".'), expected=", ".join(ShapeKind), got=kind[:80]
        ) from error
    if shape is ShapeKind.DEFAULT:
        return Area(kind=shape)
    parts = [part for part in re.split(r"[,\s]+", coords.strip()) if part] if len(coords) < 20_000 else ["?"]
    found = [_COORD.fullmatch(part) for part in parts[: MAX_COORDS + 1]]
    numbers = tuple(int(each[1]) for each in found if each is not None)
    if len(numbers) != len(parts) or any(abs(number) > MAX_COORD for number in numbers):
        raise Invalid(N_('Expected coordinates in whole pixels, got "%(got)s".'), got=coords[:80])
    wanted = _COORDS.get(shape)
    fits = len(numbers) == wanted if wanted is not None else len(numbers) >= 6 and len(numbers) % 2 == 0
    if not fits:
        raise Invalid(
            N_('"%(got)s" is no %(shape)s: it has another number of coordinates.'), got=coords[:80], shape=shape.value
        )
    return _in_order(shape, numbers)


def _in_order(shape: ShapeKind, numbers: tuple[int, ...]) -> Area:
    """Return the area, a rectangle with its left top corner first however it was written."""
    if shape is ShapeKind.RECT:
        left, top, right, bottom = numbers
        numbers = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    return Area(kind=shape, coords=numbers)


def _corners(coords: tuple[int, ...]) -> list[tuple[int, int]]:
    corners = list(zip(coords[::2], coords[1::2], strict=True))
    # Some editors close a polygon by saying its first corner again.
    return corners[:-1] if len(corners) > 3 and corners[0] == corners[-1] else corners


def _edges(corners: list[tuple[int, int]]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return list(zip(corners, [*corners[1:], corners[0]], strict=True))


def _crossings(corners: list[tuple[int, int]], y: Fraction) -> list[Fraction]:
    """Return where a level line crosses the polygon's edges."""
    return [
        first[0] + Fraction(second[0] - first[0]) * (y - first[1]) / (second[1] - first[1])
        for first, second in _edges(corners)
        if (first[1] > y) != (second[1] > y)
    ]


def _in_polygon(corners: list[tuple[int, int]], x: Fraction, y: Fraction) -> bool:
    """Return whether a point is on an edge, or an odd number of edges lies to its right (even-odd rule)."""
    for (x1, y1), (x2, y2) in _edges(corners):
        on_line = (x2 - x1) * (y - y1) == (y2 - y1) * (x - x1)
        if on_line and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
    return sum(crossing > x for crossing in _crossings(corners, y)) % 2 == 1
