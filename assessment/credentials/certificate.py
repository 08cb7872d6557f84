"""What a certificate states, gathered once: for the credential, for the code and for the printed page.

The credential is in English, the page in Indonesian and English; both are written from the same values here, so
that neither can say more than the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy.orm import Session

from assessment.certification.facts import decision_facts
from assessment.certification.result_json import TakenMark
from assessment.credentials.keys import installation
from assessment.domain.certification.clocks import calendar_day, valid_until
from assessment.domain.competency import Method, Outcome
from assessment.domain.credentials.achievement import UnitProof
from assessment.domain.credentials.did_web import web_did
from assessment.domain.language import text_in

RECORD_TITLE = {"id": "Rekaman Uji", "en": "Record of assessment"}
CERTIFICATE_TITLE = {"id": "Sertifikat Kompetensi", "en": "Certificate of competence"}

CRITERIA = (
    "Every performance criterion of each unit was proved by sufficient evidence under the scheme's assessment plan. "
    "Assessors recommended, a meeting of people who took no part decided, and another person released."
)
SAMPLE = {
    "id": "Contoh untuk peragaan; tidak membuktikan apa pun.",
    "en": "A sample for demonstration; it proves nothing.",
}
ONE_ROOF = {
    "id": "Lembaga yang sama juga melatih pemegang (pihak pertama, P1).",
    "en": "The same body also trained the holder (first party, P1).",
}

# The two scope names that only a welding scheme has.
WELDING_SCOPE = frozenset({"process", "position"})


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitLine:
    """A unit that was found competent: its titles by language and how it was proved.

    `written`: (score, maximum) in marks, None without written questions on it.
    """

    code: str
    titles: Mapping[str, str]
    methods: tuple[Method, ...]
    written: tuple[Fraction, Fraction] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """Where and on which day something was proved; `kind` is exam or practical."""

    kind: str
    day: date
    site: str
    city: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """Everything that one certificate states, apart from its number, its address and its holder's name.

    `scope`: (name, values). `stamp`: it is a sample, or of the demo. `licensed`: the body holds the national
    authority's own number for the scheme, so that it may call the paper a certificate. `marks`: those of the
    assessors' sheets on the units that were found competent.
    """

    body_id: str
    origin: str
    did: str
    person_id: str
    issuer_name: str
    issuer_city: str
    licensed: bool
    authority: str
    authority_number: str
    scheme_code: str
    scheme_version: int
    scheme_version_id: str
    titles: Mapping[str, str]
    summaries: Mapping[str, str]
    scope: tuple[tuple[str, tuple[str, ...]], ...]
    units: tuple[UnitLine, ...]
    occasions: tuple[Occasion, ...]
    meeting_number: str
    deciders: int
    outside_deciders: int
    trained_here: bool
    stamp: bool
    welding: bool
    decided_on: date
    valid_until_on: date
    zone: ZoneInfo
    application_id: str = ""
    marks: tuple[TakenMark, ...] = ()

    @property
    def title(self) -> Mapping[str, str]:
        """What the paper calls itself, by language (rule 12)."""
        return CERTIFICATE_TITLE if self.licensed else RECORD_TITLE

    @property
    def proofs(self) -> tuple[UnitProof, ...]:
        """The units with their ways of proof, as the credential states them."""
        return tuple(
            UnitProof(code=unit.code, methods=frozenset(unit.methods), written=unit.written) for unit in self.units
        )

    @property
    def active(self) -> tuple[date, date] | None:
        """The first and the last day on which something was proved."""
        days = [occasion.day for occasion in self.occasions]
        return (min(days), max(days)) if days else None

    @property
    def address(self) -> str:
        """Where people read about this version of the scheme."""
        return scheme_address(self.origin, self.body_id, self.scheme_code, self.scheme_version)

    @property
    def description(self) -> str:
        """What the credential says in prose, in English."""
        parts = [
            SAMPLE["en"] if self.stamp else "",
            text_in(self.summaries, "en"),
            f"Scope of the scheme: {scope_text(self.scope)}." if self.scope else "",
            *(
                f"{occasion.kind.capitalize()}: {occasion.site}, {occasion.city}, {written_day(occasion.day, 'en')}."
                for occasion in self.occasions
            ),
            f"Decided by {self.deciders} members, {self.outside_deciders} of them from outside the body; "
            f"minutes {self.meeting_number}.",
            ONE_ROOF["en"] if self.trained_here else "",
        ]
        return " ".join(part for part in parts if part)


def certificate_of(session: Session, body_id: str, decision_id: str) -> Certificate:
    """Return what the certificate of a decision states. Raises NotFound for an unknown decision of this body."""
    facts = decision_facts(session, body_id, decision_id)
    address, demo = installation(session)
    zone = ZoneInfo(facts.zone)
    licence = facts.licence
    return Certificate(
        body_id=body_id,
        origin=address,
        did=web_did(address, body_id),
        person_id=facts.person_id,
        issuer_name=facts.body_name,
        issuer_city=facts.body_city,
        licensed=licence is not None and bool(licence.authority_number),
        authority=licence.authority if licence else "",
        authority_number=(licence.authority_number or "") if licence else "",
        scheme_code=facts.scheme_code,
        scheme_version=facts.scheme_version_number,
        scheme_version_id=facts.scheme_version_id,
        titles=facts.scheme_titles,
        summaries=facts.scheme_summaries,
        scope=_grouped(facts.scope),
        units=tuple(
            UnitLine(code=unit.code, titles=unit.titles, methods=unit.methods, written=unit.written)
            for unit in facts.units
            if unit.outcome is Outcome.COMPETENT
        ),
        occasions=tuple(
            Occasion(kind=place.kind, day=_day(place.at, zone), site=place.site_name, city=place.site_city)
            for place in facts.places
        ),
        meeting_number=facts.meeting_number,
        deciders=facts.deciders,
        outside_deciders=facts.outside_deciders,
        trained_here=facts.trained_here,
        stamp=facts.sample or demo,
        welding=bool(WELDING_SCOPE & {name for name, _ in facts.scope}),
        decided_on=facts.decided_on,
        valid_until_on=valid_until(facts.decided_on, months=facts.validity_months),
        zone=zone,
        application_id=facts.application_id,
        marks=tuple(mark for unit in facts.units if unit.outcome is Outcome.COMPETENT for mark in unit.marks),
    )


def scheme_address(address: str, body_id: str, code: str, version: int | None = None) -> str:
    """Return where people read about a scheme, or about one version of it."""
    place = f"{address}/b/{body_id}/schemes/{quote(code, safe='')}"
    return place if version is None else f"{place}/{version}"


def scope_text(scope: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """Write a scope in one line: process SMAW (111), FCAW (136); position 3G / PF."""
    return "; ".join(f"{name} {', '.join(values)}" for name, values in scope)


@lru_cache(maxsize=1024)
def written_day(day: date, language: str) -> str:
    """Write a date with the month in words."""
    return str(format_date(day, "d MMMM y", locale=language))


def _grouped(scope: tuple[tuple[str, str], ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    values: dict[str, list[str]] = {}
    for name, value in scope:
        values.setdefault(name, []).append(value)
    order = ("process", "position", "product", "material")
    names = sorted(values, key=lambda name: (order.index(name) if name in order else len(order), name))
    return tuple((name, tuple(values[name])) for name in names)


def _day(at: datetime, zone: ZoneInfo) -> date:
    return calendar_day(at, zone)
