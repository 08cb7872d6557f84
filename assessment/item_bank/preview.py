"""An item turned into what its author's page needs: the question as a candidate sees it, and the key beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from assessment.domain.errors import Invalid
from assessment.domain.items.item import (
    HumanMarking,
    Item,
    ItemFile,
    ItemText,
    MapResponse,
    MatchCorrect,
    NumericComparison,
    ToleranceMode,
)
from assessment.domain.items.item_json import text_from_json
from assessment.domain.items.processing.rules import RuleProcessing
from assessment.domain.items.scoring import score
from assessment.domain.items.view import candidate_view
from assessment.item_bank.keys import KeyPart, key_parts
from assessment.item_bank.showing import shown
from assessment.item_bank.shown import ShownQuestion


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenItem:
    """The item in one language. `fault` says why words that got in by another way cannot be shown."""

    language: str
    title: str
    question: ShownQuestion | None
    text: ItemText | None = None
    fault: Invalid | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """How an item is scored: `rule` is match, map, number, rules or people.

    A number: `correct` with the accepted range, None where it is open. `blank` is None where people mark.
    """

    rule: str
    max_score: Fraction
    blank: Fraction | None
    parts: tuple[KeyPart, ...]
    correct: Decimal | None = None
    least: Fraction | None = None
    most: Fraction | None = None


def seen(
    item: Item, stored: Mapping[str, Mapping[str, object]], *, address: Callable[[ItemFile], str]
) -> list[SeenItem]:
    """Return the item in each stored language, Indonesian and English first."""
    order = sorted(stored, key=lambda code: (code != "id", code != "en", code))
    return [_seen(item, code, stored[code], address) for code in order]


def key_of(item: Item, text: ItemText | None = None, *, files: Mapping[str, str] | None = None) -> Key:
    """Return how the item is scored, for people who may see the key; `text` gives the options their words."""
    processing = item.processing
    parts = key_parts(item, text, files=files)
    if isinstance(processing, HumanMarking):
        return Key(rule="people", max_score=item.max_score, blank=None, parts=parts)
    blank = score(item).score
    match processing:
        case MatchCorrect():
            return Key(
                rule="match",
                max_score=item.max_score,
                blank=blank,
                parts=parts,
                correct=_number(item, processing.response),
            )
        case MapResponse():
            return Key(rule="map", max_score=item.max_score, blank=blank, parts=parts)
        case NumericComparison():
            reference = processing.reference
            reference = reference if reference is not None else _number(item, processing.response)
            least, most = _range(processing, reference)
            return Key(
                rule="number",
                max_score=item.max_score,
                blank=blank,
                parts=parts,
                correct=reference,
                least=least,
                most=most,
            )
        case RuleProcessing():
            return Key(rule="rules", max_score=item.max_score, blank=blank, parts=parts)
        case _:
            assert_never(processing)


def _number(item: Item, response: str) -> Decimal | None:
    declared = item.find_response(response)
    return next((value for value in declared.correct if isinstance(value, Decimal)), None) if declared else None


def _range(comparison: NumericComparison, reference: Decimal | None) -> tuple[Fraction | None, Fraction | None]:
    """Return the accepted answers around the reference, in the unit of the answer.

    With the response as the first operand of `qti-equal` the range lies around the response: the reference
    then has to be within [x - t0, x + t1], so x is within [reference - t1, reference + t0].
    """
    if reference is None:
        return None, None
    value = Fraction(reference)
    lower, upper = comparison.lower_tolerance, comparison.upper_tolerance
    if comparison.response_first:
        lower, upper = upper, lower
    match comparison.mode:
        case ToleranceMode.EXACT:
            return value, value
        case ToleranceMode.ABSOLUTE:
            return value - lower, value + upper
        case ToleranceMode.RELATIVE:
            if comparison.response_first:
                ends = (value / (1 + lower / 100), value / (1 - upper / 100) if upper < 100 else None)
            else:
                ends = (value * (1 - lower / 100), value * (1 + upper / 100))
            return ends if value >= 0 else (ends[1], ends[0])
        case _:
            assert_never(comparison.mode)


def _seen(item: Item, language: str, stored: Mapping[str, object], address: Callable[[ItemFile], str]) -> SeenItem:
    try:
        text: ItemText = text_from_json(item, stored)
        question = shown(candidate_view(item, text), address=address)
    except Invalid as fault:
        return SeenItem(language=language, title=str(stored.get("title", "")), question=None, fault=fault)
    return SeenItem(language=language, title=text.title, question=question, text=text)
