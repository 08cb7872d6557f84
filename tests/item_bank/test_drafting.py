"""Writing items: optimistic locking, copies of what was written over, and items opened for a change."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.domain.items.authoring.draft import draft_from_json
from assessment.domain.roles import Role
from assessment.item_bank.drafting import (
    Overtaken,
    authors_of,
    catch_up,
    change_item,
    get_draft,
    save_draft,
    start_draft,
)
from assessment.item_bank.service import import_package, retire_item
from assessment.item_bank.tables import ItemDraft, ItemDraftCopy, ItemUse
from tests.domain.items.authoring.build import with_words
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.competency import make_unit
from tests.factories.drafts import make_draft
from tests.factories.item_bank import make_item, package_of, report_of

LATER = NOW + timedelta(minutes=5)


def copies(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ItemDraftCopy)) or 0


def test_a_draft_begins_empty_and_counts_its_changes(session: Session) -> None:
    make_body(session)
    author = make_actor(session, "las", Role.ITEM_AUTHOR)
    draft = start_draft(session, author, "order", use=ItemUse.PRETEST, now=NOW)
    assert (draft.revision, draft.state.value, draft.item_id) == (1, "writing", None)
    content = with_words(draft_from_json(draft.content), "title", id="Urutan")
    saved = save_draft(session, author, draft.id, content, revision=1, editor="tab", now=LATER)
    assert isinstance(saved, ItemDraft)
    assert (saved.revision, saved.title, saved.changed_at) == (2, "Urutan", LATER)


def test_the_same_text_again_changes_nothing(session: Session) -> None:
    make_body(session)
    author = make_actor(session, "las", Role.ITEM_AUTHOR)
    draft = make_draft(session, author)
    content = draft_from_json(draft.content)
    saved = save_draft(session, author, draft.id, content, revision=1, editor="x", now=LATER)
    assert isinstance(saved, ItemDraft)
    assert saved.revision == 2


def test_the_second_author_is_told_and_neither_text_is_lost(session: Session) -> None:
    make_body(session)
    one, two = (make_actor(session, "las", Role.ITEM_AUTHOR) for _ in range(2))
    draft = make_draft(session, one)
    content = draft_from_json(draft.content)
    ones, twos = (with_words(content, "stem", id=text) for text in ("Dari satu?", "Dari dua?"))
    assert isinstance(save_draft(session, one, draft.id, ones, revision=2, editor="a", now=NOW), ItemDraft)
    answer = save_draft(session, two, draft.id, twos, revision=2, editor="b", now=LATER)
    assert isinstance(answer, Overtaken)
    assert answer.theirs.said("stem", "id") == "Dari satu?"
    assert get_draft(session, "las", draft.id).content["words"]["stem"]["id"] == "Dari satu?"
    kept = save_draft(session, two, draft.id, twos, revision=3, editor="b", now=LATER, knowingly=True)
    assert isinstance(kept, ItemDraft)
    assert kept.content["words"]["stem"]["id"] == "Dari dua?"
    copy = session.get_one(ItemDraftCopy, ("las", draft.id, 3))
    assert copy.content["words"]["stem"]["id"] == "Dari satu?"
    assert authors_of(session, kept) == {one.person_id, two.person_id}


def test_two_pages_of_one_author_meet_as_two_authors_do(session: Session) -> None:
    make_body(session)
    author = make_actor(session, "las", Role.ITEM_AUTHOR)
    draft = make_draft(session, author)
    content = draft_from_json(draft.content)
    first = with_words(content, "stem", id="Halaman satu?")
    assert isinstance(save_draft(session, author, draft.id, first, revision=2, editor="one", now=NOW), ItemDraft)
    second = with_words(content, "stem", id="Halaman dua?")
    assert isinstance(save_draft(session, author, draft.id, second, revision=2, editor="two", now=NOW), Overtaken)


def test_a_page_whose_reply_was_lost_does_not_meet_itself(session: Session) -> None:
    make_body(session)
    author = make_actor(session, "las", Role.ITEM_AUTHOR)
    draft = make_draft(session, author)
    content = draft_from_json(draft.content)
    first = with_words(content, "stem", id="Satu?")
    assert isinstance(save_draft(session, author, draft.id, first, revision=2, editor="tab", now=NOW), ItemDraft)
    more = with_words(content, "stem", id="Satu dua?")
    saved = save_draft(session, author, draft.id, more, revision=2, editor="tab", now=NOW)
    assert isinstance(saved, ItemDraft)
    assert saved.revision == 4
    assert copies(session) == 0


def test_a_text_that_is_too_long_is_refused(session: Session) -> None:
    make_body(session)
    author = make_actor(session, "las", Role.ITEM_AUTHOR)
    draft = make_draft(session, author)
    content = with_words(draft_from_json(draft.content), "stem", id="x" * 20_001)
    with pytest.raises(Invalid):
        save_draft(session, author, draft.id, content, revision=2, editor="", now=NOW)


def test_an_item_has_one_open_draft(session: Session) -> None:
    make_body(session)
    unit = make_unit(session, "las")
    author = make_actor(session, "las", Role.ITEM_AUTHOR)
    item_id = make_item(session, "las", criteria=unit.criteria[:1])
    draft = change_item(session, author, item_id, now=NOW)
    assert (draft.identifier, draft.base, draft.kind, draft.title) == ("W01", 1, "single_choice", "Undercut")
    assert draft.content["criteria"] == [unit.criteria[0]]
    assert change_item(session, author, item_id, now=LATER).id == draft.id
    session.add(
        ItemDraft(
            **{column.key: getattr(draft, column.key) for column in ItemDraft.__table__.columns} | {"id": "second"}
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_retired_item_and_another_bodys_item_are_not_opened(session: Session) -> None:
    make_body(session)
    make_body(session, "tata")
    author, stranger = make_actor(session, "las", Role.ITEM_AUTHOR), make_actor(session, "tata", Role.ITEM_AUTHOR)
    item_id = make_item(session, "las")
    with pytest.raises(NotFound):
        change_item(session, stranger, item_id, now=NOW)
    retire_item(session, author, item_id, reason="outdated", now=NOW)
    with pytest.raises(Conflict):
        change_item(session, author, item_id, now=NOW)


def test_a_draft_catches_up_with_a_version_that_was_made_meanwhile(session: Session) -> None:
    make_body(session)
    author = make_actor(session, "las", Role.ITEM_AUTHOR)
    item_id = make_item(session, "las")
    draft = change_item(session, author, item_id, now=NOW)
    with pytest.raises(Conflict):
        catch_up(session, author, draft.id, now=NOW)
    report = report_of(package_of("W01", correct="C"))
    import_package(session, "las", report, use=ItemUse.EXPOSED, imported_by=None, now=NOW)
    assert catch_up(session, author, draft.id, now=NOW).base == 2


def test_what_is_in_review_is_not_changed(session: Session) -> None:
    make_body(session)
    author = make_actor(session, "las", Role.ITEM_AUTHOR)
    draft = make_draft(session, author)
    draft.state = type(draft.state).IN_REVIEW
    session.flush()
    content = replace(draft_from_json(draft.content), identifier="W99")
    with pytest.raises(Conflict):
        save_draft(session, author, draft.id, content, revision=2, editor="", now=NOW)
