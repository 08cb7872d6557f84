"""What an export needs beside the rows, and every oddity, folded small before it is stored.

The row of a standard is written, and its digest computed, under the database's write lock; both take as long
as the row is large. So what only an export and one page read (merged translations, doubled items, unknown
members, oddities) is one short text: base64 of zlib of JSON, format version 1.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from assessment.domain.case.package import Oddity, OddityKind
from assessment.domain.errors import N_, Invalid

FORMAT_VERSION = 1


def pack(rest: Mapping[str, Any], oddities: Iterable[Oddity]) -> dict[str, Any]:
    """Return the value of the column `rest`: {v, packed}."""
    content = {
        "rest": dict(rest),
        "oddities": [
            {
                "kind": oddity.kind.value,
                "identifier": oddity.identifier,
                "message": oddity.message,
                "values": dict(oddity.values),
            }
            for oddity in oddities
        ],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return {"v": FORMAT_VERSION, "packed": b64encode(zlib.compress(text.encode())).decode("ascii")}


def unpack(stored: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Oddity, ...]]:
    """Return the layout that an export needs and the oddities, in the order in which they were found.

    Raises Invalid for another format version.
    """
    if stored.get("v") != FORMAT_VERSION:
        raise Invalid(N_("Expected a stored standard of format version 1, got %(got)s."), got=stored.get("v"))
    content = json.loads(zlib.decompress(b64decode(stored["packed"])))
    return content["rest"], tuple(
        Oddity(
            kind=OddityKind(entry["kind"]),
            identifier=entry["identifier"],
            message=entry["message"],
            values=entry["values"],
        )
        for entry in content["oddities"]
    )


def summary(oddities: Iterable[Oddity]) -> list[dict[str, Any]]:
    """Return the value of the column `oddities`: how many of each kind, [{kind, count}] as they appeared."""
    counts: dict[str, int] = {}
    for oddity in oddities:
        counts[oddity.kind.value] = counts.get(oddity.kind.value, 0) + 1
    return [{"kind": kind, "count": count} for kind, count in counts.items()]
