"""Evidence after the reports that it needs: open until they are in, insufficient where one refuses (decision 0028)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.certification.marks import Marked
from assessment.domain.certification.evidence import Evidence
from assessment.domain.practicals.task_document import ReportKind
from assessment.domain.practicals.test_piece import with_reports
from assessment.practicals.tables_pieces import TestReport

Said = Mapping[ReportKind, tuple[bool, datetime]]
"""Kind of a report -> whether the newest one accepts, and when it came in."""


def after_reports(
    session: Session, body_id: str, found: list[Marked], *, until: datetime | None = None
) -> list[Marked]:
    """Return what practicals say once their reports are looked at; one statement, none where no report is needed."""
    needing = {
        practical_id
        for marked in found
        for piece in marked.evidence
        for practical_id in (place for places in _needed(piece).values() for place in places)
    }
    if not needing:
        return found
    reports = _newest_reports(session, body_id, sorted(needing), until)
    return [_after(marked, reports) for marked in found]


def _after(marked: Marked, reports: Mapping[str, Said]) -> Marked:
    places = {
        marked.practical_id,
        *(place for piece in marked.evidence for each in _needed(piece).values() for place in each),
    }
    return replace(
        marked,
        at=max((marked.at, *(at for place in places for _, at in reports.get(place, {}).values()))),
        evidence=tuple(_with(piece, reports) for piece in marked.evidence),
    )


def _with(piece: Evidence, reports: Mapping[str, Said]) -> Evidence:
    needed = _needed(piece)
    if not needed:
        return piece
    accepted: dict[ReportKind, bool] = {}
    for kind, places in needed.items():
        said = [reports.get(place, {}).get(kind) for place in places]
        answers = [each[0] for each in said if each is not None]
        if False in answers:
            accepted[kind] = False
        elif len(answers) == len(said):
            accepted[kind] = True
    return replace(
        piece,
        sufficient=with_reports(piece.sufficient, needed, accepted),
        detail={**piece.detail, "reports": {kind.value: accepted.get(kind) for kind in needed}},
    )


def _needed(piece: Evidence) -> dict[ReportKind, list[str]]:
    """Each kind of report that is needed -> the practicals with their pieces: also that of a mark carried over."""
    found: dict[ReportKind, list[str]] = {}
    for told in piece.detail.get("marks", ()):
        kind = (told["mark"] or {}).get("report")
        if kind is not None:
            place = told["carried"]["practical"] if "carried" in told else piece.source.id
            places = found.setdefault(ReportKind(kind), [])
            if place not in places:
                places.append(place)
    return found


def _newest_reports(
    session: Session, body_id: str, practical_ids: list[str], until: datetime | None
) -> dict[str, dict[ReportKind, tuple[bool, datetime]]]:
    query = (
        select(TestReport.practical_id, TestReport.kind, TestReport.accepted, TestReport.received_at)
        .where(TestReport.body_id == body_id, TestReport.practical_id.in_(practical_ids))
        .order_by(TestReport.received_at, TestReport.id)
    )
    if until is not None:
        query = query.where(TestReport.received_at <= until)
    found: dict[str, dict[ReportKind, tuple[bool, datetime]]] = {}
    for row in session.execute(query):
        found.setdefault(row.practical_id, {})[row.kind] = (row.accepted, row.received_at)
    return found
