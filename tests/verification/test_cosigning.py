"""Heads of the log are cosigned by the witnesses that the settings name, without anybody asking for it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from assessment.credentials.issuing import issue
from assessment.credentials.log_heads import integrate, log_key, newest_checkpoint, published_text
from assessment.credentials.signer_client import running_signer
from assessment.database import reading
from assessment.domain.log.note import LOG, WITNESS, VerifierKey, read_note
from assessment.serving.worker import have_heads_cosigned
from assessment.settings import Settings, SettingsError, WitnessPlace
from assessment.transparency.tables import LogCosignature
from assessment.verification.witness import Witness, serve
from tests.credentials.office import write
from tests.factories.accounts import NOW
from tests.factories.certification import make_world
from tests.factories.credentials import make_released, make_releaser
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the world is built in one go")


def public_key(kind: int, name: str = "witness.example/w2") -> VerifierKey:
    public = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw()
    return VerifierKey(name=name, kind=kind, public=public)


@pytest.fixture
def waiting(site: Site) -> Iterator[str]:
    """A certificate that waits to be issued, with what goes before it in the log, and a signer that runs."""
    with site.app.app_context(), running_signer(site.settings):
        with write(NOW) as session:
            world = make_world(session)
            credential_id = make_released(session, world, releaser=make_releaser(session, world))
        yield credential_id


def grown() -> int:
    """Have the log's head signed; returns how many entries it has."""
    integrate(NOW)
    with reading() as session:
        newest = newest_checkpoint(session)
        assert newest is not None
        return newest.size


@contextmanager
def answering(witness: Witness) -> Iterator[str]:
    """Let a witness answer; gives its address."""
    server = serve(witness, "127.0.0.1", 0)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def nobody() -> str:
    """An address at which nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def name_witnesses(site: Site, *places: WitnessPlace) -> None:
    site.app.extensions["settings"] = replace(site.settings, witnesses=places)


def cosigned() -> set[tuple[int, str]]:
    with reading() as session:
        return {(row.size, row.witness) for row in session.scalars(select(LogCosignature))}


def test_each_new_head_is_cosigned_once(
    site: Site, waiting: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = grown()
    with reading() as session:
        key = log_key(session)
    assert key is not None
    witness = Witness(tmp_path / "w1", "witness.example/w1", [key], lambda: datetime.now(UTC))
    absent = WitnessPlace(address=nobody(), key=public_key(WITNESS))
    with answering(witness) as address:
        name_witnesses(site, absent, WitnessPlace(address=address, key=witness.key))
        have_heads_cosigned()
        assert cosigned() == {(first, witness.key.name)}
        assert absent.key.name in capsys.readouterr().out
        issue("las", {"credential": waiting}, NOW)
        second = grown()
        have_heads_cosigned()
    assert cosigned() == {(first, witness.key.name), (second, witness.key.name)}
    with reading() as session:
        newest = newest_checkpoint(session)
        assert newest is not None
        signers = [each.name for each in read_note(published_text(session, newest)).signatures]
    assert signers == [key.name, witness.key.name]
    capsys.readouterr()
    have_heads_cosigned()  # whoever has cosigned is not asked again, and need not answer
    assert witness.key.name not in capsys.readouterr().out


def test_without_a_log_or_witnesses_nobody_is_asked(site: Site) -> None:
    with site.app.app_context():
        have_heads_cosigned()
        name_witnesses(site, WitnessPlace(address=nobody(), key=public_key(WITNESS)))
        have_heads_cosigned()
        assert cosigned() == set()


def test_witnesses_are_read_from_the_environment_and_handed_on(tmp_path: Path) -> None:
    said = f"https://witness.example {public_key(WITNESS)}; http://localhost:8020 {public_key(WITNESS, 'other')};"
    settings = Settings.from_environment({"TERUJI_HOME": str(tmp_path), "TERUJI_WITNESSES": said})
    assert [each.address for each in settings.witnesses] == ["https://witness.example", "http://localhost:8020"]
    assert [each.key.name for each in settings.witnesses] == ["witness.example/w2", "other"]
    assert Settings.from_environment(settings.environment()).witnesses == settings.witnesses


@pytest.mark.parametrize(
    "said",
    [
        "https://witness.example",
        f"{public_key(WITNESS)} https://witness.example",
        f"ftp://witness.example {public_key(WITNESS)}",
        f"https://witness.example {public_key(LOG)}",
        f"https://witness.example {str(public_key(WITNESS))[:-4]}",
    ],
)
def test_what_names_no_witness_stops_the_start(said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TERUJI_WITNESSES: expected"):
        Settings.from_environment({"TERUJI_HOME": str(tmp_path), "TERUJI_WITNESSES": said})
