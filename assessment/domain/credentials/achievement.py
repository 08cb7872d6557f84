"""What a certificate states, as values: the scheme, the units, how each was proved, for whom, how long.

Specification: Open Badges 3.0, https://www.imsglobal.org/spec/ob/v3p0 (Achievement, Result).
No identity number and no birth date has a place here.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from fractions import Fraction

from assessment.domain.competency import Method
from assessment.domain.credentials.status_list import StatusPurpose

COMPETENT = "competent"


@dataclass(frozen=True, kw_only=True, slots=True)
class AlignedCode:
    """A node of a framework that something is aligned with; `url` is where the node can be read about.

    `kind` is CFItem for a node of a competency standard, CTDL's ceterms:Credential otherwise (Open Badges 3.0,
    AlignmentTargetType).
    """

    code: str
    name: str
    framework: str
    url: str
    kind: str = "CFItem"


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """One level that a result can end in; `code` is unique inside its result, for example "competent"."""

    code: str
    name: str
    description: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitOffered:
    """A unit that the scheme can certify.

    `name` is English, `source_name` the title in the standard's own language; `url` is where the standard's
    unit can be read; `methods` are all ways of proof that the scheme's assessment plan uses for it. `cut`: the share
    (0..1) of the written marks that each criterion asks for, None where they ask for different shares. `codes`: what
    else the unit is aligned with, such as its older code.
    """

    code: str
    name: str
    source_name: str
    framework: str
    url: str
    methods: frozenset[Method]
    levels: tuple[Level, ...]
    required_level: str = COMPETENT
    cut: Fraction | None = None
    codes: tuple[AlignedCode, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PracticalCriterion:
    """One line of an assessor's sheet: `code` is unique inside the version `rubric` of a task.

    `required_level`: the level that suffices, None where the line decides nothing. `codes`: the performance criteria
    that it gives evidence of.
    """

    rubric: str
    code: str
    name: str
    levels: tuple[Level, ...]
    required_level: str | None
    codes: tuple[AlignedCode, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Achievement:
    """One version of a certification scheme.

    `id` is an absolute address without a fragment, unique to the version; `url` is where people read about
    the scheme; `name` is English and `source_name` the title in the scheme's own language. `codes`: what the scope is
    aligned with beside the scheme itself, such as a welding process of ISO 4063. `practical`: the lines of the sheets
    by which somebody was assessed.
    """

    id: str
    code: str
    version: str
    kind: str
    name: str
    source_name: str
    description: str
    criteria: str
    framework: str
    url: str
    units: tuple[UnitOffered, ...]
    codes: tuple[AlignedCode, ...] = ()
    practical: tuple[PracticalCriterion, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitProof:
    """What one person proved of one unit: the level reached and the ways by which it was proved.

    `written`: (score, maximum) in marks of the written questions on the unit, None without any.
    """

    code: str
    level: str = COMPETENT
    methods: frozenset[Method]
    written: tuple[Fraction, Fraction] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PracticalResult:
    """The level that one line of a sheet ended in; `value` is what was measured with its unit, empty for nothing."""

    rubric: str
    code: str
    level: str
    value: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidencePiece:
    """A file that stays with the body: what it is, and the SHA-256 (32 bytes) by which it is known."""

    name: str
    genre: str
    sha256: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """On what terms a certificate may be used: where they can be read, and in one sentence."""

    url: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """The holder; `name` is one text as in the passport, never split."""

    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Validity:
    """From when until when, inclusive, as aware moments in the issuer's zone; `until` None: without end."""

    start: datetime
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusEntry:
    """The bit that stands for a credential: `index` counts over all of the issuer's lists of this purpose."""

    purpose: StatusPurpose
    index: int


def validity_of_days(first: date, last: date | None, zone: tzinfo) -> Validity:
    """Return the validity from the start of `first` to the end of `last`, both days in the issuer's zone."""
    start = datetime.combine(first, time(0, 0, 0), zone)
    return Validity(start=start, until=None if last is None else datetime.combine(last, time(23, 59, 59), zone))
