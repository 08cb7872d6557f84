"""A practical is planned only with authority on its day, and only by somebody who stands on no other side."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.check_in import Comparison
from assessment.accounts.duties import sides_of, take_side
from assessment.accounts.persons import documents_of
from assessment.accounts.tables import AssessorRegistration, Site
from assessment.domain.certification.duties import Side
from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from assessment.practicals.opening import check_in, open_sheet
from assessment.practicals.scheduling import schedule
from assessment.practicals.tables import Practical, PracticalState
from assessment.storage import Storage
from tests.factories.accounts import NOW, make_person
from tests.factories.competency import make_application
from tests.factories.practicals import MadePractical, make_practical, make_task

S = PracticalState


def planned_again(session: Session, practical: MadePractical, **changes: object) -> Practical:
    application_id, candidate_id = make_application(session, practical.body_id, practical.made.scheme)
    given = {
        "application_id": application_id,
        "candidate_id": candidate_id,
        "task_id": practical.made.task_id,
        "site_id": practical.site_id,
        "assessor_ids": [practical.assessor.person_id],
        "starts_at": NOW + timedelta(days=1),
        **changes,
    }
    return schedule(session, practical.body_id, now=NOW, **given)  # type: ignore[arg-type]  # what a test overrides


def test_the_assessor_takes_the_assessors_side(session: Session) -> None:
    practical = make_practical(session, state=S.SCHEDULED)
    sides = sides_of(session, practical.body_id, practical.application_id)
    assert sides[practical.assessor.person_id] is Side.ASSESSOR


def test_who_trained_the_candidate_cannot_mark(session: Session) -> None:
    practical = make_practical(session, state=S.SCHEDULED)
    application_id, candidate_id = make_application(session, practical.body_id, practical.made.scheme)
    take_side(session, practical.body_id, application_id, practical.assessor.person_id, Side.TRAINER, now=NOW)
    with pytest.raises(Conflict):
        planned_again(session, practical, application_id=application_id, candidate_id=candidate_id)


def test_a_registration_counts_on_the_day_in_the_bodys_zone(session: Session) -> None:
    practical = make_practical(session, state=S.SCHEDULED)
    registration = session.scalars(select(AssessorRegistration)).one()
    registration.valid_until = date(2026, 3, 13)
    session.flush()
    # 16:59 UTC is 23:59 in Jakarta, one minute later it is the next day.
    last = datetime(2026, 3, 13, 16, 59, tzinfo=UTC)
    planned_again(session, practical, starts_at=last)
    with pytest.raises(NotAllowed, match="2026-03-14"):
        planned_again(session, practical, starts_at=last + timedelta(minutes=1))


def test_a_site_that_is_not_verified_that_day_is_refused(session: Session) -> None:
    practical = make_practical(session, state=S.SCHEDULED)
    site = session.get_one(Site, (practical.body_id, practical.site_id))
    site.verified_until = date(2026, 3, 12)
    session.flush()
    with pytest.raises(NotAllowed, match="TUK Cakung"):
        planned_again(session, practical)


def test_somebody_elses_application_is_refused(session: Session) -> None:
    practical = make_practical(session, state=S.SCHEDULED)
    with pytest.raises(Invalid):
        planned_again(session, practical, candidate_id=make_person(session, practical.body_id, "Orang Lain"))


def test_a_task_of_another_scheme_is_refused(session: Session) -> None:
    practical = make_practical(session, state=S.SCHEDULED)
    with pytest.raises(Invalid):
        planned_again(session, practical, task_id=make_task(session, practical.body_id).task_id)
    with pytest.raises(NotFound):
        planned_again(session, practical, task_id="nothing")


def test_the_same_practical_is_not_planned_twice(session: Session) -> None:
    practical = make_practical(session, state=S.SCHEDULED)
    with pytest.raises(Conflict):
        planned_again(session, practical, application_id=practical.application_id, candidate_id=practical.candidate_id)


def test_the_candidate_is_photographed_before_the_sheet_opens(session: Session, tmp_path: Path) -> None:
    practical = make_practical(session, state=S.SCHEDULED)
    with pytest.raises(Conflict):
        open_sheet(session, practical.assessor, practical.id, now=NOW)
    document = documents_of(session, practical.body_id, practical.candidate_id)[0]
    comparison = Comparison(document_id=document.id, photo=b"jpeg", exception="")
    storage = Storage(tmp_path)
    checked = check_in(session, practical.invigilator, storage, practical.id, comparison, now=NOW)
    assert checked.state is S.CHECKED_IN
    with pytest.raises(Conflict):
        check_in(session, practical.invigilator, storage, practical.id, comparison, now=NOW)
    opened = open_sheet(session, practical.assessor, practical.id, now=NOW)
    assert (opened.state, opened.opened_at) == (S.OPEN, NOW)


def test_the_assessor_cannot_be_the_one_who_checks_in(session: Session, tmp_path: Path) -> None:
    practical = make_practical(session, state=S.SCHEDULED)
    document = documents_of(session, practical.body_id, practical.candidate_id)[0]
    comparison = Comparison(document_id=document.id, photo=b"jpeg", exception="")
    with pytest.raises(Conflict):
        check_in(session, practical.assessor, Storage(tmp_path), practical.id, comparison, now=NOW)


def test_opening_twice_keeps_the_first_moment(session: Session) -> None:
    practical = make_practical(session)
    again = open_sheet(session, practical.assessor, practical.id, now=NOW + timedelta(hours=1))
    assert again.opened_at == NOW
