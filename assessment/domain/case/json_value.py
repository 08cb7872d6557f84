"""JSON as it must be before a package is read from it: within limits, nothing lost, nothing unstorable.

Members that stand twice, numbers that are not finite, NUL and lone surrogates are refused with the path.
"""

import json
import math
import re
from typing import Any

from assessment.domain.errors import N_, Invalid

MAXIMUM_BYTES = 20 * 1024 * 1024
MAXIMUM_DEPTH = 64

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def load(content: bytes) -> Any:
    """Return the JSON value. Raises Invalid, with the JSON path where there is one, for anything else."""
    if len(content) > MAXIMUM_BYTES:
        raise Invalid(N_("Expected at most %(limit)s bytes, got %(got)s."), limit=MAXIMUM_BYTES, got=len(content))
    try:
        value = json.loads(content, object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise Invalid(N_("Expected a file of JSON, got something else: %(detail)s."), detail=error) from error
    _check(value)
    return value


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise Invalid(N_("Expected each member of an object once, got %(member)s twice."), member=twice[:80])
    return found


def _constant(name: str) -> Any:
    raise Invalid(N_("Expected a finite number, got %(got)s."), got=name)


def _check(value: Any) -> None:
    waiting: list[tuple[str, int, Any]] = [("$", 0, value)]
    while waiting:
        path, depth, current = waiting.pop()
        if depth > MAXIMUM_DEPTH:
            raise Invalid(
                N_("%(path)s: expected at most %(limit)s levels, got more."), path=path[:80], limit=MAXIMUM_DEPTH
            )
        match current:
            case dict():
                for name in current:
                    if _UNSTORABLE.search(name):
                        raise _unstorable(path)
                waiting += [(f"{path}.{name}", depth + 1, member) for name, member in current.items()]
            case list():
                waiting += [(f"{path}[{index}]", depth + 1, member) for index, member in enumerate(current)]
            case str():
                if _UNSTORABLE.search(current):
                    raise _unstorable(path)
            case float():
                if not math.isfinite(current):
                    raise Invalid(N_("%(path)s: expected a finite number, got %(got)s."), path=path, got=current)


def _unstorable(path: str) -> Invalid:
    return Invalid(N_("%(path)s: expected text without NUL and lone surrogates, got one."), path=path)
