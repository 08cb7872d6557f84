"""Pictures of an item with their areas, as SVG draws them."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from assessment.domain.items.item import Picture
from assessment.domain.items.shapes import Area, ShapeKind
from assessment.domain.items.view import HotspotView, PairHotspotView
from assessment.item_bank.shown import ShownPicture, ShownSpot

WIDEST = 736
NARROW = 360


def picture_of(
    picture: Picture,
    width: int,
    height: int,
    files: Mapping[str, str],
    spots: Sequence[HotspotView | PairHotspotView] = (),
) -> ShownPicture:
    """Return a picture of `width` x `height` pixels; a small one is drawn twice as large, for fingers."""
    return ShownPicture(
        url=files.get(picture.file, ""),
        alt=picture.alt,
        width=width,
        height=height,
        wide=min(WIDEST, 2 * width if width < NARROW else width),
        spots=tuple(
            _spot(number, each.identifier, each.label, each.area, width, height)
            for number, each in enumerate(spots, start=1)
        ),
    )


def _spot(number: int, identifier: str, label: str, area: Area, width: int, height: int) -> ShownSpot:
    x, y = area.centre()
    element, attributes = "rect", {"x": "0", "y": "0", "width": str(width), "height": str(height)}
    coords = area.coords
    match area.kind:
        case ShapeKind.CIRCLE:
            element, attributes = "circle", dict(zip(("cx", "cy", "r"), map(str, coords), strict=True))
        case ShapeKind.ELLIPSE:
            element, attributes = "ellipse", dict(zip(("cx", "cy", "rx", "ry"), map(str, coords), strict=True))
        case ShapeKind.RECT:
            left, top, right, bottom = coords
            attributes = {"x": str(left), "y": str(top), "width": str(right - left), "height": str(bottom - top)}
        case ShapeKind.POLY:
            element, attributes = "polygon", {"points": " ".join(map(str, coords))}
        case ShapeKind.DEFAULT:
            x, y = width // 2, height // 2
        case _:
            assert_never(area.kind)
    return ShownSpot(
        identifier=identifier, number=number, label=label, element=element, attributes=attributes, x=x, y=y
    )
