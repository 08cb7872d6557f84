"""How each expression is written: its element, how many operands it takes, its attributes and their text.

The one table from which XML and JSON are read and written, so that a new operator is named in one place. Element
names stand without the prefix `qti-`. Attribute texts follow QTI 3.0; a number may be taken from a variable, which
is written `{NAME}`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.exact import read_decimal, write_exact
from assessment.domain.items.processing.rules import (
    AnyN,
    Composite,
    Constant,
    Correct,
    Default,
    Equal,
    EqualRounded,
    Expression,
    FieldValue,
    Index,
    Inside,
    Mapped,
    MappedPoint,
    MathConstant,
    MathFunction,
    MathOperator,
    Operation,
    Operator,
    Parameter,
    PatternMatch,
    RandomFloat,
    RandomInteger,
    Reference,
    Repeat,
    RoundingMode,
    RoundTo,
    Statistic,
    StatsOperator,
    StringMatch,
    Substring,
    Variable,
)
from assessment.domain.items.shapes import Area, read_area
from assessment.domain.items.variables import ToleranceMode

_REFERENCE = re.compile(r"\{?([\w][\w.\-]{0,254})\}?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """One attribute: its name in XML, the field it fills, and its text both ways. No default: it must be there."""

    name: str
    field: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    default: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """How an expression is written. `most` None means any number of operands."""

    element: str
    kind: type[Any]
    least: int = 0
    most: int | None = 0
    attributes: tuple[Attribute, ...] = ()
    fixed: tuple[tuple[str, Any], ...] = ()

    @property
    def composite(self) -> bool:
        """Whether it takes operands."""
        return self.most != 0 or issubclass(self.kind, Operation)


def read_parameter(text: str) -> Parameter:
    """Return the number, or the variable that an attribute names. Raises ValueError."""
    number = read_decimal(text)
    if number is not None:
        return Fraction(number)
    named = _REFERENCE.fullmatch(text)
    if named is None:
        raise ValueError(text)
    return Reference(identifier=named[1])


def write_parameter(value: Parameter) -> str:
    """Return the text that `read_parameter` reads."""
    return f"{{{value.identifier}}}" if isinstance(value, Reference) else write_exact(value)


def attribute_values(expression: Expression) -> list[tuple[str, str]]:
    """Return the attributes of an expression as (name, text), those at their default left out."""
    form = form_of(expression)
    written: list[tuple[str, str]] = []
    for attribute in form.attributes:
        value = getattr(expression, attribute.field)
        if isinstance(value, Area):
            written += [("shape", value.kind.value), ("coords", value.text())]
            continue
        text = attribute.write(value)
        if text != attribute.default:
            written.append((attribute.name, text))
    return written


def build(form: Form, operands: tuple[Expression, ...], given: Mapping[str, str]) -> Expression:
    """Return the expression of a form with its operands and the texts of its attributes.

    Raises Invalid that names the element for another number of operands and for an attribute that is missing or
    cannot be read.
    """
    if len(operands) < form.least or (form.most is not None and len(operands) > form.most):
        raise Invalid(
            N_("Expected %(expected)s operands in qti-%(element)s, got %(got)s."),
            expected=_count(form),
            element=form.element,
            got=len(operands),
        )
    values: dict[str, Any] = dict(form.fixed)
    if form.composite:
        values["operands"] = operands
    for attribute in form.attributes:
        if attribute.name == "shape":
            values["area"] = read_area(_given(form, given, attribute), given.get("coords", ""))
            continue
        text = _given(form, given, attribute)
        try:
            values[attribute.field] = attribute.read(text)
        except ValueError as error:
            raise Invalid(
                N_('"%(got)s" cannot be read in %(name)s of qti-%(element)s.'),
                got=text[:80],
                name=attribute.name,
                element=form.element,
            ) from error
    expression: Expression = form.kind(**values)
    return expression


def form_of(expression: Expression) -> Form:
    """Return how an expression is written. Raises KeyError for a constant, which has a form of its own."""
    return FORMS[expression.operator.value] if isinstance(expression, Operation) else _BY_KIND[type(expression)]


def operands_of(expression: Expression) -> tuple[Expression, ...]:
    """Return what an expression works on; a leaf has nothing."""
    return expression.operands if isinstance(expression, Composite) else ()


def _count(form: Form) -> str:
    if form.most is None:
        return f"{form.least}+"
    return str(form.least) if form.least == form.most else f"{form.least}-{form.most}"


def _given(form: Form, given: Mapping[str, str], attribute: Attribute) -> str:
    text: str | None = given.get(attribute.name, "")
    # White space means something in a pattern, and nowhere else.
    text = (text if attribute.name == "pattern" else (text or "").strip()) or attribute.default
    if text is None:
        raise Invalid(
            N_("Expected the attribute %(name)s on %(element)s."), name=attribute.name, element=f"qti-{form.element}"
        )
    return text


def _read_flag(text: str) -> bool:
    if text not in ("true", "false", "1", "0"):
        raise ValueError(text)
    return text in ("true", "1")


def _write_flag(value: bool) -> str:
    return "true" if value else "false"


def _read_tolerances(text: str) -> tuple[Parameter, ...]:
    parts = text.split()
    if len(parts) > 2:
        raise ValueError(text)
    return tuple(map(read_parameter, parts))


def _write_tolerances(values: tuple[Parameter, ...]) -> str:
    return " ".join(map(write_parameter, values))


def _name(name: str, field: str = "identifier") -> Attribute:
    return Attribute(name=name, field=field, read=_read_name, write=str)


def _read_name(text: str) -> str:
    if not re.fullmatch(r"[\w][\w.\-:]{0,254}", text):
        raise ValueError(text)
    return text


def _number(name: str, field: str, default: str | None = None) -> Attribute:
    return Attribute(name=name, field=field, read=read_parameter, write=write_parameter, default=default)


def _flag(name: str, field: str, default: str | None = None) -> Attribute:
    return Attribute(name=name, field=field, read=_read_flag, write=_write_flag, default=default)


def _enum(name: str, field: str, values: type[StrEnum], default: str | None = None) -> Attribute:
    return Attribute(name=name, field=field, read=values, write=lambda value: str(value.value), default=default)


_ROUNDING = (
    _enum("rounding-mode", "mode", RoundingMode, "significantFigures"),
    _number("figures", "figures"),
)
_ARITY: Mapping[Operator, tuple[int, int | None]] = {
    Operator.AND: (1, None),
    Operator.CONTAINER_SIZE: (1, 1),
    Operator.CONTAINS: (2, 2),
    Operator.DELETE: (2, 2),
    Operator.DIVIDE: (2, 2),
    Operator.DURATION_GTE: (2, 2),
    Operator.DURATION_LT: (2, 2),
    Operator.GCD: (1, None),
    Operator.GT: (2, 2),
    Operator.GTE: (2, 2),
    Operator.INTEGER_DIVIDE: (2, 2),
    Operator.INTEGER_MODULUS: (2, 2),
    Operator.INTEGER_TO_FLOAT: (1, 1),
    Operator.IS_NULL: (1, 1),
    Operator.LCM: (1, None),
    Operator.LT: (2, 2),
    Operator.LTE: (2, 2),
    Operator.MATCH: (2, 2),
    Operator.MAX: (1, None),
    Operator.MEMBER: (2, 2),
    Operator.MIN: (1, None),
    Operator.MULTIPLE: (0, None),
    Operator.NOT: (1, 1),
    Operator.NULL: (0, 0),
    Operator.OR: (1, None),
    Operator.ORDERED: (0, None),
    Operator.POWER: (2, 2),
    Operator.PRODUCT: (1, None),
    Operator.RANDOM: (1, 1),
    Operator.ROUND: (1, 1),
    Operator.SUBTRACT: (2, 2),
    Operator.SUM: (1, None),
    Operator.TRUNCATE: (1, 1),
}
_WITH_ATTRIBUTES = (
    Form(element="variable", kind=Variable, attributes=(_name("identifier"),)),
    Form(element="default", kind=Default, attributes=(_name("identifier"),)),
    Form(element="correct", kind=Correct, attributes=(_name("identifier"),)),
    Form(element="map-response", kind=Mapped, attributes=(_name("identifier"),)),
    Form(element="map-response-point", kind=MappedPoint, attributes=(_name("identifier"),)),
    Form(
        element="random-integer",
        kind=RandomInteger,
        attributes=(_number("min", "minimum", "0"), _number("max", "maximum"), _number("step", "step", "1")),
    ),
    Form(
        element="random-float",
        kind=RandomFloat,
        attributes=(_number("min", "minimum", "0"), _number("max", "maximum")),
    ),
    Form(element="math-constant", kind=MathConstant, attributes=(_enum("name", "name", Constant),)),
    Form(
        element="any-n",
        kind=AnyN,
        least=1,
        most=None,
        attributes=(_number("min", "minimum"), _number("max", "maximum")),
    ),
    Form(element="index", kind=Index, least=1, most=1, attributes=(_number("n", "n"),)),
    Form(
        element="field-value",
        kind=FieldValue,
        least=1,
        most=1,
        attributes=(_name("field-identifier", "field"),),
    ),
    Form(
        element="substring",
        kind=Substring,
        least=2,
        most=2,
        attributes=(_flag("case-sensitive", "case_sensitive", "true"),),
    ),
    Form(
        element="string-match",
        kind=StringMatch,
        least=2,
        most=2,
        attributes=(_flag("case-sensitive", "case_sensitive", "true"), _flag("substring", "substring", "false")),
    ),
    Form(
        element="pattern-match",
        kind=PatternMatch,
        least=1,
        most=1,
        attributes=(Attribute(name="pattern", field="pattern", read=str, write=str),),
    ),
    Form(
        element="equal",
        kind=Equal,
        least=2,
        most=2,
        attributes=(
            _enum("tolerance-mode", "mode", ToleranceMode, "exact"),
            Attribute(name="tolerance", field="tolerances", read=_read_tolerances, write=_write_tolerances, default=""),
            _flag("include-lower-bound", "include_lower", "true"),
            _flag("include-upper-bound", "include_upper", "true"),
        ),
    ),
    Form(element="equal-rounded", kind=EqualRounded, least=2, most=2, attributes=_ROUNDING),
    Form(element="round-to", kind=RoundTo, least=1, most=1, attributes=_ROUNDING),
    Form(
        element="inside",
        kind=Inside,
        least=1,
        most=1,
        attributes=(Attribute(name="shape", field="area", read=str, write=str),),
    ),
    Form(element="repeat", kind=Repeat, least=1, most=None, attributes=(_number("number-repeats", "times"),)),
    Form(
        element="math-operator",
        kind=MathOperator,
        least=1,
        most=2,
        attributes=(_enum("name", "name", MathFunction),),
    ),
    Form(
        element="stats-operator",
        kind=StatsOperator,
        least=1,
        most=1,
        attributes=(_enum("name", "name", Statistic),),
    ),
)

FORMS: Mapping[str, Form] = {
    **{
        operator.value: Form(
            element=operator.value, kind=Operation, least=least, most=most, fixed=(("operator", operator),)
        )
        for operator, (least, most) in _ARITY.items()
    },
    **{form.element: form for form in _WITH_ATTRIBUTES},
}
"""Every expression by its element name; constants (`base-value`) stand apart."""

_BY_KIND: Mapping[type[Any], Form] = {form.kind: form for form in _WITH_ATTRIBUTES}
