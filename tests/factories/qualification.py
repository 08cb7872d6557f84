"""Test pieces with their reports behind a certificate, for tests."""

from datetime import date, datetime

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.credentials.tables import CredentialIntent
from assessment.domain.practicals.task_document import ReportKind
from assessment.domain.roles import Role
from assessment.practicals.pieces import NewReport, record_piece, record_report
from assessment.practicals.tables import Practical
from tests.factories.accounts import NOW, make_actor

TYPED = {
    "wps_number": "WPS-07",
    "wps_revision": "2",
    "process": "SMAW (111)",
    "joint": "BW",
    "parent_group": "1.1",
    "thickness": "6",
    "position": "PC",
    "examiner": "Wati Misal",
}
WELDED = date(2026, 3, 12)
ENOUGH = (ReportKind.VISUAL, ReportKind.BEND)


def make_piece(
    session: Session,
    credential_id: str,
    *,
    kinds: tuple[ReportKind, ...] = ENOUGH,
    refused: tuple[ReportKind, ...] = (),
    now: datetime = NOW,
    **changed: str,
) -> str:
    """A test piece of the practical behind a certificate, with reports; returns its id."""
    intent = session.scalars(select(CredentialIntent).where(CredentialIntent.id == credential_id)).one()
    practical = session.scalars(select(Practical).where(Practical.application_id == intent.application_id)).one()
    who = make_actor(session, intent.body_id, Role.INVIGILATOR, site_id=practical.site_id, name="Tono Misal")
    piece = record_piece(
        session,
        who,
        practical.id,
        stamp=f"A-{credential_id}",
        welded_on=WELDED,
        typed={**TYPED, **changed},
        reason="",
        now=now,
    )
    for kind in kinds:
        report = NewReport(
            kind=kind,
            reference=f"LAB-{kind}",
            laboratory="Lab Contoh",
            accreditation="LP-000-IDN",
            operator="Adi Misal",
            tested_on=WELDED,
            accepted=kind not in refused,
            file=b"%PDF-1.7 sample",
        )
        record_report(session, who, current_app.extensions["storage"], practical.id, report, now=now)
    return piece.id
