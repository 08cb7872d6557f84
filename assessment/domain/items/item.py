"""An item as a value: interactions, declarations, response processing, and its words in one language.

Follows QTI 3.0, Assessment, Section and Item Information Model: response declaration (2.14), outcome
declaration (2.15), mapping, choice and text entry interactions. Names are those of the specification.
No rule is enforced here (see `check`), nothing is scored here (see `scoring`).
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class ItemKind(StrEnum):
    """What a candidate does with the item, named for people."""

    SINGLE_CHOICE = "single_choice"
    MULTIPLE_RESPONSE = "multiple_response"
    NUMERIC_ENTRY = "numeric_entry"


class Cardinality(StrEnum):
    """How many values a variable holds (QTI 3.0, Cardinality)."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    ORDERED = "ordered"
    RECORD = "record"


class BaseType(StrEnum):
    """What a variable's values are (QTI 3.0, BaseType)."""

    BOOLEAN = "boolean"
    DIRECTED_PAIR = "directedPair"
    DURATION = "duration"
    FILE = "file"
    FLOAT = "float"
    IDENTIFIER = "identifier"
    INTEGER = "integer"
    PAIR = "pair"
    POINT = "point"
    STRING = "string"
    URI = "uri"

    @property
    def numeric(self) -> bool:
        """Whether values are numbers."""
        return self in (BaseType.FLOAT, BaseType.INTEGER)


Scalar = str | Decimal
"""One value of a response variable: a Decimal for integer and float, text for every other base-type."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MapEntry:
    """What one source value is worth, in marks."""

    key: Scalar
    value: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapping:
    """Marks by value (QTI 3.0, Mapping). Entries are sorted by key: their order carries no meaning."""

    entries: tuple[MapEntry, ...]
    default_value: Fraction = Fraction(0)
    lower_bound: Fraction | None = None
    upper_bound: Fraction | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseDeclaration:
    """A response variable. `correct` is empty when no correct response is declared, sorted when multiple."""

    identifier: str
    cardinality: Cardinality
    base_type: BaseType
    correct: tuple[Scalar, ...] = ()
    mapping: Mapping | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeDeclaration:
    """An outcome variable of single cardinality, in marks where it is numeric.

    Without a default, a numeric outcome starts at 0 and any other at NULL (QTI 3.0, OutcomeDeclaration).
    """

    identifier: str
    base_type: BaseType
    default: Fraction | str | None = None
    normal_maximum: Fraction | None = None
    normal_minimum: Fraction | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One option. A fixed one keeps its place when the others are shuffled."""

    identifier: str
    fixed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ChoiceInteraction:
    """Choose from a list (QTI 3.0, ChoiceInteraction). `max_choices` 0 means no limit."""

    response: str
    choices: tuple[Choice, ...]
    max_choices: int = 1
    min_choices: int = 0
    shuffle: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class NumericEntryInteraction:
    """Type a number: a QTI text entry whose response has base-type integer or float.

    `expected_length` is a hint for the width of the field, in characters.
    """

    response: str
    expected_length: int | None = None


Interaction = ChoiceInteraction | NumericEntryInteraction


class ToleranceMode(StrEnum):
    """How two numbers are held equal (QTI 3.0, Equal)."""

    EXACT = "exact"
    ABSOLUTE = "absolute"
    RELATIVE = "relative"


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


Processing = MatchCorrect | MapResponse | NumericComparison


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A language-independent item. `max_score` is in marks."""

    identifier: str
    interactions: tuple[Interaction, ...]
    responses: tuple[ResponseDeclaration, ...]
    outcomes: tuple[OutcomeDeclaration, ...]
    processing: Processing
    max_score: Fraction

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
    def kind(self) -> ItemKind:
        """The kind of the item's first interaction."""
        interaction = self.interactions[0]
        match interaction:
            case NumericEntryInteraction():
                return ItemKind.NUMERIC_ENTRY
            case ChoiceInteraction():
                declaration = self.find_response(interaction.response)
                if declaration is not None and declaration.cardinality is Cardinality.MULTIPLE:
                    return ItemKind.MULTIPLE_RESPONSE
                return ItemKind.SINGLE_CHOICE


@dataclass(frozen=True, kw_only=True, slots=True)
class ChoiceWords:
    """The words of one option, as a clean HTML fragment."""

    identifier: str
    html: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChoiceText:
    """The words of a choice interaction; `prompt` may be empty. Choices stand in the item's order."""

    response: str
    prompt: str
    choices: tuple[ChoiceWords, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class NumericEntryText:
    """The words around a number field: before it, and its unit after it (clean inline HTML, may be empty)."""

    response: str
    before: str = ""
    unit: str = ""


InteractionText = ChoiceText | NumericEntryText


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemText:
    """The words of an item in one language (BCP 47 tag). `title` is plain text, `stem` clean HTML.

    `interactions` stand in the item's order. The title is for authors and may give the answer away.
    """

    language: str
    title: str
    stem: str
    interactions: tuple[InteractionText, ...]
