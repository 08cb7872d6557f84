"""Tasks with rubrics, and practicals in each state, for tests."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.accounts.persons import documents_of, sealer
from assessment.accounts.sealing import wrapped_key
from assessment.accounts.tables import CheckIn, Occasion
from assessment.domain.certification.duties import Side
from assessment.domain.practicals.rubric import Checked, Judged, Measured
from assessment.domain.roles import Role
from assessment.practicals.content import CriterionContent
from assessment.practicals.marking import Reply, criteria_to_mark, record_observations
from assessment.practicals.opening import open_sheet
from assessment.practicals.scheduling import schedule
from assessment.practicals.tables import Practical, PracticalState
from assessment.practicals.tasks import create_task
from assessment.standards.packing import pack
from assessment.standards.tables import Competency, CompetencyKind, CompetencyText, Standard, StandardState
from assessment.storage import Storage
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor, make_body, make_site
from tests.factories.competency import MadeScheme, MadeUnit, make_application, make_scheme

DEMO = Path(__file__).parents[2] / "assessment" / "demo"
UNIT = "C.25LAS01.029.1"


def both(text: str) -> dict[str, str]:
    """The same text in both languages, told apart."""
    return {"id": f"{text} (id)", "en": f"{text} (en)"}


def a_criterion(code: str, kind: str, *, number: str = "1.1", **members: Any) -> dict[str, Any]:
    """One criterion of a task document."""
    of_kind: dict[str, dict[str, Any]] = {
        "judged": {
            "group": "technique",
            "minimum_level": 1,
            "levels": [both(f"Level {level}") for level in range(4)],
        },
        "measured": {
            "unit": "mm",
            "tool": both("Gauge"),
            "lower": None,
            "upper": "0.5",
            "confirmed": True,
            "limit_source": "WPS",
        },
        "checked": {},
    }
    return {
        "code": code,
        "step": "prepare",
        "kind": kind,
        "title": both(f"Criterion {code}"),
        "help": both("Look closely."),
        "criteria": [f"{UNIT}/{number}"],
        "method": "observed",
        "safety_critical": False,
        "group": None,
        **of_kind[kind],
        **members,
    }


def a_document(*criteria: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A task document: one judged, one measured, one safety-critical checked criterion unless others are given."""
    return {
        "v": 1,
        "code": "CONTOH-P1",
        "title": both("Sample task"),
        "minutes": 60,
        "instructions": both("Do the task."),
        "wps": both("Sample WPS"),
        "steps": [{"key": "prepare", "title": both("Prepare")}, {"key": "weld", "title": both("Weld")}],
        "groups": {"technique": both("Technique")},
        "criteria": list(criteria)
        or [
            a_criterion("J1", "judged", number="1.1"),
            a_criterion("M1", "measured", number="1.2", step="weld"),
            a_criterion("C1", "checked", number="1.3", step="weld", safety_critical=True),
        ],
        **members,
    }


def demo_document(name: str) -> dict[str, Any]:
    """The task of the demo: welder or kitchen."""
    found: dict[str, Any] = json.loads((DEMO / name / "task.json").read_text(encoding="utf-8"))
    return found


def make_competencies(
    session: Session, body_id: str, document: dict[str, Any]
) -> tuple[tuple[MadeUnit, ...], dict[str, str]]:
    """The units, elements and criteria that a task document names; with "UNIT CODE/1.1" -> id."""
    standard = Standard(
        body_id=body_id,
        id=new_id(),
        identifier=new_id(),
        number=1,
        title="Standar contoh",
        creator="Contoh",
        language="id",
        state=StandardState.PUBLISHED,
        case_version="1.1",
        document={},
        rest=pack({"v": 1, "members": [], "items": [], "other": {}}, ()),
        oddities=[],
        imported_at=NOW,
        imported_by=None,
    )
    session.add(standard)
    session.flush()
    position = 0

    def node(kind: CompetencyKind, code: str, parent: str | None) -> str:
        nonlocal position
        position += 1
        competency = Competency(
            body_id=body_id,
            id=new_id(),
            standard_id=standard.id,
            parent_id=parent,
            kind=kind,
            identifier=new_id(),
            code=code,
            position=position,
            raw={},
        )
        session.add(competency)
        session.flush()
        session.add_all(
            CompetencyText(
                body_id=body_id, competency_id=competency.id, language=language, statement=f"{kind} {code} ({language})"
            )
            for language in ("id", "en")
        )
        return competency.id

    numbers = sorted({number for criterion in document["criteria"] for number in criterion["criteria"]})
    units: dict[str, str] = {}
    elements: dict[tuple[str, str], str] = {}
    criterion_ids: dict[str, str] = {}
    for number in numbers:
        unit, _, place = number.partition("/")
        element = place.partition(".")[0]
        if unit not in units:
            units[unit] = node(CompetencyKind.UNIT, unit, None)
        if (unit, element) not in elements:
            elements[unit, element] = node(CompetencyKind.ELEMENT, element, units[unit])
        criterion_ids[number] = node(CompetencyKind.CRITERION, place, elements[unit, element])
    made = tuple(
        MadeUnit(
            unit_id=unit_id,
            element_id=next(found for (of, _), found in elements.items() if of == unit),
            criteria=tuple(found for number, found in criterion_ids.items() if number.startswith(f"{unit}/")),
        )
        for unit, unit_id in units.items()
    )
    session.flush()
    return made, criterion_ids


@dataclass(frozen=True, kw_only=True)
class MadeTask:
    """A task with the scheme it belongs to; `criterion_ids` maps "UNIT CODE/1.1" to an id."""

    task_id: str
    scheme: MadeScheme
    criterion_ids: dict[str, str]


def make_task(session: Session, body_id: str, document: dict[str, Any] | None = None) -> MadeTask:
    """A task of a published sample scheme whose units are those that the document names."""
    document = document or a_document()
    units, criterion_ids = make_competencies(session, body_id, document)
    scheme = make_scheme(session, body_id, *units)
    task = create_task(session, body_id, scheme.scheme_version_id, document, criterion_ids, NOW)
    return MadeTask(task_id=task.id, scheme=scheme, criterion_ids=criterion_ids)


@dataclass(frozen=True, kw_only=True)
class MadePractical:
    """A practical with everybody who has to do with it."""

    id: str
    body_id: str
    application_id: str
    candidate_id: str
    site_id: str
    assessor: Actor
    invigilator: Actor
    made: MadeTask
    others: tuple[Actor, ...] = ()


def make_practical(
    session: Session,
    *,
    document: dict[str, Any] | None = None,
    state: PracticalState = PracticalState.OPEN,
    body_id: str | None = None,
    made: MadeTask | None = None,
    assessor: Actor | None = None,
    others: int = 0,
    starts_at: datetime = NOW + timedelta(hours=1),
) -> MadePractical:
    """A practical in a state up to OPEN; opened at NOW. `others`: how many assessors mark it beside the first."""
    body_id = body_id or make_body(session)
    made = made or make_task(session, body_id, document)
    site_id = make_site(session, body_id)
    assessor = assessor or make_actor(session, body_id, Role.ASSESSOR, name="Budi Misal")
    beside = tuple(make_actor(session, body_id, Role.ASSESSOR, name=f"Asesor {n} Misal") for n in range(others))
    invigilator = make_actor(session, body_id, Role.INVIGILATOR, name="Wati Misal", site_id=site_id)
    application_id, candidate_id = make_application(session, body_id, made.scheme)
    practical = schedule(
        session,
        body_id,
        application_id,
        candidate_id,
        made.task_id,
        site_id,
        [assessor.person_id, *(each.person_id for each in beside)],
        starts_at,
        NOW,
    )
    found = MadePractical(
        id=practical.id,
        body_id=body_id,
        application_id=application_id,
        candidate_id=candidate_id,
        site_id=site_id,
        assessor=assessor,
        invigilator=invigilator,
        made=made,
        others=beside,
    )
    if state is not PracticalState.SCHEDULED:
        check_in_by_hand(session, practical, invigilator)
    if state is PracticalState.OPEN:
        for each in (assessor, *beside):
            open_sheet(session, each, practical.id, now=NOW)
    return found


def check_in_by_hand(
    session: Session, practical: Practical, invigilator: Actor, *, storage: Storage | None = None, photo: bytes = b""
) -> None:
    """The check-in of a practical, without a camera; with a photo where a storage is given."""
    take_side(session, practical.body_id, practical.application_id, invigilator.person_id, Side.INVIGILATOR, now=NOW)
    digest = "0" * 64
    if storage is not None:
        wrapped = wrapped_key(session, practical.body_id, practical.candidate_id)
        digest = storage.put(sealer().seal(wrapped, practical.candidate_id, photo))
    session.add(
        CheckIn(
            body_id=practical.body_id,
            id=new_id(),
            application_id=practical.application_id,
            occasion=Occasion.PRACTICAL,
            record_id=practical.id,
            person_id=invigilator.person_id,
            document_id=documents_of(session, practical.body_id, practical.candidate_id)[0].id,
            photo_digest=digest,
            at=NOW,
        )
    )
    practical.state = PracticalState.CHECKED_IN
    session.flush()


def entry(criterion: str, *, client: str = "tab.1", seq: int = 1, note: str = "", **mark: Any) -> dict[str, Any]:
    """One observation as a device sends it: entry("J1", level=2)."""
    return {
        "client": client,
        "seq": seq,
        "criterion": criterion,
        "mark": mark,
        "note": note,
        "observed_at": "2026-03-12T02:30:00+00:00",
    }


def mark_all(session: Session, practical: MadePractical, *, first_seq: int = 1) -> Reply:
    """Every criterion of the sheet marked well: level 2, a value inside its limits, yes."""
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    entries = [
        entry(criterion.code, seq=first_seq + place, **good_mark(criterion)) for place, criterion in enumerate(criteria)
    ]
    return record_observations(
        session, practical.assessor, practical.id, entries, criteria=criteria, now=NOW + timedelta(minutes=30)
    )


def good_mark(criterion: CriterionContent) -> dict[str, Any]:
    """A mark that suffices."""
    match criterion.marking:
        case Judged():
            return {"level": 2}
        case Measured(limits=limits):
            return {"value": format(limits.upper if limits.upper is not None else limits.lower or 0, "f")}
        case Checked():
            return {"answer": "yes"}
