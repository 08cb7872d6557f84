"""A task is written, read by a second person, and becomes a version; what was used stays as it was."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.domain.errors import Conflict, Invalid, NotAllowed
from assessment.domain.items.draft_states import DraftState
from assessment.domain.practicals.document_draft import Document, part_digest, with_criterion, with_frame
from assessment.domain.practicals.task_document import read
from assessment.domain.roles import Role
from assessment.practicals.alignment import weights
from assessment.practicals.content import task_content
from assessment.practicals.drafting_tasks import Overtaken, authors_of, change_part, change_task, newest_document
from assessment.practicals.queries import practical_head
from assessment.practicals.reviewing_tasks import approve, drop, send_back, submit, take_back
from assessment.practicals.tables import PracticalState, Rubric, RubricCriterion, RubricState
from assessment.practicals.tables_drafts import (
    TaskDraft,
    TaskDraftCopy,
    TaskDraftEntry,
    TaskTalk,
    TaskVersion,
)
from assessment.practicals.task_queries import newest_rubric
from assessment.schemes.tables import Instrument
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.practicals import UNIT, a_criterion, a_document, both, make_practical, make_task
from tests.factories.task_drafts import make_task_draft

Change = Callable[[Document], Document]

LATER = NOW + timedelta(minutes=5)


def approved(session: Session, draft: TaskDraft, *, revision: int | None = None) -> TaskDraft:
    """The draft, submitted by its author and approved by a quality manager."""
    reviewer = make_actor(session, draft.body_id, Role.QUALITY_MANAGER, name="Dewi Misal")
    author = make_actor(session, draft.body_id, Role.ITEM_AUTHOR, person_id=draft.changed_by)
    submit(session, author, draft.id, remark="", now=LATER)
    return approve(session, reviewer, draft.id, revision=revision or draft.revision, remark="Baik.", now=LATER)


def test_a_second_person_makes_the_version(session: Session) -> None:
    body_id = make_body(session)
    made = make_task_draft(session, body_id)
    draft = approved(session, made.draft)
    assert (draft.state, draft.base) == (DraftState.APPROVED, 1)
    assert draft.task_id is not None
    rubric_id = newest_rubric(session, body_id, draft.task_id)
    version = session.get_one(TaskVersion, (body_id, rubric_id))
    assert (version.author_id, version.document) == (made.author.person_id, a_document())
    assert version.reviewed_by not in (None, made.author.person_id)
    assert session.scalar(select(Instrument.record_id)) == rubric_id


def test_nobody_passes_their_own_task(session: Session) -> None:
    body_id = make_body(session)
    made = make_task_draft(session, body_id)
    submit(session, made.author, made.draft.id, remark="", now=LATER)
    with pytest.raises(NotAllowed):
        approve(session, made.author, made.draft.id, revision=1, remark="", now=LATER)
    with pytest.raises(NotAllowed):
        send_back(session, made.author, made.draft.id, remark="Ubah.", now=LATER)


def test_the_database_refuses_it_as_well(session: Session) -> None:
    body_id = make_body(session)
    made = make_task_draft(session, body_id)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            insert(TaskDraftEntry).values(
                body_id=body_id,
                id=new_id(),
                task_draft_id=made.draft.id,
                what=TaskTalk.APPROVE,
                person_id=made.author.person_id,
                author_id=made.author.person_id,
                at=LATER,
                revision=1,
                remark="",
            )
        )
    rubric_id = newest_rubric(session, body_id, make_task(session, body_id).task_id)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            insert(TaskVersion).values(
                body_id=body_id,
                rubric_id=rubric_id,
                minutes=1,
                assessors=1,
                spread=1,
                document=None,
                author_id="x",
                reviewed_by="x",
                reviewed_at=LATER,
            )
        )


def test_who_wrote_a_part_is_an_author_even_when_another_wrote_last(session: Session) -> None:
    body_id = make_body(session)
    made = make_task_draft(session, body_id)
    second = make_actor(session, body_id, Role.SCHEME_MANAGER, name="Agus Misal")
    changed = change_part(
        session, second, made.draft.id, _minutes(90), code=None, digest=part_digest(made.draft.content, None), now=LATER
    )
    assert isinstance(changed, TaskDraft)
    assert authors_of(session, changed) == {made.author.person_id, second.person_id}
    submit(session, second, made.draft.id, remark="", now=LATER)
    with pytest.raises(NotAllowed):
        approve(session, made.author, made.draft.id, revision=2, remark="", now=LATER)


def test_what_was_approved_is_what_was_seen(session: Session) -> None:
    body_id = make_body(session)
    made = make_task_draft(session, body_id)
    with pytest.raises(Conflict):
        approved(session, made.draft, revision=7)


def test_an_unfinished_task_is_not_reviewed(session: Session) -> None:
    body_id = make_body(session)
    made = make_task_draft(
        session, body_id, a_document(a_criterion("J1", "judged", levels=[{"id": "", "en": ""}, both("x")]))
    )
    with pytest.raises(Invalid):
        submit(session, made.author, made.draft.id, remark="", now=LATER)


def test_two_write_at_two_criteria_and_neither_loses_anything(session: Session) -> None:
    body_id = make_body(session)
    made = make_task_draft(session, body_id)
    second = make_actor(session, body_id, Role.ITEM_AUTHOR, name="Agus Misal")
    seen = {code: part_digest(made.draft.content, code) for code in ("J1", "M1")}
    for actor, code in ((made.author, "J1"), (second, "M1")):
        saved = change_part(
            session, actor, made.draft.id, _weight(code, "3"), code=code, digest=seen[code], editor="", now=LATER
        )
        assert isinstance(saved, TaskDraft)
    assert [each.get("weight") for each in made.draft.content["criteria"]] == ["3", "3", None]


def test_whoever_was_slower_sees_both_and_writes_over_knowingly(session: Session) -> None:
    body_id = make_body(session)
    made = make_task_draft(session, body_id)
    second = make_actor(session, body_id, Role.ITEM_AUTHOR, name="Agus Misal")
    seen = part_digest(made.draft.content, "J1")
    change_part(session, second, made.draft.id, _weight("J1", "2"), code="J1", digest=seen, now=LATER)
    met = change_part(session, made.author, made.draft.id, _weight("J1", "5"), code="J1", digest=seen, now=LATER)
    assert isinstance(met, Overtaken)
    assert (met.changed_by, met.theirs["criteria"][0]["weight"]) == (second.person_id, "2")
    assert made.draft.content["criteria"][0]["weight"] == "2"
    change_part(
        session, made.author, made.draft.id, _weight("J1", "5"), code="J1", digest=seen, now=LATER, knowingly=True
    )
    assert made.draft.content["criteria"][0]["weight"] == "5"
    copies = session.scalars(select(TaskDraftCopy.content).order_by(TaskDraftCopy.revision)).all()
    assert [copy["criteria"][0].get("weight") for copy in copies] == [None, "2"]


def test_a_page_whose_reply_was_lost_does_not_meet_itself(session: Session) -> None:
    body_id = make_body(session)
    made = make_task_draft(session, body_id)
    seen = part_digest(made.draft.content, "J1")
    for weight in ("2", "3"):
        saved = change_part(
            session, made.author, made.draft.id, _weight("J1", weight), code="J1", digest=seen, editor="p", now=LATER
        )
        assert isinstance(saved, TaskDraft)


def test_a_draft_in_review_cannot_be_changed(session: Session) -> None:
    body_id = make_body(session)
    made = make_task_draft(session, body_id)
    submit(session, made.author, made.draft.id, remark="", now=LATER)
    with pytest.raises(Conflict):
        change_part(session, made.author, made.draft.id, _minutes(90), code=None, digest=None, now=LATER)
    take_back(session, made.author, made.draft.id, now=LATER)
    drop(session, made.author, made.draft.id, remark="Tidak dipakai.", now=LATER)
    assert made.draft.state is DraftState.DROPPED


def test_a_new_version_leaves_what_was_used(session: Session) -> None:
    practical = make_practical(session, state=PracticalState.OPEN)
    body_id, task_id = practical.body_id, practical.made.task_id
    author = make_actor(session, body_id, Role.ITEM_AUTHOR, name="Ratna Misal")
    draft = change_task(session, author, task_id, now=LATER)
    assert change_task(session, author, task_id, now=LATER) is draft
    change_part(session, author, draft.id, _minutes(90), code=None, digest=None, now=LATER)
    change_part(session, author, draft.id, _title("Tugas baru"), code=None, digest=None, now=LATER)
    assert approved(session, draft).base == 2

    old, new = session.scalars(select(Rubric).where(Rubric.task_id == task_id).order_by(Rubric.number)).all()
    assert (old.state, new.state) == (RubricState.RETIRED, RubricState.READY)
    head = practical_head(session, body_id, practical.id, author.person_id)
    assert (head.rubric_id, head.minutes) == (old.id, 60)
    before, after = (task_content(session, body_id, rubric.id, "id") for rubric in (old, new))
    assert (before.title, before.minutes) == ("Sample task (id)", 60)
    assert (after.title, after.minutes, after.number) == ("Tugas baru (id)", 90, 2)


def test_a_version_that_proves_less_is_refused_while_the_plan_relies_on_it(session: Session) -> None:
    body_id = make_body(session)
    task = make_task(session, body_id)
    author = make_actor(session, body_id, Role.ITEM_AUTHOR, name="Ratna Misal")
    draft = change_task(session, author, task.task_id, now=LATER)
    change_part(
        session,
        author,
        draft.id,
        lambda document: {**document, "criteria": document["criteria"][:2]},
        code=None,
        digest=None,
        now=LATER,
    )
    with pytest.raises(Conflict) as refused:
        approved(session, draft)
    assert refused.value.values["lost"] == f"{UNIT}/1.3"


def test_the_code_of_a_task_stays(session: Session) -> None:
    body_id = make_body(session)
    task = make_task(session, body_id)
    author = make_actor(session, body_id, Role.ITEM_AUTHOR, name="Ratna Misal")
    draft = change_task(session, author, task.task_id, now=LATER)
    with pytest.raises(Invalid):
        change_part(
            session,
            author,
            draft.id,
            lambda document: with_frame(document, {**document, "code": "OTHER"}),
            code=None,
            digest=None,
            now=LATER,
        )
    assert newest_document(session, body_id, task.task_id) == (1, a_document())


def test_a_required_report_stands_with_the_criterion(session: Session) -> None:
    body_id = make_body(session)
    make_task(session, body_id, a_document(a_criterion("C1", "checked", report="radiographic")))
    assert session.scalar(select(RubricCriterion.definition)) == {"v": 1, "kind": "checked", "report": "radiographic"}


def test_weights_are_shown_against_the_plan(session: Session) -> None:
    body_id = make_body(session)
    document = a_document(
        a_criterion("J1", "judged", number="1.1", weight="3"), a_criterion("C1", "checked", number="1.2", weight="1")
    )
    made = make_task_draft(session, body_id, document)
    (unit,) = weights(session, body_id, made.scheme_version_id, read(document).criteria)
    assert (unit.code, unit.weight, unit.share) == (UNIT, 4, 100)
    assert unit.proved + len(unit.missing) == unit.planned
    assert session.scalar(select(func.count()).select_from(TaskDraft)) == 1


def _minutes(minutes: int) -> Change:
    return lambda document: with_frame(document, {**document, "minutes": minutes})


def _title(title: str) -> Change:
    return lambda document: with_frame(document, {**document, "title": both(title)})


def _weight(code: str, weight: str) -> Change:
    def change(document: Document) -> Document:
        criterion = next(each for each in document["criteria"] if each["code"] == code)
        return with_criterion(document, {**criterion, "weight": weight})

    return change


def _unfinished() -> Document:
    return a_document(a_criterion("J1", "judged", levels=[{"id": "", "en": ""}, both("x")]))
