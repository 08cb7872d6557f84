"""An item turned into what its author's page needs: the question as a candidate sees it, and the key beside it.

The HTML of an item was cleaned when it came in; it is cleaned again here, so that a row that got in by
another way cannot act in a browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from markupsafe import Markup

from assessment.domain.errors import Invalid
from assessment.domain.items.item import (
    ChoiceInteraction,
    Item,
    ItemText,
    MapResponse,
    MatchCorrect,
    NumericComparison,
    ToleranceMode,
)
from assessment.domain.items.item_json import text_from_json
from assessment.domain.items.qti.fragment import clean_fragment
from assessment.domain.items.scoring import score
from assessment.domain.items.view import ChoiceView, NumericEntryView, candidate_view


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenInteraction:
    """One thing to answer: option rows, or a number field (`choices` is empty then)."""

    prompt: Markup
    choices: tuple[tuple[str, Markup], ...]
    multiple: bool
    most: int
    before: Markup
    unit: Markup


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenItem:
    """The item in one language. `fault` says why words that got in by another way cannot be shown."""

    language: str
    title: str
    stem: Markup
    interactions: tuple[SeenInteraction, ...]
    fault: Invalid | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyLine:
    """One option: whether it is in the correct response, and its marks where a mapping names it."""

    identifier: str
    correct: bool
    marks: Fraction | None
    fixed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """How an item is scored. Numeric: `correct` with the accepted range, None where it is open."""

    rule: str
    max_score: Fraction
    blank: Fraction
    choices: tuple[KeyLine, ...] = ()
    shuffle: bool = False
    default: Fraction | None = None
    lower_bound: Fraction | None = None
    upper_bound: Fraction | None = None
    correct: Decimal | None = None
    least: Fraction | None = None
    most: Fraction | None = None


def seen(item: Item, stored: Mapping[str, Mapping[str, object]]) -> list[SeenItem]:
    """Return the item in each stored language, Indonesian and English first."""
    order = sorted(stored, key=lambda code: (code != "id", code != "en", code))
    return [_seen(item, code, stored[code]) for code in order]


def key_of(item: Item) -> Key:
    """Return how the item is scored, for people who may see the key."""
    processing = item.processing
    declaration = item.find_response(processing.response)
    interaction = item.find_interaction(processing.response)
    mapping = declaration.mapping if declaration is not None else None
    correct = declaration.correct if declaration is not None else ()
    choices: tuple[KeyLine, ...] = ()
    shuffle = False
    if isinstance(interaction, ChoiceInteraction):
        shuffle = interaction.shuffle
        worth = {entry.key: entry.value for entry in mapping.entries} if mapping else {}
        mapped = isinstance(processing, MapResponse)
        choices = tuple(
            KeyLine(
                identifier=choice.identifier,
                correct=choice.identifier in correct,
                marks=worth.get(choice.identifier) if mapped else None,
                fixed=choice.fixed,
            )
            for choice in interaction.choices
        )
    blank = score(item).score
    match processing:
        case MatchCorrect():
            number = next((value for value in correct if isinstance(value, Decimal)), None)
            return Key(
                rule="match", max_score=item.max_score, blank=blank, choices=choices, shuffle=shuffle, correct=number
            )
        case MapResponse():
            return Key(
                rule="map",
                max_score=item.max_score,
                blank=blank,
                choices=choices,
                shuffle=shuffle,
                default=mapping.default_value if mapping else None,
                lower_bound=mapping.lower_bound if mapping else None,
                upper_bound=mapping.upper_bound if mapping else None,
            )
        case NumericComparison():
            reference = processing.reference or next((value for value in correct if isinstance(value, Decimal)), None)
            least, most = _range(processing, reference)
            return Key(rule="number", max_score=item.max_score, blank=blank, correct=reference, least=least, most=most)
        case _:
            assert_never(processing)


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


def _seen(item: Item, language: str, stored: Mapping[str, object]) -> SeenItem:
    try:
        text: ItemText = text_from_json(item, stored)
        view = candidate_view(item, text)
    except Invalid as fault:
        title = str(stored.get("title", ""))
        return SeenItem(language=language, title=title, stem=Markup(), interactions=(), fault=fault)
    found = []
    for interaction in view.interactions:
        match interaction:
            case ChoiceView():
                found.append(
                    SeenInteraction(
                        prompt=_clean(interaction.prompt),
                        choices=tuple((choice.identifier, _clean(choice.html)) for choice in interaction.choices),
                        multiple=interaction.multiple,
                        most=interaction.max_choices,
                        before=Markup(),
                        unit=Markup(),
                    )
                )
            case NumericEntryView():
                found.append(
                    SeenInteraction(
                        prompt=Markup(),
                        choices=(),
                        multiple=False,
                        most=0,
                        before=_clean(interaction.before),
                        unit=_clean(interaction.unit),
                    )
                )
            case _:
                assert_never(interaction)
    return SeenItem(language=language, title=text.title, stem=_clean(view.stem), interactions=tuple(found))


def _clean(fragment: str) -> Markup:
    return Markup(clean_fragment(fragment))
