"""One request is one transaction: committed when it went well, gone when it was refused or only read."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Response
from psycopg.pq import TransactionStatus
from sqlalchemy import func, select, text
from sqlalchemy.exc import InternalError, OperationalError

from assessment.accounts.tables import CertificationBody, GuessCount
from assessment.database import db
from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from assessment.web.requests import keep_if_refused, now
from assessment.web.rights import MATRIX, PUBLIC
from tests.factories.accounts import NOW
from tests.factories.visitors import Visitor
from tests.fixtures.sites import Site


@pytest.fixture
def serve(site: Site, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], Visitor]:
    """Give `serve(view)`: a visitor of a site whose /try runs that view."""

    def serve(view: Callable[[], object]) -> Visitor:
        trial = Blueprint("trial", __name__)
        trial.add_url_rule("/try", endpoint="page", view_func=view, methods=["GET", "POST"])
        site.app.register_blueprint(trial)
        monkeypatch.setitem(MATRIX, "trial.page", PUBLIC)
        visitor = Visitor(site)
        visitor.get("/signin")
        return visitor

    return serve


def add_a_count() -> None:
    db.session.add(GuessCount(key="a", window_start=NOW, count=1))
    db.session.flush()


def counts(site: Site) -> int:
    with site.app.app_context():
        return db.session.scalar(select(func.count()).select_from(GuessCount)) or 0


def test_a_post_that_went_well_is_committed(site: Site, serve: Callable[..., Visitor]) -> None:
    def view() -> str:
        add_a_count()
        return "done"

    assert serve(view).post("/try").status_code == 200
    assert counts(site) == 1


def test_reading_never_writes(site: Site, serve: Callable[..., Visitor]) -> None:
    def view() -> str:
        add_a_count()
        return "read"

    if site.engine.dialect.name == "postgresql":  # which is told that such a transaction only reads
        with pytest.raises(InternalError, match="read-only transaction"):
            serve(view).get("/try")
    else:
        assert serve(view).get("/try").status_code == 200
    assert counts(site) == 0


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(("method", "at_gate"), [("post", "IDLE"), ("get", "INTRANS")])
def test_what_the_gate_of_a_writing_request_asks_stands_alone(
    site: Site, serve: Callable[..., Visitor], method: str, at_gate: str
) -> None:
    statuses: list[str] = []

    def look() -> None:
        statuses.append(status_after_a_look())

    def view() -> str:
        look()
        return "looked"

    visitor = serve(view)
    site.app.before_request_funcs[None].insert(1, look)
    assert getattr(visitor, method)("/try").status_code == 200
    with site.app.app_context():
        look()
    assert statuses == [at_gate, "INTRANS", "INTRANS"]


def status_after_a_look() -> str:
    db.session.execute(text("SELECT 1"))
    driver: Any = db.session.connection().connection.driver_connection
    return TransactionStatus(driver.info.transaction_status).name


@pytest.mark.parametrize(("refusal", "status"), [(Invalid, 422), (NotAllowed, 403), (NotFound, 404), (Conflict, 409)])
def test_a_refusal_changes_nothing_and_has_its_status(
    site: Site, serve: Callable[..., Visitor], refusal: type[Refusal], status: int
) -> None:
    def view() -> str:
        add_a_count()
        raise refusal("No.")

    assert serve(view).post("/try").status_code == status
    assert counts(site) == 0


def test_an_answer_that_is_an_error_changes_nothing(site: Site, serve: Callable[..., Visitor]) -> None:
    def view() -> tuple[str, int]:
        add_a_count()
        return "no", 422

    serve(view).post("/try")
    assert counts(site) == 0


def test_what_must_stay_stays_in_a_refusal(site: Site, serve: Callable[..., Visitor]) -> None:
    def view() -> tuple[str, int]:
        keep_if_refused()
        add_a_count()
        return "no", 422

    serve(view).post("/try")
    assert counts(site) == 1


def test_an_unexpected_error_changes_nothing_and_says_so(site: Site, serve: Callable[..., Visitor]) -> None:
    def view() -> str:
        add_a_count()
        raise ZeroDivisionError

    visitor = serve(view)
    site.app.testing = False
    response = visitor.post("/try", headers={"Accept-Language": "en"})
    assert response.status_code == 500
    assert "Nothing you entered was changed." in response.get_data(as_text=True)
    assert counts(site) == 0


@pytest.mark.only_on("sqlite")
def test_a_database_that_is_busy_is_asked_again_later(site: Site, serve: Callable[..., Visitor]) -> None:
    def view() -> str:
        add_a_count()
        other = sqlite3.connect(site.engine.url.database or "", timeout=0)
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError("BEGIN IMMEDIATE", {}, error) from error
        finally:
            other.close()
        return "not busy"

    visitor = serve(view)
    site.app.testing = False
    response = visitor.post("/try", headers={"Accept-Language": "en"})
    assert response.status_code == 503
    assert "Nothing you entered was changed." in response.get_data(as_text=True)
    assert counts(site) == 0


@pytest.mark.only_on("sqlite")
def test_a_statement_that_is_wrong_is_our_own_fault(site: Site, serve: Callable[..., Visitor]) -> None:
    def view() -> str:
        db.session.execute(text("SELECT 1 FROM nowhere"))
        return "there"

    visitor = serve(view)
    site.app.testing = False
    assert visitor.post("/try").status_code == 500


def test_a_write_by_a_stranger_has_no_author_but_a_name(site: Site, serve: Callable[..., Visitor]) -> None:
    def view() -> str:
        db.session.add(CertificationBody(id="x", name="X", city="Y", party="P1", zone="UTC", created_at=now()))
        db.session.flush()
        return str(db.session.info["act"].name)

    assert serve(view).post("/try").get_data(as_text=True) == "trial.page"


def test_a_request_has_one_moment(site: Site, serve: Callable[..., Visitor]) -> None:
    site.app.extensions["clock"] = lambda: NOW

    def view() -> Response:
        return Response(now().isoformat())

    assert serve(view).get("/try").get_data(as_text=True) == NOW.isoformat()


def test_every_page_carries_the_headers_that_protect_it(site: Site) -> None:
    headers = site.client().get("/signin").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
