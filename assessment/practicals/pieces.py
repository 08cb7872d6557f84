"""Recording a test piece and the reports on it; who enters them takes the side of those who watch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid
from assessment.domain.practicals.task_document import ReportKind
from assessment.domain.practicals.test_piece import facts_from
from assessment.practicals.opening import locked
from assessment.practicals.piece_queries import newest_piece
from assessment.practicals.settling import settle
from assessment.practicals.tables import PracticalState
from assessment.practicals.tables_pieces import TestPiece, TestReport
from assessment.storage import Storage
from assessment.web.actor import Actor

LONGEST_STAMP = 40
LARGEST_FILE = 12 * 1024 * 1024
MEDIA = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
"""What a report may be, by how its file begins."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewReport:
    """A report as it is typed in, with its file."""

    kind: ReportKind
    reference: str
    laboratory: str
    accreditation: str
    operator: str
    tested_on: date
    accepted: bool
    file: bytes
    remark: str = ""


def record_piece(
    session: Session,
    actor: Actor,
    practical_id: str,
    *,
    stamp: str,
    welded_on: date,
    typed: Mapping[str, str],
    reason: str,
    now: datetime,
) -> TestPiece:
    """Write down the test piece of a practical, or a correction of it, which derives a result that is there again.

    Raises NotFound, Conflict before the check-in, for a stamp that another piece has and for whoever stands on another
    side of the application; Invalid for what is missing, and for a correction without a reason.
    """
    practical = locked(session, actor.body_id, practical_id)
    if practical.state is PracticalState.SCHEDULED:
        raise Conflict(N_("The stamp is given at the check-in; this candidate is not checked in yet."))
    facts = facts_from(typed)
    stamp = stamp.strip()
    if not 0 < len(stamp) <= LONGEST_STAMP:
        raise Invalid(N_("Expected a stamp of 1 to %(most)s characters."), most=LONGEST_STAMP)
    elsewhere = session.scalar(
        select(TestPiece.practical_id)
        .where(TestPiece.body_id == actor.body_id, TestPiece.stamp == stamp, TestPiece.practical_id != practical_id)
        .limit(1)
    )
    if elsewhere is not None:
        raise Conflict(N_("Another test piece has the stamp %(stamp)s already."), stamp=stamp)
    newest = newest_piece(session, actor.body_id, practical_id)
    if newest is not None and not reason.strip():
        raise Invalid(N_("A correction needs a reason; the first entry stays."))
    take_side(session, actor.body_id, practical.application_id, actor.person_id, Side.INVIGILATOR, now=now)
    piece = TestPiece(
        body_id=actor.body_id,
        id=new_id(),
        practical_id=practical_id,
        application_id=practical.application_id,
        person_id=actor.person_id,
        number=newest.number + 1 if newest else 1,
        stamp=stamp,
        welded_on=welded_on,
        facts=facts,
        reason=reason.strip() if newest else "",
        recorded_at=now,
    )
    session.add(piece)
    session.flush()
    if practical.state is PracticalState.SUBMITTED:
        settle(session, practical, now=now)  # limits that depend on the piece may say something else now
    return piece


def record_report(
    session: Session, actor: Actor, storage: Storage, practical_id: str, report: NewReport, *, now: datetime
) -> TestReport:
    """Take in a report on the test piece of a practical.

    Raises NotFound, Conflict without a test piece and for whoever stands on another side of the application, Invalid
    for a file that is no PDF, JPEG or PNG or is larger than 12 MB.
    """
    practical = locked(session, actor.body_id, practical_id)
    if newest_piece(session, actor.body_id, practical_id) is None:
        raise Conflict(N_("Write down the test piece first: a report belongs to its stamp."))
    media = next((media for start, media in MEDIA.items() if report.file.startswith(start)), None)
    if media is None or len(report.file) > LARGEST_FILE:
        raise Invalid(N_("Expected the report as a PDF, JPEG or PNG of up to 12 MB."))
    take_side(session, actor.body_id, practical.application_id, actor.person_id, Side.INVIGILATOR, now=now)
    stored = TestReport(
        body_id=actor.body_id,
        id=new_id(),
        practical_id=practical_id,
        application_id=practical.application_id,
        person_id=actor.person_id,
        kind=report.kind,
        reference=report.reference.strip(),
        laboratory=report.laboratory.strip(),
        accreditation=report.accreditation.strip(),
        operator=report.operator.strip(),
        tested_on=report.tested_on,
        accepted=report.accepted,
        file_digest=storage.put(report.file),
        file_size=len(report.file),
        media_type=media,
        remark=report.remark.strip(),
        received_at=now,
    )
    session.add(stored)
    session.flush()
    return stored
