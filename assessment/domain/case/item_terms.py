"""What a CFItem says about itself: its type, its code, its place among its siblings."""

import re
from collections.abc import Mapping

from assessment.domain.case.package import NodeKind, Raw

# Names of item types as SKKNI, ASEAN and training packages print them, in small letters.
TYPES: Mapping[str, NodeKind] = {
    "unit": NodeKind.UNIT,
    "unit kompetensi": NodeKind.UNIT,
    "unit of competency": NodeKind.UNIT,
    "unit of competence": NodeKind.UNIT,
    "competency unit": NodeKind.UNIT,
    "elemen": NodeKind.ELEMENT,
    "elemen kompetensi": NodeKind.ELEMENT,
    "element": NodeKind.ELEMENT,
    "element of competency": NodeKind.ELEMENT,
    "kuk": NodeKind.CRITERION,
    "kriteria": NodeKind.CRITERION,
    "kriteria unjuk kerja": NodeKind.CRITERION,
    "criterion": NodeKind.CRITERION,
    "performance criterion": NodeKind.CRITERION,
    "performance criteria": NodeKind.CRITERION,
}
BELOW: Mapping[NodeKind | None, NodeKind] = {
    None: NodeKind.UNIT,
    NodeKind.UNIT: NodeKind.ELEMENT,
    NodeKind.ELEMENT: NodeKind.CRITERION,
    NodeKind.CRITERION: NodeKind.OTHER,
    NodeKind.OTHER: NodeKind.OTHER,
}


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key under which 1.9 comes before 1.10, and letters after figures."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold())
        for part in re.findall(r"\d{1,18}|\D+", text.strip())
    )


def text_of(raw: Raw, member: str) -> str:
    """Return a member as text, a number too; empty where there is none."""
    value = raw.get(member)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def code_of(raw: Raw) -> str:
    """Return the code of an item, or its enumeration where it has none."""
    return text_of(raw, "humanCodingScheme") or text_of(raw, "listEnumeration")


def linked_code(raw: Raw) -> str:
    """Return the code in an association's link to an item outside: its title, where that is no sentence."""
    link = raw.get("originNodeURI")
    title = text_of(link, "title") if isinstance(link, Mapping) else ""
    return title if title and " " not in title else ""


def type_of(raw: Raw) -> str:
    """Return the name of an item's type in small letters; it may stand in its link only."""
    name = text_of(raw, "CFItemType")
    link = raw.get("CFItemTypeURI")
    if not name and isinstance(link, Mapping):
        name = text_of(link, "title")
    return name.casefold()
