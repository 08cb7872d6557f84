"""A tree of rules as JSON for storing, format version 1: texts of QTI, element names without their prefix.

Numbers travel as text; what is at its default is left out. Readers of old versions are never removed (rule 19).
"""

from decimal import Decimal
from typing import Any, assert_never

from assessment.domain.errors import Invalid
from assessment.domain.items.exact import canonical, read_decimal
from assessment.domain.items.processing.check import MAX_DEPTH
from assessment.domain.items.processing.forms import FORMS, attribute_values, build, form_of, operands_of
from assessment.domain.items.processing.rules import (
    BaseValue,
    Branch,
    ExitResponse,
    Expression,
    Fragment,
    LookupOutcomeValue,
    ResponseCondition,
    Rule,
    RuleProcessing,
    SetOutcomeValue,
)
from assessment.domain.items.variables import BaseType

VERSION = 1


def rules_to_json(processing: RuleProcessing) -> dict[str, Any]:
    """Return response processing as JSON values; equal trees give equal values."""
    return {
        "type": "rules",
        "v": VERSION,
        "outcome": processing.outcome,
        "rules": [_rule_to_json(rule) for rule in processing.rules],
    }


def rules_from_json(value: Any) -> RuleProcessing:
    """Read what `rules_to_json` wrote. Raises ValueError, KeyError or TypeError for another shape or version."""
    if value["v"] != VERSION:
        raise ValueError(f"format {value['v']!r}")
    return RuleProcessing(
        outcome=_text(value["outcome"]), rules=tuple(_rule_from_json(each, 1) for each in value["rules"])
    )


def _rule_to_json(rule: Rule) -> dict[str, Any]:
    match rule:
        case SetOutcomeValue():
            return {"set": rule.identifier, "to": _expression_to_json(rule.value)}
        case LookupOutcomeValue():
            return {"look-up": rule.identifier, "to": _expression_to_json(rule.value)}
        case ExitResponse():
            return {"exit": True}
        case ResponseCondition():
            written: dict[str, Any] = {
                "if": [
                    {"test": _expression_to_json(each.test), "rules": [_rule_to_json(one) for one in each.rules]}
                    for each in rule.branches
                ]
            }
            return written | ({"else": [_rule_to_json(each) for each in rule.otherwise]} if rule.otherwise else {})
        case Fragment():
            return {"rules": [_rule_to_json(each) for each in rule.rules]}
        case _:
            assert_never(rule)


def _rule_from_json(value: Any, depth: int) -> Rule:
    _check_depth(depth)
    match value:
        case {"set": identifier, "to": expression}:
            return SetOutcomeValue(identifier=_text(identifier), value=_expression_from_json(expression, depth + 1))
        case {"look-up": identifier, "to": expression}:
            return LookupOutcomeValue(identifier=_text(identifier), value=_expression_from_json(expression, depth + 1))
        case {"exit": True}:
            return ExitResponse()
        case {"if": branches}:
            return ResponseCondition(
                branches=tuple(
                    Branch(
                        test=_expression_from_json(each["test"], depth + 1),
                        rules=tuple(_rule_from_json(one, depth + 1) for one in each["rules"]),
                    )
                    for each in branches
                ),
                otherwise=tuple(_rule_from_json(each, depth + 1) for each in value.get("else", ())),
            )
        case {"rules": rules}:
            return Fragment(rules=tuple(_rule_from_json(each, depth + 1) for each in rules))
        case _:
            raise ValueError(f"rule {str(value)[:80]!r}")


def _expression_to_json(expression: Expression) -> dict[str, Any]:
    if isinstance(expression, BaseValue):
        return {"op": "base-value", "base-type": expression.base_type.value, "value": str(expression.value)}
    written: dict[str, Any] = {"op": form_of(expression).element, **dict(attribute_values(expression))}
    operands = [_expression_to_json(each) for each in operands_of(expression)]
    return written | ({"of": operands} if operands else {})


def _expression_from_json(value: Any, depth: int) -> Expression:
    _check_depth(depth)
    name = _text(value["op"])
    if name == "base-value":
        base_type = BaseType(value["base-type"])
        text = _text(value["value"])
        return BaseValue(base_type=base_type, value=_number(text) if base_type.decimal else text)
    operands = tuple(_expression_from_json(each, depth + 1) for each in value.get("of", ()))
    given = {key: _text(text) for key, text in value.items() if key not in ("op", "of")}
    try:
        return build(FORMS[name], operands, given)
    except Invalid as error:
        raise ValueError(str(error)) from error


def _number(text: str) -> Decimal:
    found = read_decimal(text)
    if found is None:
        raise ValueError(f"{text!r} is not a number")
    return canonical(found)


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError("too deep")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value
