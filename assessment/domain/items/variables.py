"""Response and outcome variables of an item: what a variable holds, what is correct, what values are worth.

Follows QTI 3.0, Assessment, Section and Item Information Model: BaseType, Cardinality, ResponseDeclaration,
Mapping, AreaMapping, OutcomeDeclaration. Values only: `check` has the rules, `lexical` the texts of values.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from assessment.domain.items.shapes import Area


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

    @property
    def decimal(self) -> bool:
        """Whether values are held as Decimal: numbers, and durations in seconds."""
        return self.numeric or self is BaseType.DURATION


Scalar = str | Decimal
"""One value of a response variable: a Decimal for integer, float and duration (seconds), text for the others.

A pair is "A B" with its identifiers sorted, a directed pair "SOURCE TARGET", a point "X Y", a boolean "true" or
"false", a file as `lexical.FileValue` writes it.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class MapEntry:
    """What one source value is worth, in marks. Case counts for texts unless `case_sensitive` is False."""

    key: Scalar
    value: Fraction
    case_sensitive: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapping:
    """Marks by value (QTI 3.0, Mapping). Entries are sorted by key: their order carries no meaning."""

    entries: tuple[MapEntry, ...]
    default_value: Fraction = Fraction(0)
    lower_bound: Fraction | None = None
    upper_bound: Fraction | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaMapEntry:
    """What a point inside an area is worth, in marks."""

    area: Area
    value: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaMapping:
    """Marks by area (QTI 3.0, AreaMapping): the first entry that holds a point counts, so order matters."""

    entries: tuple[AreaMapEntry, ...]
    default_value: Fraction = Fraction(0)
    lower_bound: Fraction | None = None
    upper_bound: Fraction | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordField:
    """One field of a correct response of record cardinality."""

    name: str
    base_type: BaseType
    value: Scalar


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseDeclaration:
    """A response variable. `correct` is empty when no correct response is declared, sorted when multiple.

    `default` is the value that the variable has before the candidate answers. A record has no base-type of its
    own: `base_type` is then that of the text the candidate types (string), and `fields` is its correct response.
    """

    identifier: str
    cardinality: Cardinality
    base_type: BaseType
    correct: tuple[Scalar, ...] = ()
    mapping: Mapping | None = None
    area_mapping: AreaMapping | None = None
    default: tuple[Scalar, ...] = ()
    fields: tuple[RecordField, ...] = ()


class Scorer(StrEnum):
    """Who outside response processing sets an outcome (QTI 3.0, external-scored)."""

    HUMAN = "human"
    MACHINE = "externalMachine"


class ToleranceMode(StrEnum):
    """How two numbers are held equal (QTI 3.0, Equal)."""

    EXACT = "exact"
    ABSOLUTE = "absolute"
    RELATIVE = "relative"


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchTable:
    """What an outcome becomes by whole number (QTI 3.0, MatchTable)."""

    entries: tuple[tuple[int, str | Fraction], ...]
    default: str | Fraction | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InterpolationEntry:
    """What a number becomes from `source` on; without `include_boundary` only above it."""

    source: Fraction
    target: str | Fraction
    include_boundary: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class InterpolationTable:
    """What an outcome becomes by number, the first entry that fits (QTI 3.0, InterpolationTable)."""

    entries: tuple[InterpolationEntry, ...]
    default: str | Fraction | None = None


LookupTable = MatchTable | InterpolationTable


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeDeclaration:
    """An outcome variable, in marks where it is numeric. `defaults` are those of a container.

    Without a default, a numeric outcome of single cardinality starts at 0 and any other at NULL (QTI 3.0,
    OutcomeDeclaration). `lookup` is the table that a lookup reads.
    """

    identifier: str
    base_type: BaseType
    default: Fraction | str | None = None
    normal_maximum: Fraction | None = None
    normal_minimum: Fraction | None = None
    mastery_value: Fraction | None = None
    external_scored: Scorer | None = None
    cardinality: Cardinality = Cardinality.SINGLE
    defaults: tuple[Scalar, ...] = ()
    lookup: LookupTable | None = None
