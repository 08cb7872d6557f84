"""The HTML inside an item, made safe and plain: text, lists, tables, pictures, formulas; nothing that acts or loads.

A fragment is HTML that is well-formed XML too, so that a page can show it and a package can hold it. Two
passes: our own walk over the XML, which names what it leaves out, and nh3 (an HTML5 parser with an
allow-list) over its result, which is what the safety rests on. What stands in the text without being text
(interactions, gaps, feedback) becomes a place (`places`), files are named as `file:NAME`.
"""

import re
from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

import nh3
from lxml import etree  # type: ignore[import-untyped]  # lxml has no types

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.qti.markup import (
    ATTRIBUTES,
    BLOCKS,
    DROPPED,
    INLINES,
    MATH,
    MATH_ATTRIBUTES,
    MATH_SILENT,
    RENAMED,
    SILENT,
    VALUES,
    VOID,
)
from assessment.domain.items.qti.media import Intake, Taken
from assessment.domain.items.qti.reason import Reasons
from assessment.domain.items.qti.xml import MATHML, XML_LANG, Element, children, in_qti, local, namespace

Special = Callable[[Element], str | None]
"""What stands at an element of QTI's own: HTML (places), or None for one that no reader knows."""

_BLOCK_TAG = re.compile(rf"\s*(</?(?:{'|'.join(sorted(BLOCKS))})(?:\s[^>]*)?/?>)\s*")
_EMPTY = re.compile(r"<(p|div|span|strong|em|b|i|li|ul|ol|blockquote)((?: (?:dir|lang)=\"[^\"]*\")*)></\1>")
_VOID_TAG = re.compile(rf"<({'|'.join(sorted(VOID))})((?: [a-z-]+=\"[^\"]*\")*)>")
_NO_FILE = re.compile(r"<img(?![^>]* src=)[^>]*/>|<(audio|video)(?![^>]* src=)[^>]*>[^<]*</\1>")
_SVG = "http://www.w3.org/2000/svg"
_SIZE = re.compile(r"[0-9]{1,5}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]+")
_MATH_VALUE = re.compile(r"[\w\s.,%+\-#(){}\[\]|<>/=*⟨⟩‖∥∣′]{0,60}")


def clean_fragment(html: str) -> str:
    """Return HTML with only the allowed elements and attributes, well-formed also as XML.

    Cleaning twice changes nothing more. Scripts, styles, links and embedded objects are removed; a picture,
    sound or film stays only where it names a file of the item.
    """
    for _ in range(4):
        safe = _CLEANER.clean(_CONTROLS.sub("", html))
        safe = safe.replace("&nbsp;", "\u00a0")
        safe = _VOID_TAG.sub(r"<\1\2/>", safe)
        safe = _tidy(safe)
        if safe == html:
            break
        html = safe
    return html


def read_fragment(
    element: Element, reasons: Reasons, *, intake: Intake | None = None, special: Special | None = None
) -> str:
    """Return the content of an XML element as a clean fragment; what is left out is said in `reasons`.

    `intake` takes the files in that the fragment names, `special` what is QTI's own; without them both are left
    out.
    """
    walk = _Walk(reasons, intake, special)
    return clean_fragment(walk.content(element, preformatted=local(element) == "pre"))


def inline(html: str) -> bool:
    """Whether a fragment holds no block element, so that it may stand inside a line."""
    return _BLOCK_TAG.search(html) is None


def picture_html(taken: Taken, alt: str, width: int, height: int) -> str:
    """Return the `img` of a file of the item; sizes in pixels, 0 for unknown."""
    kept = {"alt": alt, "height": str(height or ""), "src": f"file:{taken.name}", "width": str(width or "")}
    return "<img" + "".join(f" {key}={_quoted(value)}" for key, value in kept.items() if value or key == "alt") + "/>"


def pixels(element: Element, name: str) -> int:
    """Return a size attribute in whole pixels, 0 when there is none or it is in another unit."""
    found = _SIZE.match(element.get(name, "").strip())
    return int(found[0]) if found and element.get(name, "").strip() in (found[0], f"{found[0]}px") else 0


def _quoted(value: str) -> str:
    return quoteattr(" ".join(value.split()), {'"': "&quot;"})


def _keep_value(tag: str, name: str, value: str) -> str | None:
    if tag in MATH:
        return value if _MATH_VALUE.fullmatch(value) else None
    return value if name in VALUES and VALUES[name].fullmatch(value) else None


def _tidy(html: str) -> str:
    if "<pre" not in html:
        html = re.sub(r"[ \t\r\n]+", " ", html)
        html = _BLOCK_TAG.sub(r"\1", html)
    while (shorter := _EMPTY.sub("", _NO_FILE.sub("", html))) != html:
        html = shorter
    return html.strip(" \t\r\n")


_CLEANER = nh3.Cleaner(
    tags=set(BLOCKS | INLINES | MATH),
    clean_content_tags=set(DROPPED - {"title"}),
    attributes={tag: set(names) for tag, names in ATTRIBUTES.items()} | {tag: set(MATH_ATTRIBUTES) for tag in MATH},
    attribute_filter=_keep_value,
    url_schemes={"file"},
    link_rel=None,
    generic_attribute_prefixes=set(),
)


class _Walk:
    """One walk over the content of an element, collecting the HTML."""

    def __init__(self, reasons: Reasons, intake: Intake | None, special: Special | None) -> None:
        self.reasons, self.intake, self.special = reasons, intake, special

    def content(self, element: Element, *, preformatted: bool) -> str:
        parts = [_text(element.text, preformatted=preformatted)]
        for child in element:
            parts.append(self.element(child, preformatted=preformatted))
            parts.append(_text(child.tail, preformatted=preformatted))
        return "".join(parts)

    def element(self, element: Element, *, preformatted: bool) -> str:
        name = local(element)
        if namespace(element) == MATHML:
            return self.math(element)
        if namespace(element) == _SVG and name == "svg":
            return self.drawing(element)
        if in_qti(element) and name.startswith("qti-"):
            found = self.special(element) if self.special is not None else None
            return self.dropped(element) if found is None else found
        if in_qti(element) and name in ("img", "object", "audio", "video", "picture", "figure", "embed"):
            return self.medium(element, name, preformatted=preformatted)
        if not in_qti(element) or name in DROPPED:
            return self.dropped(element)
        content = self.content(element, preformatted=preformatted or name == "pre")
        name = RENAMED.get(name, name)
        if name not in BLOCKS and name not in INLINES:
            self.reasons.lost(N_("The element %(element)s was left out; its text was kept."), element=name)
            return content
        attributes = self.attributes(element, name)
        return f"<{name}{attributes}/>" if name in VOID else f"<{name}{attributes}>{content}</{name}>"

    def dropped(self, element: Element) -> str:
        """Leave an element out with what is in it; a question in it cannot be left out. Raises Invalid for one."""
        name = local(element)
        if any(in_qti(each) and local(each).endswith("-interaction") for each in element.iterdescendants()):
            raise Invalid(N_("The element %(element)s is not supported."), element=name)
        self.reasons.lost(N_("The element %(element)s was left out with what is in it."), element=name)
        return ""

    def attributes(self, element: Element, name: str) -> str:
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(name, set())
        kept: dict[str, str] = {}
        for attribute, value in sorted(element.attrib.items()):
            key = "lang" if str(attribute) == XML_LANG else str(attribute)
            if key.startswith("data-"):
                continue
            if key in allowed and VALUES[key].fullmatch(str(value)):
                kept[key] = str(value)
            elif key not in SILENT:
                self.reasons.lost(
                    N_("The attribute %(attribute)s of %(element)s was left out."),
                    attribute=key[:80],
                    element=name,
                )
        return "".join(f" {key}={_quoted(value)}" for key, value in sorted(kept.items()))

    def math(self, element: Element) -> str:
        name = local(element)
        if name in MATH_SILENT:
            return ""
        if name not in MATH:
            return self.dropped(element)
        kept = "".join(
            f" {key}={_quoted(str(value))}" for key, value in sorted(element.attrib.items()) if key in MATH_ATTRIBUTES
        )
        for key in (str(key) for key in element.attrib if str(key).endswith("href")):
            self.reasons.lost(
                N_("The attribute %(attribute)s of %(element)s was left out."), attribute=key[:80], element=name
            )
        inside = [_text(element.text, preformatted=False)]
        for child in element:
            inside.append(self.math(child) if namespace(child) == MATHML else self.dropped(child))
            inside.append(_text(child.tail, preformatted=False))
        return f"<{name}{kept}>{''.join(inside).strip()}</{name}>"

    def drawing(self, element: Element) -> str:
        taken = None
        if self.intake is not None:
            tail, element.tail = element.tail, None
            taken = self.intake.add(f"drawing-{len(self.intake.files) + 1}.svg", bytes(etree.tostring(element)))
            element.tail = tail
        if taken is None:
            return self.dropped(element)
        title = next((" ".join("".join(each.itertext()).split()) for each in element if local(each) == "title"), "")
        return picture_html(taken, title, taken.width, taken.height)

    def medium(self, element: Element, name: str, *, preformatted: bool) -> str:
        """Return a picture, sound or film; where it cannot be had, the words that stand for it."""
        if name == "figure":
            return (
                f"<figure{self.attributes(element, name)}>{self.content(element, preformatted=preformatted)}</figure>"
            )
        if name == "picture":
            inner = next((child for child in element if local(child) == "img"), None)
            return self.dropped(element) if inner is None else self.medium(inner, "img", preformatted=preformatted)
        sources = [element.get("data" if name == "object" else "src", "").strip()]
        sources += [child.get("src", "").strip() for child in children(element, "source")]
        words = element.get("alt", "")
        if name == "object":
            words = words or " ".join("".join(element.itertext()).split())
        words = words or element.get("aria-label", "")
        for address in filter(None, sources):
            if self.intake is None:
                self.reasons.lost(N_('The picture "%(source)s" was left out.'), source=address[:80])
            elif (taken := self.intake.take(address)) is not None:
                return _shown(taken, element, name, words)
        # An object that cannot be had may hold another one to be shown in its place.
        for child in element:
            if name == "object" and local(child) in ("object", "img"):
                return self.medium(child, local(child), preformatted=preformatted)
        if not any(sources):
            return self.dropped(element)
        return _text(words, preformatted=preformatted)


def _shown(taken: Taken, element: Element, name: str, words: str) -> str:
    """Return the HTML of a file by what it is; where its bytes are not at hand, by how it was named."""
    kind = taken.kind
    if not kind:
        stated = element.get("type", "").partition("/")[0]
        kind = stated if name == "object" and stated in ("audio", "video") else name
        kind = kind if kind in ("audio", "video") else "image"
    if kind == "image":
        return picture_html(taken, words, pixels(element, "width"), pixels(element, "height"))
    label = f" aria-label={_quoted(words)}" if words else ""
    return f'<{kind}{label} controls="controls" src="file:{taken.name}"></{kind}>'


def _text(text: str | None, *, preformatted: bool) -> str:
    return escape(text or "" if preformatted else re.sub(r"[ \t\r\n]+", " ", text or ""))
