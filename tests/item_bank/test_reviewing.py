"""Review by a second person: who may, what it makes, what stands in its way, and what is kept of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.domain.errors import Conflict, Invalid, NotAllowed
from assessment.domain.items.authoring.draft import draft_from_json
from assessment.domain.items.draft_states import DraftState
from assessment.domain.roles import Role
from assessment.item_bank.contents import stored_items
from assessment.item_bank.draft_queries import history_of, list_drafts, waiting_drafts
from assessment.item_bank.drafting import change_item, save_draft
from assessment.item_bank.reviewing import (
    approve,
    comment,
    confirm_version,
    drop,
    send_back,
    submit,
    take_back,
)
from assessment.item_bank.service import import_package
from assessment.item_bank.tables import (
    Item,
    ItemCriterion,
    ItemDraft,
    ItemDraftEntry,
    ItemReview,
    ItemUse,
    ItemVersion,
    Talk,
)
from assessment.web.actor import Actor
from tests.domain.items.authoring.build import with_words
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.competency import make_unit
from tests.factories.drafts import make_draft
from tests.factories.item_bank import make_item, package_of, report_of

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def pair(session: Session) -> tuple[Actor, Actor]:
    """Two item authors of a body with a standard."""
    make_body(session)
    return make_actor(session, "las", Role.ITEM_AUTHOR), make_actor(session, "las", Role.ITEM_AUTHOR)


def submitted(session: Session, author: Actor, identifier: str = "W41", *, kind: str = "single_choice") -> ItemDraft:
    unit = make_unit(session, "las")
    draft = make_draft(session, author, identifier, kind=kind, criteria=(unit.criteria[0],))
    return submit(session, author, draft.id, remark="Please look at option C.", now=NOW)


def test_an_approved_draft_is_an_item_version_by_its_author(session: Session, pair: tuple[Actor, Actor]) -> None:
    author, second = pair
    draft = submitted(session, author)
    done = approve(session, second, draft.id, revision=draft.revision, remark="Good.", now=LATER)
    assert done.state is DraftState.APPROVED
    item = session.scalars(select(Item).where(Item.identifier == "W41")).one()
    version = session.scalars(select(ItemVersion).where(ItemVersion.item_id == item.id)).one()
    assert (version.source, version.imported_by, version.number, item.use) == (
        "author",
        author.person_id,
        1,
        ItemUse.OPERATIONAL,
    )
    review = session.scalars(select(ItemReview)).one()
    assert (review.item_version_id, review.reviewed_by, review.author_id) == (
        version.id,
        second.person_id,
        author.person_id,
    )
    assert session.scalars(select(ItemCriterion.criterion_id)).all() == draft.content["criteria"]
    assert set(stored_items(session, "las", ["W41"])["W41"].texts) == {"id", "en"}


@pytest.mark.parametrize("kind", ["multiple_response", "numeric_entry", "order", "match", "gap_match", "slider"])
def test_every_kind_is_approved(session: Session, pair: tuple[Actor, Actor], kind: str) -> None:
    author, second = pair
    draft = submitted(session, author, kind=kind)
    approve(session, second, draft.id, revision=draft.revision, remark="", now=LATER)
    assert session.scalars(select(ItemVersion.kind)).one() == kind


def test_nobody_reviews_what_they_wrote_a_part_of(session: Session, pair: tuple[Actor, Actor]) -> None:
    author, second = pair
    unit = make_unit(session, "las")
    draft = make_draft(session, author, criteria=(unit.criteria[0],))
    changed = with_words(draft_from_json(draft.content), "stem", id="Diubah?")
    save_draft(session, second, draft.id, changed, revision=2, editor="", now=NOW)
    save_draft(session, author, draft.id, with_words(changed, "title", id="Lagi"), revision=3, editor="", now=NOW)
    submit(session, author, draft.id, remark="", now=NOW)
    for person in (author, second):
        with pytest.raises(NotAllowed):
            approve(session, person, draft.id, revision=4, remark="", now=LATER)
        with pytest.raises(NotAllowed):
            send_back(session, person, draft.id, remark="No good.", now=LATER)
    third = make_actor(session, "las", Role.QUALITY_MANAGER)
    approve(session, third, draft.id, revision=4, remark="", now=LATER)


def test_another_account_of_the_same_person_is_no_second_person(session: Session, pair: tuple[Actor, Actor]) -> None:
    """Rules of independence compare persons: the actor differs, the person does not."""
    author, _ = pair
    draft = submitted(session, author)
    twin = Actor(**{name: getattr(author, name) for name in Actor.__dataclass_fields__} | {"account_id": new_id()})
    with pytest.raises(NotAllowed):
        approve(session, twin, draft.id, revision=draft.revision, remark="", now=LATER)


def test_the_database_itself_refuses_an_author_as_reviewer(session: Session, pair: tuple[Actor, Actor]) -> None:
    author, _ = pair
    draft = submitted(session, author)
    session.add(
        ItemDraftEntry(
            body_id="las",
            id=new_id(),
            draft_id=draft.id,
            what=Talk.APPROVE,
            person_id=author.person_id,
            author_id=author.person_id,
            at=NOW,
            revision=2,
            remark="",
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()


def test_what_is_not_whole_is_not_submitted(session: Session, pair: tuple[Actor, Actor]) -> None:
    author, _ = pair
    draft = make_draft(session, author)  # without a criterion
    with pytest.raises(Invalid):
        submit(session, author, draft.id, remark="", now=NOW)


def test_a_draft_comes_back_with_a_comment_is_mended_and_approved(session: Session, pair: tuple[Actor, Actor]) -> None:
    author, second = pair
    draft = submitted(session, author)
    with pytest.raises(Invalid):
        send_back(session, second, draft.id, remark="  ", now=LATER)
    send_back(session, second, draft.id, remark="Option D is silly.", now=LATER)
    comment(session, author, draft.id, remark="I wrote another one.", now=LATER)
    mended = with_words(draft_from_json(draft.content), "stem", id="Diperbaiki?", en="Mended?")
    save_draft(session, author, draft.id, mended, revision=draft.revision, editor="", now=LATER)
    submit(session, author, draft.id, remark="", now=LATER)
    approve(session, second, draft.id, revision=draft.revision, remark="", now=LATER + timedelta(minutes=1))
    said = [(entry.what.value, entry.remark) for entry in history_of(session, "las", draft.id)]
    assert said[0] == ("submit", "Please look at option C.")
    assert ("send_back", "Option D is silly.") in said
    assert ("comment", "I wrote another one.") in said
    assert said[-1][0] == "approve"


def test_only_what_was_seen_is_approved(session: Session, pair: tuple[Actor, Actor]) -> None:
    author, second = pair
    draft = submitted(session, author)
    seen = draft.revision
    take_back(session, author, draft.id, now=NOW)
    save_draft(
        session,
        author,
        draft.id,
        with_words(draft_from_json(draft.content), "stem", id="Lain?"),
        revision=seen,
        editor="",
        now=NOW,
    )
    submit(session, author, draft.id, remark="", now=NOW)
    with pytest.raises(Conflict):
        approve(session, second, draft.id, revision=seen, remark="", now=LATER)


def test_only_its_authors_take_a_draft_back(session: Session, pair: tuple[Actor, Actor]) -> None:
    author, second = pair
    draft = submitted(session, author)
    with pytest.raises(Conflict):
        take_back(session, second, draft.id, now=NOW)
    assert take_back(session, author, draft.id, now=NOW).state is DraftState.WRITING


def test_a_change_of_an_item_is_its_next_version(session: Session, pair: tuple[Actor, Actor]) -> None:
    author, second = pair
    unit = make_unit(session, "las")
    item_id = make_item(session, "las", criteria=unit.criteria[:1])
    draft = change_item(session, author, item_id, now=NOW)
    submit(session, author, draft.id, remark="", now=NOW)
    with pytest.raises(Conflict, match="says the same"):
        approve(session, second, draft.id, revision=1, remark="", now=LATER)
    session.refresh(draft)
    take_back(session, author, draft.id, now=NOW)
    changed = with_words(draft_from_json(draft.content), "stem", id="Lihat lagi.", en="Look again.")
    save_draft(session, author, draft.id, changed, revision=1, editor="", now=NOW)
    submit(session, author, draft.id, remark="", now=NOW)
    approve(session, second, draft.id, revision=2, remark="", now=LATER)
    item = session.get_one(Item, ("las", item_id))
    assert (item.number, item.use) == (2, ItemUse.EXPOSED)
    assert (draft.item_id, draft.base) == (item_id, 2)


def test_a_version_made_meanwhile_stands_in_the_way(session: Session, pair: tuple[Actor, Actor]) -> None:
    author, second = pair
    unit = make_unit(session, "las")
    item_id = make_item(session, "las", criteria=unit.criteria[:1])
    draft = change_item(session, author, item_id, now=NOW)
    changed = with_words(draft_from_json(draft.content), "stem", id="Lihat lagi.")
    save_draft(session, author, draft.id, changed, revision=1, editor="", now=NOW)
    submit(session, author, draft.id, remark="", now=NOW)
    report = report_of(package_of("W01", correct="C"))
    import_package(session, "las", report, use=ItemUse.EXPOSED, imported_by=None, now=NOW)
    with pytest.raises(Conflict, match="Version 2"):
        approve(session, second, draft.id, revision=2, remark="", now=LATER)


def test_a_new_item_does_not_take_an_identifier_that_is_there(session: Session, pair: tuple[Actor, Actor]) -> None:
    author, _ = pair
    unit = make_unit(session, "las")
    make_item(session, "las", "W41")
    draft = make_draft(session, author, "W41", criteria=(unit.criteria[0],))
    with pytest.raises(Conflict, match="W41"):
        submit(session, author, draft.id, remark="", now=NOW)


def test_an_imported_version_is_reviewed_by_somebody_else(session: Session, pair: tuple[Actor, Actor]) -> None:
    author, second = pair
    report = report_of(package_of("W01"))
    import_package(session, "las", report, use=ItemUse.EXPOSED, imported_by=author.person_id, now=NOW)
    item_id = session.scalars(select(Item.id)).one()
    with pytest.raises(NotAllowed):
        confirm_version(session, author, item_id, remark="", now=NOW)
    assert confirm_version(session, second, item_id, remark="", now=NOW).draft_id is None
    with pytest.raises(Conflict):
        confirm_version(session, second, item_id, remark="", now=NOW)


def test_a_draft_is_given_up_with_a_reason_and_stays(session: Session, pair: tuple[Actor, Actor]) -> None:
    author, _ = pair
    draft = make_draft(session, author)
    with pytest.raises(Invalid):
        drop(session, author, draft.id, remark="", now=NOW)
    drop(session, author, draft.id, remark="Asked already by W07.", now=NOW)
    lines, count = list_drafts(session, "las", author.person_id, show="ended", page=1)
    assert (count, lines[0].state) == (1, DraftState.DROPPED)


def test_what_waits_for_whom(session: Session, pair: tuple[Actor, Actor]) -> None:
    author, second = pair
    draft = submitted(session, author)
    assert waiting_drafts(session, "las", author.person_id)[1:] == (0, 0)
    oldest, count, _ = waiting_drafts(session, "las", second.person_id)
    assert ([line.identifier for line in oldest], count) == (["W41"], 1)
    send_back(session, second, draft.id, remark="Mend option D.", now=LATER)
    assert waiting_drafts(session, "las", author.person_id)[2] == 1
    assert waiting_drafts(session, "las", second.person_id)[1:] == (0, 0)
