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
    needing = [marked.practical_id for marked in found if any(_needed(piece) for piece in marked.evidence)]
    if not needing:
        return found
    reports = _newest_reports(session, body_id, needing, until)
    return [_after(marked, reports.get(marked.practical_id, {})) for marked in found]


def _after(marked: Marked, reports: Said) -> Marked:
    return replace(
        marked,
        at=max((marked.at, *(at for _, at in reports.values()))),
        evidence=tuple(_with(piece, reports) for piece in marked.evidence),
    )


def _with(piece: Evidence, reports: Said) -> Evidence:
    needed = _needed(piece)
    if not needed:
        return piece
    accepted = {kind: said for kind, (said, _) in reports.items()}
    return replace(
        piece,
        sufficient=with_reports(piece.sufficient, needed, accepted),
        detail={**piece.detail, "reports": {kind.value: accepted.get(kind) for kind in needed}},
    )


def _needed(piece: Evidence) -> list[ReportKind]:
    kinds = ((told["mark"] or {}).get("report") for told in piece.detail.get("marks", ()))
    return [ReportKind(kind) for kind in dict.fromkeys(kinds) if kind is not None]


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
