"""Creating scheme versions: from a draft, or as a copy of the last version; changing what a draft says.

Each comes in two steps, so that a request can look everything up before its write transaction begins:
`prepare_…` reads, `store_version` writes. `create_scheme_version` does both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.plan import FORMAT_VERSION, Cell, rule_to_json
from assessment.schemes.draft import SchemeDraft, Texts
from assessment.schemes.editing import require_draft
from assessment.schemes.queries import plan_cells, scheme_facts, scheme_units
from assessment.schemes.tables import (
    PlanCell,
    Prerequisite,
    PrerequisiteText,
    Scheme,
    SchemeScope,
    SchemeState,
    SchemeText,
    SchemeUnit,
    SchemeVersion,
)
from assessment.standards.queries import FoundUnit, criteria_by_path, units, units_by_code

SHOWN = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A version that can be stored: its draft, its units by code, and its cells by criterion."""

    draft: SchemeDraft
    found: Mapping[str, FoundUnit]
    cells: tuple[Cell, ...]


def create_scheme_version(session: Session, body_id: str, draft: SchemeDraft, now: datetime) -> str:
    """Store a draft as the next version of its scheme and return its id.

    Raises Invalid when a unit stands in no published standard or a cell names no criterion of the scheme's
    units, and Conflict when the scheme has a draft already or is of another kind.
    """
    return store_version(session, body_id, prepare_version(session, body_id, draft), now)


def prepare_version(session: Session, body_id: str, draft: SchemeDraft) -> Prepared:
    """Look up the units and criteria of a draft; raises Invalid when some are unknown. Reads only."""
    return Prepared(
        draft=draft,
        found=_found_units(session, body_id, draft),
        cells=tuple(_resolved_cells(session, body_id, draft)),
    )


def store_version(session: Session, body_id: str, prepared: Prepared, now: datetime) -> str:
    """Store what was prepared as the next version of its scheme and return its id.

    Raises Conflict when the scheme has a draft already or is of another kind.
    """
    version = _next_version(session, body_id, prepared.draft, now)
    session.add(version)
    session.flush()
    _store_facts(session, body_id, version.id, prepared.draft, prepared.found)
    _store_cells(session, body_id, version.id, prepared.cells)
    session.flush()
    return version.id


def prepare_copy(session: Session, body_id: str, scheme_version_id: str) -> Prepared:
    """Read the newest version of a scheme as one that can be stored again. Reads only.

    A unit whose standard was replaced is taken from the newer one, and its cells follow the numbers of the
    criteria; a cell whose criterion is gone is left out, so that the plan shows the hole. Raises NotFound.
    """
    scheme_id = session.scalar(
        select(SchemeVersion.scheme_id).where(SchemeVersion.body_id == body_id, SchemeVersion.id == scheme_version_id)
    )
    last = session.scalar(
        select(SchemeVersion.id)
        .where(SchemeVersion.body_id == body_id, SchemeVersion.scheme_id == scheme_id)
        .order_by(SchemeVersion.number.desc())
        .limit(1)
    )
    if last is None:
        raise NotFound(N_("There is no such scheme version."))
    facts = scheme_facts(session, body_id, last)
    members = scheme_units(session, body_id, last)
    current = units_by_code(session, body_id, [member.code for member in members])
    moved = {member.unit_id: current[member.code].id for member in members if member.code in current}
    draft = SchemeDraft(
        code=facts.code,
        kind=facts.kind,
        titles=facts.titles,
        summaries=facts.summaries,
        core_units=tuple(member.code for member in members if member.core),
        elective_units=tuple(member.code for member in members if not member.core),
        electives_required=facts.electives_required,
        scope=facts.scope,
        prerequisites=tuple(prerequisite.texts for prerequisite in facts.prerequisites),
        validity_months=facts.validity_months,
        quorum=facts.quorum,
        outside_members=facts.outside_members,
        look_back_days=facts.look_back_days,
        sample=facts.sample,
    )
    return Prepared(
        draft=draft,
        found=_found_units(session, body_id, draft),
        cells=tuple(_moved_cells(session, body_id, plan_cells(session, body_id, last), moved)),
    )


def change_draft(session: Session, body_id: str, scheme_version_id: str, draft: SchemeDraft) -> None:
    """Replace what a draft version says; cells of units that stay are kept, its own `cells` are not read.

    Raises Conflict when the version is published or the code is another one, and Invalid for unknown units.
    """
    version = require_draft(session, body_id, scheme_version_id)
    scheme = session.get(Scheme, (body_id, version.scheme_id))
    if scheme is None or scheme.code != draft.code:
        raise Conflict(N_("The code of a scheme stays as it is; make another scheme for %(code)s."), code=draft.code)
    found = _found_units(session, body_id, draft)
    kept = {
        criterion.id
        for unit in units(session, body_id, [unit.id for unit in found.values()])
        for criterion in unit.criteria
    }
    scheme.kind = draft.kind
    version.sample = draft.sample
    version.validity_months = draft.validity_months
    version.quorum = draft.quorum
    version.outside_members = draft.outside_members
    version.look_back_days = draft.look_back_days
    version.electives_required = draft.electives_required
    _remove_facts(session, body_id, scheme_version_id, kept)
    session.flush()
    _store_facts(session, body_id, scheme_version_id, draft, found)
    session.flush()


def _found_units(session: Session, body_id: str, draft: SchemeDraft) -> dict[str, FoundUnit]:
    codes = (*draft.core_units, *draft.elective_units)
    found = units_by_code(session, body_id, codes)
    missing = [code for code in codes if code not in found]
    if missing:
        raise Invalid(
            N_("Expected units of published standards; these stand in none: %(units)s."), units=_some(missing)
        )
    ids = [unit.id for unit in found.values()]
    twice = next((code for code, unit in found.items() if ids.count(unit.id) > 1), None)
    if twice is not None:
        raise Invalid(N_("Expected each unit once, got %(unit)s twice."), unit=found[twice].code)
    return {code: found[code] for code in codes}


def _resolved_cells(session: Session, body_id: str, draft: SchemeDraft) -> list[Cell]:
    paths = criteria_by_path(session, body_id, (*draft.core_units, *draft.elective_units))
    missing = [cell.path for cell in draft.cells if cell.path not in paths]
    if missing:
        raise Invalid(
            N_("Expected criteria of the scheme's units; these are none: %(criteria)s."), criteria=_some(missing)
        )
    return [Cell(criterion_id=paths[cell.path], method=cell.method, rule=cell.rule) for cell in draft.cells]


def _moved_cells(session: Session, body_id: str, cells: Iterable[Cell], moved: Mapping[str, str]) -> list[Cell]:
    """Carry cells over to the newer units (old unit id -> new unit id) by the number of the criterion."""
    by_id = {unit.id: unit for unit in units(session, body_id, [*moved, *moved.values()])}
    follows: dict[str, str] = {}
    for old, new in moved.items():
        numbers: dict[str, str] = {}
        for criterion in by_id[new].criteria:
            numbers.setdefault(criterion.number, criterion.id)
        same = old == new
        for criterion in by_id[old].criteria:
            if same:
                follows[criterion.id] = criterion.id
            elif criterion.number in numbers:
                follows[criterion.id] = numbers.pop(criterion.number)
    return [
        Cell(criterion_id=follows[cell.criterion_id], method=cell.method, rule=cell.rule)
        for cell in cells
        if cell.criterion_id in follows
    ]


def _next_version(session: Session, body_id: str, draft: SchemeDraft, now: datetime) -> SchemeVersion:
    scheme = session.scalar(
        select(Scheme).where(Scheme.body_id == body_id, Scheme.code == draft.code).with_for_update()
    )
    number = 1
    if scheme is None:
        scheme = Scheme(body_id=body_id, id=new_id(), code=draft.code, kind=draft.kind)
        session.add(scheme)
        session.flush()
    else:
        if scheme.kind is not draft.kind:
            raise Conflict(
                N_("The scheme %(code)s is of the kind %(held)s; a version of the kind %(got)s does not fit."),
                code=draft.code,
                held=scheme.kind.value,
                got=draft.kind.value,
            )
        open_ = session.scalar(
            select(SchemeVersion.number).where(
                SchemeVersion.body_id == body_id,
                SchemeVersion.scheme_id == scheme.id,
                SchemeVersion.state == SchemeState.DRAFT,
            )
        )
        if open_ is not None:
            raise Conflict(
                N_("Version %(number)s of %(code)s is still a draft. Publish it before you make another version."),
                number=open_,
                code=draft.code,
            )
        newest = session.scalar(
            select(func.max(SchemeVersion.number)).where(
                SchemeVersion.body_id == body_id, SchemeVersion.scheme_id == scheme.id
            )
        )
        number = (newest or 0) + 1
    return SchemeVersion(
        body_id=body_id,
        id=new_id(),
        scheme_id=scheme.id,
        number=number,
        state=SchemeState.DRAFT,
        sample=draft.sample,
        validity_months=draft.validity_months,
        quorum=draft.quorum,
        outside_members=draft.outside_members,
        look_back_days=draft.look_back_days,
        electives_required=draft.electives_required,
        created_at=now,
        published_at=None,
        published_by=None,
    )


def _store_facts(
    session: Session, body_id: str, version_id: str, draft: SchemeDraft, found: Mapping[str, FoundUnit]
) -> None:
    session.add_all(
        SchemeText(
            body_id=body_id,
            scheme_version_id=version_id,
            language=language,
            title=title,
            summary=draft.summaries.get(language, ""),
        )
        for language, title in draft.titles.items()
    )
    session.add_all(
        SchemeUnit(
            body_id=body_id,
            scheme_version_id=version_id,
            unit_id=found[code].id,
            core=code in draft.core_units,
            position=position,
        )
        for position, code in enumerate((*draft.core_units, *draft.elective_units))
    )
    session.add_all(
        SchemeScope(body_id=body_id, scheme_version_id=version_id, name=name, value=value)
        for name, value in draft.scope
    )
    _store_prerequisites(session, body_id, version_id, draft.prerequisites)


def _store_prerequisites(session: Session, body_id: str, version_id: str, prerequisites: Iterable[Texts]) -> None:
    rows: list[PrerequisiteText] = []
    for position, statements in enumerate(prerequisites):
        prerequisite = Prerequisite(body_id=body_id, id=new_id(), scheme_version_id=version_id, position=position)
        session.add(prerequisite)
        rows += [
            PrerequisiteText(body_id=body_id, prerequisite_id=prerequisite.id, language=language, statement=statement)
            for language, statement in statements.items()
        ]
    session.flush()
    session.add_all(rows)


def _store_cells(session: Session, body_id: str, version_id: str, cells: Iterable[Cell]) -> None:
    session.add_all(
        PlanCell(
            body_id=body_id,
            scheme_version_id=version_id,
            criterion_id=cell.criterion_id,
            method=cell.method,
            rule={"v": FORMAT_VERSION, **rule_to_json(cell.rule)},
        )
        for cell in cells
    )


def _remove_facts(session: Session, body_id: str, version_id: str, kept_criteria: set[str]) -> None:
    prerequisites = select(Prerequisite.id).where(
        Prerequisite.body_id == body_id, Prerequisite.scheme_version_id == version_id
    )
    for rows in (
        select(PrerequisiteText).where(
            PrerequisiteText.body_id == body_id, PrerequisiteText.prerequisite_id.in_(prerequisites)
        ),
        select(Prerequisite).where(Prerequisite.body_id == body_id, Prerequisite.scheme_version_id == version_id),
        select(SchemeText).where(SchemeText.body_id == body_id, SchemeText.scheme_version_id == version_id),
        select(SchemeUnit).where(SchemeUnit.body_id == body_id, SchemeUnit.scheme_version_id == version_id),
        select(SchemeScope).where(SchemeScope.body_id == body_id, SchemeScope.scheme_version_id == version_id),
    ):
        for row in session.scalars(rows):
            session.delete(row)
        session.flush()
    cells = session.scalars(
        select(PlanCell).where(PlanCell.body_id == body_id, PlanCell.scheme_version_id == version_id)
    )
    for cell in cells:
        if cell.criterion_id not in kept_criteria:
            session.delete(cell)


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown}, … ({len(names)})"
