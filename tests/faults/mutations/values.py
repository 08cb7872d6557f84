"""Values of JSON changed: every class of value in every place, members taken away, added, renamed, moved."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

Path = tuple[Any, ...]


def dump(value: Any) -> bytes:
    """Write JSON as a forger may: half surrogates and numbers that are none included."""
    return json.dumps(value, separators=(",", ":")).encode()


def leaves(node: Any, path: Path = ()) -> Iterator[Path]:
    """Return the way to every single value."""
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list) and node:
        for number, value in enumerate(node):
            yield from leaves(value, (*path, number))
    else:
        yield path


def objects(node: Any, path: Path = ()) -> Iterator[Path]:
    """Return the way to every object."""
    if isinstance(node, dict):
        yield path
        for key, value in node.items():
            yield from objects(value, (*path, key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from objects(value, (*path, number))


def at(node: Any, path: Path) -> Any:
    """Return what stands there."""
    for step in path:
        node = node[step]
    return node


def put(node: Any, path: Path, value: Any) -> Any:
    """Return a copy with another value there."""
    if not path:
        return value
    copy = deepcopy(node)
    at(copy, path[:-1])[path[-1]] = value
    return copy


def deep(levels: int) -> Any:
    """Return nested lists."""
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


def another(value: Any, rng: Random) -> Any:
    """Change a value as little as keeps its kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + rng.choice((1, -1, 1000))
    if not isinstance(value, str) or not value:
        return "x"
    place = rng.randrange(len(value))
    sign = value[place]
    if sign.isdigit():
        return value[:place] + str((int(sign) + rng.randrange(1, 10)) % 10) + value[place + 1 :]
    return value[:place] + rng.choice([letter for letter in "abcxyzAZ_-/" if letter != sign]) + value[place + 1 :]


LOOKALIKE = str.maketrans({"a": "\u0430", "e": "\u0435", "o": "\u043e", "i": "\u0456", "A": "\u0391", "-": "\u2010"})

CLASSES: tuple[Callable[[Any, Random], Any], ...] = (
    another,
    another,
    another,
    lambda _old, _rng: None,
    lambda _old, _rng: True,
    lambda _old, _rng: False,
    lambda _old, _rng: 0,
    lambda _old, _rng: -1,
    lambda _old, _rng: 2**64,
    lambda _old, _rng: 10**400,
    lambda _old, _rng: 0.5,
    lambda _old, _rng: float("inf"),
    lambda _old, _rng: float("nan"),
    lambda _old, _rng: "",
    lambda _old, _rng: "x" * 100_000,
    lambda old, _rng: f"{old}\0",
    lambda old, _rng: f"{old}\ud800",
    lambda old, _rng: f"\udfff{old}",
    lambda old, _rng: f"{old}\u202e",
    lambda old, _rng: f" {old}",
    lambda old, _rng: f"{old}\n",
    lambda old, _rng: str(old).translate(LOOKALIKE) + "\u200b",
    lambda old, _rng: str(old).swapcase() + ".",
    lambda _old, _rng: [],
    lambda _old, _rng: {},
    lambda old, _rng: [old, old, "x"],
    lambda old, _rng: {"@value": old},
    lambda old, _rng: {"@id": old},
    lambda old, _rng: {"id": old, "name": "x"},
    lambda old, _rng: [[old]],
    lambda _old, rng: deep(rng.choice((10, 100, 400, 900))),
    lambda _old, _rng: "1970-01-01T00:00:00Z",
    lambda _old, _rng: "9999-12-31T23:59:59+14:00",
    lambda _old, _rng: "0000-00-00T00:00:00Z",
    lambda _old, _rng: "did:web:evil.example:b:las",
    lambda _old, _rng: "https://evil.example/x",
    lambda _old, _rng: "../../../../etc/passwd",
    lambda _old, _rng: "_:b0",
)


def any_value(document: Any, rng: Random) -> Any:
    """Return a document in which one value is of another class, or one member is gone, renamed, added or moved."""
    has_members = any(at(document, path) for path in objects(document))
    match rng.randrange(0 if has_members else 3, 10):
        case 0:
            return without_member(document, rng)
        case 1:
            return renamed_member(document, rng)
        case 2:
            return put(document, (*rng.choice(list(objects(document))), rng.choice(ADDED)), rng.choice(VALUES))
        case 3:
            one, other = rng.sample(list(leaves(document)), 2)
            return put(put(document, one, at(document, other)), other, at(document, one))
        case _:
            path = rng.choice(list(leaves(document)))
            return put(document, path, rng.choice(CLASSES)(at(document, path), rng))


ADDED = (
    "x",
    "@graph",
    "@included",
    "@reverse",
    "@id",
    "@type",
    "@context",
    "id",
    "__proto__",
    "validUntil",
    "proof",
    "",
)
VALUES: tuple[Any, ...] = ("x", "https://evil.example/x", {"x": "y"}, [], {}, None, 1, True, ["VerifiableCredential"])


def without_member(document: Any, rng: Random) -> Any:
    """Take one member of one object away."""
    place = rng.choice([path for path in objects(document) if at(document, path)])
    copy = deepcopy(document)
    node = at(copy, place)
    del node[rng.choice(list(node))]
    return copy


def renamed_member(document: Any, rng: Random) -> Any:
    """Give one member another name, which a reader may drop or take for the same."""
    place = rng.choice([path for path in objects(document) if at(document, path)])
    copy = deepcopy(document)
    node = at(copy, place)
    name = rng.choice(list(node))
    value = node.pop(name)
    node[rng.choice((f"{name}\0", name.upper() + "x", f"@{name}", f" {name}", f"_{name}", f"x:{name}"))] = value
    return copy
