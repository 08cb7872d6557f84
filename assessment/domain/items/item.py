"""An item as a value: interactions, declarations, response processing, and its words in one language.

Follows QTI 3.0, Assessment, Section and Item Information Model. The parts live in modules of their own
(`variables`, `interactions`, `words`, `processing`) and are named here together. No rule is enforced here (see
`check`), nothing is scored here (see `scoring`).
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

from assessment.domain.items.interactions import (
    AssociableChoice,
    AssociableHotspot,
    AssociateInteraction,
    Choice,
    ChoiceInteraction,
    ExtendedTextInteraction,
    Gap,
    GapMatchInteraction,
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicOrderInteraction,
    Hotspot,
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
    TextFormat,
    UploadInteraction,
)
from assessment.domain.items.processing.rules import RuleProcessing
from assessment.domain.items.shapes import Area, ShapeKind
from assessment.domain.items.variables import (
    AreaMapEntry,
    AreaMapping,
    BaseType,
    Cardinality,
    InterpolationEntry,
    InterpolationTable,
    LookupTable,
    MapEntry,
    Mapping,
    MatchTable,
    OutcomeDeclaration,
    RecordField,
    ResponseDeclaration,
    Scalar,
    Scorer,
    ToleranceMode,
)
from assessment.domain.items.words import (
    AssociateText,
    ChoiceText,
    ChoiceWords,
    ExtendedTextText,
    FeedbackText,
    GapMatchText,
    GraphicGapMatchText,
    GraphicText,
    HotTextText,
    InlineChoiceText,
    InteractionText,
    ItemFile,
    ItemText,
    MatchText,
    NumericEntryText,
    OrderText,
    Picture,
    PositionObjectText,
    SliderText,
    TextEntryText,
    UploadText,
)

__all__ = [
    "Area",
    "AreaMapEntry",
    "AreaMapping",
    "AssociableChoice",
    "AssociableHotspot",
    "AssociateInteraction",
    "AssociateText",
    "BaseType",
    "Cardinality",
    "Choice",
    "ChoiceInteraction",
    "ChoiceText",
    "ChoiceWords",
    "ExtendedTextInteraction",
    "ExtendedTextText",
    "Feedback",
    "FeedbackPlace",
    "FeedbackText",
    "Gap",
    "GapMatchInteraction",
    "GapMatchText",
    "GraphicAssociateInteraction",
    "GraphicGapMatchInteraction",
    "GraphicGapMatchText",
    "GraphicOrderInteraction",
    "GraphicText",
    "HotTextInteraction",
    "HotTextText",
    "Hotspot",
    "HotspotInteraction",
    "HumanMarking",
    "InlineChoiceInteraction",
    "InlineChoiceText",
    "Interaction",
    "InteractionText",
    "InterpolationEntry",
    "InterpolationTable",
    "Item",
    "ItemFile",
    "ItemKind",
    "ItemText",
    "LookupTable",
    "MapEntry",
    "MapResponse",
    "Mapping",
    "MatchCorrect",
    "MatchInteraction",
    "MatchTable",
    "MatchText",
    "NumericComparison",
    "NumericEntryInteraction",
    "NumericEntryText",
    "OrderInteraction",
    "OrderText",
    "OutcomeDeclaration",
    "Picture",
    "PositionObjectInteraction",
    "PositionObjectText",
    "Processing",
    "RecordField",
    "ResponseDeclaration",
    "Scalar",
    "Scorer",
    "SelectPointInteraction",
    "ShapeKind",
    "SliderInteraction",
    "SliderText",
    "TextEntryInteraction",
    "TextEntryText",
    "TextFormat",
    "ToleranceMode",
    "UploadInteraction",
    "UploadText",
    "kind_of",
]


class ItemKind(StrEnum):
    """What a candidate does with the item, named for people."""

    SINGLE_CHOICE = "single_choice"
    MULTIPLE_RESPONSE = "multiple_response"
    ORDER = "order"
    ASSOCIATE = "associate"
    MATCH = "match"
    GAP_MATCH = "gap_match"
    INLINE_CHOICE = "inline_choice"
    TEXT_ENTRY = "text_entry"
    NUMERIC_ENTRY = "numeric_entry"
    EXTENDED_TEXT = "extended_text"
    HOT_TEXT = "hot_text"
    HOTSPOT = "hotspot"
    GRAPHIC_ORDER = "graphic_order"
    GRAPHIC_ASSOCIATE = "graphic_associate"
    GRAPHIC_GAP_MATCH = "graphic_gap_match"
    SELECT_POINT = "select_point"
    POSITION_OBJECT = "position_object"
    SLIDER = "slider"
    UPLOAD = "upload"
    COMPOSITE = "composite"


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchCorrect:
    """The standard template match_correct: `points` for the correct response, `otherwise` for any other."""

    response: str = "RESPONSE"
    outcome: str = "SCORE"
    points: Fraction = Fraction(1)
    otherwise: Fraction = Fraction(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class MapResponse:
    """The standard template map_response: 0 for no response, else what the mapping says."""

    response: str = "RESPONSE"
    outcome: str = "SCORE"


@dataclass(frozen=True, kw_only=True, slots=True)
class NumericComparison:
    """`qti-equal` of the response and a reference, with a tolerance on either side.

    Tolerances are in the unit of the answer (absolute) or in percent (relative). The range is built around
    the expression that comes first: the reference, or the response when `response_first`. `reference` None
    means the declared correct response.
    """

    response: str = "RESPONSE"
    outcome: str = "SCORE"
    mode: ToleranceMode = ToleranceMode.EXACT
    lower_tolerance: Fraction = Fraction(0)
    upper_tolerance: Fraction = Fraction(0)
    include_lower: bool = True
    include_upper: bool = True
    response_first: bool = True
    reference: Decimal | None = None
    points: Fraction = Fraction(1)
    otherwise: Fraction = Fraction(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class HumanMarking:
    """No response processing: a person gives the marks, from 0 to the item's maximum."""

    outcome: str = "SCORE"


Processing = MatchCorrect | MapResponse | NumericComparison | HumanMarking | RuleProcessing


class FeedbackPlace(StrEnum):
    """Where feedback stands: apart from the question, inside a line, or as a block of it."""

    MODAL = "modal"
    INLINE = "inline"
    BLOCK = "block"


@dataclass(frozen=True, kw_only=True, slots=True)
class Feedback:
    """When feedback is shown: `outcome` holds `identifier` (or does not, when `show` is False).

    `name` is ours and unique in the item; the words stand under it (QTI 3.0, ModalFeedback, FeedbackInline,
    FeedbackBlock).
    """

    name: str
    place: FeedbackPlace
    outcome: str
    identifier: str
    show: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A language-independent item. `max_score` is in marks.

    `stimulus` is the identifier of a text that the item shares with others; its words stand in `ItemText`.
    """

    identifier: str
    interactions: tuple[Interaction, ...]
    responses: tuple[ResponseDeclaration, ...]
    outcomes: tuple[OutcomeDeclaration, ...]
    processing: Processing
    max_score: Fraction
    stimulus: str | None = None
    feedback: tuple[Feedback, ...] = ()

    def find_response(self, identifier: str) -> ResponseDeclaration | None:
        """Return the declaration of a response variable, or None."""
        return next((each for each in self.responses if each.identifier == identifier), None)

    def find_outcome(self, identifier: str) -> OutcomeDeclaration | None:
        """Return the declaration of an outcome variable, or None."""
        return next((each for each in self.outcomes if each.identifier == identifier), None)

    def find_interaction(self, response: str) -> Interaction | None:
        """Return the interaction bound to a response variable, or None."""
        return next((each for each in self.interactions if each.response == response), None)

    @property
    def human_marked(self) -> bool:
        """Whether a person gives the item's marks, or a part of them."""
        return isinstance(self.processing, HumanMarking) or any(
            each.external_scored is Scorer.HUMAN for each in self.outcomes
        )

    @property
    def kind(self) -> ItemKind:
        """The kind of the item's interaction, or COMPOSITE when it has several."""
        if len(self.interactions) != 1:
            return ItemKind.COMPOSITE
        interaction = self.interactions[0]
        if isinstance(interaction, ChoiceInteraction):
            declaration = self.find_response(interaction.response)
            if declaration is not None and declaration.cardinality is Cardinality.MULTIPLE:
                return ItemKind.MULTIPLE_RESPONSE
        return kind_of(interaction)


def kind_of(interaction: Interaction) -> ItemKind:
    """Return the kind of one interaction; a choice counts as single choice here."""
    match interaction:
        case ChoiceInteraction():
            return ItemKind.SINGLE_CHOICE
        case OrderInteraction():
            return ItemKind.ORDER
        case AssociateInteraction():
            return ItemKind.ASSOCIATE
        case MatchInteraction():
            return ItemKind.MATCH
        case GapMatchInteraction():
            return ItemKind.GAP_MATCH
        case InlineChoiceInteraction():
            return ItemKind.INLINE_CHOICE
        case TextEntryInteraction():
            return ItemKind.TEXT_ENTRY
        case NumericEntryInteraction():
            return ItemKind.NUMERIC_ENTRY
        case ExtendedTextInteraction():
            return ItemKind.EXTENDED_TEXT
        case HotTextInteraction():
            return ItemKind.HOT_TEXT
        case HotspotInteraction():
            return ItemKind.HOTSPOT
        case GraphicOrderInteraction():
            return ItemKind.GRAPHIC_ORDER
        case GraphicAssociateInteraction():
            return ItemKind.GRAPHIC_ASSOCIATE
        case GraphicGapMatchInteraction():
            return ItemKind.GRAPHIC_GAP_MATCH
        case SelectPointInteraction():
            return ItemKind.SELECT_POINT
        case PositionObjectInteraction():
            return ItemKind.POSITION_OBJECT
        case SliderInteraction():
            return ItemKind.SLIDER
        case UploadInteraction():
            return ItemKind.UPLOAD
        case _:
            assert_never(interaction)
