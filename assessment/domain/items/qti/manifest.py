"""The manifest of a content package: which resources it names, of what kind, and what they measure.

Follows IMS Content Packaging 1.1 to 1.2 as QTI 2.0 to 3.0 profile it, APIP's kinds, and the curriculum standards
metadata (CSM 1.0 and 1.1). Nothing is read here but the manifest itself.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.qti.archive import Member, read_member
from assessment.domain.items.qti.reason import Reasons
from assessment.domain.items.qti.xml import Element, children, local, parse, text_of

MANIFEST = "imsmanifest.xml"
MAX_MANIFEST = 10 * 1024 * 1024
MAX_RESOURCES = 10_000

_ITEM = re.compile(r"imsqti_(?:apip)?item_xmlv\d.*|imsqti_item|imsqti_v2p\d")
_TEST = re.compile(r"imsqti_(?:apip)?(?:test|assessment|section)_xmlv\d.*")
_TEXT = re.compile(r"imsqti_stimulus_xmlv\d.*")
_RULES = re.compile(r"imsqti_(?:rptemplate|outcomes|fragment|resprocessing)_xmlv\d.*")
_FILES = re.compile(
    r"webcontent|css\d?|controlfile(?:/.*)?|resourcemetadata/xml|associatedcontent(?:/.*)?|extension|pls|resprocessing/.*|sso?|",
    re.IGNORECASE,
)


class ResourceKind(StrEnum):
    """What a resource is to us."""

    ITEM = "item"
    TEST = "test"
    STIMULUS = "stimulus"
    RULES = "rules"
    FILE = "file"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alignment:
    """A criterion that an item measures: the CASE CFItem's identifier, its label, its address."""

    guid: str | None = None
    label: str | None = None
    case_item_uri: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """One resource; `path` is that of its file in the archive, "" when it names none or one outside."""

    identifier: str
    kind: ResourceKind
    type: str
    href: str
    path: str
    criteria: tuple[Alignment, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """The resources of a package in their order; `folder` is where the manifest lies, "" for the root."""

    folder: str
    resources: tuple[Resource, ...]


def read_manifest(data: bytes, members: Mapping[str, Member], reasons: Reasons) -> Manifest:
    """Read the manifest at the root of an archive, or in the one folder that an archive was made of.

    Raises Invalid when there is none, or something else in its place.
    """
    path = _find(members)
    if posixpath.dirname(path):
        reasons.note(N_("The package lies in the folder %(name)s of the archive."), name=posixpath.dirname(path))
    root = parse(read_member(data, members[path], max_bytes=MAX_MANIFEST), max_bytes=MAX_MANIFEST)
    if local(root) != "manifest":
        raise Invalid(N_("Expected a manifest in %(name)s, got %(got)s."), name=MANIFEST, got=local(root))
    folder = posixpath.dirname(path)
    elements = [each for group in children(root, "resources") for each in children(group, "resource")]
    if len(elements) > MAX_RESOURCES:
        raise Invalid(N_("Expected at most %(max)s files, got %(got)s."), max=MAX_RESOURCES, got=len(elements))
    return Manifest(folder=folder, resources=tuple(_resource(each, folder) for each in elements))


def inside(folder: str, address: str) -> str:
    """Return the path in the archive that an address means from a folder, "" when it leaves the package."""
    plain = unquote(address.strip().split("#")[0].split("?")[0]).replace("\\", "/")
    if not plain or re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:|/", plain):
        return ""
    path = posixpath.normpath(posixpath.join(folder, plain))
    return "" if path == "." or path.startswith(("../", "/")) or path == ".." else path


def _find(members: Mapping[str, Member]) -> str:
    if MANIFEST in members:
        return MANIFEST
    folders = [
        name
        for name in members
        if posixpath.basename(name) == MANIFEST and name.count("/") == 1 and not name.startswith("__MACOSX/")
    ]
    if len(folders) != 1:
        raise Invalid(N_("Expected %(name)s at the root of the package, found none."), name=MANIFEST)
    return folders[0]


def _resource(element: Element, folder: str) -> Resource:
    named = element.get("type", "").strip()
    href = element.get("href", "").strip()
    if not href:
        href = next((each.get("href", "").strip() for each in children(element, "file")), "")
    return Resource(
        identifier=element.get("identifier", "").strip()[:200],
        kind=_kind(named),
        type=named[:80],
        href=href[:500],
        path=inside(folder, href),
        criteria=_alignments(element),
    )


def _kind(named: str) -> ResourceKind:
    for pattern, kind in (
        (_ITEM, ResourceKind.ITEM),
        (_TEST, ResourceKind.TEST),
        (_TEXT, ResourceKind.STIMULUS),
        (_RULES, ResourceKind.RULES),
        (_FILES, ResourceKind.FILE),
    ):
        if pattern.fullmatch(named):
            return kind
    return ResourceKind.OTHER


def _alignments(resource: Element) -> tuple[Alignment, ...]:
    """Read the criteria of a resource; namespaces of CSM 1.0 and 1.1 are both met in packages."""
    found: dict[Alignment, None] = {}
    for metadata in children(resource, "metadata"):
        for labelled in (each for each in metadata.iterdescendants() if local(each) == "labelledGUID"):
            parts = {local(part): text_of(part) or None for part in labelled}
            alignment = Alignment(
                guid=parts.get("GUID"), label=parts.get("label"), case_item_uri=parts.get("caseItemURI")
            )
            if alignment != Alignment():
                found[alignment] = None
    return tuple(found)
