"""What a certificate states, as values: the scheme, the units, how each was proved, for whom, how long.

Specification: Open Badges 3.0, https://www.imsglobal.org/spec/ob/v3p0 (Achievement, Result).
No identity number and no birth date has a place here.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from assessment.domain.competency import Method
from assessment.domain.credentials.status_list import StatusPurpose

COMPETENT = "competent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """One level that a unit can end in; `code` is unique inside the unit, for example "competent"."""

    code: str
    name: str
    description: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitOffered:
    """A unit that the scheme can certify.

    `name` is English, `source_name` the title in the standard's own language; `url` is where the standard's
    unit can be read; `methods` are all ways of proof that the scheme's assessment plan uses for it.
    """

    code: str
    name: str
    source_name: str
    framework: str
    url: str
    methods: frozenset[Method]
    levels: tuple[Level, ...]
    required_level: str = COMPETENT


@dataclass(frozen=True, kw_only=True, slots=True)
class Achievement:
    """One version of a certification scheme.

    `id` is an absolute address without a fragment, unique to the version; `url` is where people read about
    the scheme; `name` is English and `source_name` the title in the scheme's own language.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitProof:
    """What one person proved of one unit: the level reached and the ways by which it was proved."""

    code: str
    level: str = COMPETENT
    methods: frozenset[Method]


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
