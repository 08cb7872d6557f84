"""What a template draws of a question: one class a macro of `templates/exams/kinds`, with clean HTML and field names.

Values only; `showing` makes them of a view. `response` is the response variable, `field` the name of its form
field, `read` how a script reads it (`static/js/exam/fields.js`), `many` whether its value is a list, `modules`
which scripts of `static/js/exam/kinds` make it easier. Nothing here knows a key.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

NOTHING = Markup()

_PICTURE = re.compile(r'<img\b[^>]*?\balt="([^"]*)"[^>]*>')


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownSpot:
    """An area of a picture: its number on the page, its shape as SVG attributes, and where its number stands."""

    identifier: str
    number: int
    label: str
    element: str
    attributes: Mapping[str, str]
    x: float
    y: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownPicture:
    """A picture with its own size in pixels, `wide` pixels wide at most on the page, and its areas."""

    url: str
    alt: str
    width: int
    height: int
    wide: int
    spots: tuple[ShownSpot, ...] = ()

    @property
    def mark(self) -> float:
        """The radius of a number on the picture, in its own pixels."""
        return round(self.width / 26, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownOption:
    """One option: its lexical form, its words, and whether it is chosen."""

    value: str
    html: Markup
    chosen: bool = False

    @property
    def text(self) -> str:
        """The words alone, for a list that shows no markup; a picture is what it shows."""
        return Markup(_PICTURE.sub(r" \1 ", self.html)).striptags()


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownInteraction:
    """What every interaction has."""

    macro: ClassVar[str] = ""
    read: ClassVar[str] = "values"
    inline: ClassVar[bool] = False
    modules: ClassVar[tuple[str, ...]] = ()

    response: str
    field: str
    many: bool = False
    prompt: Markup = NOTHING


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownChoices(ShownInteraction):
    """Options to choose from; `least` and `most` 0 mean no limit. With a picture the options are its areas.

    Where rows are to be told apart in the HTML, `seam` stands before each and after the last, and `number` instead of
    their numbers.
    """

    macro: ClassVar[str] = "choice"
    modules: ClassVar[tuple[str, ...]] = ("limits", "spots")

    options: tuple[ShownOption, ...]
    least: int
    most: int
    picture: ShownPicture | None = None
    seam: str = ""
    number: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownInlineChoice(ShownInteraction):
    """A list inside a line; `number` counts the places of the stem."""

    macro: ClassVar[str] = "inline_choice"
    inline: ClassVar[bool] = True

    options: tuple[ShownOption, ...]
    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownPlaced:
    """One option of an order: the name of its field, and its place, None while it has none."""

    value: str
    name: str
    html: Markup
    place: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownOrder(ShownInteraction):
    """Options to put in order: `least` to `most` of them, all where both are 0."""

    macro: ClassVar[str] = "order"
    read: ClassVar[str] = "order"
    modules: ClassVar[tuple[str, ...]] = ("order", "spots")

    options: tuple[ShownPlaced, ...]
    least: int
    most: int
    picture: ShownPicture | None = None

    @property
    def places(self) -> int:
        """How many places there are to give."""
        return self.most or len(self.options)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownPairs(ShownInteraction):
    """Pairs to make of one list: rows of two fields, more of them than are filled where there may be more."""

    macro: ClassVar[str] = "associate"
    read: ClassVar[str] = "pairs"
    modules: ClassVar[tuple[str, ...]] = ("pairs", "spots")

    first: str
    second: str
    options: tuple[ShownOption, ...]
    uses: Mapping[str, int]
    rows: tuple[tuple[str, str], ...]
    least: int
    most: int
    picture: ShownPicture | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownSource:
    """One line of a match: its field, whether it takes one option only, and its options as pairs."""

    value: str
    name: str
    html: Markup
    one: bool
    most: int
    cells: tuple[ShownOption, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownMatch(ShownInteraction):
    """Two lists whose options are paired; `uses` says how often a target may be used (0 = no limit)."""

    macro: ClassVar[str] = "match"
    modules: ClassVar[tuple[str, ...]] = ("limits",)

    sources: tuple[ShownSource, ...]
    targets: tuple[ShownOption, ...]
    uses: Mapping[str, int]
    least: int
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownGap:
    """A gap in a text or an area of a picture: its field, what may go in, and what is in it (one value a slot)."""

    identifier: str
    number: int
    name: str
    label: str
    options: tuple[ShownOption, ...]
    slots: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownGapMatch(ShownInteraction):
    """Options to put into gaps; `pieces` is the text with its gaps, empty where the gaps lie on a picture."""

    macro: ClassVar[str] = "gap_match"
    modules: ClassVar[tuple[str, ...]] = ("gaps", "spots")

    options: tuple[ShownOption, ...]
    uses: Mapping[str, int]
    pieces: tuple[Markup | ShownGap, ...]
    gaps: tuple[ShownGap, ...]
    picture: ShownPicture | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownHotText(ShownInteraction):
    """A text some of whose words can be chosen."""

    macro: ClassVar[str] = "hot_text"
    modules: ClassVar[tuple[str, ...]] = ("limits",)

    pieces: tuple[Markup | ShownOption, ...]
    least: int
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownTextEntry(ShownInteraction):
    """A short field inside a line: a number, a text, or one text a line where `many`."""

    macro: ClassVar[str] = "text_entry"
    inline: ClassVar[bool] = True

    value: str
    number: int
    size: int
    numeric: bool
    whole: bool
    placeholder: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownNumber(ShownInteraction):
    """A number field of its own, with the words around it."""

    macro: ClassVar[str] = "number"

    before: Markup
    unit: Markup
    value: str
    size: int
    whole: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownWriting(ShownInteraction):
    """A text to write, or several; `expected` is in characters, 0 where nothing is expected."""

    macro: ClassVar[str] = "extended_text"
    modules: ClassVar[tuple[str, ...]] = ("writing",)

    texts: tuple[str, ...]
    lines: int
    expected: int
    longest: int
    most: int
    placeholder: str
    code: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownPoints(ShownInteraction):
    """Points of a picture, in its own pixels; with an object it is the object that is put there."""

    macro: ClassVar[str] = "points"
    read: ClassVar[str] = "points"
    modules: ClassVar[tuple[str, ...]] = ("points",)

    x: str
    y: str
    rows: tuple[tuple[str, str], ...]
    picture: ShownPicture
    least: int
    most: int
    object: ShownPicture | None = None
    centre: tuple[float, float] = (0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownSlider(ShownInteraction):
    """A number between two bounds; `step` is "any" where none is given."""

    macro: ClassVar[str] = "slider"
    modules: ClassVar[tuple[str, ...]] = ("slider",)

    value: str
    lower: str
    upper: str
    step: str
    whole: bool
    reverse: bool
    labelled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownUpload(ShownInteraction):
    """A file to hand in: `value` names the one that was, `accept` what a file dialog offers; it goes to `address`."""

    macro: ClassVar[str] = "upload"
    modules: ClassVar[tuple[str, ...]] = ("upload",)

    value: str
    media_type: str
    accept: str
    photo: bool
    megabytes: int
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownQuestion:
    """A question ready for the page: `stem` is HTML with the interactions that stand inside it in their places."""

    language: str
    direction: str
    stimulus: Markup
    stem: tuple[Markup | ShownInteraction, ...]
    after: tuple[ShownInteraction, ...]

    @property
    def interactions(self) -> tuple[ShownInteraction, ...]:
        """Every interaction in the order of the page."""
        return tuple(each for each in (*self.stem, *self.after) if isinstance(each, ShownInteraction))

    @property
    def words(self) -> Markup:
        """The attributes of every element that holds words of the item: they are in its language, and read aloud."""
        return Markup('lang="{}" data-words').format(self.language)

    @property
    def needs_style(self) -> bool:
        """Whether it holds more than rows of options and numbers, which every exam page can draw."""
        return any(each.macro not in ("choice", "number") or _useful(each, "spots") for each in self.interactions)

    @property
    def modules(self) -> tuple[str, ...]:
        """The scripts that this question asks for, each once."""
        wanted = (name for each in self.interactions for name in each.modules if _useful(each, name))
        return tuple(dict.fromkeys(wanted))


def _useful(interaction: ShownInteraction, module: str) -> bool:
    """Whether a script has anything to do: pictures for `spots`, a limit for `limits`."""
    if module == "spots":
        return getattr(interaction, "picture", None) is not None and not isinstance(interaction, ShownPoints)
    if module == "limits":
        return interaction.many
    return True
