"""QTI 2.0, 2.1 and 2.2 as 3.0 and back: the names of elements and attributes, and the few forms that differ.

QTI 3.0 renamed what 2.x had: `choiceInteraction` became `qti-choice-interaction`, `maxChoices` became
`max-choices`; HTML kept its names. So a parsed 2.x document is renamed in place and read by the one reader, rules
included, and a 3.0 document that we wrote is renamed back. Namespaces are met in the three versions' forms, in
APIP's, and missing.
"""

import re

from lxml import etree  # type: ignore[import-untyped]  # lxml has no types

from assessment.domain.items.qti.reason import Reasons
from assessment.domain.items.qti.xml import QTI, XHTML, Element, local, namespace

V2P1 = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_V2P1_SCHEMA = "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"
_TEMPLATES_V2P1 = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"

_OLD = re.compile(r"(?:https?://www\.(?:imsglobal|1edtech)\.org/.*(?:qti|apip).*|)", re.IGNORECASE)
_VERSION_3 = re.compile(r"https?://www\.(?:imsglobal|1edtech)\.org/xsd/(?:imsqtiasi|imsqti|qti)_?v3p\d+.*")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

HTML = frozenset(
    re.findall(
        r"\S+",
        "a abbr acronym address article aside audio b bdi bdo big blockquote br caption cite code col colgroup dd del"
        " details dfn div dl dt em embed figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i iframe img ins"
        " kbd label li link main mark nav noscript object ol p param picture pre q rb rp rt rtc ruby s samp script"
        " section small source span strike strong style sub summary sup table tbody td tfoot th thead time tr track tt"
        " u ul var video wbr svg math form input select textarea button canvas template center",
    )
)
_ROOTS = frozenset(
    ("assessmentItem", "assessmentTest", "assessmentSection", "assessmentStimulus", "outcomeDeclaration")
)


def to_v3(root: Element, reasons: Reasons) -> Element:
    """Return a document with the names of QTI 3.0, renamed in place; one that is 3.0 already stays.

    A document of another kind is returned as it is: who reads it says what was expected.
    """
    if local(root).startswith("qti-"):
        if namespace(root) != QTI and (_VERSION_3.fullmatch(namespace(root)) or not namespace(root)):
            _move(root, namespace(root))
        return root
    if local(root) not in _ROOTS or not _OLD.fullmatch(namespace(root)):
        return root
    old = namespace(root)
    for element in (root, *root.iterdescendants()):
        if namespace(element) not in (old, XHTML) and not _OLD.fullmatch(namespace(element)):
            continue
        name = local(element)
        if namespace(element) == XHTML or name in HTML:
            element.tag = f"{{{QTI}}}{name}"
            continue
        element.tag = f"{{{QTI}}}{v3_name(name)}"
        _rename_attributes(element)
    return root


def to_v2p1(data: bytes) -> bytes:
    """Return a 3.0 document that this program wrote as QTI 2.1, with the same content."""
    root: Element = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    for element in list(root.iterdescendants()):
        if local(element) == "qti-content-body":
            _dissolve(element)
    for element in (root, *root.iterdescendants()):
        if namespace(element) != QTI:
            continue
        name = local(element)
        if not name.startswith("qti-"):
            element.tag = f"{{{V2P1}}}{name}"
            continue
        element.tag = f"{{{V2P1}}}{v2_name(name)}"
        for key, value in list(element.attrib.items()):
            _set_attribute(element, str(key), _v2_attribute(str(key)), _v2_value(name, str(key), value))
    written = etree.Element(root.tag, nsmap={None: V2P1, "xsi": _XSI})
    for key, value in root.attrib.items():
        written.set(key, value)
    written.set(f"{{{_XSI}}}schemaLocation", f"{V2P1} {_V2P1_SCHEMA}")
    written.text = root.text
    for child in list(root):
        written.append(child)
    etree.cleanup_namespaces(written, keep_ns_prefixes=["xsi"])
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + bytes(etree.tostring(written, encoding="utf-8")) + b"\n"


def v3_name(name: str) -> str:
    """Return the 3.0 name of an element of 2.x: choiceInteraction is qti-choice-interaction."""
    return f"qti-{_kebab(name)}"


def v2_name(name: str) -> str:
    """Return the 2.x name of an element of 3.0: qti-choice-interaction is choiceInteraction."""
    plain = name.removeprefix("qti-")
    return _IRREGULAR.get(plain, _camel(plain))


_IRREGULAR = {"duration-gte": "durationGTE", "duration-lt": "durationLT"}


def _kebab(name: str) -> str:
    return _CAPITAL.sub("-", name).lower()


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)


def _v2_attribute(name: str) -> str:
    return name if name.startswith(("data-", "aria-", "{")) else _camel(name)


def _v2_value(element: str, name: str, value: str) -> str:
    """Return an attribute's value as 2.1 has it: the standard templates by their older addresses, a format's name."""
    if element == "qti-response-processing" and name == "template":
        return f"{_TEMPLATES_V2P1}{value.rpartition('/')[2].removesuffix('.xml')}"
    return "preFormatted" if (name, value) == ("format", "preformatted") else value


def _rename_attributes(element: Element) -> None:
    for key, value in list(element.attrib.items()):
        name = str(key)
        if not name.startswith(("{", "data-", "aria-")):
            _set_attribute(element, name, _kebab(name), value)


def _set_attribute(element: Element, old: str, new: str, value: str) -> None:
    if old != new:
        del element.attrib[old]  # type: ignore[attr-defined]  # lxml has no types
    element.attrib[new] = value  # type: ignore[index]  # lxml has no types


def _move(root: Element, old: str) -> None:
    for element in (root, *root.iterdescendants()):
        if namespace(element) == old:
            element.tag = f"{{{QTI}}}{local(element)}"


def _dissolve(element: Element) -> None:
    """Put what is in an element in its place."""
    parent = element.getparent()
    if parent is None:
        return
    index = list(parent).index(element)
    _append_text(parent, index, element.text)
    for offset, child in enumerate(list(element)):
        parent.insert(index + offset, child)  # type: ignore[attr-defined]  # lxml has no types
    tail, element.tail = element.tail, None
    position = list(parent).index(element)
    parent.remove(element)
    _append_text(parent, position, tail)


def _append_text(parent: Element, index: int, text: str | None) -> None:
    if not text:
        return
    if index == 0:
        parent.text = (parent.text or "") + text
    else:
        before = list(parent)[index - 1]
        before.tail = (before.tail or "") + text
