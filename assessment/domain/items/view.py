"""What a candidate's browser may see of an item, and in which order the choices stand.

The view is built from named fields, never by leaving fields out, so that a key added to the model later
cannot slip into it (rule 21). The title is left out: it is written for authors and may name the answer.
Feedback and the rubric are left out too, and the places where feedback would stand.
"""

from collections.abc import Mapping, Sequence

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.check import check_text
from assessment.domain.items.item import (
    AssociateInteraction,
    AssociateText,
    BaseType,
    Cardinality,
    ChoiceInteraction,
    ChoiceText,
    ExtendedTextInteraction,
    ExtendedTextText,
    GapMatchInteraction,
    GapMatchText,
    GraphicGapMatchText,
    GraphicText,
    HotTextInteraction,
    HotTextText,
    InlineChoiceInteraction,
    InlineChoiceText,
    Interaction,
    InteractionText,
    Item,
    ItemText,
    MatchInteraction,
    MatchText,
    NumericEntryInteraction,
    NumericEntryText,
    OrderInteraction,
    OrderText,
    PositionObjectText,
    SliderInteraction,
    SliderText,
    TextEntryInteraction,
    TextEntryText,
    UploadInteraction,
    UploadText,
)
from assessment.domain.items.orders import order_choices
from assessment.domain.items.places import without_feedback
from assessment.domain.items.view_graphic import graphic_view, ordered, pair_choices
from assessment.domain.items.views import (
    AssociateView,
    CandidateView,
    ChoiceView,
    ExtendedTextView,
    GapMatchView,
    GapView,
    GraphicAssociateView,
    GraphicGapMatchView,
    GraphicOrderView,
    HotspotChoiceView,
    HotspotView,
    HotTextView,
    InlineChoiceView,
    InteractionView,
    MatchView,
    NumericEntryView,
    OrderView,
    PairChoiceView,
    PairHotspotView,
    PositionObjectView,
    SelectPointView,
    SliderView,
    TextEntryView,
    UploadView,
)

__all__ = [
    "AssociateView",
    "CandidateView",
    "ChoiceView",
    "ExtendedTextView",
    "GapMatchView",
    "GapView",
    "GraphicAssociateView",
    "GraphicGapMatchView",
    "GraphicOrderView",
    "HotTextView",
    "HotspotChoiceView",
    "HotspotView",
    "InlineChoiceView",
    "InteractionView",
    "MatchView",
    "NumericEntryView",
    "OrderView",
    "PairChoiceView",
    "PairHotspotView",
    "PositionObjectView",
    "SelectPointView",
    "SliderView",
    "TextEntryView",
    "UploadView",
    "candidate_view",
    "order_choices",
]


def candidate_view(item: Item, text: ItemText, order: Mapping[str, Sequence[str]] | None = None) -> CandidateView:
    """Return what a browser may see.

    `order` gives the choice identifiers by response identifier, for a match interaction those of both lists one
    after the other; what it does not name stands as authored. Raises Invalid when an order is not a permutation
    of the choices, or when the words are another item's.
    """
    check_text(item, text)
    views = tuple(
        _view(item, interaction, words, (order or {}).get(interaction.response))
        for interaction, words in zip(item.interactions, text.interactions, strict=True)
    )
    return CandidateView(
        identifier=item.identifier,
        kind=item.kind,
        language=text.language,
        stimulus=without_feedback(text.stimulus),
        stem=without_feedback(text.stem),
        interactions=views,
        files=text.files,
    )


def _view(item: Item, interaction: Interaction, words: InteractionText, order: Sequence[str] | None) -> InteractionView:
    declared = item.find_response(interaction.response)
    if declared is None:
        raise Invalid(N_('The interaction is bound to "%(name)s", which is not declared.'), name=interaction.response)
    if isinstance(words, GraphicText | GraphicGapMatchText | PositionObjectText):
        return graphic_view(interaction, words, declared)
    multiple = declared.cardinality is not Cardinality.SINGLE
    match interaction, words:
        case ChoiceInteraction(), ChoiceText():
            return ChoiceView(
                response=interaction.response,
                prompt=without_feedback(words.prompt),
                choices=ordered(words.choices, order),
                max_choices=interaction.max_choices,
                min_choices=interaction.min_choices,
                multiple=multiple,
            )
        case OrderInteraction(), OrderText():
            return OrderView(
                response=interaction.response,
                prompt=without_feedback(words.prompt),
                choices=ordered(words.choices, order),
                max_choices=interaction.max_choices,
                min_choices=interaction.min_choices,
            )
        case AssociateInteraction(), AssociateText():
            return AssociateView(
                response=interaction.response,
                prompt=without_feedback(words.prompt),
                choices=pair_choices(interaction.choices, words.choices, order),
                max_associations=interaction.max_associations,
                min_associations=interaction.min_associations,
            )
        case MatchInteraction(), MatchText():
            middle = len(interaction.sources)
            return MatchView(
                response=interaction.response,
                prompt=without_feedback(words.prompt),
                sources=pair_choices(interaction.sources, words.sources, order and order[:middle]),
                targets=pair_choices(interaction.targets, words.targets, order and order[middle:]),
                max_associations=interaction.max_associations,
                min_associations=interaction.min_associations,
            )
        case GapMatchInteraction(), GapMatchText():
            return GapMatchView(
                response=interaction.response,
                prompt=without_feedback(words.prompt),
                choices=pair_choices(interaction.choices, words.choices, order),
                gaps=tuple(
                    GapView(identifier=each.identifier, required=each.required, match_group=each.match_group)
                    for each in interaction.gaps
                ),
                body=without_feedback(words.body),
                max_associations=interaction.max_associations,
                min_associations=interaction.min_associations,
            )
        case InlineChoiceInteraction(), InlineChoiceText():
            return InlineChoiceView(
                response=interaction.response,
                choices=ordered(words.choices, order),
                required=interaction.required,
            )
        case TextEntryInteraction(), TextEntryText():
            return TextEntryView(
                response=interaction.response,
                numeric=declared.base_type.numeric,
                whole=declared.base_type is BaseType.INTEGER,
                multiple=declared.cardinality in (Cardinality.MULTIPLE, Cardinality.ORDERED),
                expected_length=interaction.expected_length,
                pattern_mask=interaction.pattern_mask,
                placeholder=words.placeholder,
            )
        case NumericEntryInteraction(), NumericEntryText():
            return NumericEntryView(
                response=interaction.response,
                before=words.before,
                unit=words.unit,
                whole=declared.base_type is BaseType.INTEGER,
                expected_length=interaction.expected_length,
            )
        case ExtendedTextInteraction(), ExtendedTextText():
            return ExtendedTextView(
                response=interaction.response,
                prompt=without_feedback(words.prompt),
                multiple=declared.cardinality in (Cardinality.MULTIPLE, Cardinality.ORDERED),
                expected_length=interaction.expected_length,
                expected_lines=interaction.expected_lines,
                min_strings=interaction.min_strings,
                max_strings=interaction.max_strings,
                pattern_mask=interaction.pattern_mask,
                format=interaction.format,
                placeholder=words.placeholder,
            )
        case HotTextInteraction(), HotTextText():
            return HotTextView(
                response=interaction.response,
                prompt=without_feedback(words.prompt),
                body=without_feedback(words.body),
                choices=tuple(each.identifier for each in interaction.choices),
                max_choices=interaction.max_choices,
                min_choices=interaction.min_choices,
                multiple=multiple,
            )
        case SliderInteraction(), SliderText():
            return SliderView(
                response=interaction.response,
                prompt=without_feedback(words.prompt),
                lower_bound=interaction.lower_bound,
                upper_bound=interaction.upper_bound,
                step=interaction.step,
                step_label=interaction.step_label,
                reverse=interaction.reverse,
                whole=declared.base_type is BaseType.INTEGER,
            )
        case UploadInteraction(), UploadText():
            return UploadView(
                response=interaction.response,
                prompt=without_feedback(words.prompt),
                media_types=interaction.media_types,
            )
        case _:
            raise Invalid(N_('Expected words of the same kind as the interaction "%(got)s".'), got=words.response)
