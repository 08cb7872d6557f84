"""Competency standards as values: unit, element, performance criterion, and the ways to prove them.

Terms are those of SKKNI (unit kompetensi, elemen, kriteria unjuk kerja) in their English form.
Identifiers are opaque text; the meaning of a code belongs to its standard.
"""

from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """How evidence for a criterion is gathered (columns of the record of assessment, FR.AK.02)."""

    OBSERVED = "observed"
    PRODUCT = "product"
    WRITTEN = "written"
    ORAL = "oral"
    PORTFOLIO = "portfolio"
    THIRD_PARTY = "third_party"


class Outcome(StrEnum):
    """The three states of a unit: kompeten, belum kompeten, or not decided yet."""

    COMPETENT = "K"
    NOT_YET_COMPETENT = "BK"
    NEEDS_MORE_EVIDENCE = "needs_more_evidence"


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """One performance criterion; `number` is its place as printed, for example "1.10"."""

    id: str
    number: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """One element of a unit with its criteria in printed order."""

    id: str
    number: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """One unit of competency. `complete` says that a named person marked its criteria whole (rule 3)."""

    id: str
    code: str
    elements: tuple[Element, ...]
    complete: bool

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria in printed order."""
        return tuple(criterion for element in self.elements for criterion in element.criteria)
