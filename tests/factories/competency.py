"""A small standard, a scheme version with its plan, and an application, for tests of every feature."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.certification.tables import Application
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.certification.duties import Side
from assessment.domain.competency import Method
from assessment.schemes.tables import (
    PlanCell,
    Scheme,
    SchemeKind,
    SchemeState,
    SchemeText,
    SchemeUnit,
    SchemeVersion,
)
from assessment.standards.packing import pack
from assessment.standards.tables import (
    Competency,
    CompetencyKind,
    CompetencyText,
    Completeness,
    Standard,
    StandardState,
)
from tests.factories.accounts import NOW, make_person


@dataclass(frozen=True, kw_only=True)
class MadeUnit:
    """A unit with one element; `criteria` are the ids of its criteria in printed order."""

    unit_id: str
    element_id: str
    criteria: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MadeScheme:
    """A scheme version and its units."""

    scheme_version_id: str
    units: tuple[MadeUnit, ...]


def make_unit(session: Session, body_id: str, *, code: str = "C.25LAS01.029.1", criteria: int = 3) -> MadeUnit:
    """A published standard with one complete unit, one element and some criteria, in both languages."""
    standard = Standard(
        body_id=body_id,
        id=new_id(),
        identifier=new_id(),
        number=1,
        title="Standar contoh",
        creator="Contoh",
        language="id",
        state=StandardState.PUBLISHED,
        case_version="1.0",
        document={},
        rest=pack({"v": 1, "members": [], "items": [], "other": {}}, ()),
        oddities=[],
        imported_at=NOW,
        imported_by=None,
    )
    session.add(standard)
    session.flush()

    def node(kind: CompetencyKind, number: str, position: int, parent: str | None, text: str) -> str:
        competency = Competency(
            body_id=body_id,
            id=new_id(),
            standard_id=standard.id,
            parent_id=parent,
            kind=kind,
            identifier=new_id(),
            code=number,
            position=position,
            raw={},
        )
        session.add(competency)
        session.flush()
        session.add_all(
            CompetencyText(
                body_id=body_id,
                competency_id=competency.id,
                language=language,
                statement=f"{text} ({language})",
            )
            for language in ("id", "en")
        )
        return competency.id

    unit_id = node(CompetencyKind.UNIT, code, 0, None, "Unit contoh")
    element_id = node(CompetencyKind.ELEMENT, "1", 1, unit_id, "Elemen contoh")
    ids = tuple(
        node(CompetencyKind.CRITERION, f"1.{place}", 1 + place, element_id, f"Kriteria {place}")
        for place in range(1, criteria + 1)
    )
    checker = make_person(session, body_id, "Pemeriksa Contoh")
    session.add(
        Completeness(
            body_id=body_id,
            id=new_id(),
            competency_id=unit_id,
            complete=True,
            source="sumber contoh",
            note="",
            marked_by=checker,
            marked_at=NOW,
        )
    )
    session.flush()
    return MadeUnit(unit_id=unit_id, element_id=element_id, criteria=ids)


def make_scheme(
    session: Session,
    body_id: str,
    *units: MadeUnit,
    state: SchemeState = SchemeState.PUBLISHED,
    cells: dict[Method, dict[str, object]] | None = None,
    quorum: int = 3,
) -> MadeScheme:
    """A sample scheme version on these units; `cells` gives every criterion the same methods and rules."""
    units = units or (make_unit(session, body_id),)
    cells = cells if cells is not None else {Method.OBSERVED: {"v": 1, "kind": "yes"}}
    scheme = Scheme(body_id=body_id, id=new_id(), code=f"CONTOH-{new_id()[:4]}", kind=SchemeKind.OCCUPATION)
    session.add(scheme)
    session.flush()
    version = SchemeVersion(
        body_id=body_id,
        id=new_id(),
        scheme_id=scheme.id,
        number=1,
        state=state,
        sample=True,
        validity_months=36,
        quorum=quorum,
        outside_members=0,
        look_back_days=730,
        electives_required=0,
        created_at=NOW,
        published_at=NOW if state is SchemeState.PUBLISHED else None,
    )
    session.add(version)
    session.flush()
    session.add_all(
        SchemeText(
            body_id=body_id,
            scheme_version_id=version.id,
            language=language,
            title=f"{title} pelat",
            summary="",
        )
        for language, title in (("id", "Contoh: juru las"), ("en", "Sample: welder"))
    )
    for position, unit in enumerate(units):
        session.add(
            SchemeUnit(
                body_id=body_id,
                scheme_version_id=version.id,
                unit_id=unit.unit_id,
                core=True,
                position=position,
            )
        )
        session.add_all(
            PlanCell(
                body_id=body_id,
                scheme_version_id=version.id,
                criterion_id=criterion,
                method=method,
                rule=dict(rule),
            )
            for criterion in unit.criteria
            for method, rule in cells.items()
        )
    session.flush()
    return MadeScheme(scheme_version_id=version.id, units=units)


def make_application(
    session: Session,
    body_id: str,
    scheme: MadeScheme,
    *,
    person_id: str | None = None,
    state: ApplicationState = ApplicationState.AGREED,
) -> tuple[str, str]:
    """An application of a candidate, who stands on the candidate's side; returns (application id, person id)."""
    person_id = person_id or make_person(session, body_id)
    application = Application(
        body_id=body_id,
        id=new_id(),
        number=f"2026-{new_id()[:6]}",
        person_id=person_id,
        scheme_version_id=scheme.scheme_version_id,
        state=state,
        programme="",
        payer="",
        adjustment="",
        created_at=NOW - timedelta(days=10),
    )
    session.add(application)
    session.flush()
    take_side(session, body_id, application.id, person_id, Side.CANDIDATE, now=NOW)
    return application.id, person_id
