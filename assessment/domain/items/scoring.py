"""What an answer is worth: QTI response processing with exact arithmetic.

The simple forms (match_correct, map_response, a comparison of numbers) are scored here; `processing` runs trees of
rules. Scoring reads the item's structure only, never its words. What a person marks is not scored here.
"""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.item import (
    Cardinality,
    HumanMarking,
    Item,
    MapResponse,
    MatchCorrect,
    NumericComparison,
    ResponseDeclaration,
    Scalar,
    ToleranceMode,
)
from assessment.domain.items.processing.evaluate import Outcomes, run_rules, start_of
from assessment.domain.items.processing.mapping import map_values, within_bounds
from assessment.domain.items.processing.numbers import Number
from assessment.domain.items.processing.rules import RuleProcessing
from assessment.domain.items.processing.values import Atom, Value, lexical, record, same, value_of
from assessment.domain.items.response import Response

__all__ = ["ItemScore", "Outcome", "equal_within", "map_values", "score", "within_bounds"]

Plain = Fraction | str
Outcome = Plain | tuple[Plain, ...] | MappingOf[str, Plain] | None
"""A number, a text in QTI's lexical form, a tuple for a container, names with values for a record, None for NULL."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemScore:
    """The outcomes of one answer, in marks; `answered` is False when there was no response at all.

    `approximate` names the outcomes that were computed from a number rounded to 34 digits.
    """

    score: Fraction
    max_score: Fraction
    outcomes: MappingOf[str, Outcome]
    answered: bool
    approximate: frozenset[str] = frozenset()


def score(item: Item, *responses: Response | None, seed: bytes = b"") -> ItemScore:
    """Score the responses to an item; a response variable that is not given, or None, is NULL.

    `seed` is what random numbers in the rules depend on. The marks of an item that a person marks are 0 here.
    Raises Invalid when a response belongs to a variable that the item does not declare, or comes twice.
    """
    given: dict[str, Response] = {}
    for response in responses:
        if response is None:
            continue
        if item.find_response(response.identifier) is None or response.identifier in given:
            raise Invalid(
                N_('Expected one response to %(expected)s, got one to "%(got)s".'),
                expected=", ".join(each.identifier for each in item.responses),
                got=response.identifier,
            )
        given[response.identifier] = response
    values = _outcomes(item, given, seed)
    marks = values.get(item.processing.outcome)
    number = marks.number if marks is not None else None
    return ItemScore(
        score=number.value if number is not None else Fraction(0),
        max_score=item.max_score,
        outcomes={name: _plain_value(value) for name, value in values.items()},
        answered=bool(given),
        approximate=frozenset(
            name for name, value in values.items() if value and any(not each.exact for each in value.numbers)
        ),
    )


def equal_within(comparison: NumericComparison, response: Decimal, reference: Decimal) -> bool:
    """Return whether `qti-equal` holds (QTI 3.0, Equal).

    Absolute: the second expression y lies in [x - t0, x + t1] of the first, x. Relative: y lies in
    [x (1 - t0/100), x (1 + t1/100)]. Each end belongs to the range unless it is excluded.
    """
    first, second = Fraction(reference), Fraction(response)
    if comparison.response_first:
        first, second = second, first
    lower, upper = comparison.lower_tolerance, comparison.upper_tolerance
    match comparison.mode:
        case ToleranceMode.EXACT:
            return first == second
        case ToleranceMode.ABSOLUTE:
            least, most = first - lower, first + upper
        case ToleranceMode.RELATIVE:
            least, most = first * (1 - lower / 100), first * (1 + upper / 100)
        case _:
            assert_never(comparison.mode)
    above = second >= least if comparison.include_lower else second > least
    below = second <= most if comparison.include_upper else second < most
    return above and below


def _outcomes(item: Item, given: MappingOf[str, Response], seed: bytes) -> Outcomes:
    processing = item.processing
    if isinstance(processing, RuleProcessing):
        values = {name: response.values for name, response in given.items()}
        return run_rules(processing, item.responses, item.outcomes, values, seed=seed)
    outcomes = {each.identifier: start_of(each) for each in item.outcomes}
    if not isinstance(processing, HumanMarking):
        declared = next((each for each in item.outcomes if each.identifier == processing.outcome), None)
        marks = Number(_marks(item, processing, given.get(processing.response)))
        outcomes[processing.outcome] = Value(
            Cardinality.SINGLE, declared.base_type if declared is not None else None, (marks,)
        )
    return outcomes


def _marks(
    item: Item, processing: MatchCorrect | MapResponse | NumericComparison, response: Response | None
) -> Fraction:
    declaration = _declared(item, processing.response)
    match processing:
        case MatchCorrect():
            # A comparison with NULL is NULL, which is not true (QTI 3.0, Match): blank takes the else branch.
            matched = response is not None and _matches(declaration, response.values)
            return processing.points if matched else processing.otherwise
        case MapResponse():
            if response is None or declaration.mapping is None:
                return Fraction(0)
            return map_values(declaration.mapping, response.values)
        case NumericComparison():
            reference = processing.reference
            if reference is None and declaration.correct:
                reference = _number(declaration.correct[0])
            answer = _number(response.values[0]) if response is not None else None
            if answer is None or reference is None or not equal_within(processing, answer, reference):
                return processing.otherwise
            return processing.points
        case _:
            assert_never(processing)


def _declared(item: Item, identifier: str) -> ResponseDeclaration:
    declaration = item.find_response(identifier)
    if declaration is None:
        raise Invalid(N_('Response processing reads "%(name)s", which is not declared.'), name=identifier)
    return declaration


def _matches(declaration: ResponseDeclaration, values: tuple[Scalar, ...]) -> bool:
    """Return whether values are the correct response: in its order unless the cardinality is multiple."""
    if declaration.cardinality is Cardinality.MULTIPLE:
        return sorted(map(_plain, values)) == sorted(map(_plain, declaration.correct))
    if declaration.cardinality is Cardinality.RECORD:
        typed = value_of(declaration, values)
        wanted = record({each.name: (each.base_type, each.value) for each in declaration.fields})
        return typed is not None and wanted is not None and same(typed, wanted)
    return values == declaration.correct


def _plain(value: Scalar) -> tuple[Decimal, str]:
    return (Decimal(0), value) if isinstance(value, str) else (value, "")


def _number(value: Scalar) -> Decimal | None:
    return None if isinstance(value, str) else value


def _plain_value(value: Value | None) -> Outcome:
    if value is None:
        return None
    atoms = tuple(map(_plain_atom, value.atoms))
    match value.cardinality:
        case Cardinality.SINGLE:
            return atoms[0]
        case Cardinality.RECORD:
            return dict(zip(value.names, atoms, strict=True))
        case _:
            return atoms


def _plain_atom(atom: Atom) -> Plain:
    return atom.value if isinstance(atom, Number) else lexical(atom)
