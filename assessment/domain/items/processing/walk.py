"""Every rule and every expression of a tree, one after the other."""

from collections.abc import Iterable

from assessment.domain.items.processing.forms import operands_of
from assessment.domain.items.processing.rules import (
    Expression,
    Fragment,
    LookupOutcomeValue,
    ResponseCondition,
    Rule,
    SetOutcomeValue,
)


def walk(rules: Iterable[Rule]) -> Iterable[Rule]:
    """Yield every rule, those inside others too, in the order of the document."""
    for rule in rules:
        yield rule
        match rule:
            case ResponseCondition():
                for branch in rule.branches:
                    yield from walk(branch.rules)
                yield from walk(rule.otherwise)
            case Fragment():
                yield from walk(rule.rules)
            case _:
                pass


def expressions(rules: Iterable[Rule]) -> Iterable[Expression]:
    """Yield every expression of the rules, those inside others too."""
    for rule in walk(rules):
        match rule:
            case SetOutcomeValue() | LookupOutcomeValue():
                yield from _inside(rule.value)
            case ResponseCondition():
                for branch in rule.branches:
                    yield from _inside(branch.test)
            case _:
                pass


def _inside(expression: Expression) -> Iterable[Expression]:
    yield expression
    for operand in operands_of(expression):
        yield from _inside(operand)
