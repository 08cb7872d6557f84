"""What is issued in a measurement: the demo's welding certificate, for people who are drawn, each with other results.

Scheme, units, sheet and page are the demo's, through the doors that a body uses; only who proved what is drawn, because
a decision on a person takes a whole certification.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.bench import databases
from assessment.bench.installation import install, settings_in
from assessment.bench.world import BODY, writing
from assessment.certification.result_json import TakenMark
from assessment.credentials.certificate import Certificate, Occasion, UnitLine
from assessment.credentials.keys import fix_origin, issuer_did
from assessment.credentials.offering import achievement_of, offered_units
from assessment.credentials.proving import MEASURED, Sheet, sheet_of
from assessment.credentials.signing import Order
from assessment.database import db
from assessment.demo.cast import register_cast
from assessment.demo.content import Content, load_content
from assessment.domain.competency import Method
from assessment.domain.credentials.achievement import (
    Achievement,
    PracticalCriterion,
    PracticalResult,
    StatusEntry,
    UnitOffered,
)
from assessment.domain.credentials.status_list import LIST_BITS, StatusPurpose
from assessment.domain.ids import ID_BYTES, to_base32
from assessment.domain.practicals.marking_json import from_json
from assessment.domain.practicals.rubric import Checked, Judged, Measured
from assessment.practicals.tables import Rubric, RubricCriterion
from assessment.schemes.queries import SchemeFacts, scheme_facts
from assessment.settings import Settings

ZONE = ZoneInfo("Asia/Jakarta")
DECIDED = date(2026, 11, 24)
NAMES = ("Siti Contoh", "Joko Rekaan", "Wati O'Contoh", "Ayu Nurul Fiktif", "Bùi Contoh")


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """An installation with the demo's content, and what is to be issued there."""

    app: Flask
    settings: Settings
    orders: list[Order]


@contextmanager
def office(folder: Path, *, people: int) -> Iterator[Office]:
    """Give an installation on SQLite in a folder of its own, with an order for each person."""
    with databases.sqlite(folder) as place:
        settings, moment = settings_in(folder, place.url, base_url="http://localhost:8000"), datetime.now(UTC)
        app = install(settings, now=moment)
        with app.app_context():
            ensemble = next(each for each in register_cast(moment).ensembles if each.code == BODY)
            content = load_content(ensemble)
            with writing(moment) as session:
                orders = _orders(session, content, fix_origin(session, now=moment), people)
            yield Office(app=app, settings=settings, orders=orders)
            db.session.remove()
            db.engine.dispose()


def _orders(session: Session, content: Content, origin: str, people: int) -> list[Order]:
    facts = scheme_facts(session, BODY, content.scheme_version_id)
    certificate = _certificate(session, content, facts, origin)
    units = offered_units(session, BODY, content.scheme_version_id, certificate.address)
    sheet = sheet_of(session, certificate)
    achievement = achievement_of(session, certificate, sheet.criteria)
    draw = random.Random(people)  # the same people in each run
    return [_order(draw, number, certificate, achievement, units, sheet) for number in range(people)]


def _certificate(session: Session, content: Content, facts: SchemeFacts, origin: str) -> Certificate:
    """Return what all of them have in common: nobody's units, and a mark on each line of the sheet."""
    scope: dict[str, list[str]] = {}
    for name, value in facts.scope:
        scope.setdefault(name, []).append(value)
    rows = session.scalars(
        select(RubricCriterion)
        .join(Rubric, (Rubric.body_id == RubricCriterion.body_id) & (Rubric.id == RubricCriterion.rubric_id))
        .where(Rubric.body_id == BODY, Rubric.task_id == content.task_id)
    )
    return Certificate(
        body_id=BODY,
        origin=origin,
        did=issuer_did(session, BODY),
        person_id="nobody",
        issuer_name="LSP Contoh Las",
        issuer_city="Jakarta",
        licensed=False,
        authority="",
        authority_number="",
        scheme_code=facts.code,
        scheme_version=facts.number,
        scheme_version_id=facts.scheme_version_id,
        titles=facts.titles,
        summaries=facts.summaries,
        scope=tuple((name, tuple(values)) for name, values in scope.items()),
        units=(),
        occasions=(
            Occasion(kind="exam", day=DECIDED - timedelta(days=7), site="TUK Contoh", city="Jakarta"),
            Occasion(kind="practical", day=DECIDED - timedelta(days=4), site="Bengkel Contoh", city="Bekasi"),
        ),
        meeting_number="2026-11",
        deciders=3,
        outside_deciders=1,
        trained_here=False,
        stamp=True,
        welding=True,
        decided_on=DECIDED,
        valid_until_on=DECIDED.replace(year=DECIDED.year + 3),
        zone=ZONE,
        marks=tuple(_marked(row) for row in rows),
    )


def _marked(row: RubricCriterion) -> TakenMark:
    said: dict[str, object]
    match from_json(row.definition):
        case Judged(minimum=minimum):
            said = {"level": minimum}
        case Measured():
            said = {"value": "0.3", "unit": "mm", "inside": True}
        case Checked():
            said = {"answer": "yes"}
    return TakenMark(practical_id="", rubric_criterion_id=row.id, code=row.code, said=said)


def _order(
    draw: random.Random,
    number: int,
    certificate: Certificate,
    achievement: Achievement,
    units: tuple[UnitOffered, ...],
    sheet: Sheet,
) -> Order:
    required = {(line.rubric, line.code): line for line in sheet.criteria}
    first = draw.randrange(LIST_BITS)
    return Order(
        public_id=to_base32(draw.randbytes(ID_BYTES)),
        number=f"LAS-2026-{number + 1:06}",
        certificate=replace(certificate, units=tuple(_proved(draw, unit) for unit in units)),
        achievement=achievement,
        practical=tuple(_result(draw, required[result.rubric, result.code]) for result in sheet.results),
        evidence=(),
        statuses=tuple(StatusEntry(purpose=purpose, index=first) for purpose in StatusPurpose),
        name=f"{draw.choice(NAMES)} {''.join(draw.choices('aeioukmnrst', k=6)).capitalize()}",
        birth_year=draw.randrange(1970, 2008),
        wrapped=b"",
    )


def _proved(draw: random.Random, unit: UnitOffered) -> UnitLine:
    ways = [way for way in sorted(unit.methods) if way is not Method.ORAL or draw.random() < 0.25]
    written = (Fraction(draw.randrange(24, 41)), Fraction(40)) if Method.WRITTEN in ways else None
    titles = {"id": unit.source_name, "en": unit.name}
    return UnitLine(code=unit.code, titles=titles, methods=tuple(ways), written=written)


def _result(draw: random.Random, line: PracticalCriterion) -> PracticalResult:
    codes = [level.code for level in line.levels]
    if line.levels == MEASURED:
        value = f"{draw.randrange(50) / 10} mm"
        return PracticalResult(rubric=line.rubric, code=line.code, level="inside", value=value)
    enough = codes[codes.index(line.required_level or codes[0]) :]
    return PracticalResult(rubric=line.rubric, code=line.code, level=draw.choice(enough))
