"""Bringing a competency standard in: invisible rows in small batches, then one short step that publishes.

Nobody may hold SQLite's write lock for the length of a package, so an import is not one transaction: this is
the one service that runs units of work itself. Each batch is a transaction of a few milliseconds; its rows
belong to a standard in the state *staging*, which no page and no query shows. The last transaction retires the
older version and publishes the new one. An import that fails or is killed leaves staging rows behind; the next
import of the same body takes them away, and a slower one that loses its rows to it is refused at its end.
"""

import gc
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from assessment.accounts.ids import new_id
from assessment.accounts.tables import CertificationBody
from assessment.database import Act, Base, reading, unit_of_work
from assessment.domain.case.package import Oddity, Package
from assessment.domain.case.read import write
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.standards.exporting import export_standard
from assessment.standards.packing import pack, summary
from assessment.standards.tables import (
    Association,
    Competency,
    CompetencyAlias,
    CompetencyKind,
    CompetencyText,
    Standard,
    StandardState,
)

# What one transaction writes: at most so many rows, and so many characters of JSON and text.
BATCH_ROWS = 25
BATCH_CHARACTERS = 60_000

# An index of PostgreSQL holds keys up to about 2,700 bytes; a character has up to 4.
LONGEST_KEY = 300

_OVERTAKEN = N_("Another import of this body began in the meantime. Nothing of this one was kept; start it again.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What an import did. `items`: the items in the file; `changed` is False when the same content was there."""

    standard_id: str
    identifier: str
    title: str
    number: int
    items: int
    units: int
    oddities: tuple[Oddity, ...]
    changed: bool


def import_standard(body_id: str, package: Package, *, act: Act) -> Imported:
    """Store a package as the next version of its standard, publish it and retire the version before.

    The same content as the published version changes nothing. Runs its own units of work, written by `act`:
    call it outside of one, or in a request that has written nothing yet.

    Raises NotFound for an unknown body, Invalid for a code longer than 300 characters, and Conflict when
    another import of the body overtook this one.
    """
    _check_keys(package)
    with reading() as session:
        if session.get(CertificationBody, body_id) is None:
            raise NotFound(N_("There is no certification body %(body)s."), body=body_id)
        held = _unchanged(session, body_id, package)
        leftovers = _leftovers(session, body_id)
        number = _next_number(session, body_id, package.identifier)
    try:
        for leftover in leftovers:
            _remove(body_id, leftover, act)
    except IntegrityError as error:
        raise Conflict(_OVERTAKEN) from error
    if held is not None:
        return _outcome(package, standard_id=held[0], number=held[1], changed=False)
    standard_id = new_id()
    standard = Standard(
        body_id=body_id,
        id=standard_id,
        identifier=package.identifier,
        number=number,
        title=package.title,
        creator=package.creator,
        language=package.language,
        state=StandardState.STAGING,
        case_version=package.case_version,
        document=dict(package.document),
        rest=pack(package.rest, package.oddities),
        oddities=summary(package.oddities),
        imported_at=act.at,
        imported_by=act.person_id,
    )
    tables = _rows(body_id, standard_id, package)
    try:
        for rows in ([standard], *tables):
            for batch in _batches(rows):
                with _short_work(act) as session:
                    session.add_all(batch)
        _publish(body_id, standard_id, package.identifier, [len(rows) for rows in tables], act)
    except IntegrityError as error:
        raise Conflict(_OVERTAKEN) from error
    return _outcome(package, standard_id=standard_id, number=number, changed=True)


def _outcome(package: Package, *, standard_id: str, number: int, changed: bool) -> Imported:
    return Imported(
        standard_id=standard_id,
        identifier=package.identifier,
        title=package.title,
        number=number,
        items=len(package.rest["items"]),
        units=sum(node.kind.value == CompetencyKind.UNIT.value for node in package.nodes),
        oddities=package.oddities,
        changed=changed,
    )


# --- before the first write -----------------------------------------------------------------------------


def _check_keys(package: Package) -> None:
    keys = [("identifier", package.identifier)]
    for node in package.nodes:
        keys += [("identifier", node.key), ("humanCodingScheme", node.code)]
        keys += [("language", language) for language in node.texts]
    keys += [("humanCodingScheme", alias.code) for alias in package.aliases]
    for member, value in keys:
        if len(value) > LONGEST_KEY:
            raise Invalid(
                N_("%(member)s: expected at most %(limit)s characters, got %(got)s: %(start)s…"),
                member=member,
                limit=LONGEST_KEY,
                got=len(value),
                start=value[:40],
            )


def _unchanged(session: Session, body_id: str, package: Package) -> tuple[str, int] | None:
    """Return (id, number) of the published version when the package says the same."""
    published = session.execute(
        select(Standard.id, Standard.number).where(
            Standard.body_id == body_id,
            Standard.identifier == package.identifier,
            Standard.state == StandardState.PUBLISHED,
        )
    ).first()
    if published is None:
        return None
    incoming = write(
        document=package.document,
        items={node.key: node.raw for node in package.nodes},
        associations=[association.raw for association in package.associations],
        rest=package.rest,
    )
    stored = export_standard(session, body_id, published.id)
    return (published.id, published.number) if _canonical(incoming) == _canonical(stored) else None


def _canonical(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _leftovers(session: Session, body_id: str) -> Sequence[str]:
    return session.scalars(
        select(Standard.id).where(Standard.body_id == body_id, Standard.state == StandardState.STAGING)
    ).all()


def _next_number(session: Session, body_id: str, identifier: str) -> int:
    newest = session.scalar(
        select(func.max(Standard.number)).where(
            Standard.body_id == body_id,
            Standard.identifier == identifier,
            Standard.state != StandardState.STAGING,
        )
    )
    return (newest or 0) + 1


# --- staging --------------------------------------------------------------------------------------------


def _rows(body_id: str, standard_id: str, package: Package) -> list[Sequence[Base]]:
    """All rows below a standard, table by table, a parent before its children."""
    ids = {node.key: new_id() for node in package.nodes}
    return [
        [
            Competency(
                body_id=body_id,
                id=ids[node.key],
                standard_id=standard_id,
                parent_id=None if node.parent is None else ids[node.parent],
                kind=CompetencyKind(node.kind.value),
                identifier=node.key,
                code=node.code,
                position=node.position,
                raw=dict(node.raw),
            )
            for node in package.nodes
        ],
        [
            CompetencyText(body_id=body_id, competency_id=ids[node.key], language=language, statement=statement)
            for node in package.nodes
            for language, statement in node.texts.items()
        ],
        [
            Association(
                body_id=body_id,
                id=new_id(),
                standard_id=standard_id,
                position=association.position,
                kind=association.kind,
                origin=association.origin,
                destination=association.destination,
                raw=dict(association.raw),
            )
            for association in package.associations
        ],
        [
            CompetencyAlias(body_id=body_id, competency_id=ids[key], code=code)
            for key, code in dict.fromkeys((alias.key, alias.code) for alias in package.aliases)
        ],
    ]


def _batches(rows: Iterable[Base]) -> Iterator[list[Base]]:
    """Cut rows into portions that one short transaction can write."""
    batch: list[Base] = []
    characters = 0
    for row in rows:
        size = _size(row)
        if batch and (len(batch) == BATCH_ROWS or characters + size > BATCH_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(row)
        characters += size
    if batch:
        yield batch


def _size(row: Base) -> int:
    match row:
        case Competency(raw=raw) | Association(raw=raw):
            return sum(len(str(value)) for value in raw.values())
        case CompetencyText(statement=statement):
            return len(statement)
        case _:
            return 0


def _publish(body_id: str, standard_id: str, identifier: str, expected: list[int], act: Act) -> None:
    """Make the staged version the one that everybody sees.

    `expected`: how many competencies, texts, associations and aliases it must have. Raises Conflict when some
    are gone: half a package does not exist.
    """
    with _short_work(act) as session:
        staged = session.get(Standard, (body_id, standard_id), with_for_update=True)
        if staged is None or _counts(session, body_id, standard_id) != expected:
            raise Conflict(_OVERTAKEN)
        older = session.scalars(
            select(Standard).where(
                Standard.body_id == body_id,
                Standard.identifier == identifier,
                Standard.state == StandardState.PUBLISHED,
            )
        )
        for standard in older:
            standard.state = StandardState.RETIRED
        staged.state = StandardState.PUBLISHED


def _counts(session: Session, body_id: str, standard_id: str) -> list[int]:
    ids = select(Competency.id).where(Competency.body_id == body_id, Competency.standard_id == standard_id)
    counts = (
        select(func.count()).select_from(ids.subquery()),
        select(func.count()).where(CompetencyText.body_id == body_id, CompetencyText.competency_id.in_(ids)),
        select(func.count()).where(Association.body_id == body_id, Association.standard_id == standard_id),
        select(func.count()).where(CompetencyAlias.body_id == body_id, CompetencyAlias.competency_id.in_(ids)),
    )
    return [session.scalar(count) or 0 for count in counts]


# --- what a dead import left ----------------------------------------------------------------------------


def _remove(body_id: str, standard_id: str, act: Act) -> None:
    """Take a staged version away, in batches too: what hangs on a row before the row itself."""
    ids = select(Competency.id).where(Competency.body_id == body_id, Competency.standard_id == standard_id)
    child = aliased(Competency)
    leaves = select(Competency).where(
        Competency.body_id == body_id,
        Competency.standard_id == standard_id,
        ~select(child.id).where(child.body_id == body_id, child.parent_id == Competency.id).exists(),
    )
    for rows in (
        select(CompetencyText).where(CompetencyText.body_id == body_id, CompetencyText.competency_id.in_(ids)),
        select(CompetencyAlias).where(CompetencyAlias.body_id == body_id, CompetencyAlias.competency_id.in_(ids)),
        select(Association).where(Association.body_id == body_id, Association.standard_id == standard_id),
        leaves,
        select(Standard).where(Standard.body_id == body_id, Standard.id == standard_id),
    ):
        removed = BATCH_ROWS
        while removed:
            with _short_work(act) as session:
                found: Sequence[Base] = session.scalars(rows.limit(BATCH_ROWS).with_for_update()).all()
                for row in found:
                    session.delete(row)
                removed = len(found)


@contextmanager
def _short_work(act: Act) -> Iterator[Session]:
    """A unit of work in which Python does not stop to collect garbage.

    A large package makes so many objects that a full collection falls into some batch: 60 ms under the lock,
    measured with 2,000 items.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        with unit_of_work(act) as session:
            yield session
    finally:
        if collecting:
            gc.enable()
