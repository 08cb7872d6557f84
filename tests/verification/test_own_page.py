"""The holder chooses what the public page shows for comparing: the name alone, or the date of birth as well."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from assessment.verification.tables import PageChoice
from tests.credentials.office import LATER, Office, hidden, open_office
from tests.fixtures.sites import Site, signer_of
from tests.verification.test_show import text_of

pytestmark = pytest.mark.long_lock("the office is built in one go")


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with signer_of(site):
        yield open_office(site)


def choose(office: Office, shown: str, *, minutes: int = 0) -> int:
    office.site.app.extensions["clock"] = lambda: LATER + timedelta(minutes=minutes)
    client = office.signed_in(office.world.candidate)
    address = f"/certificates/{office.valid}/public-page"
    page = client.get(address)
    data = {"csrf_token": hidden(page, "csrf_token"), "once": hidden(page, "once"), "shown": shown}
    return client.post(address, data=data).status_code


def public_text(office: Office, language: str = "en") -> str:
    return text_of(office.site.client().get(f"/v/{office.valid}?lang={language}").text)


def test_nothing_but_the_name_is_shown_until_the_holder_says_so(office: Office) -> None:
    assert "Date of birth" not in public_text(office)
    assert choose(office, "birth_date") == 303
    assert re.search(r"Compare with the person Name \S.* Date of birth \d+ \w+ \d{4}", public_text(office))
    assert "生年月日" in public_text(office, "ja")
    assert choose(office, "neither", minutes=1) == 303
    assert "Date of birth" not in public_text(office)
    with office.writing() as session:
        choices = session.query(PageChoice).order_by(PageChoice.chosen_at).all()
        assert {each.person_id for each in choices} == {office.world.candidate.person_id}
        assert len(choices) == 2


def test_the_choice_is_on_the_holders_own_page_alone(office: Office) -> None:
    holder = office.signed_in(office.world.candidate)
    assert f'href="/certificates/{office.valid}/public-page"' in holder.get(f"/certificates/{office.valid}").text
    staff = office.signed_in(office.world.quality)
    assert "/public-page" not in staff.get(f"/certificates/{office.valid}").text
    assert staff.get(f"/certificates/{office.valid}/public-page").status_code in (403, 404)
    stranger = office.signed_in(office.stranger)
    assert stranger.get(f"/certificates/{office.valid}/public-page").status_code == 404
    assert holder.get("/certificates/0000000000000000/public-page").status_code == 404


def test_something_else_cannot_be_chosen(office: Office) -> None:
    assert choose(office, "passport") == 422
    assert "Date of birth" not in public_text(office)
