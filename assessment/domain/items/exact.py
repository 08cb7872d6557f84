"""Exact numbers and their text: decimals as XML and people write them, fractions as scores need them.

Nothing here ever passes through a binary float. Lexical forms follow xsd:decimal and xsd:double as QTI 3.0
uses them for base-types integer and float, without INF and NaN, which no mark and no answer can be.
"""

import re
from decimal import Decimal
from fractions import Fraction

MAX_LENGTH = 40
MAX_EXPONENT = 30

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]{1,3}))?")
_RATIO = re.compile(r"(-?[0-9]{1,60})/([1-9][0-9]{0,59})")


def read_decimal(text: str) -> Decimal | None:
    """Return the number that ASCII text writes, every digit kept, or None when it is not one.

    At most 40 characters and an exponent within ±30, so that no answer can make arithmetic slow.
    """
    written = _NUMBER.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if written is None or abs(int(written[1] or 0)) > MAX_EXPONENT:
        return None
    return Decimal(text)


def finite_text(value: Fraction) -> str | None:
    """Write a fraction as the shortest decimal, for example "0.25", or None when it has no finite one."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return None
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def canonical(value: Decimal) -> Decimal:
    """Return the same number in its one shortest form: 25.40 becomes 25.4, 1E+2 becomes 100, -0 becomes 0."""
    return Decimal(finite_text(Fraction(value)) or "0")


def write_exact(value: Fraction) -> str:
    """Write a fraction as a decimal if it has a finite one, else as "1/3"."""
    return finite_text(value) or f"{value.numerator}/{value.denominator}"


def read_exact(text: str) -> Fraction:
    """Read what `write_exact` wrote. Raises ValueError for anything else."""
    if ratio := _RATIO.fullmatch(text):
        return Fraction(int(ratio[1]), int(ratio[2]))
    if len(text) <= 200 and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return Fraction(text)
    raise ValueError(f"not an exact number: {text[:40]!r}")


def json_number(value: Fraction) -> int | float | str:
    """Return what a JSON writer prints exactly: a number for a finite decimal, else a string such as "1/3".

    A decimal with more digits than a JSON reader's binary float keeps is given as a string of its digits.
    """
    if value.denominator == 1:
        return value.numerator
    finite = finite_text(value)
    if finite is None:
        return write_exact(value)
    number = float(value)
    return number if Fraction(repr(number)) == value else finite
