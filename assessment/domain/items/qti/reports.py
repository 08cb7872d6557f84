"""What becomes of each item of a package: the files of its languages merged, its outcome and its reasons.

Item files with the same item identifier and different `xml:lang` are one item in several languages; they belong
together only when everything but their words is the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from assessment.domain.errors import N_
from assessment.domain.items.item import Item, ItemText
from assessment.domain.items.item_json import to_json
from assessment.domain.items.qti.manifest import Alignment
from assessment.domain.items.qti.read import ReadItem
from assessment.domain.items.qti.reason import Reason


class ImportOutcome(StrEnum):
    """What became of an item: whole, with something left out, or not at all."""

    IMPORTED = "imported"
    DEGRADED = "degraded"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemReport:
    """One item of a package, or one test. `item` is None when it was refused; texts are sorted by language.

    A test has no item: it is reported as degraded, because its structure is not imported, or as refused.
    """

    files: tuple[str, ...]
    identifier: str | None
    title: str | None
    outcome: ImportOutcome
    reasons: tuple[Reason, ...]
    item: Item | None = None
    texts: tuple[ItemText, ...] = ()
    criteria: tuple[Alignment, ...] = ()
    test: bool = False

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
    """Every item of a package in the manifest's order, its tests after them, and what else was found in it.

    `contents` are the bytes of the files that the items' words name, by SHA-256.
    """

    items: tuple[ItemReport, ...]
    reasons: tuple[Reason, ...] = ()
    contents: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def readable(self) -> bool:
        """Whether at least one item was not refused."""
        return any(each.item is not None for each in self.items)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadFile:
    """One item file: what could be read of it, and why the rest could not."""

    name: str
    identifier: str | None
    title: str | None
    criteria: tuple[Alignment, ...]
    read: ReadItem | None
    refusal: Reason | None


def by_identifier(files: Iterable[ReadFile]) -> list[list[ReadFile]]:
    groups: dict[str, list[ReadFile]] = {}
    for file in files:
        # A space cannot stand in an identifier, so a file without one never joins a group.
        groups.setdefault(file.identifier or f" {file.name}", []).append(file)
    return list(groups.values())


def merged(files: list[ReadFile]) -> ItemReport:
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
