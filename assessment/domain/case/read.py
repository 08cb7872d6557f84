"""Reading a CASE 1.0 or 1.1 package (https://www.imsglobal.org/spec/CASE/v1p1/): bytes in, a Package out.

Real packages are untidy: identifiers stand twice, parents lie outside, sequence numbers are missing,
`CFPackageURI` is an object, a string or absent. What can be read is read and reported as an Oddity; only
what cannot be a package is refused, with the JSON path, what was expected and what arrived.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assessment.domain.case import json_value
from assessment.domain.case.package import Association, Oddity, OddityKind, Package, Raw
from assessment.domain.case.tree import Item, build
from assessment.domain.errors import N_, Invalid

REST_VERSION = 1
MAXIMUM_ITEMS = 100_000
MAXIMUM_STATEMENT = 20_000
MAXIMUM_SAME_IDENTIFIER = 100
LONG_STATEMENT = 1_000

_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|\*\*[^*]+\*\*|\[[^\[\]\n]{1,200}\]\([^()\s]{1,500}\)|\$\$")
_OBJECT = N_("%(path)s: expected an object, got %(got)s.")
_LIST = N_("%(path)s: expected a list, got %(got)s.")
_TEXT = N_("%(path)s: expected text, got %(got)s.")
_ASSOCIATIONS = frozenset(
    {
        "isChildOf",
        "isPeerOf",
        "isPartOf",
        "exactMatchOf",
        "precedes",
        "isRelatedTo",
        "replacedBy",
        "exemplar",
        "hasSkillLevel",
        "isTranslationOf",
    }
)


def read(content: bytes) -> Package:
    """Return the standard that a package holds.

    Raises Invalid for a file above 20 MB, for what is not JSON, for text that cannot be stored, for a
    document, item or association without what names it, and for a tree deeper than 32 levels.
    """
    value = json_value.load(content)
    package = _expect(value, dict, "$", _OBJECT)
    document = _expect(package.get("CFDocument"), dict, "$.CFDocument", _OBJECT)
    identifier = _text(document, "identifier", "$.CFDocument")
    title = _text(document, "title", "$.CFDocument")
    language = document.get("language")
    language = language if isinstance(language, str) and language else "und"
    oddities: list[Oddity] = []
    _check_document(document, identifier, oddities)
    reading = _Items(language=language, oddities=oddities)
    entries = _list(package, "CFItems")
    if len(entries) > MAXIMUM_ITEMS:
        raise Invalid(
            N_("%(path)s: expected at most %(limit)s items, got %(got)s."),
            path="$.CFItems",
            limit=MAXIMUM_ITEMS,
            got=len(entries),
        )
    for index, entry in enumerate(entries):
        reading.take(index, entry)
    if "CFAssociations" not in package:
        oddities.append(_missing(identifier, "CFAssociations"))
    by_address = {item.raw["uri"]: item.identifier for item in reading.items if _has_text(item.raw, "uri")}
    if _has_text(document, "uri"):
        by_address[document["uri"]] = identifier
    associations = tuple(
        _association(index, entry, by_address, oddities) for index, entry in enumerate(_list(package, "CFAssociations"))
    )
    _check_associations(associations, oddities)
    tree = build(document_identifier=identifier, items=reading.items, associations=associations)
    keys = {node.key for node in tree.nodes}
    return Package(
        identifier=identifier,
        title=title,
        creator=document["creator"] if _has_text(document, "creator") else "",
        language=language,
        case_version=_version(document, associations),
        document=document,
        nodes=tree.nodes,
        associations=associations,
        aliases=tree.aliases,
        rest={
            "v": REST_VERSION,
            "members": list(package),
            "items": [{"key": key} if key in keys and first else {"raw": raw} for key, first, raw in reading.layout],
            "other": {
                name: member
                for name, member in package.items()
                if name not in ("CFDocument", "CFItems", "CFAssociations")
            },
        },
        oddities=(*oddities, *tree.oddities),
    )


def write(*, document: Raw, items: Mapping[str, Raw], associations: Iterable[Raw], rest: Raw) -> dict[str, Any]:
    """Return the package as a JSON value, equal to the one that was read.

    `items`: key of a node -> its raw item; `associations`: the raw associations in their order; `rest` as
    `read` gave it. Raises Invalid when `rest` is of another format version or names an item that is missing.
    """
    if rest.get("v") != REST_VERSION:
        raise Invalid(N_("Expected a package layout of format version 1, got %(got)s."), got=rest.get("v"))
    placed: list[Raw] = []
    for entry in rest["items"]:
        raw = entry["raw"] if "raw" in entry else items.get(entry["key"])
        if raw is None:
            raise Invalid(N_("Expected the item %(key)s of the package, got none."), key=entry["key"])
        placed.append(raw)
    written: dict[str, Any] = {}
    for name in rest["members"]:
        match name:
            case "CFDocument":
                written[name] = document
            case "CFItems":
                written[name] = placed
            case "CFAssociations":
                written[name] = list(associations)
            case _:
                written[name] = rest["other"][name]
    return written


@dataclass(kw_only=True, slots=True)
class _Items:
    """The items of a package while they are read, with their keys and their layout."""

    language: str
    oddities: list[Oddity]
    items: list[Item] = field(default_factory=list)
    # (key, whether this is the object that the key stands for, raw) in file order
    layout: list[tuple[str, bool, Raw]] = field(default_factory=list)
    by_identifier: dict[str, list[Item]] = field(default_factory=dict)

    def take(self, index: int, entry: object) -> None:
        path = f"$.CFItems[{index}]"
        raw = _expect(entry, dict, path, _OBJECT)
        identifier = _text(raw, "identifier", path)
        statement = raw.get("fullStatement")
        if not isinstance(statement, str):
            raise _wrong(f"{path}.fullStatement", _TEXT, statement)
        if len(statement) > MAXIMUM_STATEMENT:
            raise Invalid(
                N_("%(path)s: expected at most %(limit)s characters, got %(got)s."),
                path=f"{path}.fullStatement",
                limit=MAXIMUM_STATEMENT,
                got=len(statement),
            )
        earlier = self.by_identifier.setdefault(identifier, [])
        same = next((item for item in earlier if item.raw == raw), None)
        if same is not None:
            self._odd(OddityKind.DUPLICATE_SAME, identifier, N_("This item stands in the package twice."))
            self.layout.append((same.key, False, raw))
            return
        if len(earlier) == MAXIMUM_SAME_IDENTIFIER:
            raise Invalid(
                N_("%(path)s: expected at most %(limit)s items with one identifier, got more."),
                path=path,
                limit=MAXIMUM_SAME_IDENTIFIER,
            )
        key = identifier if not earlier else f"{identifier}#{len(earlier) + 1}"
        if earlier:
            self._odd(
                OddityKind.DUPLICATE_DIFFERENT,
                identifier,
                N_("Another item has the same identifier; this one is kept as %(key)s."),
                key=key,
            )
        language = raw.get("language")
        item = Item(
            key=key,
            identifier=identifier,
            index=index,
            language=language if isinstance(language, str) and language else self.language,
            raw=raw,
        )
        earlier.append(item)
        self.items.append(item)
        self.layout.append((key, True, raw))
        self._check_item(identifier, statement, raw)

    def _check_item(self, identifier: str, statement: str, raw: Raw) -> None:
        for member in ("uri", "lastChangeDateTime"):
            if not _has_text(raw, member):
                self.oddities.append(_missing(identifier, member))
        if not statement.strip():
            self._odd(OddityKind.EMPTY_STATEMENT, identifier, N_("The statement is empty."))
        if len(statement) > LONG_STATEMENT:
            self._odd(
                OddityKind.LONG_STATEMENT,
                identifier,
                N_("The statement has %(length)s characters."),
                length=len(statement),
            )
        if _MARKUP.search(statement):
            self._odd(OddityKind.MARKUP, identifier, N_("The statement holds markup; it is kept and shown as text."))

    def _odd(self, kind: OddityKind, identifier: str, message: str, **values: object) -> None:
        self.oddities.append(Oddity(kind=kind, identifier=identifier, message=message, values=values))


def _check_document(document: Raw, identifier: str, oddities: list[Oddity]) -> None:
    oddities += [
        _missing(identifier, member)
        for member in ("uri", "creator", "lastChangeDateTime")
        if not _has_text(document, member)
    ]
    address = document.get("CFPackageURI")
    if not (isinstance(address, dict) and _has_text(address, "uri")):
        oddities.append(
            Oddity(
                kind=OddityKind.PACKAGE_ADDRESS,
                identifier=identifier,
                message=N_("CFPackageURI: expected an object with title, identifier and uri, got %(got)s."),
                values={"got": _shown(address)},
            )
        )


def _association(index: int, entry: object, by_address: Mapping[str, str], oddities: list[Oddity]) -> Association:
    path = f"$.CFAssociations[{index}]"
    raw = _expect(entry, dict, path, _OBJECT)
    kind = _text(raw, "associationType", path)
    identifier = raw["identifier"] if _has_text(raw, "identifier") else ""
    name = identifier or path
    oddities += [
        _missing(name, member) for member in ("identifier", "uri", "lastChangeDateTime") if not _has_text(raw, member)
    ]
    if kind not in _ASSOCIATIONS:
        oddities.append(
            Oddity(
                kind=OddityKind.UNKNOWN_ASSOCIATION,
                identifier=name,
                message=N_("Expected an association type of CASE 1.1, got %(got)s; it is kept."),
                values={"got": kind},
            )
        )
    return Association(
        position=index,
        kind=kind,
        origin=_end(raw, "originNodeURI", path, name, by_address, oddities),
        destination=_end(raw, "destinationNodeURI", path, name, by_address, oddities),
        raw=raw,
    )


def _end(raw: Raw, member: str, path: str, name: str, by_address: Mapping[str, str], oddities: list[Oddity]) -> str:
    """Return the identifier that an end of an association means; a mere address is looked up."""
    link = raw.get(member)
    if isinstance(link, dict):
        if _has_text(link, "identifier") or not _has_text(link, "uri"):
            return _text(link, "identifier", f"{path}.{member}")
        address = link["uri"]
    else:
        address = _text(raw, member, path)
    oddities.append(
        Oddity(
            kind=OddityKind.LINK_AS_TEXT,
            identifier=name,
            message=N_("%(member)s: expected an object with title, identifier and uri, got an address."),
            values={"member": member},
        )
    )
    return by_address.get(address, address.rstrip("/").rsplit("/", 1)[-1] or address)


def _check_associations(associations: tuple[Association, ...], oddities: list[Oddity]) -> None:
    seen: set[str] = set()
    for association in associations:
        identifier = association.raw.get("identifier")
        if not isinstance(identifier, str) or not identifier:
            continue
        if identifier in seen:
            oddities.append(
                Oddity(
                    kind=OddityKind.DUPLICATE_ASSOCIATION,
                    identifier=identifier,
                    message=N_("Another association has the same identifier; both are kept."),
                )
            )
        seen.add(identifier)


def _version(document: Raw, associations: tuple[Association, ...]) -> str:
    stated = document.get("caseVersion")
    if isinstance(stated, str) and stated:
        return stated
    newer = any(association.kind == "isTranslationOf" for association in associations)
    return "1.1" if newer or "/v1p1/" in str(document.get("uri")) else "1.0"


def _missing(identifier: str, member: str) -> Oddity:
    return Oddity(
        kind=OddityKind.MEMBER_MISSING,
        identifier=identifier,
        message=N_("Expected the member %(member)s, got none."),
        values={"member": member},
    )


def _has_text(raw: Raw, member: str) -> bool:
    value = raw.get(member)
    return isinstance(value, str) and bool(value.strip())


def _text(raw: Raw, member: str, path: str) -> str:
    value = raw.get(member)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(f"{path}.{member}", _TEXT, value)
    return value


def _list(package: Raw, member: str) -> list[Any]:
    value = package.get(member, [] if member == "CFAssociations" else None)
    return list(_expect(value, list, f"$.{member}", _LIST))


def _expect(value: object, kind: type, path: str, message: str) -> Any:
    if not isinstance(value, kind):
        raise _wrong(path, message, value)
    return value


def _wrong(path: str, message: str, got: object) -> Invalid:
    return Invalid(message, path=path, got=_shown(got))


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return "an object"
        case list():
            return "a list"
        case _:
            return repr(value)[:80]
