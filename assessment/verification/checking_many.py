"""Checking many at once: what to check comes one after another, and the public files are fetched once.

Nothing grows with the number of certificates but the names of one folder.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assessment.domain.errors import Invalid
from assessment.verification.arriving import LARGEST_FILE, LARGEST_JSON, too_large
from assessment.verification.published import Fetch

LINES = ".jsonl"
PROOF = ".tlog-proof"
LONGEST_PATH = 1024
LONGEST_NAME = 200
MOST_FILES = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """One thing to check: its name, what stands in it, and the proof of its entry in the log that lies beside it.

    `refused` says why its content was not read.
    """

    name: str
    content: bytes = b""
    proof: bytes | None = None
    refused: Invalid | None = None


def is_file(place: str) -> bool:
    """Say whether an argument names a file that is there; the digits of a code alone are longer than a name may be."""
    return _is(Path.is_file, place)


def is_many(places: Sequence[str]) -> bool:
    """Say whether more than one certificate is meant: several places, a folder, or a file of lines."""
    first = places[0]
    return len(places) > 1 or _is(Path.is_dir, first) or (is_file(first) and first.endswith(LINES))


def subjects_in(places: Sequence[str]) -> Iterator[Subject]:
    """Yield what stands in files, in the files of folders and below, and in the lines of `.jsonl` files.

    A place that is none of these is taken for a text.
    """
    for place in places:
        if _is(Path.is_dir, place):
            for folder, folders, names in os.walk(place):
                folders.sort()
                for name in sorted(names):
                    if not name.endswith(PROOF):
                        yield from _file(Path(folder) / name)
        elif is_file(place):
            yield from _file(Path(place))
        else:
            yield Subject(name=place[:LONGEST_NAME], content=place.encode(errors="replace"))


def remembered(fetch: Fetch) -> Fetch:
    """Return how a path is read once, and told again from memory; as many as a register has bodies and lists."""
    known: dict[str, bytes | None] = {}

    def fetch_once(path: str) -> bytes | None:
        if path not in known:
            if len(known) >= MOST_FILES:
                known.clear()
            known[path] = fetch(path)
        return known[path]

    return fetch_once


def read_proof(file: Path) -> bytes | None:
    """Return the proof that lies beside a file, None where there is none."""
    beside = file.with_suffix(PROOF)
    if not beside.is_file():
        return None
    with beside.open("rb") as handle:
        return handle.read(LARGEST_FILE)


def _file(file: Path) -> Iterator[Subject]:
    if file.suffix == LINES:
        yield from _lines(file)
        return
    with file.open("rb") as handle:
        content = handle.read(LARGEST_FILE + 1)
    yield Subject(name=str(file), content=content, proof=read_proof(file))


def _lines(file: Path) -> Iterator[Subject]:
    """Yield each line that is not empty; of one that is too long, no more than its number."""
    with file.open("rb") as handle:
        number = 0
        while line := handle.readline(LARGEST_JSON + 1):
            number += 1
            name = f"{file}:{number}"
            if len(line) <= LARGEST_JSON:
                if line.strip():
                    yield Subject(name=name, content=line.strip())
                continue
            size = len(line)
            while line and not line.endswith(b"\n"):
                line = handle.readline(LARGEST_JSON)
                size += len(line)
            yield Subject(name=name, refused=too_large(size, LARGEST_JSON))


def _is(kind: Callable[[Path], bool], place: str) -> bool:
    if not 0 < len(place) < LONGEST_PATH or "\0" in place:
        return False
    try:
        return kind(Path(place))
    except OSError:
        return False
