"""What a candidate still has to do before an answer is whole: the minimum numbers of QTI 3.0.

An answer that is not whole is saved all the same, and scored as it is; a page says what is missing.
"""

from collections import Counter
from collections.abc import Mapping
from typing import assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    ExtendedTextInteraction,
    Gap,
    GapMatchInteraction,
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicOrderInteraction,
    HotspotInteraction,
    HotTextInteraction,
    InlineChoiceInteraction,
    Interaction,
    MatchInteraction,
    NumericEntryInteraction,
    OrderInteraction,
    PositionObjectInteraction,
    SelectPointInteraction,
    SliderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)
from assessment.domain.items.item import Item
from assessment.domain.items.response import PairInteraction, Response, ends_of


def missing(item: Item, responses: Mapping[str, Response | None]) -> dict[str, Invalid]:
    """Return, by response identifier, why an answer is not whole yet; empty when every one is.

    An interaction without an answer is only in it when QTI asks for one: a minimum number, or `required`.
    """
    found = {
        interaction.response: fault
        for interaction in item.interactions
        if (fault := _missing(interaction, responses.get(interaction.response))) is not None
    }
    return found


def _missing(interaction: Interaction, response: Response | None) -> Invalid | None:
    values = response.values if response is not None else ()
    match interaction:
        case ChoiceInteraction() | HotTextInteraction() | HotspotInteraction():
            return _at_least(interaction.min_choices, len(set(values)))
        case SelectPointInteraction() | PositionObjectInteraction():
            return _at_least(interaction.min_choices, len(values))
        case OrderInteraction():
            return _placed(len(interaction.choices), interaction, len(values))
        case GraphicOrderInteraction():
            return _placed(len(interaction.hotspots), interaction, len(values))
        case InlineChoiceInteraction():
            return _at_least(1 if interaction.required else 0, len(values))
        case ExtendedTextInteraction():
            return _at_least(interaction.min_strings, len(values))
        case (
            AssociateInteraction()
            | MatchInteraction()
            | GapMatchInteraction()
            | GraphicAssociateInteraction()
            | GraphicGapMatchInteraction()
        ):
            return _paired(interaction, [str(value) for value in values])
        case TextEntryInteraction() | NumericEntryInteraction() | SliderInteraction() | UploadInteraction():
            return None
        case _:
            assert_never(interaction)


def _at_least(least: int, given: int) -> Invalid | None:
    if given >= least:
        return None
    return Invalid(N_("Choose at least %(min)s; %(got)s are chosen."), min=least, got=given)


def _placed(choices: int, interaction: OrderInteraction | GraphicOrderInteraction, given: int) -> Invalid | None:
    """Once something is placed, all choices are to be, unless the item says how many."""
    if interaction.min_choices or interaction.max_choices:
        return _at_least(interaction.min_choices, given)
    return _at_least(choices, given) if given else None


def _paired(interaction: PairInteraction, pairs: list[str]) -> Invalid | None:
    first, second = ends_of(interaction)
    starts, ends = (Counter(pair.split(" ")[side] for pair in pairs) for side in (0, 1))
    if first is second:  # of one list, a choice is used on whichever side it stands
        starts = ends = starts + ends
    for end, used in ((first, starts), (second, ends)):
        for choice in end:
            least = (1 if choice.required else 0) if isinstance(choice, Gap) else choice.match_min
            if used[choice.identifier] < least:
                return Invalid(
                    N_('"%(name)s" is to be used at least %(min)s times; it is used %(got)s times.'),
                    name=choice.identifier,
                    min=least,
                    got=used[choice.identifier],
                )
    return _at_least(interaction.min_associations, len(pairs))
