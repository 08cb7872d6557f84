"""Limits that depend on the work piece: "min(0.05*t, 0.5)", read by a grammar of its own and calculated exactly.

    expression = term {("+" | "-") term}
    term       = factor {"*" factor}
    factor     = number | name | ("min" | "max") "(" expression {"," expression} ")" | "(" expression ")"

A number has at most nine digits before and six after the point; a name is one of `NAMES`, the dimensions of a weld
as ISO 5817 writes them, in millimetres. There is no division, so that every value is a finite decimal.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from assessment.domain.errors import N_, Invalid

NAMES = ("t", "s", "a", "b")
"""t: thickness of the wall or plate; s: nominal thickness of a butt weld; a: nominal throat; b: width of the cap."""

WELD_LENGTH = "l"
DIMENSIONS = (*NAMES, WELD_LENGTH)
"""What limits depend on: beside the names in rules the length of the weld, which says what a short imperfection is."""

LONGEST = 200
DEEPEST = 20

_TOKEN = re.compile(r"\s*(?:(?P<number>[0-9]{1,9}(?:\.[0-9]{1,6})?)(?![0-9.])|(?P<word>[a-z]+)|(?P<sign>[-+*(),]))")
_CHOOSING: Mapping[str, Callable[[Sequence[Fraction]], Fraction]] = {"min": min, "max": max}

Value = Callable[[Mapping[str, Fraction]], Fraction]


@dataclass(frozen=True, slots=True)
class Expression:
    """A limit as it is written, and the dimensions that it needs."""

    text: str
    names: frozenset[str]
    _value: Value

    def value(self, dimensions: Mapping[str, Decimal]) -> Decimal:
        """Return the limit for a work piece, exactly.

        Raises Invalid where a dimension is missing or not above zero.
        """
        missing = sorted(self.names - dimensions.keys())
        if missing:
            raise Invalid(
                N_("Expected the dimensions of %(text)s, got none for %(missing)s."),
                text=self.text,
                missing=", ".join(missing),
            )
        for name in sorted(self.names):
            if not dimensions[name].is_finite() or dimensions[name] <= 0:
                raise Invalid(N_("Expected %(name)s to be above zero, got %(got)s."), name=name, got=dimensions[name])
        return _decimal(self._value({name: Fraction(value) for name, value in dimensions.items()}), self.text)


def parse_limit(text: str) -> Expression:
    """Read a limit. Raises Invalid naming the place in the text and what was expected there."""
    if len(text) > LONGEST:
        raise Invalid(N_("Expected a limit of at most %(most)s characters, got %(got)s."), most=LONGEST, got=len(text))
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._depth = 0
        self._names: set[str] = set()

    def read(self) -> Expression:
        value = self._expression()
        if self._text[self._place :].strip():
            raise self._refusal("+, -, *")
        return Expression(self._text, frozenset(self._names), value)

    def _expression(self) -> Value:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Invalid(
                N_("Expected at most %(most)s brackets inside each other, got more in the limit %(text)s."),
                most=DEEPEST,
                text=self._text,
            )
        found = self._term()
        while (sign := self._take("+", "-")) is not None:
            found = _added(found, self._term(), 1 if sign == "+" else -1)
        self._depth -= 1
        return found

    def _term(self) -> Value:
        found = self._factor()
        while self._take("*") is not None:
            found = _multiplied(found, self._factor())
        return found

    def _factor(self) -> Value:
        if self._take("(") is not None:
            found = self._expression()
            self._need(")")
            return found
        token = _TOKEN.match(self._text, self._place)
        if token is not None and token["number"]:
            self._place = token.end()
            return _constant(Fraction(token["number"]))
        word = token["word"] if token is not None else None
        if token is not None and word is not None and (word in _CHOOSING or word in NAMES):
            self._place = token.end()
            if word in _CHOOSING:
                return self._chosen(_CHOOSING[word])
            self._names.add(word)
            return _dimension(word)
        raise self._refusal(", ".join(("0.5", "(", *_CHOOSING, *NAMES)))

    def _chosen(self, choose: Callable[[Sequence[Fraction]], Fraction]) -> Value:
        self._need("(")
        values = [self._expression()]
        while self._take(",") is not None:
            values.append(self._expression())
        self._need(")")
        return lambda given: choose([value(given) for value in values])

    def _take(self, *signs: str) -> str | None:
        token = _TOKEN.match(self._text, self._place)
        if token is None or token["sign"] not in signs:
            return None
        self._place = token.end()
        return token["sign"]

    def _need(self, sign: str) -> None:
        if self._take(sign) is None:
            raise self._refusal(sign)

    def _refusal(self, expected: str) -> Invalid:
        rest = self._text[self._place :].strip()
        return Invalid(
            N_("Expected %(expected)s at place %(place)s of the limit %(text)s, got %(got)s."),
            expected=expected,
            place=self._place + 1,
            text=self._text,
            got=rest[:20] or "-",
        )


def _constant(number: Fraction) -> Value:
    return lambda _given: number


def _dimension(name: str) -> Value:
    return lambda given: given[name]


def _added(left: Value, right: Value, sign: int) -> Value:
    return lambda given: left(given) + sign * right(given)


def _multiplied(left: Value, right: Value) -> Value:
    return lambda given: left(given) * right(given)


def _decimal(value: Fraction, text: str) -> Decimal:
    """Return the same number as a decimal of at most nine digits before and six after the point."""
    millionths = value * 10**6
    if millionths.denominator != 1 or abs(value) >= 10**9:
        raise Invalid(
            N_("Expected a limit with at most six decimals from %(text)s, got %(got)s."), text=text, got=value
        )
    return Decimal(format(Decimal(millionths.numerator).scaleb(-6).normalize(), "f"))
