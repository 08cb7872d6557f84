"""Scheme versions: made from a draft or a copy, edited cell by cell, published without holes, then never edited."""

from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.tables import BodyLicence
from assessment.audit.tables import AuditEntry
from assessment.domain.competency import Method
from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.domain.plan import Cell, HoleReason, ItemsCut, LevelAtLeast, WithinLimit, Yes
from assessment.schemes.creating import change_draft, create_scheme_version, prepare_copy, store_version
from assessment.schemes.draft import DraftCell
from assessment.schemes.editing import clear_cell, set_cell
from assessment.schemes.publishing import Shortcoming, lacks_of, plan_of, publish, retire
from assessment.schemes.queries import (
    plan_cells,
    published_schemes,
    scheme_facts,
    scheme_units,
    standing_of_scheme_version,
)
from assessment.schemes.tables import PlanCell, SchemeState, SchemeText
from assessment.standards.tables import CompetencyAlias, Standard, StandardState
from tests.factories.accounts import LONG_AGO, NOW, make_body, make_person
from tests.factories.competency import MadeUnit, make_unit
from tests.factories.schemes import CODE, DRAFT, a_draft, fill

ALL = ("1.1", "1.2", "1.3")
TODAY = date(2026, 3, 12)


@pytest.fixture
def unit(session: Session) -> MadeUnit:
    """A unit with three criteria in one body of two."""
    make_body(session)
    make_body(session, "lain")
    return make_unit(session, "las")


def whole(session: Session) -> str:
    """A draft version without a hole."""
    version = create_scheme_version(session, "las", a_draft(*ALL), NOW)
    fill(session, "las", version, plan_cells(session, "las", version))
    return version


def published(session: Session) -> str:
    version = whole(session)
    publish(session, "las", version, NOW)
    return version


def test_a_draft_is_stored_with_everything_that_it_says(session: Session, unit: MadeUnit) -> None:
    version = create_scheme_version(session, "las", a_draft("1.1", "1.3", rule=LevelAtLeast(level=2)), NOW)
    facts = scheme_facts(session, "las", version)
    assert (facts.code, facts.number, facts.state, facts.sample) == ("CONTOH-LAS", 1, SchemeState.DRAFT, True)
    assert facts.titles == {"id": "Contoh: juru las", "en": "Sample: welder"}
    assert facts.summaries == {"id": "Ringkasan"}
    assert facts.scope == (("process", "SMAW (111)"),)
    assert [each.texts["en"] for each in facts.prerequisites] == ["Primary school", "Healthy"]
    (member,) = scheme_units(session, "las", version)
    assert (member.unit_id, member.code, member.core) == (unit.unit_id, CODE, True)
    assert plan_cells(session, "las", version) == tuple(
        Cell(criterion_id=criterion, method=Method.OBSERVED, rule=LevelAtLeast(level=2))
        for criterion in (unit.criteria[0], unit.criteria[2])
    )


def test_units_and_criteria_must_be_known(session: Session, unit: MadeUnit) -> None:
    with pytest.raises(Invalid, match=r"stand in none: C\.99"):
        create_scheme_version(session, "las", a_draft(core_units=(CODE, "C.99")), NOW)
    with pytest.raises(Invalid, match=r"these are none: C\.25LAS01\.029\.1/9\.9"):
        create_scheme_version(session, "las", a_draft("1.1", "9.9"), NOW)
    with pytest.raises(Invalid, match="stand in none"):
        create_scheme_version(session, "lain", a_draft("1.1"), NOW)


def test_a_unit_of_a_retired_standard_is_not_taken(session: Session, unit: MadeUnit) -> None:
    session.scalars(select(Standard)).one().state = StandardState.RETIRED
    session.flush()
    with pytest.raises(Invalid, match="published standards"):
        create_scheme_version(session, "las", a_draft(), NOW)


def copy_scheme_version(session: Session, body_id: str, scheme_version_id: str, now: datetime) -> str:
    return store_version(session, body_id, prepare_copy(session, body_id, scheme_version_id), now)


def test_one_draft_of_a_scheme_at_a_time(session: Session, unit: MadeUnit) -> None:
    version = create_scheme_version(session, "las", a_draft(), NOW)
    with pytest.raises(Conflict, match="Version 1 of CONTOH-LAS is still a draft"):
        create_scheme_version(session, "las", a_draft(), NOW)
    with pytest.raises(Conflict, match="still a draft"):
        copy_scheme_version(session, "las", version, NOW)


def test_a_cell_is_set_changed_and_cleared(session: Session, unit: MadeUnit) -> None:
    version = create_scheme_version(session, "las", a_draft(), NOW)
    first = unit.criteria[0]
    set_cell(session, "las", version, first, Method.WRITTEN, ItemsCut(minimum_items=2, cut=Fraction(1, 3)))
    set_cell(session, "las", version, first, Method.WRITTEN, ItemsCut(minimum_items=3, cut=Fraction(1, 2)))
    (cell,) = plan_cells(session, "las", version)
    assert cell.rule == ItemsCut(minimum_items=3, cut=Fraction(1, 2))
    clear_cell(session, "las", version, first, Method.WRITTEN)
    clear_cell(session, "las", version, first, Method.WRITTEN)
    assert plan_cells(session, "las", version) == ()
    changes = session.scalars(
        select(AuditEntry.change).where(AuditEntry.record_table == "plan_cell").order_by(AuditEntry.id)
    ).all()
    assert changes == ["insert", "update", "delete"]


def test_a_cell_needs_a_fitting_rule_and_a_criterion_of_the_scheme(session: Session, unit: MadeUnit) -> None:
    version = create_scheme_version(session, "las", a_draft(), NOW)
    other = make_unit(session, "las", code="C.OTHER")
    with pytest.raises(Invalid, match="fits the method"):
        set_cell(session, "las", version, unit.criteria[0], Method.WRITTEN, WithinLimit())
    with pytest.raises(NotFound):
        set_cell(session, "las", version, other.criteria[0], Method.OBSERVED, Yes())
    with pytest.raises(NotFound):
        set_cell(session, "lain", version, unit.criteria[0], Method.OBSERVED, Yes())
    assert session.scalar(select(func.count()).select_from(PlanCell)) == 0


def test_a_hole_blocks_publishing(session: Session, unit: MadeUnit) -> None:
    version = create_scheme_version(session, "las", a_draft("1.1", "1.3"), NOW)
    fill(session, "las", version, plan_cells(session, "las", version)[:1])
    holes = plan_of(session, "las", version).holes
    assert [(hole.reason, hole.criterion_id) for hole in holes] == [
        (HoleReason.NO_CELL, unit.criteria[1]),
        (HoleReason.NO_INSTRUMENT, unit.criteria[2]),
    ]
    with pytest.raises(Conflict, match=r"got 2; the first: C\.25LAS01\.029\.1/1\.2, no_cell"):
        publish(session, "las", version, NOW)
    assert scheme_facts(session, "las", version).state is SchemeState.DRAFT


def test_a_missing_title_blocks_publishing(session: Session, unit: MadeUnit) -> None:
    version = whole(session)
    session.delete(session.get_one(SchemeText, ("las", version, "en")))
    session.flush()
    (lack,) = lacks_of(scheme_facts(session, "las", version), plan_of(session, "las", version))
    assert (lack.kind, lack.language) == (Shortcoming.NO_TITLE, "en")
    with pytest.raises(Conflict, match="title in the language en"):
        publish(session, "las", version, NOW)


def test_a_whole_version_is_published_by_a_person(session: Session, unit: MadeUnit) -> None:
    person = make_person(session, "las")
    version = whole(session)
    publish(session, "las", version, NOW, published_by=person)
    facts = scheme_facts(session, "las", version)
    assert (facts.state, facts.published_at, facts.published_by) == (SchemeState.PUBLISHED, NOW, person)


@pytest.mark.parametrize("state", [SchemeState.PUBLISHED, SchemeState.RETIRED])
def test_a_version_that_is_no_draft_refuses_every_edit(session: Session, unit: MadeUnit, state: SchemeState) -> None:
    version = published(session)
    if state is SchemeState.RETIRED:
        retire(session, "las", version)
    before = plan_cells(session, "las", version)
    with pytest.raises(Conflict, match="never edited"):
        set_cell(session, "las", version, unit.criteria[0], Method.WRITTEN, Yes())
    with pytest.raises(Conflict, match="never edited"):
        clear_cell(session, "las", version, unit.criteria[0], Method.OBSERVED)
    with pytest.raises(Conflict, match="never edited"):
        change_draft(session, "las", version, a_draft())
    with pytest.raises(Conflict, match="never edited"):
        publish(session, "las", version, NOW)
    assert plan_cells(session, "las", version) == before


def test_only_a_published_version_is_retired(session: Session, unit: MadeUnit) -> None:
    version = whole(session)
    with pytest.raises(Conflict, match="draft"):
        retire(session, "las", version)
    publish(session, "las", version, NOW)
    retire(session, "las", version)
    assert scheme_facts(session, "las", version).state is SchemeState.RETIRED
    with pytest.raises(Conflict, match="retired"):
        retire(session, "las", version)


def test_the_next_version_is_a_copy_of_the_last(session: Session, unit: MadeUnit) -> None:
    first = published(session)
    second = copy_scheme_version(session, "las", first, NOW)
    old, new = scheme_facts(session, "las", first), scheme_facts(session, "las", second)
    assert (new.number, new.state) == (2, SchemeState.DRAFT)
    assert (new.titles, new.summaries, new.scope, new.validity_months) == (
        old.titles,
        old.summaries,
        old.scope,
        old.validity_months,
    )
    assert [each.texts for each in new.prerequisites] == [each.texts for each in old.prerequisites]
    assert plan_cells(session, "las", second) == plan_cells(session, "las", first)
    assert {hole.reason for hole in plan_of(session, "las", second).holes} == {HoleReason.NO_INSTRUMENT}


def test_a_copy_moves_to_the_newer_standard_and_shows_what_is_new_there(session: Session, unit: MadeUnit) -> None:
    first = published(session)
    session.scalars(select(Standard)).one().state = StandardState.RETIRED
    newer = make_unit(session, "las", criteria=4)
    second = copy_scheme_version(session, "las", first, NOW)
    assert [member.unit_id for member in scheme_units(session, "las", second)] == [newer.unit_id]
    assert [cell.criterion_id for cell in plan_cells(session, "las", second)] == list(newer.criteria[:3])
    holes = plan_of(session, "las", second).holes
    assert [hole.criterion_id for hole in holes if hole.reason is HoleReason.NO_CELL] == [newer.criteria[3]]
    assert [member.unit_id for member in scheme_units(session, "las", first)] == [unit.unit_id]


def test_a_draft_is_changed_and_keeps_the_cells_of_units_that_stay(session: Session, unit: MadeUnit) -> None:
    other = make_unit(session, "las", code="C.OTHER", criteria=1)
    version = create_scheme_version(session, "las", a_draft("1.1", core_units=(CODE, "C.OTHER")), NOW)
    set_cell(session, "las", version, other.criteria[0], Method.OBSERVED, Yes())
    changed = a_draft(
        titles={"id": "Judul", "en": "Title"}, prerequisites=({"id": "Satu", "en": "One"},), quorum=5, scope=()
    )
    change_draft(session, "las", version, changed)
    facts = scheme_facts(session, "las", version)
    assert (facts.titles, facts.quorum, facts.scope) == ({"id": "Judul", "en": "Title"}, 5, ())
    assert [each.texts["id"] for each in facts.prerequisites] == ["Satu"]
    assert [member.code for member in scheme_units(session, "las", version)] == [CODE]
    assert [cell.criterion_id for cell in plan_cells(session, "las", version)] == [unit.criteria[0]]
    with pytest.raises(Conflict, match="The code of a scheme stays"):
        change_draft(session, "las", version, a_draft(code="LAIN"))


def test_a_scheme_keeps_its_kind(session: Session, unit: MadeUnit) -> None:
    from_first = published(session)
    kind = scheme_facts(session, "las", from_first).kind
    other = next(each for each in type(kind) if each is not kind)
    with pytest.raises(Conflict, match="of the kind"):
        create_scheme_version(session, "las", a_draft(kind=other), NOW)


def licence(session: Session, codes: list[str], *, until: date = date(2030, 1, 1)) -> None:
    for held in session.scalars(select(BodyLicence).where(BodyLicence.body_id == "las")):
        session.delete(held)
    session.add(
        BodyLicence(
            body_id="las",
            id=new_id(),
            number="2",
            authority="Otoritas",
            authority_number=None,
            scheme_codes=codes,
            valid_from=LONG_AGO,
            valid_until=until,
        )
    )
    session.flush()


@pytest.mark.parametrize(
    ("codes", "until", "expected"),
    [
        (["*"], date(2030, 1, 1), ["CONTOH-LAS"]),
        (["CONTOH-LAS"], TODAY, ["CONTOH-LAS"]),
        (["LAIN"], date(2030, 1, 1), []),
        (["*"], date(2026, 3, 11), []),
        ([], date(2030, 1, 1), []),
    ],
)
def test_a_scheme_is_offered_while_a_licence_covers_it(
    session: Session, unit: MadeUnit, codes: list[str], until: date, expected: list[str]
) -> None:
    published(session)
    licence(session, codes, until=until)
    assert [scheme.code for scheme in published_schemes(session, "las", TODAY)] == expected


def test_the_newest_published_version_is_offered(session: Session, unit: MadeUnit) -> None:
    first = published(session)
    second = copy_scheme_version(session, "las", first, NOW)
    assert [scheme.number for scheme in published_schemes(session, "las", TODAY)] == [1]
    fill(session, "las", second, plan_cells(session, "las", second), record="second")
    publish(session, "las", second, NOW)
    (offered,) = published_schemes(session, "las", TODAY)
    assert (offered.number, offered.titles["en"]) == (2, "Sample: welder")
    assert published_schemes(session, "lain", TODAY) == ()


def test_another_body_sees_nothing(session: Session, unit: MadeUnit) -> None:
    version = published(session)
    assert standing_of_scheme_version(session, "lain", version) is None
    assert plan_cells(session, "lain", version) == ()
    assert scheme_units(session, "lain", version) == ()
    for attempt in (
        lambda: scheme_facts(session, "lain", version),
        lambda: publish(session, "lain", version, NOW),
        lambda: retire(session, "lain", version),
        lambda: copy_scheme_version(session, "lain", version, NOW),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_an_older_code_names_the_unit_in_a_draft(session: Session, unit: MadeUnit) -> None:
    session.add(CompetencyAlias(body_id="las", competency_id=unit.unit_id, code="C.24"))
    session.flush()
    cells = (DraftCell(path="C.24/1.2", method=Method.OBSERVED, rule=Yes()),)
    version = create_scheme_version(session, "las", replace(DRAFT, core_units=("C.24",), cells=cells), NOW)
    assert [cell.criterion_id for cell in plan_cells(session, "las", version)] == [unit.criteria[1]]
    with pytest.raises(Invalid, match="each unit once"):
        create_scheme_version(session, "las", replace(DRAFT, core_units=("C.24", CODE)), NOW)
