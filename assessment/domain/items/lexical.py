"""The texts of values: QTI's lexical forms by base-type, read into one spelling each.

Follows QTI 3.0, BaseType, and its string interactions for the fields of a record. A value in another base-type's
form is None here; who reads it says so in a sentence.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from assessment.domain.items.exact import canonical, read_decimal
from assessment.domain.items.variables import BaseType, Scalar

MAX_COORDINATE = 100_000

_IDENTIFIER = re.compile(r"[\w][\w.\-:]{0,254}")
_POINT = re.compile(r"(-?[0-9]{1,6})(?:\.[0-9]{1,20})?\s+(-?[0-9]{1,6})(?:\.[0-9]{1,20})?")
_FILE = re.compile(r"([0-9a-f]{64}) ([a-z]+/[A-Za-z0-9.+\-]{1,80}) ([^/\\\x00-\x1f]{1,200})")
_NUMBER = re.compile(r"[+-]?([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class FileValue:
    """A value of base-type file: an upload by its SHA-256, its media type and the name the candidate gave it."""

    digest: str
    media_type: str
    name: str

    def __str__(self) -> str:
        return f"{self.digest} {self.media_type} {self.name}"


def is_identifier(text: str) -> bool:
    """Whether text is an identifier; a leading digit is tolerated because real packages have it."""
    return _IDENTIFIER.fullmatch(text) is not None


def read_value(base_type: BaseType, text: str) -> Scalar | None:
    """Return the value that text stands for, in its one spelling, or None when it is not of this base-type.

    White space around it does not count, but in a string. Parts of a pixel are cut off.
    """
    if base_type is BaseType.STRING:
        return text
    text = text.strip()
    match base_type:
        case BaseType.IDENTIFIER:
            return text if is_identifier(text) else None
        case BaseType.PAIR:
            pair = _pair(text)
            return " ".join(sorted(pair)) if pair else None
        case BaseType.DIRECTED_PAIR:
            pair = _pair(text)
            return " ".join(pair) if pair else None
        case BaseType.INTEGER:
            number = read_decimal(text)
            whole = number is not None and number == number.to_integral_value()
            return canonical(number) if number is not None and whole else None
        case BaseType.FLOAT | BaseType.DURATION:
            number = read_decimal(text)
            return None if number is None or (base_type is BaseType.DURATION and number < 0) else canonical(number)
        case BaseType.BOOLEAN:
            return {"true": "true", "1": "true", "false": "false", "0": "false"}.get(text)
        case BaseType.POINT:
            point = read_point(text)
            return f"{point[0]} {point[1]}" if point else None
        case BaseType.FILE:
            return text if read_file(text) else None
        case BaseType.URI:
            return text if text and not re.search(r"\s", text) else None
        case _:
            assert_never(base_type)


def read_point(text: str) -> tuple[int, int] | None:
    """Return the two coordinates of a point in pixels, or None when the text is no point."""
    found = _POINT.fullmatch(text.strip())
    if found is None:
        return None
    x, y = int(found[1]), int(found[2])
    return (x, y) if max(abs(x), abs(y)) <= MAX_COORDINATE else None


def read_file(text: str) -> FileValue | None:
    """Return the file that a value of base-type file names, or None when the text is none."""
    found = _FILE.fullmatch(text)
    return FileValue(digest=found[1], media_type=found[2], name=found[3]) if found else None


def record_fields(text: str, *, base: int = 10) -> dict[str, tuple[BaseType, Scalar]]:
    """Return the fields of the record that a typed text makes; a field that is NULL is left out.

    A text that is no number has `stringValue` only (QTI 3.0, TextEntryInteraction with record cardinality).
    """
    fields: dict[str, tuple[BaseType, Scalar]] = {"stringValue": (BaseType.STRING, text)}
    typed = text.strip()
    if base != 10:
        value = whole_in_base(typed, base)
        if value is not None:
            fields |= {"floatValue": (BaseType.FLOAT, value), "integerValue": (BaseType.INTEGER, value)}
        return fields
    number, parts = read_decimal(typed.replace(",", ".", 1)), _NUMBER.fullmatch(typed.replace(",", ".", 1))
    if number is None or parts is None:
        return fields
    left, right, exponent = parts[1], parts[2] or "", parts[3]
    fields["floatValue"] = (BaseType.FLOAT, canonical(number))
    if not right and exponent is None:
        fields["integerValue"] = (BaseType.INTEGER, canonical(number))
    counts = {
        "leftDigits": len(left),
        "rightDigits": len(right),
        "ndp": max(0, len(right) - int(exponent or 0)),
        "nsf": _significant(left, right),
    }
    fields |= {name: (BaseType.INTEGER, Decimal(count)) for name, count in counts.items()}
    if exponent is not None:
        fields["exponent"] = (BaseType.INTEGER, Decimal(int(exponent)))
    return fields


def whole_in_base(text: str, base: int) -> Decimal | None:
    """Return the whole number that text writes in a base from 2 to 36, or None."""
    if not re.fullmatch(r"[+-]?[0-9A-Za-z]{1,40}", text):
        return None
    try:
        return Decimal(int(text, base))
    except ValueError:
        return None


def _pair(text: str) -> tuple[str, str] | None:
    parts = text.split()
    return (parts[0], parts[1]) if len(parts) == 2 and all(map(is_identifier, parts)) else None


def _significant(left: str, right: str) -> int:
    """Count significant digits: leading zeros do not count, trailing ones only after a point."""
    digits = (left + right).lstrip("0")
    return len(digits if right else digits.rstrip("0")) or 1
