"""A signature that was drawn on a page: read as strokes of whole numbers, written as one path and nothing else.

What a device sends is `{v: 1, width, height, strokes: [[[x, y], …], …]}` in the page's own points. Only numbers are
taken from it, so that the picture that is kept can hold no script, no address and no style.
"""

import json

from assessment.domain.errors import N_, Invalid

FORMAT_VERSION = 1
LARGEST = 64 * 1024
LONGEST_SIDE = 4_000
MOST_STROKES = 200
MOST_POINTS = 4_000
FEWEST_POINTS = 8
"""A dot or an accidental touch is no signature."""


def read(text: str) -> str:
    """Return a drawn signature as an SVG picture of one path.

    Raises Invalid for what is no drawing of format version 1, lies outside its frame, is too long, or is a mere dot.
    """
    refusal = Invalid(N_("Expected a signature that was drawn in the field, got something else. Draw it again."))
    if not 0 < len(text.encode()) <= LARGEST:
        raise refusal
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refusal from error
    if not isinstance(value, dict) or value.keys() != {"v", "width", "height", "strokes"} or value["v"] is True:
        raise refusal
    width, height, strokes = value["width"], value["height"], value["strokes"]
    if value["v"] != FORMAT_VERSION or not _within(width, 1, LONGEST_SIDE) or not _within(height, 1, LONGEST_SIDE):
        raise refusal
    if not isinstance(strokes, list) or not 0 < len(strokes) <= MOST_STROKES:
        raise refusal
    lines: list[list[tuple[int, int]]] = []
    for stroke in strokes:
        if not isinstance(stroke, list) or not stroke:
            raise refusal
        line = []
        for point in stroke:
            if not isinstance(point, list) or len(point) != 2:
                raise refusal
            x, y = point
            if not _within(x, 0, width) or not _within(y, 0, height):
                raise refusal
            line.append((x, y))
        lines.append(line)
    points = {point for line in lines for point in line}
    if sum(len(line) for line in lines) > MOST_POINTS:
        raise refusal
    if len(points) < FEWEST_POINTS:
        raise Invalid(N_("The signature is too short to be one. Draw it again."))
    return _picture(width, height, lines)


def _within(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _picture(width: int, height: int, lines: list[list[tuple[int, int]]]) -> str:
    path = "".join(
        "M" + "L".join(f"{x} {y}" for x, y in (line if len(line) > 1 else [line[0], line[0]])) for line in lines
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<path fill="none" stroke="#16213A" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round" '
        f'd="{path}"/></svg>'
    )
