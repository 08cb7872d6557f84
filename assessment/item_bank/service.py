"""Bringing items into the bank, and the ends of their life.

Rules here: an item that did not change leaves nothing; a change of structure, criteria or wording is a next
version (what was used is never edited, rule 1); a new language is a new text of the same version (rule 18);
what is public never becomes secret again (rule 8). Reading QTI is the domain's work and happens before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.audit.recording import because
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.items.item_json import digest, text_to_json, to_json
from assessment.domain.items.qti.package import Alignment, ImportOutcome, ItemReport, PackageReport
from assessment.domain.items.qti.reason import Reason
from assessment.item_bank.contents import Stored, folded, published_competencies, stored_items
from assessment.item_bank.tables import Item, ItemCriterion, ItemText, ItemUse, ItemVersion
from assessment.standards.queries import criteria_by_path
from assessment.standards.tables import CompetencyKind
from assessment.web.actor import Actor

USE_STEPS: Mapping[ItemUse, tuple[ItemUse, ...]] = {
    ItemUse.PRETEST: (ItemUse.OPERATIONAL, ItemUse.EXPOSED),
    ItemUse.OPERATIONAL: (ItemUse.PRETEST, ItemUse.EXPOSED),
    ItemUse.EXPOSED: (),
}


class Change(StrEnum):
    """What an import does to the bank for one item."""

    NEW = "new"
    VERSION = "version"
    LANGUAGE = "language"
    UNCHANGED = "unchanged"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportLine:
    """What became of one item of a package, and what it changed in the bank."""

    file: str
    identifier: str | None
    title: str | None
    outcome: ImportOutcome
    reasons: tuple[Reason, ...]
    change: Change

    def to_json(self) -> dict[str, Any]:
        """Return the report line of `teruji qti import`."""
        return {
            "file": self.file,
            "identifier": self.identifier,
            "title": self.title,
            "outcome": self.outcome.value,
            "reasons": [str(reason) for reason in self.reasons],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ready:
    """One readable item of a package as it would be stored; made before any statement runs."""

    identifier: str
    kind: str
    structure: dict[str, Any]
    digest: str
    texts: dict[str, dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plan:
    """What to store for one item, and its line in the report."""

    line: ImportLine
    ready: _Ready | None = None
    stored: Stored | None = None
    criteria: frozenset[str] = frozenset()


def import_package(
    session: Session,
    body_id: str,
    report: PackageReport,
    *,
    use: ItemUse,
    imported_by: str | None,
    now: datetime,
) -> list[ImportLine]:
    """Bring the items of a read package into the bank and return one line an item, in the package's order.

    `use` is that of items which are new; an item that is there keeps its own. `imported_by` is a person.
    Raises Conflict when somebody imports the same items at the same moment.
    """
    plans = _plan_package(session, body_id, report, use)
    try:
        _store(session, body_id, plans, use=use, imported_by=imported_by, now=now)
    except IntegrityError as error:
        raise Conflict(N_("Somebody else imported the same items at this moment. Import the file again.")) from error
    return [plan.line for plan in plans]


def preview_import(session: Session, body_id: str, report: PackageReport, *, use: ItemUse) -> list[ImportLine]:
    """Return the lines that `import_package` would return now, without storing anything."""
    return [plan.line for plan in _plan_package(session, body_id, report, use)]


def change_use(session: Session, actor: Actor, item_id: str, use: ItemUse) -> Item:
    """Give an item another use. Raises Conflict where the step is not allowed: what is public stays public."""
    item = get_item(session, actor.body_id, item_id)
    if use is not item.use and use not in USE_STEPS[item.use]:
        raise Conflict(N_("What is public stays public: an exposed item gets no other use."))
    item.use = use
    session.flush()
    return item


def retire_item(session: Session, actor: Actor, item_id: str, *, reason: str, now: datetime) -> Item:
    """Retire an item: forms that hold it keep it, new ones do not draw it. Raises Conflict when it is retired."""
    item = get_item(session, actor.body_id, item_id)
    if item.retired_at is not None:
        raise Conflict(N_("This item is retired already."))
    if not reason.strip():
        raise Invalid(N_("Say why the item is retired."))
    because(session, reason.strip())
    item.retired_at = now
    session.flush()
    return item


def get_item(session: Session, body_id: str, item_id: str) -> Item:
    """Return an item. Raises NotFound."""
    item = session.get(Item, (body_id, item_id))
    if item is None:
        raise NotFound(N_("There is no such item."))
    return item


def _plan_package(session: Session, body_id: str, report: PackageReport, use: ItemUse) -> list[_Plan]:
    # Everything that takes long stands before the first statement, which takes SQLite's lock.
    prepared = [_prepare(each) for each in report.items]
    named = {guid for each in report.items for criterion in each.criteria if (guid := _guid(criterion))}
    known = published_competencies(session, body_id, named) | _by_path(session, body_id, report)
    stored = stored_items(session, body_id, [each.identifier for each in prepared if each is not None])
    return [
        _plan(item, each, stored.get(each.identifier) if each else None, known, use)
        for item, each in zip(report.items, prepared, strict=True)
    ]


def _prepare(report: ItemReport) -> _Ready | None:
    if report.item is None:
        return None
    return _Ready(
        identifier=report.item.identifier,
        kind=report.item.kind.value,
        structure=to_json(report.item),
        digest=digest(report.item),
        texts={text.language: text_to_json(text) for text in report.texts},
    )


def _guid(criterion: Alignment) -> str | None:
    """Return the CASE identifier that an alignment names; some packages carry it in the address only."""
    if criterion.guid:
        return criterion.guid
    return criterion.case_item_uri.rstrip("/").rpartition("/")[2] if criterion.case_item_uri else None


def _by_path(session: Session, body_id: str, report: PackageReport) -> dict[str, tuple[str, CompetencyKind]]:
    """Return the criteria that are named by a path alone, "UNIT/NUMBER", as tables do."""
    paths = {
        criterion.label
        for each in report.items
        for criterion in each.criteria
        if criterion.label and "/" in criterion.label and _guid(criterion) is None
    }
    if not paths:
        return {}
    found = criteria_by_path(session, body_id, {path.rpartition("/")[0] for path in paths})
    return {path: (found[path], CompetencyKind.CRITERION) for path in paths if path in found}


def _plan(
    report: ItemReport,
    ready: _Ready | None,
    stored: Stored | None,
    known: Mapping[str, tuple[str, CompetencyKind]],
    use: ItemUse,
) -> _Plan:
    if ready is None:
        return _Plan(line=_line(report, report.outcome, report.reasons, Change.NONE))
    criteria, lost = _criteria(report.criteria, known)
    reasons = [*report.reasons, *lost]
    change = _change(ready, stored, criteria, named=bool(report.criteria))
    if stored is None and not report.criteria:
        reasons.append(Reason(message=N_("The item names no criterion, so no exam form can draw it.")))
    if stored is not None and stored.item.use is not use:
        reasons.append(Reason(message=N_("The item is in the bank and keeps the use it has there.")))
    if stored is not None and stored.item.retired_at is not None:
        reasons.append(Reason(message=N_("The item is retired and stays so.")))
    outcome = ImportOutcome.DEGRADED if lost else report.outcome
    return _Plan(
        line=_line(report, outcome, tuple(reasons), change),
        ready=ready,
        stored=stored,
        criteria=criteria if report.criteria or stored is None else stored.criteria,
    )


def _line(report: ItemReport, outcome: ImportOutcome, reasons: tuple[Reason, ...], change: Change) -> ImportLine:
    return ImportLine(
        file=", ".join(report.files),
        identifier=report.identifier,
        title=report.title,
        outcome=outcome,
        reasons=reasons,
        change=change,
    )


def _criteria(
    named: tuple[Alignment, ...], known: Mapping[str, tuple[str, CompetencyKind]]
) -> tuple[frozenset[str], list[Reason]]:
    """Return the ids of the criteria that are known here, and what could not be kept of the others."""
    found: set[str] = set()
    lost: list[Reason] = []
    for criterion in named:
        guid = _guid(criterion) or criterion.label or ""
        id_, kind = known.get(guid, (None, None))
        if id_ is None:
            lost.append(
                Reason(
                    message=N_("No published standard of this body has the criterion %(criterion)s; it was left out."),
                    values={"criterion": (criterion.label or guid or "?")[:200]},
                    lost=True,
                )
            )
        elif kind is not CompetencyKind.CRITERION:
            lost.append(
                Reason(
                    message=N_("Expected a performance criterion, got the %(kind)s %(criterion)s; it was left out."),
                    values={"kind": kind.value if kind else "", "criterion": (criterion.label or guid)[:200]},
                    lost=True,
                )
            )
        else:
            found.add(id_)
    return frozenset(found), lost


def _change(ready: _Ready, stored: Stored | None, criteria: frozenset[str], *, named: bool) -> Change:
    if stored is None:
        return Change.NEW
    if stored.digest != ready.digest or (named and criteria != stored.criteria):
        return Change.VERSION
    if any(language in stored.texts and stored.texts[language] != text for language, text in ready.texts.items()):
        return Change.VERSION
    return Change.LANGUAGE if ready.texts.keys() - stored.texts.keys() else Change.UNCHANGED


def _store(
    session: Session,
    body_id: str,
    plans: list[_Plan],
    *,
    use: ItemUse,
    imported_by: str | None,
    now: datetime,
) -> None:
    items: list[Item] = []
    versions: list[ItemVersion] = []
    texts: list[ItemText] = []
    criteria: list[ItemCriterion] = []
    for plan in plans:
        ready, stored = plan.ready, plan.stored
        if ready is None or plan.line.change is Change.UNCHANGED:
            continue
        words = dict(ready.texts)
        if stored is not None and plan.line.change is Change.LANGUAGE:
            version_id = stored.version_id
            words = {language: text for language, text in words.items() if language not in stored.texts}
        else:
            version_id = new_id()
            if stored is None:
                item = Item(body_id=body_id, id=new_id(), identifier=ready.identifier, use=use, number=1)
                items.append(item)
            else:
                item = stored.item
                item.number = stored.number + 1
                if stored.digest == ready.digest:  # the other languages still fit this structure
                    words = {**{code: dict(text) for code, text in stored.texts.items()}, **words}
            versions.append(
                ItemVersion(
                    body_id=body_id,
                    id=version_id,
                    item_id=item.id,
                    number=item.number,
                    kind=ready.kind,
                    structure=ready.structure,
                    digest=ready.digest,
                    source=plan.line.file,
                    imported_at=now,
                    imported_by=imported_by,
                )
            )
            criteria += [
                ItemCriterion(body_id=body_id, item_version_id=version_id, criterion_id=id_)
                for id_ in sorted(plan.criteria)
            ]
        texts += [
            ItemText(
                body_id=body_id,
                item_version_id=version_id,
                language=language,
                title=text["title"],
                content=text,
                words=folded(text),
            )
            for language, text in words.items()
        ]
    for rows in (items, versions, [*texts, *criteria]):
        session.add_all(rows)
        session.flush()
