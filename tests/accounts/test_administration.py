"""Administration: persons and accounts, one-time passwords, dated roles, and nobody for themselves."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.administration import end_grant, erase, grant_role, new_password, reset_password, set_active
from assessment.accounts.persons import name_of
from assessment.accounts.queries import device_name, list_accounts, list_persons
from assessment.accounts.tables import Account, BodyLicence, CredentialReset, PersonKey, RoleGrant
from assessment.accounts.tables import Site as SiteRow
from assessment.audit.tables import AuditEntry
from assessment.database import db
from assessment.domain.errors import Conflict, Invalid, NotAllowed
from assessment.domain.roles import Role
from tests.factories.accounts import NOW, PASSWORD, make_actor, make_body, make_person, make_site
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

TOMORROW, NEXT_YEAR = NOW + timedelta(days=1), NOW + timedelta(days=365)


@pytest.fixture
def administrator(site: Site) -> Visitor:
    """An administrator, signed in, of a body with a releaser."""
    with writing_on(site) as session:
        make_body(session)
        make_site(session, "las")
        make_actor(session, "las", Role.ADMINISTRATOR, login="admin", name="Anwar Admin")
        make_actor(session, "las", Role.RELEASER, login="rita", name="Rita Contoh")
        make_person(session, "las", "Siti Contoh")
    visitor = signed_in(site, "admin")
    visitor.get("/persons/new?lang=en")
    return visitor


def account_of(site: Site, login: str) -> Account:
    with site.app.app_context():
        found = db.session.scalars(select(Account).where(Account.login == login)).one()
        db.session.expunge(found)
        return found


def person_of(site: Site, name: str) -> str:
    with site.app.app_context():
        people, _ = list_persons(db.session(), "las", words="", page=1)
        return next(line.id for line in people if name_of(db.session(), "las", line.id).text == name)


def test_a_reset_is_recorded_and_ends_the_sessions(session: Session) -> None:
    make_body(session)
    admin = make_actor(session, "las", Role.ADMINISTRATOR)
    colleague = make_actor(session, "las", Role.RELEASER)
    reset_password(session, admin, colleague.account_id, password_hash="new", now=NOW)
    (reset,) = session.scalars(select(CredentialReset))
    assert (reset.account_id, reset.reset_by, reset.at) == (colleague.account_id, admin.person_id, NOW)


def test_nobody_acts_on_their_own_account(session: Session) -> None:
    make_body(session)
    admin = make_actor(session, "las", Role.ADMINISTRATOR)
    own = admin.account_id
    for act in (
        lambda: reset_password(session, admin, own, password_hash="new", now=NOW),
        lambda: set_active(session, admin, own, active=False, now=NOW),
        lambda: grant_role(session, admin, own, Role.RELEASER, site_id=None, since=NOW, until=None, now=NOW),
        lambda: erase(session, admin, admin.person_id, reason="because I want", now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_role_has_dates_and_a_place_and_is_held_once_at_a_time(session: Session) -> None:
    make_body(session)
    site_id = make_site(session, "las")
    admin, colleague = make_actor(session, "las", Role.ADMINISTRATOR), make_actor(session, "las")

    def grant(*, site: str | None = None, since=NOW, until=None) -> RoleGrant:  # type: ignore[no-untyped-def]  # dates or None
        return grant_role(
            session,
            admin,
            colleague.account_id,
            Role.INVIGILATOR,
            site_id=site,
            since=since,
            until=until,
            now=NOW,
        )

    held = grant(site=site_id, until=TOMORROW)
    assert (held.granted_by, held.site_id, held.ended_at) == (admin.person_id, site_id, TOMORROW)
    with pytest.raises(Conflict):
        grant(site=site_id)
    grant(site=site_id, since=TOMORROW, until=NEXT_YEAR)
    grant()
    with pytest.raises(Invalid):
        grant(since=TOMORROW, until=TOMORROW)


def test_a_role_is_ended_once_and_stays_in_the_history(session: Session) -> None:
    make_body(session)
    admin, colleague = make_actor(session, "las", Role.ADMINISTRATOR), make_actor(session, "las", Role.DECIDER)
    grant = session.scalars(select(RoleGrant).where(RoleGrant.account_id == colleague.account_id)).one()
    end_grant(session, admin, colleague.account_id, grant.id, now=TOMORROW)
    assert grant.ended_at == TOMORROW
    with pytest.raises(Conflict):
        end_grant(session, admin, colleague.account_id, grant.id, now=NEXT_YEAR)


def test_erasing_closes_the_accounts_and_keeps_the_reason(session: Session) -> None:
    make_body(session)
    admin = make_actor(session, "las", Role.ADMINISTRATOR)
    gone = make_actor(session, "las", Role.CANDIDATE, login="siti")
    with pytest.raises(Invalid):
        erase(session, admin, gone.person_id, reason=" ", now=NOW)
    erase(session, admin, gone.person_id, reason="Asked for it in writing.", now=NOW)
    account = session.get_one(Account, ("las", gone.account_id))
    assert (account.active, "siti" in account.login) == (False, False)
    assert session.get_one(PersonKey, ("las", gone.person_id)).wrapped is None
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.change == "update", AuditEntry.record_table == "person_key")
    ).one()
    assert entry.reason == "Asked for it in writing."


def test_a_one_time_password_is_long_and_never_the_same() -> None:
    drawn = {new_password() for _ in range(200)}
    assert len(drawn) == 200
    assert all(re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", password) for password in drawn)


def test_accounts_of_staff_are_listed_and_candidates_only_on_request(session: Session) -> None:
    make_body(session)
    make_actor(session, "las", Role.RELEASER, login="rita")
    make_actor(session, "las", Role.CANDIDATE, login="siti")
    make_actor(session, "las", login="nobody")

    def listed(role: Role | None) -> list[str]:
        lines, count = list_accounts(session, "las", role=role, page=1, now=NOW)
        assert count == len(lines)
        return [line.login for line in lines]

    assert listed(None) == ["nobody", "rita"]
    assert listed(Role.CANDIDATE) == ["siti"]


def test_a_device_is_named_in_two_words() -> None:
    agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
    assert device_name(agent) == "Chrome, Android"
    assert device_name("curl/8") == ""


def test_a_person_is_registered_with_a_document_that_was_seen(site: Site, administrator: Visitor) -> None:
    form = {"name": "Dewi  Misal", "birth_date": "2001-02-03", "kind": "ktp", "number": "3175 0102"}
    response = administrator.post("/persons/new", form)
    assert response.status_code == 303
    page = administrator.get(response.location + "?lang=en").get_data(as_text=True)
    assert "Dewi Misal" in page
    assert "31750102" in page
    assert "3 February 2001" in page
    again = administrator.post("/persons/new", {**form, "name": "Somebody Else"})
    assert again.status_code == 422
    assert "already registered" in again.get_data(as_text=True)


def test_a_person_is_found_by_the_number_of_a_document_or_by_login(site: Site, administrator: Visitor) -> None:
    administrator.post(
        "/persons/new", {"name": "Dewi Misal", "birth_date": "2001-02-03", "kind": "ktp", "number": "31750102"}
    )
    assert "Dewi Misal" in administrator.get("/persons?q=3175+0102").get_data(as_text=True)
    assert "Dewi Misal" not in administrator.get("/persons?q=317501").get_data(as_text=True)
    assert "Rita Contoh" in administrator.get("/persons?q=rita").get_data(as_text=True)


def test_a_name_is_corrected_with_its_reason(site: Site, administrator: Visitor) -> None:
    place = f"/persons/{person_of(site, 'Siti Contoh')}"
    administrator.get(f"{place}/name")
    response = administrator.post(
        f"{place}/name", {"name": "Siti Misal", "reading": "", "reason": "As in the passport."}
    )
    assert response.status_code == 303
    page = administrator.get(place).get_data(as_text=True)
    assert "Siti Misal" in page
    assert "Siti Contoh" in page


def test_an_account_is_opened_and_its_password_shown_once(site: Site, administrator: Visitor) -> None:
    place = f"/persons/{person_of(site, 'Siti Contoh')}/account"
    response = administrator.post(place, {"login": "Siti.Baru", "locale": "en"})
    assert response.status_code == 201
    (password,) = re.findall(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", response.get_data(as_text=True))
    assert Visitor(site).sign_in("siti.baru", password).status_code == 303
    again = administrator.get(f"/accounts/{account_of(site, 'siti.baru').id}").get_data(as_text=True)
    assert password not in again
    assert administrator.post(place, {"login": "siti.baru", "locale": "en"}).status_code == 422


def test_a_colleagues_password_is_reset_and_the_old_one_is_dead(site: Site, administrator: Visitor) -> None:
    rita = signed_in(site, "rita")
    response = administrator.post(f"/accounts/{account_of(site, 'rita').id}/password")
    assert response.status_code == 200
    assert rita.get("/today").status_code == 303
    assert Visitor(site).sign_in("rita", PASSWORD).status_code == 422
    own = administrator.post(f"/accounts/{account_of(site, 'admin').id}/password")
    assert own.status_code == 303
    assert "Nobody changes their own account" in administrator.get(own.location).get_data(as_text=True)


def test_a_role_is_granted_and_ended_on_the_page(site: Site, administrator: Visitor) -> None:
    place = f"/accounts/{account_of(site, 'rita').id}"
    administrator.get(f"{place}/roles")
    assert administrator.post(f"{place}/roles", {"role": "decider", "site": ""}).status_code == 303
    page = administrator.get(f"{place}?lang=en").get_data(as_text=True)
    grant = re.findall(r'name="grant" value="([^"]+)"', page)[0]
    assert administrator.post(f"{place}/roles/end", {"grant": grant}).status_code == 303
    assert "ended" in administrator.get(place).get_data(as_text=True)
    assert administrator.post(f"{place}/roles", {"role": "releaser", "site": ""}).status_code == 422


def test_an_account_is_closed_and_opened_again(site: Site, administrator: Visitor) -> None:
    place = f"/accounts/{account_of(site, 'rita').id}"
    administrator.post(f"{place}/active", {"active": "no"})
    assert Visitor(site).sign_in("rita").status_code == 422
    administrator.post(f"{place}/active", {"active": "yes"})
    assert Visitor(site).sign_in("rita").status_code == 303


def test_the_bodys_authority_is_entered_with_its_dates(site: Site, administrator: Visitor) -> None:
    dates = {"valid_from": "2026-01-01", "valid_until": "2029-01-01"}
    licence = {"number": "L-2", "authority": "Otoritas", "authority_number": "", "schemes": "A, B", **dates}
    administrator.post("/body/licence", licence)
    wrong = administrator.post("/body/licence", {**licence, "valid_until": "2025-01-01"})
    assert wrong.status_code == 422
    verified = {"verified_from": "2026-01-01", "verified_until": "2027-01-01"}
    administrator.post("/body/site", {"name": "TUK Baru", "city": "Bekasi", "kind": "mandiri", **verified})
    administrator.post(f"/persons/{person_of(site, 'Siti Contoh')}/registration", {"number": "MET.1", **dates})
    with site.app.app_context():
        newest = db.session.scalars(select(BodyLicence).where(BodyLicence.number == "L-2")).one()
        assert (newest.scheme_codes, newest.authority_number) == (["A", "B"], None)
        site_id = db.session.scalars(select(SiteRow.id).where(SiteRow.name == "TUK Baru")).one()
    later = {"verified_from": "2027-01-01", "verified_until": "2031-01-01"}
    assert administrator.post("/body/verification", {"site": site_id, **later}).status_code == 303
    with site.app.app_context():
        assert db.session.get_one(SiteRow, ("las", site_id)).verified_until == date(2031, 1, 1)
    page = administrator.get("/body?lang=en").get_data(as_text=True)
    for text in ("L-2", "TUK Baru", "MET.1"):
        assert text in page


def test_a_person_is_erased_on_the_page(site: Site, administrator: Visitor) -> None:
    place = f"/persons/{person_of(site, 'Siti Contoh')}"
    assert administrator.post(f"{place}/erase", {"reason": "Asked for it in writing."}).status_code == 303
    page = administrator.get(f"{place}?lang=en").get_data(as_text=True)
    assert "This person was erased on" in page
    assert "Siti Contoh" not in page


def test_ones_own_page_shows_devices_and_signs_the_others_out(site: Site, administrator: Visitor) -> None:
    other = signed_in(site, "admin")
    assert "this device" in administrator.get("/me?lang=en").get_data(as_text=True)
    administrator.post("/me/sessions")
    assert other.get("/today").status_code == 303
    assert administrator.get("/today").status_code == 200


def test_a_password_is_changed_by_whoever_knows_it(site: Site, administrator: Visitor) -> None:
    other = signed_in(site, "admin")
    new = "kata sandi yang baru"
    wrong = administrator.post("/me/password", {"current": "not this one", "new": new, "again": new})
    assert wrong.status_code == 422
    for field in (
        {"new": "short", "again": "short"},
        {"new": new, "again": "another one"},
        {"new": PASSWORD, "again": PASSWORD},
    ):
        assert administrator.post("/me/password", {"current": PASSWORD, **field}).status_code == 422
    right = administrator.post("/me/password", {"current": PASSWORD, "new": new, "again": new})
    assert right.status_code == 303
    assert administrator.get("/today").status_code == 200
    assert other.get("/today").status_code == 303
    assert Visitor(site).sign_in("admin", new).status_code == 303


def test_ones_own_password_cannot_be_guessed_from_a_stolen_session(site: Site, administrator: Visitor) -> None:
    new = "kata sandi yang baru"
    for _ in range(10):
        administrator.post("/me/password", {"current": "not this one", "new": new, "again": new})
    refused = administrator.post("/me/password", {"current": PASSWORD, "new": new, "again": new})
    assert refused.status_code == 422
    assert Visitor(site).sign_in("admin", PASSWORD).status_code == 303


def test_the_language_is_kept_with_the_account(site: Site, administrator: Visitor) -> None:
    response = administrator.post("/me/language", {"language": "en"})
    assert response.location == "/me?lang=en"
    assert account_of(site, "admin").locale == "en"
    assert administrator.post("/me/language", {"language": "xx"}).status_code == 303


def test_pages_of_administration_take_few_statements(site: Site, administrator: Visitor) -> None:
    rita = account_of(site, "rita")
    for address in ("/persons", f"/persons/{rita.person_id}", "/accounts", f"/accounts/{rita.id}", "/body", "/me"):
        with count_statements(site.engine) as run:
            assert administrator.get(address).status_code == 200
        assert len(run) <= 12, (address, len(run))
