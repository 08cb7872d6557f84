"""`teruji serve`: starts, answers, survives the death of a process, and ends as a whole."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from assessment.accounts.tables import CertificationBody, Party
from assessment.agencies.telling import DELIVER
from assessment.audit.tables import AuditEntry, AuditSeal
from assessment.database import Act, db, unit_of_work
from assessment.jobs.service import ask_for
from assessment.jobs.tables import Job
from tests.fixtures.databases import drop_database, empty_database, settings_for
from tests.fixtures.measuring import slowness
from tests.fixtures.sites import CHECKOUT, Site

SECONDS_TO_BE_READY = 10
WORKER = b"assessment.serving.worker"  # starts after the others, and nobody waits for it
PATIENCE = 120  # seconds on the clock, on a machine that is busy with other tests


class Service:
    """A running `teruji serve` with its standard error in a file."""

    def __init__(self, site: Site, log: Path) -> None:
        self.ready_after = 0.0  # processor seconds until it answered
        self._site = site
        self._log = log
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "assessment.cli", "serve", "--port", str(port_of(site))],
                cwd=site.settings.home,
                env=site.environment,
                stderr=errors,
            )

    def get(self, path: str, **headers: str) -> tuple[int, Message, bytes]:
        """Ask for a path; returns status, headers and body."""
        request = urllib.request.Request(f"{self._site.base_url}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def checks(self) -> dict[str, str]:
        """What `/readyz` says, or nothing while nobody answers."""
        try:
            found: dict[str, str] = json.loads(self.get("/readyz")[2])["checks"]
        except OSError:
            return {}
        return found

    def until(self, holds: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait until something holds; fails the test with the log when it never does."""
        last = time.monotonic() + seconds
        while not holds():
            assert self.process.poll() is None, self._log.read_text()
            assert time.monotonic() < last, self._log.read_text()
            time.sleep(0.05)

    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines of the log."""
        return [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]

    def children(self) -> list[int]:
        """The processes that this one started."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(child) for child in found.split()]

    def processor_seconds(self) -> float:
        """How much the processes that people wait for have worked so far, in seconds of one processor."""
        tree, ticks = [self.process.pid], 0
        for process in tree:
            if WORKER in Path(f"/proc/{process}/cmdline").read_bytes():
                continue
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
            tree += [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> int:
        """End the service as an operator does; returns its status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def port_of(site: Site) -> int:
    return int(site.base_url.rpartition(":")[2])


@pytest.fixture
def service(site: Site, tmp_path: Path) -> Iterator[Service]:
    """The service of a site, ready, with all its processes: one that is just starting takes ten seconds to end."""
    site.free_port()
    service = Service(site, tmp_path / "serve.log")
    try:
        service.until(lambda: service.checks().get("signer") == "ok")
        service.ready_after = service.processor_seconds()
        service.until(lambda: len(service.children()) == 3)
        yield service
    finally:
        service.stop()


@pytest.fixture
def bare_site(database: str, run_folder: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an installation whose database holds nothing at all."""
    url = empty_database(database, run_folder)
    settings_for(tmp_path / "home", url)
    yield {
        **os.environ,
        "PYTHONPATH": str(CHECKOUT),
        "TERUJI_HOME": str(tmp_path / "home"),
        "TERUJI_DATABASE_URL": url,
        "TERUJI_SECRET": "5e" * 32,
    }
    drop_database(url, run_folder)


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "assessment.cli", *arguments],
        env=environment,
        cwd=environment["TERUJI_HOME"],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_service_is_ready_within_ten_seconds_and_ends_as_a_whole(service: Service) -> None:
    # Processor time, not the clock's: other tests run beside this one. It says: ready in time on one processor.
    assert service.ready_after < SECONDS_TO_BE_READY * slowness()
    children = service.children()
    assert service.stop() == 0
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


@pytest.mark.parametrize("module", ["assessment.serving.commands", "assessment.serving.server"])
def test_who_starts_the_processes_does_without_the_application(module: str) -> None:
    # It would take the time and the memory of one more web process for as long as the service runs.
    loaded = f"import sys, {module}; print('assessment.app' in sys.modules, 'assessment.blueprints' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-P", "-c", loaded],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == ["False", "False"]


def test_it_logs_a_json_line_a_request_without_query_and_counts_it(service: Service) -> None:
    status, headers, _body = service.get("/healthz?name=Budi")
    assert status == 200
    service.until(lambda: any(line.get("path") == "/healthz" for line in service.lines()))
    (line,) = [line for line in service.lines() if line.get("request_id") == headers["X-Request-Id"]]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/healthz", 200)
    assert "Budi" not in json.dumps(service.lines())
    # Whichever process answers speaks for all of them.
    for _ in range(6):
        assert b'endpoint="health.healthz"' in service.get("/metrics")[2]


def test_no_two_requests_have_the_same_id(service: Service) -> None:
    ids: list[str] = []

    def both_have_answered() -> bool:
        ids.append(service.get("/healthz")[1]["X-Request-Id"])
        return len({line["process"] for line in service.lines() if line.get("path") == "/healthz"}) == 2

    service.until(both_have_answered)
    ids += [service.get("/healthz")[1]["X-Request-Id"] for _ in range(20)]
    assert len(set(ids)) == len(ids)


def test_the_answer_path_logs_and_counts_as_flask_does(service: Service) -> None:
    status, headers, _body = service.get("/answers")
    assert status == 405
    service.until(lambda: any(line.get("path") == "/answers" for line in service.lines()))
    (line,) = [line for line in service.lines() if line.get("request_id") == headers["X-Request-Id"]]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/answers", 405)
    service.get("/healthz")
    service.until(lambda: any(other.get("path") == "/healthz" for other in service.lines()))
    (other, *_) = [other for other in service.lines() if other.get("path") == "/healthz"]
    assert line.keys() == other.keys()
    assert b'endpoint="answers.take"' in service.get("/metrics")[2]


ODD = {
    b"GET /%ff HTTP/1.1": 404,
    b"GET /%00 HTTP/1.1": 404,
    b"GET //evil.example/ HTTP/1.1": 404,
    b"GET http://evil.example/healthz HTTP/1.1": 200,
    b"HEAD /healthz HTTP/1.1": 200,
    b"GET /today HTTP/1.1\r\nCookie: a=b\r\nCookie: c=d": 303,
    b"POST /answers HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 99999999999": 403,
    b"POST /answers HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9999999": 422,
    b"POST /signin HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999999": 413,
    b"POST /answers HTTP/1.1\r\nContent-Length: x": 400,
}


def test_odd_requests_are_answered_and_leave_the_service_well(service: Service, site: Site) -> None:
    said = {request: _status_of(site, request + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n") for request in ODD}
    assert said == ODD
    chunked = b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"v":\r\n2\r\n1}\r\n0\r\n\r\n'
    head = b"POST /answers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
    assert _status_of(site, head + chunked) == 403  # it was read: what is refused is its missing token
    assert service.get("/healthz")[0] == 200


def _status_of(site: Site, request: bytes) -> int:
    with socket.create_connection(("127.0.0.1", port_of(site)), timeout=PATIENCE) as connection:
        connection.sendall(request)
        return int(connection.recv(64).split(b" ", 2)[1])


def test_pages_and_styles_come_compressed(service: Service) -> None:
    _status, headers, page = service.get("/", **{"Accept-Encoding": "gzip"})
    assert headers["Content-Encoding"] == "gzip"
    assert len(page) < len(service.get("/")[2])


def test_what_dies_is_started_again(service: Service) -> None:
    signer, worker, web = service.children()
    for child in (signer, worker, web):
        os.kill(child, signal.SIGKILL)
    service.until(lambda: len(service.children()) == 3 and service.children() != [signer, worker, web])
    service.until(lambda: service.checks().get("signer") == "ok")


def test_the_worker_seals_what_was_written(service: Service, site: Site) -> None:
    now = datetime.now(UTC)
    with site.app.app_context():
        with unit_of_work(Act(body_id=None, account_id=None, person_id=None, at=now, name="test")) as session:
            session.add(
                CertificationBody(
                    id="las", name="LSP Contoh", city="Jakarta", party=Party.P3, zone="Asia/Jakarta", created_at=now
                )
            )

        def sealed() -> bool:
            db.session.rollback()
            count = select(func.count()).select_from
            entries = db.session.scalar(count(AuditEntry))
            return bool(entries) and db.session.scalar(count(AuditSeal)) == entries

        service.until(sealed)


def test_the_worker_does_what_is_done_apart(service: Service, site: Site) -> None:
    """A message that is not there is the shortest piece of it."""
    now = datetime.now(UTC)
    with site.app.app_context():
        with unit_of_work(Act(body_id=None, account_id=None, person_id=None, at=now, name="test")) as session:
            session.add(
                CertificationBody(
                    id="las", name="LSP Contoh", city="Jakarta", party=Party.P3, zone="Asia/Jakarta", created_at=now
                )
            )
            session.flush()
            ask_for(session, "las", DELIVER, {"message": "no-such-message", "number": 1}, now=now)

        def done() -> bool:
            db.session.rollback()
            return db.session.scalars(select(Job).where(Job.kind == DELIVER)).one().finished_at is not None

        service.until(done)


def test_no_process_outlives_a_service_that_was_killed(service: Service) -> None:
    children = service.children()
    service.process.kill()
    service.process.wait()
    last = time.monotonic() + PATIENCE
    while any(_runs(child) for child in children):
        assert time.monotonic() < last
        time.sleep(0.05)


def test_a_second_service_on_the_same_port_is_refused(service: Service, site: Site) -> None:
    second = site.run("serve", "--port", str(port_of(site)))
    assert second.returncode == 1
    assert "Cannot listen on 127.0.0.1" in second.stderr


def test_pending_migrations_are_refused_without_migrate(bare_site: dict[str, str]) -> None:
    refused = run(bare_site, "serve", "--port", "1")
    assert refused.returncode == 1
    assert "Start with --migrate" in refused.stderr


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
