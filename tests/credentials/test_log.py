"""A certificate and the log: its entry, its proof, what a cut at each step leaves, and a database that is restored."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.persons import erase_person
from assessment.credentials.changing_status import answer, propose
from assessment.credentials.exporting import Format, export
from assessment.credentials.issuing import _kept, _order, _sign, issue
from assessment.credentials.log_files import publish_log
from assessment.credentials.log_heads import integrate, log_key, newest_checkpoint, standing_behind
from assessment.credentials.logged import head_problems, resume
from assessment.credentials.publishing import publish
from assessment.credentials.read_only import LOOK_EVERY
from assessment.credentials.releasing import ISSUE
from assessment.credentials.signer_client import running_signer
from assessment.credentials.tables import Credential, SignedCredential, StatusPurpose
from assessment.database import reading
from assessment.domain.credentials.json_text import read_object, write_object
from assessment.domain.credentials.log_proof import check_log_proof
from assessment.domain.errors import Conflict, Invalid
from assessment.domain.log.checkpoint import read_checkpoint
from assessment.domain.log.entry import Kind
from assessment.domain.log.proof import read_proof
from assessment.jobs.service import work_all
from assessment.transparency.rechecking import tree_problems
from assessment.transparency.sequencing import is_waiting, sequence
from assessment.transparency.tables import LogLeaf
from assessment.verification.log_recovery import catch_up
from assessment.verification.published import folder
from assessment.web.actor import Actor
from tests.credentials.office import write
from tests.factories.accounts import NOW
from tests.factories.certification import World, make_world
from tests.factories.credentials import make_released, make_releaser
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the world is built in one go")

LATER = NOW + timedelta(hours=2)


@dataclass(kw_only=True)
class Released:
    """A released decision whose certificate is on its way."""

    site: Site
    world: World
    releaser: Actor
    credential_id: str

    def issue(self) -> None:
        issue("las", {"credential": self.credential_id}, NOW)

    def credential(self) -> Credential | None:
        with reading() as session:
            found = session.get(Credential, ("las", self.credential_id))
            if found is not None:
                session.expunge(found)
            return found


@pytest.fixture
def released(site: Site) -> Iterator[Released]:
    """A certificate on its way, in the application's context; whether a signer runs is the test's to say."""
    with site.app.app_context():
        with write(NOW) as session:
            world = make_world(session)
            releaser = make_releaser(session, world)
            credential_id = make_released(session, world, releaser=releaser)
        yield Released(site=site, world=world, releaser=releaser, credential_id=credential_id)


def issue_leaves(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(LogLeaf).where(LogLeaf.kind == Kind.ISSUE)) or 0


def finished_and_revocable(released: Released) -> None:
    """The certificate is issued once, logged once under a signed head, proved, and two people can revoke it."""
    assert released.credential() is not None
    with reading() as session:
        assert issue_leaves(session) == 1
        assert session.get(SignedCredential, ("las", released.credential_id)) is None
        assert not is_waiting(session)
        assert list(tree_problems(session)) == []
        assert list(head_problems(session, now=LATER)) == []
        content = export(session, "las", released.credential_id, Format.JSON)
        proof = export(session, "las", released.credential_id, Format.TLOG_PROOF)
        key = log_key(session)
    assert key is not None
    assert check_log_proof(proof, content, "las", key).logged_at == NOW
    with write(NOW) as session:
        change = propose(
            session,
            released.world.quality,
            released.credential_id,
            StatusPurpose.REVOCATION,
            True,
            reason="Kesalahan contoh.",
            now=NOW,
        )
        answer(session, released.releaser, change.id, confirmed=True, now=NOW)
    integrate(NOW)


def test_a_cut_before_the_signature_leaves_an_intent_that_is_found_and_finished(released: Released) -> None:
    with pytest.raises(Conflict, match="signer does not answer"):
        released.issue()
    with reading() as session:
        assert issue_leaves(session) == 0
        (problem,) = [each for each in head_problems(session, now=LATER) if each.kind == "unfinished"]
        assert problem.found == "not issued"
    with running_signer(released.site.settings):
        assert len(resume(ISSUE, NOW)) == 1
        work_all(lambda: NOW)
        finished_and_revocable(released)


def test_a_cut_after_the_signature_leaves_it_found_and_never_signed_twice(released: Released) -> None:
    with running_signer(released.site.settings):
        with reading() as session:
            order = _order(session, "las", released.credential_id)
        assert order is not None
        first = _sign(order, NOW)
        with reading() as session:
            (problem,) = [each for each in head_problems(session, now=LATER) if each.kind == "unfinished"]
            assert problem.found == "signed, not issued"
        assert _sign(order, NOW + timedelta(minutes=1)) == first == _kept("las", order)
        released.issue()
        with reading() as session:
            assert export(session, "las", released.credential_id, Format.JSON) == first.content
        finished_and_revocable(released)


def test_a_cut_between_place_and_head_gets_its_head_from_the_next_run(released: Released) -> None:
    with running_signer(released.site.settings):
        integrate(NOW)
        with reading() as session:
            order = _order(session, "las", released.credential_id)
        assert order is not None
        _sign(order, NOW)
        with write(NOW) as session:
            assert sequence(session, now=NOW) == 1
        with reading() as session:
            assert list(tree_problems(session)) == []
        released.issue()
        finished_and_revocable(released)


def test_a_cut_between_head_and_print_goes_on_with_the_same_signature(released: Released) -> None:
    with running_signer(released.site.settings):
        with reading() as session:
            order = _order(session, "las", released.credential_id)
        assert order is not None
        first = _sign(order, NOW)
        integrate(NOW)
        assert released.credential() is None
        released.issue()
        released.issue()
        with reading() as session:
            assert export(session, "las", released.credential_id, Format.JSON) == first.content
        finished_and_revocable(released)


def test_a_cut_while_publishing_leaves_the_old_checkpoint_whole(released: Released, tmp_path: Path) -> None:
    with running_signer(released.site.settings):
        integrate(NOW)
        publish(tmp_path, NOW)
        before = (tmp_path / "log/checkpoint").read_bytes()
        released.issue()
        for path, content in publish_log(tmp_path, NOW):
            if path == "log/checkpoint":
                break
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(content)
        assert (tmp_path / "log/checkpoint").read_bytes() == before
        publish(tmp_path, NOW)
        assert (tmp_path / "log/checkpoint").read_bytes() != before


def test_a_proof_proves_its_own_certificate_only(released: Released) -> None:
    with running_signer(released.site.settings):
        released.issue()
        with reading() as session:
            content = export(session, "las", released.credential_id, Format.JSON)
            proof = export(session, "las", released.credential_id, Format.TLOG_PROOF)
            key = log_key(session)
        assert key is not None
        changed = write_object({**read_object(content), "name": "another"})
        for wrong in (changed, content + b" "):
            with pytest.raises(Invalid, match="not one of this certificate"):
                check_log_proof(proof, wrong, "las", key)
        with pytest.raises(Invalid, match="not one of this certificate"):
            check_log_proof(proof, content, "lain", key)
        extra = read_proof(proof).extra or b""
        assert b"2026" in extra
        index = read_proof(proof).index
        forged = proof.decode().replace(f"index {index}\n", f"index {index + 1}\n")
        with pytest.raises(Invalid):
            check_log_proof(forged.encode(), content, "las", key)


def test_an_erased_holder_leaves_an_entry_that_nobody_can_open(released: Released) -> None:
    with running_signer(released.site.settings):
        released.issue()
        credential = released.credential()
        assert credential is not None
        with write(NOW) as session:
            erase_person(session, "las", credential.person_id, now=NOW)
        with reading() as session:
            assert list(tree_problems(session)) == []
            leaf = session.scalar(select(LogLeaf).where(LogLeaf.kind == Kind.ISSUE))
            assert leaf is not None
            assert leaf.sealed_nonce is not None


@pytest.mark.only_on("sqlite")  # the older copy is a file that is put back
def test_a_restored_database_stays_read_only_until_it_has_caught_up(released: Released, tmp_path: Path) -> None:
    site = released.site
    database = Path(str(site.engine.url.database))
    with running_signer(site.settings):
        integrate(NOW)
        copy = tmp_path / "copy.sqlite"
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        released.issue()
        public = tmp_path / "public"
        publish(public, NOW)
        site.engine.dispose()
        for ending in ("-wal", "-shm"):
            database.with_name(database.name + ending).unlink(missing_ok=True)
        shutil.copyfile(copy, database)

        with reading() as session:
            behind = standing_behind(session)
            assert behind is not None
            assert behind.size > (newest_checkpoint(session) or pytest.fail("no head")).size
        with pytest.raises(Conflict, match="older than the published log"):
            released.issue()
        site.app.extensions["clock"] = lambda: LATER
        client = site.client()
        assert client.get("/signin").status_code == 200
        page = client.post("/signin", data={})
        assert (page.status_code, "older than what was published" in page.text or "lebih lama" in page.text) == (
            503,
            True,
        )
        told = client.post("/signin", json={})
        assert (told.status_code, told.mimetype) == (503, "application/problem+json")
        answers = client.post("/answers", json={"v": 1, "events": []}, headers={"Teruji-Attempt": "x"})
        assert answers.status_code == 503
        assert client.get("/readyz").json["checks"]["log"] == "behind: read only"

        assert catch_up(folder(public), NOW) == (1, 1)
        site.app.extensions["clock"] = lambda: LATER + LOOK_EVERY
        assert client.get("/readyz").json["checks"]["log"] == "ok"
        with reading() as session:
            lost = [problem.kind for problem in tree_problems(session)]
            assert lost == ["lost fact"]
        released.issue()
        assert released.credential() is not None
        publish(public, NOW)


def test_another_history_is_never_published_over_the_old_one(released: Released, tmp_path: Path) -> None:
    with running_signer(released.site.settings):
        integrate(NOW)
        publish(tmp_path, NOW)
        released.issue()
        newer = tmp_path / "newer"
        publish(newer, NOW)
        checkpoint = (newer / "log/checkpoint").read_bytes()
    other = tmp_path / "other"
    (other / "log").mkdir(parents=True)
    (other / "log/checkpoint").write_bytes(checkpoint.replace(b"\n", b"x\n", 1))
    with running_signer(released.site.settings), pytest.raises(Conflict, match="another log"):
        publish(other, NOW)


def test_checkpoint_and_tiles_are_files_for_any_cache(released: Released) -> None:
    client = released.site.client()
    assert client.get("/log/checkpoint").status_code == 404
    with running_signer(released.site.settings):
        released.issue()
        size = (read_checkpoint(client.get("/log/checkpoint").data)[0]).size
    checkpoint = client.get("/log/checkpoint")
    assert (checkpoint.mimetype, checkpoint.headers["Cache-Control"]) == ("text/plain", "public, max-age=5")
    for path, count in ((f"0/000.p/{size}", 32), (f"entries/000.p/{size}", None), ("0/000.p/1", 32)):
        tile = client.get(f"/log/tile/{path}")
        assert (tile.status_code, tile.mimetype) == (200, "application/octet-stream")
        assert tile.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Set-Cookie" not in tile.headers
        again = client.get(f"/log/tile/{path}", headers={"If-None-Match": tile.headers["ETag"]})
        assert again.status_code in (200, 304)
        assert count is None or len(tile.data) % count == 0
    for path in (f"0/000.p/{size + 1}", "0/000", "1/000.p/1", "0/001.p/1", "64/000", "entries/../000", "x"):
        assert client.get(f"/log/tile/{path}").status_code == 404
    assert json.loads(client.get("/issuers.json").data)["log"].startswith("localhost")
