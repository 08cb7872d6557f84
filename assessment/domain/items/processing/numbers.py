"""Numbers of response processing: exact fractions, and what mathematics can only give approximately.

Sums, products, quotients, whole powers and rounding are exact. A result that no fraction is (a sine, a root) is a
decimal of 34 significant digits, computed with 80, and marked; what is computed from it is marked too. No binary
float is used. None is NULL: QTI 3.0 gives NULL where a result is not defined (a division by zero, the logarithm
of a negative number), and so do we for one of more than about 400 digits, so that no item can make arithmetic slow.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException, localcontext
from fractions import Fraction

from assessment.domain.items.processing.rules import Constant, MathFunction, RoundingMode, Statistic

PRECISION = 34
_WORKING = 80
_MAX_BITS = 1400
_MAX_FIGURES = 400
_MAX_ANGLE = 10**20
_MAX_EXPONENT = 2_000
_MAX_ROOT = 12

_PI = Decimal("3.141592653589793238462643383279502884197169399375105820974944592307816406286208998628034825342117067")


@dataclass(frozen=True, slots=True)
class Number:
    """A number; `exact` is False when it, or something it was computed from, was rounded to 34 digits."""

    value: Fraction
    exact: bool = True

    @property
    def whole(self) -> bool:
        """Whether it is a whole number."""
        return self.value.denominator == 1


def number(value: Fraction | int, *parts: Number) -> Number | None:
    """Return the result of an exact operation on numbers, None when it is too large."""
    value = Fraction(value)
    if not all(part.exact for part in parts):
        return _rounded(value)
    if value.numerator.bit_length() > _MAX_BITS or value.denominator.bit_length() > _MAX_BITS:
        return None
    return Number(value)


def total(numbers: Sequence[Number]) -> Number | None:
    """Return the sum."""
    return number(sum((each.value for each in numbers), Fraction(0)), *numbers)


def product(numbers: Sequence[Number]) -> Number | None:
    """Return the product."""
    result: Number | None = Number(Fraction(1))
    for each in numbers:
        if result is None:
            return None
        result = number(result.value * each.value, result, each)
    return result


def divide(first: Number, second: Number) -> Number | None:
    """Return the quotient, None for a division by zero."""
    return None if second.value == 0 else number(first.value / second.value, first, second)


def integer_divide(first: Number, second: Number) -> Number | None:
    """Return the greatest whole number that is not above the quotient, None for a division by zero."""
    return None if second.value == 0 else number(first.value // second.value, first, second)


def integer_modulus(first: Number, second: Number) -> Number | None:
    """Return x - y * integer_divide(x, y), None for a division by zero."""
    return None if second.value == 0 else number(first.value % second.value, first, second)


def power(first: Number, second: Number) -> Number | None:
    """Return the first to the power of the second, exact where that is a fraction.

    None for a negative power of zero, for a broken power of a negative number, and for what is too large.
    """
    base, exponent = first.value, second.value
    if base == 0:
        return None if exponent < 0 else number(1 if exponent == 0 else 0, first, second)
    if base == 1:
        return number(1, first, second)
    if exponent.denominator == 1:
        digits = max(base.numerator.bit_length(), base.denominator.bit_length())
        if abs(exponent) * max(1, digits - 1) > _MAX_BITS:
            return None
        return number(base**exponent.numerator, first, second)
    if base < 0:
        return None
    found = _function(lambda x: (x.ln() * _decimal(exponent)).exp(), base)
    if found is None:
        return None
    root, whole = exponent.denominator, exponent.numerator
    if (
        first.exact
        and second.exact
        and root <= _MAX_ROOT
        and abs(whole) <= _MAX_ROOT
        and found.value**root == base**whole
    ):
        return Number(found.value)
    return found


def round_half_up(value: Number) -> Number | None:
    """Return the nearest whole number, a half upwards: 6.5 gives 7, -6.5 gives -6 (QTI 3.0, Round)."""
    return number(math.floor(value.value + Fraction(1, 2)), value)


def truncate(value: Number) -> Number | None:
    """Return the whole part, towards zero."""
    return number(math.trunc(value.value), value)


def round_to(value: Number, mode: RoundingMode, figures: int) -> Number | None:
    """Return a number rounded to so many significant figures or decimal places, a half away from zero.

    None for less than 1 significant figure, less than 0 places, and more than 400 of either.
    """
    if figures > _MAX_FIGURES or figures < (1 if mode is RoundingMode.SIGNIFICANT_FIGURES else 0):
        return None
    places = figures
    if mode is RoundingMode.SIGNIFICANT_FIGURES:
        if value.value == 0:
            return value
        places = figures - 1 - _magnitude(abs(value.value))
    scale = Fraction(10) ** places
    rounded = math.floor(abs(value.value) * scale + Fraction(1, 2)) / scale
    return number(rounded if value.value > 0 else -rounded, value)


def gcd(numbers: Sequence[Number]) -> Number | None:
    """Return the greatest common divisor of whole numbers."""
    return number(math.gcd(*(each.value.numerator for each in numbers)), *numbers)


def lcm(numbers: Sequence[Number]) -> Number | None:
    """Return the least common multiple of whole numbers, None when it is too large."""
    result = 1
    for each in numbers:
        result = math.lcm(result, each.value.numerator)
        if result.bit_length() > _MAX_BITS:
            return None
    return number(result, *numbers)


def constant(name: Constant) -> Number:
    """Return pi or e to 34 digits."""
    if name is Constant.PI:
        return _rounded(Fraction(_PI)) or Number(Fraction(3))
    with localcontext(Context(prec=_WORKING)):
        return _rounded(Fraction(Decimal(1).exp())) or Number(Fraction(3))


def statistic(name: Statistic, numbers: Sequence[Number]) -> Number | None:
    """Return a statistic of at least one number; those of a sample need two (QTI 3.0, StatsOperator)."""
    count = len(numbers)
    if count > 1_000:
        return None
    mean = sum((each.value for each in numbers), Fraction(0)) / count
    if name is Statistic.MEAN:
        return number(mean, *numbers)
    sample = name in (Statistic.SAMPLE_VARIANCE, Statistic.SAMPLE_SD)
    if sample and count < 2:
        return None
    variance = sum(((each.value - mean) ** 2 for each in numbers), Fraction(0)) / (count - 1 if sample else count)
    found = number(variance, *numbers)
    if found is None or name in (Statistic.SAMPLE_VARIANCE, Statistic.POP_VARIANCE):
        return found
    return power(found, Number(Fraction(1, 2)))


def compute(name: MathFunction, first: Number, second: Number | None = None) -> Number | None:
    """Return a function of mathematics; `second` is the x of `atan2`, whose first operand is y."""
    value = first.value
    match name:
        case MathFunction.ABS:
            return number(abs(value), first)
        case MathFunction.SIGNUM:
            return number((value > 0) - (value < 0), first)
        case MathFunction.FLOOR:
            return number(math.floor(value), first)
        case MathFunction.CEIL:
            return number(math.ceil(value), first)
        case MathFunction.ATAN2:
            return None if second is None else _atan2(first, second)
        case _:
            known = _known(name, value) if first.exact else None
            return _transcendental(name, value) if known is None else known


def _known(name: MathFunction, value: Fraction) -> Number | None:
    """Return a result that is exact although the function's others are not."""
    at_zero = {
        **dict.fromkeys(("sin", "tan", "asin", "atan", "sinh", "tanh", "toDegrees", "toRadians"), 0),
        **dict.fromkeys(("cos", "cosh", "sec", "sech", "exp"), 1),
    }
    if value == 0 and name.value in at_zero:
        return Number(Fraction(at_zero[name.value]))
    if value == 1 and name in (MathFunction.LN, MathFunction.ACOS, MathFunction.ASEC):
        return Number(Fraction(0))
    if name is MathFunction.LOG and value > 0:
        exponent = _magnitude(value)
        return Number(Fraction(exponent)) if Fraction(10) ** exponent == value else None
    return None


def _transcendental(name: MathFunction, value: Fraction) -> Number | None:
    match name:
        case MathFunction.SIN:
            return _function(_sin, value, most=_MAX_ANGLE)
        case MathFunction.COS:
            return _function(_cos, value, most=_MAX_ANGLE)
        case MathFunction.TAN:
            return _function(lambda x: _sin(x) / _cos(x), value, most=_MAX_ANGLE)
        case MathFunction.SEC:
            return _function(lambda x: 1 / _cos(x), value, most=_MAX_ANGLE)
        case MathFunction.CSC:
            return _function(lambda x: 1 / _sin(x), value, most=_MAX_ANGLE)
        case MathFunction.COT:
            return _function(lambda x: _cos(x) / _sin(x), value, most=_MAX_ANGLE)
        case MathFunction.ASIN:
            return _function(_asin, value)
        case MathFunction.ACOS:
            return _function(lambda x: _PI / 2 - _asin(x), value)
        case MathFunction.ATAN:
            return _function(_atan, value)
        case MathFunction.ASEC:
            return _function(lambda x: _PI / 2 - _asin(1 / x), value)
        case MathFunction.ACSC:
            return _function(lambda x: _asin(1 / x), value)
        case MathFunction.ACOT:
            return _function(lambda x: _PI / 2 - _atan(x), value)
        case MathFunction.SINH:
            return _function(lambda x: (x.exp() - (-x).exp()) / 2, value, most=_MAX_EXPONENT)
        case MathFunction.COSH:
            return _function(lambda x: (x.exp() + (-x).exp()) / 2, value, most=_MAX_EXPONENT)
        case MathFunction.TANH:
            return _function(_tanh, value, most=_MAX_EXPONENT)
        case MathFunction.SECH:
            return _function(lambda x: 2 / (x.exp() + (-x).exp()), value, most=_MAX_EXPONENT)
        case MathFunction.CSCH:
            return _function(lambda x: 2 / (x.exp() - (-x).exp()), value, most=_MAX_EXPONENT)
        case MathFunction.COTH:
            return _function(lambda x: 1 / _tanh(x), value, most=_MAX_EXPONENT)
        case MathFunction.LOG:
            return None if value <= 0 else _function(lambda x: x.log10(), value)
        case MathFunction.LN:
            return None if value <= 0 else _function(lambda x: x.ln(), value)
        case MathFunction.EXP:
            return _function(lambda x: x.exp(), value, most=_MAX_EXPONENT)
        case MathFunction.TO_DEGREES:
            return _function(lambda x: x * 180 / _PI, value)
        case MathFunction.TO_RADIANS:
            return _function(lambda x: x * _PI / 180, value)
        case _:
            return None


def _function(compute_it: Callable[[Decimal], Decimal], value: Fraction, *, most: int | None = None) -> Number | None:
    """Return a function's result to 34 digits, None where it is not defined."""
    if most is not None and abs(value) > most:
        return None
    try:
        with localcontext(Context(prec=_WORKING)):
            return _rounded(Fraction(compute_it(_decimal(value))))
    except (DecimalException, ValueError, OverflowError):
        return None


def _rounded(value: Fraction) -> Number | None:
    """Return a number rounded to 34 significant digits and marked as such."""
    if value == 0:
        return Number(Fraction(0), exact=False)
    if abs(_magnitude(abs(value))) > _MAX_FIGURES:
        return None
    with localcontext(Context(prec=PRECISION, rounding=ROUND_HALF_EVEN)):
        return Number(Fraction(_decimal(value)), exact=False)


def _decimal(value: Fraction) -> Decimal:
    """Return a fraction as a decimal of the context's precision."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def _magnitude(value: Fraction) -> int:
    """Return the exponent of the first digit of a positive number: 2 for 123, -2 for 0.0123."""
    guess = len(str(value.numerator)) - len(str(value.denominator))
    return guess if Fraction(10) ** guess <= value else guess - 1


def _sin(x: Decimal) -> Decimal:
    x = x % (2 * _PI)
    term, result, n = x, x, 1
    while abs(term) > Decimal(10) ** -(_WORKING + 5):
        term *= -x * x / ((n + 1) * (n + 2))
        result += term
        n += 2
    return _clean(result)


def _cos(x: Decimal) -> Decimal:
    return _sin(x + _PI / 2)


def _clean(x: Decimal) -> Decimal:
    """Return 0 for what is nothing but the rounding of the computation."""
    return Decimal(0) if abs(x) < Decimal(10) ** -(_WORKING - 25) else x


def _atan(x: Decimal) -> Decimal:
    halvings = 0
    while abs(x) > Decimal("0.1"):
        x = x / (1 + (1 + x * x).sqrt())
        halvings += 1
    term, result, n = x, x, 1
    while abs(term) > Decimal(10) ** -(_WORKING + 5):
        term *= -x * x
        n += 2
        result += term / n
    return result * Decimal(2) ** halvings


def _asin(x: Decimal) -> Decimal:
    if abs(x) == 1:
        return x * _PI / 2
    return _atan(x / (1 - x * x).sqrt())


def _tanh(x: Decimal) -> Decimal:
    return (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())


def _atan2(first: Number, second: Number) -> Number | None:
    y, x = first.value, second.value
    if y == 0:
        return number(0, first, second) if x >= 0 else _rounded(Fraction(_PI))
    if x == 0:
        return _rounded(Fraction(_PI) / (2 if y > 0 else -2))
    turn = 0 if x > 0 else (1 if y > 0 else -1)
    return _function(lambda angle: _atan(angle) + turn * _PI, y / x)
