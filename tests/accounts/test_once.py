"""A form that creates carries a one-time key: a repeated post is led to where the first one led (rule 19)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from assessment.accounts.tables import OneTimeKey, Person
from assessment.database import db
from assessment.domain.roles import Role
from tests.factories.accounts import make_actor, make_body
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.sites import Site

PERSON = {"name": "Siti Contoh", "birth_date": "1999-05-17", "kind": "passport", "number": "X1234567"}


@pytest.fixture
def administrator(site: Site) -> Visitor:
    """An administrator with the form for a new person open."""
    with writing_on(site) as session:
        make_body(session)
        make_actor(session, "las", Role.ADMINISTRATOR, login="admin")
    visitor = signed_in(site, "admin")
    visitor.get("/persons/new")
    return visitor


def count(site: Site, table: type) -> int:
    with site.app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_second_post_with_the_same_key_is_led_to_the_first_ones_place(site: Site, administrator: Visitor) -> None:
    before = count(site, Person)
    first = administrator.post("/persons/new", PERSON, once="k1")
    second = administrator.post("/persons/new", {**PERSON, "name": "Somebody Else", "number": "X2"}, once="k1")
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert count(site, Person) == before + 1


def test_a_refused_post_does_not_use_the_key_up(site: Site, administrator: Visitor) -> None:
    assert administrator.post("/persons/new", {**PERSON, "number": ""}, once="k1").status_code == 422
    assert administrator.post("/persons/new", PERSON, once="k1").status_code == 303
    assert count(site, OneTimeKey) == 1


def test_two_people_may_have_the_same_key(site: Site, administrator: Visitor) -> None:
    with writing_on(site) as session:
        make_actor(session, "las", Role.ADMINISTRATOR, login="other")
    before = count(site, Person)
    other = signed_in(site, "other")
    other.get("/persons/new")
    administrator.post("/persons/new", PERSON, once="k1")
    other.post("/persons/new", {**PERSON, "number": "X7654321"}, once="k1")
    assert count(site, Person) == before + 2


@pytest.mark.long_lock("twenty threads share one interpreter")
def test_twenty_equal_posts_at_once_create_one(site: Site, administrator: Visitor) -> None:
    before = count(site, Person)
    cookie = administrator.client.get_cookie("session")
    assert cookie is not None

    def post(_number: int) -> tuple[int, str]:
        client = site.client()
        client.set_cookie("session", cookie.value)
        data = {**PERSON, "csrf_token": administrator.csrf, "once": "k1"}
        response = client.post("/persons/new", data=data)
        return response.status_code, response.location or ""

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(post, range(20)))
    assert {status for status, _ in answers} == {303}
    assert len(answers) == 1
    assert count(site, Person) == before + 1
