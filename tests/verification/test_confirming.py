"""The employer's confirmation: one link, one use, by POST alone; unchecked on the page, or said to be missing."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from assessment.accounts.persons import erase_person
from assessment.credentials.tables import StatusPurpose
from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.domain.language import PUBLIC_LANGUAGES
from assessment.verification.beside import Stated
from assessment.verification.confirming import Statement, Use, follow_confirmation, read_statement, state
from assessment.verification.own_confirmations import (
    LIFETIME,
    MOST_LINKS,
    end_confirmation_link,
    make_confirmation_link,
    open_links,
)
from assessment.verification.present_confirmation import present_confirmation
from assessment.verification.public_requests import MOST_MISSES
from assessment.verification.tables import EmployerStatement
from assessment.verification.views_confirming import MOST_STATEMENTS
from tests.credentials.office import LATER, Office, hidden, open_office
from tests.factories.accounts import NOW
from tests.factories.certification import make_world
from tests.factories.credentials import change_status, make_issued
from tests.factories.verification import open_house
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site, signer_of
from tests.verification.test_present import ENGLISH
from tests.verification.test_show import text_of

TODAY = LATER.date()
SAID = Statement(name="Adi Misal", function="Welding supervisor", company="Misal Co.", first_day=TODAY, last_day=TODAY)
TYPED = {
    "name": "Adi Misal",
    "function": "Welding supervisor",
    "company": "Misal Co.",
    "first_day": (TODAY - timedelta(days=9)).isoformat(),
    "last_day": TODAY.isoformat(),
    "worked": "y",
}


def test_a_link_is_used_once_or_ended_or_runs_out(signing: Session) -> None:
    world = make_world(signing)
    credential_id = make_issued(signing, world)
    begins = NOW.date()

    def use(link_id: str, at: timedelta = timedelta()) -> Use:
        followed = follow_confirmation(signing, link_id, now=NOW + at)
        assert followed is not None
        return followed.use

    used, ended, old = (make_confirmation_link(signing, world.candidate, credential_id, now=NOW) for _ in range(3))
    assert {len(used), len(ended), len(old)} == {32}
    end_confirmation_link(signing, world.candidate, credential_id, ended, now=NOW)
    said = Statement(name="A", function="B", company="C", first_day=begins, last_day=begins)
    state(signing, used, said, begins=begins, today=begins, now=NOW)
    assert (use(used), use(ended), use(old)) == (Use.USED, Use.ENDED, Use.OPEN)
    assert use(old, LIFETIME - timedelta(seconds=1)) is Use.OPEN
    assert use(old, LIFETIME) is Use.ENDED
    assert [link.id for link in open_links(signing, "las", credential_id, now=NOW)] == [old]
    for link_id, at in ((used, NOW), (ended, NOW), (old, NOW + LIFETIME)):
        with pytest.raises(Conflict):
            state(signing, link_id, said, begins=begins, today=begins, now=at)
    with pytest.raises(NotFound):
        state(signing, "0" * 32, said, begins=begins, today=begins, now=NOW)
    with pytest.raises(Conflict):
        end_confirmation_link(signing, world.candidate, credential_id, used, now=NOW)
    assert follow_confirmation(signing, "0" * 32, now=NOW) is None


def test_only_the_holder_makes_and_ends_links_and_five_at_most(signing: Session) -> None:
    world = make_world(signing)
    credential_id = make_issued(signing, world)
    made = [make_confirmation_link(signing, world.candidate, credential_id, now=NOW) for _ in range(MOST_LINKS)]
    with pytest.raises(Conflict):
        make_confirmation_link(signing, world.candidate, credential_id, now=NOW)
    assert make_confirmation_link(signing, world.candidate, credential_id, now=NOW + LIFETIME)
    for stranger in (world.quality, world.assessor):
        with pytest.raises(NotFound):
            make_confirmation_link(signing, stranger, credential_id, now=NOW)
        with pytest.raises(NotFound):
            end_confirmation_link(signing, stranger, credential_id, made[0], now=NOW)
    with pytest.raises(NotFound):
        end_confirmation_link(signing, world.candidate, "0" * 16, made[0], now=NOW)


def test_what_was_stated_stays_is_sealed_and_goes_with_the_holder(signing: Session) -> None:
    world = make_world(signing)
    credential_id = make_issued(signing, world)
    link_id = make_confirmation_link(signing, world.candidate, credential_id, now=NOW)
    begins = NOW.date()
    future = Statement(name="A", function="B", company="C", first_day=begins, last_day=begins + timedelta(days=1))
    with pytest.raises(Invalid):
        state(signing, link_id, future, begins=begins, today=begins, now=NOW)
    said = Statement(name="Adi Misal", function="B", company="C", first_day=begins, last_day=begins)
    state(signing, link_id, said, begins=begins, today=begins, now=NOW)
    row = signing.scalars(select(EmployerStatement)).one()
    assert b"Adi" not in row.sealed
    for statement in ("UPDATE employer_statement SET v = 2", "DELETE FROM employer_statement"):
        with pytest.raises(IntegrityError, match="append-only"), signing.begin_nested():
            signing.execute(text(statement))
    erase_person(signing, "las", world.candidate.person_id, now=NOW)
    assert read_statement(row, None, world.candidate.person_id) is None


def test_the_page_says_who_stated_it_or_since_when_nobody_did() -> None:
    stated = Stated(statement=SAID, stated_on=TODAY)

    def shown(stated: Stated | None, today: date) -> tuple[str, dict[str, str]]:
        page = present_confirmation(stated, begins=date(2026, 3, 14), today=today, language=ENGLISH)
        return page.lapsed, dict(page.lines)

    lapsed, lines = shown(stated, TODAY)
    assert lapsed == ""
    assert lines["Worked in this scope"] == (
        "stated by Adi Misal (Welding supervisor) of Misal Co. on 21 April 2026, unchecked"
    )
    assert shown(stated, date(2026, 10, 21))[0] == ""
    lapsed, lines = shown(stated, date(2026, 10, 22))
    assert lapsed == "not confirmed since 21 April 2026"
    assert len(lines) == 2
    assert shown(None, date(2026, 4, 1)) == ("not confirmed since 14 March 2026", {})


def test_a_welders_certificate_says_that_nobody_confirmed_it(site: Site) -> None:
    made = open_house(site).make()
    answer = text_of(site.client().get(f"/v/{made.public_id}?lang=en").text)
    assert "not confirmed since 14 March 2026" in answer


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with signer_of(site):
        yield open_office(site, full=True)


def link_to(office: Office, credential_id: str = "") -> str:
    """A link of the holder's, as an address."""
    with office.writing() as session:
        return f"/c/{make_confirmation_link(session, office.world.candidate, credential_id or office.valid, now=LATER)}"


def send(client: FlaskClient, address: str, **changed: str) -> TestResponse:
    return client.post(f"{address}?lang=en", data={**TYPED, **changed})


@pytest.mark.long_lock("the office is built in one go")
def test_an_employer_states_it_without_an_account(office: Office) -> None:
    address, client = link_to(office), office.site.client()
    for _ in range(2):  # a preview of the link uses nothing up
        page = client.get(f"{address}?lang=en")
        assert page.status_code == 200
        assert "Siti Contoh" in page.text
        assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert "Set-Cookie" not in page.headers
        assert office.valid not in page.text
    client.head(address)
    with count_statements(office.site.engine) as statements:
        client.get(address)
    assert len(statements) <= 12, statements
    for code in PUBLIC_LANGUAGES:
        assert client.get(f"{address}?lang={code}").status_code == 200
    hostile = "<script>alert(1)</script>\u202e"
    sent = send(client, address, company=hostile)
    assert sent.status_code == 303, sent.text
    after = client.get(sent.headers["Location"])
    assert after.status_code == 200
    assert "The statement is recorded" in after.text
    assert "Siti Contoh" not in after.text
    assert send(client, address).status_code == 200
    html = client.get(f"/v/{office.valid}?lang=en").text
    assert "stated by Adi Misal (Welding supervisor) of" in text_of(html)
    assert "unchecked" in html
    assert "<script>alert(1)" not in html
    assert "\u202e" not in html
    with office.writing() as session:
        assert session.query(EmployerStatement).count() == 1


@pytest.mark.long_lock("the office is built in one go")
def test_what_cannot_be_stated_is_said(office: Office) -> None:
    address, client = link_to(office), office.site.client()
    for changed in (
        {"worked": ""},
        {"name": ""},
        {"company": "x" * 81},
        {"last_day": "soon"},
        {"last_day": (TODAY + timedelta(days=1)).isoformat()},
        {"first_day": "2020-01-01"},
        {"last_day": (TODAY - timedelta(days=10)).isoformat()},
    ):
        answer = send(client, address, **changed)
        assert answer.status_code == 422, changed
    assert "Set-Cookie" not in answer.headers
    with office.writing() as session:
        assert session.query(EmployerStatement).count() == 0
    assert send(client, address).status_code == 303


@pytest.mark.long_lock("the office is built in one go")
def test_guessing_and_sending_are_limited(office: Office) -> None:
    address, client = link_to(office), office.site.client()
    for wrong in ("/c/0", f"/c/{'0' * 32}", f"{address}0", "/c/%00", f"/c/{office.valid}"):
        assert client.get(wrong).status_code == 404
    for _ in range(MOST_STATEMENTS):
        assert send(client, f"/c/{'0' * 32}").status_code == 404
    assert send(client, address).status_code == 429
    statuses = [client.get(f"/c/{'0' * 32}").status_code for _ in range(MOST_MISSES)]
    assert statuses[-1] == 429
    assert client.get(address).status_code == 200


@pytest.mark.long_lock("the office is built in one go")
def test_a_certificate_that_does_not_stand_takes_no_statement(office: Office) -> None:
    address, client = link_to(office), office.site.client()
    with office.writing() as session:
        change_status(session, office.releaser, office.world.quality, office.valid, StatusPurpose.SUSPENSION, now=LATER)
    office.work()
    assert client.get(f"{address}?lang=en").status_code == 410
    assert send(client, address).status_code == 410
    assert "Siti Contoh" not in client.get(f"{address}?lang=en").text
    with office.writing() as session:
        assert session.query(EmployerStatement).count() == 0


@pytest.mark.long_lock("the office is built in one go")
def test_the_holder_makes_and_ends_links_on_a_page(office: Office) -> None:
    address = f"/certificates/{office.valid}/confirmations"
    holder = office.signed_in(office.world.candidate)
    assert f'href="{address}"' in holder.get(f"/certificates/{office.valid}").text
    page = holder.get(address)
    fields = {name: hidden(page, name) for name in ("csrf_token", "once")}
    assert holder.post(address, data=fields).status_code == 303
    page = holder.get(address)
    link_id = page.text.split("/c/")[1][:32]
    assert office.site.client().get(f"/c/{link_id}").status_code == 200
    fields = {name: hidden(page, name) for name in ("csrf_token", "once")}
    assert holder.post(f"{address}/{link_id}/end", data=fields).status_code == 303
    assert office.site.client().get(f"/c/{link_id}").status_code == 410
    assert holder.post(f"{address}/{'0' * 32}/end", data=fields).status_code in (303, 404, 409)
    with office.writing() as session:
        used = make_confirmation_link(session, office.world.candidate, office.valid, now=LATER)
        state(session, used, SAID, begins=TODAY, today=TODAY, now=LATER)
    assert "Misal Co." in holder.get(address).text
    staff = office.signed_in(office.world.quality)
    assert staff.get(address).status_code == 404
    assert office.signed_in(office.stranger).get(address).status_code == 404
