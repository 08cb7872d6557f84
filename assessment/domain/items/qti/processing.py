"""Response processing as QTI 3.0 writes it, read into one of our closed forms.

The standard templates are known by their addresses, and by the inline rules that say the same. Everything
else is custom response processing and is refused, naming the element that is not understood: a rule that is
half understood would give wrong marks.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.exact import finite_text
from assessment.domain.items.item import (
    MapResponse,
    MatchCorrect,
    NumericComparison,
    OutcomeDeclaration,
    Processing,
    ResponseDeclaration,
    ToleranceMode,
)
from assessment.domain.items.qti.xml import Element, children, flag, local, required, text_of, to_exact
from assessment.domain.items.scoring import within_bounds

_TEMPLATE = re.compile(
    r"https?://(?:www\.|purl\.)?imsglobal\.org/.*/rptemplates/(match_correct|map_response)(?:\.xml)?"
)


def read_processing(
    element: Element,
    responses: Mapping[str, ResponseDeclaration],
    outcomes: Mapping[str, OutcomeDeclaration],
) -> Processing:
    """Return the processing that a `qti-response-processing` element stands for.

    Inline rules win over a template address beside them (QTI 3.0, ResponseProcessing). Raises Invalid for
    custom processing.
    """
    rules = children(element)
    if not rules:
        return _template(required(element, "template"))
    if len(rules) > 1:
        raise _custom(rules[1])
    return _rule(rules[0], responses, outcomes)


def _template(address: str) -> Processing:
    known = _TEMPLATE.fullmatch(address)
    if known is None:
        raise Invalid(N_("The response processing template %(got)s is not supported."), got=address[:200])
    return MatchCorrect() if known[1] == "match_correct" else MapResponse()


def _custom(element: Element) -> Invalid:
    return Invalid(N_("Custom response processing is not supported: %(element)s."), element=local(element))


def _rule(
    rule: Element,
    responses: Mapping[str, ResponseDeclaration],
    outcomes: Mapping[str, OutcomeDeclaration],
) -> Processing:
    if local(rule) == "qti-set-outcome-value":
        return _mapped(rule, responses, blank=None)
    if local(rule) != "qti-response-condition":
        raise _custom(rule)
    branches = children(rule)
    blank: tuple[str, Fraction] | None = None
    if branches and local(branches[0]) == "qti-response-if" and _is_null(branches[0], responses):
        blank = _assignment(branches[0], outcomes)
        branches = branches[1:]
        if len(branches) == 1 and local(branches[0]) == "qti-response-else":
            return _mapped(_only_rule(branches[0]), responses, blank=blank)
    if not branches or local(branches[0]) not in ("qti-response-if", "qti-response-else-if"):
        raise _custom(rule)
    condition, *rest = branches
    comparison = _comparison(children(condition)[0], responses) if len(condition) else None
    if comparison is None or len(rest) > 1 or (rest and local(rest[0]) != "qti-response-else"):
        raise _custom(rest[1] if len(rest) > 1 else condition)
    outcome, points = _assignment(condition, outcomes)
    start = _start(outcomes, outcome)
    other, otherwise = _assignment(rest[0], outcomes) if rest else (outcome, start)
    if other != outcome or (blank is not None and blank != (outcome, otherwise)):
        raise _custom(rule)
    return replace(comparison, outcome=outcome, points=points, otherwise=otherwise)


def _start(outcomes: Mapping[str, OutcomeDeclaration], identifier: str) -> Fraction:
    outcome = outcomes.get(identifier)
    return outcome.default if outcome is not None and isinstance(outcome.default, Fraction) else Fraction(0)


def _is_null(branch: Element, responses: Mapping[str, ResponseDeclaration]) -> bool:
    test = children(branch)[:1]
    if not test or local(test[0]) != "qti-is-null":
        return False
    return _variable(children(test[0]), responses) is not None


def _variable(expressions: list[Element], responses: Mapping[str, ResponseDeclaration]) -> str | None:
    if len(expressions) != 1 or local(expressions[0]) != "qti-variable":
        return None
    identifier = required(expressions[0], "identifier")
    return identifier if identifier in responses else None


def _only_rule(branch: Element) -> Element:
    rules = [child for child in branch if local(child) == "qti-set-outcome-value"]
    others = [child for child in branch if local(child) != "qti-set-outcome-value"]
    expected_others = 0 if local(branch) == "qti-response-else" else 1
    if len(rules) != 1 or len(others) != expected_others:
        raise _custom(rules[1] if len(rules) > 1 else others[-1] if others else branch)
    return rules[0]


def _assignment(branch: Element, outcomes: Mapping[str, OutcomeDeclaration]) -> tuple[str, Fraction]:
    """Return the outcome that a branch sets and the constant it sets it to."""
    rule = _only_rule(branch)
    outcome = required(rule, "identifier")
    expressions = children(rule)
    if len(expressions) != 1:
        raise _custom(rule)
    expression = expressions[0]
    if local(expression) == "qti-base-value":
        return outcome, to_exact(expression, "qti-base-value", text_of(expression))
    if local(expression) == "qti-sum":
        # SCORE = SCORE + constant, as several editors write it; with one rule it is start + constant.
        total = Fraction(0)
        for part in children(expression):
            if local(part) == "qti-variable" and required(part, "identifier") == outcome:
                total += _start(outcomes, outcome)
            elif local(part) == "qti-base-value":
                total += to_exact(part, "qti-base-value", text_of(part))
            else:
                raise _custom(part)
        return outcome, total
    raise _custom(expression)


def _mapped(
    rule: Element, responses: Mapping[str, ResponseDeclaration], *, blank: tuple[str, Fraction] | None
) -> MapResponse:
    """Read `SCORE = mapResponse(RESPONSE)`.

    Without a branch for no response the specification leaves open what a blank answer is worth; that form is
    accepted where every reading gives 0.
    """
    expressions = children(rule)
    if len(expressions) != 1 or local(expressions[0]) != "qti-map-response":
        raise _custom(expressions[0] if expressions else rule)
    outcome, response = required(rule, "identifier"), required(expressions[0], "identifier")
    declaration = responses.get(response)
    mapping = declaration.mapping if declaration is not None else None
    if blank is not None:
        if blank != (outcome, Fraction(0)):
            raise _custom(rule)
    elif mapping is not None and (within_bounds(mapping, Fraction(0)) or within_bounds(mapping, mapping.default_value)):
        raise Invalid(N_("qti-map-response needs a qti-is-null branch: without it no answer may be worth something."))
    return MapResponse(response=response, outcome=outcome)


def _comparison(expression: Element, responses: Mapping[str, ResponseDeclaration]) -> MatchCorrect | NumericComparison:
    name = local(expression)
    if name not in ("qti-match", "qti-equal"):
        raise _custom(expression)
    first, second = _two(expression)
    response_first = local(first) == "qti-variable"
    variable, other = (first, second) if response_first else (second, first)
    response = _variable([variable], responses)
    if response is None:
        raise _custom(variable)
    reference: Decimal | None = None
    if local(other) == "qti-base-value" and responses[response].base_type.numeric:
        reference = Decimal(finite_text(to_exact(other, "qti-base-value", text_of(other))) or "0")
    elif local(other) != "qti-correct" or required(other, "identifier") != response:
        raise _custom(other)
    if name == "qti-match" and reference is None:
        return MatchCorrect(response=response)
    if not responses[response].base_type.numeric:
        raise _custom(expression)
    comparison = NumericComparison(response=response, response_first=response_first, reference=reference)
    return comparison if name == "qti-match" else _tolerance(expression, comparison)


def _two(expression: Element) -> tuple[Element, Element]:
    operands = children(expression)
    if len(operands) != 2:
        raise _custom(expression)
    return operands[0], operands[1]


def _tolerance(expression: Element, comparison: NumericComparison) -> NumericComparison:
    try:
        mode = ToleranceMode(expression.get("tolerance-mode", "exact").strip())
    except ValueError as error:
        raise _custom(expression) from error
    if mode is ToleranceMode.EXACT:
        return comparison
    parts = required(expression, "tolerance").split()
    if len(parts) > 2:
        raise Invalid(N_("Expected one or two tolerances, got %(got)s."), got=len(parts))
    lower, upper = (to_exact(expression, "tolerance", part) for part in (parts[0], parts[-1]))
    return replace(
        comparison,
        mode=mode,
        lower_tolerance=lower,
        upper_tolerance=upper,
        include_lower=flag(expression, "include-lower-bound", default=True),
        include_upper=flag(expression, "include-upper-bound", default=True),
    )
