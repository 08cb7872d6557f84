"""Borderline regression of a rubric: from marks to the study, kept, derived again, and its pages."""

from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from assessment.domain.errors import Invalid, NotFound
from assessment.domain.psychometrics.standard_setting import LEAST_CANDIDATES, borderline_regression
from assessment.domain.roles import Role
from assessment.practicals.borderline import Asked, ask, rederive_study, studies_to_rederive
from assessment.practicals.tables_borderline import BorderlineStudy
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor
from tests.factories.visitors import signed_in, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site
from tests.practicals.test_quality import Marked, level

LATER = NOW + timedelta(days=2)


def graded(marked: Marked, count: int = LEAST_CANDIDATES) -> list[tuple[Fraction, Fraction]]:
    """Candidates with a global grade (J1) and one checked criterion; returns what the regression rests on."""
    points = []
    for place in range(count):
        grade, answer = place % 4, "yes" if place % 4 + place % 3 > 2 else "no"
        marked.practical(own={"J1": level(grade), "C1": {"answer": answer}, "M1": {"value": "9"}})
        points.append((Fraction(grade), Fraction(answer == "yes")))
    return points


def asked(marked: Marked, **members: object) -> Asked:
    wanted: dict[str, object] = {
        "rubric_id": marked.rubric_id,
        "criterion_id": marked.criteria["J1"],
        "borderline": 1,
        "first": NOW - timedelta(days=1),
        "end": LATER,
    }
    return Asked(**(wanted | members))  # type: ignore[arg-type]  # the tests' own members


def lead(session: Session, marked: Marked) -> Actor:
    return make_actor(session, marked.first.body_id, Role.QUALITY_MANAGER, login="mutu", name="Mutu Contoh")


def test_a_study_is_the_regression_of_the_marks(session: Session) -> None:
    marked = Marked(session)
    points = graded(marked)
    study = ask(session, lead(session, marked), asked(marked), now=LATER)
    found = borderline_regression(points, Fraction(1))
    assert (study.candidates, study.cut) == (LEAST_CANDIDATES, found.cut.value)
    assert study.result["standard_error"] == f"{found.standard_error:.9f}"
    key = (marked.first.body_id, study.id)
    assert list(studies_to_rederive(session)) == [key]
    assert list(rederive_study(session, *key)) == []
    # A mark that arrives afterwards changes nothing of what was said then.
    marked.practical(days=5, own={"J1": level(3), "C1": {"answer": "no"}})
    assert list(rederive_study(session, *key)) == []


def test_a_changed_study_is_found(session: Session) -> None:
    marked = Marked(session)
    graded(marked)
    study = ask(session, lead(session, marked), asked(marked), now=LATER)
    session.expunge(study)
    stored = session.get_one(BorderlineStudy, (marked.first.body_id, study.id))
    stored.cut = Fraction(1, 3)
    with session.no_autoflush:
        assert [each.kind for each in rederive_study(session, marked.first.body_id, study.id)] == ["cut"]
    session.expunge(stored)


def test_what_gives_no_study_is_refused(session: Session) -> None:
    marked = Marked(session)
    graded(marked, LEAST_CANDIDATES - 1)
    manager = lead(session, marked)
    with pytest.raises(Invalid, match="at least 20 candidates"):
        ask(session, manager, asked(marked), now=LATER)
    with pytest.raises(Invalid):
        ask(session, manager, asked(marked, criterion_id=marked.criteria["C1"]), now=LATER)
    with pytest.raises(Invalid):
        ask(session, manager, asked(marked, borderline=4), now=LATER)
    with pytest.raises(NotFound):
        ask(session, manager, asked(marked, rubric_id="another"), now=LATER)


@pytest.mark.long_lock("twenty practicals are made in one go")
def test_the_study_on_its_pages(site: Site) -> None:
    site.app.extensions["clock"] = lambda: LATER
    with writing_on(site) as session:
        marked = Marked(session)
        graded(marked)
        lead(session, marked)
        make_actor(session, marked.first.body_id, Role.SCHEME_MANAGER, login="skema")
    visitor = signed_in(site, "mutu")
    assert "No regression was asked for yet." in visitor.get("/quality/borderline?lang=en").get_data(as_text=True)
    new = f"/quality/borderline/new?rubric={marked.rubric_id}"
    assert "Criterion J1 (en)" in visitor.get(f"{new}&lang=en").get_data(as_text=True)
    fields = {"criterion": marked.criteria["J1"], "borderline": "1", "first": "2026-03-01", "last": "2026-03-31"}
    assert visitor.post(new, fields | {"last": "2026-03-02"}).status_code == 422
    made = visitor.post(new, fields)
    assert made.status_code == 303
    with count_statements(site.engine) as statements:
        page = visitor.get(f"{made.location}?lang=en").get_data(as_text=True)
    assert len(statements) <= 12, "\n".join(statements)
    assert "Standard error at the cut" in page
    assert page.count("<circle") == 6
    reader = signed_in(site, "skema")
    assert reader.get(made.location).status_code == 200
    assert "Sample task (en)" in reader.get("/quality/borderline?lang=en").get_data(as_text=True)
