"""Public files tell who has them already that they have not changed."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.http import http_date

from assessment.credentials.signer_client import running_signer
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
