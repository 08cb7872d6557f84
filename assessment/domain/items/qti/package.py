"""A QTI 3.0 content package, or a single item file, into one report an item.

Follows IMS Content Packaging 1.2 as profiled for QTI 3.0, and its curriculum standards metadata (CSM 1.1).
Our convention for languages: item files with the same item identifier and different `xml:lang` are one item
in several languages; they belong together only when everything but their words is the same.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from assessment.domain.errors import N_, Invalid, Refusal
from assessment.domain.items.item import Item, ItemText
from assessment.domain.items.item_json import to_json
from assessment.domain.items.qti.archive import Member, read_archive, read_member
from assessment.domain.items.qti.read import ReadItem, read_root
from assessment.domain.items.qti.reason import Reason, Reasons
from assessment.domain.items.qti.xml import MAX_BYTES, Element, children, local, parse, text_of

MANIFEST = "imsmanifest.xml"
MAX_MANIFEST = 10 * 1024 * 1024

_ITEM_TYPE = re.compile(r"imsqti_(apip)?item_xmlv\d.*")


class ImportOutcome(StrEnum):
    """What became of an item: whole, with something left out, or not at all."""

    IMPORTED = "imported"
    DEGRADED = "degraded"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alignment:
    """A criterion that an item measures: the CASE CFItem's identifier, its label, its address."""

    guid: str | None = None
    label: str | None = None
    case_item_uri: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemReport:
    """One item of a package. `item` is None exactly when it was refused; texts are sorted by language."""

    files: tuple[str, ...]
    identifier: str | None
    title: str | None
    outcome: ImportOutcome
    reasons: tuple[Reason, ...]
    item: Item | None = None
    texts: tuple[ItemText, ...] = ()
    criteria: tuple[Alignment, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the report line of `teruji qti import`."""
        return {
            "file": ", ".join(self.files),
            "identifier": self.identifier,
            "title": self.title,
            "outcome": self.outcome.value,
            "reasons": [str(reason) for reason in self.reasons],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageReport:
    """Every item of a package in the manifest's order, and what else was found in it."""

    items: tuple[ItemReport, ...]
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _File:
    """One item file: what could be read of it, and why the rest could not."""

    name: str
    identifier: str | None
    title: str | None
    criteria: tuple[Alignment, ...]
    read: ReadItem | None
    refusal: Reason | None


def read_package(data: bytes, *, name: str = "item.xml") -> PackageReport:
    """Read a .zip with imsmanifest.xml at its root, or one bare item file, which is called `name`.

    A single bad item is reported as refused. Raises Invalid when the package itself is unsafe or not whole:
    no zip and no XML, no manifest, no item in it.
    """
    if not data.startswith(b"PK"):
        return PackageReport(items=(_report([_read_file(name, data, ())]),))
    members = read_archive(data)
    if MANIFEST not in members:
        raise Invalid(N_("Expected %(name)s at the root of the package, found none."), name=MANIFEST)
    root = parse(read_member(data, members[MANIFEST], max_bytes=MAX_MANIFEST), max_bytes=MAX_MANIFEST)
    if local(root) != "manifest":
        raise Invalid(N_("Expected a manifest in %(name)s, got %(got)s."), name=MANIFEST, got=local(root))
    reasons = Reasons()
    named: dict[str, tuple[Alignment, ...]] = {}
    for resource in _resources(root):
        kind = resource.get("type", "")
        if _ITEM_TYPE.fullmatch(kind):
            named[_path(resource)] = (*named.get(_path(resource), ()), *_alignments(resource))
        elif kind.startswith("imsqti_"):
            reasons.lost(
                N_("The resource %(name)s of type %(type)s was left out."),
                name=resource.get("identifier", "")[:80],
                type=kind[:80],
            )
    if not named:
        raise Invalid(N_("The manifest names no item."))
    for path in sorted(members):
        if path.endswith(".xml") and path != MANIFEST and path not in named:
            reasons.note(N_("The file %(name)s is not named as an item in the manifest."), name=path)
    files = [_read_named(data, members, path, criteria) for path, criteria in named.items()]
    return PackageReport(items=tuple(_report(group) for group in _by_identifier(files)), reasons=reasons.all)


def _resources(root: Element) -> list[Element]:
    return [each for group in children(root, "resources") for each in children(group, "resource")]


def _path(resource: Element) -> str:
    return posixpath.normpath(unquote(resource.get("href", "").strip()))


def _alignments(resource: Element) -> tuple[Alignment, ...]:
    """Read the criteria of a resource; namespaces of CSM 1.0 and 1.1 are both met in packages."""
    found: list[Alignment] = []
    for metadata in children(resource, "metadata"):
        for labelled in (each for each in metadata.iterdescendants() if local(each) == "labelledGUID"):
            parts = {local(part): text_of(part) or None for part in labelled}
            alignment = Alignment(
                guid=parts.get("GUID"), label=parts.get("label"), case_item_uri=parts.get("caseItemURI")
            )
            if alignment != Alignment() and alignment not in found:
                found.append(alignment)
    return tuple(found)


def _read_named(data: bytes, members: Mapping[str, Member], path: str, criteria: tuple[Alignment, ...]) -> _File:
    member = members.get(path)
    try:
        if member is None:
            raise Invalid(N_("The manifest names the file %(name)s, which is not in the package."), name=path)
        return _read_file(path, read_member(data, member, max_bytes=MAX_BYTES), criteria)
    except Invalid as refusal:
        return _File(name=path, identifier=None, title=None, criteria=criteria, read=None, refusal=Reason.of(refusal))


def _read_file(name: str, data: bytes, criteria: tuple[Alignment, ...]) -> _File:
    identifier = title = None
    read: ReadItem | None = None
    refusal: Reason | None = None
    try:
        root = parse(data)
        identifier, title = root.get("identifier", "") or None, root.get("title", "") or None
        read = read_root(root)
        title = read.text.title
    except Refusal as error:
        refusal = Reason.of(error)
    return _File(name=name, identifier=identifier, title=title, criteria=criteria, read=read, refusal=refusal)


def _by_identifier(files: Iterable[_File]) -> list[list[_File]]:
    groups: dict[str, list[_File]] = {}
    for file in files:
        # A space cannot stand in an identifier, so a file without one never joins a group.
        groups.setdefault(file.identifier or f" {file.name}", []).append(file)
    return list(groups.values())


def _report(files: list[_File]) -> ItemReport:
    """Merge the files of one item: its languages, its criteria, and its reasons."""
    criteria = tuple(dict.fromkeys(each for file in files for each in file.criteria))
    read = [(file.name, file.read) for file in files if file.read is not None]
    refusals = [_in_file(file.name, file.refusal, several=len(files) > 1) for file in files if file.refusal is not None]
    refusals += _differences(read)
    names, first = tuple(file.name for file in files), files[0]
    title = next((file.title for file in files if file.title), None)
    if refusals or not read:
        return ItemReport(
            files=names,
            identifier=first.identifier,
            title=title,
            outcome=ImportOutcome.REFUSED,
            reasons=tuple(refusals),
            criteria=criteria,
        )
    reasons = [_in_file(name, each, several=len(files) > 1) for name, one in read for each in one.reasons]
    if any(file.criteria != first.criteria for file in files):
        reasons.append(Reason(message=N_("The files name different criteria; all of them are used.")))
    return ItemReport(
        files=names,
        identifier=first.identifier,
        title=title,
        outcome=ImportOutcome.DEGRADED if any(each.lost for each in reasons) else ImportOutcome.IMPORTED,
        reasons=tuple(reasons),
        item=read[0][1].item,
        texts=tuple(sorted((one.text for _, one in read), key=lambda text: text.language)),
        criteria=criteria,
    )


def _in_file(name: str, reason: Reason, *, several: bool) -> Reason:
    return replace(reason, file=name) if several else reason


def _differences(read: list[tuple[str, ReadItem]]) -> list[Reason]:
    """Say why files cannot be one item: a language twice, or another structure."""
    reasons: list[Reason] = []
    languages: dict[str, str] = {}
    for name, one in read:
        earlier = languages.setdefault(one.text.language, name)
        if earlier != name:
            reasons.append(
                Reason(
                    message=N_("%(first)s and %(second)s have the same identifier and language %(language)s."),
                    values={"first": earlier, "second": name, "language": one.text.language},
                )
            )
    for name, one in read[1:]:
        difference = _difference(to_json(read[0][1].item), to_json(one.item), "item")
        if difference is not None:
            place, first, second = difference
            reasons.append(
                Reason(
                    message=N_(
                        "The languages differ in %(place)s: %(first)s in %(first_file)s, %(second)s in %(file)s."
                    ),
                    values={
                        "place": place,
                        "first": first,
                        "first_file": read[0][0],
                        "second": second,
                        "file": name,
                    },
                )
            )
    return reasons


def _difference(first: Any, second: Any, place: str) -> tuple[str, object, object] | None:
    """Return the first place where two JSON values differ, with what stands there."""
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        pairs = ((f"{place}.{key}", first[key], second[key]) for key in first)
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        pairs = ((f"{place}[{i}]", *both) for i, both in enumerate(zip(first, second, strict=True)))
    else:
        return None if first == second else (place, first, second)
    return next((found for here, a, b in pairs if (found := _difference(a, b, here)) is not None), None)
