"""Running the rules on the responses of one attempt: QTI 3.0, Response Processing.

The same rules, responses and seed give the same outcomes on every machine. A tree is walked once from its first
rule, so that its size bounds the work; `check` bounds the size. Mappings, areas and
tables stand in `mapping`.
"""

import hashlib
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from fractions import Fraction
from typing import assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.processing.check import COMPLETION_STATUS, MAX_REPEATS, NUM_ATTEMPTS
from assessment.domain.items.processing.mapping import look_up, map_points, map_values, points_of
from assessment.domain.items.processing.numbers import Number, constant, number
from assessment.domain.items.processing.operators import (
    any_n,
    compare_texts,
    equal,
    equal_rounded,
    field_value,
    index,
    inside,
    mathematics,
    operate,
    pattern_match,
    repeat,
    rounded,
    statistics,
)
from assessment.domain.items.processing.rules import (
    AnyN,
    BaseValue,
    Composite,
    Correct,
    Default,
    Equal,
    EqualRounded,
    ExitResponse,
    Expression,
    FieldValue,
    Fragment,
    Index,
    Inside,
    LookupOutcomeValue,
    Mapped,
    MappedPoint,
    MathConstant,
    MathOperator,
    Operation,
    Operator,
    Parameter,
    PatternMatch,
    RandomFloat,
    RandomInteger,
    Reference,
    Repeat,
    ResponseCondition,
    RoundTo,
    Rule,
    RuleProcessing,
    SetOutcomeValue,
    StatsOperator,
    StringMatch,
    Substring,
    Variable,
)
from assessment.domain.items.processing.values import (
    Atom,
    Value,
    atom_of,
    container,
    record,
    scalar,
    single,
    value_of,
)
from assessment.domain.items.variables import (
    BaseType,
    Cardinality,
    OutcomeDeclaration,
    ResponseDeclaration,
    Scalar,
)

MAX_STEPS = 100_000
_GRID = 10**12

Outcomes = dict[str, Value | None]


def run_rules(
    processing: RuleProcessing,
    responses: Sequence[ResponseDeclaration],
    outcomes: Sequence[OutcomeDeclaration],
    given: MappingOf[str, tuple[Scalar, ...]],
    *,
    seed: bytes = b"",
) -> Outcomes:
    """Return the outcomes that the rules set; a response variable that is not given is NULL.

    `seed` is what random draws depend on. Raises Invalid for more than 100,000 steps, which no item that `check`
    accepts comes near without repeating itself on purpose.
    """
    run = _Run(responses, outcomes, given, seed)
    run.rules(processing.rules)
    return run.outcomes


def start_of(outcome: OutcomeDeclaration) -> Value | None:
    """Return what an outcome holds before any rule: its default, 0 for a number without one, else NULL."""
    if outcome.cardinality is not Cardinality.SINGLE:
        atoms = [atom for each in outcome.defaults if (atom := atom_of(outcome.base_type, each)) is not None]
        return container(outcome.cardinality, outcome.base_type, atoms)
    if isinstance(outcome.default, Fraction):
        return single(outcome.base_type, Number(outcome.default))
    if outcome.default is None:
        return single(outcome.base_type, Number(Fraction(0))) if outcome.base_type.numeric else None
    return single(outcome.base_type, atom_of(outcome.base_type, outcome.default))


class _Exit(Exception):
    """An exit-response was met."""


class _Run:
    """The variables of one attempt while its rules run."""

    def __init__(
        self,
        responses: Sequence[ResponseDeclaration],
        outcomes: Sequence[OutcomeDeclaration],
        given: MappingOf[str, tuple[Scalar, ...]],
        seed: bytes,
    ) -> None:
        self.declared = {each.identifier: each for each in responses}
        self.results = {each.identifier: each for each in outcomes}
        self.given = given
        self.values = {each.identifier: value_of(each, given.get(each.identifier, ())) for each in responses}
        self.outcomes: Outcomes = {each.identifier: start_of(each) for each in outcomes}
        self.built_in: Outcomes = {
            COMPLETION_STATUS: single(BaseType.IDENTIFIER, "unknown"),
            NUM_ATTEMPTS: single(BaseType.INTEGER, Number(Fraction(1))),
        }
        self.seed = seed
        self.draws = 0
        self.steps = 0

    def rules(self, rules: Sequence[Rule]) -> None:
        try:
            self._rules(rules)
        except _Exit:
            return

    def _rules(self, rules: Sequence[Rule]) -> None:
        for rule in rules:
            match rule:
                case ResponseCondition():
                    self._rules(self._chosen(rule))
                case SetOutcomeValue():
                    self._set(rule.identifier, self.value(rule.value))
                case LookupOutcomeValue():
                    self._look_up(rule)
                case ExitResponse():
                    raise _Exit
                case Fragment():
                    self._rules(rule.rules)
                case _:
                    assert_never(rule)

    def _chosen(self, condition: ResponseCondition) -> Sequence[Rule]:
        for branch in condition.branches:
            found = self.value(branch.test)
            if found is not None and found.atoms[0] is True:
                return branch.rules
        return condition.otherwise

    def _set(self, identifier: str, value: Value | None) -> None:
        declared = self.results.get(identifier)
        if declared is None:
            self.built_in[identifier] = value
        elif value is None or declared.cardinality is Cardinality.RECORD:
            self.outcomes[identifier] = value
        else:
            self.outcomes[identifier] = Value(declared.cardinality, declared.base_type, value.atoms)

    def _look_up(self, rule: LookupOutcomeValue) -> None:
        declared = self.results[rule.identifier]
        source = self.value(rule.value)
        if declared.lookup is None:
            return
        found = look_up(declared.lookup, None if source is None or source.number is None else source.number.value)
        exact = source is None or source.number is None or source.number.exact
        atom: Atom | None = (
            Number(found, exact)
            if isinstance(found, Fraction)
            else None
            if found is None
            else atom_of(declared.base_type, found)
        )
        self._set(rule.identifier, single(declared.base_type, atom))

    def value(self, expression: Expression) -> Value | None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Invalid(N_("Response processing takes more than %(max)s steps."), max=MAX_STEPS)
        if isinstance(expression, Composite):
            return self._composite(expression)
        match expression:
            case BaseValue():
                return single(expression.base_type, atom_of(expression.base_type, expression.value))
            case Variable():
                return self._variable(expression.identifier)
            case Default():
                return self._default(expression.identifier)
            case Correct():
                return self._correct(expression.identifier)
            case Mapped():
                return self._mapped(expression.identifier)
            case MappedPoint():
                return self._mapped_point(expression.identifier)
            case RandomInteger():
                return self._random_integer(expression)
            case RandomFloat():
                return self._random_float(expression)
            case MathConstant():
                return single(BaseType.FLOAT, constant(expression.name))
            case _:
                assert_never(expression)

    def _composite(self, expression: Composite) -> Value | None:
        values = [self.value(operand) for operand in expression.operands]
        self.steps += sum(len(each.atoms) for each in values if each is not None) // 10
        match expression:
            case Operation():
                if expression.operator is Operator.RANDOM:
                    return self._random(values[0])
                return operate(expression.operator, values)
            case AnyN():
                least, most = self._whole(expression.minimum), self._whole(expression.maximum)
                return None if least is None or most is None else any_n(values, least, most)
            case Repeat():
                times = self._whole(expression.times)
                return None if times is None or times > MAX_REPEATS else repeat(values, times)
            case _:
                known = [each for each in values if each is not None]
                return self._strict(expression, known) if len(known) == len(values) else None

    def _strict(self, expression: Composite, values: Sequence[Value]) -> Value | None:
        """Return what an operator with attributes makes of operands of which none is NULL."""
        match expression:
            case Index():
                place = self._whole(expression.n)
                return None if place is None else index(values[0], place)
            case FieldValue():
                return field_value(expression, values[0])
            case Substring() | StringMatch():
                return compare_texts(expression, values[0], values[1])
            case PatternMatch():
                return pattern_match(expression, values[0])
            case Equal():
                tolerances = [self._number(each) for each in expression.tolerances]
                known = [each for each in tolerances if each is not None]
                return equal(expression, values[0], values[1], known) if len(known) == len(tolerances) else None
            case EqualRounded():
                figures = self._whole(expression.figures)
                return None if figures is None else equal_rounded(expression, values[0], values[1], figures)
            case RoundTo():
                figures = self._whole(expression.figures)
                return None if figures is None else rounded(expression, values[0], figures)
            case Inside():
                return inside(expression, values[0])
            case MathOperator():
                return mathematics(expression, values)
            case StatsOperator():
                return statistics(expression, values[0])
            case _:
                return None

    def _variable(self, identifier: str) -> Value | None:
        for variables in (self.values, self.outcomes, self.built_in):
            if identifier in variables:
                return variables[identifier]
        return None

    def _default(self, identifier: str) -> Value | None:
        if identifier in self.results:
            declared = self.results[identifier]
            # The 0 of a number without a default is where it starts, not a default that was declared.
            return None if declared.default is None and not declared.defaults else start_of(declared)
        response = self.declared.get(identifier)
        return None if response is None else value_of(response, response.default)

    def _correct(self, identifier: str) -> Value | None:
        declared = self.declared[identifier]
        if declared.cardinality is Cardinality.RECORD:
            return record({each.name: (each.base_type, each.value) for each in declared.fields})
        return value_of(declared, declared.correct)

    def _mapped(self, identifier: str) -> Value | None:
        declared = self.declared[identifier]
        value = self.values[identifier]
        if declared.mapping is None:
            return None
        if value is None:
            return single(BaseType.FLOAT, Number(Fraction(0)))
        marks = map_values(declared.mapping, [scalar(declared.base_type, each) for each in value.atoms])
        return single(BaseType.FLOAT, number(marks))

    def _mapped_point(self, identifier: str) -> Value | None:
        declared = self.declared[identifier]
        value = self.values[identifier]
        if declared.area_mapping is None:
            return None
        if value is None:
            return single(BaseType.FLOAT, Number(Fraction(0)))
        return single(BaseType.FLOAT, number(map_points(declared.area_mapping, points_of(value.atoms))))

    def _random_integer(self, expression: RandomInteger) -> Value | None:
        least, most, step = map(self._whole, (expression.minimum, expression.maximum, expression.step))
        if least is None or most is None or step is None or step < 1 or most < least:
            return None
        return single(BaseType.INTEGER, number(least + step * self._draw((most - least) // step + 1)))

    def _random_float(self, expression: RandomFloat) -> Value | None:
        least, most = self._number(expression.minimum), self._number(expression.maximum)
        if least is None or most is None or most < least:
            return None
        return single(BaseType.FLOAT, number(least + (most - least) * Fraction(self._draw(_GRID + 1), _GRID)))

    def _random(self, value: Value | None) -> Value | None:
        if value is None or value.base_type is None:
            return None
        return single(value.base_type, value.atoms[self._draw(len(value.atoms))])

    def _draw(self, count: int) -> int:
        """Return the next number from 0 to count - 1 that the seed gives."""
        self.draws += 1
        drawn = hashlib.sha256(self.seed + b"\x1f" + str(self.draws).encode()).digest()
        return int.from_bytes(drawn) % count

    def _number(self, parameter: Parameter) -> Fraction | None:
        if isinstance(parameter, Reference):
            value = self._variable(parameter.identifier)
            return None if value is None or value.number is None else value.number.value
        return parameter

    def _whole(self, parameter: Parameter) -> int | None:
        found = self._number(parameter)
        return found.numerator if found is not None and found.denominator == 1 else None
