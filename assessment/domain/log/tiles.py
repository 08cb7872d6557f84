"""The log as plain files: tiles of 256 hashes and bundles of 256 entries, and where each of them lies.

Specification: https://c2sp.org/tlog-tiles.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assessment.domain.errors import N_, Invalid
from assessment.domain.log.merkle import HASH_BYTES, Node, node_hash

WIDTH = 256
HEIGHT = 8
LONGEST_ENTRY = 0xFFFF
HIGHEST_LEVEL = 63

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """A tile of hashes at a level (0 = leaves), or with `level` None a bundle of entries; `width` 1 to 256."""

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it lies under the log's address, such as tile/0/x001/x234/067.p/17."""
        digits = f"{self.number:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[place : place + 3] for place in range(0, len(digits), 3)]
        named = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{'entries' if self.level is None else self.level}/{named}{part}"

    @property
    def start(self) -> int:
        """The position, on its own level, of its first hash or entry."""
        return self.number * WIDTH


def read_path(path: str) -> Tile | None:
    """Return which tile or bundle a path under the log's address names; None when it names none."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    level = None if found[1] == "entries" else int(found[1])
    tile = Tile(
        level=level,
        number=int(found[2].replace("/", "").replace("x", "")),
        width=WIDTH if found[3] is None else int(found[3]),
    )
    fits = (level is None or level <= HIGHEST_LEVEL) and tile.path == path
    return tile if fits else None


def width_in(size: int, level: int | None, number: int) -> int:
    """Return how many hashes (or entries) a tile has in a tree of `size` leaves: 0 to 256."""
    return max(0, min(WIDTH, (size >> (HEIGHT * (level or 0))) - number * WIDTH))


def tiles_of(size: int, *, since: int = 0) -> Iterator[Tile]:
    """Yield every tile and bundle that a tree of `size` leaves has and one of `since` leaves had not."""
    yield from _level_of(None, size, since)
    level = 0
    while size >> (HEIGHT * level):
        yield from _level_of(level, size, since)
        level += 1


def _level_of(level: int | None, size: int, since: int) -> Iterator[Tile]:
    count, before = (value >> (HEIGHT * (level or 0)) for value in (size, since))
    for number in range(before // WIDTH, -(-count // WIDTH)):
        width = width_in(size, level, number)
        if width > width_in(since, level, number):
            yield Tile(level=level, number=number, width=width)


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """Write 1 to 256 entries one after another, each after its length in two bytes.

    Raises Invalid for an entry of more than 65,535 bytes.
    """
    for entry in entries:
        if len(entry) > LONGEST_ENTRY:
            raise Invalid(
                N_("An entry of the log has at most %(most)s bytes, got %(got)s."), most=65535, got=len(entry)
            )
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def read_bundle(content: bytes, width: int) -> list[bytes]:
    """Return the entries of a bundle. Raises Invalid when they are not exactly `width` or bytes are left."""
    entries, place = [], 0
    while place < len(content):
        end = place + 2 + int.from_bytes(content[place : place + 2], "big")
        if end > len(content) or len(content) - place < 2:
            break
        entries.append(content[place + 2 : end])
        place = end
    if place != len(content) or len(entries) != width:
        raise Invalid(N_("Expected a bundle of %(width)s entries."), width=width)
    return entries


def read_tile(content: bytes, width: int) -> list[bytes]:
    """Return the hashes of a tile. Raises Invalid when they are not exactly `width`."""
    if len(content) != width * HASH_BYTES:
        raise Invalid(N_("Expected a tile of %(width)s hashes, got %(got)s bytes."), width=width, got=len(content))
    return [content[place : place + HASH_BYTES] for place in range(0, len(content), HASH_BYTES)]


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash of a complete subtree over 1, 2, 4 … 256 hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]


def node_from_tiles(size: int, read: Callable[[Tile], bytes]) -> Node:
    """Return the tree of `size` leaves that lies in tiles; `read` gives a tile's bytes.

    What it returns raises Invalid for a tile that has not its width, and whatever `read` raises.
    """
    known: dict[tuple[int, int], list[bytes]] = {}

    def node(level: int, position: int) -> bytes:
        tile_level, rest = divmod(level, HEIGHT)
        first = position << rest
        number = first // WIDTH
        if (tile_level, number) not in known:
            tile = Tile(level=tile_level, number=number, width=width_in(size, tile_level, number))
            known[tile_level, number] = read_tile(read(tile), tile.width)
        place = first - number * WIDTH
        return fold(known[tile_level, number][place : place + (1 << rest)])

    return node
