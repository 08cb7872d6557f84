"""A process that reads hostile files one after the other, each in a child of its own within limits.

Run as a module. A line on standard input is the path of a file; the line that answers is JSON: what was reported of
its items, what is in their words, the seconds of processor time and the megabytes that the child took. A child that
writes a file is killed by the system, and so is one that takes more than two seconds of processor time.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from assessment.domain.errors import Refusal
from assessment.domain.items.item_json import text_to_json
from assessment.domain.items.qti.evaluate import Given, correct_responses, evaluate, evaluate_file
from assessment.domain.items.qti.package import read_package

SECONDS = 2
MEGABYTES = 256


def read(path: Path) -> dict[str, Any]:
    """Read a file as an import does, and score what could be read."""
    data = path.read_bytes()
    try:
        report = read_package(data, name=path.name)
    except Refusal as refusal:
        return {"refused": str(refusal), "items": []}
    items = []
    for each in report.items:
        words = [json.dumps(text_to_json(text), ensure_ascii=False) for text in each.texts]
        if each.item is not None:
            evaluate(each.item, {})
            evaluate(each.item, correct_responses_of(each.item))
        items.append(
            {
                "outcome": each.outcome.value,
                "reasons": [str(reason) for reason in (*each.reasons, *report.reasons)],
                "identifier": each.identifier,
                "words": words,
            }
        )
    if not data.startswith(b"PK"):
        evaluate_file(path.name, data, {"RESPONSE": "a" * 4096})
        evaluate_file(path.name, data, Given.CORRECT)
    held = [bytes(report.contents[digest]).decode("latin-1") for each in report.items for digest in digests_of(each)]
    return {"refused": None, "items": items, "held": held}


def correct_responses_of(item: Any) -> dict[str, Any]:
    """Return the correct responses, none where the item does not say."""
    try:
        return dict(correct_responses(item))
    except Refusal:
        return {}


def digests_of(report: Any) -> set[str]:
    """Return the files that an item's words name."""
    return {file.digest for text in report.texts for file in text.files}


def read_within_limits(path: Path) -> dict[str, Any]:
    """Read a file in a child; its answer, or that it was killed, and what it took."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        os.close(1)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        status = 1
        try:
            answer = json.dumps(read(path)).encode()
            while answer:
                answer = answer[os.write(theirs, answer) :]
            status = 0
        finally:
            os._exit(status)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        answered = pipe.read()
    _, status, used = os.wait4(child, 0)
    found: dict[str, Any] = json.loads(answered) if answered else {}
    return found | {
        "status": status,
        "seconds": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss / 1024,
    }


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(read_within_limits(Path(line.rstrip("\n")))), flush=True)
