"""Files that mean harm are refused or lose their teeth, within two seconds and 256 MB, and leave nothing behind.

Each is read in a child process with limits that the system enforces (`reader`): processor time, so that a busy
machine does not decide, and no file may be written at all.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.domain.items.build import choice_xml
from tests.domain.items.qti.hostile.archives import ARCHIVES
from tests.domain.items.qti.hostile.documents import DOCUMENTS, Files
from tests.domain.items.qti.hostile.reader import MEGABYTES, SECONDS

CHECKOUT = Path(__file__).parents[5]
FAMILIES = DOCUMENTS | ARCHIVES
ACTS = re.compile(
    r"<(script|style|iframe|object|embed|applet|link|meta|base|form|input|button|foreignObject|animate|set|template)\b"
    r"|<[^>]*\son\w+\s*=|(java|vb)script:|data:text|evil\.example|srcdoc|@import|root:x:|/etc/passwd",
    re.IGNORECASE,
)
HARMLESS = {
    # Nothing is wrong with these once they are read safely: the work they ask for is bounded.
    "rules": {
        "squares",
        "powers",
        "exponents",
        "search-words",
        "search-choices",
        *(f"pattern-{number}" for number in (0, 1, 2, 10)),
    },
    "sizes": {"title"},
    "actions": {"markup-24"},
    "lying": {"comment"},
    "manifests": {"sections-in-a-circle"},
}
Read = Callable[[str, bytes], dict[str, Any]]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the reading process works in, and that must stay empty."""
    return tmp_path_factory.mktemp("working")


@pytest.fixture(scope="module")
def read(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    """Read a file in a process of its own."""
    files = tmp_path_factory.mktemp("files")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.domain.items.qti.hostile.reader"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=empty,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "TMPDIR": str(empty)},
    )

    def one(name: str, data: bytes) -> dict[str, Any]:
        file = files / f"{re.sub(r'[^a-z0-9-]', '', name)[:60]}.bin"
        file.write_bytes(data)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{file}\n")
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(process.stdout.readline())
        file.unlink()
        return answer

    yield one
    process.communicate(timeout=60)


def wrongs(name: str, found: dict[str, Any], harmless: set[str]) -> list[str]:
    """What is wrong with how a file was read."""
    wrong = []
    if found["status"] != 0:
        wrong.append(f"ended with {found['status']}")
    if found["seconds"] > SECONDS:
        wrong.append(f"took {found['seconds']:.1f} s")
    if found["megabytes"] > MEGABYTES:
        wrong.append(f"took {found['megabytes']:.0f} MB")
    for text in (*(word for each in found.get("items", ()) for word in each["words"]), *found.get("held", ())):
        # Quotes in JSON are escaped; markup is looked at as a browser would see it.
        if acts := ACTS.search(text.replace('\\"', '"')):
            wrong.append(f"kept {text[acts.start() : acts.end() + 40]!r}")
    said = found.get("refused") or any(each["reasons"] for each in found.get("items", ()))
    if not said and name not in harmless:
        wrong.append("came in without a word")
    return wrong


@pytest.mark.parametrize("family", FAMILIES)
def test_files_that_mean_harm_do_none(family: str, read: Read, empty: Path) -> None:
    bad = {}
    for name, data in FAMILIES[family]():
        if wrong := wrongs(name, read(name, data), HARMLESS.get(family, set())):
            bad[name] = wrong
    assert bad == {}
    assert list(empty.iterdir()) == []


def test_there_are_more_than_two_hundred_of_them() -> None:
    made: list[Files] = [make() for make in FAMILIES.values()]
    assert sum(1 for files in made for _ in files) > 200


def test_the_limits_hold(read: Read) -> None:
    """The check itself: an ordinary item passes, is whole, and the measuring says something."""
    found = read("good", choice_xml())
    assert found["items"][0]["outcome"] == "imported"
    assert 0 < found["megabytes"] < MEGABYTES
    assert wrongs("good", found, set()) == ["came in without a word"]
