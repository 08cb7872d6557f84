"""Pages that are drawn once for all who see the same of them, and filled in for each reader.

Where a page says what is a reader's own, it is drawn with a place (`place("token")`). It is kept cut at its places, and
put together with what each says; no template is asked again.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from typing import NamedTuple

from flask import g
from markupsafe import Markup, escape

from assessment.web.pages import script_root

MOST_DRAWN = 500

_PLACE = re.compile(r"~~(\w+)~~")  # which neither HTML nor an address (RFC 3986, unreserved) writes in another way


class Drawn(NamedTuple):
    """A page: text and names of places in turn, beginning and ending with text, and the hashes for its policy."""

    pieces: tuple[str, ...]
    style_hashes: tuple[str, ...]
    script_hashes: tuple[str, ...]


_drawn: dict[tuple[Hashable, ...], Drawn] = {}


def place(name: str) -> Markup:
    """Return what stands in a drawn page where something is filled in; also within an address or an attribute."""
    return Markup(f"~~{name}~~")


def drawn_once(draw: Callable[[], str], *key: Hashable) -> Drawn:
    """Return the page that `draw` writes, drawn once a process for each key.

    The key names the page, its language, and all else that it depends on and that is not a place.
    """
    where = (script_root(), *key)
    found = _drawn.get(where)
    if found is None:
        if len(_drawn) >= MOST_DRAWN:
            _drawn.clear()
        found = _drawn[where] = _draw(draw)
    return found


def filled(drawn: Drawn, told: Mapping[str, object]) -> str:
    """Return a page with what its places say, which is escaped; its hashes go into the policy of the response."""
    g.setdefault("style_hashes", []).extend(drawn.style_hashes)
    g.setdefault("script_hashes", []).extend(drawn.script_hashes)
    pieces = list(drawn.pieces)
    pieces[1::2] = [escape(told[name]) for name in pieces[1::2]]
    return "".join(pieces)


def _draw(draw: Callable[[], str]) -> Drawn:
    """Draw a page apart from what the response holds already."""
    held = g.pop("style_hashes", []), g.pop("script_hashes", [])
    page = draw()
    drawn = Drawn(
        pieces=tuple(_PLACE.split(page)),
        style_hashes=tuple(g.pop("style_hashes", ())),
        script_hashes=tuple(g.pop("script_hashes", ())),
    )
    g.style_hashes, g.script_hashes = held
    return drawn
