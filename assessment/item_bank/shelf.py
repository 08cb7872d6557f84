"""Uploaded packages and reports of imports, kept as files by digest and readable by their own body only.

A file begins with one line of JSON that says whose it is and what it is; the digest covers that line, so that
two bodies never share a file and no other file of the store can be taken for one of these.
"""

import json
from dataclasses import dataclass
from typing import Any

from assessment.domain.errors import N_, NotFound
from assessment.domain.items.qti.package import ImportOutcome
from assessment.domain.items.qti.reason import Reason
from assessment.item_bank.service import Change, ImportLine
from assessment.item_bank.tables import ItemUse
from assessment.storage import Storage

VERSION = 1
MARK = b"teruji item bank "


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """An uploaded file, what it was called, and the use that its new items are to get."""

    name: str
    use: ItemUse
    content: bytes


def keep_package(storage: Storage, body_id: str, package: Package) -> str:
    """Keep an uploaded file and return its digest."""
    return _keep(storage, body_id, "package", {"name": package.name[:200], "use": package.use.value}, package.content)


def get_package(storage: Storage, body_id: str, digest: str) -> Package:
    """Return an uploaded file of this body. Raises NotFound."""
    head, content = _get(storage, body_id, "package", digest)
    return Package(name=head["name"], use=ItemUse(head["use"]), content=content)


def keep_report(storage: Storage, body_id: str, name: str, lines: list[ImportLine]) -> str:
    """Keep the report of an import and return its digest."""
    content = json.dumps([_line_to_json(line) for line in lines], ensure_ascii=False).encode()
    return _keep(storage, body_id, "report", {"name": name[:200]}, content)


def get_report(storage: Storage, body_id: str, digest: str) -> tuple[str, list[ImportLine]]:
    """Return the name of the imported file and its report. Raises NotFound."""
    head, content = _get(storage, body_id, "report", digest)
    return head["name"], [_line_from_json(line) for line in json.loads(content)]


def _keep(storage: Storage, body_id: str, kind: str, head: dict[str, Any], content: bytes) -> str:
    line = json.dumps({"v": VERSION, "body": body_id, "kind": kind, **head}, ensure_ascii=False, sort_keys=True)
    return storage.put(MARK + line.encode() + b"\n" + content)


def _get(storage: Storage, body_id: str, kind: str, digest: str) -> tuple[dict[str, Any], bytes]:
    stored = storage.get(digest)
    line, found, content = stored.partition(b"\n")
    head: dict[str, Any] = json.loads(line.removeprefix(MARK)) if line.startswith(MARK) and found else {}
    if (head.get("v"), head.get("body"), head.get("kind")) != (VERSION, body_id, kind):
        raise NotFound(N_("There is no such page."))
    return head, content


def _line_to_json(line: ImportLine) -> dict[str, Any]:
    return {
        "file": line.file,
        "identifier": line.identifier,
        "title": line.title,
        "outcome": line.outcome.value,
        "change": line.change.value,
        "reasons": [
            {
                "message": reason.message,
                "values": {name: str(value) for name, value in reason.values.items()},
                "lost": reason.lost,
                "file": reason.file,
            }
            for reason in line.reasons
        ],
    }


def _line_from_json(value: dict[str, Any]) -> ImportLine:
    return ImportLine(
        file=value["file"],
        identifier=value["identifier"],
        title=value["title"],
        outcome=ImportOutcome(value["outcome"]),
        change=Change(value["change"]),
        reasons=tuple(Reason(**reason) for reason in value["reasons"]),
    )
