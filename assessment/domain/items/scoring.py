"""What an answer is worth: QTI response processing with exact arithmetic.

Follows QTI 3.0: the standard templates match_correct and map_response, Mapping, MapResponse, Match and
Equal. Scoring reads the item's structure only, never its words.
"""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.item import (
    Cardinality,
    ChoiceInteraction,
    Item,
    Mapping,
    MapResponse,
    MatchCorrect,
    NumericComparison,
    ResponseDeclaration,
    Scalar,
    ToleranceMode,
)
from assessment.domain.items.response import Response

Outcome = Fraction | str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemScore:
    """The outcomes of one answer, in marks; `answered` is False when there was no response at all."""

    score: Fraction
    max_score: Fraction
    outcomes: MappingOf[str, Outcome]
    answered: bool


def score(item: Item, *responses: Response | None) -> ItemScore:
    """Score the responses to an item; a response variable that is not given, or None, is NULL.

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
    outcomes: dict[str, Outcome] = {
        each.identifier: Fraction(0) if each.default is None and each.base_type.numeric else each.default
        for each in item.outcomes
    }
    marks = _process(item, given.get(item.processing.response))
    outcomes[item.processing.outcome] = marks
    return ItemScore(score=marks, max_score=item.max_score, outcomes=outcomes, answered=bool(given))


def best_score(item: Item) -> Fraction:
    """Return the most marks that any response to the item can reach.

    With a mapping: the best distinct choices, at most `max_choices` of them, within the bounds.
    """
    processing = item.processing
    match processing:
        case MatchCorrect() | NumericComparison():
            return max(processing.points, processing.otherwise)
        case MapResponse():
            return max(Fraction(0), _best_mapped(item, _declared(item, processing.response)))
        case _:
            assert_never(processing)


def map_values(mapping: Mapping, values: tuple[Scalar, ...]) -> Fraction:
    """Return what a mapping makes of a response that is not NULL.

    A value that occurs several times is counted once, a value without an entry is worth the default, and the
    sum is held within the bounds (QTI 3.0, MapResponse and Mapping). The specification writes bounds for
    containers; like the reference engines we hold a single value within them too.
    """
    worth = {entry.key: entry.value for entry in mapping.entries}
    total = sum((worth.get(key, mapping.default_value) for key in set(values)), Fraction(0))
    return within_bounds(mapping, total)


def within_bounds(mapping: Mapping, total: Fraction) -> Fraction:
    """Return marks held within a mapping's bounds."""
    if mapping.lower_bound is not None:
        total = max(total, mapping.lower_bound)
    if mapping.upper_bound is not None:
        total = min(total, mapping.upper_bound)
    return total


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


def _declared(item: Item, identifier: str) -> ResponseDeclaration:
    declaration = item.find_response(identifier)
    if declaration is None:
        raise Invalid(N_('Response processing reads "%(name)s", which is not declared.'), name=identifier)
    return declaration


def _process(item: Item, response: Response | None) -> Fraction:
    processing = item.processing
    declaration = _declared(item, processing.response)
    match processing:
        case MatchCorrect():
            # A comparison with NULL is NULL, which is not true (QTI 3.0, Match): blank takes the else branch.
            if response is not None and sorted(map(_plain, response.values)) == sorted(
                map(_plain, declaration.correct)
            ):
                return processing.points
            return processing.otherwise
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


def _plain(value: Scalar) -> tuple[Decimal, str]:
    return (Decimal(0), value) if isinstance(value, str) else (value, "")


def _number(value: Scalar) -> Decimal | None:
    return None if isinstance(value, str) else value


def _best_mapped(item: Item, declaration: ResponseDeclaration) -> Fraction:
    mapping = declaration.mapping
    if mapping is None:
        return Fraction(0)
    worth = {entry.key: entry.value for entry in mapping.entries}
    interaction = item.find_interaction(declaration.identifier)
    if not isinstance(interaction, ChoiceInteraction):
        return within_bounds(mapping, max(*worth.values(), mapping.default_value))
    marks = sorted(
        (worth.get(choice.identifier, mapping.default_value) for choice in interaction.choices), reverse=True
    )
    if declaration.cardinality is Cardinality.SINGLE:
        return within_bounds(mapping, marks[0])
    chosen = marks[: interaction.max_choices or len(marks)]
    return within_bounds(mapping, max(chosen[0], sum((each for each in chosen if each > 0), Fraction(0))))
