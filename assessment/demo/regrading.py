"""A regrade of the exam: an item turned out to be unclear, and everybody gets its marks."""

from datetime import datetime

from sqlalchemy import select

from assessment.certification.regrade_cases import case_lines, handle_case
from assessment.database import reading
from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.cast import Ensemble
from assessment.demo.content import Content
from assessment.domain.exams.regrade import Remedy
from assessment.domain.roles import Role
from assessment.exams.foreseeing import Preview, Proposal, preview
from assessment.exams.regrading import confirm, propose
from assessment.exams.tables import FormItem

DAYS_AGO = 1
UNCLEAR = "Dua pilihan sama-sama dapat dibenarkan (contoh)."
AGREED = "Soal dilihat bersama penulis; semua mendapat nilainya."
NOTHING_FOLLOWS = "Nilai naik, keputusan dan sertifikat tetap benar; tidak ada yang perlu diubah."


def plan_regrade(ensemble: Ensemble, content: Content, agenda: Agenda) -> None:
    """Put a regrade by two people on the agenda; it touches only candidates who were decided on already."""
    agenda.add(ensemble.calendar.at(DAYS_AGO, 15), lambda now: _regrade(ensemble, content, now))


def _regrade(ensemble: Ensemble, content: Content, now: datetime) -> None:
    found = _fitting(ensemble, content)
    if found is None:
        return
    manager, second = ensemble.one(Role.QUALITY_MANAGER), ensemble.one(Role.SCHEME_MANAGER)
    with acting(manager, now, "regrade") as session:
        regrade_id = propose(
            session, manager, found.proposal, reason=UNCLEAR, seen=found.digest, foreseen=found, now=now
        ).id
    with acting(second, now, "regrade_answer") as session:
        confirm(session, second, regrade_id, reason=AGREED, seen=found.digest, foreseen=found, now=now)
    with reading() as session:
        lines, _total = case_lines(session, ensemble.code, only_open=True)
        case_id = lines[0].case.id
    with acting(manager, now, "regrade_case") as session:
        handle_case(session, manager, case_id, note=NOTHING_FOLLOWS, now=now)


def _fitting(ensemble: Ensemble, content: Content) -> Preview | None:
    """The first item of the form whose full marks would change somebody, and only who was decided on."""
    with reading() as session:
        items = session.scalars(
            select(FormItem.item_version_id)
            .where(FormItem.body_id == ensemble.code, FormItem.form_id == content.form_id)
            .order_by(FormItem.position)
        ).all()
        for item in items:
            wanted = Proposal(form_id=content.form_id, item_version_id=item, remedy=Remedy.FULL_MARKS)
            found = preview(session, ensemble.code, wanted)
            if found.turned and all(touched.decision_id for touched in found.touched.values()):
                return found
    return None
