"""Pages before a practical: assessing again what was missing, naming somebody too close, giving a sheet to another."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from assessment.accounts.tables import Account, GuessCount
from assessment.database import db
from assessment.domain.roles import Role
from assessment.practicals.carrying import carried_of
from assessment.practicals.tables import Practical, PracticalState
from assessment.practicals.tables_assigning import AssessorReplacement
from assessment.practicals.tables_reassessing import Reassessment
from tests.factories.accounts import NOW, make_actor
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site
from tests.practicals.test_naming import Planned
from tests.practicals.test_reassessing import Workshop

pytestmark = pytest.mark.long_lock("the practical is made in one go")

SECRET = "Pamannya dari pihak ibu."


def login_of(site: Site, account_id: str | None) -> str:
    with site.app.app_context():
        return db.session.scalars(select(Account.login).where(Account.id == account_id)).one()


def few(site: Site, visitor: Visitor, address: str) -> str:
    """The page, which asks for no more than a dozen statements."""
    with count_statements(site.engine) as statements:
        response = visitor.get(f"{address}?lang=en")
    assert response.status_code == 200
    assert len(statements) <= 12, "\n".join(statements)
    return response.get_data(as_text=True)


@pytest.fixture
def workshop(site: Site) -> Workshop:
    site.app.extensions["clock"] = lambda: NOW + timedelta(hours=2)
    with writing_on(site) as session:
        return Workshop(session, days=None)


@pytest.fixture
def planned(site: Site) -> Planned:
    site.app.extensions["clock"] = lambda: NOW
    with writing_on(site) as session:
        return Planned(session)


def test_the_office_sees_why_sets_the_time_and_plans(site: Site, workshop: Workshop) -> None:
    manager = signed_in(site, "skema")
    office = f"/office/applications/{workshop.first.application_id}"
    again = f"{office}/practicals/{workshop.first.id}/again"
    assert again in few(site, manager, f"{office}/places")
    page = few(site, manager, again)
    assert "4 criteria are marked again" in page
    assert "the scheme carries nothing over" in page
    assert "safety is always marked again" in page
    carry_over = f"{office}/practicals/{workshop.first.id}/carry-over"
    assert manager.post(carry_over, {"days": "90"}).status_code == 303
    for wrong in ("-1", "1097", "soon", ""):
        assert manager.post(carry_over, {"days": wrong}).status_code == 422
    page = few(site, manager, again)
    assert "2 criteria are marked again" in page
    assert f"/practicals/{workshop.first.id}/record#J1" in page
    wanted = {
        "site_id": workshop.first.site_id,
        "assessor_id": workshop.first.assessor.person_id,
        "second_id": "",
        "third_id": "",
        "starts_at": "2026-03-20T09:00",
    }
    assert manager.post(again, wanted | {"starts_at": "then"}).status_code == 422
    assert manager.post(again, wanted | {"assessor_id": "nobody"}).status_code == 422
    assert manager.post(again, wanted).status_code == 303
    refused = manager.post(f"{again}?lang=en", wanted)
    assert (refused.status_code, "already planned" in refused.get_data(as_text=True)) == (422, True)
    with site.app.app_context():
        kept = db.session.scalars(select(Reassessment)).one()
        assert set(carried_of(db.session(), kept.body_id, kept.practical_id)) == {"J1", "M1"}
        planned = db.session.get_one(Practical, (kept.body_id, kept.practical_id))
        assert planned.state is PracticalState.SCHEDULED
    few(site, manager, f"/practicals/{kept.practical_id}/record")


def test_a_practical_of_another_application_is_not_found(site: Site, workshop: Workshop) -> None:
    with writing_on(site) as session:
        other = Planned(session, beside=None if workshop is None else _beside(workshop))
    manager = signed_in(site, "skema")
    address = f"/office/applications/{other.application_id}/practicals/{workshop.first.id}/again"
    assert manager.get(address).status_code == 404
    assert manager.post(address, {"site_id": "x"}).status_code in (404, 422)


def _beside(workshop: Workshop) -> Planned:
    beside = Planned.__new__(Planned)
    beside.practical, beside.body_id = workshop.first, workshop.body_id
    return beside


def test_a_candidate_finds_names_and_takes_back(site: Site, planned: Planned) -> None:
    candidate = signed_in(site, login_of(site, planned.candidate.account_id))
    own = f"/applications/{planned.application_id}"
    assert f"{own}/too-close" in few(site, candidate, own)
    page = few(site, candidate, f"{own}/too-close")
    assert "Budi Misal is too close to me" in page
    assert "Citra" not in page
    for searched, status, told in (
        ("ci", 422, "at least 3 letters"),
        ("citra", 200, "Citra Ayu Misal is too close to me"),
        ("zzz", 200, "No assessor of this name"),
        ("<b>x</b>", 200, "No assessor of this name"),
    ):
        found = candidate.post(f"{own}/too-close/search?lang=en", {"searched": searched})
        assert found.status_code == status
        assert told in found.get_data(as_text=True)
    named = {"person_id": planned.other.person_id, "closeness": "other", "words": SECRET}
    assert candidate.post(f"{own}/too-close", named | {"closeness": "friend"}).status_code == 422
    assert candidate.post(f"{own}/too-close", named | {"words": "x"}).status_code == 422
    assert candidate.post(f"{own}/too-close", named | {"person_id": "nobody"}).status_code == 422
    assert candidate.post(f"{own}/too-close", named).status_code == 303
    page = few(site, candidate, f"{own}/too-close")
    assert SECRET in page
    (withdraw,) = {part.split('"')[0] for part in page.split('action="') if "/withdraw" in part.split('"')[0]}
    assert candidate.post(withdraw, {"reason": ""}).status_code == 422
    assert candidate.post(withdraw, {"reason": "Salah orang."}).status_code == 303
    assert "Salah orang." in few(site, candidate, f"{own}/too-close")


def test_searches_that_are_refused_are_counted_too(site: Site, planned: Planned) -> None:
    candidate = signed_in(site, login_of(site, planned.candidate.account_id))
    search = f"/applications/{planned.application_id}/too-close/search?lang=en"
    with writing_on(site) as session:
        for place in range(6):
            make_actor(session, planned.body_id, Role.ASSESSOR, name=f"Dewi {place} Misal")
    for _ in range(20):
        assert candidate.post(search, {"searched": "dewi"}).status_code == 422
    page = candidate.post(search, {"searched": "citra"}).get_data(as_text=True)
    assert "many searches" in page
    assert "Citra Ayu" not in page
    with site.app.app_context():
        assert db.session.scalars(select(GuessCount.count).order_by(GuessCount.count.desc())).first() == 20


def test_whoever_plans_is_told_and_the_assessor_never_learns_who_or_why(site: Site, planned: Planned) -> None:
    candidate = signed_in(site, login_of(site, planned.candidate.account_id))
    own = f"/applications/{planned.application_id}/too-close"
    candidate.get(own)
    named = {"person_id": planned.assessor.person_id, "closeness": "family", "words": SECRET}
    assert candidate.post(own, named).status_code == 303
    manager = signed_in(site, login_of(site, planned.manager.account_id))
    places = f"/office/applications/{planned.application_id}/places"
    assert "Assessors to replace" in manager.get("/today?lang=en").get_data(as_text=True)
    page = few(site, manager, places)
    assert SECRET in page
    (replace,) = {part.split('"')[0] for part in page.split('action="') if "/replace" in part.split('"')[0]}
    assessor = signed_in(site, login_of(site, planned.assessor.account_id))
    for address in ("/today", "/practicals?show=unfinished", f"/practicals/{planned.practical.id}/sheet"):
        page = assessor.get(address).get_data(as_text=True)
        assert SECRET not in page
        assert "terlalu dekat" not in page
    assert assessor.get(own).status_code == 404
    assert assessor.get(places).status_code in (403, 404)
    assert manager.post(replace, {"person_id": planned.assessor.person_id, "reason": "Lain."}).status_code == 422
    assert manager.post(replace, {"person_id": planned.other.person_id, "reason": "Tugas lain."}).status_code == 303
    assert "Assessors to replace" not in manager.get("/today?lang=en").get_data(as_text=True)
    with site.app.app_context():
        assert db.session.scalars(select(AssessorReplacement.to_id)).all() == [planned.other.person_id]
    assert assessor.get(f"/practicals/{planned.practical.id}/sheet").status_code == 404


def test_an_office_worker_who_was_named_is_not_shown_by_whom(site: Site, planned: Planned) -> None:
    with writing_on(site) as session:
        both = make_actor(session, planned.body_id, Role.SCHEME_MANAGER, Role.ASSESSOR, name="Eko Misal")
        planned.session = session
        planned.name(both, reason=SECRET)
    page = few(
        site,
        signed_in(site, login_of(site, both.account_id)),
        f"/office/applications/{planned.application_id}/places",
    )
    assert SECRET not in page
