"""Assigning assessors: who is refused, who is proposed, the limit of a day, and the licence of the body."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.tables import AssessorRegistration, BodyLicence
from assessment.domain.certification.duties import Side
from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.practicals.assignment import Obstacle
from assessment.domain.roles import Role
from assessment.practicals.assigning import (
    Wanted,
    limit_of,
    proposals,
    set_limit,
)
from assessment.practicals.naming import name_too_close, names_on, to_replace
from assessment.practicals.scheduling import schedule
from assessment.practicals.tables import PracticalState
from assessment.practicals.tables_assigning import NamedBy
from assessment.practicals.tables_sheets import Sheet
from tests.factories.accounts import NOW, make_actor
from tests.factories.competency import make_application
from tests.factories.practicals import make_practical
from tests.factories.visitors import signed_in, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

AT = NOW + timedelta(hours=1)


class Office:
    """A practical at AT by one assessor, another assessor, and an application that waits for its practical."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.planned = make_practical(session, state=PracticalState.SCHEDULED, starts_at=AT)
        self.body_id = self.planned.body_id
        self.scheme_version_id = self.planned.made.scheme.scheme_version_id
        self.first = self.planned.assessor.person_id
        self.second = make_actor(session, self.body_id, Role.ASSESSOR, name="Citra Misal").person_id
        self.manager = make_actor(session, self.body_id, Role.SCHEME_MANAGER, login="skema")
        self.application_id, self.candidate_id = make_application(session, self.body_id, self.planned.made.scheme)

    def plan(self, *person_ids: str, hours: int = 3, over_limit: str = "") -> str:
        return schedule(
            self.session,
            self.body_id,
            self.application_id,
            self.candidate_id,
            self.planned.made.task_id,
            self.planned.site_id,
            person_ids,
            AT + timedelta(hours=hours),
            NOW,
            over_limit=over_limit,
        ).id

    def order(self, *, hours: int = 3) -> list[tuple[str, Obstacle | None, bool]]:
        wanted = Wanted(
            application_id=self.application_id,
            scheme_version_id=self.scheme_version_id,
            starts_at=AT + timedelta(hours=hours),
            minutes=60,
            zone="Asia/Jakarta",
        )
        limit = limit_of(self.session, self.body_id, self.scheme_version_id)
        found = proposals(self.session, self.body_id, wanted, [self.first, self.second], limit=limit)
        return [(each.facts.person_id, each.obstacle, each.over_limit) for each in found]

    def name(self, person_id: str, reason: str = "Bekas atasan asesi.") -> None:
        name_too_close(
            self.session,
            self.manager,
            self.application_id,
            person_id,
            named_by=NamedBy.CANDIDATE,
            reason=reason,
            now=NOW,
        )


def test_who_was_named_as_too_close_cannot_be_assigned(session: Session) -> None:
    office = Office(session)
    office.name(office.second)
    assert [each.reason for each in names_on(session, office.body_id, office.application_id)] == ["Bekas atasan asesi."]
    assert office.order()[-1] == (office.second, Obstacle.TOO_CLOSE, False)
    with pytest.raises(Conflict, match="too close"):
        office.plan(office.second)
    with pytest.raises(Conflict, match="too close"):
        office.plan(office.first, office.second)
    office.plan(office.first)


def test_who_trained_the_candidate_cannot_be_assigned(session: Session) -> None:
    office = Office(session)
    take_side(session, office.body_id, office.application_id, office.second, Side.TRAINER, now=NOW)
    assert office.order()[-1] == (office.second, Obstacle.OTHER_SIDE, False)
    with pytest.raises(Conflict):
        office.plan(office.second)


def test_a_name_needs_a_reason_and_whoever_is_planned_already_is_replaced(session: Session) -> None:
    office = Office(session)
    with pytest.raises(Invalid):
        office.name(office.second, "ya")
    with pytest.raises(NotFound):
        office.name("nobody")
    practical_id = office.plan(office.first)
    office.name(office.first)
    waiting = to_replace(session, office.body_id, office.application_id)
    assert [(each.practical_id, each.person_id) for each in waiting] == [(practical_id, office.first)]


def test_whoever_marked_less_lately_is_proposed_first_and_who_is_busy_last(session: Session) -> None:
    office = Office(session)
    assert office.order() == [(office.second, None, False), (office.first, None, False)]
    assert office.order(hours=0) == [(office.second, None, False), (office.first, Obstacle.BUSY, False)]


def test_a_registration_that_has_ended_is_said(session: Session) -> None:
    office = Office(session)
    session.execute(
        update(AssessorRegistration)
        .where(AssessorRegistration.person_id == office.second)
        .values(valid_until=date(2026, 3, 11))
    )
    assert office.order()[-1] == (office.second, Obstacle.NOT_REGISTERED, False)
    with pytest.raises(NotAllowed):
        office.plan(office.second)


def test_above_the_limit_of_the_day_a_reason_is_needed_and_stays_on_the_sheet(session: Session) -> None:
    office = Office(session)
    assert limit_of(session, office.body_id, office.scheme_version_id) is None
    set_limit(session, office.manager, office.scheme_version_id, 5, now=NOW)
    set_limit(session, office.manager, office.scheme_version_id, 1, now=NOW + timedelta(minutes=1))
    assert limit_of(session, office.body_id, office.scheme_version_id) == 1
    assert office.order() == [(office.second, None, False), (office.first, None, True)]
    with pytest.raises(Invalid, match="limit is 1"):
        office.plan(office.first)
    planned = office.plan(office.first, office.second, over_limit="Asesor lain sakit.")
    sheets = session.execute(
        select(Sheet.person_id, Sheet.reason).where(Sheet.practical_id == planned).order_by(Sheet.place)
    ).all()
    assert [tuple(row) for row in sheets] == [(office.first, "Asesor lain sakit."), (office.second, "")]
    for wrong in (0, 51):
        with pytest.raises(Invalid):
            set_limit(session, office.manager, office.scheme_version_id, wrong, now=NOW)


def test_the_next_day_begins_anew(session: Session) -> None:
    office = Office(session)
    set_limit(session, office.manager, office.scheme_version_id, 1, now=NOW)
    office.plan(office.first, hours=24)


def test_without_a_licence_of_the_body_nothing_is_planned(session: Session) -> None:
    office = Office(session)
    session.execute(update(BodyLicence).values(valid_until=date(2026, 3, 11)))
    with pytest.raises(NotAllowed, match="licence"):
        office.plan(office.first)


@pytest.mark.long_lock("the practical is made in one go")
def test_the_office_sees_who_can_mark_names_somebody_and_sets_the_limit(site: Site) -> None:
    site.app.extensions["clock"] = lambda: NOW
    with writing_on(site) as session:
        office = Office(session)
    manager = signed_in(site, "skema")
    place = f"/office/applications/{office.application_id}"
    for address in (f"{place}/places", f"{place}/assessors"):
        with count_statements(site.engine) as statements:
            assert manager.get(f"{address}?lang=en").status_code == 200
        assert len(statements) <= 12, "\n".join(statements)
    assert "This field is required." not in manager.get(f"{place}/assessors?lang=en").get_data(as_text=True)
    asked = f"{place}/assessors?task_id={office.planned.made.task_id}&starts_at=2026-03-12T12:00"
    page = manager.get(asked).get_data(as_text=True)
    lines = page.partition("<tbody")[2]
    assert lines.index("Citra Misal") < lines.index("Budi Misal")
    assert "This scheme has no limit yet." in page
    assert manager.get(f"{place}/assessors?task_id=x&starts_at=then").status_code == 200
    named = {"person_id": office.second, "named_by": "scheme", "too_close_reason": "Melatih asesi tahun lalu."}
    assert manager.post(f"{place}/too-close", named | {"too_close_reason": ""}).status_code == 422
    assert manager.post(f"{place}/too-close", named).status_code == 303
    assert "Melatih asesi tahun lalu." in manager.get(f"{place}/places").get_data(as_text=True)
    assert manager.post(f"{place}/day-limit", {"practicals": "1"}).status_code == 303
    assert manager.post(f"{place}/day-limit", {"practicals": "0"}).status_code == 422
    page = manager.get(asked).get_data(as_text=True)
    lines = page.partition("<tbody")[2]
    assert lines.index("Budi Misal") < lines.index("Citra Misal")
    assert "a reason is needed" in page
    assert "named as too close" in page
    planned = {
        "task_id": office.planned.made.task_id,
        "site_id": office.planned.site_id,
        "assessor_id": office.first,
        "second_id": "",
        "third_id": "",
        "starts_at": "2026-03-12T12:00",
    }
    assert manager.post(f"{place}/places/practical", planned | {"assessor_id": office.second}).status_code != 303
    refused = manager.post(f"{place}/places/practical", planned)
    assert "limit is 1" in refused.get_data(as_text=True)
    planned["over_limit"] = "Asesor lain sakit."
    assert manager.post(f"{place}/places/practical", planned).status_code == 303
