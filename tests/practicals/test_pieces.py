"""Test pieces and reports: who may enter them, what a correction is, and what a missing report means for evidence."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.certification.awaited_reports import after_reports
from assessment.certification.marks import Marked, marks_of
from assessment.domain.certification.duties import Side
from assessment.domain.errors import Conflict, Invalid
from assessment.domain.practicals.task_document import ReportKind
from assessment.domain.practicals.test_piece import facts_from, with_reports
from assessment.domain.roles import Role
from assessment.practicals.piece_queries import newest_piece, reports_of
from assessment.practicals.pieces import NewReport, record_piece, record_report
from assessment.practicals.submitting import submit
from assessment.practicals.tables import PracticalState
from assessment.practicals.tables_pieces import TestPiece as PieceRow
from assessment.practicals.tables_pieces import TestReport as ReportRow
from assessment.storage import Storage
from tests.factories.accounts import NOW, make_actor
from tests.factories.practicals import MadePractical, a_criterion, a_document, make_practical, mark_all

LATER = NOW + timedelta(hours=2)
TYPED = {
    "wps_number": "WPS-07",
    "wps_revision": "2",
    "process": "SMAW (111)",
    "joint": "BW, V",
    "parent_group": "1.1",
    "heat_number": "H-4411",
    "thickness": "10,0",
    "position": "3G (PF)",
    "filler": "E7018",
    "examiner": "Wati Misal",
}
REPORT = NewReport(
    kind=ReportKind.RADIOGRAPHIC,
    reference="RT-12",
    laboratory="Lab Contoh",
    accreditation="LP-000-IDN",
    operator="Adi Misal",
    tested_on=date(2026, 3, 13),
    accepted=True,
    file=b"%PDF-1.7 sample",
)


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path)


def piece(session: Session, practical: MadePractical, *, stamp: str = "A-17", reason: str = "") -> PieceRow:
    return record_piece(
        session,
        practical.invigilator,
        practical.id,
        stamp=stamp,
        welded_on=date(2026, 3, 12),
        typed=TYPED,
        reason=reason,
        now=NOW,
    )


def said_by(session: Session, practical: MadePractical, *, until: datetime | None = None) -> list[Marked]:
    found = marks_of(session, practical.body_id, practical.application_id, until=until)
    return after_reports(session, practical.body_id, found, until=until)


def test_the_newest_entry_counts_and_the_first_one_stays(session: Session) -> None:
    practical = make_practical(session)
    first = piece(session, practical)
    assert (first.number, first.facts["thickness"]) == (1, "10.0")
    with pytest.raises(Invalid):
        piece(session, practical)
    piece(session, practical, stamp="A-18", reason="Stempel salah dibaca.")
    found = newest_piece(session, practical.body_id, practical.id)
    assert found is not None
    assert (found.number, found.stamp) == (2, "A-18")


def test_a_stamp_stands_on_one_piece(session: Session) -> None:
    practical = make_practical(session)
    piece(session, practical)
    other = make_practical(
        session,
        body_id=practical.body_id,
        made=practical.made,
        assessor=practical.assessor,
        state=PracticalState.CHECKED_IN,
    )
    with pytest.raises(Conflict):
        piece(session, other)


def test_no_stamp_before_the_check_in(session: Session) -> None:
    practical = make_practical(session, state=PracticalState.SCHEDULED)
    with pytest.raises(Conflict):
        piece(session, practical)


@pytest.mark.parametrize("side", [Side.ASSESSOR, Side.DECIDER])
def test_neither_assessor_nor_decider_enters_a_report(session: Session, storage: Storage, side: Side) -> None:
    practical = make_practical(session)
    piece(session, practical)
    actor = practical.assessor
    if side is Side.DECIDER:
        actor = make_actor(session, practical.body_id, Role.DECIDER, name="Sari Misal")
        take_side(session, practical.body_id, practical.application_id, actor.person_id, side, now=NOW)
    with pytest.raises(Conflict):
        record_report(session, actor, storage, practical.id, REPORT, now=LATER)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            insert(ReportRow).values(
                body_id=practical.body_id,
                id=new_id(),
                practical_id=practical.id,
                application_id=practical.application_id,
                person_id=actor.person_id,
                side="invigilator",
                kind=ReportKind.BEND,
                reference="x",
                laboratory="x",
                accreditation="x",
                operator="x",
                tested_on=date(2026, 3, 13),
                accepted=True,
                file_digest="0" * 64,
                file_size=1,
                media_type="application/pdf",
                remark="",
                received_at=LATER,
            )
        )


def test_a_report_needs_a_piece_and_a_file_that_is_one(session: Session, storage: Storage) -> None:
    practical = make_practical(session)
    with pytest.raises(Conflict):
        record_report(session, practical.invigilator, storage, practical.id, REPORT, now=LATER)
    piece(session, practical)
    for file in (b"", b"MZ not a report", b"%PDF-" + b"0" * (12 * 1024 * 1024)):
        with pytest.raises(Invalid):
            record_report(session, practical.invigilator, storage, practical.id, _report(file=file), now=LATER)
    stored = record_report(session, practical.invigilator, storage, practical.id, REPORT, now=LATER)
    assert storage.get(stored.file_digest) == REPORT.file
    assert [each.reference for each in reports_of(session, practical.body_id, practical.id)] == ["RT-12"]


def test_evidence_stays_open_until_the_report_is_in(session: Session, storage: Storage) -> None:
    document = a_document(
        a_criterion("C1", "checked", number="1.1", report="radiographic"), a_criterion("C2", "checked", number="1.2")
    )
    practical = make_practical(session, document=document)
    piece(session, practical)
    mark_all(session, practical)
    submit(session, practical.assessor, practical.id, now=NOW + timedelta(hours=1))

    def says() -> list[bool | None]:
        (marked,) = said_by(session, practical)
        order = [practical.made.criterion_ids[f"C.25LAS01.029.1/1.{n}"] for n in (1, 2)]
        by_criterion = {each.criterion_id: each.sufficient for each in marked.evidence}
        return [by_criterion[criterion_id] for criterion_id in order]

    assert says() == [None, True]
    record_report(session, practical.invigilator, storage, practical.id, REPORT, now=LATER)
    assert says() == [True, True]
    (before,) = said_by(session, practical, until=LATER - timedelta(minutes=1))
    assert None in {each.sufficient for each in before.evidence}
    refusing = _report(accepted=False)
    record_report(session, practical.invigilator, storage, practical.id, refusing, now=LATER + timedelta(minutes=1))
    assert says() == [False, True]


@pytest.mark.parametrize(
    ("sufficient", "reports", "expected"),
    [
        (True, {}, None),
        (False, {}, False),
        (None, {}, None),
        (True, {ReportKind.BEND: True}, True),
        (None, {ReportKind.BEND: True}, None),
        (True, {ReportKind.BEND: False}, False),
        (None, {ReportKind.BEND: False}, False),
        (True, {ReportKind.MACRO: True}, None),
    ],
)
def test_what_a_report_makes_of_evidence(
    sufficient: bool | None, reports: dict[ReportKind, bool], expected: bool | None
) -> None:
    assert with_reports(sufficient, [ReportKind.BEND], reports) is expected
    assert with_reports(sufficient, [], reports) is sufficient


@pytest.mark.parametrize("change", [{"thickness": "0"}, {"thickness": "thick"}, {"process": " "}, {"filler": "x" * 81}])
def test_facts_that_are_none_are_refused(change: dict[str, str]) -> None:
    assert facts_from(TYPED)["heat_number"] == "H-4411"
    with pytest.raises(Invalid):
        facts_from({**TYPED, **change})


def _report(*, file: bytes = REPORT.file, accepted: bool = True) -> NewReport:
    return replace(REPORT, file=file, accepted=accepted)
