"""What a decision says, for whoever makes a credential of it: plain values, in every language that there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from assessment.accounts.tables import CertificationBody, CheckIn, Duty, Party, Site
from assessment.certification.authority import Licence, covering, licences_on
from assessment.certification.result_json import TakenMark, levels_in, marks_in, result_from_json
from assessment.certification.tables import (
    Application,
    Choice,
    Consent,
    Decision,
    DecisionUnit,
    Meeting,
    MeetingMember,
    Purpose,
    UnitResult,
    Vote,
)
from assessment.domain.certification.duties import Side
from assessment.domain.competency import Method, Outcome
from assessment.domain.errors import N_, NotFound
from assessment.exams.tables import Attempt, Sitting
from assessment.practicals.tables import Practical
from assessment.schemes.tables import Scheme, SchemeKind, SchemeScope, SchemeText, SchemeUnit, SchemeVersion
from assessment.standards.tables import Competency, CompetencyText

# The judgement scale of the rubrics: the lowest level in a unit's evidence is the one that is told.
LEVEL_WORDS: Mapping[int, Mapping[str, str]] = {
    0: {"id": "Di bawah standar", "en": "Below the standard"},
    1: {"id": "Memenuhi standar", "en": "Meets the standard"},
    2: {"id": "Melampaui standar pada beberapa bagian", "en": "Exceeds the standard in parts"},
    3: {"id": "Sangat baik", "en": "Excellent"},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitFacts:
    """One unit: its titles by language, the outcome, and how it was proved.

    `written`: (score, maximum) in marks, None without a written exam. `level`: the lowest judged level 0..3, None
    where nothing was judged; `level_words` says it by language. `marks`: those of the assessors' sheets.
    """

    unit_id: str
    code: str
    titles: Mapping[str, str]
    core: bool
    outcome: Outcome
    methods: tuple[Method, ...]
    written: tuple[Fraction, Fraction] | None
    level: int | None
    level_words: Mapping[str, str]
    marks: tuple[TakenMark, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where and when something was proved; `kind` is exam or practical."""

    kind: str
    at: datetime
    site_name: str
    site_city: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionFacts:
    """Everything that a credential of a decision may say.

    `scope`: (name, value) pairs. `licence`: the one that covers the scheme on the day of the decision, None
    without one. `trained_here`: a trainer stands on the application of a P1 body. `deciders`: members who voted;
    `outside_deciders` of them from outside. `exceptions`: what did not fit at a check-in. `photo_abroad`: the
    candidate agrees that the photo is shown. `competent_units`: unit ids that a certificate would name.
    """

    decision_id: str
    application_id: str
    application_number: str
    person_id: str
    outcome: Choice
    decided_on: date
    decided_at: datetime
    meeting_number: str
    deciders: int
    outside_deciders: int
    body_id: str
    body_name: str
    body_city: str
    party: Party
    zone: str
    licence: Licence | None
    scheme_id: str
    scheme_code: str
    scheme_kind: SchemeKind
    scheme_version_id: str
    scheme_version_number: int
    scheme_titles: Mapping[str, str]
    scheme_summaries: Mapping[str, str]
    scope: tuple[tuple[str, str], ...]
    sample: bool
    validity_months: int
    look_back_days: int
    units: tuple[UnitFacts, ...]
    places: tuple[Place, ...]
    trained_here: bool
    exceptions: tuple[str, ...]
    photo_abroad: bool

    @property
    def competent_units(self) -> tuple[str, ...]:
        """The units that were found K, in the scheme's order."""
        return tuple(unit.unit_id for unit in self.units if unit.outcome is Outcome.COMPETENT)


def decision_facts(session: Session, body_id: str, decision_id: str) -> DecisionFacts:
    """Return what a decision says; seven statements. Raises NotFound for an unknown decision of this body."""
    row = session.execute(
        select(Decision, Application, SchemeVersion, Scheme, Meeting.number, CertificationBody)
        .join(
            Application,
            (Application.body_id == Decision.body_id) & (Application.id == Decision.application_id),
        )
        .join(
            SchemeVersion,
            (SchemeVersion.body_id == Application.body_id) & (SchemeVersion.id == Application.scheme_version_id),
        )
        .join(Scheme, (Scheme.body_id == SchemeVersion.body_id) & (Scheme.id == SchemeVersion.scheme_id))
        .join(Meeting, (Meeting.body_id == Decision.body_id) & (Meeting.id == Decision.meeting_id))
        .join(CertificationBody, CertificationBody.id == Decision.body_id)
        .where(Decision.body_id == body_id, Decision.id == decision_id)
    ).first()
    if row is None:
        raise NotFound(N_("There is no such decision."))
    decision, application, version, scheme, meeting_number, body = row
    titles, summaries, scope = _scheme_words(session, version)
    deciders, outside = _deciders(session, decision)
    sides, exceptions, photo_abroad = _about_the_candidate(session, application)
    return DecisionFacts(
        decision_id=decision.id,
        application_id=application.id,
        application_number=application.number,
        person_id=application.person_id,
        outcome=decision.outcome,
        decided_on=decision.decided_on,
        decided_at=decision.decided_at,
        meeting_number=meeting_number,
        deciders=deciders,
        outside_deciders=outside,
        body_id=body.id,
        body_name=body.name,
        body_city=body.city,
        party=body.party,
        zone=body.zone,
        licence=covering(licences_on(session, body_id, decision.decided_on), scheme.code),
        scheme_id=scheme.id,
        scheme_code=scheme.code,
        scheme_kind=scheme.kind,
        scheme_version_id=version.id,
        scheme_version_number=version.number,
        scheme_titles=titles,
        scheme_summaries=summaries,
        scope=scope,
        sample=version.sample,
        validity_months=version.validity_months,
        look_back_days=version.look_back_days,
        units=_units(session, decision, version),
        places=places_of(session, application),
        trained_here=body.party is Party.P1 and Side.TRAINER in sides,
        exceptions=exceptions,
        photo_abroad=photo_abroad,
    )


def _scheme_words(
    session: Session, version: SchemeVersion
) -> tuple[dict[str, str], dict[str, str], tuple[tuple[str, str], ...]]:
    rows: list[Any] = list(
        session.execute(
            select(SchemeText.language, SchemeText.title, SchemeText.summary, SchemeScope.name, SchemeScope.value)
            .join(
                SchemeScope,
                (SchemeScope.body_id == SchemeText.body_id)
                & (SchemeScope.scheme_version_id == SchemeText.scheme_version_id),
                isouter=True,
            )
            .where(SchemeText.body_id == version.body_id, SchemeText.scheme_version_id == version.id)
        )
    )
    scope = sorted({(row.name, row.value) for row in rows if row.name is not None})
    return (
        {row.language: row.title for row in rows},
        {row.language: row.summary for row in rows},
        tuple(scope),
    )


def _deciders(session: Session, decision: Decision) -> tuple[int, int]:
    rows = session.execute(
        select(Vote.person_id, MeetingMember.outside)
        .join(
            MeetingMember,
            (MeetingMember.body_id == Vote.body_id)
            & (MeetingMember.meeting_id == Vote.meeting_id)
            & (MeetingMember.person_id == Vote.person_id),
        )
        .where(
            Vote.body_id == decision.body_id,
            Vote.meeting_id == decision.meeting_id,
            Vote.application_id == decision.application_id,
        )
    ).all()
    return len(rows), sum(row.outside for row in rows)


def _about_the_candidate(session: Session, application: Application) -> tuple[frozenset[Side], tuple[str, ...], bool]:
    """The sides of the application, what did not fit at a check-in, and whether the photo may be shown abroad."""
    rows: list[Any] = list(
        session.execute(
            select(Duty.side, CheckIn.id, CheckIn.exception, CheckIn.at, Consent.at.label("said_at"), Consent.given)
            .select_from(Duty)
            .join(
                CheckIn,
                (CheckIn.body_id == Duty.body_id) & (CheckIn.application_id == Duty.application_id),
                isouter=True,
            )
            .join(
                Consent,
                (Consent.body_id == Duty.body_id)
                & (Consent.application_id == Duty.application_id)
                & (Consent.purpose == Purpose.PHOTO_ABROAD),
                isouter=True,
            )
            .where(Duty.body_id == application.body_id, Duty.application_id == application.id)
            .order_by(CheckIn.at)
        )
    )
    exceptions = {row.id: row.exception for row in rows if row.exception}
    last = max((row for row in rows if row.said_at is not None), key=lambda row: row.said_at, default=None)
    return frozenset(row.side for row in rows), tuple(exceptions.values()), last is not None and last.given


def _units(session: Session, decision: Decision, version: SchemeVersion) -> tuple[UnitFacts, ...]:
    rows = session.execute(
        select(UnitResult, SchemeUnit.core, Competency.code, CompetencyText.language, CompetencyText.statement)
        .join(
            DecisionUnit,
            (DecisionUnit.body_id == UnitResult.body_id) & (DecisionUnit.unit_result_id == UnitResult.id),
        )
        .join(
            SchemeUnit,
            (SchemeUnit.body_id == UnitResult.body_id)
            & (SchemeUnit.unit_id == UnitResult.unit_id)
            & (SchemeUnit.scheme_version_id == version.id),
        )
        .join(
            Competency,
            (Competency.body_id == UnitResult.body_id) & (Competency.id == UnitResult.unit_id),
        )
        .join(
            CompetencyText,
            (CompetencyText.body_id == Competency.body_id) & (CompetencyText.competency_id == Competency.id),
            isouter=True,
        )
        .where(DecisionUnit.body_id == decision.body_id, DecisionUnit.decision_id == decision.id)
        .order_by(SchemeUnit.position, UnitResult.unit_id)
    ).all()
    titles: dict[str, dict[str, str]] = {}
    for row in rows:
        own = titles.setdefault(row.UnitResult.unit_id, {})
        if row.language is not None:
            own[row.language] = row.statement
    found: dict[str, UnitFacts] = {}
    for row in rows:
        stored = row.UnitResult
        if stored.unit_id in found:
            continue
        result, written = result_from_json(stored.unit_id, stored.outcome, stored.detail)
        level = min(levels_in(result), default=None)
        found[stored.unit_id] = UnitFacts(
            unit_id=stored.unit_id,
            code=row.code,
            titles=titles[stored.unit_id],
            core=row.core,
            outcome=stored.outcome,
            methods=result.proved_by,
            written=None if written is None else (written.score, written.maximum),
            level=level,
            level_words={} if level is None else LEVEL_WORDS[level],
            marks=tuple(marks_in(result)),
        )
    return tuple(found.values())


def places_of(session: Session, application: Application) -> tuple[Place, ...]:
    """Return where and when an application was examined, the earliest first; one statement."""
    exams = (
        select(literal("exam").label("kind"), Sitting.starts_at.label("at"), Site.name, Site.city)
        .join(Attempt, (Attempt.body_id == Sitting.body_id) & (Attempt.sitting_id == Sitting.id))
        .join(Site, (Site.body_id == Sitting.body_id) & (Site.id == Sitting.site_id))
        .where(
            Attempt.body_id == application.body_id,
            Attempt.application_id == application.id,
            Attempt.started_at.is_not(None),
        )
    )
    practicals = (
        select(literal("practical").label("kind"), Practical.starts_at.label("at"), Site.name, Site.city)
        .join(Site, (Site.body_id == Practical.body_id) & (Site.id == Practical.site_id))
        .where(
            Practical.body_id == application.body_id,
            Practical.application_id == application.id,
            Practical.submitted_at.is_not(None),
        )
    )
    found = [
        Place(kind=row.kind, at=row.at, site_name=row.name, site_city=row.city)
        for row in session.execute(union_all(exams, practicals))
    ]
    return tuple(sorted(found, key=lambda place: place.at))
