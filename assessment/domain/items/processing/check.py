"""Whether a tree of rules makes sense for an item: variables that exist, operands that fit, and a bounded size.

Types are worked out before anything runs (`signatures`), so that an item which could never be scored right is
refused when it is read, with the name of the element.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.processing.forms import form_of
from assessment.domain.items.processing.pattern import read_pattern
from assessment.domain.items.processing.rules import (
    AnyN,
    BaseValue,
    Branch,
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
    MathFunction,
    MathOperator,
    Operation,
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
from assessment.domain.items.processing.signatures import (
    FLOAT,
    INTEGER,
    NUMBERS,
    TRUTH,
    Type,
    common,
    expect_all,
    expect_containers,
    fits,
    numeric,
    operation_type,
    say,
    wrong,
)
from assessment.domain.items.variables import BaseType, Cardinality, OutcomeDeclaration, ResponseDeclaration

MAX_NODES = 4_000
MAX_DEPTH = 60
MAX_REPEATS = 1_000

COMPLETION_STATUS = "completionStatus"
NUM_ATTEMPTS = "numAttempts"


def check_rules(
    processing: RuleProcessing, responses: Iterable[ResponseDeclaration], outcomes: Iterable[OutcomeDeclaration]
) -> RuleProcessing:
    """Return the processing unchanged when it fits the declarations. Raises Invalid that names the element."""
    _Check({each.identifier: each for each in responses}, {each.identifier: each for each in outcomes}).all(processing)
    return processing


class _Check:
    """One walk over a tree."""

    def __init__(
        self, responses: Mapping[str, ResponseDeclaration], outcomes: Mapping[str, OutcomeDeclaration]
    ) -> None:
        self.responses = responses
        self.outcomes = outcomes
        self.nodes = 0

    def all(self, processing: RuleProcessing) -> None:
        marks = self.outcomes.get(processing.outcome)
        if marks is None or not marks.base_type.numeric or marks.cardinality is not Cardinality.SINGLE:
            raise Invalid(
                N_('Response processing sets "%(name)s", which is not declared as a number.'), name=processing.outcome
            )
        self.rules(processing.rules, 1)

    def rules(self, rules: Iterable[Rule], depth: int) -> None:
        for rule in rules:
            self.count(depth)
            match rule:
                case ResponseCondition():
                    for branch in rule.branches:
                        self.branch(branch, depth + 1)
                    self.rules(rule.otherwise, depth + 1)
                case Fragment():
                    self.rules(rule.rules, depth + 1)
                case SetOutcomeValue():
                    self.assign(rule, self.type_of(rule.value, depth + 1))
                case LookupOutcomeValue():
                    self.lookup(rule, self.type_of(rule.value, depth + 1))
                case ExitResponse():
                    pass
                case _:
                    assert_never(rule)

    def branch(self, branch: Branch, depth: int) -> None:
        found = self.type_of(branch.test, depth)
        if not fits(found, TRUTH):
            raise wrong("response-if", found)
        self.rules(branch.rules, depth)

    def assign(self, rule: SetOutcomeValue, found: Type) -> None:
        outcome = self.outcomes.get(rule.identifier)
        if outcome is None and rule.identifier == COMPLETION_STATUS:
            wanted = Type(Cardinality.SINGLE, BaseType.IDENTIFIER)
        elif outcome is None:
            raise Invalid(
                N_('Response processing sets "%(name)s", which is not declared as an outcome.'), name=rule.identifier
            )
        else:
            record = outcome.cardinality is Cardinality.RECORD
            wanted = Type(outcome.cardinality, None if record else outcome.base_type)
        if not fits(found, wanted):
            raise Invalid(
                N_("The outcome %(name)s is %(expected)s, but it is set to %(got)s."),
                name=rule.identifier,
                expected=say(wanted),
                got=say(found),
            )

    def lookup(self, rule: LookupOutcomeValue, found: Type) -> None:
        outcome = self.outcomes.get(rule.identifier)
        if outcome is None or outcome.lookup is None:
            raise Invalid(N_('The outcome "%(name)s" has no table to look up.'), name=rule.identifier)
        if found.cardinality not in (None, Cardinality.SINGLE) or found.base_type not in (
            None,
            BaseType.DURATION,
            *NUMBERS,
        ):
            raise wrong("lookup-outcome-value", found)

    def count(self, depth: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise Invalid(
                N_("Response processing may have %(max)s rules and expressions, at most %(depth)s deep."),
                max=MAX_NODES,
                depth=MAX_DEPTH,
            )

    def type_of(self, expression: Expression, depth: int) -> Type:
        self.count(depth)
        if isinstance(expression, Composite):
            found = [self.type_of(operand, depth + 1) for operand in expression.operands]
            return self.composite(expression, found)
        match expression:
            case BaseValue():
                return Type(Cardinality.SINGLE, expression.base_type)
            case Variable() | Default():
                return self.variable(expression.identifier)
            case Correct():
                return self.response(expression.identifier)
            case Mapped():
                self.mapped(expression.identifier)
            case MappedPoint():
                declared = self.responses.get(expression.identifier)
                if declared is None or declared.area_mapping is None or declared.base_type is not BaseType.POINT:
                    raise Invalid(
                        N_('"%(name)s" has no areas that give points their marks.'), name=expression.identifier
                    )
            case RandomInteger():
                self.parameters(expression, expression.minimum, expression.maximum, expression.step)
                return INTEGER
            case RandomFloat():
                self.parameters(expression, expression.minimum, expression.maximum)
            case MathConstant():
                pass
            case _:
                assert_never(expression)
        return FLOAT

    def variable(self, identifier: str) -> Type:
        if identifier in self.responses:
            return self.response(identifier)
        if identifier in self.outcomes:
            outcome = self.outcomes[identifier]
            record = outcome.cardinality is Cardinality.RECORD
            return Type(outcome.cardinality, None if record else outcome.base_type)
        if identifier == COMPLETION_STATUS:
            return Type(Cardinality.SINGLE, BaseType.IDENTIFIER)
        if identifier == NUM_ATTEMPTS:
            return INTEGER
        if identifier == "duration":
            raise Invalid(N_("Response processing reads the time spent on the item, which does not change marks here."))
        raise Invalid(N_('Response processing reads "%(name)s", which is not declared.'), name=identifier)

    def response(self, identifier: str) -> Type:
        declared = self.responses.get(identifier)
        if declared is None:
            raise Invalid(N_('Response processing reads "%(name)s", which is not declared.'), name=identifier)
        record = declared.cardinality is Cardinality.RECORD
        return Type(declared.cardinality, None if record else declared.base_type)

    def mapped(self, identifier: str) -> None:
        declared = self.responses.get(identifier)
        if declared is None:
            raise Invalid(N_('Response processing reads "%(name)s", which is not declared.'), name=identifier)
        if declared.mapping is None or declared.cardinality is Cardinality.RECORD:
            raise Invalid(N_('Response processing uses a mapping, but "%(name)s" declares none.'), name=identifier)

    def parameters(self, expression: Expression, *parameters: Parameter) -> None:
        for parameter in parameters:
            if isinstance(parameter, Reference) and not fits(self.variable(parameter.identifier), FLOAT):
                raise wrong(form_of(expression).element, self.variable(parameter.identifier))

    def composite(self, expression: Composite, found: list[Type]) -> Type:
        name = form_of(expression).element
        match expression:
            case Operation():
                return operation_type(expression.operator, name, found)
            case AnyN():
                self.parameters(expression, expression.minimum, expression.maximum)
                expect_all(name, found, TRUTH)
                return TRUTH
            case Index():
                self.parameters(expression, expression.n)
                expect_containers(name, found, Cardinality.ORDERED)
                return Type(Cardinality.SINGLE, found[0].base_type)
            case FieldValue():
                if found[0].cardinality not in (None, Cardinality.RECORD):
                    raise wrong(name, found[0])
                return Type(Cardinality.SINGLE, None)
            case Substring() | StringMatch():
                expect_all(name, found, Type(Cardinality.SINGLE, BaseType.STRING))
                return TRUTH
            case PatternMatch():
                expect_all(name, found, Type(Cardinality.SINGLE, BaseType.STRING))
                read_pattern(expression.pattern)
                return TRUTH
            case Equal():
                self.parameters(expression, *expression.tolerances)
                expect_all(name, found, FLOAT)
                if expression.mode.value != "exact" and not expression.tolerances:
                    raise Invalid(
                        N_("Expected the attribute %(name)s on %(element)s."), name="tolerance", element="qti-equal"
                    )
                return TRUTH
            case EqualRounded():
                self.parameters(expression, expression.figures)
                expect_all(name, found, FLOAT)
                return TRUTH
            case RoundTo():
                self.parameters(expression, expression.figures)
                expect_all(name, found, FLOAT)
                return FLOAT
            case Inside():
                if found[0].base_type not in (None, BaseType.POINT):
                    raise wrong(name, found[0])
                return TRUTH
            case Repeat():
                self.parameters(expression, expression.times)
                if isinstance(expression.times, Fraction) and expression.times > MAX_REPEATS:
                    raise Invalid(
                        N_("Expected at most %(max)s repetitions, got %(got)s."), max=MAX_REPEATS, got=expression.times
                    )
                return Type(Cardinality.ORDERED, common(name, found))
            case MathOperator():
                expect_all(name, found, FLOAT)
                wanted = 2 if expression.name is MathFunction.ATAN2 else 1
                if len(found) != wanted:
                    raise Invalid(
                        N_("Expected %(expected)s operands in qti-%(element)s, got %(got)s."),
                        expected=wanted,
                        element=name,
                        got=len(found),
                    )
                return INTEGER if expression.name in (MathFunction.FLOOR, MathFunction.CEIL) else FLOAT
            case StatsOperator():
                if found[0].cardinality is Cardinality.RECORD or not numeric(found[0]):
                    raise wrong(name, found[0])
                return FLOAT
            case _:
                assert_never(expression)
