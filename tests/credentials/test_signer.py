"""The signer: what it does, what it refuses, and what its files look like."""

import base64
import json
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from assessment.credentials.key_files import UNDER_INSTALLATION, KeyFiles, Refused, own_secret
from assessment.credentials.signer import LARGEST_CONTENT, LONGEST_LINE, answer, free_path, keys_of
from assessment.credentials.signer_client import SignerClient, running_signer
from assessment.domain.errors import Conflict
from assessment.settings import Settings, SettingsError
from tests.fixtures.databases import settings_for

SECRET = bytes(range(32))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    home = tmp_path_factory.mktemp("signer")
    settings = settings_for(home, f"sqlite:///{home / 'none.sqlite'}")
    with running_signer(settings):
        yield settings


@contextmanager
def talk(settings: Settings) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(5)
        connection.connect(str(settings.signer_socket))
        yield connection


def say(settings: Settings, line: bytes) -> dict[str, Any]:
    with talk(settings) as connection:
        connection.sendall(line + b"\n")
        with connection.makefile("rb") as lines:
            value: dict[str, Any] = json.loads(lines.readline())
            return value


def test_it_signs_with_the_key_that_it_opened(settings: Settings) -> None:
    client = SignerClient(settings.signer_socket)
    public = client.open_key("las", 2026)
    Ed25519PublicKey.from_public_bytes(public).verify(client.sign("las", "2026", b"content"), b"content")


def test_opening_again_gives_the_same_key(settings: Settings) -> None:
    client = SignerClient(settings.signer_socket)
    assert client.open_key("las", 2027) == client.open_key("las", 2027)
    assert client.open_key("las", 2027) != client.open_key("dapur", 2027)


def test_socket_and_key_files_are_for_their_owner_alone(settings: Settings) -> None:
    SignerClient(settings.signer_socket).open_key("las", 2026)
    file = settings.home / "keys" / "las" / "2026.key"
    assert stat.S_IMODE(settings.signer_socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"not json",
        b"[1]",
        b'{"op": "ping", "more": 1}',
        b'{"op": "open", "body": "../etc", "year": 2026}',
        b'{"op": "open", "body": "las", "year": true}',
        b'{"op": "open", "body": "las", "year": 99}',
        b'{"op": "sign", "body": "las", "key": "../2026", "content": "AAAA"}',
        b'{"op": "open", "body": "las", "key": "2026-0"}',
        b'{"op": "open", "body": "las", "key": "2026-2", "year": 2026}',
        b'{"op": "sign", "body": "las", "key": "secret", "content": "AAAA"}',
        b'{"op": "sign", "body": "las", "key": "2999", "content": "AAAA"}',
        b'{"op": "sign", "body": "las", "key": "2026", "content": "@"}',
        b'{"op": "sign", "body": "las", "key": "2026", "content": ""}',
        b'{"op": "open", "body": "-pdf-ca", "key": "2026"}',
        b'{"op": "sign", "body": "-pdf-ca", "key": "pdf-root", "content": "AAAA"}',
        b'{"op": "certificate", "body": "las", "key": "2026", "name": "LSP", "host": "localhost"}',
        b'{"op": "certificate", "body": "las", "key": "pdf-2026-0", "name": "LSP", "host": "localhost"}',
        b'{"op": "certificate", "body": "las", "key": "pdf-2026-../x", "name": "LSP", "host": "localhost"}',
        b'{"op": "certificate", "body": "-pdf-ca", "key": "pdf-2026", "name": "LSP", "host": "localhost"}',
        b'{"op": "certificate", "body": "las", "key": "pdf-2026", "name": "a\\nb", "host": "localhost"}',
        b'{"op": "certificate", "body": "las", "key": "pdf-2026", "name": " ", "host": "localhost"}',
        b'{"op": "revoke", "body": "las", "key": "2026", "at": "2026-12-01T02:00:00+00:00"}',
        b'{"op": "revoke", "body": "-pdf-ca", "key": "pdf-2026", "at": "2026-12-01T02:00:00+00:00"}',
        b'{"op": "revoke", "body": "las", "key": "pdf-2026", "at": "2026-12-01T02:00:00"}',
        b'{"op": "revocations", "at": "now"}',
        b'{"op": "export", "body": "las", "key": "2026"}',
        b'{"op": "sign", "body": "las", "key": "2026", "content": "'
        + base64.b64encode(bytes(LARGEST_CONTENT + 1))
        + b'"}',
        b"[" * 5000,
    ],
)
def test_anything_else_is_refused_and_it_goes_on(settings: Settings, line: bytes) -> None:
    refused = say(settings, line)
    assert (refused["ok"], set(refused)) == (False, {"ok", "error"})
    assert SignerClient(settings.signer_socket).ping()


def test_a_line_without_end_is_cut_off(settings: Settings) -> None:
    with talk(settings) as connection:
        connection.sendall(b"x" * (LONGEST_LINE + 1))
        assert b"at most" in connection.recv(1000)
        assert connection.recv(1000) == b""
    assert SignerClient(settings.signer_socket).ping()


def test_who_hangs_up_in_the_middle_harms_nobody(settings: Settings) -> None:
    for _ in range(20):
        with talk(settings) as connection:
            connection.sendall(b'{"op": "pi')
    assert SignerClient(settings.signer_socket).ping()


def test_several_lines_on_one_connection(settings: Settings) -> None:
    with talk(settings) as connection, connection.makefile("rb") as lines:
        for _ in range(3):
            connection.sendall(b'{"op": "ping"}\n')
            assert json.loads(lines.readline()) == {"ok": True}


def test_a_second_signer_does_not_take_the_place_of_the_first(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="another signer"):
        free_path(settings.signer_socket)
    with running_signer(settings):  # finds the one that answers
        assert SignerClient(settings.signer_socket).ping()
    assert SignerClient(settings.signer_socket).ping()


def test_without_a_signer_the_client_refuses(tmp_path: Path) -> None:
    client = SignerClient(tmp_path / "nobody.sock")
    assert not client.ping()
    with pytest.raises(Conflict, match=r"The signer does not answer\."):
        client.sign("las", "2026", b"content")


def test_a_socket_left_behind_is_replaced(tmp_path: Path) -> None:
    place = tmp_path / "signer.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(place))
    assert free_path(place) == place
    assert not place.exists()


def test_a_path_too_long_for_a_socket_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TERUJI_SIGNER_SOCKET"):
        free_path(tmp_path / ("x" * 120))


def test_a_key_survives_a_restart_and_no_other_secret_opens_it(tmp_path: Path) -> None:
    public = KeyFiles(tmp_path, SECRET).open("las", "2026")
    assert KeyFiles(tmp_path, SECRET).open("las", "2026") == public
    with pytest.raises(Refused, match="another secret"):
        KeyFiles(tmp_path, bytes(32)).open("las", "2026")


def test_a_key_file_cannot_be_moved_to_another_body(tmp_path: Path) -> None:
    KeyFiles(tmp_path, SECRET).open("las", "2026")
    (tmp_path / "lain").mkdir()
    (tmp_path / "las" / "2026.key").rename(tmp_path / "lain" / "2026.key")
    with pytest.raises(Refused, match="another secret"):
        KeyFiles(tmp_path, SECRET).sign("lain", "2026", b"content")


def test_the_private_key_is_not_in_its_file_in_the_clear(tmp_path: Path) -> None:
    public = KeyFiles(tmp_path, SECRET).open("las", "2026")
    content = (tmp_path / "las" / "2026.key").read_bytes()
    windows = [content[place : place + 32] for place in range(len(content) - 31)]
    assert all(public_of(window) != public for window in windows)


def public_of(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def test_signing_does_not_make_a_key(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no key"):
        answer(KeyFiles(tmp_path, SECRET), tmp_path, b'{"op": "sign", "body": "las", "key": "2026", "content": "AAAA"}')
    assert list(tmp_path.iterdir()) == []


def sealed_as_before(folder: Path, body: str, year: str, private: bytes, secret: bytes) -> None:
    """Write a key file as it was while keys were sealed under the installation's secret."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"teruji signer keys").derive(secret)
    sealed = bytes(12) + AESGCM(derived).encrypt(bytes(12), private, f"{body}/{year}".encode())
    (folder / body).mkdir(parents=True)
    (folder / body / f"{year}.key").write_bytes(b"\x01" + sealed)


def test_keys_that_web_processes_could_open_are_sealed_again_at_the_start(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, f"sqlite:///{tmp_path / 'none.sqlite'}")
    private = bytes(range(1, 33))
    sealed_as_before(settings.keys, "las", "2025", private, settings.secret)
    with running_signer(settings):
        assert SignerClient(settings.signer_socket).open_key("las", 2025) == public_of(private)
    assert (settings.keys / "las" / "2025.key").read_bytes()[:1] != UNDER_INSTALLATION
    with pytest.raises(Refused, match="another secret"):
        KeyFiles(settings.keys, settings.secret).open("las", "2025")
    assert KeyFiles(settings.keys, own_secret(settings.signer_secret)).open("las", "2025") == public_of(private)
    assert stat.S_IMODE(settings.signer_secret.stat().st_mode) == 0o600


def test_a_key_of_another_installation_stops_the_start(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, f"sqlite:///{tmp_path / 'none.sqlite'}")
    sealed_as_before(settings.keys, "las", "2025", bytes(range(1, 33)), bytes(32))
    with pytest.raises(SettingsError, match="another secret"):
        keys_of(settings)


def test_a_second_key_of_a_year_has_a_name_of_its_own(settings: Settings) -> None:
    first = say(settings, b'{"op": "open", "body": "las", "key": "2026"}')
    second = say(settings, b'{"op": "open", "body": "las", "key": "2026-2"}')
    assert (first["key"], second["key"]) == ("2026", "2026-2")
    assert base64.b64decode(first["public"]) == SignerClient(settings.signer_socket).open_key("las", 2026)
    assert first["public"] != second["public"]


def test_a_retired_key_signs_no_more_and_is_not_made_again(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, f"sqlite:///{tmp_path / 'none.sqlite'}")
    for _start in range(2):
        with running_signer(settings):
            client = SignerClient(settings.signer_socket)
            if _start == 0:
                client.open_key("las", 2026)
            client.retire("las", "2026")
            with pytest.raises(Conflict, match="retired"):
                client.sign("las", "2026", b"content")
            with pytest.raises(Conflict, match="retired"):
                client.open_key("las", 2026)
    assert not (settings.keys / "las" / "2026.key").exists()
    assert (settings.keys / "las" / "2026.retired").stat().st_size


def test_a_key_that_was_never_made_can_be_retired(tmp_path: Path) -> None:
    keys = KeyFiles(tmp_path, SECRET)
    keys.retire("las", "2026")
    with pytest.raises(Refused, match="retired"):
        keys.open("las", "2026")
