"""What a re-assessment proves to those who decide: joined evidence that names where and when each mark was made."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.certification.awaited_reports import after_reports
from assessment.certification.evidence import gather, unit_results
from assessment.certification.evidence_table import table_of
from assessment.certification.facts import places_of
from assessment.certification.marks import Marked, marks_of
from assessment.certification.tables import Application
from assessment.domain.practicals.reassessment import Why
from assessment.practicals.held_marks import decide_held
from assessment.practicals.marking import criteria_to_mark, record_observations
from assessment.practicals.pieces import record_report
from assessment.practicals.tables import Observation
from assessment.storage import Storage
from tests.factories.practicals import MadePractical, a_criterion, a_document, entry
from tests.practicals.test_pieces import _report, piece
from tests.practicals.test_reassessing import AGAIN, LATER, Workshop

UNIT = "C.25LAS01.029.1"
WITH_REPORT = a_document(
    a_criterion("J1", "judged", number="1.1"),
    a_criterion("M1", "measured", number="1.2", step="weld", report="radiographic"),
    a_criterion("K1", "checked", number="1.3", step="weld"),
    a_criterion("C1", "checked", number="1.4", step="weld", safety_critical=True),
)


def said(session: Session, practical: MadePractical) -> Marked:
    (marked,) = after_reports(
        session, practical.body_id, marks_of(session, practical.body_id, practical.application_id)
    )
    return marked


def sufficient(session: Session, practical: MadePractical) -> dict[str, bool | None]:
    """Number of the criterion -> what its evidence says."""
    numbers = {criterion_id: number for number, criterion_id in practical.made.criterion_ids.items()}
    found = {numbers[piece.criterion_id]: piece.sufficient for piece in said(session, practical).evidence}
    return {number.partition("/")[2]: value for number, value in sorted(found.items())}


def passed_again(session: Session, workshop: Workshop) -> str:
    again = workshop.plan()
    workshop.begin(again)
    workshop.hand_in(again.id, workshop.first.assessor, AGAIN, K1={"answer": "yes"}, C1={"answer": "yes"})
    return again.id


def test_the_evidence_names_the_day_and_the_place_of_each_mark(session: Session) -> None:
    workshop = Workshop(session)
    again = passed_again(session, workshop)
    application = session.get_one(Application, (workshop.body_id, workshop.first.application_id))
    gathered = gather(session, application)
    (row,) = table_of(unit_results(gathered), {}, {}).rows
    marks = {mark.code: mark for cell in row.cells if cell for line in cell.lines for mark in line.marks}
    assert {
        code: (mark.practical_id, mark.carried_on and mark.carried_on.isoformat()) for code, mark in marks.items()
    } == {
        "J1": (workshop.first.id, "2026-03-12"),
        "M1": (workshop.first.id, "2026-03-12"),
        "K1": (again, None),
        "C1": (again, None),
    }
    assert marks["M1"].said is not None
    assert marks["M1"].said["value"] == "0.3"
    assert sufficient(session, workshop.first) == {"1.1": True, "1.2": True, "1.3": True, "1.4": True}
    # The joined evidence waits for the assessor's word, and the certificate names both days.
    assert gathered.unconfirmed()
    assert [place.at.date().isoformat() for place in places_of(session, application)] == ["2026-03-12", "2026-03-22"]


def test_an_earlier_practical_with_a_newer_result_does_not_come_back(session: Session) -> None:
    workshop = Workshop(session)
    again = passed_again(session, workshop)
    criteria = criteria_to_mark(session, workshop.body_id, workshop.first.id)
    late = [entry("K1", seq=60, answer="needs_more_evidence")]
    record_observations(session, workshop.first.assessor, workshop.first.id, late, criteria=criteria, now=AGAIN)
    number = session.scalars(
        select(Observation.number).where(Observation.practical_id == workshop.first.id, Observation.seq == 60)
    ).one()
    after = AGAIN + timedelta(hours=1)
    decide_held(session, workshop.manager, workshop.first.id, [number], taken=True, reason="Dari tablet.", now=after)
    assert len(workshop.results(workshop.first.id)) == 2
    assert said(session, workshop.first).practical_id == again


def test_a_report_on_the_first_piece_stays_the_report_of_its_marks(session: Session, tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    workshop = Workshop(session, document=WITH_REPORT)
    assert workshop.prospect().plan.to_mark["M1"] is Why.NOT_MET
    piece(session, workshop.first)
    record_report(session, workshop.first.invigilator, storage, workshop.first.id, _report(), now=LATER)
    assert workshop.prospect().plan.to_mark.keys() == {"K1", "C1"}
    passed_again(session, workshop)
    assert sufficient(session, workshop.first) == {"1.1": True, "1.2": True, "1.3": True, "1.4": True}
    refused = _report(accepted=False)
    record_report(session, workshop.first.invigilator, storage, workshop.first.id, refused, now=AGAIN)
    assert sufficient(session, workshop.first)["1.2"] is False


def test_what_a_report_has_refused_is_marked_again(session: Session, tmp_path: Path) -> None:
    workshop = Workshop(session, document=WITH_REPORT)
    piece(session, workshop.first)
    refused = _report(accepted=False)
    record_report(session, workshop.first.invigilator, Storage(tmp_path), workshop.first.id, refused, now=LATER)
    assert workshop.prospect().plan.to_mark["M1"] is Why.NOT_MET
