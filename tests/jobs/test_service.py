"""Jobs: they exist with the change that asked for them, are done once, tried again, and survive a killed worker."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from assessment.accounts.tables import CertificationBody
from assessment.database import Act, db, unit_of_work
from assessment.jobs import service
from assessment.jobs.service import LEASE, MOST_ATTEMPTS, Handler, ask_for, handle, work_all, work_once
from assessment.jobs.tables import Job
from tests.factories.accounts import NOW, make_body
from tests.factories.visitors import writing_on
from tests.fixtures.sites import Site


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Killed(BaseException):
    """The worker's process ends in the middle of a job."""


@pytest.fixture
def clock() -> Clock:
    """A clock that a test moves."""
    return Clock()


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    kept, apart = dict(service.HANDLERS), set(service.APART)
    yield
    service.HANDLERS.clear()
    service.HANDLERS.update(kept)
    service.APART.clear()
    service.APART.update(apart)


def asked(site: Site, kind: str = "print", due_at: datetime | None = None, **payload: Any) -> None:
    with writing_on(site) as session:
        if session.get(CertificationBody, "las") is None:
            make_body(session)
        ask_for(session, "las", kind, payload, now=NOW, due_at=due_at)


def done_by(kind: str = "print") -> list[dict[str, Any]]:
    done: list[dict[str, Any]] = []
    handle(kind, lambda _body_id, payload, _now: done.append(payload))
    return done


def failing(error: BaseException) -> Handler:
    def fail(_body_id: str, _payload: dict[str, Any], _now: datetime) -> None:
        raise error

    return fail


def job(site: Site) -> Job:
    with site.app.app_context():
        found = db.session.scalars(select(Job)).one()
        db.session.expunge(found)
        return found


def test_a_job_is_done_once(site: Site, clock: Clock) -> None:
    done = done_by()
    asked(site, number=1)
    with site.app.app_context():
        assert work_once(clock) is True
        assert work_once(clock) is False
    assert done == [{"number": 1}]
    assert job(site).finished_at == NOW


def test_a_job_of_a_change_that_was_undone_does_not_exist(site: Site, clock: Clock) -> None:
    asked(site, due_at=NOW + timedelta(days=1))

    def change_that_fails() -> None:
        with writing_on(site) as session:
            ask_for(session, "las", "print", {}, now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_that_fails()
    with site.app.app_context():
        assert len(db.session.scalars(select(Job)).all()) == 1


def test_a_job_waits_until_it_is_due(site: Site, clock: Clock) -> None:
    done = done_by()
    asked(site, due_at=NOW + timedelta(hours=1))
    with site.app.app_context():
        assert work_all(clock) == 0
        clock.now += timedelta(hours=1)
        assert work_all(clock) == 1
    assert len(done) == 1


def test_a_failing_job_is_tried_again_later(site: Site, clock: Clock) -> None:
    asked(site)
    handle("print", failing(ValueError("no paper")))
    with site.app.app_context():
        assert work_once(clock) is True
        assert work_once(clock) is False
    assert job(site).failure == "ValueError: no paper"
    assert job(site).finished_at is None
    done = done_by()
    clock.now += timedelta(seconds=2)
    with site.app.app_context():
        assert work_once(clock) is True
    assert len(done) == 1
    assert (job(site).attempts, job(site).failure) == (2, None)


def test_a_job_that_never_succeeds_is_given_up_with_its_failure(site: Site, clock: Clock) -> None:
    asked(site)
    handle("print", failing(ValueError("no paper")))
    with site.app.app_context():
        for _ in range(MOST_ATTEMPTS + 2):
            work_once(clock)
            clock.now += timedelta(hours=1)
    found = job(site)
    assert (found.attempts, found.failure) == (MOST_ATTEMPTS, "ValueError: no paper")
    assert found.finished_at is not None


def test_a_failing_job_leaves_nothing_half_done(site: Site, clock: Clock) -> None:
    asked(site)

    def half(_body_id: str, _payload: dict[str, Any], now: datetime) -> None:
        act = Act(body_id="las", account_id=None, person_id=None, at=now, name="print")
        with unit_of_work(act) as session:
            session.get_one(CertificationBody, "las").name = "Half"
            session.flush()
            raise ValueError

    handle("print", half)
    with site.app.app_context():
        work_once(clock)
    with site.app.app_context():
        assert db.session.get_one(CertificationBody, "las").name == "LSP Contoh las"


def test_a_killed_workers_job_is_taken_again_when_its_lease_is_over(site: Site, clock: Clock) -> None:
    asked(site)
    handle("print", failing(Killed()))
    with site.app.app_context(), pytest.raises(Killed):
        work_once(clock)
    done = done_by()
    with site.app.app_context():
        clock.now += LEASE - timedelta(seconds=1)
        assert work_once(clock) is False
        clock.now += timedelta(seconds=1)
        assert work_once(clock) is True
    assert len(done) == 1


def test_while_a_job_runs_another_worker_takes_the_next(site: Site, clock: Clock) -> None:
    done = done_by("other")

    def meanwhile(_body_id: str, _payload: dict[str, Any], _now: datetime) -> None:
        assert work_once(clock) is True
        assert work_once(clock) is False

    handle("print", meanwhile)
    asked(site, "print")
    asked(site, "other", due_at=NOW, number=2)
    with site.app.app_context():
        assert work_once(clock) is True
    assert done == [{"number": 2}]


def test_work_that_waits_for_others_is_done_apart(site: Site, clock: Clock) -> None:
    done: list[str] = []
    handle("print", lambda body_id, payload, now: done.append("print"))
    handle("tell", lambda body_id, payload, now: done.append("tell"), apart=True)
    asked(site, "tell")
    asked(site, "print")
    with site.app.app_context():
        assert work_once(clock, apart=False) is True
        assert work_once(clock, apart=False) is False
        assert done == ["print"]
        assert work_once(clock, apart=True) is True
        assert work_once(clock, apart=True) is False
    assert done == ["print", "tell"]
