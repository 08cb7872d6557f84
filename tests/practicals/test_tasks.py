"""A task document becomes a task, its rubric and its instrument; a bad one becomes a clear refusal."""

from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.domain.errors import Conflict, Invalid
from assessment.domain.plan import Kind
from assessment.practicals.content import task_content
from assessment.practicals.tables import Task
from assessment.practicals.task_queries import newest_rubric
from assessment.practicals.tasks import create_task
from assessment.schemes.tables import Instrument, InstrumentCoverage, InstrumentKind
from tests.factories.accounts import NOW, make_body
from tests.factories.competency import make_scheme
from tests.factories.practicals import a_criterion, a_document, demo_document, make_competencies, make_task


@pytest.mark.parametrize(("name", "criteria", "sections"), [("welder", 30, 2), ("kitchen", 30, 3)])
def test_the_demo_tasks_are_stored_with_all_their_texts(
    session: Session, name: str, criteria: int, sections: int
) -> None:
    body_id = make_body(session)
    made = make_task(session, body_id, demo_document(name))
    for language in ("id", "en"):
        content = task_content(session, body_id, newest_rubric(session, body_id, made.task_id), language)
        assert content.title == demo_document(name)["title"][language]
        assert len(content.criteria) == criteria
        assert len(content.instructions) == sections
        assert all(len(each.levels) == 4 for each in content.criteria if each.kind == "judged")
        assert all(each.tool for each in content.criteria if each.kind == "measured")


def test_a_criterion_says_what_it_proves(session: Session) -> None:
    body_id = make_body(session)
    made = make_task(session, body_id)
    content = task_content(session, body_id, newest_rubric(session, body_id, made.task_id), "en")
    proof = content.criteria[0].proves[0]
    assert (proof.unit_code, proof.number) == ("C.25LAS01.029.1", "1.1")
    assert proof.criterion_id == made.criterion_ids["C.25LAS01.029.1/1.1"]


def test_the_rubric_registers_itself_with_the_plan(session: Session) -> None:
    body_id = make_body(session)
    make_task(session, body_id)
    instrument = session.scalars(select(Instrument)).one()
    assert instrument.kind is InstrumentKind.RUBRIC
    kinds = session.execute(select(InstrumentCoverage.kind, InstrumentCoverage.level)).all()
    assert sorted((kind, level) for kind, level in kinds) == [(Kind.LEVEL, 1), (Kind.LIMIT, 0), (Kind.YES, 0)]


@pytest.mark.parametrize(
    ("change", "path", "got"),
    [
        ({"v": 2}, None, "2"),
        ({"minutes": True}, "minutes", "True"),
        ({"title": {"id": "Judul"}}, "steps[0].title", "en, id"),
        ({"steps": []}, "steps", "0"),
        ({"surprise": 1}, "task", "surprise"),
        ({"criteria": [a_criterion("A 1", "checked")]}, "criteria[0].code", "'A 1'"),
        ({"criteria": [a_criterion("A1", "checked") | {"kind": "guessed"}]}, "criteria[0].kind", "'guessed'"),
        ({"criteria": [a_criterion("A1", "checked", step="nowhere")]}, "criteria[0].step", "'nowhere'"),
        ({"criteria": [a_criterion("A1", "judged", group="other")]}, "criteria[0].group", "'other'"),
        ({"criteria": [a_criterion("A1", "judged", levels=[])]}, "criteria[0].levels", "0"),
        ({"criteria": [a_criterion("A1", "judged", minimum_level=0)]}, "criteria[0].minimum_level", "0"),
        ({"criteria": [a_criterion("A1", "measured", upper=0.5)]}, "criteria[0].upper", "0.5"),
        ({"criteria": [a_criterion("A1", "measured", upper="1e3")]}, "criteria[0].upper", "'1e3'"),
        ({"criteria": [a_criterion("A1", "measured", confirmed="yes")]}, "criteria[0].confirmed", "'yes'"),
        ({"criteria": [a_criterion("A1", "checked", method="written")]}, "criteria[0].method", "'written'"),
        (
            {"criteria": [a_criterion("A1", "checked", help={"id": "a\0", "en": "b"})]},
            "criteria[0].help.id",
            "'a\\x00'",
        ),
        ({"criteria": [a_criterion("A1", "checked"), a_criterion("A1", "checked")]}, "criteria", "A1"),
        ({"wps": {"id": "# judul", "en": "x"}}, "wps.id", None),
    ],
)
def test_a_document_that_does_not_fit_is_refused_by_path(
    session: Session, change: dict[str, Any], path: str | None, got: str | None
) -> None:
    body_id = make_body(session)
    units, criterion_ids = make_competencies(session, body_id, a_document())
    scheme = make_scheme(session, body_id, *units)
    with pytest.raises(Invalid) as refused:
        create_task(session, body_id, scheme.scheme_version_id, a_document(**change), criterion_ids, NOW)
    assert refused.value.values.get("path") == path
    assert got is None or str(refused.value.values["got"]) == got
    assert session.scalar(select(func.count()).select_from(Task)) == 0


def test_a_criterion_that_the_scheme_does_not_have_is_refused(session: Session) -> None:
    body_id = make_body(session)
    units, criterion_ids = make_competencies(session, body_id, a_document())
    scheme = make_scheme(session, body_id, *units)
    stranger = a_document(a_criterion("A1", "checked", number="9.9"))
    with pytest.raises(Invalid, match=r"criteria\[0\].criteria: expected a performance criterion of the scheme"):
        create_task(session, body_id, scheme.scheme_version_id, stranger, criterion_ids, NOW)
    _, others = make_competencies(session, body_id, stranger)
    with pytest.raises(Invalid, match="unknown_alignment"):
        create_task(session, body_id, scheme.scheme_version_id, stranger, others, NOW)


def test_a_code_stands_once_in_a_scheme_version(session: Session) -> None:
    body_id = make_body(session)
    made = make_task(session, body_id)
    with pytest.raises(Conflict):
        create_task(session, body_id, made.scheme.scheme_version_id, deepcopy(a_document()), made.criterion_ids, NOW)
