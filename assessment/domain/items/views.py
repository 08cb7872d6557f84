"""What a candidate's browser may see of each kind: types with named fields and no place for a key (rule 21)."""

from dataclasses import dataclass
from decimal import Decimal

from assessment.domain.items.item import (
    ChoiceWords,
    ItemFile,
    ItemKind,
    Picture,
    TextFormat,
)
from assessment.domain.items.shapes import Area


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
class OrderView:
    """A list to put in order; every choice is to be placed when both numbers are 0."""

    response: str
    prompt: str
    choices: tuple[ChoiceWords, ...]
    max_choices: int
    min_choices: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PairChoiceView:
    """One option that pairs are made of, used at most `match_max` times (0 = no limit), at least `match_min`.

    With a `match_group` it pairs only with what the group names.
    """

    identifier: str
    html: str
    match_max: int
    match_min: int
    match_group: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AssociateView:
    """Pairs to make of one list."""

    response: str
    prompt: str
    choices: tuple[PairChoiceView, ...]
    max_associations: int
    min_associations: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchView:
    """Pairs to make of a first list and a second one."""

    response: str
    prompt: str
    sources: tuple[PairChoiceView, ...]
    targets: tuple[PairChoiceView, ...]
    max_associations: int
    min_associations: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GapView:
    """A gap of the text, in the order of the text."""

    identifier: str
    required: bool
    match_group: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class GapMatchView:
    """Choices and a text with gaps; `places.split_places` cuts the body where they stand."""

    response: str
    prompt: str
    choices: tuple[PairChoiceView, ...]
    gaps: tuple[GapView, ...]
    body: str
    max_associations: int
    min_associations: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InlineChoiceView:
    """A choice inside a line of the stem."""

    response: str
    choices: tuple[ChoiceWords, ...]
    required: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TextEntryView:
    """A field inside a line of the stem. `numeric` reads a number, `whole` only whole ones.

    With several texts (`multiple`) the field takes one a line.
    """

    response: str
    numeric: bool
    whole: bool
    multiple: bool
    expected_length: int | None
    pattern_mask: str | None
    placeholder: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NumericEntryView:
    """A number field as shown. `whole` says that only whole numbers are read."""

    response: str
    before: str
    unit: str
    whole: bool
    expected_length: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtendedTextView:
    """A text to write: one, or up to `max_strings` when `multiple` (0 = no limit)."""

    response: str
    prompt: str
    multiple: bool
    expected_length: int | None
    expected_lines: int | None
    min_strings: int
    max_strings: int
    pattern_mask: str | None
    format: TextFormat
    placeholder: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HotTextView:
    """Words to choose in a text; in `body` each is `<span data-hottext="ID">words</span>` (`split_places`)."""

    response: str
    prompt: str
    body: str
    choices: tuple[str, ...]
    max_choices: int
    min_choices: int
    multiple: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class HotspotView:
    """One area of a picture with its label (plain text, may be empty)."""

    identifier: str
    label: str
    area: Area


@dataclass(frozen=True, kw_only=True, slots=True)
class PairHotspotView:
    """One area of a picture that pairs are made of, as a `PairChoiceView` is."""

    identifier: str
    label: str
    area: Area
    match_max: int
    match_min: int
    match_group: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HotspotChoiceView:
    """Areas of a picture to choose."""

    response: str
    prompt: str
    picture: Picture
    width: int
    height: int
    hotspots: tuple[HotspotView, ...]
    max_choices: int
    min_choices: int
    multiple: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphicOrderView:
    """Areas of a picture to put in order; all of them when both numbers are 0."""

    response: str
    prompt: str
    picture: Picture
    width: int
    height: int
    hotspots: tuple[HotspotView, ...]
    max_choices: int
    min_choices: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphicAssociateView:
    """Pairs to make of areas of a picture."""

    response: str
    prompt: str
    picture: Picture
    width: int
    height: int
    hotspots: tuple[PairHotspotView, ...]
    max_associations: int
    min_associations: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphicGapMatchView:
    """Choices to put on areas of a picture."""

    response: str
    prompt: str
    picture: Picture
    width: int
    height: int
    choices: tuple[PairChoiceView, ...]
    hotspots: tuple[PairHotspotView, ...]
    max_associations: int
    min_associations: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SelectPointView:
    """Points of a picture to mark, at most `max_choices` (0 = no limit)."""

    response: str
    prompt: str
    picture: Picture
    width: int
    height: int
    max_choices: int
    min_choices: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PositionObjectView:
    """An object to put on a picture, at most `max_choices` times; `center` None is the object's middle."""

    response: str
    prompt: str
    picture: Picture
    width: int
    height: int
    object: Picture
    object_width: int
    object_height: int
    center: tuple[int, int] | None
    max_choices: int
    min_choices: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SliderView:
    """A number to set between two bounds; `whole` says that only whole numbers are read."""

    response: str
    prompt: str
    lower_bound: Decimal
    upper_bound: Decimal
    step: Decimal | None
    step_label: bool
    reverse: bool
    whole: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadView:
    """A file to hand in; empty `media_types` means any that the body accepts."""

    response: str
    prompt: str
    media_types: tuple[str, ...]


InteractionView = (
    ChoiceView
    | OrderView
    | AssociateView
    | MatchView
    | GapMatchView
    | InlineChoiceView
    | TextEntryView
    | NumericEntryView
    | ExtendedTextView
    | HotTextView
    | HotspotChoiceView
    | GraphicOrderView
    | GraphicAssociateView
    | GraphicGapMatchView
    | SelectPointView
    | PositionObjectView
    | SliderView
    | UploadView
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CandidateView:
    """An item as a candidate sees it in one language: no correct response, no mapping, no processing.

    `stem` has a place for each interaction that stands inside it; the others follow it in their order.
    """

    identifier: str
    kind: ItemKind
    language: str
    stimulus: str
    stem: str
    interactions: tuple[InteractionView, ...]
    files: tuple[ItemFile, ...]
