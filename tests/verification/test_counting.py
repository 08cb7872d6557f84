"""How often a certificate was checked: counted by day and at most by country, without a name or an address."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from assessment.database import Base
from assessment.settings import Settings, SettingsError
from assessment.verification import counting
from assessment.verification.counting import BETWEEN, Checked, Tally
from assessment.verification.own_checks import checks_of
from assessment.verification.tables_checks import CheckCount
from tests.credentials.office import LATER, Office, open_office
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site, signer_of

ONE = Checked(body_id="las", credential_id="x", day=date(2026, 4, 21), country="")


def test_a_single_check_is_written_at_once_and_a_crowd_in_one_go() -> None:
    tally = Tally()
    assert tally.add(ONE, LATER) == Counter({ONE: 1})
    for second in range(1, 10):
        assert tally.add(ONE, LATER + timedelta(seconds=second)) == Counter()
    assert tally.add(replace(ONE, country="KR"), LATER + BETWEEN) == Counter({ONE: 9, replace(ONE, country="KR"): 1})
    tally.put_back(Counter({ONE: 4}))
    assert tally.add(ONE, LATER + 2 * BETWEEN) == Counter({ONE: 5})
    assert tally.add(ONE, LATER) == Counter({ONE: 1}), "a clock that was set back holds nothing up"


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with signer_of(site):
        yield open_office(site)


def counted(office: Office) -> dict[tuple[str, date, str], int]:
    with office.writing() as session:
        return {(row.credential_id, row.day, row.country): row.number for row in session.scalars(select(CheckCount))}


class Looking(FlaskClient):
    """A reader who takes every answer to its end, as a browser does: what follows an answer then happens."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, buffered=True, **kwargs)


def looking(office: Office) -> FlaskClient:
    """A reader of public pages."""
    return Looking(office.site.app, response_wrapper=office.site.app.response_class)


def later(office: Office, step: int) -> None:
    """Let the time pass after which counts are written again."""
    office.site.app.extensions["clock"] = lambda: LATER + step * BETWEEN


@pytest.mark.long_lock("the office is built in one go")
def test_each_look_counts_once_by_the_day_of_the_issuer(office: Office) -> None:
    client, today = looking(office), date(2026, 4, 21)
    client.get(f"/v/{office.valid}?lang=en")
    assert counted(office) == {(office.valid, today, ""): 1}
    client.get(f"/v/{office.valid}", headers={"Accept": "application/json"})
    assert counted(office) == {(office.valid, today, ""): 1}
    later(office, 1)
    with count_statements(office.site.engine) as statements:
        answer = office.site.client().get(f"/v/{office.valid}?lang=ja")
        assert answer.status_code == 200
    assert len(statements) <= 12, statements
    assert counted(office) == {(office.valid, today, ""): 1}, "nothing is written before the answer is made"
    answer.close()
    assert counted(office) == {(office.valid, today, ""): 3}
    later(office, 2)
    client.head(f"/v/{office.valid}")
    client.get(f"/v/{office.valid}", headers={"Sec-Purpose": "prefetch;prerender"})
    client.get("/v/0000000000000000")
    assert counted(office) == {(office.valid, today, ""): 3}
    office.site.app.extensions["clock"] = lambda: LATER.replace(hour=18)  # past midnight in Jakarta
    client.get(f"/v/{office.valid}")
    assert counted(office)[(office.valid, today + timedelta(days=1), "")] == 1


@pytest.mark.long_lock("the office is built in one go")
def test_a_country_is_known_only_by_the_header_that_the_settings_name(office: Office) -> None:
    client, app = looking(office), office.site.app
    sent = [{"X-Country": "KR"}, {"X-Country": "kr"}, {"X-Country": "<b>"}, {"X-Country": "XX"}, {"CF-IPCountry": "JP"}]
    for step, headers in enumerate(sent):
        later(office, step)
        client.get(f"/v/{office.valid}", headers=headers)
    assert {country for _, _, country in counted(office)} == {""}
    app.extensions["settings"] = replace(app.extensions["settings"], country_header="X-Country")
    for step, headers in enumerate(sent, len(sent)):
        later(office, step)
        client.get(f"/v/{office.valid}", headers=headers)
    assert {country: number for (_, _, country), number in counted(office).items()} == {"": 8, "KR": 2}


@pytest.mark.long_lock("the office is built in one go")
def test_neither_name_nor_address_is_kept(office: Office) -> None:
    looking(office).get(f"/v/{office.valid}", headers={"User-Agent": "Curious"})
    columns = set(Base.metadata.tables["check_count"].columns.keys())
    assert columns == {"body_id", "credential_id", "day", "country", "number"}


@pytest.mark.long_lock("the office is built in one go")
def test_a_count_that_cannot_be_written_waits_and_the_page_is_told(office: Office) -> None:
    client, table = looking(office), Base.metadata.tables["check_count"]
    with office.site.engine.begin() as connection:
        table.drop(connection)
    assert client.get(f"/v/{office.valid}").status_code == 200
    with office.site.engine.begin() as connection:
        table.create(connection)
    assert counted(office) == {}
    later(office, 1)
    client.get(f"/v/{office.valid}")
    assert list(counted(office).values()) == [2]


@pytest.mark.long_lock("the office is built in one go")
def test_the_holder_sees_days_months_and_countries(office: Office) -> None:
    today = LATER.date()
    rows = [
        (today, "", 2),
        (today, "KR", 3),
        (today - timedelta(days=40), "KR", 4),
        (today - timedelta(days=500), "", 5),
    ]
    with office.writing() as session:
        for day, country, number in rows:
            counting.write_counts(
                session, Counter({Checked(body_id="las", credential_id=office.valid, day=day, country=country): number})
            )
        found = checks_of(session, "las", office.valid, today=today)
    assert found.total == 14
    assert found.months == ((date(2026, 4, 1), 5), (date(2026, 3, 1), 4))
    assert found.days == ((today, 5),)
    assert found.countries == (("", 7), ("KR", 7))
    holder, address = office.signed_in(office.world.candidate), f"/certificates/{office.valid}/checks"
    assert f'href="{address}"' in holder.get(f"/certificates/{office.valid}").text
    page = holder.get(f"{address}?lang=en").text
    assert "14" in page
    assert "Korea" not in page
    settings = office.site.app.extensions["settings"]
    office.site.app.extensions["settings"] = replace(settings, country_header="X-Country")
    assert "Korea" in holder.get(address).text
    for stranger in (office.world.quality, office.stranger):
        assert office.signed_in(stranger).get(address).status_code == 404


def test_the_settings_name_a_header_or_none(tmp_path: Path) -> None:
    def header(name: str) -> str | None:
        return Settings.from_environment({"TERUJI_HOME": str(tmp_path), "TERUJI_COUNTRY_HEADER": name}).country_header

    assert header("") is None
    assert header("X-Country") == "X-Country"
    for wrong in ("X Country", "X:", "-", "x" * 65):
        with pytest.raises(SettingsError):
            header(wrong)
