"""The pages of a bulk release: what they offer, what they say, what they cost; no script is needed."""

import re

import pytest
from werkzeug.test import TestResponse

from assessment.domain.roles import Role
from tests.credentials.office import BODY, LATER, Office, hidden, open_office
from tests.factories.accounts import make_actor
from tests.factories.credentials import make_decided
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the office is built in one go")


@pytest.fixture
def office(signing_site: Site) -> Office:
    built = open_office(signing_site)
    with built.writing() as session:
        for place, name in enumerate(("Calon A", "Calon B")):
            candidate = make_actor(session, BODY, Role.CANDIDATE, name=name)
            trainer = built.releaser.person_id if name == "Calon B" else None
            make_decided(session, built.world, candidate=candidate, number=f"2026-1{place}", trainer=trainer, now=LATER)
    return built


def marked(page: TestResponse) -> list[str]:
    return re.findall(r'type="checkbox"[^>]* name="decision" value="([^"]+)" checked', page.text)


def send(office: Office, decisions: list[str]) -> TestResponse:
    client = office.signed_in(office.releaser)
    page = client.get("/bulk-releases/new")
    return client.post(
        "/bulk-releases",
        data={
            "csrf_token": hidden(page, "csrf_token"),
            "once": hidden(page, "once"),
            "decision": decisions,
        },
    )


def test_from_the_marked_list_to_signed_certificates(office: Office) -> None:
    client = office.signed_in(office.releaser)
    assert "/bulk-releases/new" in client.get("/releases").text
    page = client.get("/bulk-releases/new")
    assert len(marked(page)) == 3
    assert "Calon A" in page.text
    done = send(office, marked(page))
    assert done.status_code == 303
    place = done.headers["Location"]
    waiting = client.get(place)
    assert waiting.headers["Refresh"] == "10"
    assert "0 dari 3 sertifikat" in waiting.text
    office.work()
    finished = client.get(place)
    assert "Refresh" not in finished.headers
    assert "2 dari 3 sertifikat" in finished.text
    assert "Calon B" in finished.text
    assert "Calon A" not in finished.text
    assert marked(client.get("/bulk-releases/new")) == [marked(page)[2]]


def test_a_repeated_request_leads_to_the_same_place(office: Office) -> None:
    client = office.signed_in(office.releaser)
    page = client.get("/bulk-releases/new")
    data = {
        "csrf_token": hidden(page, "csrf_token"),
        "once": hidden(page, "once"),
        "decision": marked(page),
    }
    places = {client.post("/bulk-releases", data=data).headers["Location"] for _ in range(2)}
    assert len(places) == 1


def test_with_nothing_marked_the_page_says_so(office: Office) -> None:
    answer = send(office, [])
    assert answer.status_code == 422
    assert "Tandai 1 sampai 500 keputusan" in answer.text


@pytest.mark.parametrize("what", ["0000000000000000", "' OR 1=1 --", "x" * 5000])
def test_what_is_no_decision_of_this_body_is_not_found(office: Office, what: str) -> None:
    assert send(office, [what]).status_code == 404


def test_another_body_sees_neither_list_nor_progress(office: Office) -> None:
    client = office.signed_in(office.releaser)
    place = send(office, marked(client.get("/bulk-releases/new"))).headers["Location"]
    other = office.signed_in(office.stranger)
    assert marked(other.get("/bulk-releases/new")) == []
    assert other.get(place).status_code == 404


def test_a_page_takes_at_most_twelve_statements(office: Office) -> None:
    client = office.signed_in(office.releaser)
    place = send(office, marked(client.get("/bulk-releases/new"))).headers["Location"]
    office.work()
    for path in ("/bulk-releases/new", place):
        client.get(path)
        with count_statements(office.site.engine) as statements:
            assert client.get(path).status_code == 200
        assert len(statements) <= 12, f"{path}\n" + "\n".join(statements)
