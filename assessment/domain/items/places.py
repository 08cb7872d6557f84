"""Places inside a clean HTML fragment where something else stands: interactions, gaps, hot texts, feedback.

A place is an element with one of the attributes below, written by `qti.fragment` and nobody else: clean fragments
have their attributes in one spelling, so that a place is found without parsing HTML again.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class PlaceKind(StrEnum):
    """What stands at a place; the value is the name of the attribute after `data-`."""

    INTERACTION = "interaction"
    GAP = "gap"
    HOT_TEXT = "hottext"
    FEEDBACK = "feedback"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One place: what stands there, its identifier, whether it is a block, and the words inside a hot text."""

    kind: PlaceKind
    identifier: str
    block: bool = False
    html: str = ""


_OPEN = re.compile(r'<(span|div) data-(interaction|gap|hottext|feedback)="([^"<>&]+)">')
_TAGS = {name: re.compile(rf"<(/?){name}\b[^<>]*>") for name in ("span", "div")}


def place_tag(kind: PlaceKind, identifier: str, *, block: bool = False, html: str = "") -> str:
    """Return the element that marks a place."""
    tag = "div" if block else "span"
    return f'<{tag} data-{kind}="{identifier}">{html}</{tag}>'


def split_places(html: str) -> tuple[str | Place, ...]:
    """Return a fragment cut where something stands: pieces of HTML and places, in order.

    A piece may open an element that a later one closes: join all pieces to get well-formed HTML. Pieces are
    never empty.
    """
    parts: list[str | Place] = []
    position = 0
    while (found := _OPEN.search(html, position)) is not None:
        end, inside = _end(html, found.end(), found[1])
        if found.start() > position:
            parts.append(html[position : found.start()])
        parts.append(
            Place(
                kind=PlaceKind(found[2]), identifier=found[3], block=found[1] == "div", html=html[found.end() : inside]
            )
        )
        position = end
    if position < len(html):
        parts.append(html[position:])
    return tuple(parts)


def places(html: str, kind: PlaceKind) -> tuple[str, ...]:
    """Return the identifiers of the places of one kind in their order, also inside other places."""
    return tuple(found[3] for found in _OPEN.finditer(html) if found[2] == kind)


def without_feedback(html: str) -> str:
    """Return a fragment without the places where feedback would stand."""
    if "data-feedback=" not in html:
        return html
    kept = []
    for part in split_places(html):
        match part:
            case str():
                kept.append(part)
            case Place(kind=PlaceKind.FEEDBACK):
                pass
            case Place():
                kept.append(place_tag(part.kind, part.identifier, block=part.block, html=without_feedback(part.html)))
    return "".join(kept)


def _end(html: str, position: int, tag: str) -> tuple[int, int]:
    """Return where an element that was opened before `position` ends, and where its content ends."""
    depth = 1
    for found in _TAGS[tag].finditer(html, position):
        depth += -1 if found[1] else 1
        if depth == 0:
            return found.end(), found.start()
    return len(html), len(html)
