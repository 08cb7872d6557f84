"""Response processing in general: QTI 3.0 elements into a tree of rules.

What a tree cannot hold is refused with the element's name: operators that only a test has, custom operators with
their class, and rules that set what no item here has. `processing` tries the simple forms first.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.exact import MAX_LENGTH, finite_text
from assessment.domain.items.lexical import read_value
from assessment.domain.items.processing.check import MAX_DEPTH
from assessment.domain.items.processing.forms import FORMS, build
from assessment.domain.items.processing.rules import (
    BaseValue,
    Branch,
    Correct,
    Equal,
    ExitResponse,
    Expression,
    Fragment,
    LookupOutcomeValue,
    Mapped,
    MappedPoint,
    Operation,
    Operator,
    ResponseCondition,
    Rule,
    SetOutcomeValue,
    Variable,
)
from assessment.domain.items.qti.xml import Element, children, local, required, text_of, to_exact
from assessment.domain.items.variables import BaseType, ResponseDeclaration

_OF_TESTS = frozenset(
    f"qti-{name}"
    for name in (
        "test-variables",
        "outcome-maximum",
        "outcome-minimum",
        "number-correct",
        "number-incorrect",
        "number-presented",
        "number-responded",
        "number-selected",
    )
)


def read_rules(elements: Iterable[Element]) -> tuple[Rule, ...]:
    """Return the rules that elements write. Raises Invalid that names the element which is not understood."""
    return tuple(_rule(each, 1) for each in elements)


def mapped_points(response: str, outcome: str) -> tuple[Rule, ...]:
    """Return the rules of the standard template map_response_point."""
    return (_unless_null(response, outcome, MappedPoint(identifier=response)),)


def mapped(response: str, outcome: str) -> tuple[Rule, ...]:
    """Return the rules of the standard template map_response, for use beside others."""
    return (_unless_null(response, outcome, Mapped(identifier=response)),)


def each_alone(declaration: ResponseDeclaration, outcome: str) -> Rule:
    """Return the rule that adds what one response is worth on its own to the outcome."""
    variable = Variable(identifier=declaration.identifier)
    worth: Expression = BaseValue(base_type=BaseType.FLOAT, value=Decimal(1))
    test: Expression = Operation(
        operator=Operator.MATCH, operands=(variable, Correct(identifier=declaration.identifier))
    )
    if declaration.mapping or declaration.area_mapping:
        worth = (Mapped if declaration.mapping else MappedPoint)(identifier=declaration.identifier)
        given = Operation(operator=Operator.IS_NULL, operands=(variable,))
        test = Operation(operator=Operator.NOT, operands=(given,))
    added = Operation(operator=Operator.SUM, operands=(Variable(identifier=outcome), worth))
    return ResponseCondition(branches=(Branch(test=test, rules=(SetOutcomeValue(identifier=outcome, value=added),)),))


def maximum_when_correct(*, said: bool) -> Rule:
    """Return the rule of the Common Cartridge template that gives MAXSCORE, and says so in FEEDBACKBASIC."""
    matched = (Variable(identifier="RESPONSE"), Correct(identifier="RESPONSE"))
    given = SetOutcomeValue(identifier="SCORE", value=Variable(identifier="MAXSCORE"))
    return ResponseCondition(
        branches=(
            Branch(
                test=Operation(operator=Operator.MATCH, operands=matched),
                rules=(given, _said("FEEDBACKBASIC", "correct")) if said else (given,),
            ),
        ),
        otherwise=(_said("FEEDBACKBASIC", "incorrect"),) if said else (),
    )


def feedback_at_maximum(feedback: str) -> Rule:
    """Return the rule of the Common Cartridge template that says "correct" when SCORE is MAXSCORE."""
    marks = (Variable(identifier="MAXSCORE"), Variable(identifier="SCORE"))
    return ResponseCondition(
        branches=(Branch(test=Equal(operands=marks), rules=(_said(feedback, "correct"),)),),
        otherwise=(_said(feedback, "incorrect"),),
    )


def _said(outcome: str, word: str) -> Rule:
    return SetOutcomeValue(identifier=outcome, value=BaseValue(base_type=BaseType.IDENTIFIER, value=word))


def _unless_null(response: str, outcome: str, expression: Expression) -> Rule:
    nothing = BaseValue(base_type=BaseType.FLOAT, value=Decimal(0))
    return ResponseCondition(
        branches=(
            Branch(
                test=Operation(operator=Operator.IS_NULL, operands=(Variable(identifier=response),)),
                rules=(SetOutcomeValue(identifier=outcome, value=nothing),),
            ),
        ),
        otherwise=(SetOutcomeValue(identifier=outcome, value=expression),),
    )


def _rule(element: Element, depth: int) -> Rule:
    _check_depth(depth)
    match local(element):
        case "qti-set-outcome-value":
            return SetOutcomeValue(identifier=required(element, "identifier"), value=_one(element, depth))
        case "qti-lookup-outcome-value":
            return LookupOutcomeValue(identifier=required(element, "identifier"), value=_one(element, depth))
        case "qti-exit-response":
            return ExitResponse()
        case "qti-response-processing-fragment":
            return Fragment(rules=_rules(children(element), depth + 1))
        case "qti-response-condition":
            return _condition(element, depth)
        case name:
            raise _unknown(name)


def _rules(elements: Iterable[Element], depth: int) -> tuple[Rule, ...]:
    return tuple(_rule(each, depth) for each in elements)


def _condition(element: Element, depth: int) -> ResponseCondition:
    branches: list[Branch] = []
    otherwise: tuple[Rule, ...] | None = None
    for part in children(element):
        expected = "qti-response-if" if not branches else "qti-response-else-if"
        if local(part) == "qti-response-else" and branches and otherwise is None:
            otherwise = _rules(children(part), depth + 1)
        elif local(part) == expected and otherwise is None:
            inside = children(part)
            if not inside:
                raise Invalid(N_("Expected a test in %(element)s, found none."), element=local(part))
            branches.append(Branch(test=_expression(inside[0], depth + 1), rules=_rules(inside[1:], depth + 1)))
        else:
            raise Invalid(N_("The element %(element)s stands in a wrong place."), element=local(part))
    if not branches:
        raise Invalid(N_("Expected the element %(element)s, which is missing."), element="qti-response-if")
    return ResponseCondition(branches=tuple(branches), otherwise=otherwise or ())


def _one(element: Element, depth: int) -> Expression:
    inside = children(element)
    if len(inside) != 1:
        raise Invalid(
            N_("Expected %(expected)s operands in %(element)s, got %(got)s."),
            expected=1,
            element=local(element),
            got=len(inside),
        )
    return _expression(inside[0], depth + 1)


def _expression(element: Element, depth: int) -> Expression:
    _check_depth(depth)
    name = local(element)
    if name == "qti-base-value":
        return _base_value(element)
    form = FORMS.get(name.removeprefix("qti-")) if name.startswith("qti-") else None
    if form is None:
        raise _refused(element)
    operands = tuple(_expression(each, depth + 1) for each in children(element))
    return build(form, operands, {str(key): str(value) for key, value in element.attrib.items()})


def _base_value(element: Element) -> BaseValue:
    written = required(element, "base-type")
    if written not in list(BaseType):
        raise Invalid(
            N_('Expected one of %(expected)s in %(name)s of %(element)s, got "%(got)s".'),
            expected=", ".join(BaseType),
            name="base-type",
            element=local(element),
            got=written[:80],
        )
    base_type, text = BaseType(written), text_of(element)
    if base_type.decimal:
        return BaseValue(base_type=base_type, value=_number(element, text))
    value = read_value(base_type, text)
    if value is None:
        raise Invalid(
            N_('Expected a value of base-type %(type)s in %(element)s, got "%(got)s".'),
            type=base_type.value,
            element=local(element),
            got=text[:80],
        )
    return BaseValue(base_type=base_type, value=value)


def _number(element: Element, text: str) -> Decimal:
    written = finite_text(Fraction(to_exact(element, local(element), text))) or "0"
    if len(written) > MAX_LENGTH:
        raise Invalid(
            N_('Expected a number in %(name)s of %(element)s, got "%(got)s".'),
            name=local(element),
            element=local(element),
            got=text[:80],
        )
    return Decimal(written)


def _refused(element: Element) -> Invalid:
    name = local(element)
    if name == "qti-custom-operator":
        named = element.get("class", "").strip() or element.get("definition", "").strip() or "?"
        return Invalid(N_('The custom operator "%(name)s" is not known here.'), name=named[:200])
    if name in _OF_TESTS:
        return Invalid(N_("%(element)s counts over a test, which an item cannot do."), element=name)
    return _unknown(name)


def _unknown(name: str) -> Invalid:
    return Invalid(N_("Response processing holds %(element)s, which is not known here."), element=name[:80])


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Invalid(N_("Expected elements at most %(max)s deep."), max=MAX_DEPTH)
