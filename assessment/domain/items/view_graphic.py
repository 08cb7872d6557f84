"""Views of interactions on a picture, and the parts that views of several kinds are made of."""

from collections.abc import Sequence

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.item import (
    AssociableChoice,
    AssociableHotspot,
    Cardinality,
    ChoiceWords,
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicGapMatchText,
    GraphicOrderInteraction,
    GraphicText,
    Hotspot,
    HotspotInteraction,
    Interaction,
    PositionObjectInteraction,
    PositionObjectText,
    ResponseDeclaration,
    SelectPointInteraction,
)
from assessment.domain.items.places import without_feedback
from assessment.domain.items.views import (
    GraphicAssociateView,
    GraphicGapMatchView,
    GraphicOrderView,
    HotspotChoiceView,
    HotspotView,
    InteractionView,
    PairChoiceView,
    PairHotspotView,
    PositionObjectView,
    SelectPointView,
)


def ordered(choices: tuple[ChoiceWords, ...], order: Sequence[str] | None) -> tuple[ChoiceWords, ...]:
    """Return choices in the order of an attempt, as authored without one. Raises Invalid for no permutation."""
    authored = {each.identifier: each for each in choices}
    wanted = tuple(authored) if order is None else order
    if sorted(wanted) != sorted(authored):
        raise Invalid(
            N_("Expected an order of the choices %(choices)s, got %(got)s."),
            choices=", ".join(authored),
            got=", ".join(wanted),
        )
    return tuple(
        ChoiceWords(identifier=identifier, html=without_feedback(authored[identifier].html)) for identifier in wanted
    )


def pair_choices(
    choices: tuple[AssociableChoice, ...], words: tuple[ChoiceWords, ...], order: Sequence[str] | None
) -> tuple[PairChoiceView, ...]:
    """Return options that pairs are made of, in the order of an attempt. Raises Invalid for no permutation."""
    structure = {each.identifier: each for each in choices}
    return tuple(
        PairChoiceView(
            identifier=each.identifier,
            html=each.html,
            match_max=structure[each.identifier].match_max,
            match_min=structure[each.identifier].match_min,
            match_group=structure[each.identifier].match_group,
        )
        for each in ordered(words, order)
    )


def _hotspots(hotspots: tuple[Hotspot, ...], labels: tuple[str, ...]) -> tuple[HotspotView, ...]:
    return tuple(
        HotspotView(identifier=each.identifier, label=label, area=each.area)
        for each, label in zip(hotspots, labels, strict=True)
    )


def _pair_hotspots(hotspots: tuple[AssociableHotspot, ...], labels: tuple[str, ...]) -> tuple[PairHotspotView, ...]:
    return tuple(
        PairHotspotView(
            identifier=each.identifier,
            label=label,
            area=each.area,
            match_max=each.match_max,
            match_min=each.match_min,
            match_group=each.match_group,
        )
        for each, label in zip(hotspots, labels, strict=True)
    )


def graphic_view(
    interaction: Interaction,
    words: GraphicText | GraphicGapMatchText | PositionObjectText,
    declared: ResponseDeclaration,
) -> InteractionView:
    """Return the view of an interaction on a picture. Raises Invalid for words of another kind."""
    prompt = without_feedback(words.prompt)
    match interaction, words:
        case HotspotInteraction(), GraphicText():
            return HotspotChoiceView(
                response=interaction.response,
                prompt=prompt,
                picture=words.picture,
                width=interaction.width,
                height=interaction.height,
                hotspots=_hotspots(interaction.hotspots, words.labels),
                max_choices=interaction.max_choices,
                min_choices=interaction.min_choices,
                multiple=declared.cardinality is not Cardinality.SINGLE,
            )
        case GraphicOrderInteraction(), GraphicText():
            return GraphicOrderView(
                response=interaction.response,
                prompt=prompt,
                picture=words.picture,
                width=interaction.width,
                height=interaction.height,
                hotspots=_hotspots(interaction.hotspots, words.labels),
                max_choices=interaction.max_choices,
                min_choices=interaction.min_choices,
            )
        case GraphicAssociateInteraction(), GraphicText():
            return GraphicAssociateView(
                response=interaction.response,
                prompt=prompt,
                picture=words.picture,
                width=interaction.width,
                height=interaction.height,
                hotspots=_pair_hotspots(interaction.hotspots, words.labels),
                max_associations=interaction.max_associations,
                min_associations=interaction.min_associations,
            )
        case SelectPointInteraction(), GraphicText():
            return SelectPointView(
                response=interaction.response,
                prompt=prompt,
                picture=words.picture,
                width=interaction.width,
                height=interaction.height,
                max_choices=interaction.max_choices,
                min_choices=interaction.min_choices,
            )
        case GraphicGapMatchInteraction(), GraphicGapMatchText():
            return GraphicGapMatchView(
                response=interaction.response,
                prompt=prompt,
                picture=words.picture,
                width=interaction.width,
                height=interaction.height,
                choices=pair_choices(interaction.choices, words.choices, None),
                hotspots=_pair_hotspots(interaction.hotspots, words.labels),
                max_associations=interaction.max_associations,
                min_associations=interaction.min_associations,
            )
        case PositionObjectInteraction(), PositionObjectText():
            return PositionObjectView(
                response=interaction.response,
                prompt=prompt,
                picture=words.picture,
                width=interaction.width,
                height=interaction.height,
                object=words.object,
                object_width=interaction.object_width,
                object_height=interaction.object_height,
                center=interaction.center,
                max_choices=interaction.max_choices,
                min_choices=interaction.min_choices,
            )
        case _:
            raise Invalid(N_('Expected words of the same kind as the interaction "%(got)s".'), got=words.response)
