"""The HTML inside an item, made safe and plain: text, lists, tables, emphasis; nothing that acts or loads.

A fragment is HTML that is well-formed XML too, so that a page can show it and a package can hold it. Two
passes: our own walk over the XML, which names what it leaves out, and nh3 (an HTML5 parser with an
allow-list) over its result, which is what the safety rests on.
"""

import re
from xml.sax.saxutils import escape

import nh3

from assessment.domain.errors import N_
from assessment.domain.items.qti.reason import Reasons
from assessment.domain.items.qti.xml import XML_LANG, Element, in_qti, local

_BLOCKS = frozenset(
    (
        "blockquote",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    )
)
_INLINES = frozenset(
    (
        "abbr",
        "b",
        "bdo",
        "br",
        "cite",
        "code",
        "em",
        "i",
        "kbd",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
        "var",
    )
)
_VOID = frozenset(("br", "hr"))
_DROPPED = frozenset(
    (
        "applet",
        "audio",
        "base",
        "button",
        "canvas",
        "embed",
        "form",
        "frame",
        "frameset",
        "iframe",
        "input",
        "link",
        "math",
        "meta",
        "noscript",
        "object",
        "param",
        "picture",
        "script",
        "select",
        "source",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
        "track",
        "video",
    )
)
_ATTRIBUTES = {"*": {"dir", "lang"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}
_VALUES = {
    "dir": re.compile(r"ltr|rtl|auto"),
    "lang": re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}"),
    "colspan": re.compile(r"[1-9][0-9]?"),
    "rowspan": re.compile(r"[1-9][0-9]?"),
    "scope": re.compile(r"row|col|rowgroup|colgroup"),
}
_SILENT = frozenset(("class", "id", "label"))
"""Attributes that only style or name: leaving them out loses nothing that a candidate reads."""

_BLOCK_TAG = re.compile(rf"\s*(</?(?:{'|'.join(sorted(_BLOCKS))})(?:\s[^>]*)?/?>)\s*")
_EMPTY = re.compile(r"<(p|div|span|strong|em|b|i|li|ul|ol|blockquote)(?: [^>]*)?></\1>")


def clean_fragment(html: str) -> str:
    """Return HTML with only the allowed elements and attributes, well-formed also as XML.

    Cleaning twice changes nothing more. Scripts, styles, links, images and embedded objects are removed.
    """
    allowed = _BLOCKS | _INLINES
    for _ in range(3):
        safe = nh3.clean(
            "".join(character for character in html if character >= " " or character in "\t\n\r"),
            tags=set(allowed),
            clean_content_tags=set(_DROPPED - {"title"}),
            attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
            attribute_filter=_keep_value,
            url_schemes=set(),
            link_rel=None,
            generic_attribute_prefixes=set(),
        )
        safe = safe.replace("&nbsp;", "\u00a0").replace("<br>", "<br/>")
        safe = re.sub(r"<(br|hr)((?: [a-z]+=\"[^\"]*\")*)>", r"<\1\2/>", safe)
        safe = _tidy(safe)
        if safe == html:
            break
        html = safe
    return html


def read_fragment(element: Element, reasons: Reasons) -> str:
    """Return the content of an XML element as a clean fragment; what is left out is said in `reasons`."""
    return clean_fragment(_content(element, reasons, preformatted=local(element) == "pre"))


def inline(html: str) -> bool:
    """Whether a fragment holds no block element, so that it may stand inside a line."""
    return _BLOCK_TAG.search(html) is None


def is_inline_element(name: str) -> bool:
    """Whether an element of this name stands inside a line."""
    return name in _INLINES


def _keep_value(tag: str, name: str, value: str) -> str | None:
    return value if name in _VALUES and _VALUES[name].fullmatch(value) else None


def _tidy(html: str) -> str:
    if "<pre" not in html:
        html = re.sub(r"[ \t\r\n]+", " ", html)
        html = _BLOCK_TAG.sub(r"\1", html)
    while (shorter := _EMPTY.sub("", html)) != html:
        html = shorter
    return html.strip(" \t\r\n")


def _content(element: Element, reasons: Reasons, *, preformatted: bool) -> str:
    parts = [_text(element.text, preformatted=preformatted)]
    for child in element:
        parts.append(_element(child, reasons, preformatted=preformatted))
        parts.append(_text(child.tail, preformatted=preformatted))
    return "".join(parts)


def _text(text: str | None, *, preformatted: bool) -> str:
    return escape(text or "" if preformatted else re.sub(r"[ \t\r\n]+", " ", text or ""))


def _element(element: Element, reasons: Reasons, *, preformatted: bool) -> str:
    name = local(element)
    if name == "img" and in_qti(element):
        reasons.lost(N_('The picture "%(source)s" was left out.'), source=element.get("src", "")[:80])
        return _text(element.get("alt", ""), preformatted=preformatted)
    if not in_qti(element) or name in _DROPPED or name.startswith("qti-"):
        reasons.lost(N_("The element %(element)s was left out with what is in it."), element=name)
        return ""
    content = _content(element, reasons, preformatted=preformatted or name == "pre")
    if name not in _BLOCKS and name not in _INLINES:
        reasons.lost(N_("The element %(element)s was left out; its text was kept."), element=name)
        return content
    attributes = _attributes(element, name, reasons)
    return f"<{name}{attributes}/>" if name in _VOID else f"<{name}{attributes}>{content}</{name}>"


def _attributes(element: Element, name: str, reasons: Reasons) -> str:
    allowed = _ATTRIBUTES["*"] | _ATTRIBUTES.get(name, set())
    kept: dict[str, str] = {}
    for attribute, value in sorted(element.attrib.items()):
        key = "lang" if str(attribute) == XML_LANG else str(attribute)
        if key in allowed and _VALUES[key].fullmatch(str(value)):
            kept[key] = str(value)
        elif key not in _SILENT and not key.startswith("data-"):
            reasons.lost(
                N_("The attribute %(attribute)s of %(element)s was left out."),
                attribute=key[:80],
                element=name,
            )
    return "".join(f' {key}="{value}"' for key, value in sorted(kept.items()))
