"""The audit record: every table is covered or exempt with a reason, and every write leaves an entry."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import current_app
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table, inspect, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import Account, BodyLicence, CertificationBody, GuessCount, PersonName, SiteKind
from assessment.accounts.tables import Site as AssessmentSite
from assessment.audit import recording
from assessment.audit.covered import COVERED, EXEMPT
from assessment.audit.recording import (
    NewRows,
    NewValues,
    Recorder,
    because,
    canonical,
    plain,
    record_key,
    write_rows,
)
from assessment.audit.tables import AuditEntry
from assessment.database import APPEND_ONLY, Act, Base, db
from assessment.migrating import load_tables
from tests.factories.accounts import NOW, make_actor, make_body, make_person
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site


def mapped_classes() -> dict[str, type[Base]]:
    load_tables()
    return {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}


def entries(session: Session, table: str) -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).where(AuditEntry.record_table == table).order_by(AuditEntry.id)))


def test_every_table_is_covered_or_exempt_with_a_reason() -> None:
    load_tables()
    assert Base.metadata.tables.keys() == COVERED | EXEMPT.keys()
    assert not COVERED & EXEMPT.keys()
    assert all(EXEMPT.values())


def test_what_is_append_only_exists() -> None:
    load_tables()
    assert set(APPEND_ONLY) <= Base.metadata.tables.keys()
    assert len(APPEND_ONLY) == len(set(APPEND_ONLY))


@pytest.mark.parametrize("table", sorted(COVERED))
def test_a_row_of_a_covered_table_makes_an_entry(session: Session, table: str) -> None:
    kind = mapped_classes()[table]
    (entry,) = recording._entries(session, kind.__table__, [recording._row(kind(), inspect(kind))], "insert")
    assert entry["record_table"] == table
    assert len(entry["digest"]) == 32


def test_an_entry_says_who_did_what_when_to_which_row(session: Session) -> None:
    make_body(session)
    session.info["act"] = Act(body_id="las", account_id="a1", person_id="p1", at=NOW, name="exams.release")
    person_id = make_person(session, "las")
    (entry,) = entries(session, "person")
    assert (entry.act, entry.account_id, entry.person_id, entry.at) == ("exams.release", "a1", "p1", NOW)
    assert (entry.body_id, entry.record_key, entry.change, entry.reason) == ("las", f"las/{person_id}", "insert", None)


def test_an_update_and_a_deletion_leave_entries_too(session: Session) -> None:
    make_body(session)
    (licence,) = session.scalars(select(BodyLicence))
    licence.number = "CONTOH-LSP-002"
    session.flush()
    session.delete(licence)
    session.flush()
    assert [entry.change for entry in entries(session, "body_licence")] == ["insert", "update", "delete"]
    assert len({entry.digest for entry in entries(session, "body_licence")[:2]}) == 2


def test_setting_the_same_value_again_leaves_no_entry(session: Session) -> None:
    make_body(session)
    body = session.get_one(CertificationBody, "las")
    body.name = str(body.name)
    session.flush()
    assert len(entries(session, "certification_body")) == 1


def test_an_exempt_table_leaves_no_entry(session: Session) -> None:
    session.add(GuessCount(key="a", window_start=NOW, count=1))
    session.flush()
    assert entries(session, "guess_count") == []


def test_a_reason_is_kept_with_the_entries_that_follow(session: Session) -> None:
    make_body(session)
    because(session, "The authority changed its number.")
    (licence,) = session.scalars(select(BodyLicence))
    licence.number = "CONTOH-LSP-002"
    session.flush()
    assert [entry.reason for entry in entries(session, "body_licence")] == [None, "The authority changed its number."]


def test_the_digest_is_that_of_the_row_as_it_is_read_back(session: Session) -> None:
    make_body(session)
    make_actor(session, "las")
    recorder: Recorder = current_app.extensions["recorder"]
    for kind in (CertificationBody, BodyLicence, PersonName, Account):
        table = kind.__table__
        assert isinstance(table, Table)
        for row in session.execute(select(table)).mappings():
            found = [
                entry for entry in entries(session, table.name) if entry.record_key == record_key(table, dict(row))
            ]
            assert found[-1].digest == recorder.digest(table, dict(row))


def new_site(site_id: str, **other: Any) -> dict[str, Any]:
    row = {"id": site_id, "name": "TUK é\u2028", "city": "Jakarta", "kind": SiteKind.INDEPENDENT}
    return row | {"verified_from": date(2026, 1, 1), "verified_until": date(2027, 1, 1)} | other


def new_licence(licence_id: str, covered: list[str]) -> dict[str, Any]:
    row = {"id": licence_id, "number": licence_id, "authority": "BNSP", "authority_number": None}
    return row | {"scheme_codes": covered, "valid_from": date(2026, 1, 1), "valid_until": date(2027, 1, 1)}


def test_rows_and_new_values_are_written_together_and_each_leaves_its_entry(session: Session) -> None:
    make_body(session)
    body = session.get_one(CertificationBody, "las")
    sites = [new_site("here"), new_site("there", name="x'); --")]
    write_rows(
        session,
        NewValues(body, {"name": "LSP Contoh", "created_at": NOW + timedelta(microseconds=1)}),
        NewRows(AssessmentSite, sites, {"body_id": "las"}),
        NewRows(BodyLicence, [new_licence("two", ["SMAW", "é"])], {"body_id": "las"}),
        NewRows(BodyLicence, [], {"body_id": "las"}),
    )
    assert body.name == "LSP Contoh"
    assert not session.dirty
    session.expire_all()
    assert body.created_at == NOW + timedelta(microseconds=1)
    assert session.get_one(BodyLicence, ("las", "two")).scheme_codes == ["SMAW", "é"]
    recorder: Recorder = current_app.extensions["recorder"]
    written = [("certification_body", ["las"], "update"), ("site", ["las/here", "las/there"], "insert")]
    for name, keys, change in [*written, ("body_licence", ["las/two"], "insert")]:
        table = Base.metadata.tables[name]
        rows = {record_key(table, dict(row)): dict(row) for row in session.execute(select(table)).mappings()}
        found = entries(session, name)[-len(keys) :]
        assert [(entry.record_key, entry.change) for entry in found] == [(key, change) for key in keys]
        assert [entry.digest for entry in found] == [recorder.digest(table, rows[key]) for key in keys]


def test_what_is_written_together_is_one_statement_where_each_has_a_long_way(session: Session) -> None:
    make_body(session)
    body = session.get_one(CertificationBody, "las")
    with count_statements(session.connection().engine) as statements:
        write_rows(
            session,
            NewValues(body, {"name": "LSP Contoh"}),
            NewRows(AssessmentSite, [new_site("here"), new_site("there")], {"body_id": "las"}),
        )
    assert len(statements) == (3 if session.get_bind().dialect.name == "sqlite" else 1), statements


def test_what_waits_in_the_session_is_written_before(session: Session) -> None:
    make_body(session)
    body = session.get_one(CertificationBody, "las")
    body.city = "Bandung"
    write_rows(session, NewValues(body, {"name": "LSP Contoh"}))
    session.expire_all()
    assert (body.city, body.name) == ("Bandung", "LSP Contoh")
    assert len(entries(session, "certification_body")) == 3


def test_nothing_to_write_writes_nothing(session: Session) -> None:
    with count_statements(session.connection().engine) as statements:
        write_rows(session, NewRows(AssessmentSite, []))
    assert statements == []


@pytest.mark.only_on("postgresql")
def test_several_rows_with_json_are_refused_where_they_would_lose_a_null(session: Session) -> None:
    make_body(session)
    licences = [new_licence("two", []), new_licence("three", [])]
    with pytest.raises(TypeError, match="one row of body_licence"):
        write_rows(session, NewRows(BodyLicence, licences, {"body_id": "las"}))


def test_rows_that_nobody_is_the_author_of_are_refused(site: Site) -> None:
    with site.app.app_context():
        with pytest.raises(LookupError, match="nobody is its author"):
            write_rows(db.session(), NewRows(AssessmentSite, [new_site("here")], {"body_id": "las"}))
        db.session.rollback()


texts = st.text(st.characters(exclude_categories=("Cs",)))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | texts, lambda inner: st.dictionaries(texts, inner) | st.lists(inner)
    )
)
def test_canonical_bytes_are_json_with_sorted_members_and_nothing_to_choose(value: object) -> None:
    assert canonical(value) == json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def test_another_installation_computes_another_digest(session: Session) -> None:
    make_body(session)
    table = CertificationBody.__table__
    assert isinstance(table, Table)
    row = dict(session.execute(select(table)).mappings().one())
    assert Recorder(b"1" * 32).digest(table, row) != Recorder(b"2" * 32).digest(table, row)


def test_a_write_that_nobody_is_the_author_of_is_refused(site: Site) -> None:
    with site.app.app_context():
        db.session.add(CertificationBody(id="las", name="LSP", city="Jakarta", party="P3", zone="UTC", created_at=NOW))
        with pytest.raises(LookupError, match="nobody is its author"):
            db.session.flush()
        db.session.rollback()


def test_canonical_bytes_have_one_form_only() -> None:
    assert canonical({"b": [1, None, True], "a": "é"}) == '{"a":"é","b":[1,null,true]}'.encode()
    assert plain(b"\x00\xff") == "00ff"
    assert plain(NOW) == "2026-03-12T02:00:00.000000+00:00"
    with pytest.raises(TypeError):
        plain(object())


def test_an_act_keeps_its_author_when_a_reason_is_added(session: Session, act: Act) -> None:
    because(session, "so")
    assert session.info["act"] == replace(act, reason="so")
