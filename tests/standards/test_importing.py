"""Importing a standard: whole or not at all, every oddity told, the same file back, and no long lock."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from assessment.audit.tables import AuditEntry
from assessment.database import Act, db
from assessment.domain.case.package import OddityKind
from assessment.domain.case.read import read
from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.standards.exporting import export_standard, find_standard
from assessment.standards.importing import Imported, import_standard
from assessment.standards.packing import unpack
from assessment.standards.queries import find_unit, units
from assessment.standards.tables import (
    Association,
    Competency,
    CompetencyAlias,
    CompetencyText,
    Standard,
    StandardState,
)
from tests.domain.case.packages import association, child, content, item, link, package
from tests.factories.accounts import NOW, make_body
from tests.factories.visitors import writing_on
from tests.fixtures.measuring import watch_locks
from tests.fixtures.sites import Site

DEMO = Path(__file__).parents[2] / "assessment" / "demo"
ACT = Act(body_id="las", account_id=None, person_id=None, at=NOW, name="test")


@pytest.fixture
def body(site: Site) -> Site:
    """A site with one body."""
    with writing_on(site) as session:
        make_body(session)
    return site


def bring_in(site: Site, value: object, *, body_id: str = "las") -> Imported:
    with site.app.app_context():
        return import_standard(body_id, read(value if isinstance(value, bytes) else content(value)), act=ACT)


def given_back(site: Site, imported: Imported) -> dict[str, Any]:
    with site.app.app_context():
        return export_standard(db.session(), "las", imported.standard_id)


def small(*, statement: str = "Mengelas", **fields: Any) -> dict[str, Any]:
    return package(
        [
            item("u", statement, CFItemType="Unit", humanCodingScheme="C.25LAS01.029.1"),
            item("e", CFItemType="Elemen", listEnumeration="1"),
            item("k", CFItemType="KUK", listEnumeration="1.1"),
            item("k-en", "Criterion", CFItemType="KUK", listEnumeration="1.1", language="en"),
        ],
        [child("u"), child("e", "u"), child("k", "e"), association("k-en", "isTranslationOf", "k")],
        **fields,
    )


def large(criteria: int) -> dict[str, Any]:
    """A package with one unit, so many criteria, and the translation of each."""
    names = [f"k{number}" for number in range(criteria)]
    return package(
        [
            item("u", CFItemType="Unit", humanCodingScheme="BIG"),
            *(item(name, "Kriteria " * 30, CFItemType="KUK", listEnumeration=name[1:]) for name in names),
            *(item(f"{name}-en", "Criterion " * 30, CFItemType="KUK", language="en") for name in names),
        ],
        [
            child("u"),
            *(child(name, "u", number) for number, name in enumerate(names)),
            *(association(f"{name}-en", "isTranslationOf", name) for name in names),
        ],
    )


@contextmanager
def stopping_at(site: Site, table: str, statement: int) -> Iterator[None]:
    """Break the connection's work at the n-th insert into a table, as a failing disk would."""
    seen = 0

    def stop(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
        nonlocal seen
        if sql.startswith(f"INSERT INTO {table} "):
            seen += 1
            if seen == statement:
                raise OSError("no space left on device")

    event.listen(site.engine, "before_cursor_execute", stop)
    try:
        yield
    finally:
        event.remove(site.engine, "before_cursor_execute", stop)


def counts(site: Site) -> dict[str, int]:
    tables = (Standard, Competency, CompetencyText, Association, CompetencyAlias)
    with site.app.app_context():
        return {
            table.__tablename__: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        }


@pytest.mark.parametrize("name", ["welder", "kitchen"])
def test_a_demo_standard_comes_back_as_it_came(body: Site, name: str) -> None:
    file = (DEMO / name / "standard.json").read_bytes()
    imported = bring_in(body, file)
    assert (imported.number, imported.changed, imported.oddities) == (1, True, ())
    assert given_back(body, imported) == json.loads(file)


ODD = {
    OddityKind.DUPLICATE_SAME: package([item("u"), item("u")], [child("u")]),
    OddityKind.DUPLICATE_DIFFERENT: package([item("u"), item("u", "Other")], [child("u")]),
    OddityKind.DUPLICATE_ASSOCIATION: package([item("u")], [child("u"), child("u")]),
    OddityKind.NO_PARENT: package([item("u")], []),
    OddityKind.PARENT_OUTSIDE: package([item("u")], [child("u", "elsewhere")]),
    OddityKind.CHILD_OUTSIDE: package([item("u")], [child("u"), child("ghost", "u")]),
    OddityKind.SEVERAL_PARENTS: package(
        [item("u"), item("v"), item("e")],
        [child("u", number=1), child("v", number=2), child("e", "u"), child("e", "v")],
    ),
    OddityKind.CYCLE: package([item("a"), item("b")], [child("a", "b"), child("b", "a")]),
    OddityKind.OUTSIDE_OF_UNIT: package([item("k", CFItemType="KUK")], [child("k")]),
    OddityKind.END_OUTSIDE: package([item("u")], [child("u"), association("u", "exactMatchOf", "esco")]),
    OddityKind.NO_SEQUENCE: package([item("u"), item("v")], [child("u"), child("v")]),
    OddityKind.SAME_SEQUENCE: package([item("u"), item("v")], [child("u", number=1), child("v", number=1)]),
    OddityKind.PACKAGE_ADDRESS: package([item("u")], [child("u")], CFPackageURI="https://standards.example/p"),
    OddityKind.LINK_AS_TEXT: package([item("u")], [child("u") | {"destinationNodeURI": "d0c"}]),
    OddityKind.MEMBER_MISSING: package([item("u", uri=None)], [child("u")], creator=None),
    OddityKind.EMPTY_STATEMENT: package([item("u", " ")], [child("u")]),
    OddityKind.LONG_STATEMENT: package([item("u", "Mengelas. " * 400)], [child("u")]),
    OddityKind.MARKUP: package([item("u", "<p>Mengelas</p>")], [child("u")]),
    OddityKind.UNKNOWN_TYPE: package(
        [item("u", CFItemType="Unit"), item("g", CFItemType="Grade")], [child("u", number=1), child("g", number=2)]
    ),
    OddityKind.TRANSLATION_OUTSIDE: package(
        [item("u", language="en")], [child("u"), association("u", "isTranslationOf", "elsewhere")]
    ),
    OddityKind.TRANSLATION_CLASH: package(
        [item("u"), item("x", language="en"), item("y", "Y", language="en")],
        [child("u"), association("x", "isTranslationOf", "u"), association("y", "isTranslationOf", "u")],
    ),
    OddityKind.TRANSLATION_CYCLE: package(
        [item("a"), item("b", language="en")],
        [child("a"), child("b"), association("a", "isTranslationOf", "b"), association("b", "isTranslationOf", "a")],
    ),
    OddityKind.ALIAS_WITHOUT_CODE: package(
        [item("u")], [child("u"), association("old", "replacedBy", "u", originNodeURI=link("old", "Make a weld"))]
    ),
    OddityKind.UNKNOWN_ASSOCIATION: package([item("u")], [child("u"), association("u", "friendOf", "u")]),
}


def test_every_kind_of_oddity_has_its_package() -> None:
    assert set(ODD) == set(OddityKind)


@pytest.mark.parametrize("kind", list(OddityKind))
def test_an_odd_package_is_taken_reported_and_given_back(session: Session, kind: OddityKind) -> None:
    make_body(session)
    session.commit()
    imported = import_standard("las", read(content(ODD[kind])), act=ACT)
    assert kind in {oddity.kind for oddity in imported.oddities}
    assert export_standard(session, "las", imported.standard_id) == ODD[kind]
    standard = session.get_one(Standard, ("las", imported.standard_id))
    _, stored = unpack(standard.rest)
    assert [oddity.text for oddity in stored] == [oddity.text for oddity in imported.oddities]
    assert {entry["kind"] for entry in standard.oddities} == {oddity.kind.value for oddity in imported.oddities}


def test_the_same_content_changes_nothing(body: Site) -> None:
    first = bring_in(body, small())
    before = counts(body)
    again = bring_in(body, small())
    assert (again.standard_id, again.number, again.changed) == (first.standard_id, 1, False)
    assert counts(body) == before


def test_other_content_is_the_next_version_and_retires_the_one_before(body: Site) -> None:
    first = bring_in(body, small())
    second = bring_in(body, small(statement="Mengelas pelat"))
    assert (second.number, second.changed) == (2, True)
    with body.app.app_context():
        states = {row.id: row.state for row in db.session.execute(select(Standard.id, Standard.state))}
        assert states == {first.standard_id: StandardState.RETIRED, second.standard_id: StandardState.PUBLISHED}
        found = find_unit(db.session(), "las", "C.25LAS01.029.1")
        assert found is not None
        assert found.standard_id == second.standard_id
        assert given_back(body, first) == small()


def test_one_is_another_content_than_true(body: Site) -> None:
    bring_in(body, small(version=1))
    assert bring_in(body, small(version=True)).number == 2


@pytest.mark.parametrize(
    ("table", "statement"),
    [("standard", 1), ("competency", 1), ("competency_text", 1), ("association", 1), ("competency_alias", 1)],
)
def test_an_import_that_breaks_off_leaves_nothing_to_see(body: Site, table: str, statement: int) -> None:
    value = small()
    value["CFItems"].append(item("old", CFItemType="Unit", humanCodingScheme="C.24LAS01.029.1"))
    value["CFAssociations"].append(association("old", "replacedBy", "u"))
    with stopping_at(body, table, statement), pytest.raises(OSError, match="no space"):
        bring_in(body, value)
    with body.app.app_context():
        assert find_unit(db.session(), "las", "C.25LAS01.029.1") is None
        with pytest.raises(NotFound):
            find_standard(db.session(), "las", "Standar contoh")
        visible = select(func.count()).select_from(Standard).where(Standard.state != StandardState.STAGING)
        assert db.session.scalar(visible) == 0
    imported = bring_in(body, value)
    assert imported.number == 1
    after = counts(body)
    assert (after["standard"], after["competency"]) == (1, 3)
    assert (after["competency_text"], after["association"], after["competency_alias"]) == (4, 5, 1)
    assert given_back(body, imported) == value


def test_an_older_version_stays_published_while_a_newer_one_breaks_off(body: Site) -> None:
    first = bring_in(body, small())
    with stopping_at(body, "association", 1), pytest.raises(OSError, match="no space"):
        bring_in(body, small(statement="Mengelas pelat"))
    with body.app.app_context():
        assert find_standard(db.session(), "las", "Standar contoh") == first.standard_id
    bring_in(body, small())
    assert counts(body)["standard"] == 1


def test_rows_that_are_taken_away_have_an_audit_entry(body: Site) -> None:
    with stopping_at(body, "competency_text", 1), pytest.raises(OSError, match="no space"):
        bring_in(body, small())
    bring_in(body, small())
    with body.app.app_context():
        rows = db.session.execute(select(AuditEntry.record_table, AuditEntry.record_key, AuditEntry.change)).all()
    last = {(row.record_table, row.record_key): row.change for row in rows if row.record_table == "competency"}
    assert sorted(last.values()).count("delete") == 3
    assert sorted(last.values()).count("insert") == 3


def test_an_import_that_is_killed_is_cleared_by_the_next(body: Site, tmp_path: Path) -> None:
    file = tmp_path / "big.json"
    file.write_bytes(content(large(400)))
    command = [sys.executable, "-P", "-m", "assessment.cli", "standard", "import", str(file)]
    process = subprocess.Popen(command, cwd=body.settings.home, env=body.environment, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while counts(body)["competency"] < 50:
            assert process.poll() is None, "Expected the import to run for longer."
            assert time.monotonic() < deadline
    finally:
        process.kill()
        process.wait()
    with body.app.app_context():
        assert find_unit(db.session(), "las", "BIG") is None
    bring_in(body, small())
    after = counts(body)
    assert (after["standard"], after["competency"], after["association"]) == (1, 3, 4)


def test_an_import_that_another_one_overtook_is_refused(body: Site) -> None:
    overtaken = {"times": 0}

    def overtake(_connection: object, _record: object) -> None:
        overtaken["times"] += 1
        if overtaken["times"] == 4:
            other = Thread(target=bring_in, args=(body, small(identifier="other", title="Lain")))
            other.start()
            other.join()

    event.listen(body.engine, "checkin", overtake)
    try:
        with pytest.raises(Conflict, match="Another import"):
            bring_in(body, small())
    finally:
        event.remove(body.engine, "checkin", overtake)
    with body.app.app_context():
        states = db.session.execute(select(Standard.identifier, Standard.state)).all()
    assert [(row.identifier, row.state) for row in states] == [("other", StandardState.PUBLISHED)]


def test_two_thousand_items_never_hold_the_lock_for_long(body: Site) -> None:
    held = watch_locks(body.engine)
    imported = bring_in(body, large(1_000))
    assert imported.items == 2_001
    assert max(held, default=0.0) <= 0.050
    with body.app.app_context():
        (unit,) = units(db.session(), "las", [found.id] if (found := find_unit(db.session(), "las", "BIG")) else [])
    assert len(unit.criteria) == 1_000


@pytest.mark.parametrize(
    "value",
    [
        package([item("x" * 301)], []),
        package([item("u", humanCodingScheme="9" * 301)], [child("u")]),
        package([item("u", language="l" * 301)], [child("u")]),
        package([item("u")], [child("u")], identifier="d" * 301),
    ],
)
def test_a_code_that_no_index_holds_is_refused_before_anything_is_written(body: Site, value: object) -> None:
    with pytest.raises(Invalid, match="at most 300 characters, got 301"):
        bring_in(body, value)
    assert counts(body)["standard"] == 0


def test_an_unknown_body_is_refused(body: Site) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        bring_in(body, small(), body_id="nowhere")
