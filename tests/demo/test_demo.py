"""The demo: what it holds, how each stage was reached, and that it never touches anything that is no demo."""

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from assessment.accounts.tables import Account, CertificationBody, Installation, Party
from assessment.certification.tables import Application
from assessment.database import Act, db, reading, unit_of_work
from assessment.demo.ground import Holds, clear, mark_begun, refuse_foreign, survey
from assessment.domain.certification.application_states import ApplicationState as State
from assessment.domain.errors import Conflict
from assessment.domain.roles import Role
from tests.fixtures.demos import ORIGIN
from tests.fixtures.sites import Site

PEOPLE: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "assessment" / "demo" / "people.json").read_text(encoding="utf-8")
)
STATES = {
    "draft": State.DRAFT,
    "submitted": State.SUBMITTED,
    "accepted": State.ACCEPTED,
    "agreed": State.AGREED,
    "rostered": State.SCHEDULED,
    "checked_in": State.SCHEDULED,
    "running": State.SCHEDULED,
    "submitted_exam": State.SCHEDULED,
    "practical_open": State.SCHEDULED,
    "practical_submitted": State.SCHEDULED,
    "needs_more_evidence": State.IN_ASSESSMENT,
    "recommended": State.RECOMMENDED,
    "decided_bk": State.DECIDED_NOT_YET,
    "decided_k": State.DECIDED_COMPETENT,
    "certified_valid": State.CERTIFIED,
    "certified_expired": State.CERTIFIED,
    "certified_suspended": State.SUSPENDED,
    "certified_revoked": State.REVOKED,
    "appealed": State.APPEALED,
}
NOTHING = "Nothing waits for you today"
WORKING = ("scheme_manager", "invigilator", "assessor", "decider", "releaser", "quality_manager")


def sign_in(site: Site, login: str) -> FlaskClient:
    """Sign in as somebody of the demo, with the password that the demo tells."""
    accounts = json.loads((site.settings.home / "demo.json").read_text(encoding="utf-8"))["accounts"]
    password = next(account["password"] for account in accounts if account["login"] == login)
    client = site.client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/signin").text)
    assert token is not None
    answer = client.post("/signin", data={"csrf_token": token[1], "login": login, "password": password})
    assert answer.status_code == 303
    return client


def test_the_command_prints_accounts_and_certificates_of_every_status(demo_site: Site) -> None:
    done = demo_site.run("demo", "--no-serve", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert set(said) == {"base_url", "accounts", "certificates"}
    assert said["base_url"] == ORIGIN
    assert len(said["accounts"]) == len(PEOPLE["staff"]) + len(PEOPLE["candidates"])
    assert {tuple(account) for account in said["accounts"]} == {("role", "name", "login", "password", "totp")}
    assert {account["role"] for account in said["accounts"]} == {role.value for role in Role}
    statuses = Counter(certificate["status"] for certificate in said["certificates"])
    assert statuses == {"valid": 10, "expired": 2, "suspended": 2, "revoked": 2}
    assert all(certificate["url"].startswith(f"{ORIGIN}/v/") for certificate in said["certificates"])


def test_every_candidate_is_in_the_state_of_their_stage(demo_site: Site) -> None:
    with demo_site.app.app_context(), reading() as session:
        rows = session.execute(
            select(Account.login, Application.state).join(Application, Application.person_id == Account.person_id)
        ).all()
    assert {row.login: row.state for row in rows} == {
        person["login"]: STATES[person["stage"]] for person in PEOPLE["candidates"]
    }


@pytest.mark.parametrize("body", ["las", "dapur"])
def test_something_waits_today_for_every_role_that_works(demo_site: Site, body: str) -> None:
    idle = []
    for role in WORKING:
        logins = [member["login"] for member in PEOPLE["staff"] if (member["body"], member["role"]) == (body, role)]
        pages = [sign_in(demo_site, login).get("/today?lang=en").text for login in logins]
        if all(NOTHING in page for page in pages):
            idle.append(role)
    assert idle == []


@pytest.mark.only_on("sqlite")  # serving is tested on both
def test_it_is_served_at_once(demo_site: Site) -> None:
    demo_site.free_port()
    port = demo_site.listener_port
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "assessment.cli", "demo", "--port", str(port)],
        cwd=demo_site.settings.home,
        env=demo_site.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        last = time.monotonic() + 60
        while not _answers(port):
            assert process.poll() is None
            assert time.monotonic() < last
            time.sleep(0.1)
    finally:
        process.terminate()
        assert process.wait(30) == 0


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_a_demo_built_for_another_origin_is_refused(demo_site: Site) -> None:
    environment = {name: value for name, value in demo_site.environment.items() if name != "TERUJI_BASE_URL"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "assessment.cli", "demo", "--no-serve", "--port", "8471"],
        cwd=demo_site.settings.home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"built for {ORIGIN}" in done.stderr


@pytest.mark.parametrize("options", [(), ("--fresh",)])
def test_a_real_installation_is_refused_and_stays_as_it_is(site: Site, options: tuple[str, ...]) -> None:
    _write(site, Installation(id=1, demo=False, origin=site.base_url, created_at=datetime.now(UTC)))
    done = site.run("demo", "--no-serve", *options)
    assert done.returncode == 1
    assert "holds a real installation" in done.stderr
    assert _count(site, Installation) == 1


@pytest.mark.parametrize("options", [(), ("--fresh",)])
def test_rows_without_a_mark_are_refused_and_stay_as_they_are(site: Site, options: tuple[str, ...]) -> None:
    now = datetime.now(UTC)
    _write(
        site,
        CertificationBody(id="las", name="LSP", city="Jakarta", party=Party.P3, zone="Asia/Jakarta", created_at=now),
    )
    done = site.run("demo", "--no-serve", *options)
    assert done.returncode == 1
    assert "not marked as a demo" in done.stderr
    assert _count(site, CertificationBody) == 1


def test_a_home_with_files_of_its_own_is_foreign(site: Site) -> None:
    (site.settings.home / "keys" / "las").mkdir(parents=True)
    (site.settings.home / "keys" / "las" / "2026.key").write_bytes(b"a real key")
    ground = survey(site.settings)
    assert ground.home is Holds.OTHER
    with pytest.raises(Conflict, match="left untouched"):
        clear(site.settings, ground)
    assert (site.settings.home / "keys" / "las" / "2026.key").exists()


def test_a_home_with_a_strange_file_is_foreign(site: Site) -> None:
    (site.settings.home / "thesis.txt").write_text("mine")
    with pytest.raises(Conflict, match=r"thesis\.txt"):
        refuse_foreign(survey(site.settings))


def test_an_empty_home_with_a_migrated_database_is_free(site: Site) -> None:
    assert survey(site.settings).free


def test_an_interrupted_building_does_not_count_and_is_no_strangers_data(demo_site: Site) -> None:
    assert survey(demo_site.settings).built is not None
    mark_begun(demo_site.settings, now=datetime.now(UTC))
    ground = survey(demo_site.settings)
    assert ground.built is None
    assert not ground.foreign
    assert not ground.free


def test_a_mark_of_another_building_does_not_count(demo_site: Site) -> None:
    file = demo_site.settings.home / "demo.json"
    file.write_text(file.read_text(encoding="utf-8").replace(ORIGIN, "http://localhost:9000"), encoding="utf-8")
    assert survey(demo_site.settings).built is None


def test_the_passwords_are_for_the_owners_eyes_only(demo_site: Site) -> None:
    assert (demo_site.settings.home / "demo.json").stat().st_mode & 0o077 == 0


def test_a_demo_is_cleared_to_the_ground(demo_site: Site) -> None:
    with demo_site.app.app_context():
        db.engine.dispose()
    clear(demo_site.settings, survey(demo_site.settings))
    assert survey(demo_site.settings).free
    assert not (demo_site.settings.home / "files").exists()


def _write(site: Site, row: object) -> None:
    with site.app.app_context():
        act = Act(body_id=None, account_id=None, person_id=None, at=datetime.now(UTC), name="test")
        with unit_of_work(act) as session:
            session.add(row)


def _count(site: Site, table: type[Installation] | type[CertificationBody]) -> int:
    with site.app.app_context(), reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
