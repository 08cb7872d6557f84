"""Public files tell who has them already that they have not changed."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete
from werkzeug.http import http_date

from assessment.credentials.signer_client import running_signer
from assessment.credentials.status_lists import RENEW_AFTER
from assessment.credentials.tables import StatusListDocument
from tests.credentials.office import LATER, open_office
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

FILES = ("/status/las-revocation-0", "/log/checkpoint", "/log/tile/entries/000.p/1", "/b/las/did.json", "/issuers.json")


def same(client: FlaskClient, address: str, **condition: str) -> bool:
    answer = client.get(address, headers={name.replace("_", "-"): value for name, value in condition.items()})
    assert answer.status_code in (200, 304)
    assert answer.headers["ETag"]
    return answer.status_code == 304 and answer.data == b""


@pytest.mark.long_lock("the office is built in one go")
def test_whoever_has_a_file_is_told_so(signing_site: Site) -> None:
    open_office(signing_site)
    client = signing_site.client()
    with running_signer(signing_site.settings):
        for address in FILES:
            tag = client.get(address).headers["ETag"]
            assert same(client, address, If_None_Match=tag), address
            assert same(client, address, If_None_Match=f'"other", {tag}'), address
            assert not same(client, address, If_None_Match='"other"'), address


@pytest.mark.long_lock("the office is built in one go")
def test_a_status_list_says_when_it_was_signed_and_takes_one_statement(signing_site: Site) -> None:
    open_office(signing_site)
    client, address = signing_site.client(), FILES[0]
    with running_signer(signing_site.settings):
        assert client.get(address).headers["Last-Modified"] == http_date(LATER)
    with count_statements(signing_site.engine) as taken:
        assert same(client, address, If_Modified_Since=http_date(LATER))
    assert len(taken) == 1
    assert not same(client, address, If_Modified_Since=http_date(LATER - timedelta(seconds=1)))


@pytest.mark.long_lock("the office is built in one go")
def test_a_list_and_a_tile_are_told_from_memory(signing_site: Site) -> None:
    open_office(signing_site)
    client = signing_site.client()
    with running_signer(signing_site.settings):
        for address in (FILES[0], FILES[2]):
            first = client.get(address)
            with count_statements(signing_site.engine) as taken:
                again, had = client.get(address), client.get(address, headers={"If-None-Match": first.headers["ETag"]})
            assert taken == [], address  # what is asked of a list goes to the driver
            assert (again.status_code, again.data) == (200, first.data)
            assert sorted(again.headers.items()) == sorted(first.headers.items())
            assert (had.status_code, had.data) == (304, b"")
            slow = client.get(f"{address}?", headers={"If-None-Match": first.headers["ETag"], "If-Modified-Since": "x"})
            assert sorted(had.headers.items()) == sorted(slow.headers.items())


@pytest.mark.long_lock("the office is built in one go")
def test_a_list_is_told_no_longer_than_it_stands(signing_site: Site) -> None:
    office = open_office(signing_site)
    client, address = signing_site.client(), FILES[0]
    with running_signer(signing_site.settings):
        first = client.get(address)
        assert client.get(address).data == first.data
        with office.writing() as session:
            session.execute(delete(StatusListDocument))
        signing_site.app.extensions["clock"] = lambda: LATER + timedelta(seconds=1)
        again = client.get(address)
        assert again.data != first.data
        assert client.get(address).data == again.data
        signing_site.app.extensions["clock"] = lambda: LATER + timedelta(seconds=1) + RENEW_AFTER
        assert client.get(address).data != again.data


@pytest.mark.long_lock("the office is built in one go")
def test_what_is_no_file_of_the_log_is_asked_of_the_records(signing_site: Site) -> None:
    open_office(signing_site)
    client = signing_site.client()
    for address in ("/log/tile/0/999", "/log/tile/../checkpoint", "/log/tile/0/000.p/999", "/status/las-revocation-9"):
        assert [client.get(address).status_code for _ in range(2)] == [404, 404], address
    assert client.post("/status/las-revocation-0").status_code == 405
    assert client.get("/log/tile/entries/000.p/1?x=1").status_code == 200
