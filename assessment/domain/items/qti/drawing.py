"""Drawings (SVG) from strangers, cut down to what draws: shapes, text, gradients; nothing that acts or loads.

An allow-list over lxml's tree (parsed without entities or network): an element or attribute that is not named
here is taken out. A reference may only point into the drawing itself.
"""

import re

from lxml import etree  # type: ignore[import-untyped]  # lxml has no types

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.qti.xml import XHTML, Element, local, namespace, parse, take_out

SVG = "http://www.w3.org/2000/svg"
MAX_DRAWING = 2 * 1024 * 1024
MAX_USES = 30  # parts inside parts multiply: more could keep a browser busy for ever

_XLINK = "{http://www.w3.org/1999/xlink}href"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_ELEMENTS = frozenset(
    re.findall(
        r"\S+",
        "circle clipPath defs desc ellipse feBlend feColorMatrix feComposite feFlood feGaussianBlur feMerge feMergeNode"
        " feOffset filter g line linearGradient marker mask path pattern polygon polyline radialGradient rect stop"
        " style svg switch symbol text textPath title tspan use",
    )
)
_ATTRIBUTES = frozenset(
    re.findall(
        r"\S+",
        "alignment-baseline baseline-shift class clip-path clip-rule clipPathUnits color cx cy d direction display"
        " dominant-baseline dx dy enable-background filter filterUnits flood-color flood-opacity"
        " fill fill-opacity fill-rule font-family font-size font-stretch font-style"
        " font-variant font-weight fx fy gradientTransform gradientUnits height id letter-spacing marker-end"
        " marker-mid marker-start markerHeight markerUnits markerWidth mask maskContentUnits maskUnits offset"
        " opacity orient overflow pathLength patternContentUnits patternTransform patternUnits points"
        " preserveAspectRatio r refX refY rotate rx ry spreadMethod startOffset stop-color stop-opacity stroke"
        " stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity"
        " stroke-width style text-anchor text-decoration text-rendering textLength transform unicode-bidi version"
        " viewBox visibility width word-spacing writing-mode x x1 x2 y y1 y2",
    )
)
_STYLE = re.compile(r"[\w\s\-:;.,#%()'\"+]*")
_LOADS = re.compile(
    r"url\(\s*['\"]?\s*(?![#'\"\s])|@import|@font-face|image-set|expression|javascript:|\\|&", re.IGNORECASE
)
_LENGTH = re.compile(r"\s*([0-9]{1,5}(?:\.[0-9]+)?)\s*(?:px)?\s*")


def clean_drawing(data: bytes) -> tuple[bytes, bool]:
    """Return an SVG file with only what draws, and whether something was lost that would have been seen or acted.

    The bytes are the same when there was nothing else in it. What drawing programs keep for themselves is no loss.
    Raises Invalid when it is no SVG, too large, or holds entities.
    """
    root = parse(_without_doctype(data), max_bytes=MAX_DRAWING)
    if namespace(root) != SVG or local(root) != "svg":
        raise Invalid(N_("Expected a drawing (SVG), got %(got)s."), got=local(root)[:80])
    if sum(1 for element in root.iterdescendants() if local(element) == "use") > MAX_USES:
        raise Invalid(N_("Expected a drawing that repeats its parts at most %(max)s times."), max=MAX_USES)
    changed, lost = b"<!DOCTYPE" in data or re.search(rb"<\?(?!xml\s)", data) is not None, False
    for element in list(root.iterdescendants()):
        if namespace(element) == SVG and local(element) in _ELEMENTS and _harmless_style(element):
            continue
        take_out(element)
        changed = True
        lost = lost or (namespace(element) in (SVG, XHTML) and local(element) != "metadata")
    for element in (root, *root.iterdescendants()):
        for key, value in list(element.attrib.items()):
            if not _harmless(str(key), str(value)):
                del element.attrib[key]  # type: ignore[attr-defined]  # lxml has no types
                changed = True
                lost = lost or str(key).startswith("on") or str(key) in _ATTRIBUTES or str(key).endswith("href")
    return (bytes(etree.tostring(root, encoding="utf-8")) if changed else data), lost


def drawing_size(data: bytes) -> tuple[int, int]:
    """Return the width and height that a clean drawing says it has, in pixels, from its view box if need be."""
    root = parse(data, max_bytes=MAX_DRAWING)
    found = [_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    if all(found):
        return tuple(max(1, round(float(each[1]))) for each in found if each)  # type: ignore[return-value]  # two numbers by the pattern
    box = [part for part in re.split(r"[\s,]+", root.get("viewBox", "").strip()) if part]
    try:
        width, height = (round(float(part)) for part in box[2:4])
    except ValueError:
        return 0, 0
    return (width, height) if 0 < width <= 100_000 and 0 < height <= 100_000 else (0, 0)


def _harmless_style(element: Element) -> bool:
    """Whether an element is no style sheet, or one that loads nothing."""
    text = "".join(element.itertext()) if local(element) == "style" else ""
    return not _LOADS.search(text) and "<" not in text


def _harmless(name: str, value: str) -> bool:
    if name == _XLINK or name == "href":
        return value.strip().startswith("#")
    if name == _XML_SPACE:
        return True
    if name == "style" and not _STYLE.fullmatch(value):
        return False
    return name in _ATTRIBUTES and not _LOADS.search(value)


def _without_doctype(data: bytes) -> bytes:
    """Return the file without the plain document type that drawing programs write; one with entities is kept.

    The parser refuses what is left of it.
    """
    return re.sub(rb"<!DOCTYPE\s+svg\b[^\[\]<>]*>", b"", data, count=1)
