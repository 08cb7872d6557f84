"""Static files from memory: the same bytes for everybody, and nothing of whoever asked first."""

import gzip

import pytest
from werkzeug.test import TestResponse

from assessment.domain.roles import Role
from assessment.web.lasting import WORKERS
from assessment.web.pages import STATIC, static_url
from tests.factories.accounts import make_actor, make_body
from tests.factories.visitors import signed_in, writing_on
from tests.fixtures.sites import Site

FILE = "css/base.css"


@pytest.fixture
def address(site: Site) -> str:
    with site.app.test_request_context():
        return static_url(FILE)


def ask(site: Site, address: str, **headers: str) -> TestResponse:
    return site.client().get(
        address, buffered=True, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def test_the_second_answer_is_the_first_one_again(site: Site, address: str) -> None:
    first, second = ask(site, address), ask(site, address)
    assert second.get_data() == first.get_data() == (STATIC / FILE).read_bytes()
    assert dict(second.headers) == dict(first.headers)
    assert "immutable" in second.headers["Cache-Control"] or "max-age" in second.headers["Cache-Control"]


def test_packed_and_plain_are_kept_apart(site: Site, address: str) -> None:
    for _ in range(2):
        packed, plain = ask(site, address, Accept_Encoding="gzip, br"), ask(site, address)
        assert gzip.decompress(packed.get_data()) == plain.get_data()
        assert (packed.headers["Content-Encoding"], plain.headers.get("Content-Encoding")) == ("gzip", None)
        assert "Accept-Encoding" in packed.headers["Vary"]


def test_a_file_carries_no_cookie_of_whoever_asks_first(site: Site, address: str) -> None:
    with writing_on(site) as session:
        make_body(session)
        make_actor(session, "las", Role.ADMINISTRATOR, login="admin", name="Anwar Admin")
    somebody = signed_in(site, "admin")
    first = somebody.get(address, buffered=True)
    second = ask(site, address)
    for answer in (first, second):
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
    assert somebody.get("/today").status_code == 200


@pytest.mark.parametrize("worker", WORKERS)
def test_a_worker_is_the_same_for_everybody_and_asked_for_again(site: Site, worker: str) -> None:
    with writing_on(site) as session:
        make_body(session)
        make_actor(session, "las", Role.ADMINISTRATOR, login="admin", name="Anwar Admin")
    first, second = signed_in(site, "admin").get(worker, buffered=True), ask(site, worker)
    assert len(site.app.wsgi_app._kept) == 1  # type: ignore[attr-defined]  # the application in front of Flask
    assert second.get_data() == first.get_data() != b""
    assert dict(second.headers) == dict(first.headers)
    assert second.headers["Cache-Control"] == "no-cache"
    assert "Cookie" not in second.headers.get("Vary", "")
    assert ask(site, worker, If_None_Match=second.headers["ETag"]).status_code == 304


def test_who_has_the_file_is_told_so(site: Site, address: str) -> None:
    known = ask(site, address).headers["ETag"]
    assert ask(site, address, If_None_Match=known).status_code == 304
    assert ask(site, address, Range="bytes=0-9").status_code == 206
    assert ask(site, address).status_code == 200


@pytest.mark.parametrize("query", ["", "?v=0123456789ab", "?v=", "?v=%00"])
def test_only_the_hashed_address_is_kept(site: Site, address: str, query: str) -> None:
    bare = address.partition("?")[0]
    assert ask(site, bare + query).get_data() == (STATIC / FILE).read_bytes()
    assert not site.app.wsgi_app._kept  # type: ignore[attr-defined]  # the application in front of Flask


def test_what_is_no_file_is_not_found(site: Site) -> None:
    for path in ("/static/no.css?v=0123456789ab", "/static/../settings.py", "/static/css/../css/base.css"):
        assert ask(site, path).status_code in (200, 404)
    assert not site.app.wsgi_app._kept  # type: ignore[attr-defined]  # the application in front of Flask
