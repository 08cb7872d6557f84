"""Tiles: paths and counts as https://c2sp.org/tlog-tiles gives them, and a tree rebuilt from its tiles."""

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.log.merkle import leaf_hash, tree_root
from assessment.domain.log.tiles import (
    Tile,
    fold,
    node_from_tiles,
    read_bundle,
    read_path,
    read_tile,
    tiles_of,
    width_in,
    write_bundle,
)
from tests.domain.log.test_merkle import grown


def test_paths_are_those_of_the_specification() -> None:
    assert Tile(level=0, number=1234067).path == "tile/0/x001/x234/067"
    assert Tile(level=2, number=0, width=1).path == "tile/2/000.p/1"
    assert Tile(level=None, number=273, width=112).path == "tile/entries/273.p/112"


def test_a_tree_of_70000_has_the_tiles_of_the_specification() -> None:
    tiles = [tile for tile in tiles_of(70_000) if tile.level is not None]
    assert sum(tile.level == 0 and tile.width == 256 for tile in tiles) == 273
    assert [tile.path for tile in tiles if tile.width < 256 or tile.level != 0] == [
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert [tile.path for tile in tiles_of(256)] == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]


def test_only_what_a_growing_tree_adds_is_listed() -> None:
    assert [tile.path for tile in tiles_of(258, since=255)] == [
        "tile/entries/000",
        "tile/entries/001.p/2",
        "tile/0/000",
        "tile/0/001.p/2",
        "tile/1/000.p/1",
    ]
    assert list(tiles_of(258, since=258)) == []


@pytest.mark.parametrize(
    "path",
    [
        "tile/00/000",
        "tile/64/000",
        "tile/0/0",
        "tile/0/x000/000",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/../000",
        "tile/entries/1000",
        "tile/0/000/",
        "checkpoint",
        "",
    ],
)
def test_a_path_in_no_tile_is_none(path: str) -> None:
    assert read_path(path) is None


@pytest.mark.parametrize("tile", [Tile(level=0, number=1_000_000), Tile(level=None, number=999, width=3)])
def test_a_path_is_read_as_it_was_written(tile: Tile) -> None:
    assert read_path(tile.path) == tile


def test_a_bundle_is_read_as_it_was_written_and_not_when_cut() -> None:
    entries = [b"", b"one", bytes(65_535)]
    content = write_bundle(entries)
    assert read_bundle(content, 3) == entries
    for cut in (content[:-1], content + b"\0", content[:1]):
        with pytest.raises(Invalid):
            read_bundle(cut, 3)
    with pytest.raises(Invalid):
        read_bundle(content, 2)
    with pytest.raises(Invalid):
        write_bundle([bytes(65_536)])
    with pytest.raises(Invalid):
        read_tile(bytes(31), 1)


@pytest.mark.parametrize("size", [1, 5, 255, 256, 257, 700])
def test_a_tree_is_rebuilt_from_its_tiles(size: int) -> None:
    node = grown([str(index).encode() for index in range(size)])
    files = {
        tile.path: b"".join(node(8 * tile.level, tile.start + place) for place in range(tile.width))
        for tile in tiles_of(size)
        if tile.level is not None
    }
    rebuilt = node_from_tiles(size, lambda tile: files[tile.path])
    assert tree_root(size, rebuilt) == tree_root(size, node)
    assert width_in(size, 0, size // 256) == size % 256


def test_folding_is_the_hash_of_a_complete_subtree() -> None:
    node = grown([str(index).encode() for index in range(8)])
    assert fold([leaf_hash(str(index).encode()) for index in range(8)]) == node(3, 0)
