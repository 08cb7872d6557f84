"""Response processing as QTI 3.0 writes it: the simple forms where rules say no more, else a tree of rules.

The standard templates of 2.0 to 3.0 are known by their addresses, and by the inline rules that say the same. What
neither form can hold is refused, naming the element that is not understood: a rule that is half understood would
give wrong marks.
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
from assessment.domain.items.processing.mapping import within_bounds
from assessment.domain.items.processing.rules import (
    LookupOutcomeValue,
    Mapped,
    PatternMatch,
    Rule,
    RuleProcessing,
    SetOutcomeValue,
)
from assessment.domain.items.processing.walk import expressions, walk
from assessment.domain.items.qti.reason import Reasons
from assessment.domain.items.qti.rules_read import (
    each_alone,
    feedback_at_maximum,
    mapped,
    mapped_points,
    maximum_when_correct,
    read_rules,
)
from assessment.domain.items.qti.xml import Element, children, flag, local, required, text_of, to_exact

_TEMPLATE = re.compile(
    r"https?://(?:www\.|purl\.)?(?:imsglobal|1edtech)\.org/.*/rptemplates/"
    r"(match_correct|map_response|map_response_point|CC2_match|CC2_match_basic|CC2_map_response)(?:\.xml)?"
)
_FEEDBACK = "FEEDBACK"


class _NotSimple(Exception):
    """The rules say more than a simple form can."""


def read_processing(
    element: Element,
    responses: Mapping[str, ResponseDeclaration],
    outcomes: Mapping[str, OutcomeDeclaration],
    reasons: Reasons | None = None,
) -> Processing:
    """Return the processing that a `qti-response-processing` element stands for.

    Inline rules win over a template address beside them (QTI 3.0, ResponseProcessing). What is unusual but clear is
    noted in `reasons`. Raises Invalid for rules that are not understood.
    """
    rules = children(element)
    if not rules:
        return _with_a_key(_template(required(element, "template"), outcomes), responses, reasons or Reasons())
    try:
        if len(rules) == 1:
            return _rule(rules[0], responses, outcomes)
    except (_NotSimple, Invalid):
        # The reader of rules below understands it, or refuses it by name.
        pass
    processing = _processing(read_rules(rules), outcomes)
    if reasons is not None:
        _note(processing, responses, outcomes, reasons)
    return processing


def implied_processing(
    responses: Mapping[str, ResponseDeclaration], outcomes: Mapping[str, OutcomeDeclaration], reasons: Reasons
) -> Processing | None:
    """Return what marks an item that says no rules, and say so; None when it declares nothing to mark by.

    Each response is worth what its mapping or its areas say, else one mark when it is the correct one.
    """
    judged = [each for each in responses.values() if each.correct or each.mapping or each.area_mapping]
    if not judged or ("SCORE" not in outcomes and outcomes):
        return None
    reasons.lost(
        N_(
            "The file has no response processing; each response is worth what its mapping says, or 1 when it is the"
            " correct one."
        )
    )
    if len(judged) == len(responses) == 1:
        only = judged[0]
        if only.correct and not only.mapping and not only.area_mapping:
            return MatchCorrect(response=only.identifier)
        if only.mapping:
            return MapResponse(response=only.identifier)
    return RuleProcessing(rules=tuple(each_alone(one, "SCORE") for one in judged))


def _template(address: str, outcomes: Mapping[str, OutcomeDeclaration]) -> Processing:
    known = _TEMPLATE.fullmatch(address)
    if known is None:
        raise Invalid(N_("The response processing template %(got)s is not supported."), got=address[:200])
    match known[1]:
        case "CC2_match_basic" if "MAXSCORE" in outcomes:
            return RuleProcessing(rules=(maximum_when_correct(said="FEEDBACKBASIC" in outcomes),))
        case "match_correct" | "CC2_match" | "CC2_match_basic":
            return MatchCorrect()
        case "map_response_point":
            return RuleProcessing(rules=mapped_points("RESPONSE", "SCORE"))
        case "CC2_map_response" if _FEEDBACK in outcomes and "MAXSCORE" in outcomes:
            return RuleProcessing(rules=(*mapped("RESPONSE", "SCORE"), feedback_at_maximum(_FEEDBACK)))
        case _:
            return MapResponse()


def _with_a_key(processing: Processing, responses: Mapping[str, ResponseDeclaration], reasons: Reasons) -> Processing:
    """Return the processing, or match_correct for a template of a mapping that the item does not declare."""
    declared = responses.get("RESPONSE")
    if not isinstance(processing, MapResponse) or declared is None or declared.mapping or not declared.correct:
        return processing
    reasons.lost(N_("The template map_response needs a mapping, which is missing; the correct response is worth 1."))
    return MatchCorrect()


def _processing(rules: tuple[Rule, ...], outcomes: Mapping[str, OutcomeDeclaration]) -> RuleProcessing:
    """Return the rules with the outcome that holds the marks: SCORE, or the only number that they set."""
    written = {each.identifier for each in walk(rules) if isinstance(each, SetOutcomeValue | LookupOutcomeValue)}
    numbers = [name for name, each in outcomes.items() if name in written and each.base_type.numeric]
    alone = len(numbers) == 1 and "SCORE" not in outcomes and "SCORE" not in written
    return RuleProcessing(rules=rules, outcome=numbers[0] if alone else "SCORE")


def _note(
    processing: RuleProcessing,
    responses: Mapping[str, ResponseDeclaration],
    outcomes: Mapping[str, OutcomeDeclaration],
    reasons: Reasons,
) -> None:
    written = {
        each.identifier for each in walk(processing.rules) if isinstance(each, SetOutcomeValue | LookupOutcomeValue)
    }
    marks = outcomes.get(processing.outcome)
    if processing.outcome not in written and (marks is None or marks.external_scored is None):
        reasons.lost(N_("Response processing gives no marks; every response is worth what SCORE starts with."))
    for each in expressions(processing.rules):
        mapping = (
            responses[each.identifier].mapping if isinstance(each, Mapped) and each.identifier in responses else None
        )
        if mapping and (within_bounds(mapping, Fraction(0)) or within_bounds(mapping, mapping.default_value)):
            reasons.note(
                N_("qti-map-response is worth 0 where there is no response; its bounds and default do not apply.")
            )
        if isinstance(each, PatternMatch) and (each.pattern.startswith("^") or each.pattern.endswith("$")):
            reasons.note(N_("A pattern covers the whole text; ^ and $ at its ends are read as that."))


def _custom(element: Element) -> _NotSimple:
    return _NotSimple(local(element))


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
        raise _custom(rule)
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
