"""A QTI content package, or a single file, into one report an item, and one a test.

Follows IMS Content Packaging as QTI 2.0 to 3.0 profile it; `manifest` reads the manifest, `outline` the tests.
`reports` merges the languages of an item.
"""

import posixpath
from dataclasses import replace

from assessment.domain.errors import N_, Invalid, Refusal
from assessment.domain.items.lexical import is_identifier
from assessment.domain.items.qti.archive import read_archive, read_member
from assessment.domain.items.qti.lasting import Files
from assessment.domain.items.qti.manifest import (
    MANIFEST,
    Alignment,
    Manifest,
    Resource,
    ResourceKind,
    inside,
    read_manifest,
)
from assessment.domain.items.qti.media import MAX_FILE, Fetch
from assessment.domain.items.qti.outline import Outline, read_outline
from assessment.domain.items.qti.read import ReadItem, read_root
from assessment.domain.items.qti.reason import Reason, Reasons
from assessment.domain.items.qti.reports import (
    ImportOutcome,
    ItemReport,
    PackageReport,
    ReadFile,
    by_identifier,
    merged,
)
from assessment.domain.items.qti.xml import MAX_BYTES, local, parse

__all__ = ["MANIFEST", "Alignment", "ImportOutcome", "ItemReport", "PackageReport", "read_package"]

_ITEMS = ("qti-assessment-item", "assessmentItem")
_STIMULI = ("qti-assessment-stimulus", "assessmentStimulus")
_TESTS = ("qti-assessment-test", "qti-assessment-section", "assessmentTest", "assessmentSection")


def read_package(data: bytes, *, name: str = "item.xml") -> PackageReport:
    """Read a .zip with imsmanifest.xml, or one bare item file, which is called `name`.

    A single bad item is reported as refused. Raises Invalid when the package itself is unsafe or not whole:
    no zip and no XML, no manifest, no item in it.
    """
    files = Files(data)
    if not data.startswith(b"PK"):
        return PackageReport(items=(merged([_read_file(name, data, (), None, files)]),), contents=files)
    return _Package(data, files).read()


class _Package:
    """One archive while it is read."""

    def __init__(self, data: bytes, files: Files) -> None:
        self.data = data
        self.files = files
        self.members = read_archive(data)
        self.reasons = Reasons()
        self.manifest: Manifest = read_manifest(data, self.members, self.reasons)
        self.folded = {path.casefold(): path for path in reversed(self.members)}

    def read(self) -> PackageReport:
        """Return the report of the whole package. Raises Invalid when it holds no item."""
        named: dict[str, tuple[Alignment, ...]] = {}
        tests: dict[str, str] = {}
        lost: list[ItemReport] = []
        for resource in self.manifest.resources:
            path = self.find(resource.path)
            match resource.kind:
                case ResourceKind.ITEM | ResourceKind.TEST if not resource.path:
                    lost.append(_outside(resource))
                case ResourceKind.ITEM:
                    criteria = (*named.get(path, ()), *resource.criteria)
                    named[path] = tuple(dict.fromkeys(criteria))
                case ResourceKind.TEST if self.root_of(path) in _STIMULI:
                    self.reasons.note(
                        N_("The resource %(name)s is no test, as its type says."), name=resource.identifier
                    )
                case ResourceKind.TEST:
                    tests[path] = resource.identifier
                case ResourceKind.OTHER if self.root_of(path) in _ITEMS:
                    named[path] = tuple(dict.fromkeys((*named.get(path, ()), *resource.criteria)))
                case ResourceKind.OTHER:
                    self.reasons.lost(
                        N_("The resource %(name)s of type %(type)s was left out."),
                        name=resource.identifier[:80],
                        type=resource.type,
                    )
                case _:
                    pass
        outlines = [self.outline(path) for path in tests]
        for _, outline in outlines:
            for path in outline.items if outline is not None else ():
                if path not in named:
                    named[path] = ()
                    self.reasons.note(
                        N_("The file %(name)s is an item of a test that the manifest does not name."), name=path
                    )
        if not named and not lost and not tests:
            raise Invalid(N_("The manifest names no item."))
        self.note_the_rest({*named, *tests, *(path for _, each in outlines if each for path in each.files)})
        read = [self.item(path, criteria) for path, criteria in named.items()]
        items = [merged(group) for group in self.groups(read)]
        # A section that stands in a test's files is told with its test.
        told = {path for report, each in outlines if each for path in each.files if path not in report.files}
        reports = [report for report, _ in outlines if not told.issuperset(report.files)]
        return PackageReport(items=(*items, *lost, *reports), reasons=self.reasons.all, contents=self.files)

    def groups(self, read: list[ReadFile]) -> list[list[ReadFile]]:
        """Return the files of each item: several languages of one, and what only shares an identifier apart."""
        names = {self.find(each.path): each.identifier for each in self.manifest.resources if each.path}
        found: list[list[ReadFile]] = []
        for group in by_identifier(read):
            languages = [file.read.text.language for file in group if file.read is not None]
            if len(set(languages)) == len(languages):
                found.append(group)
            else:
                found += [[_renamed(file, names.get(file.name, ""), group)] for file in group]
        return found

    def find(self, path: str) -> str:
        """Return the path of a member as the archive spells it; names of files differ in case in real packages."""
        return path if path in self.members else self.folded.get(path.casefold(), path)

    def fetch(self, path: str, address: str) -> tuple[str, bytes] | None:
        """Return the file that an address means in a file of the package, from its folder, else from the root."""
        for folder in dict.fromkeys((posixpath.dirname(path), self.manifest.folder)):
            found = self.find(inside(folder, address))
            member = self.members.get(found)
            if member is not None:
                content = read_member(self.data, member, max_bytes=MAX_FILE)
                self.files.note(member, content)
                return found, content
        return None

    def root_of(self, path: str) -> str:
        """Return the name of the root of an XML file, "" when there is none."""
        member = self.members.get(path)
        if member is None or not path.lower().endswith(".xml"):
            return ""
        try:
            return local(parse(read_member(self.data, member, max_bytes=MAX_BYTES)))
        except Invalid:
            return ""

    def item(self, path: str, criteria: tuple[Alignment, ...]) -> ReadFile:
        """Return what could be read of an item file."""
        member = self.members.get(path)

        def files(address: str) -> bytes | None:
            found = self.fetch(path, address)
            return None if found is None else found[1]

        try:
            if member is None:
                raise Invalid(N_("The manifest names the file %(name)s, which is not in the package."), name=path)
            content = read_member(self.data, member, max_bytes=MAX_BYTES)
        except Invalid as refusal:
            return ReadFile(
                name=path, identifier=None, title=None, criteria=criteria, read=None, refusal=Reason.of(refusal)
            )
        return _read_file(path, content, criteria, files, self.files)

    def outline(self, path: str) -> tuple[ItemReport, Outline | None]:
        """Return the report of a test, and what it holds unless it was refused."""
        member = self.members.get(path)
        try:
            if member is None:
                raise Invalid(N_("The manifest names the file %(name)s, which is not in the package."), name=path)
            content = read_member(self.data, member, max_bytes=MAX_BYTES)
            outline = read_outline(path, content, self.fetch)
        except Refusal as refusal:
            refused = ItemReport(
                files=(path,),
                identifier=None,
                title=None,
                outcome=ImportOutcome.REFUSED,
                reasons=(Reason.of(refusal),),
                test=True,
            )
            return refused, None
        report = ItemReport(
            files=(path,),
            identifier=outline.identifier,
            title=outline.title,
            outcome=ImportOutcome.DEGRADED,
            reasons=outline.reasons.all,
            test=True,
        )
        return report, outline

    def note_the_rest(self, told: set[str]) -> None:
        """Say which XML files of the package nobody named."""
        known = {self.find(each.path) for each in self.manifest.resources if each.path}
        for path in sorted(self.members):
            own = posixpath.basename(path) == MANIFEST or path.startswith("__MACOSX/")
            if path.lower().endswith(".xml") and not own and path not in told and path not in known:
                self.reasons.note(N_("The file %(name)s is not named as an item in the manifest."), name=path)


def _renamed(file: ReadFile, name: str, group: list[ReadFile]) -> ReadFile:
    """Return a file with an identifier of its own, made of the item's and that which the manifest gives the file."""
    if file.read is None:
        return file
    own = f"{file.identifier}.{name}" if name else ""
    if not is_identifier(own) or file.identifier is None:
        other = next(each for each in group if each is not file)
        refusal = Reason(
            message=N_("%(first)s and %(second)s have the same identifier and language %(language)s."),
            values={"first": file.name, "second": other.name, "language": file.read.text.language},
        )
        return replace(file, read=None, refusal=refusal)
    reason = Reason(
        message=N_('Several items of the package are called "%(name)s"; this one was given the identifier "%(got)s".'),
        values={"name": file.identifier, "got": own},
        lost=True,
    )
    read = replace(file.read, item=replace(file.read.item, identifier=own), reasons=(*file.read.reasons, reason))
    return replace(file, identifier=own, read=read)


def _outside(resource: Resource) -> ItemReport:
    reason = Reason(
        message=N_('The manifest names "%(name)s", which lies outside of the package.'),
        values={"name": resource.href[:120]},
    )
    return ItemReport(
        files=(resource.href or "?",),
        identifier=resource.identifier or None,
        title=None,
        outcome=ImportOutcome.REFUSED,
        reasons=(reason,),
        test=resource.kind is ResourceKind.TEST,
    )


def _read_file(name: str, data: bytes, criteria: tuple[Alignment, ...], fetch: Fetch | None, files: Files) -> ReadFile:
    identifier = title = None
    read: ReadItem | None = None
    refusal: Reason | None = None
    try:
        root = parse(data)
        if local(root) in _TESTS:
            raise Invalid(N_("This is a test, not an item; it comes in with its package."))
        identifier, title = root.get("identifier", "") or None, root.get("title", "") or None
        read = read_root(root, files=fetch)
        files.keep(read.contents)
        read = replace(read, contents={})  # they are given out by `files`
        title = read.text.title
    except Refusal as error:
        refusal = Reason.of(error)
        read = None
    return ReadFile(name=name, identifier=identifier, title=title, criteria=criteria, read=read, refusal=refusal)
