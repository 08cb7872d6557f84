"""How exams tell the bank what becomes of its items: forms, how often shown, when last, and the share of marks."""

from datetime import timedelta
from fractions import Fraction

import pytest
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.roles import Role
from assessment.exams.exposure import exposure_of, uses_of_items
from assessment.exams.tables import ItemScore
from assessment.item_bank.searching import Filter, list_items, unreviewed_versions
from assessment.item_bank.tables import ItemVersion
from tests.factories.accounts import NOW, make_actor, make_body, make_person
from tests.factories.exams import make_attempts, make_exam
from tests.factories.visitors import signed_in, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def used(session: Session) -> tuple[str, ...]:
    """Three items on a form that two of three candidates began; returns the ids of the items' versions."""
    make_body(session)
    exam = make_exam(session, "las")
    people = [make_person(session, "las") for _ in range(3)]
    attempts = make_attempts(session, exam, *people)
    for place, attempt in enumerate(attempts[:2]):
        attempt.state = AttemptState.RUNNING
        attempt.started_at = NOW + timedelta(minutes=place)
        attempt.deadline = LATER
        session.add(
            ItemScore(
                body_id="las",
                attempt_id=attempt.id,
                item_version_id=exam.items[0],
                answered=place == 0,
                score=Fraction(1 - place),
                max_score=Fraction(1),
                scored_at=LATER,
            )
        )
    session.flush()
    return exam.items


def item_of(session: Session, version_id: str) -> str:
    return session.scalars(select(ItemVersion.item_id).where(ItemVersion.id == version_id)).one()


def test_an_item_knows_its_forms_and_what_was_earned(session: Session, used: tuple[str, ...]) -> None:
    with current_app.test_request_context():
        found = exposure_of(session, "las", item_of(session, used[0]))
    assert [(form.code, form.number, form.shown) for form in found.forms] == [("F1", 1, 2)]
    assert (found.shown, found.last) == (2, NOW + timedelta(minutes=1))
    assert (found.scored, found.blank, found.share) == (2, 1, Fraction(1, 2))


def test_uses_are_counted_for_some_items_or_for_all(session: Session, used: tuple[str, ...]) -> None:
    every = {row.item_id: (row.forms, row.shown) for row in session.execute(select(uses_of_items("las")))}
    assert every == {item_of(session, version): (1, 2) for version in used}
    one = item_of(session, used[1])
    some = session.execute(select(uses_of_items("las", [one]))).all()
    assert [(row.item_id, row.shown) for row in some] == [(one, 2)]


def test_the_list_is_sorted_and_narrowed_by_use(session: Session, used: tuple[str, ...]) -> None:
    lines, count = list_items(session, "las", Filter(sort="shown"), page=1, language="en")
    assert count == 3
    assert {(line.forms, line.shown, line.last) for line in lines} == {(1, 2, NOW + timedelta(minutes=1))}
    assert list_items(session, "las", Filter(state="unused"), page=1, language="en") == ([], 0)
    assert list_items(session, "tata", Filter(sort="last"), page=1, language="en") == ([], 0)


def test_versions_that_nobody_reviewed_are_counted(session: Session, used: tuple[str, ...]) -> None:
    assert unreviewed_versions(session, "las", used) == 3


@pytest.mark.long_lock("an exam is made in one go")
def test_the_page_of_a_used_item_and_of_its_form_say_so_in_few_statements(site: Site) -> None:
    with writing_on(site) as session:
        make_body(session)
        make_actor(session, "las", Role.ITEM_AUTHOR, login="author")
        make_actor(session, "las", Role.SCHEME_MANAGER, login="manager")
        exam = make_exam(session, "las")
        item_id = item_of(session, exam.items[0])
    author = signed_in(site, "author")
    with count_statements(site.engine) as run:
        page = author.get(f"/items/{item_id}?lang=en").get_data(as_text=True)
    assert len(run) <= 12, run
    assert "Form F1" in page
    assert "shown 0 times" in page
    assert "not reviewed here" in page
    form = signed_in(site, "manager").get(f"/exam-forms/{exam.form_id}?lang=en").get_data(as_text=True)
    assert "3, imported and not looked through by a second person" in form
