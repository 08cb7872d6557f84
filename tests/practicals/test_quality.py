"""Quality of marking: what is read from observations, and the quality manager's pages."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.domain.certification.duties import Side
from assessment.domain.psychometrics.agreement import LEAST_CASES
from assessment.domain.roles import Role
from assessment.practicals.content import rubric_criteria
from assessment.practicals.quality import (
    Scope,
    criterion_lines,
    given_of,
    last_marks,
    number_of,
    pair_lines,
    rubrics_in_use,
    severity_lines,
    share_of_scale,
    signal_lines,
    submitted_in,
)
from assessment.practicals.tables import Observation, Practical, PracticalState, RubricCriterion
from tests.factories.accounts import NOW, make_actor
from tests.factories.competency import make_application
from tests.factories.practicals import MadePractical, make_practical
from tests.factories.visitors import signed_in, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site


class Marked:
    """Submitted practicals by one rubric, marked by the assessors that a test names."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.first: MadePractical = make_practical(session)
        row = session.get_one(Practical, (self.first.body_id, self.first.id))
        self.values = {column.name: getattr(row, column.name) for column in Practical.__table__.columns}
        self.rubric_id = row.rubric_id
        self.criteria = {
            row.code: row.id
            for row in session.scalars(select(RubricCriterion).where(RubricCriterion.rubric_id == self.rubric_id))
        }
        self.other = make_actor(session, self.first.body_id, Role.ASSESSOR, name="Citra Misal").person_id
        self.own = self.first.assessor.person_id

    @property
    def scope(self) -> Scope:
        return Scope(
            body_id=self.first.body_id,
            rubric_id=self.rubric_id,
            first=NOW - timedelta(days=1),
            end=NOW + timedelta(days=100),
        )

    def practical(
        self, *, days: int = 0, state: PracticalState = PracticalState.SUBMITTED, **marks: dict[str, dict[str, Any]]
    ) -> str:
        """Add a practical; `marks`: "own" or "other" -> criterion -> mark."""
        body_id = self.first.body_id
        application_id, candidate_id = make_application(self.session, body_id, self.first.made.scheme)
        for person_id in (self.own, self.other):
            take_side(self.session, body_id, application_id, person_id, Side.ASSESSOR, now=NOW)
        at = NOW + timedelta(days=days)
        practical = Practical(
            **self.values
            | {
                "id": new_id(),
                "application_id": application_id,
                "candidate_id": candidate_id,
                "state": state,
                "opened_at": at,
                "submitted_at": at + timedelta(hours=1) if state is PracticalState.SUBMITTED else None,
            }
        )
        self.session.add(practical)
        self.session.flush()
        for who, given in marks.items():
            for place, (code, mark) in enumerate(given.items()):
                self.observe(practical, getattr(self, who), code, mark, place)
        return practical.id

    def observe(self, practical: Practical, person_id: str, code: str, mark: dict[str, Any], place: int) -> None:
        at = (practical.opened_at or NOW) + timedelta(minutes=place)
        self.session.add(
            Observation(
                v=1,
                body_id=practical.body_id,
                practical_id=practical.id,
                application_id=practical.application_id,
                person_id=person_id,
                client=f"{person_id}.{new_id()}",
                seq=1,
                rubric_criterion_id=self.criteria[code],
                mark={"v": 1, **mark},
                note="",
                digest="0" * 64,
                observed_at=at,
                received_at=at,
            )
        )
        self.session.flush()


def level(number: int) -> dict[str, Any]:
    return {"level": number}


def twenty(marked: Marked, *, lower: int = 0) -> None:
    """Twenty practicals that both marked; the other gives `lower` levels less."""
    for place in range(LEAST_CASES):
        marked.practical(
            own={"J1": level(1 + place % 3), "M1": {"value": f"0.{place % 5}"}, "C1": {"answer": "yes"}},
            other={"J1": level(1 + place % 3 - lower), "M1": {"value": f"0,{place % 5}".replace(",", ".")}},
        )


def test_a_mark_as_a_number() -> None:
    assert number_of({"v": 1, "level": 3}) == 3
    assert number_of({"v": 1, "value": "0.45"}) == Fraction(9, 20)
    assert [number_of({"answer": answer}) for answer in ("yes", "no", "needs_more_evidence")] == [1, 0, None]
    assert share_of_scale({"level": 2}) == Fraction(2, 3)
    assert share_of_scale({"answer": "no"}) == 0
    assert share_of_scale({"value": "0.45"}) is None


def test_the_last_mark_of_each_person_counts_and_only_when_submitted(session: Session) -> None:
    marked = Marked(session)
    practical_id = marked.practical(own={"J1": level(1)}, other={"J1": level(2)})
    marked.observe(session.get_one(Practical, (marked.first.body_id, practical_id)), marked.own, "J1", level(3), 9)
    marked.practical(state=PracticalState.OPEN, own={"J1": level(0)}, other={"J1": level(0)})
    marked.practical(days=200, own={"J1": level(0)})
    found = last_marks(session, marked.scope)
    assert {(each.practical_id, each.person_id, each.mark["level"]) for each in found} == {
        (practical_id, marked.own, 3),
        (practical_id, marked.other, 2),
    }
    assert submitted_in(session, marked.scope) == 1
    assert [each.id for each in rubrics_in_use(session, marked.first.body_id, "id")] == [marked.rubric_id]


def test_the_newest_practicals_come_first_where_there_are_too_many(session: Session) -> None:
    marked = Marked(session)
    for days in range(3):
        newest = marked.practical(days=days, own={"J1": level(1)})
    assert {each.practical_id for each in last_marks(session, marked.scope, most=1)} == {newest}


def test_a_pair_and_its_criteria_from_twenty_practicals(session: Session) -> None:
    marked = Marked(session)
    twenty(marked, lower=1)
    given = given_of(last_marks(session, marked.scope))
    (pair,) = pair_lines(session, marked.first.body_id, given)
    assert {pair.first, pair.second} == {"Budi Misal", "Citra Misal"}
    assert pair.together.cases == LEAST_CASES
    assert pair.together.same is not None
    assert pair.together.same.value == Fraction(1, 2)
    lines = {
        line.criterion.code: line
        for line in criterion_lines(
            given, rubric_criteria(session, marked.first.body_id, marked.rubric_id), pair.together.people
        )
    }
    assert (lines["J1"].cases, lines["M1"].cases, lines["C1"].cases) == (LEAST_CASES, LEAST_CASES, 0)
    judged, measured = lines["J1"].agreement, lines["M1"].agreement
    assert judged is not None
    assert measured is not None
    assert judged.same.value == 0
    assert measured.same.value == 1
    assert lines["C1"].agreement is None


def test_severity_is_against_the_others(session: Session) -> None:
    marked = Marked(session)
    twenty(marked, lower=1)
    lines = severity_lines(session, marked.first.body_id, last_marks(session, marked.scope))
    assert [line.name for line in lines] == ["Citra Misal", "Budi Misal"]
    assert lines[0].severity.difference is not None
    assert lines[0].severity.difference.value == -Fraction(1, 3)


def test_marks_made_two_days_later_are_asked_about_by_name(session: Session) -> None:
    marked = Marked(session)
    practical_id = marked.practical(own={"J1": level(1)})
    practical = session.get_one(Practical, (marked.first.body_id, practical_id))
    assert signal_lines(session, marked.first.body_id, last_marks(session, marked.scope)) == []
    marked.observe(practical, marked.own, "C1", {"answer": "yes"}, 48 * 60)
    (line,) = signal_lines(session, marked.first.body_id, last_marks(session, marked.scope))
    assert (line.name, line.signal.kind, line.signal.example) == ("Budi Misal", "late", practical_id)


@pytest.mark.long_lock("twenty practicals are made in one go")
def test_the_pages_say_what_there_is_within_their_statements(site: Site) -> None:
    site.app.extensions["clock"] = lambda: NOW + timedelta(days=2)
    with writing_on(site) as session:
        marked = Marked(session)
        make_actor(session, marked.first.body_id, Role.QUALITY_MANAGER, login="mutu", name="Mutu Contoh")
    visitor = signed_in(site, "mutu")
    for address in ("/quality", "/quality/severity", "/quality/signals"):
        assert "No practical is submitted yet." in visitor.get(f"{address}?lang=en").get_data(as_text=True)
    with writing_on(site) as session:
        marked.session = session
        twenty(marked, lower=1)
        late = session.get_one(Practical, (marked.first.body_id, marked.practical(own={"J1": level(1)})))
        marked.observe(late, marked.own, "C1", {"answer": "yes"}, 30 * 60)
    said: dict[str, str] = {}
    for address in ("/quality", "/quality/severity", "/quality/signals"):
        with count_statements(site.engine) as statements:
            said[address] = visitor.get(f"{address}?lang=en").get_data(as_text=True)
        assert len(statements) <= 12, "\n".join(statements)
    assert "The figures rest on 21 submitted practicals." in said["/quality"]
    assert "Budi Misal, Citra Misal" in said["/quality"] or "Citra Misal, Budi Misal" in said["/quality"]
    assert "Criterion J1 (en)" in said["/quality"]
    assert said["/quality"].count('class="limit-scale interval"') > 4
    assert "too few to say" not in said["/quality/severity"]
    assert "Why were these marks made so late?" in said["/quality/signals"]
    assert "Innocent explanation:" in said["/quality/signals"]
    none = visitor.get("/quality?lang=en&q=nobody").get_data(as_text=True)
    assert "Nothing matches." in none
    assert "Criterion J1 (en)" not in none
    assert "Criterion J1 (en)" in visitor.get("/quality?lang=en&q=citra").get_data(as_text=True)
    assert visitor.get("/quality?rubric=x&period=x&pair=x&q=" + "x" * 500).status_code == 200
