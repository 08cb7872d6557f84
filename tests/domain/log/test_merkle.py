"""The tree against the values that the reference implementation of RFC 6962 is tested with.

Source: github.com/transparency-dev/merkle, testonly/constants.go (leaves, subtrees and roots of the trees of 1 to 8
leaves, as published with RFC 6962's first implementation).
"""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.log.merkle import (
    EMPTY_ROOT,
    GrowingTree,
    Node,
    consistency_path,
    inclusion_path,
    leaf_hash,
    new_nodes,
    proves_consistency,
    proves_inclusion,
    tree_root,
)

LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SUBTREES = {
    (0, 1): "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    (0, 7): "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
    (1, 1): "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    (1, 2): "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    (1, 3): "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    (2, 0): "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    (2, 1): "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    (3, 0): "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def grown(entries: list[bytes]) -> Node:
    """A tree kept as a table of its complete subtrees, filled leaf by leaf."""
    table: dict[tuple[int, int], bytes] = {}
    for index, entry in enumerate(entries):
        for level, position, value in new_nodes(index, leaf_hash(entry), lambda *place: table[place]):
            table[level, position] = value
    return lambda level, position: table[level, position]


def test_the_roots_are_the_published_ones() -> None:
    node, growing = grown(LEAVES), GrowingTree()
    assert EMPTY_ROOT.hex() == ROOTS[0] == growing.root().hex()
    for size in range(1, 9):
        growing.add(leaf_hash(LEAVES[size - 1]))
        assert tree_root(size, node).hex() == ROOTS[size] == growing.root().hex()


@pytest.mark.parametrize("place", SUBTREES)
def test_the_subtrees_are_the_published_ones(place: tuple[int, int]) -> None:
    assert grown(LEAVES)(*place).hex() == SUBTREES[place]


def test_inclusion_paths_are_made_of_the_published_subtrees() -> None:
    """The path of the third leaf of eight runs over the fourth leaf, the first pair and the second half."""
    node = grown(LEAVES)
    path = inclusion_path(2, 8, node)
    assert [step.hex() for step in path] == [
        "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        SUBTREES[2, 1],
    ]


def test_consistency_paths_are_made_of_the_published_subtrees() -> None:
    """From 6 to 8 leaves: the last pair of the old tree, the pair beside it, the first half; from 4 the second half."""
    node = grown(LEAVES)
    assert [step.hex() for step in consistency_path(6, 8, node)] == [
        SUBTREES[1, 2],
        SUBTREES[1, 3],
        SUBTREES[2, 0],
    ]
    assert [step.hex() for step in consistency_path(4, 8, node)] == [SUBTREES[2, 1]]


@given(st.integers(1, 70), st.data())
def test_every_leaf_is_proved_at_its_own_place_only(size: int, data: st.DataObject) -> None:
    entries = [str(index).encode() for index in range(size)]
    node = grown(entries)
    index = data.draw(st.integers(0, size - 1))
    path, root = inclusion_path(index, size, node), tree_root(size, node)
    assert proves_inclusion(leaf_hash(entries[index]), index, size, path, root)
    assert not proves_inclusion(leaf_hash(b"another"), index, size, path, root)
    assert not proves_inclusion(leaf_hash(entries[index]), index, size, [*path, bytes(32)], root)
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        assert not proves_inclusion(leaf_hash(entries[index]), other, size, path, root)
    for place in range(len(path)):
        assert not proves_inclusion(leaf_hash(entries[index]), index, size, path[:place] + path[place + 1 :], root)


@given(st.integers(0, 70), st.integers(0, 70))
def test_every_earlier_tree_is_proved_and_no_other(one: int, two: int) -> None:
    old, new = sorted((one, two))
    node = grown([str(index).encode() for index in range(new)])
    path, roots = consistency_path(old, new, node), (tree_root(old, node), tree_root(new, node))
    assert proves_consistency(old, roots[0], new, roots[1], path)
    forged = sha256(b"another history").digest()
    assert not proves_consistency(old, forged, new, roots[1], path)
    if old:
        assert not proves_consistency(old, roots[0], new, forged, path)
    assert not proves_consistency(new + 1, roots[1], new, roots[1], path)
    for place in range(len(path)):
        changed = [*path[:place], forged, *path[place + 1 :]]
        assert not proves_consistency(old, roots[0], new, roots[1], changed)


def test_a_place_outside_of_the_tree_has_no_proof() -> None:
    node = grown(LEAVES)
    with pytest.raises(ValueError, match="below 8"):
        inclusion_path(8, 8, node)
    with pytest.raises(ValueError, match="up to 8"):
        consistency_path(9, 8, node)
    assert not proves_inclusion(leaf_hash(LEAVES[0]), 0, 0, [], EMPTY_ROOT)
