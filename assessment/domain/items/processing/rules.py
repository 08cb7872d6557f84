"""The tree of response processing: rules that set outcomes, and expressions that give values.

Names are those of QTI 3.0 without their prefix. An expression that has attributes is a class of its own; those
that differ only in what they compute are one class with the operator's name. Values only: `check` types a tree,
`evaluate` runs it.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from assessment.domain.items.shapes import Area
from assessment.domain.items.variables import BaseType, ToleranceMode


class Operator(StrEnum):
    """Operators without attributes, by their element names."""

    AND = "and"
    CONTAINER_SIZE = "container-size"
    CONTAINS = "contains"
    DELETE = "delete"
    DIVIDE = "divide"
    DURATION_GTE = "duration-gte"
    DURATION_LT = "duration-lt"
    GCD = "gcd"
    GT = "gt"
    GTE = "gte"
    INTEGER_DIVIDE = "integer-divide"
    INTEGER_MODULUS = "integer-modulus"
    INTEGER_TO_FLOAT = "integer-to-float"
    IS_NULL = "is-null"
    LCM = "lcm"
    LT = "lt"
    LTE = "lte"
    MATCH = "match"
    MAX = "max"
    MEMBER = "member"
    MIN = "min"
    MULTIPLE = "multiple"
    NOT = "not"
    NULL = "null"
    OR = "or"
    ORDERED = "ordered"
    POWER = "power"
    PRODUCT = "product"
    RANDOM = "random"
    ROUND = "round"
    SUBTRACT = "subtract"
    SUM = "sum"
    TRUNCATE = "truncate"


class RoundingMode(StrEnum):
    """What a number of figures counts."""

    SIGNIFICANT_FIGURES = "significantFigures"
    DECIMAL_PLACES = "decimalPlaces"


class MathFunction(StrEnum):
    """Functions of `math-operator`; angles are in radians."""

    ABS = "abs"
    ACOS = "acos"
    ACOT = "acot"
    ACSC = "acsc"
    ASEC = "asec"
    ASIN = "asin"
    ATAN = "atan"
    ATAN2 = "atan2"
    CEIL = "ceil"
    COS = "cos"
    COSH = "cosh"
    COT = "cot"
    COTH = "coth"
    CSC = "csc"
    CSCH = "csch"
    EXP = "exp"
    FLOOR = "floor"
    LN = "ln"
    LOG = "log"
    SEC = "sec"
    SECH = "sech"
    SIGNUM = "signum"
    SIN = "sin"
    SINH = "sinh"
    TAN = "tan"
    TANH = "tanh"
    TO_DEGREES = "toDegrees"
    TO_RADIANS = "toRadians"


class Statistic(StrEnum):
    """Statistics of `stats-operator`."""

    MEAN = "mean"
    POP_SD = "popSD"
    POP_VARIANCE = "popVariance"
    SAMPLE_SD = "sampleSD"
    SAMPLE_VARIANCE = "sampleVariance"


class Constant(StrEnum):
    """Constants of `math-constant`."""

    E = "e"
    PI = "pi"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """An attribute that takes its number from a variable."""

    identifier: str


Parameter = Fraction | Reference
"""A number in an attribute, or the variable that holds it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BaseValue:
    """A constant: a Decimal for integer, float and duration, text for every other base-type."""

    base_type: BaseType
    value: str | Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """The value of a variable of the item."""

    identifier: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Default:
    """The declared default value of a variable."""

    identifier: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Correct:
    """The declared correct response of a variable."""

    identifier: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """What a response variable's mapping makes of the response (`map-response`)."""

    identifier: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MappedPoint:
    """What a response variable's areas make of the points (`map-response-point`)."""

    identifier: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RandomInteger:
    """A whole number drawn from min, min + step, ... up to max."""

    maximum: Parameter
    minimum: Parameter = Fraction(0)
    step: Parameter = Fraction(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class RandomFloat:
    """A number drawn from min to max."""

    maximum: Parameter
    minimum: Parameter = Fraction(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class MathConstant:
    """Pi or e, to the precision of `numbers`."""

    name: Constant


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """An operator without attributes and what it works on."""

    operator: Operator
    operands: "tuple[Expression, ...]" = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AnyN:
    """Whether at least `minimum` and at most `maximum` operands are true."""

    operands: "tuple[Expression, ...]"
    minimum: Parameter
    maximum: Parameter


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """The n-th value of an ordered container, counted from 1."""

    operands: "tuple[Expression, ...]"
    n: Parameter


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldValue:
    """One field of a record."""

    operands: "tuple[Expression, ...]"
    field: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Substring:
    """Whether the second text holds the first."""

    operands: "tuple[Expression, ...]"
    case_sensitive: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class StringMatch:
    """Whether two texts are the same; with the outdated `substring`, whether the first holds the second."""

    operands: "tuple[Expression, ...]"
    case_sensitive: bool = True
    substring: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PatternMatch:
    """Whether a text as a whole has the form that a pattern describes (see `pattern`)."""

    operands: "tuple[Expression, ...]"
    pattern: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Equal:
    """Whether two numbers are equal; tolerances as in `scoring.equal_within`, one or two of them."""

    operands: "tuple[Expression, ...]"
    mode: ToleranceMode = ToleranceMode.EXACT
    tolerances: tuple[Parameter, ...] = ()
    include_lower: bool = True
    include_upper: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class EqualRounded:
    """Whether two numbers are equal once both are rounded."""

    operands: "tuple[Expression, ...]"
    figures: Parameter
    mode: RoundingMode = RoundingMode.SIGNIFICANT_FIGURES


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundTo:
    """A number, rounded."""

    operands: "tuple[Expression, ...]"
    figures: Parameter
    mode: RoundingMode = RoundingMode.SIGNIFICANT_FIGURES


@dataclass(frozen=True, kw_only=True, slots=True)
class Inside:
    """Whether a point, or any of several, lies in an area."""

    operands: "tuple[Expression, ...]"
    area: Area


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeat:
    """The operands again and again in one ordered container."""

    operands: "tuple[Expression, ...]"
    times: Parameter


@dataclass(frozen=True, kw_only=True, slots=True)
class MathOperator:
    """A function of mathematics."""

    operands: "tuple[Expression, ...]"
    name: MathFunction


@dataclass(frozen=True, kw_only=True, slots=True)
class StatsOperator:
    """A statistic of the numbers in a container."""

    operands: "tuple[Expression, ...]"
    name: Statistic


Leaf = BaseValue | Variable | Default | Correct | Mapped | MappedPoint | RandomInteger | RandomFloat | MathConstant
Composite = (
    Operation
    | AnyN
    | Index
    | FieldValue
    | Substring
    | StringMatch
    | PatternMatch
    | Equal
    | EqualRounded
    | RoundTo
    | Inside
    | Repeat
    | MathOperator
    | StatsOperator
)
Expression = Leaf | Composite


@dataclass(frozen=True, kw_only=True, slots=True)
class SetOutcomeValue:
    """Give an outcome a value."""

    identifier: str
    value: Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class LookupOutcomeValue:
    """Give an outcome what its table says about a number."""

    identifier: str
    value: Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class ExitResponse:
    """Stop here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """Rules that run when a test is true (neither false nor NULL)."""

    test: Expression
    rules: "tuple[Rule, ...]"


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseCondition:
    """If, else if, else: the rules of the first branch whose test is true, or `otherwise`."""

    branches: tuple[Branch, ...]
    otherwise: "tuple[Rule, ...]" = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Fragment:
    """Rules that stand together (`response-processing-fragment`)."""

    rules: "tuple[Rule, ...]"


Rule = SetOutcomeValue | LookupOutcomeValue | ExitResponse | ResponseCondition | Fragment


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleProcessing:
    """Response processing as a tree of rules; `outcome` is the variable that holds the marks."""

    rules: tuple[Rule, ...]
    outcome: str = "SCORE"
