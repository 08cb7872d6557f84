"""A tree of rules as QTI 3.0 XML: what `rules_read` reads back."""

from collections.abc import Iterable
from typing import assert_never
from xml.sax.saxutils import escape, quoteattr

from assessment.domain.items.processing.forms import attribute_values, form_of, operands_of
from assessment.domain.items.processing.rules import (
    BaseValue,
    ExitResponse,
    Expression,
    Fragment,
    LookupOutcomeValue,
    ResponseCondition,
    Rule,
    RuleProcessing,
    SetOutcomeValue,
)


def rules_xml(processing: RuleProcessing) -> str:
    """Return the `qti-response-processing` element of a tree of rules."""
    return f"<qti-response-processing>{_rules(processing.rules)}</qti-response-processing>"


def _rules(rules: Iterable[Rule]) -> str:
    return "".join(map(_rule, rules))


def _rule(rule: Rule) -> str:
    match rule:
        case SetOutcomeValue():
            return _assignment("qti-set-outcome-value", rule)
        case LookupOutcomeValue():
            return _assignment("qti-lookup-outcome-value", rule)
        case ExitResponse():
            return "<qti-exit-response/>"
        case Fragment():
            return f"<qti-response-processing-fragment>{_rules(rule.rules)}</qti-response-processing-fragment>"
        case ResponseCondition():
            parts = [
                f"<{name}>{_expression(branch.test)}{_rules(branch.rules)}</{name}>"
                for number, branch in enumerate(rule.branches)
                for name in ["qti-response-else-if" if number else "qti-response-if"]
            ]
            if rule.otherwise:
                parts.append(f"<qti-response-else>{_rules(rule.otherwise)}</qti-response-else>")
            return f"<qti-response-condition>{''.join(parts)}</qti-response-condition>"
        case _:
            assert_never(rule)


def _assignment(name: str, rule: SetOutcomeValue | LookupOutcomeValue) -> str:
    return f"<{name} identifier={quoteattr(rule.identifier)}>{_expression(rule.value)}</{name}>"


def _expression(expression: Expression) -> str:
    if isinstance(expression, BaseValue):
        value = escape(str(expression.value))
        return f'<qti-base-value base-type="{expression.base_type}">{value}</qti-base-value>'
    name = f"qti-{form_of(expression).element}"
    attributes = "".join(f" {key}={quoteattr(text)}" for key, text in attribute_values(expression))
    inside = "".join(map(_expression, operands_of(expression)))
    return f"<{name}{attributes}>{inside}</{name}>" if inside else f"<{name}{attributes}/>"
