"""What rules can give at most and at least, without running them: an interval for every numeric outcome.

Every branch is thought possible, so an interval may be wider than what responses reach, never narrower. When a
response that reaches the upper end is known too, the best score is exact (`items/best`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from assessment.domain.items.processing.evaluate import start_of
from assessment.domain.items.processing.numbers import Number, round_half_up, truncate
from assessment.domain.items.processing.rules import (
    BaseValue,
    Correct,
    Default,
    ExitResponse,
    Expression,
    Fragment,
    LookupOutcomeValue,
    Mapped,
    MappedPoint,
    Operation,
    Operator,
    RandomFloat,
    RandomInteger,
    ResponseCondition,
    Rule,
    RuleProcessing,
    SetOutcomeValue,
    Variable,
)
from assessment.domain.items.variables import (
    Cardinality,
    InterpolationTable,
    LookupTable,
    OutcomeDeclaration,
    ResponseDeclaration,
)


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`; None is no bound."""

    low: Fraction | None
    high: Fraction | None

    def joined(self, other: "Interval") -> "Interval":
        """Return the interval that covers both."""
        low = None if self.low is None or other.low is None else min(self.low, other.low)
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Interval(low, high)

    def __add__(self, other: "Interval") -> "Interval":
        low = None if self.low is None or other.low is None else self.low + other.low
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(low, high)

    def __neg__(self) -> "Interval":
        return Interval(None if self.high is None else -self.high, None if self.low is None else -self.low)

    def __mul__(self, other: "Interval") -> "Interval":
        ends = (self.low, self.high), (other.low, other.high)
        products = [a * b for a in ends[0] for b in ends[1] if a is not None and b is not None]
        return Interval(min(products), max(products)) if len(products) == 4 else UNBOUNDED


UNBOUNDED = Interval(None, None)

State = Mapping[str, Interval]


def outcome_bounds(
    processing: RuleProcessing,
    responses: Sequence[ResponseDeclaration],
    outcomes: Sequence[OutcomeDeclaration],
    mapped: Mapping[str, Interval],
) -> Interval:
    """Return what the outcome with the marks can become; `mapped` is what each mapping and its areas can give."""
    walk = _Walk(responses, outcomes, mapped)
    start: dict[str, Interval] = {}
    for each in outcomes:
        value = start_of(each)
        numeric = each.base_type.numeric and each.cardinality is Cardinality.SINGLE
        start[each.identifier] = (
            point(value.number.value if value and value.number else Fraction(0)) if numeric else UNBOUNDED
        )
    last = walk.rules(processing.rules, start)
    ends = [*walk.exits, *([last] if last is not None else [])]
    found = ends[0].get(processing.outcome, UNBOUNDED)
    for state in ends[1:]:
        found = found.joined(state.get(processing.outcome, UNBOUNDED))
    return found


def point(value: Fraction) -> Interval:
    """Return the interval that holds one number."""
    return Interval(value, value)


class _Walk:
    """One walk over the rules, with every branch taken."""

    def __init__(
        self,
        responses: Sequence[ResponseDeclaration],
        outcomes: Sequence[OutcomeDeclaration],
        mapped: Mapping[str, Interval],
    ) -> None:
        self.responses = {each.identifier: each for each in responses}
        self.outcomes = {each.identifier: each for each in outcomes}
        self.mapped = mapped
        self.exits: list[State] = []

    def rules(self, rules: Sequence[Rule], state: State) -> State | None:
        """Return the state after the rules, None when none of their paths goes on."""
        for rule in rules:
            following = self._rule(rule, state)
            if following is None:
                return None
            state = following
        return state

    def _rule(self, rule: Rule, state: State) -> State | None:
        match rule:
            case SetOutcomeValue():
                return {**state, rule.identifier: self._expression(rule.value, state)}
            case LookupOutcomeValue():
                declared = self.outcomes.get(rule.identifier)
                table = declared.lookup if declared is not None else None
                return {**state, rule.identifier: _table(table) if table is not None else UNBOUNDED}
            case ExitResponse():
                self.exits.append(state)
                return None
            case Fragment():
                return self.rules(rule.rules, state)
            case ResponseCondition():
                paths = [self.rules(branch.rules, state) for branch in rule.branches]
                paths.append(self.rules(rule.otherwise, state))
                return _join([path for path in paths if path is not None])
            case _:
                assert_never(rule)

    def _expression(self, expression: Expression, state: State) -> Interval:
        match expression:
            case BaseValue():
                return UNBOUNDED if isinstance(expression.value, str) else point(Fraction(expression.value))
            case Variable():
                return state.get(expression.identifier, UNBOUNDED)
            case Default():
                declared = self.outcomes.get(expression.identifier)
                found = declared.default if declared is not None else None
                return point(found) if isinstance(found, Fraction) else UNBOUNDED
            case Correct():
                correct = self.responses[expression.identifier].correct
                single = len(correct) == 1 and not isinstance(correct[0], str)
                return point(Fraction(correct[0])) if single else UNBOUNDED
            case Mapped() | MappedPoint():
                return self.mapped.get(expression.identifier, UNBOUNDED)
            case RandomInteger() | RandomFloat():
                low, high = expression.minimum, expression.maximum
                return Interval(low, high) if isinstance(low, Fraction) and isinstance(high, Fraction) else UNBOUNDED
            case Operation():
                return _operation(expression.operator, [self._expression(each, state) for each in expression.operands])
            case _:
                return UNBOUNDED


def _operation(operator: Operator, found: list[Interval]) -> Interval:
    match operator:
        case Operator.SUM:
            result = point(Fraction(0))
            for each in found:
                result = result + each
            return result
        case Operator.PRODUCT:
            result = point(Fraction(1))
            for each in found:
                result = result * each
            return result
        case Operator.SUBTRACT:
            return found[0] + -found[1]
        case Operator.DIVIDE:
            by = found[1].low
            return found[0] * point(1 / by) if by is not None and by == found[1].high and by != 0 else UNBOUNDED
        case Operator.INTEGER_TO_FLOAT:
            return found[0]
        case Operator.ROUND:
            return Interval(_with(found[0].low, round_half_up), _with(found[0].high, round_half_up))
        case Operator.TRUNCATE:
            return Interval(_with(found[0].low, truncate), _with(found[0].high, truncate))
        case Operator.MIN:
            return Interval(_least([each.low for each in found]), _known(min, [each.high for each in found]))
        case Operator.MAX:
            return Interval(_known(max, [each.low for each in found]), _most([each.high for each in found]))
        case _:
            return UNBOUNDED


def _with(value: Fraction | None, rounding: Callable[[Number], Number | None]) -> Fraction | None:
    found = rounding(Number(value)) if value is not None else None
    return found.value if found is not None else None


def _least(ends: list[Fraction | None]) -> Fraction | None:
    known = [each for each in ends if each is not None]
    return min(known) if len(known) == len(ends) else None


def _most(ends: list[Fraction | None]) -> Fraction | None:
    known = [each for each in ends if each is not None]
    return max(known) if len(known) == len(ends) else None


def _known(choose: Callable[[list[Fraction]], Fraction], ends: list[Fraction | None]) -> Fraction | None:
    known = [each for each in ends if each is not None]
    return choose(known) if known else None


def _join(paths: list[State]) -> State | None:
    if not paths:
        return None
    joined: dict[str, Interval] = dict(paths[0])
    for path in paths[1:]:
        for name, interval in path.items():
            joined[name] = joined[name].joined(interval) if name in joined else UNBOUNDED
    return joined


def _table(table: LookupTable) -> Interval:
    if isinstance(table, InterpolationTable):
        targets: list[str | Fraction | None] = [each.target for each in table.entries]
    else:
        targets = [target for _, target in table.entries]
    numbers = [each for each in (*targets, table.default) if isinstance(each, Fraction)]
    return Interval(min(numbers), max(numbers)) if numbers else point(Fraction(0))
