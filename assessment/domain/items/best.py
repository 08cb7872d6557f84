"""The best response to an item and what it is worth: what is declared, what mappings and rules prefer.

The best score is exact when it can be proved: by trying every response of a small item, or because a response is
known that reaches what the rules can give at most (`processing/bounds`). Otherwise the item itself must say its
maximum. Searching is bounded; the same item always gives the same answer.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.best_mapped import Values, best_mapped, best_points, choices_of, in_order, is_legal
from assessment.domain.items.interactions import OrderInteraction
from assessment.domain.items.item import (
    HumanMarking,
    Item,
    MapResponse,
    MatchCorrect,
    NumericComparison,
    RecordField,
    ResponseDeclaration,
)
from assessment.domain.items.processing.bounds import Interval, outcome_bounds
from assessment.domain.items.processing.check import MAX_REPEATS
from assessment.domain.items.processing.mapping import map_points, map_values, points_of
from assessment.domain.items.processing.rules import BaseValue, Operation, Operator, Repeat, RuleProcessing
from assessment.domain.items.processing.values import atom_of
from assessment.domain.items.processing.walk import expressions
from assessment.domain.items.response import Response
from assessment.domain.items.scoring import score
from assessment.domain.items.variables import BaseType, Cardinality, Scalar

MAX_TRIALS = 600

_MAX_WORK = 150_000
_FEWEST_TRIALS = 4
_SMALL = 512
_FEW = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Best:
    """The best responses that were found by variable, their marks, and whether nothing can be better."""

    responses: Mapping[str, Values]
    marks: Fraction
    exact: bool


def best_score(item: Item) -> Fraction:
    """Return the most marks that any response to the item can reach.

    Where that cannot be proved it is what the item states (the normal maximum of the outcome, or MAXSCORE), and at
    least what was found. Raises Invalid when it can neither be proved nor is stated.
    """
    processing = item.processing
    match processing:
        case MatchCorrect() | NumericComparison():
            return max(processing.points, processing.otherwise)
        case HumanMarking():
            return stated_maximum(item) or item.max_score
        case MapResponse() | RuleProcessing():
            best = best_response(item)
            if best.exact:
                return best.marks
            stated = stated_maximum(item)
            if stated is None:
                if item.max_score > 0:
                    return max(item.max_score, best.marks)
                raise Invalid(
                    N_("The best score cannot be worked out from the rules; the item must state it as normal-maximum.")
                )
            return max(stated, best.marks)
        case _:
            assert_never(processing)


def stated_maximum(item: Item) -> Fraction | None:
    """Return the maximum that an item states: MAXSCORE's default, else the normal maximum of the outcome."""
    maximum = item.find_outcome("MAXSCORE")
    if maximum is not None and isinstance(maximum.default, Fraction):
        return maximum.default
    outcome = item.find_outcome(item.processing.outcome)
    return outcome.normal_maximum if outcome is not None else None


def correct_values(item: Item, declaration: ResponseDeclaration) -> Values:
    """Return the correct response to a variable: what is declared, else what is worth most; empty for neither."""
    if declaration.correct:
        return declaration.correct
    if declaration.fields:
        return _typed(declaration.fields)
    if declaration.mapping is not None:
        return best_mapped(item, declaration)[0]
    if declaration.area_mapping is not None:
        return best_points(item, declaration)[0]
    processing = item.processing
    if isinstance(processing, NumericComparison) and processing.response == declaration.identifier:
        return () if processing.reference is None else (processing.reference,)
    return ()


@lru_cache(maxsize=1024)
def best_response(item: Item) -> Best:
    """Return the best responses to an item that a bounded search finds."""
    if not isinstance(item.processing, RuleProcessing):
        responses = {each.identifier: correct_values(item, each) for each in item.responses}
        marks = _score(item, responses)
        exact = True
        if isinstance(item.processing, MapResponse):
            declared = item.find_response(item.processing.response)
            values, exact = best_mapped(item, declared) if declared is not None else ((), True)
            responses[item.processing.response] = values
            marks = max(Fraction(0), _score(item, responses))
        return Best(responses=responses, marks=marks, exact=exact)
    spaces = {each.identifier: _space(item, each) for each in item.responses}
    trials = _trials(item.processing)
    size = 1
    for space in spaces.values():
        size *= len(space) if space is not None else _SMALL + 1
    if size <= min(_SMALL, trials):
        return _tried_all(item, {name: space or [()] for name, space in spaces.items()})
    found = _climbed(item, spaces, trials)
    high = outcome_bounds(item.processing, item.responses, item.outcomes, _mapped_bounds(item)).high
    return Best(
        responses=found.responses, marks=found.marks, exact=high is not None and found.marks >= max(high, Fraction(0))
    )


def _tried_all(item: Item, spaces: Mapping[str, list[Values]]) -> Best:
    names = list(spaces)
    best: Best | None = None
    for combination in itertools.product(*spaces.values()):
        responses = dict(zip(names, combination, strict=True))
        marks = _score(item, responses)
        if best is None or marks > best.marks:
            best = Best(responses=responses, marks=marks, exact=True)
    return best or Best(responses={}, marks=_score(item, {}), exact=True)


def _trials(processing: RuleProcessing) -> int:
    """Return how many responses may be tried: fewer for a large tree, so that no item takes long to read."""
    nodes, repeats = 1, 1
    for each in expressions(processing.rules):
        nodes += 1
        if isinstance(each, Repeat):
            repeats = MAX_REPEATS
    return max(_FEWEST_TRIALS, min(MAX_TRIALS, _MAX_WORK // (nodes * repeats)))


def _climbed(item: Item, spaces: Mapping[str, list[Values] | None], most: int) -> Best:
    """Start from the declared responses, change one variable at a time, and keep what is better."""
    responses = {each.identifier: correct_values(item, each) for each in item.responses}
    marks, trials = _score(item, responses), 0
    for _ in range(2):
        before = marks
        for declaration in item.responses:
            for values in _candidates(item, declaration, spaces[declaration.identifier]):
                if trials >= most:
                    break
                trials += 1
                changed = {**responses, declaration.identifier: values}
                found = _score(item, changed)
                if found > marks:
                    responses, marks = changed, found
        if marks == before:
            break
    return Best(responses=responses, marks=marks, exact=False)


def _candidates(item: Item, declaration: ResponseDeclaration, space: list[Values] | None) -> Iterator[Values]:
    yield ()
    if declaration.mapping is not None:
        yield best_mapped(item, declaration)[0]
    if declaration.area_mapping is not None:
        yield best_points(item, declaration)[0]
    if space is not None:
        yield from space
        return
    constants = _constants(item, declaration)
    for value in constants:
        if is_legal(item, declaration, (value,)):
            yield (value,)
    if declaration.cardinality in (Cardinality.MULTIPLE, Cardinality.ORDERED):
        for values in (*_containers(item), tuple(constants)):
            if is_legal(item, declaration, values):
                yield in_order(declaration, values)


def _containers(item: Item) -> Iterator[Values]:
    """Yield the containers of constants that rules compare with."""
    for each in expressions(item.processing.rules) if isinstance(item.processing, RuleProcessing) else ():
        if isinstance(each, Operation) and each.operator in (Operator.MULTIPLE, Operator.ORDERED):
            yield tuple(one.value for one in each.operands if isinstance(one, BaseValue))


def _constants(item: Item, declaration: ResponseDeclaration) -> list[Scalar]:
    """Return what rules compare with that this variable could hold; beside a number also its neighbours."""
    if not isinstance(item.processing, RuleProcessing):
        return []
    found: dict[Scalar, None] = {}
    for each in expressions(item.processing.rules):
        if not isinstance(each, BaseValue):
            continue
        numeric = isinstance(each.value, Decimal)
        if declaration.base_type.decimal and isinstance(each.value, Decimal):
            found |= dict.fromkeys((each.value, each.value + 1, each.value - 1))
        elif not declaration.base_type.decimal and not numeric and each.value:
            found[each.value] = None
        elif declaration.cardinality is Cardinality.RECORD or declaration.base_type is BaseType.STRING:
            found[str(each.value)] = None
    if declaration.base_type is BaseType.STRING:
        # Some rules compare with texts that stand as defaults of an outcome.
        found |= dict.fromkeys(text for each in item.outcomes for text in each.defaults if isinstance(text, str))
    return list(found)[:_SMALL]


def _space(item: Item, declaration: ResponseDeclaration) -> list[Values] | None:
    """Return every response to a variable when they are few, the blank one first; None when they are many."""
    choices = choices_of(item, declaration)
    interaction = item.find_interaction(declaration.identifier)
    if not choices or len(choices) > _FEW:
        return None
    most = getattr(interaction, "max_choices", 1) or len(choices)
    if declaration.cardinality is Cardinality.SINGLE:
        return [(), *((each,) for each in choices)]
    make = itertools.permutations if isinstance(interaction, OrderInteraction) else itertools.combinations
    found: list[Values] = []
    for count in range(min(most, len(choices)) + 1):
        for values in make(choices, count):
            found.append(in_order(declaration, values))
            if len(found) > _SMALL:
                return None
    return found


def _mapped_bounds(item: Item) -> dict[str, Interval]:
    """Return what the mapping or the areas of each variable can give at most; what cannot be known is left out."""
    found: dict[str, Interval] = {}
    for declaration in item.responses:
        if declaration.mapping is not None:
            values, exact = best_mapped(item, declaration)
            if exact and values:
                found[declaration.identifier] = Interval(
                    None, max(Fraction(0), map_values(declaration.mapping, values))
                )
        if declaration.area_mapping is not None:
            values, exact = best_points(item, declaration)
            points = points_of([atom for each in values if (atom := atom_of(BaseType.POINT, each)) is not None])
            if exact and points:
                best = map_points(declaration.area_mapping, points)
                found[declaration.identifier] = Interval(None, max(Fraction(0), best))
    return found


def _score(item: Item, responses: Mapping[str, Values]) -> Fraction:
    given = [Response(identifier=name, values=values) for name, values in responses.items() if values]
    return score(item, *given).score


def _typed(fields: Iterable[RecordField]) -> Values:
    """Return the text that makes a record: its own text, else its number."""
    by_name = {each.name: each.value for each in fields}
    for name in ("stringValue", "floatValue", "integerValue"):
        if name in by_name:
            return (str(by_name[name]),)
    return ()
