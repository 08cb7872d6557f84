"""Feedback to the candidate: from the rubric's own words, after the decision, and without anybody's single marks."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from assessment.certification.feedback import TaskFeedback, feedback_of, has_feedback
from assessment.certification.tables import Choice
from assessment.domain.errors import NotFound
from assessment.domain.practicals.feedback import Standing
from assessment.practicals.marking import criteria_to_mark, record_observations
from assessment.practicals.submitting import submit
from assessment.web.actor import Actor
from tests.certification.test_pages import decided, login_of, sign_in
from tests.factories.accounts import NOW
from tests.factories.certification import make_not_yet, make_world
from tests.factories.practicals import MadePractical, a_criterion, a_document, both, entry, make_practical
from tests.factories.visitors import writing_on
from tests.fixtures.sites import Site
from tests.practicals.test_tools import a_weld, write_piece

LATER = NOW + timedelta(minutes=40)
DOCUMENT = a_document(
    a_criterion("J1", "judged", number="1.1", minimum_level=2),
    a_criterion("M1", "measured", number="1.2", upper="1.5"),
    a_criterion("M2", "measured", number="1.2", confirmed=False),
    a_criterion("C1", "checked", number="1.3", safety_critical=True),
    a_criterion("C2", "checked", number="1.3"),
)


def hand_in(session: Session, practical: MadePractical, actor: Actor, **marks: dict[str, Any]) -> None:
    criteria = criteria_to_mark(session, practical.body_id, practical.id)
    entries = [entry(code, seq=place, **given) for place, (code, given) in enumerate(marks.items(), start=1)]
    record_observations(session, actor, practical.id, entries, criteria=criteria, now=LATER)
    submit(session, actor, practical.id, now=LATER)


def told(session: Session, practical: MadePractical, language: str = "en") -> TaskFeedback:
    return feedback_of(session, practical.body_id, practical.application_id, language, until=LATER)


@pytest.fixture
def practical(session: Session) -> MadePractical:
    made = make_practical(session, document=DOCUMENT, others=1)
    shared: dict[str, dict[str, Any]] = {"M2": {"value": "9"}, "C1": {"answer": "yes"}, "C2": {"answer": "no"}}
    hand_in(session, made, made.assessor, J1={"level": 1}, M1={"value": "1.8"}, **shared)
    hand_in(session, made, made.others[0], J1={"level": 0}, M1={"value": "1.7"}, **shared)
    return made


def test_each_criterion_stands_once_with_the_mark_that_decides(session: Session, practical: MadePractical) -> None:
    # The values differ by no more than a gauge can tell here, and the levels by one.
    found = told(session, practical)
    lines = {each.criterion.code: each for each in found.lines}
    assert list(lines) == ["J1", "M1", "C1", "C2"]
    judged, measured = lines["J1"], lines["M1"]
    assert (judged.line.standing, judged.descriptor(judged.line.reached)) == (Standing.MISSING, "Level 0 (en)")
    assert judged.descriptor(judged.line.next_level) == "Level 1 (en)"
    assert judged.descriptor(judged.line.enough) == "Level 2 (en)"
    assert measured.line.reading is not None
    assert (str(measured.line.reading.value), str(measured.line.reading.upper)) == ("1.8", "1.5")
    assert lines["C1"].line.standing is Standing.GOOD
    assert lines["C1"].statements == (("C.25LAS01.029.1", "1.3", "criterion 1.3 (en)"),)


def test_a_limit_that_depends_on_the_piece_is_that_of_the_recorded_one(session: Session) -> None:
    practical = make_practical(session, document=a_weld())
    hand_in(session, practical, practical.assessor, M1={"value": "2.2"}, C1={"answer": "yes"})
    (measured,) = [each.line for each in told(session, practical).lines if each.criterion.code == "M1"]
    assert (measured.standing, measured.reading) == (Standing.OPEN, None)
    write_piece(session, practical, minutes=50, cap_width="11")
    found = feedback_of(session, practical.body_id, practical.application_id, "en", until=NOW + timedelta(minutes=55))
    (measured,) = [each.line for each in found.lines if each.criterion.code == "M1"]
    assert measured.standing is Standing.MISSING
    assert measured.reading is not None
    assert str(measured.reading.upper) == "2.1"


def test_the_words_are_those_of_the_readers_language(session: Session, practical: MadePractical) -> None:
    found = told(session, practical, "id")
    assert found.task.title == both("Sample task")["id"]
    assert found.lines[0].criterion.title == "Criterion J1 (id)"


def test_what_came_after_the_decision_says_nothing(session: Session, practical: MadePractical) -> None:
    with pytest.raises(NotFound, match="no practical had a result"):
        feedback_of(session, practical.body_id, practical.application_id, "en", until=LATER - timedelta(seconds=1))
    assert has_feedback(session, practical.body_id, practical.application_id)


def test_the_page_is_the_candidates_own_and_opens_with_the_decision(site: Site) -> None:
    site.app.extensions["clock"] = lambda: NOW + timedelta(hours=3)
    with writing_on(site) as session:
        world = make_world(session, criteria=3)
        application_id = make_not_yet(session, world)
        candidate, assessor = login_of(session, world.candidate), world.assessor
        manager = login_of(session, world.manager)
    address = f"/applications/{application_id}/feedback"
    visitor = sign_in(site, candidate)
    assert visitor.get(address).status_code == 404
    with writing_on(site) as session:
        decided(session, world, application_id, Choice.NOT_YET_COMPETENT)
    page = visitor.get(address).get_data(as_text=True)
    assert "1 criterion is missing" in page
    assert "What was good" in page
    assert page.index("Workmanship 3") < page.index("Workmanship 1")
    assert assessor.name not in page
    assert address in visitor.get(f"/applications/{application_id}/result").get_data(as_text=True)
    assert sign_in(site, manager).get(address).status_code == 404
