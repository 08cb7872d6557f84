"""`./teruji` sets itself up on machines unlike this one: shims that do not run, no ensurepip, no installer.

The script and its locks are copied to a folder where `uv`, which stands for the network, only writes down what it
was asked for, and where the program only says how it was called.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
TOOLS = ("cat", "cmp", "cp", "dirname", "head", "mkdir", "readlink", "rm", "sh")
ECHO = "import json, os, sys\nprint(json.dumps([os.getcwd(), sys.argv[1:]]))\n"
PYTHON = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
BROKEN_SHIM = 'echo "pyenv: $0: command not found" >&2; exit 127'
WITHOUT_PIP = f"""
case "$*" in
    *--without-pip*) ;;
    "-m venv "*) echo "ensurepip is not available" >&2; exit 1 ;;
    "-m pip "*) echo "No module named pip" >&2; exit 1 ;;
esac
exec {PYTHON} "$@"
"""


class Machine:
    """A folder with the front door in it, and a PATH on which only chosen commands are found."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a checkout"
        self.commands = folder / "bin"
        self.asked = folder / "asked"
        self.commands.mkdir()
        for tool in TOOLS:
            (self.commands / tool).symlink_to(str(shutil.which(tool)))
        self.command("id", "echo 1000")
        self.root.mkdir()
        shutil.copy(CHECKOUT / "teruji", self.root)
        (self.root / "requirements.lock").write_text("runtime==1\n")
        (self.root / "requirements-dev.lock").write_text("dev==1\n")
        (self.root / "assessment").mkdir()
        (self.root / "assessment" / "cli.py").write_text(ECHO)

    def command(self, name: str, script: str) -> None:
        """Put a command on PATH."""
        file = self.commands / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def with_uv(self, *, works: bool = True) -> None:
        """Put an installer on PATH that writes down what it is asked for, and works or does not."""
        self.command("uv", f'printf "%s\\n" "$*" >>"{self.asked}"; exit {0 if works else 1}')

    def teruji(self, *arguments: str, at: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run ./teruji."""
        return subprocess.run(
            [self.root / "teruji", *arguments],
            cwd=at or self.root,
            env={"PATH": str(self.commands), "HOME": str(self.commands.parent)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def installed(self) -> list[str]:
        """Return the locks that the installer was asked for, in order."""
        if not self.asked.exists():
            return []
        return [Path(line.partition(" -r ")[2]).name for line in self.asked.read_text().splitlines()]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with a Python that has neither pip nor ensurepip, behind a shim for a newer one that does not run."""
    machine = Machine(tmp_path)
    machine.command("python3.14", BROKEN_SHIM)
    machine.command("python3", WITHOUT_PIP)
    return machine


def test_a_first_start_sets_up_and_hands_over_the_arguments(machine: Machine, tmp_path: Path) -> None:
    machine.with_uv()
    finished = machine.teruji("qti", "import", "a file.zip", "", at=tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout) == [str(tmp_path), ["qti", "import", "a file.zip", ""]]
    assert machine.installed() == ["requirements.lock"]
    assert "--require-hashes" in machine.asked.read_text()


def test_a_later_start_installs_nothing_and_is_quick(machine: Machine) -> None:
    machine.with_uv()
    machine.teruji("demo")
    before = time.perf_counter()
    finished = machine.teruji("demo")
    assert time.perf_counter() - before < 1
    assert finished.stderr == ""
    assert machine.installed() == ["requirements.lock"]


def test_a_changed_lock_is_installed_again(machine: Machine) -> None:
    machine.with_uv()
    machine.teruji("demo")
    (machine.root / "requirements.lock").write_text("runtime==2\n")
    machine.teruji("demo")
    assert machine.installed() == ["requirements.lock", "requirements.lock"]


def test_a_broken_set_up_is_tried_again(machine: Machine) -> None:
    machine.with_uv(works=False)
    failed = machine.teruji("demo")
    assert failed.returncode == 1
    assert "found neither" in failed.stderr
    machine.with_uv()
    assert machine.teruji("demo").returncode == 0


def test_the_pip_of_another_python_will_do(machine: Machine) -> None:
    machine.command("python", f'case "$*" in *" install "*) printf "%s\\n" "$*" >>"{machine.asked}" ;; esac')
    finished = machine.teruji("demo")
    assert finished.returncode == 0, finished.stderr
    assert machine.installed() == ["requirements.lock"]
    assert "--require-hashes" in machine.asked.read_text()


def test_a_moved_checkout_still_finds_its_code(machine: Machine) -> None:
    machine.with_uv()
    machine.teruji("demo")
    machine.root = machine.root.rename(machine.root.with_name("moved"))
    assert machine.teruji("demo").returncode == 0
    assert machine.installed() == ["requirements.lock"]


def test_without_a_python_that_runs_it_says_what_is_missing(machine: Machine) -> None:
    (machine.commands / "python3").unlink()
    finished = machine.teruji("demo")
    assert finished.returncode == 1
    assert "Expected Python 3.11 or newer" in finished.stderr


def test_testing_installs_the_tools_and_asks_for_a_browser(machine: Machine) -> None:
    machine.with_uv()
    finished = machine.teruji("test")
    assert machine.installed() == ["requirements.lock", "requirements-dev.lock"]
    assert finished.returncode == 1
    assert "Expected the command 'chromium'" in finished.stderr


def test_testing_asks_for_the_token_of_the_signers_tests(machine: Machine) -> None:
    machine.with_uv()
    machine.command("chromium", "exit 0")
    finished = machine.teruji("test")
    assert finished.returncode == 1
    assert "Expected the command 'softhsm2-util'" in finished.stderr


def test_the_checkouts_own_front_door_opens(tmp_path: Path) -> None:
    finished = subprocess.run(
        [CHECKOUT / "teruji", "--help"],
        cwd=tmp_path,
        env={**os.environ, "TERUJI_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "Usage: " in finished.stdout
