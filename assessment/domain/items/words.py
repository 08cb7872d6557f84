"""The words of an item in one language: what scoring never reads (rule 18).

`html` and every prompt are clean HTML fragments (`qti.fragment`). Where something stands inside a fragment, an
empty element marks the place (`places` finds it): `<span data-interaction="RESPONSE"></span>` for an interaction
inside a line, `<div data-interaction="RESPONSE"></div>` for a block, `<span data-gap="G1"></span>`,
`<span data-hottext="H1">words</span>`, `<span data-feedback="F1"></span>` or a `div` with it. A file of the item
is named as `file:NAME` in `src`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemFile:
    """A picture, sound or film of an item. The bytes lie in the store under `digest` (SHA-256); `size` in bytes."""

    name: str
    media_type: str
    digest: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ChoiceWords:
    """The words of one option, as a clean HTML fragment; for a choice that is a picture, its `img`."""

    identifier: str
    html: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """The picture of a graphic interaction: the name of an item file, and what it shows in words."""

    file: str
    alt: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChoiceText:
    """The words of a choice interaction; `prompt` may be empty. Choices stand in the item's order."""

    response: str
    prompt: str
    choices: tuple[ChoiceWords, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderText:
    """The words of an order interaction, choices in the item's order."""

    response: str
    prompt: str
    choices: tuple[ChoiceWords, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AssociateText:
    """The words of an associate interaction, choices in the item's order."""

    response: str
    prompt: str
    choices: tuple[ChoiceWords, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchText:
    """The words of a match interaction, both lists in the item's order."""

    response: str
    prompt: str
    sources: tuple[ChoiceWords, ...]
    targets: tuple[ChoiceWords, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class GapMatchText:
    """The words of a gap match interaction; `body` is the text with its gaps as places."""

    response: str
    prompt: str
    choices: tuple[ChoiceWords, ...]
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InlineChoiceText:
    """The words of a choice inside a line."""

    response: str
    choices: tuple[ChoiceWords, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TextEntryText:
    """The words of a text field inside a line: plain text shown while it is empty."""

    response: str
    placeholder: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NumericEntryText:
    """The words around a number field: before it, and its unit after it (clean inline HTML, may be empty)."""

    response: str
    before: str = ""
    unit: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtendedTextText:
    """The words of an extended text interaction."""

    response: str
    prompt: str = ""
    placeholder: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HotTextText:
    """The words of a hot text interaction; in `body` each choice is `<span data-hottext="ID">words</span>`."""

    response: str
    prompt: str
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphicText:
    """The words of an interaction on one picture; `labels` name its hotspots in the item's order.

    Labels are plain text and may be empty; an interaction without hotspots has none.
    """

    response: str
    prompt: str
    picture: Picture
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphicGapMatchText:
    """The words of a graphic gap match: a picture, its labelled areas, and the choices to put on them."""

    response: str
    prompt: str
    picture: Picture
    labels: tuple[str, ...]
    choices: tuple[ChoiceWords, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PositionObjectText:
    """The words of a position object interaction: the stage and the object that is put on it."""

    response: str
    prompt: str
    picture: Picture
    object: Picture


@dataclass(frozen=True, kw_only=True, slots=True)
class SliderText:
    """The words of a slider."""

    response: str
    prompt: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadText:
    """The words of an upload."""

    response: str
    prompt: str = ""


InteractionText = (
    ChoiceText
    | OrderText
    | AssociateText
    | MatchText
    | GapMatchText
    | InlineChoiceText
    | TextEntryText
    | NumericEntryText
    | ExtendedTextText
    | HotTextText
    | GraphicText
    | GraphicGapMatchText
    | PositionObjectText
    | SliderText
    | UploadText
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedbackText:
    """The words of one feedback of the item; a title stands on modal feedback only."""

    name: str
    html: str
    title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemText:
    """The words of an item in one language (BCP 47 tag). `title` is plain text, `stem` clean HTML.

    `interactions` stand in the item's order. The title is for authors and may give the answer away.
    `stimulus` is the text that several items share, `rubric` what people who mark the item read; feedback
    stands in the item's order and is never shown in an exam. `files` are what the fragments name.
    """

    language: str
    title: str
    stem: str
    interactions: tuple[InteractionText, ...]
    stimulus: str = ""
    feedback: tuple[FeedbackText, ...] = ()
    rubric: str = ""
    files: tuple[ItemFile, ...] = ()

    def find_file(self, name: str) -> ItemFile | None:
        """Return the file of a name, or None."""
        return next((each for each in self.files if each.name == name), None)
