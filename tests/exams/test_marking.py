"""Marking by people: two who are blind to each other, a third where they are far apart, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select, text

from assessment.accounts.duties import sides_of, take_side
from assessment.accounts.tables import AssessorRegistration
from assessment.database import create_triggers, drop_triggers
from assessment.domain.certification.duties import Side
from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.exams.marking import Criterion, Level, MarkingRubric, MarkingRule
from assessment.domain.exams.regrade import Remedy
from assessment.domain.items.item import (
    BaseType,
    Cardinality,
    ExtendedTextInteraction,
    HumanMarking,
    Item,
    ResponseDeclaration,
)
from assessment.domain.psychometrics.agreement import agreement
from assessment.domain.roles import Role
from assessment.exams.evidence import result_of
from assessment.exams.foreseeing import Proposal, preview
from assessment.exams.marking import give_mark, set_rule, work_on, write_rubric
from assessment.exams.marking_queries import marked_items, marked_twice, next_answer, queues
from assessment.exams.rederive import rederive
from assessment.exams.regrading import confirm, propose
from assessment.exams.remarks import remarks_on
from assessment.exams.standing import standing_of_attempt
from assessment.exams.tables import ExamResult, ItemScore
from assessment.exams.tables_marking import ResponseMark
from assessment.exams.taking import submit
from assessment.web.actor import Actor
from tests.exams.room import BODY, Room, open_room
from tests.factories.accounts import NOW, make_actor
from tests.factories.exams import SCORE, single_choice
from tests.factories.visitors import signed_in
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")
LATER = NOW + timedelta(hours=3)
RUBRIC = MarkingRubric(
    criteria=(
        Criterion(
            id="c1",
            title="Sebab",
            levels=tuple(Level(points=Fraction(each), words=f"{each} sebab") for each in range(4)),
        ),
        Criterion(
            id="c2",
            title="Bahasa",
            levels=(Level(points=Fraction(0), words="Tidak jelas"), Level(points=Fraction(2), words="Jelas")),
        ),
    )
)


def essay(identifier: str = "E1") -> Item:
    """A text to write, worth 5 points, which people give."""
    return Item(
        identifier=identifier,
        interactions=(ExtendedTextInteraction(response="RESPONSE"),),
        responses=(
            ResponseDeclaration(identifier="RESPONSE", cardinality=Cardinality.SINGLE, base_type=BaseType.STRING),
        ),
        outcomes=SCORE,
        processing=HumanMarking(),
        max_score=Fraction(5),
    )


@dataclass(kw_only=True)
class Marked:
    """A room with one choice and one text, the text's id, and three registered assessors."""

    room: Room
    item: str
    markers: list[Actor]

    def give(self, marker: int, c1: int, c2: int, *, settles: bool = False, comment: str = "") -> None:
        """Let a marker give points for the candidate's text."""
        points = {"c1": Fraction(c1), "c2": Fraction(c2)}
        with self.room.writing() as session:
            give_mark(
                session,
                self.markers[marker],
                self.room.attempt_id,
                self.item,
                points,
                comment=comment,
                settles=settles,
                now=LATER,
            )

    def stored(self) -> tuple[str, str] | None:
        """The text's score and the exam's total, None while there is no result."""
        with self.room.writing() as session:
            result = session.scalars(select(ExamResult)).one_or_none()
            score = session.scalars(select(ItemScore).where(ItemScore.item_version_id == self.item)).one_or_none()
            return None if result is None or score is None else (str(score.score), str(result.score))

    def problems(self) -> list[str]:
        """What deriving the attempt again finds."""
        with self.room.writing() as session:
            return [f"{each.record} {each.kind}" for each in rederive(session, BODY, self.room.attempt_id)]


@pytest.fixture
def marked(site: Site) -> Marked:
    """The candidate chose B, wrote a text, and handed in."""
    return make_marked(site, {0: "B", 1: "Karena kampuh kotor."})


def make_marked(site: Site, answers: Mapping[int, str], *, rubric: bool = True) -> Marked:
    room = open_room(site, items=(single_choice(), essay()))
    room.start()
    room.send(*(room.event(item, given, seq=seq) for seq, (item, given) in enumerate(answers.items(), start=1)))
    with room.writing() as session:
        markers = [make_actor(session, BODY, Role.ASSESSOR, name=f"Asesor {each}") for each in "ABC"]
        session.add_all(
            AssessorRegistration(
                body_id=BODY,
                id=f"registration{place}",
                person_id=marker.person_id,
                number=f"R{place}",
                valid_from=NOW.date() - timedelta(days=30),
                valid_until=NOW.date() + timedelta(days=30),
            )
            for place, marker in enumerate(markers)
        )
        if rubric:
            write_rubric(session, markers[0], room.exam.items[1], RUBRIC, now=NOW)
        submit(session, BODY, room.attempt_id, now=NOW)
    return Marked(room=room, item=room.exam.items[1], markers=markers)


def test_without_marks_there_is_no_result_and_the_exam_says_that_it_waits(marked: Marked) -> None:
    application_id = marked.room.attempt().application_id
    with marked.room.writing() as session:
        found = result_of(session, BODY, marked.room.attempt_id)
        assert (found.result, found.waiting) == (None, 1)
        (remark,) = remarks_on(session, BODY, application_id)
        assert remark.regrade_id is None
        assert session.scalars(select(ItemScore)).one().score == 1
    assert marked.problems() == []


def test_two_who_agree_give_their_mean(marked: Marked) -> None:
    marked.give(0, 2, 2)
    assert marked.stored() is None
    marked.give(1, 1, 2)
    assert marked.stored() == ("7/2", "9/2")
    assert marked.problems() == []


def test_two_who_stand_apart_are_settled_by_a_third_with_a_reason(marked: Marked) -> None:
    marked.give(0, 3, 2)
    marked.give(1, 1, 0)
    assert marked.stored() is None
    with marked.room.writing() as session:
        assert work_on(session, marked.markers[2], marked.room.attempt_id, marked.item).settles
    with pytest.raises(Invalid):
        marked.give(2, 2, 2, settles=True)
    with pytest.raises(Conflict):
        marked.give(2, 2, 2)
    marked.give(2, 2, 2, settles=True, comment="Dua sebab disebut jelas.")
    assert marked.stored() == ("4", "5")
    assert marked.problems() == []
    with marked.room.writing() as session:
        assert len(session.scalars(select(ResponseMark)).all()) == 3


def test_the_rule_of_the_form_says_how_far_apart_they_may_be(marked: Marked) -> None:
    with marked.room.writing() as session:
        wide = MarkingRule(points=Fraction(3), share=Fraction(0))
        set_rule(session, marked.markers[0], marked.room.exam.form_id, wide)
    marked.give(0, 3, 2)
    marked.give(1, 0, 2)
    assert marked.stored() == ("7/2", "9/2")
    with marked.room.writing() as session, pytest.raises(Conflict):
        set_rule(session, marked.markers[0], marked.room.exam.form_id, MarkingRule())


def test_the_second_marker_sees_nothing_of_the_first(marked: Marked) -> None:
    marked.give(0, 3, 2, comment="Jawaban yang baik.")
    with marked.room.writing() as session:
        second, third = (work_on(session, marker, marked.room.attempt_id, marked.item) for marker in marked.markers[1:])
    assert second == third
    assert second.earlier == ()
    page = marked.room.signed_in(marked.markers[1]).get(f"/marking/{marked.room.attempt_id}/{marked.item}")
    assert page.status_code == 200
    for told in ("Jawaban yang baik", "Siti Contoh", "checked", marked.room.attempt().application_id):
        assert told not in page.text
    assert "Karena kampuh kotor." in page.text
    queue = marked.room.signed_in(marked.markers[1]).get("/marking")
    assert "Siti Contoh" not in queue.text


def test_marking_gives_the_side_and_not_the_case(marked: Marked) -> None:
    marked.give(0, 3, 2)
    application_id = marked.room.attempt().application_id
    marker = marked.markers[0]
    with marked.room.writing() as session:
        assert sides_of(session, BODY, application_id)[marker.person_id] is Side.ASSESSOR
        standing = standing_of_attempt(session, BODY, marked.room.attempt_id)
        assert standing is not None
        assert (Role.ASSESSOR, marker.person_id) not in standing.assigned
    client = marked.room.signed_in(marker)
    for place in (f"/exam-results/{marked.room.attempt_id}", f"/evidence/{application_id}"):
        assert client.get(place).status_code == 404
    assert client.get(f"/marking/{marked.room.attempt_id}/{marked.item}").status_code == 409


def test_nobody_marks_twice_nor_from_another_side_nor_their_own(marked: Marked) -> None:
    marked.give(0, 3, 2)
    with pytest.raises(Conflict):
        marked.give(0, 3, 2)
    application_id = marked.room.attempt().application_id
    with marked.room.writing() as session:
        take_side(session, BODY, application_id, marked.markers[1].person_id, Side.DECIDER, now=NOW)
        own = make_actor(session, BODY, Role.ASSESSOR, person_id=marked.room.candidate.person_id)
        with pytest.raises(NotFound):
            work_on(session, own, marked.room.attempt_id, marked.item)
        assert next_answer(session, BODY, own.person_id, marked.room.exam.form_id, marked.item) is None
    with pytest.raises(NotAllowed):
        marked.give(1, 3, 2)


def test_a_marker_needs_a_valid_registration(marked: Marked) -> None:
    marked.markers[0] = replace(marked.markers[0], person_id=marked.room.invigilator.person_id)
    with pytest.raises(NotAllowed):
        marked.give(0, 3, 2)


def test_points_are_those_of_the_rubric(marked: Marked) -> None:
    for wrong in ((4, 2), (3, 1)):
        with pytest.raises(Invalid):
            marked.give(0, *wrong)


def test_the_form_says_how_far_markers_agree_once_there_are_answers_enough(marked: Marked) -> None:
    room = marked.room
    marked.give(0, 2, 2)
    with room.writing() as session:
        assert marked_twice(session, BODY, room.exam.form_id) == {}
    marked.give(1, 1, 2)
    with room.writing() as session:
        assert marked_twice(session, BODY, room.exam.form_id) == {marked.item: {(Fraction(4), Fraction(3)): 1}}
        assert marked_twice(session, BODY, "another") == {}
        (item,) = marked_items(session, BODY, room.exam.form_id)
        assert (item.twice, item.agreement) == (1, None)
        make_actor(session, BODY, Role.SCHEME_MANAGER, login="manager", name="Manajer Contoh")
    page = signed_in(room.site, "manager").get(f"/exam-forms/{room.exam.form_id}?lang=en").get_data(as_text=True)
    assert "How far two markers agree is said from 20 answers on; 1 so far." in page


def test_the_figures_of_agreement_in_words(site: Site) -> None:
    two, three = Fraction(2), Fraction(7, 2)
    some = agreement({(two, two): 12, (three, three): 6, (two, three): 2})
    alike = agreement({(two, two): 20})
    with site.app.test_request_context("/?lang=en"):
        site.app.preprocess_request()
        agree = site.app.jinja_env.get_template("exams/agreement.html").module.agree  # type: ignore[attr-defined]  # a macro
        said = agree(20, some, 20)
        assert "20 answers marked by two people · the same points for 90 % · weighted kappa 0.78" in said
        assert "(95 % interval 0.5 to 1)" in said
        assert "kappa" not in agree(20, alike, 20)
        assert agree(0, None, 20) == ""


def test_a_rubric_stays_once_it_was_used_and_gives_what_the_item_gives(site: Site) -> None:
    marked = make_marked(site, {1: "Sebuah teks."}, rubric=False)
    with pytest.raises(Conflict):
        marked.give(0, 3, 2)
    with marked.room.writing() as session:
        short = MarkingRubric(criteria=RUBRIC.criteria[:1])
        with pytest.raises(Invalid):
            write_rubric(session, marked.markers[0], marked.item, short, now=NOW)
        with pytest.raises(Conflict):
            write_rubric(session, marked.markers[0], marked.room.exam.items[0], RUBRIC, now=NOW)
        write_rubric(session, marked.markers[0], marked.item, RUBRIC, now=NOW)
        assert write_rubric(session, marked.markers[0], marked.item, RUBRIC, now=NOW).number == 2
    marked.give(0, 3, 2)
    with marked.room.writing() as session, pytest.raises(Conflict):
        write_rubric(session, marked.markers[0], marked.item, RUBRIC, now=NOW)


def test_a_blank_text_needs_no_marker(site: Site) -> None:
    marked = make_marked(site, {0: "B"})
    assert marked.stored() == ("0", "1")
    assert marked.problems() == []
    with marked.room.writing() as session:
        assert queues(session, BODY, marked.markers[0].person_id) == []


def test_the_queue_counts_what_waits_for_whom(marked: Marked) -> None:
    marked.give(0, 3, 2)
    with marked.room.writing() as session:
        (own,) = queues(session, BODY, marked.markers[0].person_id)
        (other,) = queues(session, BODY, marked.markers[1].person_id)
    assert (own.waiting, own.mine, own.first) == (1, 0, None)
    assert (other.waiting, other.mine, other.to_settle, other.first) == (1, 1, 0, marked.room.attempt_id)
    marked.give(1, 0, 0)
    with marked.room.writing() as session:
        (third,) = queues(session, BODY, marked.markers[2].person_id)
    assert (third.mine, third.to_settle) == (1, 1)


def test_a_regrade_can_make_marking_unnecessary(marked: Marked) -> None:
    with marked.room.writing() as session:
        one, other = (make_actor(session, BODY, Role.QUALITY_MANAGER) for _ in range(2))
        wanted = Proposal(form_id=marked.room.exam.form_id, item_version_id=marked.item, remedy=Remedy.FULL_MARKS)
        found = preview(session, BODY, wanted)
        assert (found.looked_at, found.waiting, found.turned) == (0, 1, ())
        made = propose(session, one, wanted, reason="Soal keliru.", seen=found.digest, foreseen=found, now=LATER)
        confirm(session, other, made.id, reason="Setuju.", seen=found.digest, foreseen=found, now=LATER)
    assert marked.stored() == ("5", "6")
    assert marked.problems() == []


def test_one_changed_mark_is_found(marked: Marked) -> None:
    marked.give(0, 2, 2)
    marked.give(1, 1, 2)
    with marked.room.site.app.app_context(), marked.room.site.engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(text("UPDATE response_mark SET total = '5/1' WHERE place = 1"))
        create_triggers(connection)
    assert any("item_score" in each for each in marked.problems())
