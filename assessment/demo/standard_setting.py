"""A panel sets the cut of the exam: two rounds of estimates, and the outcome with its standard error.

Candidates have the form already, so that the outcome stays beside it: the next form is drawn with this cut.
"""

from datetime import datetime, timedelta

from assessment.database import reading
from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.cast import Ensemble
from assessment.domain.roles import Role
from assessment.exams.cut_studies import begin, close, open_next_round, rate, worth_of
from assessment.web.actor import Actor

DAYS_AGO = 6
JUST_GOOD_ENOUGH = (
    "Mengenal alat dan bahaya kerja dan bekerja menurut instruksi; hitungan dan kasus yang jarang masih ragu (contoh)."
)
DISCUSSED = "Butir tentang urutan kerja dinilai terlalu mudah pada putaran pertama; kasus jarang dibahas (contoh)."
# How far each judge lies from the panel in either round, in percent; the spread gets smaller.
APART = ((-15, -5, 5, 15), (-6, 0, 2, 8))


def plan_standard_setting(ensemble: Ensemble, form_id: str, agenda: Agenda) -> None:
    """Put the meeting of the panel on the agenda."""
    agenda.add(ensemble.calendar.at(DAYS_AGO, 10), lambda now: _meet(ensemble, form_id, now))


def _meet(ensemble: Ensemble, form_id: str, now: datetime) -> None:
    lead = ensemble.one(Role.QUALITY_MANAGER)
    panel = [ensemble.one(Role.ITEM_AUTHOR), *ensemble.staff[Role.ASSESSOR][:1], *ensemble.staff[Role.DECIDER][:2]]
    with reading() as session:
        items = list(worth_of(session, ensemble.code, form_id))
    with acting(lead, now, "cut_study") as session:
        study_id = begin(
            session,
            lead,
            form_id,
            judges=[judge.person_id for judge in panel],
            candidate=JUST_GOOD_ENOUGH,
            now=now,
        ).id
    for number in range(1, len(APART) + 1):
        at = now + timedelta(hours=number)
        if number > 1:
            with acting(lead, at, "cut_round") as session:
                open_next_round(session, lead, study_id, discussed=DISCUSSED, now=at)
        for judge, apart in zip(panel, APART[number - 1], strict=True):
            _rate(judge, study_id, number, items, apart, at + timedelta(minutes=20))
    at = now + timedelta(hours=4)
    with acting(lead, at, "cut_outcome") as session:
        close(session, lead, study_id, now=at)


def _rate(judge: Actor, study_id: str, number: int, items: list[str], apart: int, now: datetime) -> None:
    estimates = {item: 55 + 5 * (place % 6) + apart for place, item in enumerate(items)}
    with acting(judge, now, "cut_rating") as session:
        rate(session, judge, study_id, round_number=number, estimates=estimates, now=now)
