"""Sign-in: sessions that can be revoked, a limit on guessing, and no hint about who exists."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.persons import erase_person
from assessment.accounts.sign_in import (
    LIFETIME,
    MOST_TRIES,
    Knock,
    find_actor,
    hash_password,
    knock,
    revoke_sessions,
    sign_in,
    sign_out,
)
from assessment.accounts.tables import Account, GuessCount, RoleGrant, SignInSession
from assessment.database import db
from assessment.domain.errors import Invalid, NotAllowed
from assessment.domain.roles import Role
from tests.factories.accounts import NOW, PASSWORD, make_actor, make_body, make_site
from tests.factories.visitors import Visitor, writing_on
from tests.fixtures.sites import Site


def enter(session: Session, login: str, password: str = PASSWORD, address: str = "198.51.100.7") -> str:
    found = knock(session, login=login, password=password, address=address, now=NOW)
    return sign_in(session, found, device="Firefox", now=NOW)


@pytest.fixture
def visitor(site: Site) -> Visitor:
    """A browser on a site where siti is an item author and budi a releaser."""
    with writing_on(site) as session:
        make_body(session)
        make_actor(session, "las", Role.ITEM_AUTHOR, login="siti")
        make_actor(session, "las", Role.RELEASER, login="budi")
    return Visitor(site)


def test_a_secret_stands_for_the_actor_with_the_roles_of_the_moment(session: Session) -> None:
    make_body(session)
    site_id = make_site(session, "las")
    actor = make_actor(session, "las", Role.INVIGILATOR, login="siti", site_id=site_id)
    found = find_actor(session, enter(session, "siti"), now=NOW)
    assert found is not None
    assert (found.account_id, found.name, found.zone) == (actor.account_id, "Budi Misal", "Asia/Jakarta")
    assert found.sites == {Role.INVIGILATOR: frozenset({site_id})}


def test_an_unknown_login_and_a_wrong_password_are_told_the_same(session: Session) -> None:
    make_body(session)
    make_actor(session, "las", login="siti")
    said = []
    for login, password in (("siti", "wrong password"), ("nobody", PASSWORD)):
        with pytest.raises(NotAllowed) as refusal:
            enter(session, login, password)
        said.append(str(refusal.value))
    assert said == ["This name and password do not fit together."] * 2


def test_a_closed_account_is_told_the_same(session: Session) -> None:
    make_body(session)
    actor = make_actor(session, "las", login="siti")
    session.get_one(Account, ("las", actor.account_id)).active = False
    session.flush()
    with pytest.raises(NotAllowed, match="do not fit together"):
        enter(session, "siti")


def test_a_session_ends_by_itself(session: Session) -> None:
    make_body(session)
    make_actor(session, "las", login="siti")
    secret = enter(session, "siti")
    assert find_actor(session, secret, now=NOW + LIFETIME) is None


def test_closing_an_account_ends_its_sessions_at_once(session: Session) -> None:
    make_body(session)
    actor = make_actor(session, "las", login="siti")
    secret = enter(session, "siti")
    session.get_one(Account, ("las", actor.account_id)).active = False
    session.flush()
    assert find_actor(session, secret, now=NOW) is None


def test_signing_out_ends_one_session_and_revoking_all_but_one(session: Session) -> None:
    make_body(session)
    actor = make_actor(session, "las", login="siti")
    first, second, third = (enter(session, "siti") for _ in range(3))
    sign_out(session, first, now=NOW)
    revoke_sessions(session, "las", actor.account_id, now=NOW, but=second)
    alive = [find_actor(session, secret, now=NOW) is not None for secret in (first, second, third)]
    assert alive == [False, True, False]


def test_only_the_digest_of_a_secret_is_stored(session: Session) -> None:
    make_body(session)
    make_actor(session, "las", login="siti")
    secret = enter(session, "siti")
    stored = session.scalars(select(SignInSession.secret_digest)).one()
    assert secret not in stored
    assert len(stored) == 64


def test_an_erased_person_has_no_name_left(session: Session) -> None:
    make_body(session)
    actor = make_actor(session, "las", login="siti")
    secret = enter(session, "siti")
    erase_person(session, "las", actor.person_id, now=NOW)
    found = find_actor(session, secret, now=NOW)
    assert found is not None
    assert found.name == "—"


def test_after_too_many_tries_the_right_password_is_refused_too(session: Session) -> None:
    make_body(session)
    make_actor(session, "las", login="siti")
    for _ in range(MOST_TRIES):
        with pytest.raises(NotAllowed, match="do not fit together"):
            enter(session, "siti", "wrong password")
    with pytest.raises(NotAllowed, match="Too many tries"):
        enter(session, "siti")


def test_a_right_password_that_raced_past_the_limit_is_refused(session: Session) -> None:
    make_body(session)
    make_actor(session, "las", login="siti")
    racing = knock(session, login="siti", password=PASSWORD, address="198.51.100.7", now=NOW)
    assert racing.account_id is not None
    for _ in range(MOST_TRIES):
        with pytest.raises(NotAllowed):
            enter(session, "siti", "wrong password")
    with pytest.raises(NotAllowed, match="Too many tries"):
        sign_in(session, racing, device="", now=NOW)


def test_one_address_cannot_try_many_logins(session: Session) -> None:
    for number in range((MOST_TRIES + 1) * 5 - 1):
        with pytest.raises(NotAllowed, match="do not fit"):
            sign_in(
                session,
                Knock(login=f"login{number}", address="198.51.100.7", body_id=None, account_id=None),
                device="",
                now=NOW,
            )
    with pytest.raises(NotAllowed, match="Too many tries"):
        enter(session, "another")


def test_a_short_password_is_not_hashed() -> None:
    with pytest.raises(Invalid, match="10 to 200 characters"):
        hash_password("short")


def test_a_wrong_guess_is_counted_although_the_request_is_refused(site: Site, visitor: Visitor) -> None:
    assert visitor.sign_in("siti", "wrong password").status_code == 422
    with site.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(GuessCount)) == 2


def test_a_copied_cookie_is_dead_after_signing_out(site: Site, visitor: Visitor) -> None:
    visitor.sign_in("siti")
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    thief = site.client()
    thief.set_cookie("session", cookie.value)
    assert thief.get("/today").status_code == 200
    visitor.post("/signout")
    assert thief.get("/today").status_code == 303


def test_signing_in_makes_a_new_session_and_ends_the_one_before(site: Site, visitor: Visitor) -> None:
    visitor.sign_in("siti")
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    before = cookie.value
    visitor.post("/signin", {"login": "budi", "password": PASSWORD})
    after = visitor.client.get_cookie("session")
    assert after is not None
    assert after.value != before
    old = site.client()
    old.set_cookie("session", before)
    assert old.get("/today").status_code == 303


def test_a_session_that_somebody_planted_is_not_kept(site: Site, visitor: Visitor) -> None:
    visitor.get("/signin")
    planted = visitor.client.get_cookie("session")
    assert planted is not None
    visitor.sign_in("siti")
    thief = site.client()
    thief.set_cookie("session", planted.value)
    assert thief.get("/today").status_code == 303


def test_the_cookie_is_out_of_reach_for_scripts(visitor: Visitor) -> None:
    visitor.get("/signin")
    response = visitor.post("/signin", {"login": "siti", "password": PASSWORD})
    (cookie,) = [value for value in response.headers.getlist("Set-Cookie") if value.startswith("session=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "wished",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "evil", "/%5Cevil.example"],
)
def test_sign_in_leads_to_our_own_pages_only(visitor: Visitor, wished: str) -> None:
    visitor.get("/signin")
    response = visitor.client.post(
        "/signin",
        query_string={"next": wished},
        data={"csrf_token": visitor.csrf, "login": "siti", "password": PASSWORD},
    )
    assert response.status_code == 303
    assert response.location.startswith("/")
    assert not response.location.startswith(("//", "/\\"))
    assert response.location == "/today" or wished.startswith("/%5C")


def test_sign_in_leads_back_to_the_page_that_asked(visitor: Visitor) -> None:
    asked = visitor.get("/items?q=w01")
    assert asked.location == "/signin?next=/items?q%3Dw01"
    assert visitor.sign_in("siti", address=asked.location).location == "/items?q=w01"


def test_a_form_without_its_proof_is_refused(visitor: Visitor) -> None:
    response = visitor.client.post("/signin", data={"login": "siti", "password": PASSWORD})
    assert response.status_code == 400


def test_a_grant_that_ended_or_has_not_begun_opens_nothing(session: Session) -> None:
    make_body(session)
    make_actor(session, "las", Role.RELEASER, login="siti")
    secret = enter(session, "siti")
    grant = session.scalars(select(RoleGrant)).one()
    grant.ended_at = NOW + timedelta(hours=1)
    session.flush()
    found = find_actor(session, secret, now=NOW)
    assert found is not None
    assert found.roles == {Role.RELEASER}
    later = find_actor(session, secret, now=NOW + timedelta(hours=1))
    assert later is not None
    assert later.roles == frozenset()
