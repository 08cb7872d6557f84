"""A key is changed, then the next one is stolen: what stays valid, what is refused, and what stands by the log."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result

from assessment.credentials.commands_keys import key
from assessment.credentials.exporting import Format, export
from assessment.credentials.key_files import KeyFiles, own_secret
from assessment.credentials.publishing import publish
from assessment.credentials.releasing import release
from assessment.credentials.signer_client import SignerClient
from assessment.database import reading
from assessment.domain.credentials.json_text import read_object, write_object
from assessment.domain.credentials.proof import add_proof, read_proof
from assessment.domain.credentials.verdict import CheckName, Verdict
from assessment.domain.credentials.verify import verify
from assessment.domain.errors import Conflict
from assessment.domain.roles import Role
from assessment.verification.published import folder, sources_from
from assessment.web.actor import Actor
from tests.credentials.office import BODY, LATER, Office, open_office
from tests.factories.accounts import PASSWORD, make_actor
from tests.fixtures.sites import Site, signer_of

pytestmark = pytest.mark.long_lock("the office is built in one go")

ROTATED, STOLEN, REMOVED = LATER + timedelta(days=1), LATER + timedelta(days=2), LATER + timedelta(days=3)


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with signer_of(site):
        yield open_office(site)


@pytest.fixture
def administrator(office: Office) -> Actor:
    with office.writing() as session:
        return make_actor(session, BODY, Role.ADMINISTRATOR, name="Adi Contoh")


def give(office: Office, actor: Actor, moment: datetime, *arguments: str, password: str = PASSWORD) -> Result:
    """Give the command `teruji key` under an account at a moment."""
    login = office.login_of(actor)
    with office.site.app.app_context(), time_machine.travel(moment, tick=True):
        return CliRunner().invoke(
            key,
            [*arguments, "--as", login, "--json"],
            obj=office.site.settings,
            env={"TERUJI_PASSWORD": password},
        )


def change(office: Office, proposer: Actor, confirmer: Actor, kind: str, key_id: str, moment: datetime) -> None:
    """Have two people change a key by the commands."""
    proposed = give(office, proposer, moment, "propose", kind, key_id, "--reason", "Alasan contoh.")
    assert proposed.exit_code == 0, proposed.output
    confirmed = give(office, confirmer, moment, "confirm", json.loads(proposed.stdout)["id"])
    assert confirmed.exit_code == 0, confirmed.output


def document_of(office: Office, credential_id: str) -> bytes:
    with office.site.app.app_context(), reading() as session:
        return export(session, BODY, credential_id, Format.JSON)


def method_of(document: bytes) -> str:
    return read_proof(read_object(document)).verification_method


def checked(office: Office, document: bytes, moment: datetime, place: Path, proof: bytes | None = None) -> Any:
    """Verify against the files that are published at a moment, with a proof from the log where one is at hand."""
    with office.site.app.app_context():
        publish(place, moment)
    sources = sources_from(folder(place), document)
    return verify(document, now=moment, sources=replace(sources, log_proof=proof))


def test_a_rotation_leaves_all_valid_and_a_theft_only_what_the_log_had_before(
    office: Office, administrator: Actor, tmp_path: Path
) -> None:
    quality, settings = office.world.quality, office.site.settings
    year = LATER.year
    before = document_of(office, office.valid)
    did = method_of(before).partition("#")[0]
    assert method_of(before) == f"{did}#{year}"

    # The yearly drill: the next key signs, and what the first one signed stays valid.
    change(office, quality, administrator, "rotation", str(year), ROTATED)
    with office.writing() as session:
        second_id = release(session, office.releaser, office.decision_id, now=ROTATED).id
    office.now = ROTATED
    office.work()
    second = document_of(office, second_id)
    assert method_of(second) == f"{did}#{year}-2"
    for document in (before, second):
        assert checked(office, document, ROTATED, tmp_path / "rotated").verdict is Verdict.VALID
    with pytest.raises(Conflict, match="retired"):
        SignerClient(settings.signer_socket).sign(BODY, str(year), b"content")

    # Somebody copies the keys and what they are sealed under.
    loot = tmp_path / "loot"
    shutil.copytree(settings.keys, loot)
    thief = KeyFiles(loot, own_secret(loot / "secret"))
    change(office, administrator, quality, "compromise", f"{year}-2", REMOVED)
    with pytest.raises(Conflict, match="retired"):
        SignerClient(settings.signer_socket).sign(BODY, f"{year}-2", b"content")
    unsigned = {name: value for name, value in read_object(second).items() if name != "proof"}
    forged = write_object(
        add_proof(
            unsigned,
            verification_method=f"{did}#{year}-2",
            created=STOLEN,  # the thief writes any date
            sign=lambda content: thief.sign(BODY, f"{year}-2", content),
        )
    )
    place = tmp_path / "removed"
    assert checked(office, before, REMOVED, place).verdict is Verdict.VALID
    assert f"{did}#{year}-2" not in (place / "b" / BODY / "did.json").read_text()
    assert json.loads((place / "issuers.json").read_text())["issuers"][did]["compromised_keys"] == [f"{did}#{year}-2"]
    for document in (forged, second):
        found = checked(office, document, REMOVED, place)
        assert found.verdict is not Verdict.VALID
        assert next(check for check in found.checks if check.name is CheckName.KEY).ok is not True
        assert found.document is None  # nothing of it is shown

    # The log tells the two apart: the honest one was in it before the key was removed.
    with office.site.app.app_context(), reading() as session:
        proof = export(session, BODY, second_id, Format.TLOG_PROOF)
    assert checked(office, second, REMOVED, place, proof).verdict is Verdict.VALID
    stolen = checked(office, forged, REMOVED, place, proof)
    assert stolen.verdict is not Verdict.VALID
    assert stolen.document is None


def test_one_person_alone_and_other_roles_change_nothing(office: Office, administrator: Actor) -> None:
    quality = office.world.quality
    wish = ("propose", "compromise", str(LATER.year), "--reason", "Alasan contoh.")
    for actor in (office.releaser, office.world.deciders[0], office.stranger):
        assert give(office, actor, ROTATED, *wish).exit_code != 0
    assert give(office, administrator, ROTATED, *wish, password="wrong-password").exit_code != 0
    assert [line["waiting"] for line in _lines(office, administrator)] == [None, None]

    proposed = json.loads(give(office, quality, ROTATED, *wish).stdout)
    alone = give(office, quality, ROTATED, "confirm", proposed["id"])
    assert alone.exit_code != 0
    assert "second person" in str(alone.exception)
    assert give(office, office.releaser, ROTATED, "confirm", proposed["id"]).exit_code != 0
    pdf_line, line = _lines(office, administrator)
    assert (pdf_line["key"], pdf_line["state"], pdf_line["waiting"]) == (f"pdf-{LATER.year}", "current", None)
    assert (line["key"], line["state"], line["waiting"]["id"]) == (str(LATER.year), "current", proposed["id"])
    assert give(office, administrator, ROTATED, "refuse", proposed["id"], "--note", "Salah lihat.").exit_code == 0
    assert [(line["state"], line["waiting"]) for line in _lines(office, administrator)] == [("current", None)] * 2


def _lines(office: Office, actor: Actor) -> list[dict[str, Any]]:
    said = give(office, actor, ROTATED, "list")
    assert said.exit_code == 0, said.output
    found: list[dict[str, Any]] = json.loads(said.stdout)
    return found
