"""Numbers as authors type them: with a point or a comma; what cannot be read is said."""

import re
from decimal import Decimal
from fractions import Fraction

from assessment.domain.errors import N_
from assessment.domain.items.authoring.draft import Draft, Row
from assessment.domain.items.authoring.finding import Faults
from assessment.domain.items.exact import canonical, read_decimal
from assessment.domain.items.item import ToleranceMode

MOST_MARKS = 100


def read_number(text: str) -> Decimal | None:
    """Return the number that somebody typed, with a point or a comma, or None."""
    plain = text.strip().replace("−", "-")
    found = read_decimal(plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain)
    return None if found is None else canonical(found)


def number_of(draft: Draft, name: str, faults: Faults, message: str, default: str = "") -> Decimal | None:
    """Return a number of the draft, or None and a fault whose `message` has a place for what was typed."""
    typed = draft.setting(name).strip() or default
    found = read_number(typed)
    if found is None:
        faults.say(message, got=typed[:40] or "–", place=name)
    return found


def marks_of(draft: Draft, faults: Faults) -> Fraction:
    """Return the marks of the item, above 0; 1 and a fault where they cannot be read."""
    found = read_number(draft.setting("marks"))
    if found is None or not 0 < found <= MOST_MARKS:
        faults.say(
            N_("Expected marks above 0 and up to %(most)s, got %(got)s."),
            most=MOST_MARKS,
            got=draft.setting("marks")[:40] or "–",
            place="marks",
        )
        return Fraction(1)
    return Fraction(found)


def marks_of_row(draft: Draft, row: Row, faults: Faults) -> Fraction:
    """Return the marks of one row, 0 where none were typed."""
    if not row.marks.strip():
        return Fraction(0)
    found = read_number(row.marks)
    if found is None or abs(found) > MOST_MARKS:
        faults.say(
            N_('Expected marks as a number for "%(row)s", got %(got)s.'), row=draft.called(row), got=row.marks[:40]
        )
        return Fraction(0)
    return Fraction(found)


def whole_of(draft: Draft, name: str, *, least: int, most: int, default: int, faults: Faults) -> int:
    """Return a whole number of the draft within bounds, the default where nothing was typed."""
    typed = draft.setting(name).strip()
    if not typed:
        return default
    if not re.fullmatch(r"[0-9]{1,4}", typed) or not least <= int(typed) <= most:
        faults.say(
            N_("Expected a whole number from %(least)s to %(most)s, got %(got)s."),
            least=least,
            most=most,
            got=typed[:40],
        )
        return default
    return int(typed)


def tolerance_of(draft: Draft, name: str, mode: ToleranceMode, faults: Faults) -> Fraction:
    """Return a tolerance, in the unit of the answer or in percent; 0 for an exact comparison."""
    if mode is ToleranceMode.EXACT:
        return Fraction(0)
    found = number_of(
        draft, name, faults, N_("Expected a tolerance as a number of 0 or more, got %(got)s."), default="0"
    )
    if found is not None and found < 0:
        faults.say(N_("Expected a tolerance as a number of 0 or more, got %(got)s."), got=found)
        return Fraction(0)
    return Fraction(found or 0)
