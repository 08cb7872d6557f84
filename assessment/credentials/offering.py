"""What a scheme version can certify, as an achievement: its units, their ways of proof, and the codes beside them.

A code of another framework stands there only where a source of this installation states it: an older code of the
same unit, an association in the standard's own file, a number of ISO 4063 or a position of ISO 6947 in the scope.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.certification.grid import Grid, grid_of
from assessment.credentials.certificate import CRITERIA, Certificate, scheme_address
from assessment.domain.competency import Method, Unit
from assessment.domain.credentials.achievement import Achievement, AlignedCode, PracticalCriterion, Terms, UnitOffered
from assessment.domain.credentials.build import ASSESSMENT, CERTIFICATION, COMPETENT_LEVELS
from assessment.domain.language import text_in
from assessment.domain.plan import ItemsCut
from assessment.standards.queries import aliases
from assessment.standards.tables import Association, Competency, CompetencyText, Standard

TERMS = (
    "Shown whole and as it was issued, for what it states and while it stands; whoever is shown it may check it. "
    "Once it is revoked or suspended, nobody refers to it."
)

# What says that two nodes are about the same competence (CASE 1.1, CFAssociation.associationType).
_SAME = frozenset({"exactMatchOf", "isRelatedTo"})
_ASEAN = re.compile(r"D[12]\.[A-Z]{3}\.CL\d{1,2}\.\d{2}")
ASEAN = "ASEAN Common Competency Standards for Tourism Professionals (ACCSTP)"

# Numbers of ISO 4063 and positions of ISO 6947 that a scope may name; anything else is no code of theirs.
_PROCESSES = frozenset({"111", "114", "121", "131", "135", "136", "138", "141", "311"})
_PROCESS = re.compile(r"(?P<name>[^()]+) \((?P<code>\d{3})\)")
_POSITION = re.compile(r"(?:.* / )?(?P<code>P[A-HJ]|[HJ]-L045)")


def achievement_of(
    session: Session, certificate: Certificate, practical: tuple[PracticalCriterion, ...] = ()
) -> Achievement:
    """Return the scheme version as an achievement; `practical`: the lines of the sheets that were used."""
    title = text_in(certificate.titles, "en")
    return Achievement(
        id=certificate.address,
        code=certificate.scheme_code,
        version=str(certificate.scheme_version),
        kind=CERTIFICATION if certificate.licensed else ASSESSMENT,
        name=title,
        source_name=text_in(certificate.titles, "id"),
        description=text_in(certificate.summaries, "en") or title,
        criteria=CRITERIA,
        framework=certificate.authority if certificate.licensed else certificate.issuer_name,
        url=scheme_address(certificate.origin, certificate.body_id, certificate.scheme_code),
        units=offered_units(session, certificate.body_id, certificate.scheme_version_id, certificate.address),
        codes=scope_codes(certificate.scope, certificate.address),
        practical=practical,
    )


def terms_of(certificate: Certificate) -> Terms:
    """Return on what terms a certificate may be used (ISO/IEC 17024, 9.7)."""
    return Terms(url=f"{certificate.address}#terms", text=TERMS)


def scope_codes(scope: Iterable[tuple[str, Iterable[str]]], address: str) -> tuple[AlignedCode, ...]:
    """Return the ISO codes that a scope names, for example 111 of ISO 4063 in "SMAW (111)"."""
    found = []
    for name, values in scope:
        for value in values:
            process, position = _PROCESS.fullmatch(value), _POSITION.fullmatch(value)
            if name == "process" and process is not None and process["code"] in _PROCESSES:
                found.append((process["code"], process["name"], "ISO 4063"))
            elif name == "position" and position is not None:
                found.append((position["code"], value, "ISO 6947"))
    return tuple(
        AlignedCode(code=code, name=text, framework=framework, url=f"{address}#scope")
        for code, text, framework in found
    )


@dataclass(slots=True)
class _Words:
    identifier: str
    framework: str
    titles: dict[str, str] = field(default_factory=dict)


def offered_units(session: Session, body_id: str, scheme_version_id: str, address: str) -> tuple[UnitOffered, ...]:
    """Return what a scheme version can certify: its units, each with every way of proof that its plan uses."""
    grid = grid_of(session, body_id, scheme_version_id)
    words = _words(session, body_id, [unit.id for unit in grid.units])
    older = aliases(session, body_id, list(words))
    abroad = _abroad(session, body_id, words)
    return tuple(_offered(grid, unit, words[unit.id], older.get(unit.id, ()), abroad, address) for unit in grid.units)


def unit_address(address: str, code: str) -> str:
    """Return where people read about a unit of a scheme version."""
    return f"{address}#unit-{quote(code, safe='')}"


def _offered(
    grid: Grid,
    unit: Unit,
    words: _Words,
    older: Iterable[str],
    abroad: Mapping[str, list[AlignedCode]],
    address: str,
) -> UnitOffered:
    cells = grid.cells_of(unit)
    methods = {cell.method for cell in cells}
    if Method.WRITTEN in methods:  # a criterion missed in writing may be closed by an oral question (rule 4)
        methods.add(Method.ORAL)
    cuts: set[Fraction] = {
        cell.rule.cut for cell in cells if cell.method is Method.WRITTEN and isinstance(cell.rule, ItemsCut)
    }
    source_name, url = text_in(words.titles, "id") or unit.code, unit_address(address, unit.code)
    return UnitOffered(
        code=unit.code,
        name=text_in(words.titles, "en") or unit.code,
        source_name=source_name,
        framework=words.framework,
        url=url,
        methods=frozenset(methods),
        levels=COMPETENT_LEVELS,
        cut=next(iter(cuts)) if len(cuts) == 1 else None,
        codes=(
            *(AlignedCode(code=code, name=source_name, framework=words.framework, url=url) for code in older),
            *abroad.get(words.identifier, ()),
        ),
    )


def _words(session: Session, body_id: str, unit_ids: list[str]) -> dict[str, _Words]:
    found = {unit_id: _Words(identifier="", framework="") for unit_id in unit_ids}
    for row in session.execute(
        select(Competency.id, Competency.identifier, Standard.title, CompetencyText.language, CompetencyText.statement)
        .join(Standard, (Standard.body_id == Competency.body_id) & (Standard.id == Competency.standard_id))
        .join(
            CompetencyText,
            (CompetencyText.body_id == Competency.body_id) & (CompetencyText.competency_id == Competency.id),
            isouter=True,
        )
        .where(Competency.body_id == body_id, Competency.id.in_(unit_ids))
    ):
        words = found[row.id]
        words.identifier, words.framework = row.identifier, row.title
        if row.language is not None:
            words.titles[row.language] = row.statement
    return found


def _abroad(session: Session, body_id: str, words: Mapping[str, _Words]) -> dict[str, list[AlignedCode]]:
    """Return a unit's identifier -> the ASEAN codes with which the standard's own file associates it."""
    rows = session.scalars(
        select(Association)
        .where(
            Association.body_id == body_id,
            Association.kind.in_(_SAME),
            Association.origin.in_([each.identifier for each in words.values()]),
        )
        .order_by(Association.position)
    )
    found: dict[str, list[AlignedCode]] = {}
    for row in rows:
        target: Mapping[str, Any] = row.raw.get("destinationNodeURI") or {}
        title = str(target.get("title", ""))
        code = _ASEAN.match(title)
        if code is not None:
            found.setdefault(row.origin, []).append(
                AlignedCode(
                    code=code[0],
                    name=title.removeprefix(code[0]).strip() or code[0],
                    framework=ASEAN,
                    url=str(target.get("uri", "")),
                )
            )
    return found
