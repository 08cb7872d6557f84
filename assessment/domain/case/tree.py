"""From items and associations to a tree: parents, order, kinds, translations and aliases.

Everything that the package leaves open is settled here by one published rule each, and reported. No item
leaves the tree but a translation (merged into what it translates) and an item without children that another
item of the package replaces (an alias of that one).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assessment.domain.case.item_terms import BELOW, TYPES, code_of, linked_code, natural, text_of, type_of
from assessment.domain.case.package import Alias, Association, Node, NodeKind, Oddity, OddityKind, Raw
from assessment.domain.errors import N_, Invalid

MAXIMUM_DEPTH = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A CFItem with its key; `index`: its place in the file."""

    key: str
    identifier: str
    index: int
    language: str
    raw: Raw


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """The nodes in printed order, the aliases, and what was odd."""

    nodes: tuple[Node, ...]
    aliases: tuple[Alias, ...]
    oddities: tuple[Oddity, ...]


def build(*, document_identifier: str, items: Iterable[Item], associations: Iterable[Association]) -> Tree:
    """Return the tree of a package. Raises Invalid when it is deeper than 32 levels."""
    building = _Building(document=document_identifier, items=list(items), associations=list(associations))
    building.merge_translations()
    building.find_parents()
    building.cut_cycles()
    building.find_aliases()
    building.check_ends()
    return building.tree()


@dataclass(kw_only=True, slots=True)
class _Building:
    document: str
    items: list[Item]
    associations: list[Association]
    # first item of each identifier: associations mean it
    known: dict[str, Item] = field(default_factory=dict)
    # key of a translation -> key of what it translates
    original: dict[str, str] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    # key -> key of its parent; None is the document
    parents: dict[str, str | None] = field(default_factory=dict)
    sequence: dict[str, Any] = field(default_factory=dict)
    aliases: list[Alias] = field(default_factory=list)
    alias_items: set[str] = field(default_factory=set)
    oddities: list[Oddity] = field(default_factory=list)

    def __post_init__(self) -> None:
        for item in self.items:
            self.known.setdefault(item.identifier, item)

    def odd(self, kind: OddityKind, identifier: str, message: str, /, **values: object) -> None:
        self.oddities.append(Oddity(kind=kind, identifier=identifier, message=message, values=values))

    def of_kind(self, kind: str) -> Iterable[Association]:
        return (association for association in self.associations if association.kind == kind)

    def merge_translations(self) -> None:
        """Origin is a translation of destination: its text joins the node that it translates at last."""
        leads_to: dict[str, str] = {}
        for association in self.of_kind("isTranslationOf"):
            origin, destination = self.known.get(association.origin), self.known.get(association.destination)
            if origin is None or destination is None:
                if {association.origin, association.destination} != {self.document}:
                    self.odd(
                        OddityKind.TRANSLATION_OUTSIDE,
                        association.origin,
                        N_("A translation needs what it translates in the package; %(outside)s is outside."),
                        outside=association.origin if origin is None else association.destination,
                    )
                continue
            leads_to.setdefault(origin.key, destination.key)
        by_key = {item.key: item for item in self.items}
        self.texts = {item.key: {item.language: item.raw["fullStatement"]} for item in self.items}
        for key, end in _ends(leads_to).items():
            if end is None:
                self.odd(
                    OddityKind.TRANSLATION_CYCLE,
                    by_key[key].identifier,
                    N_("These items translate each other in a circle; each stays an item of its own."),
                )
                continue
            self.original[key] = end
            item = by_key[key]
            if item.language in self.texts[end]:
                self.odd(
                    OddityKind.TRANSLATION_CLASH,
                    item.identifier,
                    N_("%(original)s has a text in %(language)s already; the first is shown, both are kept."),
                    original=by_key[end].identifier,
                    language=item.language,
                )
            else:
                self.texts[end][item.language] = item.raw["fullStatement"]

    def find_parents(self) -> None:
        given: dict[str, list[Association]] = {}
        for association in self.of_kind("isChildOf"):
            if association.origin not in self.known:
                self.odd(
                    OddityKind.CHILD_OUTSIDE,
                    association.origin,
                    N_("A child of %(parent)s does not stand in the package; the association is kept."),
                    parent=association.destination,
                )
            given.setdefault(association.origin, []).append(association)
        for item in self.items:
            if item.key not in self.original:
                self._find_parent(item, given.get(item.identifier, []))

    def _find_parent(self, item: Item, given: list[Association]) -> None:
        inside = [
            association
            for association in given
            if association.destination == self.document or association.destination in self.known
        ]
        if not given:
            self.odd(OddityKind.NO_PARENT, item.identifier, N_("The item has no parent; it hangs on the document."))
        for association in given:
            if association not in inside:
                self.odd(
                    OddityKind.PARENT_OUTSIDE,
                    item.identifier,
                    N_("The parent %(parent)s does not stand in the package."),
                    parent=association.destination,
                )
        if len({association.destination for association in inside}) > 1:
            self.odd(
                OddityKind.SEVERAL_PARENTS,
                item.identifier,
                N_("The item has %(count)s parents; it stands under the first, %(parent)s."),
                count=len({association.destination for association in inside}),
                parent=inside[0].destination,
            )
        self.parents[item.key] = None
        if inside:
            self.sequence[item.key] = inside[0].raw.get("sequenceNumber")
            if inside[0].destination != self.document:
                parent = self.known[inside[0].destination].key
                self.parents[item.key] = self.original.get(parent, parent)

    def cut_cycles(self) -> None:
        by_key = {item.key: item for item in self.items}
        settled: set[str] = set()
        for start in self.parents:
            way: dict[str, None] = {}
            key: str | None = start
            while key is not None and key not in settled and key not in way:
                way[key] = None
                key = self.parents[key]
            if key is not None and key in way:
                members = list(way)
                circle = members[members.index(key) :]
                first = min(circle, key=lambda member: by_key[member].index)
                self.parents[first] = None
                self.odd(
                    OddityKind.CYCLE,
                    by_key[first].identifier,
                    N_("%(count)s items are each other's parents; this one hangs on the document."),
                    count=len(circle),
                )
            settled.update(way)

    def find_aliases(self) -> None:
        """Origin was replaced by destination: its code is an alias of the node that destination became."""
        with_children = set(self.parents.values())
        replaced: dict[str, str] = {}
        found: dict[tuple[str, str], None] = {}
        for association in self.of_kind("replacedBy"):
            newer = self.known.get(association.destination)
            if newer is None:
                continue
            older = self.known.get(association.origin)
            code = code_of(older.raw) if older else linked_code(association.raw)
            key = self.original.get(newer.key, newer.key)
            if older is not None and self.original.get(older.key, older.key) == key:
                continue
            if not code:
                self.odd(
                    OddityKind.ALIAS_WITHOUT_CODE,
                    association.origin,
                    N_("The item was replaced by %(newer)s, but its code is not in the package."),
                    newer=association.destination,
                )
            else:
                found[key, code] = None
            if older is not None and code and older.key in self.parents and older.key not in with_children:
                replaced[older.key] = key
        # Items that replace each other in a circle all stay.
        standing = {key: end for key, end in _ends(replaced).items() if end is not None}
        self.alias_items = set(standing)
        self.aliases = [Alias(key=standing.get(key, key), code=code) for key, code in found]

    def check_ends(self) -> None:
        for association in self.associations:
            if association.kind in ("isChildOf", "isTranslationOf"):
                continue
            for end in (association.origin, association.destination):
                if end not in self.known and end != self.document:
                    self.odd(
                        OddityKind.END_OUTSIDE,
                        end,
                        N_("An association %(kind)s leads out of the package; it is kept."),
                        kind=association.kind,
                    )

    def tree(self) -> Tree:
        children: dict[str | None, list[Item]] = {}
        for item in self.items:
            if item.key in self.parents and item.key not in self.alias_items:
                children.setdefault(self.parents[item.key], []).append(item)
        typed = any(type_of(item.raw) in TYPES for item in self.items)
        nodes: list[Node] = []
        waiting: list[tuple[Item, NodeKind | None, bool, int]] = [
            (item, None, False, 1) for item in reversed(self._ordered(None, children.get(None, [])))
        ]
        while waiting:
            item, above, in_unit, depth = waiting.pop()
            if depth > MAXIMUM_DEPTH:
                raise Invalid(
                    N_("Item %(item)s: expected at most %(limit)s levels, got more."),
                    item=item.identifier,
                    limit=MAXIMUM_DEPTH,
                )
            kind = self._kind(item, above, typed=typed)
            if kind in (NodeKind.ELEMENT, NodeKind.CRITERION) and not in_unit:
                self.odd(
                    OddityKind.OUTSIDE_OF_UNIT,
                    item.identifier,
                    N_("The %(kind)s stands outside of any unit."),
                    kind=kind.value,
                )
            nodes.append(self._node(item, kind, len(nodes)))
            below = self._ordered(item.identifier, children.get(item.key, []))
            waiting += [(child, kind, in_unit or kind is NodeKind.UNIT, depth + 1) for child in reversed(below)]
        return Tree(nodes=tuple(nodes), aliases=tuple(self.aliases), oddities=self._reported())

    def _reported(self) -> tuple[Oddity, ...]:
        # An older item that became an alias needs no parent.
        aliases = {item.identifier for item in self.items if item.key in self.alias_items}
        return tuple(
            oddity
            for oddity in self.oddities
            if oddity.kind is not OddityKind.NO_PARENT or oddity.identifier not in aliases
        )

    def _kind(self, item: Item, above: NodeKind | None, *, typed: bool) -> NodeKind:
        name = type_of(item.raw)
        if name in TYPES:
            return TYPES[name]
        if typed and name:
            self.odd(
                OddityKind.UNKNOWN_TYPE,
                item.identifier,
                N_("Expected the type Unit, Elemen or KUK, got %(got)s."),
                got=name,
            )
            return NodeKind.OTHER
        return BELOW[above]

    def _node(self, item: Item, kind: NodeKind, position: int) -> Node:
        return Node(
            key=item.key,
            identifier=item.identifier,
            parent=self.parents[item.key],
            kind=kind,
            code=code_of(item.raw),
            number=text_of(item.raw, "listEnumeration"),
            position=position,
            language=item.language,
            texts=self.texts[item.key],
            raw=item.raw,
        )

    def _ordered(self, parent: str | None, siblings: list[Item]) -> list[Item]:
        """Sort siblings: by sequence number where all have one, else by enumeration, code or file order."""
        if len(siblings) < 2:
            return siblings
        numbers = [self.sequence.get(item.key) for item in siblings]
        name = parent or self.document
        if all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers):
            if len(set(numbers)) < len(numbers):
                self.odd(
                    OddityKind.SAME_SEQUENCE,
                    name,
                    N_("Children have the same sequence number; they keep the order of the file."),
                )
            return sorted(siblings, key=lambda item: (self.sequence[item.key], item.index))
        by = "file"
        ordered = siblings
        for member in ("listEnumeration", "humanCodingScheme"):
            if all(text_of(item.raw, member) for item in siblings):
                by = member
                ordered = sorted(siblings, key=lambda item: (natural(text_of(item.raw, by)), item.index))
                break
        self.odd(
            OddityKind.NO_SEQUENCE,
            name,
            N_("Children have no sequence numbers; they are ordered by %(by)s."),
            by=by,
        )
        return ordered


def _ends(leads_to: Mapping[str, str]) -> dict[str, str | None]:
    """Return each key's last stop along the arrows; None where the way runs into a circle."""
    ends: dict[str, str | None] = {}
    for start in leads_to:
        way: dict[str, None] = {}
        key = start
        while key in leads_to and key not in ends and key not in way:
            way[key] = None
            key = leads_to[key]
        end = ends.get(key, None if key in way else key)
        ends.update(dict.fromkeys(way, end))
    return ends
