"""The photo that the page of a certificate shows by the holder's choice, and the form in which it is sealed. Pure."""

import base64
from dataclasses import dataclass
from datetime import date
from typing import Any

V = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownPhoto:
    """A small photo as WebP, its size in pixels, and the day (in the body's zone) of the check-in that it is of."""

    image: bytes
    width: int
    height: int
    taken_on: date


def write(photo: ShownPhoto) -> dict[str, Any]:
    """Return what is sealed of a photo, version 1."""
    return {
        "v": V,
        "image": base64.b64encode(photo.image).decode(),
        "width": photo.width,
        "height": photo.height,
        "taken_on": photo.taken_on.isoformat(),
    }


def read(value: dict[str, Any]) -> ShownPhoto:
    """Read what `write` returned."""
    return ShownPhoto(
        image=base64.b64decode(value["image"]),
        width=value["width"],
        height=value["height"],
        taken_on=date.fromisoformat(value["taken_on"]),
    )
