"""What is written down of a test piece, and what a missing or refusing report means for a criterion that needs it.

The members are those of a welder's test record (WPS, joint, material, dimensions, position, filler), texts and exact
millimetres; none of them is judged here.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from assessment.domain.errors import N_, Invalid
from assessment.domain.practicals.measurement import parse_value
from assessment.domain.practicals.task_document import ReportKind

TEXTS = (
    "wps_number",
    "wps_revision",
    "process",
    "joint",
    "parent_group",
    "heat_number",
    "position",
    "filler",
    "filler_batch",
    "examiner",
)
SYMBOLS = {"thickness": "t", "weld_thickness": "s", "throat": "a", "cap_width": "b", "weld_length": "l"}
"""What stands for a dimension in a limit (see `limit_expression`)."""
DIMENSIONS = (*SYMBOLS, "diameter")
"""In millimetres; a weld has a throat or a diameter only where it is of that kind."""

NEEDED = ("wps_number", "wps_revision", "process", "joint", "parent_group", "position", "examiner")
LONGEST = 80


def facts_from(typed: Mapping[str, str]) -> dict[str, str]:
    """Return the facts of a test piece as they are stored: what is empty is left out, numbers as exact text.

    Raises Invalid naming what is missing, too long or no measure.
    """
    found: dict[str, str] = {}
    for name in TEXTS:
        text = typed.get(name, "").strip()
        if len(text) > LONGEST:
            raise Invalid(N_("Expected at most %(most)s characters for %(name)s."), most=LONGEST, name=name)
        if text:
            found[name] = text
    for name in DIMENSIONS:
        if not (text := typed.get(name, "").strip()):
            continue
        value = parse_value(text)
        if value <= 0:
            raise Invalid(N_("Expected %(name)s to be above zero, got %(got)s."), name=name, got=value)
        found[name] = format(value, "f")
    missing = [name for name in (*NEEDED, "thickness") if name not in found]
    if missing:
        raise Invalid(N_("Expected an entry for %(missing)s, got none."), missing=", ".join(missing))
    return found


def dimensions_in(facts: Mapping[str, str]) -> dict[str, Decimal]:
    """Return the dimensions of a recorded piece in millimetres, by what stands for them in a limit."""
    return {symbol: parse_value(facts[name]) for name, symbol in SYMBOLS.items() if name in facts}


def with_reports(
    sufficient: bool | None, needed: Iterable[ReportKind], reports: Mapping[ReportKind, bool]
) -> bool | None:
    """Return what evidence says once the reports that it needs are looked at.

    `reports`: kind -> accepted, of those that are in. A report that refuses makes it insufficient; one that is not in
    leaves it open (None), unless it failed already.
    """
    said = [reports.get(kind) for kind in needed]
    if sufficient is False or False in said:
        return False
    return None if None in said else sufficient
