"""What the tests stand on does what it promises: isolation, and guards that fail."""

import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import pbkdf2_hmac

import pytest
from flask import current_app
from playwright.sync_api import Page, expect
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.tables import CertificationBody, GuessCount
from assessment.audit.tables import AuditEntry
from assessment.database import Act, db, unit_of_work
from tests.factories.accounts import make_body
from tests.fixtures import network
from tests.fixtures.measuring import WORKED, count_statements, refuse_long_locks, watch_locks
from tests.fixtures.sites import Site

NOW = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)


def a_count(key: str = "a") -> GuessCount:
    return GuessCount(key=key, window_start=NOW, count=1)


@pytest.mark.parametrize("run", [1, 2])
def test_a_session_starts_without_rows_and_survives_commit_and_rollback(session: Session, run: int) -> None:
    assert session.scalar(select(func.count()).select_from(GuessCount)) == 0
    session.add(a_count())
    session.commit()
    session.add(a_count())
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
    assert session.scalar(select(func.count()).select_from(GuessCount)) == 1


def test_a_session_writes_audit_entries_and_is_the_applications_session(session: Session) -> None:
    make_body(session)
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == 2
    assert db.session() is session
    assert current_app.name == "assessment"


@pytest.mark.parametrize("run", [1, 2])
def test_a_site_starts_without_rows_and_keeps_what_is_committed(site: Site, run: int) -> None:
    with site.app.app_context(), unit_of_work(an_act()) as session:
        session.add(CertificationBody(id="las", name="LSP", city="Jakarta", party="P3", zone="UTC", created_at=NOW))
    with site.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(CertificationBody)) == 1


def an_act() -> Act:
    return Act(body_id=None, account_id=None, person_id=None, at=NOW, name="test")


def test_the_command_works_on_the_sites_database(site: Site) -> None:
    finished = site.run("--help")
    assert finished.returncode == 0, finished.stderr
    assert "Usage: " in finished.stdout


def test_a_lock_is_measured_from_begin_to_commit(site: Site) -> None:
    held = watch_locks(site.engine)
    with site.app.app_context(), unit_of_work(an_act()) as session:
        session.execute(text("SELECT 1"))
    assert len(held) == (1 if site.engine.dialect.name == "sqlite" else 0)
    assert all(0 < seconds < 1 for seconds in held)


@pytest.mark.only_on("sqlite")
@pytest.mark.long_lock("it is what the test is about")
def test_a_lock_held_while_waiting_is_refused(site: Site) -> None:
    held = watch_locks(site.engine)
    with site.app.app_context(), unit_of_work(an_act()) as session:
        session.execute(text("SELECT 1"))
        threading.Event().wait(0.5)
    with pytest.raises(AssertionError, match="at most 50 ms"):
        refuse_long_locks(held)


@pytest.mark.only_on("sqlite")
@pytest.mark.long_lock("it is what the test is about")
def test_work_under_a_lock_is_refused_where_waiting_is_not_measured(site: Site) -> None:
    held = watch_locks(site.engine, WORKED)
    with site.app.app_context(), unit_of_work(an_act()) as session:
        session.execute(text("SELECT 1"))
        threading.Event().wait(0.5)
    refuse_long_locks(held)
    with site.app.app_context(), unit_of_work(an_act()) as session:
        session.execute(text("SELECT 1"))
        pbkdf2_hmac("sha256", b"", b"", 3_000_000)
    with pytest.raises(AssertionError, match="at most 50 ms"):
        refuse_long_locks(held)


def test_statements_are_counted_without_transaction_control(site: Site) -> None:
    with count_statements(site.engine) as statements, site.app.app_context():
        db.session.execute(text("SELECT 1"))
        db.session.execute(text("SELECT 2"))
    assert statements == ["SELECT 1", "SELECT 2"]


@pytest.mark.parametrize(("host", "expected"), [("127.0.0.1", True), ("::1", True), ("192.0.2.1", False)])
def test_only_the_loopback_is_this_machine(host: str, expected: bool) -> None:
    assert network.is_loopback(host) is expected


def test_a_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as outside, pytest.raises(PermissionError, match="stay on this machine"):
        outside.connect(("192.0.2.1", 80))
    assert network.forget_refused() == ["a connection to 192.0.2.1"]


def test_a_browser_sees_the_site(site: Site, page: Page, axe: Callable[[Page], None]) -> None:
    page.goto(site.serve() + "/healthz")
    expect(page.locator("body")).not_to_be_empty()


def test_axe_finds_a_barrier(page: Page, axe: Callable[[Page], None]) -> None:
    page.set_content("<!doctype html><html lang=en><title>t</title><main><h1>h</h1><img src=data:,></main>")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)
