"""XML from strangers, made safe: no document type, no entities, no network, bounded size and depth.

The names of QTI 3.0, its package and its metadata stand here too (1EdTech QTI 3.0, XML Schema and
Vocabulary Documents).
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Protocol

from lxml import etree  # type: ignore[import-untyped]  # lxml has no types

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.exact import read_decimal

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
XHTML = "http://www.w3.org/1999/xhtml"
MATHML = "http://www.w3.org/1998/Math/MathML"
PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
CURRICULUM = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscsmd_v1p1"
PACKAGE_V2 = "http://www.imsglobal.org/xsd/imscp_v1p1"
CURRICULUM_V2 = "http://www.imsglobal.org/xsd/imscsmd_v1p0"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 100
MAX_ATTRIBUTES = 100

_MOST_EQUALS = 5_000
"""More equals signs than this between two tags are no text of an item."""

_ENCODING = re.compile(r"<\?xml[^>]*\bencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")

_SINGLE_BYTES = {"iso-8859-1": "latin-1", "latin-1": "latin-1", "windows-1252": "cp1252"}


class Element(Protocol):
    """What we use of an lxml element, with comments and processing instructions already gone."""

    tag: str
    text: str | None
    tail: str | None

    @property
    def attrib(self) -> Mapping[str, str]:
        """Attributes by name."""

    def get(self, name: str, default: str) -> str:
        """Return an attribute, or the default (which lxml would let us forget)."""

    def getparent(self) -> "Element | None":
        """Return the element around this one."""

    def getprevious(self) -> "Element | None":
        """Return the element before this one, inside the same parent."""

    def iterancestors(self) -> "Iterator[Element]":
        """Yield the elements around this one, the nearest first."""

    def iterdescendants(self) -> "Iterator[Element]":
        """Yield the elements inside this one in document order."""

    def itertext(self) -> Iterator[str]:
        """Yield the text inside this element."""

    def remove(self, child: "Element") -> None:
        """Remove a child together with the text that follows it."""

    def xpath(self, path: str) -> list[str]:
        """Return the texts that a path selects."""

    def __iter__(self) -> "Iterator[Element]": ...

    def __len__(self) -> int: ...


def parse(data: bytes, *, max_bytes: int = MAX_BYTES) -> Element:
    """Return the root of a UTF-8 XML document, comments and processing instructions removed.

    Raises Invalid for anything larger, deeper or cleverer than an item needs: a DOCTYPE or ENTITY is refused
    before the parser sees it, and UTF-8 is required so that no other encoding can hide one. Files of older systems
    that say they are in Latin-1 or Windows-1252, where each byte is one character, are turned into it first.
    """
    if len(data) > max_bytes:
        raise Invalid(N_("Expected at most %(max)s bytes of XML, got %(got)s."), max=max_bytes, got=len(data))
    text = _decoded(data)
    declared = _ENCODING.match(text)
    if declared and declared[1].lower() not in ("utf-8", "us-ascii"):
        raise Invalid(N_("Expected XML in UTF-8, got the encoding %(got)s."), got=declared[1])
    if "\0" in text:
        raise Invalid(N_("The XML holds a NUL character."))
    for forbidden in ("<!DOCTYPE", "<!ENTITY"):
        if forbidden in text:
            raise Invalid(N_("The XML holds %(got)s, which is not accepted."), got=forbidden)
    # The parser holds each attribute of an element against all others, which takes long before it can be counted.
    many = max(part.count("=") for part in text.split("<"))
    if many > _MOST_EQUALS:
        raise Invalid(
            N_("Expected at most %(max)s attributes on an element, got %(got)s."), max=MAX_ATTRIBUTES, got=many
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: Element = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise Invalid(N_("Expected well-formed XML: %(error)s."), error=error.msg) from error
    _check_size(root)
    return root


def _decoded(data: bytes) -> str:
    """Return the text of a document; of one in an encoding of single bytes without its declaration."""
    said = _ENCODING.match(data[:200].decode("ascii", "replace"))
    try:
        if said is not None and said[1].lower() in _SINGLE_BYTES:
            return data.decode(_SINGLE_BYTES[said[1].lower()]).partition("?>")[2].lstrip()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(N_("Expected XML in UTF-8, got other bytes.")) from error


def _check_size(root: Element) -> None:
    level = [(root, 1)]
    while level:
        element, depth = level.pop()
        if depth > MAX_DEPTH:
            raise Invalid(N_("Expected elements at most %(max)s deep."), max=MAX_DEPTH)
        if len(element.attrib) > MAX_ATTRIBUTES:
            raise Invalid(
                N_("Expected at most %(max)s attributes on an element, got %(got)s."),
                max=MAX_ATTRIBUTES,
                got=len(element.attrib),
            )
        level.extend((child, depth + 1) for child in element)


def namespace(element: Element) -> str:
    """Return the element's namespace, "" for none."""
    before, brace, _ = element.tag.rpartition("}")
    return before[1:] if brace else ""


def local(element: Element) -> str:
    """Return the element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def in_qti(element: Element) -> bool:
    """Whether the element is QTI 3.0 or the HTML inside it."""
    return namespace(element) in (QTI, XHTML)


def children(element: Element, name: str | None = None) -> list[Element]:
    """Return the child elements, all of them or those with a local name."""
    return [child for child in element if name is None or local(child) == name]


def take_out(element: Element) -> None:
    """Remove an element with what is in it, but keep the text that follows it."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)


def unwrap(element: Element, inside: Element) -> None:
    """Remove an element's tag, and all of the same name inside another one, but keep what is in them."""
    etree.strip_tags(inside, element.tag)


def text_of(element: Element) -> str:
    """Return the text inside an element, white space collapsed."""
    return " ".join("".join(element.itertext()).split())


def required(element: Element, name: str) -> str:
    """Return an attribute's value. Raises Invalid naming element and attribute when it is missing."""
    value = element.get(name, "").strip()
    if not value:
        raise Invalid(N_("Expected the attribute %(name)s on %(element)s."), name=name, element=local(element))
    return value


def flag(element: Element, name: str, *, default: bool = False) -> bool:
    """Return an xsd:boolean attribute. Raises Invalid for any other text."""
    value = element.get(name, "true" if default else "false").strip()
    if value not in ("true", "false", "1", "0"):
        raise _unreadable(N_('Expected true or false in %(name)s of %(element)s, got "%(got)s".'), element, name, value)
    return value in ("true", "1")


def whole(element: Element, name: str, *, default: int) -> int:
    """Return a whole number of 0 or more from an attribute. Raises Invalid for any other text."""
    value = element.get(name, str(default)).strip()
    if not re.fullmatch(r"[0-9]{1,6}", value):
        raise _unreadable(
            N_('Expected a whole number in %(name)s of %(element)s, got "%(got)s".'), element, name, value
        )
    return int(value)


def exact(element: Element, name: str) -> Fraction | None:
    """Return an exact number from an attribute, None when it is absent. Raises Invalid for other text."""
    return to_exact(element, name, element.attrib[name]) if name in element.attrib else None


def to_exact(element: Element, name: str, value: str) -> Fraction:
    """Read an exact number that stands at a named place of an element. Raises Invalid for other text."""
    number = read_decimal(value.strip())
    if number is None:
        raise _unreadable(N_('Expected a number in %(name)s of %(element)s, got "%(got)s".'), element, name, value)
    return Fraction(number)


def _unreadable(message: str, element: Element, name: str, value: str) -> Invalid:
    return Invalid(message, name=name, element=local(element), got=value[:80])
