"""The order in which one attempt sees the choices of an item, drawn from a seed."""

import hashlib
from collections.abc import Sequence
from typing import assert_never

from assessment.domain.items.item import (
    AssociableChoice,
    AssociateInteraction,
    Choice,
    ChoiceInteraction,
    ExtendedTextInteraction,
    GapMatchInteraction,
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicOrderInteraction,
    HotspotInteraction,
    HotTextInteraction,
    InlineChoiceInteraction,
    Item,
    MatchInteraction,
    NumericEntryInteraction,
    OrderInteraction,
    PositionObjectInteraction,
    SelectPointInteraction,
    SliderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)


def order_choices(item: Item, seed: bytes) -> dict[str, tuple[str, ...]]:
    """Return the order of choices for one attempt, by response identifier: the same for the same seed.

    An interaction without shuffle keeps its order, and a fixed choice keeps its place (QTI 3.0, shuffle and
    fixed). A match interaction gives its first list and then its second one, each shuffled in itself. The draw
    is Fisher-Yates on SHA-256 of seed, response and step, so that it does not depend on a library's generator.
    """
    orders: dict[str, tuple[str, ...]] = {}
    for interaction in item.interactions:
        match interaction:
            case MatchInteraction():
                sources = _shuffled(interaction.response, interaction.sources, interaction.shuffle, seed)
                # The second list has a name of its own, so that two lists of one length are not shuffled alike.
                targets = _shuffled(f"{interaction.response}\x1f", interaction.targets, interaction.shuffle, seed)
                orders[interaction.response] = (*sources, *targets)
            case (
                ChoiceInteraction()
                | OrderInteraction()
                | AssociateInteraction()
                | GapMatchInteraction()
                | InlineChoiceInteraction()
            ):
                orders[interaction.response] = _shuffled(
                    interaction.response, interaction.choices, interaction.shuffle, seed
                )
            case (
                NumericEntryInteraction()
                | TextEntryInteraction()
                | ExtendedTextInteraction()
                | HotTextInteraction()
                | HotspotInteraction()
                | GraphicOrderInteraction()
                | GraphicAssociateInteraction()
                | GraphicGapMatchInteraction()
                | SelectPointInteraction()
                | PositionObjectInteraction()
                | SliderInteraction()
                | UploadInteraction()
            ):
                pass
            case _:
                assert_never(interaction)
    return orders


def _shuffled(
    response: str, choices: Sequence[Choice | AssociableChoice], shuffle: bool, seed: bytes
) -> tuple[str, ...]:
    if not shuffle:
        return tuple(choice.identifier for choice in choices)
    free = [choice.identifier for choice in choices if not choice.fixed]
    for last in range(len(free) - 1, 0, -1):
        step = f"\x1f{response}\x1f{last}".encode()
        other = int.from_bytes(hashlib.sha256(seed + step).digest()) % (last + 1)
        free[last], free[other] = free[other], free[last]
    movable = iter(free)
    return tuple(choice.identifier if choice.fixed else next(movable) for choice in choices)
