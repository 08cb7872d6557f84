"""Counting by month, scheme and site: in the body's own zone, its own rows only."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from assessment.certification.tables import Application, Decision
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.roles import Role
from assessment.exams.tables import Attempt
from assessment.reports.numbers import Measure, Scope, by_month, by_scheme, by_site, certificates_now, schemes_of
from tests.factories.accounts import NOW, make_actor, make_body, make_site
from tests.factories.certification import make_world
from tests.factories.competency import MadeScheme, make_application, make_scheme
from tests.factories.credentials import make_decided

SCOPE = Scope(body_id="las", zone="Asia/Jakarta", year=2026)


def apply_at(session: Session, scheme: MadeScheme, at: datetime, body_id: str = "las") -> str:
    application_id, _ = make_application(session, body_id, scheme, state=ApplicationState.SUBMITTED)
    session.get_one(Application, (body_id, application_id)).created_at = at
    session.flush()
    return application_id


def applications(session: Session, scope: Scope = SCOPE) -> list[int]:
    return by_month(session, scope)[Measure.APPLICATIONS]


def test_an_application_counts_in_the_month_of_the_bodys_own_zone(session: Session) -> None:
    make_body(session)
    scheme = make_scheme(session, "las")
    apply_at(session, scheme, datetime(2026, 1, 31, 16, 59, tzinfo=UTC))  # 23:59 in Jakarta
    apply_at(session, scheme, datetime(2026, 1, 31, 17, 0, tzinfo=UTC))  # 1 February in Jakarta
    apply_at(session, scheme, datetime(2025, 12, 31, 17, 0, tzinfo=UTC))  # 1 January in Jakarta
    apply_at(session, scheme, datetime(2025, 12, 31, 16, 59, tzinfo=UTC))  # still 2025 in Jakarta
    assert applications(session) == [2, 1] + [0] * 10


def test_a_draft_and_another_bodys_application_do_not_count(session: Session) -> None:
    make_body(session)
    make_body(session, "tata")
    apply_at(session, make_scheme(session, "tata"), NOW, "tata")
    make_application(session, "las", make_scheme(session, "las"), state=ApplicationState.DRAFT)
    assert sum(applications(session)) == 0


def test_a_whole_chain_is_counted_at_each_of_its_steps(session: Session) -> None:
    world = make_world(session)
    decision = session.get_one(Decision, ("las", make_decided(session, world)))
    month = decision.decided_on.month - 1
    counts = by_month(session, SCOPE)
    assert counts[Measure.COMPETENT][month] == 1
    assert sum(counts[Measure.NOT_YET]) == 0
    assert sum(counts[Measure.SAT]) == 1
    assert sum(counts[Measure.ISSUED]) == 0


def test_numbers_narrow_to_a_scheme_and_to_a_site(session: Session) -> None:
    world = make_world(session)
    make_decided(session, world)
    other = make_scheme(session, "las")
    apply_at(session, other, NOW)
    (scheme_id, other_id) = sorted(
        by_scheme(session, SCOPE), key=lambda id_: -by_scheme(session, SCOPE)[id_][Measure.SAT]
    )
    narrowed = Scope(body_id="las", zone="Asia/Jakarta", year=2026, scheme_id=other_id)
    assert sum(applications(session, narrowed)) == 1
    assert sum(by_month(session, narrowed)[Measure.SAT]) == 0
    here = Scope(body_id="las", zone="Asia/Jakarta", year=2026, site_id=world.site_id)
    assert sum(by_month(session, here)[Measure.COMPETENT]) == 1
    there = Scope(body_id="las", zone="Asia/Jakarta", year=2026, site_id=make_site(session, "las"))
    assert sum(sum(counts) for counts in by_month(session, there).values()) == 0
    assert by_scheme(session, SCOPE)[scheme_id][Measure.COMPETENT] == 1


def test_a_site_counts_each_record_once(session: Session) -> None:
    world = make_world(session)
    make_decided(session, world)
    counts = by_site(session, SCOPE)
    assert counts[world.site_id][Measure.COMPETENT] == 1
    assert counts[world.site_id][Measure.APPLICATIONS] == 1
    assert session.query(Attempt).count() == 1


def test_without_certificates_none_stands(session: Session) -> None:
    make_body(session)
    status = certificates_now(session, SCOPE, now=NOW)
    assert (status.valid, status.expired, status.suspended, status.revoked) == (0, 0, 0, 0)


@pytest.mark.parametrize(("language", "title"), [("id", "Contoh: juru las pelat"), ("en", "Sample: welder pelat")])
def test_schemes_are_named_in_the_readers_language(session: Session, language: str, title: str) -> None:
    make_body(session)
    make_scheme(session, "las")
    make_actor(session, "las", Role.OFFICIAL)
    assert list(schemes_of(session, "las", language).values()) == [title]
