"""What each operator makes of its operands: QTI 3.0's expressions, with NULL exactly as the specification says.

Everything here is a function of values. Unless an operator says otherwise, NULL in any operand gives NULL.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import assert_never

from assessment.domain.items.processing.numbers import (
    Number,
    compute,
    divide,
    gcd,
    integer_divide,
    integer_modulus,
    lcm,
    number,
    power,
    product,
    round_half_up,
    round_to,
    statistic,
    total,
    truncate,
)
from assessment.domain.items.processing.pattern import read_pattern
from assessment.domain.items.processing.rules import (
    Equal,
    EqualRounded,
    FieldValue,
    Inside,
    MathFunction,
    MathOperator,
    Operator,
    PatternMatch,
    RoundingMode,
    RoundTo,
    StatsOperator,
    StringMatch,
    Substring,
)
from assessment.domain.items.processing.values import Value, boolean, container, counted, key, same, single
from assessment.domain.items.variables import BaseType, Cardinality, ToleranceMode

Values = Sequence[Value | None]


def operate(operator: Operator, values: Values) -> Value | None:
    """Return what an operator without attributes makes of its operands. RANDOM is not among them: it needs a draw."""
    match operator:
        case Operator.AND:
            return _and([_truth(each) for each in values])
        case Operator.OR:
            return _not(_and([_negated(_truth(each)) for each in values]))
        case Operator.NOT:
            return _not(boolean(_truth(values[0])))
        case Operator.NULL | Operator.RANDOM:
            return None
        case Operator.IS_NULL:
            return boolean(values[0] is None)
        case Operator.CONTAINER_SIZE:
            return single(BaseType.INTEGER, Number(Fraction(0 if values[0] is None else len(values[0].atoms))))
        case Operator.MULTIPLE:
            return _gather(Cardinality.MULTIPLE, values)
        case Operator.ORDERED:
            return _gather(Cardinality.ORDERED, values)
        case _:
            known = [each for each in values if each is not None]
            return _strict(operator, known) if len(known) == len(values) else None


def any_n(values: Values, least: int, most: int) -> Value | None:
    """Return whether the number of true operands is in a range; NULL when the NULL ones could decide it."""
    truths = [_truth(each) for each in values]
    true, unknown = truths.count(True), truths.count(None)
    if true > most or true + unknown < least:
        return boolean(False)
    return boolean(True) if true >= least and true + unknown <= most else None


def index(value: Value, n: int) -> Value | None:
    """Return the n-th value counted from 1, NULL when there is none."""
    return single(value.base_type or BaseType.STRING, value.atoms[n - 1]) if 1 <= n <= len(value.atoms) else None


def field_value(expression: FieldValue, value: Value) -> Value | None:
    """Return a field of a record."""
    return value.field(expression.field)


def repeat(values: Values, times: int) -> Value | None:
    """Return the operands again and again in an ordered container; NULL ones are left out."""
    return _gather(Cardinality.ORDERED, list(values) * max(0, times))


def compare_texts(expression: Substring | StringMatch, first: Value, second: Value) -> Value | None:
    """Return whether texts are the same or one holds the other. Without case, texts are compared case-folded."""
    one, other = first.text, second.text
    if not expression.case_sensitive:
        one, other = one.casefold(), other.casefold()
    match expression:
        case Substring():
            return boolean(one in other)
        case StringMatch():
            return boolean(other in one if expression.substring else one == other)
        case _:
            assert_never(expression)


def pattern_match(expression: PatternMatch, value: Value) -> Value | None:
    """Return whether the whole text has the form of the pattern."""
    return boolean(read_pattern(expression.pattern).matches(value.text))


def equal(expression: Equal, first: Value, second: Value, tolerances: Sequence[Fraction]) -> Value | None:
    """Return whether two numbers are equal within the tolerances (none for exact)."""
    x, y = first.number, second.number
    if x is None or y is None:
        return None
    match expression.mode:
        case ToleranceMode.EXACT:
            return boolean(x.value == y.value)
        case ToleranceMode.ABSOLUTE:
            least, most = x.value - tolerances[0], x.value + tolerances[-1]
        case ToleranceMode.RELATIVE:
            least, most = x.value * (1 - tolerances[0] / 100), x.value * (1 + tolerances[-1] / 100)
        case _:
            assert_never(expression.mode)
    above = y.value >= least if expression.include_lower else y.value > least
    below = y.value <= most if expression.include_upper else y.value < most
    return boolean(above and below)


def equal_rounded(expression: EqualRounded, first: Value, second: Value, figures: int) -> Value | None:
    """Return whether two numbers are equal once both are rounded."""
    x, y = (_round(each, expression.mode, figures) for each in (first, second))
    return None if x is None or y is None else boolean(x.value == y.value)


def rounded(expression: RoundTo, value: Value, figures: int) -> Value | None:
    """Return a number rounded to significant figures or decimal places."""
    return single(BaseType.FLOAT, _round(value, expression.mode, figures))


def inside(expression: Inside, value: Value) -> Value | None:
    """Return whether the point, or any of the points, lies in the area."""
    points = [each for each in value.atoms if isinstance(each, tuple)]
    return boolean(any(isinstance(x, int) and isinstance(y, int) and expression.area.contains(x, y) for x, y in points))


def mathematics(expression: MathOperator, values: Sequence[Value]) -> Value | None:
    """Return a function of one number, or of two."""
    numbers = [each.number for each in values]
    first, second = numbers[0], numbers[1] if len(numbers) > 1 else None
    if first is None:
        return None
    whole = expression.name in (MathFunction.FLOOR, MathFunction.CEIL)
    return single(BaseType.INTEGER if whole else BaseType.FLOAT, compute(expression.name, first, second))


def statistics(expression: StatsOperator, value: Value) -> Value | None:
    """Return a statistic of the numbers that a value holds."""
    return single(BaseType.FLOAT, statistic(expression.name, value.numbers))


def _strict(operator: Operator, values: Sequence[Value]) -> Value | None:
    """Return what an operator makes of operands of which none is NULL."""
    match operator:
        case Operator.MATCH:
            return boolean(same(values[0], values[1]))
        case Operator.MEMBER:
            return boolean(key(values[0].atoms[0]) in map(key, values[1].atoms))
        case Operator.DELETE:
            gone = key(values[0].atoms[0])
            kept = [each for each in values[1].atoms if key(each) != gone]
            return container(values[1].cardinality, values[1].base_type, kept)
        case Operator.CONTAINS:
            return boolean(_contains(values[0], values[1]))
        case Operator.LT | Operator.LTE | Operator.GT | Operator.GTE | Operator.DURATION_LT | Operator.DURATION_GTE:
            return _ordered(operator, values)
        case _:
            numbers = [each for value in values for each in value.numbers]
            if not numbers:
                return None
            whole = all(value.base_type is BaseType.INTEGER for value in values)
            return _arithmetic(operator, numbers, whole)


def _arithmetic(operator: Operator, numbers: Sequence[Number], whole: bool) -> Value | None:
    kind = BaseType.INTEGER if whole else BaseType.FLOAT
    match operator:
        case Operator.SUM:
            return single(kind, total(numbers))
        case Operator.PRODUCT:
            return single(kind, product(numbers))
        case Operator.MIN:
            return single(kind, min(numbers, key=lambda each: each.value))
        case Operator.MAX:
            return single(kind, max(numbers, key=lambda each: each.value))
        case Operator.GCD | Operator.LCM:
            if not all(each.whole for each in numbers):
                return None
            return single(BaseType.INTEGER, gcd(numbers) if operator is Operator.GCD else lcm(numbers))
        case Operator.ROUND:
            return single(BaseType.INTEGER, round_half_up(numbers[0]))
        case Operator.TRUNCATE:
            return single(BaseType.INTEGER, truncate(numbers[0]))
        case Operator.INTEGER_TO_FLOAT:
            return single(BaseType.FLOAT, numbers[0])
        case _:
            if len(numbers) != 2:
                return None
            return _of_two(operator, numbers[0], numbers[1], kind)


def _of_two(operator: Operator, first: Number, second: Number, kind: BaseType) -> Value | None:
    match operator:
        case Operator.SUBTRACT:
            return single(kind, number(first.value - second.value, first, second))
        case Operator.DIVIDE:
            return single(BaseType.FLOAT, divide(first, second))
        case Operator.POWER:
            return single(BaseType.FLOAT, power(first, second))
        case Operator.INTEGER_DIVIDE:
            return single(BaseType.INTEGER, integer_divide(first, second))
        case Operator.INTEGER_MODULUS:
            return single(BaseType.INTEGER, integer_modulus(first, second))
        case _:
            return None


def _ordered(operator: Operator, values: Sequence[Value]) -> Value | None:
    first, second = values[0].number, values[1].number
    if first is None or second is None:
        return None
    match operator:
        case Operator.LT | Operator.DURATION_LT:
            return boolean(first.value < second.value)
        case Operator.LTE:
            return boolean(first.value <= second.value)
        case Operator.GT:
            return boolean(first.value > second.value)
        case _:
            return boolean(first.value >= second.value)


def _truth(value: Value | None) -> bool | None:
    return None if value is None else value.atoms[0] is True


def _negated(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _not(value: Value | None) -> Value | None:
    return boolean(_negated(_truth(value)))


def _and(truths: Sequence[bool | None]) -> Value | None:
    if False in truths:
        return boolean(False)
    return None if None in truths else boolean(True)


def _gather(cardinality: Cardinality, values: Values) -> Value | None:
    known = [each for each in values if each is not None]
    types = {each.base_type for each in known}
    base_type = known[0].base_type if known else None
    if len(types) > 1 and BaseType.FLOAT in types:
        base_type = BaseType.FLOAT
    return container(cardinality, base_type, [atom for each in known for atom in each.atoms])


def _contains(whole: Value, part: Value) -> bool:
    """Whether a container holds another: as often each, or one after the other when they are ordered."""
    if whole.cardinality is Cardinality.ORDERED:
        atoms, wanted = [key(each) for each in whole.atoms], [key(each) for each in part.atoms]
        return any(atoms[start : start + len(wanted)] == wanted for start in range(len(atoms) - len(wanted) + 1))
    have = counted(whole.atoms)
    return all(have.get(atom, 0) >= count for atom, count in counted(part.atoms).items())


def _round(value: Value, mode: RoundingMode, figures: int) -> Number | None:
    return None if value.number is None else round_to(value.number, mode, figures)
