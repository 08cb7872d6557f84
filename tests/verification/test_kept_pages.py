"""Pages told again within their minute: quickly, and never one that no longer holds."""

import gzip
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text, update

from assessment.accounts.ids import new_id
from assessment.accounts.persons import sealer
from assessment.accounts.sealing import wrapped_key
from assessment.accounts.tables import CertificationBody
from assessment.credentials.tables import IssuerKey
from assessment.database import Base, drop_triggers
from assessment.domain.credentials.stored_form import write_form
from assessment.domain.credentials.verdict import Clock, ClockState
from assessment.migrating import load_tables
from assessment.verification.kept_pages import said_until
from assessment.verification.tables import PageChoice
from assessment.verification.watched import WATCHED
from tests.factories.verification import NOW, House, Made, open_house
from tests.factories.visitors import writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site
from tests.verification.test_show import text_of

# Tables that hang on a certificate and change nothing that its page says.
UNWATCHED = {
    "check_count": "how often it was looked at, which only its holder sees",
    "confirmation_link": "what is stated by it is watched",
    "confirmation_link_end": "as the link",
    "credential": "the certificate itself: append-only, and its signature is checked each time",
    "credential_canonical": "read whole each time",
    "credential_form": "other forms are no part of the page",
    "credential_intent": "a successor is watched by itself; nothing else is written to it",
    "credential_link": "a link has a page of its own, which is not kept",
    "credential_link_end": "as the link",
    "page_photo": "comes with a choice, which is watched",
    "qualification": "proposed only; what confirms it is watched",
    "signed_credential": "gone before the certificate is there",
    "status_change": "proposed only; what confirms it is watched",
    "status_slot": "drawn before the certificate was signed",
    "webhook_attempt": "what agencies were told, which no page says",
    "webhook_message": "as the attempt",
    "webhook_watch": "as the attempt",
}


# What hangs on something else and is watched all the same.
BESIDE = {"consent": "the photo is shown only while its holder agrees"}


@pytest.fixture
def house(site: Site) -> House:
    return open_house(site)


def shown(site: Site, made: Made, *, language: str = "en") -> str:
    """What a reader sees, in one line."""
    return text_of(site.client().get(f"/v/{made.public_id}?lang={language}").text)


def test_a_page_is_told_again_without_looking_everything_up(site: Site, house: House) -> None:
    made = house.make()
    client = site.client()
    first = client.get(f"/v/{made.public_id}?lang=en")
    with count_statements(site.engine) as taken:
        again = client.get(f"/v/{made.public_id}?lang=en")
    assert taken == []  # the one statement that is asked goes to the driver
    assert (again.status_code, again.data) == (200, first.data)
    assert sorted(again.headers.items()) == sorted(first.headers.items())


def test_it_is_packed_with_other_padding_each_time(site: Site, house: House) -> None:
    made = house.make()
    client = site.client()
    plain = client.get(f"/v/{made.public_id}?lang=en").data
    packed = [client.get(f"/v/{made.public_id}?lang=en", headers={"Accept-Encoding": "gzip"}) for _ in range(12)]
    assert {answer.headers["Content-Encoding"] for answer in packed} == {"gzip"}
    assert len({len(answer.data) for answer in packed}) > 3
    assert {gzip.decompress(answer.data) for answer in packed} == {plain}


def test_everybody_gets_their_own_language_and_form(site: Site, house: House) -> None:
    made = house.make()
    address = f"/v/{made.public_id}"
    for _ in range(2):
        for wished, got in {"ja-JP": "ja", "id": "id", "de": "de", "fr": "en"}.items():
            assert f'<html lang="{got}"' in site.client().get(address, headers={"Accept-Language": wished}).text
        answer = site.client().get(address, headers={"Accept": "application/json"})
        assert (answer.mimetype, answer.json["verdict"]) == ("application/json", "valid")
        assert site.client().head(address).data == b""


def withdraw_the_key(house: House, _made: Made) -> None:
    with writing_on(house.site, body_id=house.body_id) as session:
        session.execute(update(IssuerKey).values(compromised_at=NOW))


def rename_the_issuer(house: House, _made: Made) -> None:
    with writing_on(house.site, body_id=house.body_id) as session:
        session.execute(update(CertificationBody).values(name="LSP Nama Baru"))


def show_the_birth_date(house: House, made: Made) -> None:
    with writing_on(house.site, body_id=house.body_id) as session:
        session.add(
            PageChoice(
                body_id=house.body_id,
                id=new_id(),
                credential_intent_id=made.public_id,
                person_id=made.person_id,
                birth_date=True,
                chosen_at=NOW,
            )
        )


CHANGES: dict[str, tuple[Callable[[House, Made], None], str]] = {
    "revoked": (lambda house, made: house.mark("revocation", made), "for Plate welder SMAW was withdrawn."),
    "suspended": (lambda house, made: house.mark("suspension", made), "for Plate welder SMAW is on hold."),
    "superseded": (lambda house, made: house.succeed(made), "A newer certificate has taken the place"),
    "erased": (lambda house, made: house.erase(made), "The holder's data was erased"),
    "the key is withdrawn": (withdraw_the_key, "Cannot be checked now · Teruji"),
    "the issuer has another name": (rename_the_issuer, "LSP Nama Baru"),
    "the holder shows more": (show_the_birth_date, "17 May 1999"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_by_the_next_reader(site: Site, house: House, change: str) -> None:
    made = house.make()
    happens, says = CHANGES[change]
    assert [says in shown(site, made) for _ in range(2)] == [False, False]
    happens(house, made)
    assert says in shown(site, made)


def test_a_list_that_is_taken_away_makes_it_uncertain_at_once(site: Site, house: House) -> None:
    made = house.make()
    assert "Siti Contoh passed" in shown(site, made)
    with writing_on(site) as session:
        session.execute(text("DELETE FROM status_list_document"))
    assert "cannot be said" in shown(site, made)


def test_canonical_bytes_that_were_exchanged_count_for_nothing(site: Site, house: House) -> None:
    made = house.make()
    assert "Siti Contoh passed" in shown(site, made)
    digest, others = write_form(made.content)[:32], write_form(house.make(name="Budi Misal").content)[32:]
    with site.engine.connect() as connection:
        drop_triggers(connection)
        connection.commit()
    with writing_on(site, body_id="las") as session:
        sealed = sealer().seal(wrapped_key(session, "las", made.person_id), made.person_id, digest + others)
        session.execute(
            text("UPDATE credential_canonical SET sealed = :sealed WHERE credential_id = :id"),
            {"sealed": sealed, "id": made.public_id},
        )
    with count_statements(site.engine) as taken:
        assert "Siti Contoh passed" in shown(site, made)  # canonicalised: no log holds this text
    assert len(taken) > 1


def test_a_certificate_without_stored_bytes_is_canonicalised_each_time(site: Site, house: House) -> None:
    made = house.make()
    with site.engine.connect() as connection:
        drop_triggers(connection)
        connection.execute(text("DELETE FROM credential_canonical"))
        connection.commit()
    for _ in range(2):
        with count_statements(site.engine) as taken:
            assert "Siti Contoh passed" in shown(site, made)
        assert len(taken) > 1


def test_it_is_drawn_anew_when_its_minute_is_over(site: Site, house: House) -> None:
    made = house.make()
    assert "10:00 WIB" in shown(site, made)
    site.app.extensions["clock"] = lambda: NOW + timedelta(seconds=59)
    assert "10:00 WIB" in shown(site, made)
    site.app.extensions["clock"] = lambda: NOW + timedelta(seconds=60)
    assert "10:01 WIB" in shown(site, made)


@pytest.mark.parametrize("edge", ["start", "until"])
def test_a_period_that_begins_or_ends_within_the_minute_ends_the_page(edge: str) -> None:
    moment = NOW + timedelta(seconds=20)
    times: dict[str, datetime] = {"start": NOW - timedelta(days=1), "until": NOW + timedelta(days=1), edge: moment}
    clock = Clock(name="certificate", state=ClockState.RUNNING, **times)
    assert said_until([clock], NOW) == moment
    assert said_until([clock], moment + timedelta(seconds=2)) == NOW + timedelta(minutes=1)


def test_without_an_answer_of_the_database_nothing_is_told_again(site: Site, house: House) -> None:
    made = house.make()
    assert "Siti Contoh passed" in shown(site, made)
    with site.engine.connect() as connection:
        connection.execute(text("ALTER TABLE status_slot RENAME TO away"))
        connection.commit()
    site.app.testing = False
    answer = site.client().get(f"/v/{made.public_id}?lang=en")
    assert answer.status_code == 500
    assert "Siti" not in answer.text


def test_pages_that_are_not_certain_are_not_kept(site: Site, house: House) -> None:
    for wanted in ({"listed": False}, {"forged": True}, {"erased": True}):
        made = house.make(**wanted)  # type: ignore[arg-type]  # each is one of its switches
        for _ in range(2):
            with count_statements(site.engine) as taken:
                shown(site, made)
            assert taken, wanted


def test_every_table_that_hangs_on_a_certificate_is_watched_or_has_a_reason() -> None:
    load_tables()
    hanging = {"credential", "credential_intent"}
    while True:
        more = {
            table.name
            for table in Base.metadata.tables.values()
            for key in table.foreign_key_constraints
            if key.referred_table.name in hanging and table.name not in hanging
        }
        if not more:
            break
        hanging |= more
    assert not hanging & BESIDE.keys()
    assert hanging | BESIDE.keys() == WATCHED.keys() | UNWATCHED.keys()
