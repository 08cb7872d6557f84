"""The interactions of QTI 3.0: what a candidate does, without the words and without what is correct.

Names and attributes are those of QTI 3.0, Assessment, Section and Item Information Model, one class an
interaction. How it looks (orientation, style classes) is not part of it. Numbers of choices and associations:
a maximum of 0 means no limit, a minimum of 0 means that nothing needs to be answered.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from assessment.domain.items.shapes import Area


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One option. A fixed one keeps its place when the others are shuffled."""

    identifier: str
    fixed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AssociableChoice:
    """One option that pairs are made of, used at most `match_max` times (0 = no limit), at least `match_min`.

    With a `match_group` it pairs only with the options that are named in it.
    """

    identifier: str
    match_max: int = 1
    match_min: int = 0
    fixed: bool = False
    match_group: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A place in a text that one option goes into. A `required` one must be filled."""

    identifier: str
    required: bool = False
    match_group: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Hotspot:
    """An area of an image that is chosen, in image pixels."""

    identifier: str
    area: Area


@dataclass(frozen=True, kw_only=True, slots=True)
class AssociableHotspot:
    """An area of an image that pairs are made of, as an `AssociableChoice` is."""

    identifier: str
    area: Area
    match_max: int = 1
    match_min: int = 0
    match_group: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ChoiceInteraction:
    """Choose from a list (QTI 3.0, ChoiceInteraction). `max_choices` 0 means no limit."""

    response: str
    choices: tuple[Choice, ...]
    max_choices: int = 1
    min_choices: int = 0
    shuffle: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderInteraction:
    """Put a list in order (OrderInteraction): all choices, or from `min_choices` to `max_choices` of them.

    Both are 0 when every choice must be placed.
    """

    response: str
    choices: tuple[Choice, ...]
    max_choices: int = 0
    min_choices: int = 0
    shuffle: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AssociateInteraction:
    """Make pairs of the choices of one list (AssociateInteraction): values of base-type pair."""

    response: str
    choices: tuple[AssociableChoice, ...]
    max_associations: int = 1
    min_associations: int = 0
    shuffle: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchInteraction:
    """Pair choices of a first list with those of a second one (MatchInteraction): directed pairs."""

    response: str
    sources: tuple[AssociableChoice, ...]
    targets: tuple[AssociableChoice, ...]
    max_associations: int = 1
    min_associations: int = 0
    shuffle: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class GapMatchInteraction:
    """Fill the gaps of a text with choices (GapMatchInteraction): directed pairs "CHOICE GAP"."""

    response: str
    choices: tuple[AssociableChoice, ...]
    gaps: tuple[Gap, ...]
    max_associations: int = 0
    min_associations: int = 0
    shuffle: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class InlineChoiceInteraction:
    """Choose a word inside a line of text (InlineChoiceInteraction)."""

    response: str
    choices: tuple[Choice, ...]
    shuffle: bool = False
    required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TextEntryInteraction:
    """Type a short text or number inside a line (TextEntryInteraction).

    `expected_length` is in characters; `base` is that of an integer response; `pattern_mask` is a regular
    expression in the language of XML Schema that a valid response matches as a whole.
    """

    response: str
    expected_length: int | None = None
    pattern_mask: str | None = None
    base: int = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class NumericEntryInteraction:
    """Type a number: a QTI text entry whose response has base-type integer or float.

    `expected_length` is a hint for the width of the field, in characters. It stands alone at the end of the
    question, between its own words; a number field inside a text is a `TextEntryInteraction`.
    """

    response: str
    expected_length: int | None = None


class TextFormat(StrEnum):
    """How the text of an extended response is kept (QTI 3.0, TextFormat)."""

    PLAIN = "plain"
    PRE_FORMATTED = "preformatted"
    XHTML = "xhtml"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtendedTextInteraction:
    """Write a text (ExtendedTextInteraction). Lengths are in characters and lines and are hints.

    With multiple or ordered cardinality there are up to `max_strings` texts.
    """

    response: str
    expected_length: int | None = None
    expected_lines: int | None = None
    min_strings: int = 0
    max_strings: int = 1
    pattern_mask: str | None = None
    base: int = 10
    format: TextFormat = TextFormat.PLAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class HotTextInteraction:
    """Choose words inside a text (HotTextInteraction); `choices` stand in the order of the text."""

    response: str
    choices: tuple[Choice, ...]
    max_choices: int = 1
    min_choices: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class HotspotInteraction:
    """Choose areas of an image (HotspotInteraction). `width` and `height` are those of the image, in pixels."""

    response: str
    hotspots: tuple[Hotspot, ...]
    width: int
    height: int
    max_choices: int = 1
    min_choices: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphicOrderInteraction:
    """Put areas of an image in order (GraphicOrderInteraction); all of them when both numbers are 0."""

    response: str
    hotspots: tuple[Hotspot, ...]
    width: int
    height: int
    max_choices: int = 0
    min_choices: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphicAssociateInteraction:
    """Make pairs of areas of an image (GraphicAssociateInteraction): values of base-type pair."""

    response: str
    hotspots: tuple[AssociableHotspot, ...]
    width: int
    height: int
    max_associations: int = 1
    min_associations: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphicGapMatchInteraction:
    """Put choices on areas of an image (GraphicGapMatchInteraction): directed pairs "CHOICE AREA"."""

    response: str
    choices: tuple[AssociableChoice, ...]
    hotspots: tuple[AssociableHotspot, ...]
    width: int
    height: int
    max_associations: int = 0
    min_associations: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class SelectPointInteraction:
    """Mark points of an image (SelectPointInteraction): values of base-type point."""

    response: str
    width: int
    height: int
    max_choices: int = 0
    min_choices: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class PositionObjectInteraction:
    """Put an object on an image (PositionObjectInteraction): the points where its centre lies.

    `width` and `height` are those of the image (the stage), `object_width` and `object_height` those of the
    object. `center` is the point of the object that is meant; None is its middle.
    """

    response: str
    width: int
    height: int
    object_width: int
    object_height: int
    center: tuple[int, int] | None = None
    max_choices: int = 1
    min_choices: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class SliderInteraction:
    """Set a number between two bounds (SliderInteraction). `step` None means any number is possible."""

    response: str
    lower_bound: Decimal
    upper_bound: Decimal
    step: Decimal | None = None
    step_label: bool = False
    reverse: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadInteraction:
    """Hand in a file (UploadInteraction). Empty `media_types` means any that the body accepts."""

    response: str
    media_types: tuple[str, ...] = ()


Interaction = (
    ChoiceInteraction
    | OrderInteraction
    | AssociateInteraction
    | MatchInteraction
    | GapMatchInteraction
    | InlineChoiceInteraction
    | TextEntryInteraction
    | NumericEntryInteraction
    | ExtendedTextInteraction
    | HotTextInteraction
    | HotspotInteraction
    | GraphicOrderInteraction
    | GraphicAssociateInteraction
    | GraphicGapMatchInteraction
    | SelectPointInteraction
    | PositionObjectInteraction
    | SliderInteraction
    | UploadInteraction
)

InlineInteraction = InlineChoiceInteraction | TextEntryInteraction
"""Interactions that stand inside a line of the question; the others are blocks."""
