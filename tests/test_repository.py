"""What lies in the repository: nothing of one machine, nothing generated, and what it says of itself holds."""

import ast
import re
import subprocess
import tomllib
from hashlib import sha256
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath

import click
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from assessment.cli import main

CHECKOUT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")

# In pieces, so that this file does not find itself.
FOREIGN = re.compile(
    "|".join(
        (
            r"/(?:root|Users)/",
            r"/home/\w+/",
            r"/(?:work)/(?:main|shared|plan)",
            r"/opt/pypi",
            r"pypi\.(?:org|io)",
            r"(?:files\.)python(?:hosted)",
            r"registry\.(?:npmjs|yarnpkg)",
            r"(?:deb|ftp)\.debian\.org",
        )
    )
)
GENERATED = ("*.pyc", "*.mo", "*.sqlite*", "*.egg-info", "*.log", "uv.lock", ".DS_Store")
GENERATED_FOLDERS = {"__pycache__", "node_modules", ".venv", "instance", "dist", "build"}
VENDORED = ("*.woff2", "*.ttf", "*.otf", "*.min.js", "*.min.css")
HASHES = "SHA256SUMS"


def tracked() -> list[PurePosixPath]:
    """Every file that git knows and that is there."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={CHECKOUT}", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, check=True
    )
    names = [PurePosixPath(name) for name in listed.stdout.decode().split("\0") if name]
    return [name for name in names if (CHECKOUT / name).is_file()]


def test_no_file_names_a_machine_or_a_package_host() -> None:
    found = []
    for name in tracked():
        content = (CHECKOUT / name).read_bytes()
        if b"\0" in content or name == PurePosixPath("tests/test_repository.py"):
            continue
        for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
            if match := FOREIGN.search(line):
                found.append(f"{name}:{number}: {match[0]}")
    assert found == []


def test_nothing_generated_is_tracked() -> None:
    found = [
        str(name)
        for name in tracked()
        if any(name.match(pattern) for pattern in GENERATED) or GENERATED_FOLDERS & set(name.parts)
    ]
    assert found == []


def test_what_others_made_is_listed_with_its_hash() -> None:
    names = set(tracked())
    listed = set()
    for sums in (name for name in names if name.name == HASHES):
        for line in (CHECKOUT / sums).read_text().splitlines():
            expected, _, file = line.partition("  ")
            listed.add(sums.parent / file)
            assert sha256((CHECKOUT / sums.parent / file).read_bytes()).hexdigest() == expected, file
    unlisted = [str(name) for name in names - listed if any(name.match(pattern) for pattern in VENDORED)]
    assert unlisted == [], f"Expected each of them in a {HASHES} file beside it."


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash_and_no_address(lock: str) -> None:
    text = (CHECKOUT / lock).read_text()
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    wanted = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-dev.lock": project["dependency-groups"]["dev"],
    }
    for lock, texts in wanted.items():
        pins = locked(lock)
        for requirement in map(Requirement, texts):
            name = canonicalize_name(requirement.name)
            assert name in pins, f"{name} is missing in {lock}: lock again."
            assert pins[name] in requirement.specifier, f"{name}=={pins[name]} does not satisfy {requirement}."


def test_both_locks_agree() -> None:
    runtime, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {name: dev[name] for name in runtime.keys() & dev} == {name: runtime[name] for name in runtime.keys() & dev}


# What another dependency imports without asking for it: uvicorn.protocols.http.httptools_impl.
NEEDED_BY_OTHERS = {"httptools"}


def test_every_dependency_is_used() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    imported = set()
    for file in (CHECKOUT / "assessment").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    provided: dict[str, set[str]] = {}
    for module, distributions in packages_distributions().items():
        for name in distributions:
            provided.setdefault(canonicalize_name(name), set()).add(module)
    wanted = {canonicalize_name(Requirement(text).name) for text in project["dependencies"]}
    unused = {name for name in wanted if not provided[name] & imported} - NEEDED_BY_OTHERS
    assert unused == set(), "Delete what nothing uses, and lock again."


def locked(lock: str) -> dict[str, str]:
    """The version of each package in a lock."""
    lines = re.findall(r"^([\w.-]+)(?:\[.*?\])?==([^\s;]+)", (CHECKOUT / lock).read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in lines}


def test_every_command_in_the_readme_exists() -> None:
    commands = [
        found.strip() for found in re.findall(r"\./teruji ([a-z][a-z -]*)", (CHECKOUT / "README.md").read_text())
    ]
    assert "demo " in " ".join(commands) + " "
    assert "test" in commands
    unknown = []
    root = click.Context(main)
    for text in commands:
        command, *rest = text.split()
        found = main.get_command(root, command)
        known = command == "test" or found is not None
        nested = getattr(found, "commands", None)
        if nested is not None and rest:
            known = rest[0] in nested
        if not known:
            unknown.append(text)
    assert unknown == []


def test_every_file_and_folder_that_the_readme_names_exists() -> None:
    text = (CHECKOUT / "README.md").read_text()
    named = re.findall(r"\]\((?!\w+:)([^)#]+)", text) + re.findall(
        r"`((?:assessment|docs|tests|templates)/[\w./-]*)`", text
    )
    assert [name for name in named if not (CHECKOUT / name).exists()] == []
