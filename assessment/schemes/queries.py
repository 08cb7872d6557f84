"""Selects on schemes that other features need: plan, units, facts, what is registered, what is published."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.tables import BodyLicence
from assessment.domain.competency import Method
from assessment.domain.errors import N_, NotFound
from assessment.domain.language import text_in
from assessment.domain.plan import Cell, Coverage, Instrument, rule_from_json
from assessment.schemes.tables import Instrument as InstrumentRow
from assessment.schemes.tables import (
    InstrumentCoverage,
    PlanCell,
    Prerequisite,
    PrerequisiteText,
    Scheme,
    SchemeKind,
    SchemeScope,
    SchemeState,
    SchemeText,
    SchemeUnit,
    SchemeVersion,
)
from assessment.standards.tables import Competency
from assessment.web.gate import RecordStanding

EVERY_SCHEME = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberUnit:
    """A unit of a scheme version, core or elective."""

    unit_id: str
    standard_id: str
    code: str
    core: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PrerequisiteFact:
    """What a candidate must show; `texts`: language -> statement."""

    id: str
    texts: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class SchemeFacts:
    """What a scheme version says of itself; `titles` and `summaries` by language, `scope` as (name, value)."""

    scheme_version_id: str
    scheme_id: str
    code: str
    kind: SchemeKind
    number: int
    state: SchemeState
    sample: bool
    validity_months: int
    quorum: int
    outside_members: int
    look_back_days: int
    electives_required: int
    created_at: datetime
    published_at: datetime | None
    published_by: str | None
    titles: dict[str, str]
    summaries: dict[str, str]
    scope: tuple[tuple[str, str], ...]
    prerequisites: tuple[PrerequisiteFact, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedScheme:
    """The newest published version of a scheme that the body's licence covers."""

    scheme_version_id: str
    code: str
    kind: SchemeKind
    number: int
    sample: bool
    titles: dict[str, str]


def standing_of_scheme_version(session: Session, body_id: str, scheme_version_id: str) -> RecordStanding | None:
    """Tell the gate whether the body has such a scheme version."""
    found = session.scalar(
        select(SchemeVersion.id).where(SchemeVersion.body_id == body_id, SchemeVersion.id == scheme_version_id)
    )
    return None if found is None else RecordStanding()


def scheme_titles(session: Session, body_id: str, scheme_version_ids: Iterable[str], language: str) -> dict[str, str]:
    """Return scheme version id -> title in the wished language or the nearest there is; one statement."""
    titles: dict[str, dict[str, str]] = {}
    for row in session.execute(
        select(SchemeText.scheme_version_id, SchemeText.language, SchemeText.title).where(
            SchemeText.body_id == body_id, SchemeText.scheme_version_id.in_(set(scheme_version_ids))
        )
    ):
        titles.setdefault(row.scheme_version_id, {})[row.language] = row.title
    return {id_: text_in(said, language) for id_, said in titles.items()}


def open_versions(session: Session, body_id: str, language: str) -> list[tuple[str, str]]:
    """Return (id, "CODE version N · title") of each version that is not retired, by code; two statements."""
    rows = session.execute(
        select(SchemeVersion.id, SchemeVersion.number, Scheme.code)
        .join(Scheme, (Scheme.body_id == SchemeVersion.body_id) & (Scheme.id == SchemeVersion.scheme_id))
        .where(SchemeVersion.body_id == body_id, SchemeVersion.state != SchemeState.RETIRED)
        .order_by(Scheme.code, SchemeVersion.number.desc())
    ).all()
    titles = scheme_titles(session, body_id, [row.id for row in rows], language)
    return [(row.id, f"{row.code} v{row.number} · {titles.get(row.id, '')}") for row in rows]


def plan_cells(session: Session, body_id: str, scheme_version_id: str) -> tuple[Cell, ...]:
    """Return the used cells of a version's plan, in the order of units, criteria and methods; one statement."""
    rows = session.execute(
        select(PlanCell.criterion_id, PlanCell.method, PlanCell.rule)
        .join(Competency, (Competency.body_id == PlanCell.body_id) & (Competency.id == PlanCell.criterion_id))
        .where(PlanCell.body_id == body_id, PlanCell.scheme_version_id == scheme_version_id)
        .order_by(Competency.standard_id, Competency.position)
    ).all()
    order = list(Method)
    cells = [Cell(criterion_id=row.criterion_id, method=row.method, rule=rule_from_json(row.rule)) for row in rows]
    places = {row.criterion_id: place for place, row in enumerate(rows)}
    return tuple(sorted(cells, key=lambda cell: (places[cell.criterion_id], order.index(cell.method))))


def scheme_units(session: Session, body_id: str, scheme_version_id: str) -> tuple[MemberUnit, ...]:
    """Return the units of a version in the scheme's order; one statement."""
    rows = session.execute(
        select(SchemeUnit.unit_id, Competency.standard_id, Competency.code, SchemeUnit.core)
        .join(Competency, (Competency.body_id == SchemeUnit.body_id) & (Competency.id == SchemeUnit.unit_id))
        .where(SchemeUnit.body_id == body_id, SchemeUnit.scheme_version_id == scheme_version_id)
        .order_by(SchemeUnit.position, SchemeUnit.unit_id)
    )
    return tuple(MemberUnit(**row._mapping) for row in rows)


def scheme_facts(session: Session, body_id: str, scheme_version_id: str) -> SchemeFacts:
    """Return what a version says of itself; three statements. Raises NotFound when there is none."""
    rows = session.execute(
        select(SchemeVersion, Scheme.code, Scheme.kind, SchemeText.language, SchemeText.title, SchemeText.summary)
        .join(Scheme, (Scheme.body_id == SchemeVersion.body_id) & (Scheme.id == SchemeVersion.scheme_id))
        .join(
            SchemeText,
            (SchemeText.body_id == SchemeVersion.body_id) & (SchemeText.scheme_version_id == SchemeVersion.id),
            isouter=True,
        )
        .where(SchemeVersion.body_id == body_id, SchemeVersion.id == scheme_version_id)
        .order_by(SchemeText.language)
    ).all()
    if not rows:
        raise NotFound(N_("There is no such scheme version."))
    version: SchemeVersion = rows[0][0]
    return SchemeFacts(
        scheme_version_id=version.id,
        scheme_id=version.scheme_id,
        code=rows[0].code,
        kind=rows[0].kind,
        number=version.number,
        state=version.state,
        sample=version.sample,
        validity_months=version.validity_months,
        quorum=version.quorum,
        outside_members=version.outside_members,
        look_back_days=version.look_back_days,
        electives_required=version.electives_required,
        created_at=version.created_at,
        published_at=version.published_at,
        published_by=version.published_by,
        titles={row.language: row.title for row in rows if row.language},
        summaries={row.language: row.summary for row in rows if row.language and row.summary},
        scope=_scope(session, body_id, scheme_version_id),
        prerequisites=prerequisites(session, body_id, scheme_version_id),
    )


def _scope(session: Session, body_id: str, scheme_version_id: str) -> tuple[tuple[str, str], ...]:
    rows = session.execute(
        select(SchemeScope.name, SchemeScope.value)
        .where(SchemeScope.body_id == body_id, SchemeScope.scheme_version_id == scheme_version_id)
        .order_by(SchemeScope.name, SchemeScope.value)
    )
    return tuple((row.name, row.value) for row in rows)


def prerequisites(session: Session, body_id: str, scheme_version_id: str) -> tuple[PrerequisiteFact, ...]:
    """Return a version's prerequisites in order, in every language; one statement."""
    rows = session.execute(
        select(Prerequisite.id, PrerequisiteText.language, PrerequisiteText.statement)
        .join(
            PrerequisiteText,
            (PrerequisiteText.body_id == Prerequisite.body_id) & (PrerequisiteText.prerequisite_id == Prerequisite.id),
        )
        .where(Prerequisite.body_id == body_id, Prerequisite.scheme_version_id == scheme_version_id)
        .order_by(Prerequisite.position, Prerequisite.id, PrerequisiteText.language)
    )
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.id, {})[row.language] = row.statement
    return tuple(PrerequisiteFact(id=id_, texts=said) for id_, said in found.items())


def instruments(session: Session, body_id: str, scheme_version_id: str) -> tuple[Instrument, ...]:
    """Return the forms and rubrics registered with a version's plan, as the domain sees them; one statement."""
    rows = session.execute(
        select(InstrumentRow.kind.label("instrument_kind"), InstrumentRow.record_id, InstrumentCoverage)
        .join(
            InstrumentCoverage,
            (InstrumentCoverage.body_id == InstrumentRow.body_id)
            & (InstrumentCoverage.instrument_id == InstrumentRow.id),
        )
        .where(InstrumentRow.body_id == body_id, InstrumentRow.scheme_version_id == scheme_version_id)
        .order_by(InstrumentRow.registered_at, InstrumentRow.id)
    )
    covers: dict[str, list[Coverage]] = {}
    for kind, record_id, row in rows:
        covers.setdefault(f"{kind.value}:{record_id}", []).append(
            Coverage(criterion_id=row.criterion_id, method=row.method, kind=row.kind, items=row.items, level=row.level)
        )
    return tuple(Instrument(reference=reference, covers=tuple(found)) for reference, found in covers.items())


def published_schemes(session: Session, body_id: str, today: date) -> tuple[PublishedScheme, ...]:
    """Return the newest published version of each scheme that a licence of the body covers on this day (rule 12).

    `today`: the calendar date in the body's zone. Two statements.
    """
    licences = session.scalars(
        select(BodyLicence.scheme_codes).where(
            BodyLicence.body_id == body_id, BodyLicence.valid_from <= today, BodyLicence.valid_until >= today
        )
    )
    covered = {str(code) for codes in licences for code in codes}
    rows = session.execute(
        select(
            SchemeVersion.id,
            SchemeVersion.number,
            SchemeVersion.sample,
            Scheme.code,
            Scheme.kind,
            SchemeText.language,
            SchemeText.title,
        )
        .join(Scheme, (Scheme.body_id == SchemeVersion.body_id) & (Scheme.id == SchemeVersion.scheme_id))
        .join(
            SchemeText,
            (SchemeText.body_id == SchemeVersion.body_id) & (SchemeText.scheme_version_id == SchemeVersion.id),
        )
        .where(SchemeVersion.body_id == body_id, SchemeVersion.state == SchemeState.PUBLISHED)
        .order_by(Scheme.code, SchemeVersion.number.desc(), SchemeText.language)
    )
    newest: dict[str, PublishedScheme] = {}
    for row in rows:
        if not covered & {EVERY_SCHEME, row.code}:
            continue
        scheme = newest.setdefault(
            row.code,
            PublishedScheme(
                scheme_version_id=row.id,
                code=row.code,
                kind=row.kind,
                number=row.number,
                sample=row.sample,
                titles={},
            ),
        )
        if scheme.scheme_version_id == row.id:
            scheme.titles[row.language] = row.title
    return tuple(newest.values())
