"""Applications on their way: with exam and practical results, recommended, before a meeting."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.accounts.tables import CheckIn, IdentityDocument, Occasion, Party
from assessment.certification.assessing import confirm_everything, recommend
from assessment.certification.meeting import add_cases, invite, mark_present, open_meeting
from assessment.certification.tables import Choice
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.certification.duties import Side
from assessment.domain.competency import Method
from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.items import item_json
from assessment.domain.practicals.practical_states import SheetState
from assessment.domain.roles import Role
from assessment.exams.tables import Attempt, ExamResult, Form, FormItem, FormState, ItemScore, RosterEntry, Sitting
from assessment.item_bank.tables import Item, ItemCriterion, ItemText, ItemUse, ItemVersion
from assessment.practicals.tables import (
    Observation,
    Practical,
    PracticalState,
    Rubric,
    RubricAlignment,
    RubricCriterion,
    RubricCriterionText,
    RubricState,
    RubricText,
    Task,
    TaskResult,
    TaskText,
)
from assessment.practicals.tables_sheets import Sheet
from assessment.schemes.tables import Prerequisite, PrerequisiteText
from assessment.web.actor import Actor
from tests.domain.items.build import choice_item, choice_text
from tests.factories.accounts import NOW, make_actor, make_body, make_person, make_site
from tests.factories.competency import MadeScheme, make_application, make_scheme, make_unit

WRITTEN = {"v": 1, "kind": "items_cut", "minimum_items": 2, "cut": "3/5"}
OBSERVED = {"v": 1, "kind": "level_at_least", "level": 1}
BOTH = {Method.WRITTEN: WRITTEN, Method.OBSERVED: OBSERVED}
EARLIER = NOW - timedelta(days=1)
NO_PHOTO = hashlib.sha256().hexdigest()


@dataclass(frozen=True, kw_only=True)
class World:
    """A body with a scheme, a site, and people for every side."""

    body_id: str
    site_id: str
    scheme: MadeScheme
    candidate: Actor
    manager: Actor
    assessor: Actor
    invigilator: Actor
    deciders: tuple[Actor, ...]
    quality: Actor

    @property
    def criteria(self) -> tuple[str, ...]:
        """All criteria of the scheme in printed order."""
        return tuple(criterion for unit in self.scheme.units for criterion in unit.criteria)


def make_world(
    session: Session,
    *,
    body: str = "las",
    party: Party = Party.P3,
    cells: Mapping[Method, dict[str, object]] = BOTH,
    criteria: int = 2,
    units: int = 1,
    quorum: int = 3,
    deciders: int = 3,
    candidate: str = "Siti Contoh",
) -> World:
    """A licensed body with one published scheme and everybody who is needed."""
    body_id = make_body(session, body, party=party)
    made = [make_unit(session, body_id, code=f"C.25LAS01.0{29 + place}.1", criteria=criteria) for place in range(units)]
    scheme = make_scheme(session, body_id, *made, cells=dict(cells), quorum=quorum)
    return World(
        body_id=body_id,
        site_id=make_site(session, body_id),
        scheme=scheme,
        candidate=make_actor(session, body_id, Role.CANDIDATE, name=candidate),
        manager=make_actor(session, body_id, Role.SCHEME_MANAGER, name="Rina Contoh"),
        assessor=make_actor(session, body_id, Role.ASSESSOR, name="Agus Penguji"),
        invigilator=make_actor(session, body_id, Role.INVIGILATOR, name="Dewi Pengawas"),
        deciders=tuple(
            make_actor(session, body_id, Role.DECIDER, name=f"Pemutus {chr(65 + place)}") for place in range(deciders)
        ),
        quality=make_actor(session, body_id, Role.QUALITY_MANAGER, name="Mutia Contoh"),
    )


def make_prerequisites(session: Session, world: World, *statements: str) -> list[str]:
    """Prerequisites of the world's scheme version; returns their ids."""
    ids = []
    for position, statement in enumerate(statements or ("Ijazah contoh",)):
        prerequisite = Prerequisite(
            body_id=world.body_id,
            id=new_id(),
            scheme_version_id=world.scheme.scheme_version_id,
            position=position,
        )
        session.add(prerequisite)
        session.flush()
        session.add_all(
            PrerequisiteText(
                body_id=world.body_id, prerequisite_id=prerequisite.id, language=language, statement=statement
            )
            for language in ("id", "en")
        )
        ids.append(prerequisite.id)
    session.flush()
    return ids


def make_case(
    session: Session,
    world: World,
    *,
    state: ApplicationState = ApplicationState.SCHEDULED,
    candidate: Actor | None = None,
) -> str:
    """An application of the world's candidate; returns its id."""
    person = (candidate or world.candidate).person_id
    return make_application(session, world.body_id, world.scheme, person_id=person, state=state)[0]


def sit_exam(
    session: Session,
    world: World,
    application_id: str,
    scores: Mapping[str, Sequence[int]],
    *,
    candidate: Actor | None = None,
    at: datetime = EARLIER,
    exception: str | None = None,
    photo: str = NO_PHOTO,
) -> str:
    """An ended exam; `scores`: criterion id -> the marks 0 or 1 of its items. Returns the attempt's id."""
    body_id, person_id = world.body_id, (candidate or world.candidate).person_id
    unit_of = {criterion: unit.unit_id for unit in world.scheme.units for criterion in unit.criteria}
    form = Form(
        body_id=body_id,
        id=new_id(),
        scheme_version_id=world.scheme.scheme_version_id,
        code=f"F-{new_id()[:4]}",
        state=FormState.READY,
        seed=b"\0" * 32,
        blueprint={"v": 1, "quotas": []},
        minutes=45,
        cut=Fraction(3, 5),
        cut_method="contoh",
        cut_judges=None,
        cut_on=None,
        provisional=True,
        created_at=at,
    )
    session.add(form)
    session.flush()
    sitting = Sitting(
        body_id=body_id,
        id=new_id(),
        form_id=form.id,
        site_id=world.site_id,
        code=f"S-{new_id()[:4]}",
        starts_at=at - timedelta(hours=1),
        closes_at=at,
    )
    session.add(sitting)
    session.flush()
    session.add(
        RosterEntry(
            body_id=body_id,
            sitting_id=sitting.id,
            application_id=application_id,
            person_id=person_id,
            late_reason=None,
            extra_seconds=0,
            added_at=at,
            added_by=None,
        )
    )
    session.flush()
    attempt = Attempt(
        body_id=body_id,
        id=new_id(),
        sitting_id=sitting.id,
        application_id=application_id,
        person_id=person_id,
        form_id=form.id,
        state=AttemptState.SUBMITTED,
        seed=b"\0" * 32,
        layout={"v": 1, "items": []},
        seconds=2700,
        extra_seconds=0,
        epoch=1,
        started_at=at - timedelta(minutes=40),
        deadline=at,
        submitted_at=at,
        answers=0,
        receipt="",
    )
    session.add(attempt)
    session.flush()
    position = 0
    for criterion, marks in scores.items():
        for mark in marks:
            position += 1
            version = _item(session, body_id, criterion, at)
            session.add(
                FormItem(
                    body_id=body_id,
                    form_id=form.id,
                    position=position,
                    item_version_id=version,
                    unit_id=unit_of[criterion],
                    section=1,
                )
            )
            session.add(
                ItemScore(
                    body_id=body_id,
                    attempt_id=attempt.id,
                    item_version_id=version,
                    answered=True,
                    score=Fraction(mark),
                    max_score=Fraction(1),
                    scored_at=at,
                )
            )
    session.flush()
    check_in(
        session,
        world,
        application_id,
        Occasion.EXAM,
        attempt.id,
        person_id,
        at=at,
        exception=exception,
        photo=photo,
    )
    by_unit: dict[str, list[int]] = {}
    for criterion, marks in scores.items():
        by_unit.setdefault(unit_of[criterion], []).extend(marks)
    every = [mark for marks in scores.values() for mark in marks]
    session.add(
        ExamResult(
            body_id=body_id,
            attempt_id=attempt.id,
            application_id=application_id,
            score=Fraction(sum(every)),
            max_score=Fraction(len(every)),
            cut_reached=5 * sum(every) >= 3 * len(every),
            by_unit={"v": 1, "units": {unit: _marks(marks) for unit, marks in by_unit.items()}},
            by_criterion={
                "v": 1,
                "criteria": {
                    criterion: _marks(marks) | {"minimum_items": 2, "cut": "3/5", "sufficient": _enough(marks)}
                    for criterion, marks in scores.items()
                },
            },
            derived_at=at,
        )
    )
    session.flush()
    return attempt.id


def _marks(marks: Sequence[int]) -> dict[str, Any]:
    return {"items": len(marks), "score": str(sum(marks)), "maximum": str(len(marks))}


def _enough(marks: Sequence[int]) -> bool | None:
    return None if len(marks) < 2 else 5 * sum(marks) >= 3 * len(marks)


def _item(session: Session, body_id: str, criterion: str, at: datetime) -> str:
    asked = replace(choice_item(), identifier=f"W-{new_id()}")
    item = Item(body_id=body_id, id=new_id(), identifier=asked.identifier, use=ItemUse.EXPOSED, retired_at=None)
    session.add(item)
    session.flush()
    version = ItemVersion(
        body_id=body_id,
        id=new_id(),
        item_id=item.id,
        number=1,
        kind="single_choice",
        structure=item_json.to_json(asked),
        digest=item_json.digest(asked),
        source="",
        imported_at=at,
    )
    session.add(version)
    session.flush()
    session.add_all(
        ItemText(
            body_id=body_id,
            item_version_id=version.id,
            language=language,
            title="Undercut",
            content=item_json.text_to_json(choice_text(asked, language)),
        )
        for language in ("id", "en")
    )
    session.add(ItemCriterion(body_id=body_id, item_version_id=version.id, criterion_id=criterion))
    session.flush()
    return version.id


def check_in(
    session: Session,
    world: World,
    application_id: str,
    occasion: Occasion,
    record_id: str,
    candidate_id: str,
    *,
    at: datetime,
    exception: str | None = None,
    photo: str = NO_PHOTO,
) -> None:
    """The world's invigilator compared the candidate with the passport."""
    take_side(session, world.body_id, application_id, world.invigilator.person_id, Side.INVIGILATOR, now=at)
    document_id = session.scalars(
        select(IdentityDocument.id).where(
            IdentityDocument.body_id == world.body_id, IdentityDocument.person_id == candidate_id
        )
    ).one()
    session.add(
        CheckIn(
            body_id=world.body_id,
            id=new_id(),
            application_id=application_id,
            occasion=occasion,
            record_id=record_id,
            person_id=world.invigilator.person_id,
            document_id=document_id,
            photo_digest=photo,
            exception=exception,
            at=at,
        )
    )
    session.flush()


def do_practical(
    session: Session,
    world: World,
    application_id: str,
    levels: Mapping[str, int | None],
    *,
    candidate: Actor | None = None,
    assessor: Actor | None = None,
    safety: str | None = None,
    at: datetime = EARLIER,
) -> str:
    """A submitted practical; `levels`: criterion id -> judged level, None for "needs more evidence".

    `safety` names a criterion whose rubric line is safety-critical. Returns the practical's id.
    """
    body_id, person_id = world.body_id, (candidate or world.candidate).person_id
    marker = assessor or world.assessor
    take_side(session, body_id, application_id, marker.person_id, Side.ASSESSOR, now=at)
    task = Task(
        body_id=body_id,
        id=new_id(),
        scheme_version_id=world.scheme.scheme_version_id,
        code=f"P-{new_id()[:4]}",
        minutes=60,
    )
    session.add(task)
    session.flush()
    session.add(
        TaskText(body_id=body_id, task_id=task.id, language="id", title="Tugas contoh", instructions="Kerjakan.")
    )
    rubric = Rubric(
        body_id=body_id, id=new_id(), task_id=task.id, number=1, state=RubricState.READY, steps=["work"], created_at=at
    )
    session.add(rubric)
    session.flush()
    session.add(RubricText(body_id=body_id, rubric_id=rubric.id, language="id", steps={"work": "Pengerjaan"}))
    practical = Practical(
        body_id=body_id,
        id=new_id(),
        application_id=application_id,
        candidate_id=person_id,
        task_id=task.id,
        rubric_id=rubric.id,
        site_id=world.site_id,
        starts_at=at - timedelta(hours=1),
        state=PracticalState.SUBMITTED,
        opened_at=at - timedelta(hours=1),
        submitted_at=at,
    )
    session.add(practical)
    session.flush()
    session.add(
        Sheet(
            body_id=body_id,
            id=new_id(),
            practical_id=practical.id,
            application_id=application_id,
            person_id=marker.person_id,
            place=1,
            state=SheetState.SUBMITTED,
            opened_at=at - timedelta(hours=1),
            submitted_at=at,
            marks=len(levels),
            receipt="",
        )
    )
    session.flush()
    pieces, rubric_states = [], {}
    for place, (criterion, level) in enumerate(levels.items(), start=1):
        code = f"{place}.1"
        row = RubricCriterion(
            body_id=body_id,
            id=new_id(),
            rubric_id=rubric.id,
            position=place,
            step="work",
            code=code,
            kind="judged",
            safety_critical=criterion == safety,
            definition={"v": 1, "kind": "judged", "minimum": 1, "group": f"g{place}"},
        )
        session.add(row)
        session.flush()
        session.add_all(
            RubricCriterionText(
                body_id=body_id,
                rubric_criterion_id=row.id,
                language=language,
                title=title,
                content={"levels": ["0", "1", "2", "3"]},
            )
            for language, title in (("id", f"Pengerjaan {place}"), ("en", f"Workmanship {place}"))
        )
        session.add(
            RubricAlignment(body_id=body_id, rubric_criterion_id=row.id, criterion_id=criterion, method=Method.OBSERVED)
        )
        mark = {"v": 1, "answer": "needs_more_evidence"} if level is None else {"v": 1, "level": level}
        session.add(
            Observation(
                v=1,
                body_id=body_id,
                practical_id=practical.id,
                application_id=application_id,
                person_id=marker.person_id,
                client="tablet",
                seq=place,
                rubric_criterion_id=row.id,
                mark=mark,
                note="",
                digest="",
                observed_at=at,
                received_at=at,
            )
        )
        sufficient = None if level is None else level >= 1
        status = {None: "needs_more_evidence", True: "sufficient", False: "insufficient"}[sufficient]
        rubric_states[code] = {"status": status, "compensated": False}
        pieces.append(
            {
                "criterion": criterion,
                "method": "observed",
                "sufficient": sufficient,
                "safety_critical": criterion == safety and sufficient is False,
                "rubric": {code: status},
            }
        )
    session.add(
        TaskResult(
            body_id=body_id,
            practical_id=practical.id,
            application_id=application_id,
            result={"v": 1, "status": "", "failed_safety": [], "rubric": rubric_states, "criteria": pieces},
            derived_at=at,
        )
    )
    session.flush()
    return practical.id


def prove(session: Session, world: World, application_id: str, *, candidate: Actor | None = None) -> None:
    """Exam and practical that prove every criterion."""
    sit_exam(session, world, application_id, {each: (1, 1, 1) for each in world.criteria}, candidate=candidate)
    do_practical(session, world, application_id, dict.fromkeys(world.criteria, 2), candidate=candidate)


def make_recommended(session: Session, world: World, *, candidate: Actor | None = None, now: datetime = NOW) -> str:
    """An application with all its evidence, confirmed, and recommended K."""
    application_id = make_case(session, world, candidate=candidate)
    prove(session, world, application_id, candidate=candidate)
    confirm_everything(session, world.assessor, application_id, now=now)
    recommend(session, world.assessor, application_id, Choice.COMPETENT, note="", now=now)
    return application_id


def make_not_yet(session: Session, world: World, *, now: datetime = NOW) -> str:
    """An application that misses the last criterion in writing and at the practical, recommended BK."""
    application_id = make_case(session, world)
    scores = {each: (1, 1, 1) for each in world.criteria} | {world.criteria[-1]: (0, 0, 1)}
    sit_exam(session, world, application_id, scores)
    levels: dict[str, int | None] = dict.fromkeys(world.criteria, 2)
    levels[world.criteria[-1]] = 0
    do_practical(session, world, application_id, levels)
    confirm_everything(session, world.assessor, application_id, now=now)
    recommend(
        session, world.assessor, application_id, Choice.NOT_YET_COMPETENT, note="Kriteria terakhir belum.", now=now
    )
    return application_id


def make_meeting(
    session: Session,
    world: World,
    *application_ids: str,
    number: str = "2026-03",
    outside: int = 0,
    now: datetime = NOW,
) -> str:
    """A running meeting of the world's deciders, all present; the first `outside` of them are from outside."""
    meeting = open_meeting(session, world.manager, number, now=now)
    for place, decider in enumerate(world.deciders):
        invite(session, world.manager, meeting.id, decider.person_id, outside=place < outside, now=now)
        mark_present(session, decider, meeting.id, now=now)
    add_cases(session, world.manager, meeting.id, application_ids, now=now)
    return meeting.id


def another_person(session: Session, world: World, name: str = "Orang Lain") -> str:
    """A person of the world's body without an account."""
    return make_person(session, world.body_id, name)
