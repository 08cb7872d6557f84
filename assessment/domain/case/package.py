"""A competency standard read from a CASE package: its tree, what stands beside it, and what was odd.

Every object of the package is kept as it arrived, so that writing gives the same back. The tree holds one
node per competency: translations are merged into the node they translate, and an older item that another
one of the package replaces is an alias of that one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Raw = Mapping[str, Any]


class NodeKind(StrEnum):
    """What a node of the tree is: unit kompetensi, elemen, kriteria unjuk kerja, or something else."""

    UNIT = "unit"
    ELEMENT = "element"
    CRITERION = "criterion"
    OTHER = "other"


class OddityKind(StrEnum):
    """What was unusual and taken nevertheless."""

    DUPLICATE_SAME = "duplicate_same"
    DUPLICATE_DIFFERENT = "duplicate_different"
    DUPLICATE_ASSOCIATION = "duplicate_association"
    NO_PARENT = "no_parent"
    PARENT_OUTSIDE = "parent_outside"
    CHILD_OUTSIDE = "child_outside"
    SEVERAL_PARENTS = "several_parents"
    CYCLE = "cycle"
    OUTSIDE_OF_UNIT = "outside_of_unit"
    END_OUTSIDE = "end_outside"
    NO_SEQUENCE = "no_sequence"
    SAME_SEQUENCE = "same_sequence"
    PACKAGE_ADDRESS = "package_address"
    LINK_AS_TEXT = "link_as_text"
    MEMBER_MISSING = "member_missing"
    EMPTY_STATEMENT = "empty_statement"
    LONG_STATEMENT = "long_statement"
    MARKUP = "markup"
    UNKNOWN_TYPE = "unknown_type"
    TRANSLATION_OUTSIDE = "translation_outside"
    TRANSLATION_CLASH = "translation_clash"
    TRANSLATION_CYCLE = "translation_cycle"
    ALIAS_WITHOUT_CODE = "alias_without_code"
    UNKNOWN_ASSOCIATION = "unknown_association"


@dataclass(frozen=True, kw_only=True, slots=True)
class Oddity:
    """One thing that was odd. `identifier`: of the object; `message` has places that `values` fill, and is
    marked for translation.
    """

    kind: OddityKind
    identifier: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The message in English."""
        return self.message % self.values if self.values else self.message


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One competency in its place.

    `key`: its identifier, or identifier#2 where the package gave one identifier to different items;
    `parent`: key of the parent, None for the document; `position`: 0, 1, … in printed order over the whole
    tree, a parent before its children; `texts`: language -> statement, its own language first.
    """

    key: str
    identifier: str
    parent: str | None
    kind: NodeKind
    code: str
    number: str
    position: int
    language: str
    texts: Mapping[str, str]
    raw: Raw


@dataclass(frozen=True, kw_only=True, slots=True)
class Association:
    """One association in file order; `origin` and `destination` are identifiers as the package gives them."""

    position: int
    kind: str
    origin: str
    destination: str
    raw: Raw


@dataclass(frozen=True, kw_only=True, slots=True)
class Alias:
    """An older code of a node."""

    key: str
    code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A whole package. `document` and every `raw` are as they arrived; `rest` (a JSON value) holds all other
    members and the layout that `write` needs; `nodes` stand in printed order.
    """

    identifier: str
    title: str
    creator: str
    language: str
    case_version: str
    document: Raw
    nodes: tuple[Node, ...]
    associations: tuple[Association, ...]
    aliases: tuple[Alias, ...]
    rest: Raw
    oddities: tuple[Oddity, ...]
