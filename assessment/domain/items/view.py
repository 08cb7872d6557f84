"""What a candidate's browser may see of an item, and in which order the choices stand.

The view is built from named fields, never by leaving fields out, so that a key added to the model later
cannot slip into it (rule 21). The title is left out: it is written for authors and may name the answer.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.check import check_text
from assessment.domain.items.item import (
    BaseType,
    Cardinality,
    ChoiceInteraction,
    ChoiceText,
    ChoiceWords,
    Item,
    ItemKind,
    ItemText,
    NumericEntryInteraction,
    NumericEntryText,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChoiceView:
    """A choice interaction as shown: choices in the order of this attempt. `max_choices` 0 = no limit."""

    response: str
    prompt: str
    choices: tuple[ChoiceWords, ...]
    max_choices: int
    min_choices: int
    multiple: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class NumericEntryView:
    """A number field as shown. `whole` says that only whole numbers are read."""

    response: str
    before: str
    unit: str
    whole: bool
    expected_length: int | None


InteractionView = ChoiceView | NumericEntryView


@dataclass(frozen=True, kw_only=True, slots=True)
class CandidateView:
    """An item as a candidate sees it in one language: no correct response, no mapping, no processing."""

    identifier: str
    kind: ItemKind
    language: str
    stem: str
    interactions: tuple[InteractionView, ...]


def candidate_view(item: Item, text: ItemText, order: Mapping[str, Sequence[str]] | None = None) -> CandidateView:
    """Return what a browser may see.

    `order` gives the choice identifiers by response identifier; what it does not name stands as authored.
    Raises Invalid when an order is not a permutation of the choices, or when the words are another item's.
    """
    check_text(item, text)
    views: list[InteractionView] = []
    for interaction, words in zip(item.interactions, text.interactions, strict=True):
        declared = item.find_response(interaction.response)
        cardinality = declared.cardinality if declared is not None else Cardinality.SINGLE
        match interaction, words:
            case ChoiceInteraction(), ChoiceText():
                authored = {each.identifier: each for each in words.choices}
                wanted = (order or {}).get(interaction.response, tuple(authored))
                if sorted(wanted) != sorted(authored):
                    raise Invalid(
                        N_("Expected an order of the choices %(choices)s, got %(got)s."),
                        choices=", ".join(authored),
                        got=", ".join(wanted),
                    )
                views.append(
                    ChoiceView(
                        response=interaction.response,
                        prompt=words.prompt,
                        choices=tuple(authored[identifier] for identifier in wanted),
                        max_choices=interaction.max_choices,
                        min_choices=interaction.min_choices,
                        multiple=cardinality is Cardinality.MULTIPLE,
                    )
                )
            case NumericEntryInteraction(), NumericEntryText():
                views.append(
                    NumericEntryView(
                        response=interaction.response,
                        before=words.before,
                        unit=words.unit,
                        whole=declared is not None and declared.base_type is BaseType.INTEGER,
                        expected_length=interaction.expected_length,
                    )
                )
            case _:
                raise Invalid(N_("Expected words for each interaction of the item, in its order."))
    return CandidateView(
        identifier=item.identifier,
        kind=item.kind,
        language=text.language,
        stem=text.stem,
        interactions=tuple(views),
    )


def order_choices(item: Item, seed: bytes) -> dict[str, tuple[str, ...]]:
    """Return the order of choices for one attempt, by response identifier: the same for the same seed.

    An interaction without shuffle keeps its order, and a fixed choice keeps its place (QTI 3.0,
    ChoiceInteraction: shuffle; SimpleChoice: fixed). The draw is Fisher-Yates on SHA-256 of seed, response
    and step, so that it does not depend on a library's generator.
    """
    orders: dict[str, tuple[str, ...]] = {}
    for interaction in item.interactions:
        match interaction:
            case ChoiceInteraction():
                orders[interaction.response] = _shuffled(interaction, seed)
            case NumericEntryInteraction():
                pass
            case _:
                assert_never(interaction)
    return orders


def _shuffled(interaction: ChoiceInteraction, seed: bytes) -> tuple[str, ...]:
    if not interaction.shuffle:
        return tuple(choice.identifier for choice in interaction.choices)
    free = [choice.identifier for choice in interaction.choices if not choice.fixed]
    for last in range(len(free) - 1, 0, -1):
        step = f"\x1f{interaction.response}\x1f{last}".encode()
        other = int.from_bytes(hashlib.sha256(seed + step).digest()) % (last + 1)
        free[last], free[other] = free[other], free[last]
    movable = iter(free)
    return tuple(choice.identifier if choice.fixed else next(movable) for choice in interaction.choices)
