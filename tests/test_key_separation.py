"""Started as root, no web process can read a key or what unseals it; otherwise the service says that it could."""

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from assessment.credentials.separation import hand_over, why_not
from assessment.serving import processes
from assessment.settings import Settings, SettingsError
from assessment.users import User, closed_to, read_user
from tests.fixtures.databases import migrated_database
from tests.fixtures.sites import CHECKOUT

ROOT = os.geteuid() == 0
PATIENCE = 120
AS_WEB = User(uid=59101, gid=59101)
AS_SIGNER = User(uid=59102, gid=59102)
TRY = """
import json, os, sys
said = {}
for path in sys.argv[1:]:
    try:
        os.listdir(path) if os.path.isdir(path) else open(path, "rb").close()
        said[path] = "open"
    except OSError as error:
        said[path] = type(error).__name__
print(json.dumps(said))
"""


@pytest.fixture
def home(run_folder: Path) -> Iterator[Path]:
    """A home folder with a migrated database, where any user can pass; the tests' own folder is closed to others."""
    place = Path(tempfile.mkdtemp(prefix="teruji-"))
    place.chmod(0o755)
    home = place / "home"
    home.mkdir()
    shutil.copyfile(migrated_database("sqlite", run_folder).removeprefix("sqlite:///"), home / "teruji.sqlite")
    yield home
    shutil.rmtree(place)


def environment(home: Path, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TERUJI_HOME": str(home),
        "TERUJI_BASE_URL": "http://localhost:8000",
        **more,
    }


class Served:
    """A running `teruji serve` of a home folder."""

    def __init__(self, home: Path, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.home, self.process, self._port, self._log = home, process, port, log

    @property
    def said(self) -> str:
        """What it wrote to standard error."""
        return self._log.read_text()

    def checks(self) -> dict[str, str]:
        """What `/readyz` says of it, once it is ready."""
        last = time.monotonic() + PATIENCE
        while True:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < last, self.said
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{self._port}/readyz", timeout=5) as answer,
            ):
                found: dict[str, str] = json.load(answer)["checks"]
                return found
            time.sleep(0.05)

    def until_said(self, text: str) -> None:
        """Wait until it has written a text."""
        last = time.monotonic() + PATIENCE
        while text not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < last, self.said
            time.sleep(0.05)

    def users(self) -> dict[str, int]:
        """The effective users of its children, by module, once all of them run."""
        last = time.monotonic() + PATIENCE
        while True:
            found = {}
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            for child in children:
                words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
                if len(words) < 4:  # it has not begun yet
                    continue
                found[words[3].decode()] = int(Path(f"/proc/{child}/status").read_text().split("Uid:")[1].split()[1])
            if len(found) == 3:
                return found
            assert time.monotonic() < last, self.said
            time.sleep(0.05)


@contextmanager
def served(home: Path, user: User | None = None, **more: str) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    log = home.parent / "serve.log"
    who: dict[str, Any] = {} if user is None else {"user": user.uid, "group": user.gid, "extra_groups": []}
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "assessment.cli", "serve", "--port", str(port), "--processes", "1"],
            cwd="/",
            env=environment(home, **more),
            stderr=errors,
            **who,
        )
    try:
        yield Served(home, process, port, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(60)


def tried(user: User, *paths: Path) -> dict[str, str]:
    """Try from a process of this user to open each path; gives what happened by the path's name."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", TRY, *map(str, paths)],
        user=user.uid,
        group=user.gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=True,
    )
    return {Path(path).name: outcome for path, outcome in json.loads(done.stdout).items()}


def ask_signer(home: Path, **request: object) -> dict[str, Any]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(home / "signer.sock"))
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as lines:
            answer: dict[str, Any] = json.loads(lines.readline())
            return answer


def give_to(user: User, folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.uid, user.gid)


@pytest.mark.skipif(not ROOT, reason="only root can start processes as other users")
def test_started_as_root_the_web_process_cannot_read_a_key(home: Path) -> None:
    with served(home) as service:
        assert service.checks() == {"database": "ok", "signer": "ok", "key separation": "on", "log": "ok"}
        service.until_said("key separation: on")
        assert service.users() == {
            "assessment.credentials.signer": AS_SIGNER.uid,
            "assessment.serving.worker": AS_WEB.uid,
            "assessment.serving.server": AS_WEB.uid,
        }
        assert ask_signer(home, op="open", body="las", year=2026)["ok"]
        keys = home / "keys"
        closed = (keys, keys / "secret", keys / "las", keys / "las" / "2026.key")
        assert tried(AS_WEB, *closed) == {path.name: "PermissionError" for path in closed}
        assert set(tried(AS_SIGNER, *closed).values()) == {"open"}
        own = (home / "secret", home / "teruji.sqlite", home / "files", home / "metrics")
        assert set(tried(AS_WEB, *own).values()) == {"open"}
        assert set(tried(User(uid=59103, gid=59103), *closed, *own).values()) == {"PermissionError"}
        signer = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text().split()[0]
        assert tried(AS_WEB, Path(f"/proc/{signer}/mem")) == {"mem": "PermissionError"}


@pytest.mark.skipif(not ROOT, reason="only root can start processes as other users")
def test_the_same_key_signs_after_the_users_were_kept_apart(home: Path) -> None:
    with served(home, TERUJI_KEY_SEPARATION="off") as service:
        assert service.checks()["key separation"] == "off"
        before = ask_signer(home, op="open", body="las", year=2026)
    with served(home) as service:
        assert service.checks()["key separation"] == "on"
        assert ask_signer(home, op="open", body="las", year=2026) == before
        content = base64.b64encode(b"content").decode()
        assert ask_signer(home, op="sign", body="las", key="2026", content=content)["ok"]


@pytest.mark.skipif(not ROOT, reason="only root can start processes as other users")
def test_what_root_commands_write_stays_usable_for_the_service(home: Path) -> None:
    settings = Settings.from_environment(environment(home))
    with served(home) as service:
        assert service.checks()["signer"] == "ok"
    founded = [sys.executable, "-P", "-m", "assessment.cli", "body", "add", "las", "--name", "LSP Contoh"]
    founded += ["--city", "Jakarta", "--party", "P3", "--administrator", "Adi Contoh", "--born", "1985-04-23"]
    subprocess.run([*founded, "--login", "las.admin"], env=environment(home), check=True, capture_output=True)
    publish = [sys.executable, "-P", "-m", "assessment.cli", "publish", "-o", str(home.parent / "public")]
    subprocess.run(publish, env=environment(home), check=True, capture_output=True)
    assert {file.stat().st_uid for file in home.glob("teruji.sqlite*")} == {AS_WEB.uid}
    assert {file.stat().st_uid for file in settings.keys.rglob("*")} == {AS_SIGNER.uid}
    settings.log_head.write_text("")
    with served(home) as service:
        assert service.checks() == {"database": "ok", "signer": "ok", "key separation": "on", "log": "ok"}
        assert settings.log_head.stat().st_uid == AS_WEB.uid


@pytest.mark.skipif(not ROOT, reason="only root can start processes as other users")
def test_a_python_that_others_cannot_run_is_a_reason_and_no_failure(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)
    (closed / "python").symlink_to(Path(sys.executable).resolve())
    monkeypatch.setattr(sys, "executable", str(closed / "python"))
    reason = processes._why_not(Settings.from_environment(environment(home)))
    assert reason.startswith(f"the user {AS_WEB.uid} cannot read the program")


def test_not_as_root_it_says_that_keys_are_not_kept_apart(home: Path) -> None:
    user = None
    if ROOT:
        user = AS_WEB
        give_to(user, home)
    with served(home, user) as service:
        assert service.checks()["key separation"] == "off"
        service.until_said("key separation: off (not started as root)")


def test_what_must_be_kept_apart_and_cannot_is_not_started(home: Path) -> None:
    home.parent.chmod(0o700)  # another user cannot pass
    finished = subprocess.run(
        [sys.executable, "-P", "-m", "assessment.cli", "serve", "--port", "1"],
        env=environment(home, TERUJI_KEY_SEPARATION="required"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 1
    assert "keys cannot be kept apart" in finished.stderr


@pytest.mark.skipif(not ROOT, reason="only root hands files over")
def test_a_folder_that_the_web_put_in_the_place_of_the_keys_is_refused(home: Path) -> None:
    settings = Settings.from_environment(environment(home))
    assert why_not(settings) == ""
    hand_over(settings)
    settings.keys.rename(home / "aside")
    settings.keys.mkdir()
    os.chown(settings.keys, AS_WEB.uid, AS_WEB.gid)
    with pytest.raises(SettingsError, match="could have put it there"):
        hand_over(settings)


@pytest.mark.skipif(not ROOT, reason="only root hands files over")
def test_a_link_in_the_home_folder_gives_nothing_else_away(home: Path) -> None:
    other = home.parent / "other"
    other.write_text("somebody else's")
    (home / "secret").symlink_to(other)
    settings = Settings.from_environment(environment(home, TERUJI_SECRET="5e" * 32))
    with pytest.raises(OSError, match="symbolic links"):
        hand_over(settings)
    assert other.stat().st_uid == 0


@pytest.mark.parametrize("text", ["0", "0:5", "5:0", "root", "nobody-of-this-name", "-1", "1:2:3", ""])
def test_a_user_that_keeps_nothing_apart_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="TERUJI_WEB_USER"):
        Settings.from_environment({"TERUJI_HOME": str(tmp_path), "TERUJI_WEB_USER": text})


def test_users_come_by_number_and_by_name(tmp_path: Path) -> None:
    assert read_user("59101") == AS_WEB
    assert read_user("59101:7") == User(uid=59101, gid=7)
    assert read_user("daemon").uid != 0
    tmp_path.chmod(0o700)
    assert closed_to(AS_WEB, [Path("/"), tmp_path]) == tmp_path


def test_one_user_for_both_is_not_called_separation(tmp_path: Path) -> None:
    environ = {"TERUJI_HOME": str(tmp_path), "TERUJI_WEB_USER": "7", "TERUJI_SIGNER_USER": "7"}
    expected = "share a user or a group" if ROOT else "not started as root"
    assert expected in why_not(Settings.from_environment(environ))
