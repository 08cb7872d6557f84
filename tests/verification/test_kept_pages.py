"""Pages told again as they were drawn: quickly, with the time of each look, and never one that no longer holds."""

import gzip
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from assessment.accounts.ids import new_id
from assessment.accounts.persons import sealer
from assessment.accounts.sealing import wrapped_key
from assessment.accounts.tables import BodyLicence, CertificationBody
from assessment.app import create_app
from assessment.credentials.tables import CredentialIntent, IssuerKey
from assessment.database import Base, db, drop_triggers
from assessment.domain.credentials.stored_form import write_form
from assessment.domain.credentials.verdict import Clock, ClockState, Verdict, Verification
from assessment.domain.language import PUBLIC_LANGUAGES
from assessment.migrating import load_tables
from assessment.verification import drawing_ahead, kept_pages
from assessment.verification.beside import Beside, Stated
from assessment.verification.confirming import Statement
from assessment.verification.lasting_until import said_until
from assessment.verification.service import Found
from assessment.verification.tables import PageChoice
from assessment.verification.watched import WATCHED, statement, watched
from tests.factories.verification import DRAWN_ANEW, JAKARTA, NOW, House, Made, decide, open_house
from tests.factories.visitors import writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site
from tests.verification.test_evidence import hold_sitting
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
    "pdf_seal": "of the file, which the page says nothing of",
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


FROM_DISK = 4  # of a process that has seen no list yet: it begins, reads lists, where it is, and the issuers' keys


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


def pages_of(site: Site) -> list[Path]:
    """The files in which pages are kept."""
    return sorted(each for each in (site.settings.home / kept_pages.FOLDER).rglob("*") if each.is_file())


def another_process(site: Site) -> Callable[[str], tuple[str, int]]:
    """Give `look(address)` of a web process that was started later: what a reader sees, and the statements it took."""
    app = create_app(site.settings)
    app.extensions["clock"] = site.app.extensions["clock"]
    with app.app_context():
        engine = db.engine

    def look(address: str) -> tuple[str, int]:
        with count_statements(engine) as taken:
            answer = app.test_client().get(address, buffered=True)  # and closed, as a server does
        return text_of(answer.text), len(taken)

    return look


def test_each_look_says_its_own_time(site: Site, house: House) -> None:
    made = house.make()
    assert "10:00 WIB" in shown(site, made)
    for later, says in ((timedelta(seconds=59), "10:00 WIB"), (timedelta(days=1, minutes=1), "2 December 2026, 10:01")):
        site.app.extensions["clock"] = lambda later=later: NOW + later
        house.list_anew(NOW + later)
        with count_statements(site.engine) as taken:
            assert says in shown(site, made)
        assert not any("vote" in each for each in taken), "drawn anew"


@pytest.mark.parametrize("language", PUBLIC_LANGUAGES)
def test_a_page_that_is_told_is_the_one_that_would_be_drawn(site: Site, house: House, language: str) -> None:
    """Months later, lists signed anew: every word is as if it were drawn at this moment."""
    made = house.make()
    address = f"/v/{made.public_id}?lang={language}"
    site.client().get(address)
    for later in (timedelta(hours=3), timedelta(days=40), timedelta(days=700)):
        site.app.extensions["clock"] = lambda later=later: NOW + later
        house.list_anew(NOW + later - timedelta(minutes=20))
        told = site.client().get(address).data
        assert told == site.client().get(address, headers=DRAWN_ANEW).data
        assert told == gzip.decompress(site.client().get(address, headers={"Accept-Encoding": "gzip"}).data)


def test_a_list_that_is_signed_anew_ends_no_page(site: Site, house: House) -> None:
    made = house.make()
    assert "list of 1 December 2026, 09:55 WIB" in shown(site, made)
    house.list_anew(NOW - timedelta(minutes=1))
    with count_statements(site.engine) as taken:
        assert "list of 1 December 2026, 09:59 WIB" in shown(site, made)
    assert not any("vote" in each for each in taken)
    with count_statements(site.engine) as taken:
        assert "list of 1 December 2026, 09:59 WIB" in shown(site, made)
    assert taken == []


def test_a_list_whose_time_is_over_ends_it(site: Site, house: House) -> None:
    made = house.make()
    assert "Siti Contoh passed" in shown(site, made)
    site.app.extensions["clock"] = lambda: NOW + timedelta(hours=12)
    assert "Siti Contoh passed" not in shown(site, made)
    assert pages_of(site) == []


def test_a_process_that_starts_later_tells_it_from_the_disk(site: Site, house: House) -> None:
    made = house.make()
    said = shown(site, made)
    look = another_process(site)
    again, statements = look(f"/v/{made.public_id}?lang=en")
    assert again == said
    assert statements == FROM_DISK
    assert look(f"/v/{made.public_id}?lang=en") == (said, 0)


def test_it_lies_sealed_under_the_key_of_its_holder(site: Site, house: House) -> None:
    made = house.make()
    shown(site, made)
    (file,) = pages_of(site)
    assert file.name == f"{made.public_id}.en"
    assert b"Siti" not in file.read_bytes()
    house.erase(made)
    assert "Siti" not in shown(site, made)
    assert pages_of(site) == []


def test_a_file_in_the_wrong_place_counts_for_nothing(site: Site, house: House) -> None:
    """Of another certificate, of another language, cut off, or of somebody else's making."""
    made, other = house.make(), house.make(name="Budi Misal")
    english = f"/v/{made.public_id}?lang=en"
    right, _others = shown(site, made), shown(site, other, language="de")
    shown(site, other)
    files = {file.name: file for file in pages_of(site)}
    file = files[f"{made.public_id}.en"]
    wrong = {
        "another certificate's": files[f"{other.public_id}.en"].read_bytes(),
        "cut off": file.read_bytes()[:-1],
        "changed": file.read_bytes()[:-1] + bytes([file.read_bytes()[-1] ^ 1]),
        "empty": b"",
        "huge": bytes(1024 * 1024),
        "somebody's": b"\x01" + bytes(400),
    }
    for name, content in wrong.items():
        file.write_bytes(content)
        assert another_process(site)(english)[0] == right, name
    shutil.copy(files[f"{other.public_id}.de"], files[f"{other.public_id}.en"])
    assert another_process(site)(f"/v/{other.public_id}?lang=en")[0].startswith("Valid")


def test_another_version_of_the_program_draws_it_anew(
    site: Site, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = house.make()
    shown(site, made)
    monkeypatch.setattr(kept_pages, "_shipped", lambda: b"another version")
    _, statements = another_process(site)(f"/v/{made.public_id}?lang=en")
    assert statements > FROM_DISK
    _, statements = another_process(site)(f"/v/{made.public_id}?lang=en")
    assert statements == FROM_DISK


def test_a_disk_that_takes_nothing_keeps_no_page_and_loses_nothing(site: Site, house: House) -> None:
    made = house.make()
    (site.settings.home / kept_pages.FOLDER).write_text("in the way")
    for _ in range(2):
        assert "Siti Contoh passed" in shown(site, made)


def test_pages_are_drawn_ahead_in_every_language_and_nobody_is_counted(site: Site, house: House) -> None:
    made = house.make()
    with site.app.app_context():
        drawing_ahead.draw(house.body_id, {"credential": made.public_id}, NOW)
    assert {file.suffix[1:] for file in pages_of(site)} == PUBLIC_LANGUAGES.keys()
    with site.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM check_count")) == 0
    _, statements = another_process(site)(f"/v/{made.public_id}?lang=ko")
    assert statements == FROM_DISK
    site.client().get(f"/v/{made.public_id}?lang=en", buffered=True)
    with site.engine.connect() as connection:
        assert connection.scalar(text("SELECT sum(number) FROM check_count")) == 2
    for language in PUBLIC_LANGUAGES:
        address = f"/v/{made.public_id}?lang={language}"
        told, drawn = (site.client().get(address, headers=headers) for headers in ({}, DRAWN_ANEW))
        assert (told.data, sorted(told.headers.items())) == (drawn.data, sorted(drawn.headers.items()))


def test_what_changed_for_many_is_drawn_by_going_round(
    site: Site, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = [house.make(name=f"Peserta {letter}") for letter in "ABCD"]
    house.erase(certificates[0])
    monkeypatch.setattr(drawing_ahead, "MOST_LOOKED_AT", 2)
    monkeypatch.setattr(drawing_ahead, "MOST_DRAWN", 1)

    def go_round() -> int:
        """Return how many times it was begun anew."""
        after, times = "", 1
        with site.app.app_context():
            while after := drawing_ahead.draw_what_changed(after, NOW):
                times += 1
        return times

    assert go_round() == 4
    assert len(pages_of(site)) == 3 * len(PUBLIC_LANGUAGES)
    before = {file: file.stat().st_mtime_ns for file in pages_of(site)}
    assert go_round() == 3
    assert {file: file.stat().st_mtime_ns for file in pages_of(site)} == before
    house.mark("revocation", certificates[1])
    go_round()
    after = {file: file.stat().st_mtime_ns for file in pages_of(site)}
    assert {file.stem for file in pages_of(site) if after[file] != before[file]} == {certificates[1].public_id}


def test_a_place_that_is_not_the_signed_one_lets_nothing_be_kept(site: Site, house: House) -> None:
    made = house.make()
    with site.engine.connect() as connection:
        drop_triggers(connection)
        connection.execute(text("UPDATE status_slot SET position = position + 1"))
        connection.commit()
    shown(site, made)
    assert pages_of(site) == []


@pytest.mark.parametrize("edge", ["start", "until"])
def test_a_period_that_begins_or_ends_ends_the_page(edge: str) -> None:
    moment = NOW + timedelta(days=20)
    times: dict[str, datetime] = {"start": NOW - timedelta(days=1), "until": NOW + timedelta(days=100), edge: moment}
    clock = Clock(name="certificate", state=ClockState.RUNNING, **times)
    found = Found(verification=Verification(verdict=Verdict.VALID, checks=(), clocks=(clock,)))
    assert said_until(found, NOW) == moment
    assert said_until(replace(found, verification=None), NOW) is None


def test_a_statement_ends_the_page_on_the_morning_after_it_lapses() -> None:
    statement = Statement(
        name="Ibu Misal", function="", company="", first_day=date(2026, 5, 1), last_day=date(2026, 10, 31)
    )
    found = Found(beside=Beside(stated=Stated(statement=statement, stated_on=date(2026, 11, 1))))
    assert said_until(found, NOW.astimezone(JAKARTA)) == datetime(2027, 5, 1, tzinfo=JAKARTA)


def test_without_an_answer_of_the_database_nothing_is_told_again(site: Site, house: House) -> None:
    made = house.make()
    assert "Siti Contoh passed" in shown(site, made)
    with site.engine.connect() as connection:
        connection.execute(text("ALTER TABLE credential_canonical RENAME TO away"))
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


@pytest.mark.parametrize("change", ["a licence", "a decision"])
def test_what_lies_behind_and_still_grows_is_watched(site: Site, house: House, change: str) -> None:
    made, other = house.make(), house.make(name="Budi Misal")
    hold_sitting(house, [made, other])
    shown(site, made)
    with count_statements(site.engine) as taken:
        shown(site, made)
    assert taken == []
    with writing_on(site, body_id=house.body_id) as session:
        if change == "a licence":
            session.add(
                BodyLicence(
                    body_id=house.body_id,
                    id=new_id(),
                    number="BNSP-LSP-0000-ID",
                    authority="BNSP",
                    authority_number="BNSP-LSP-0000-ID",
                    valid_from=date(2025, 1, 1),
                    valid_until=date(2030, 1, 1),
                    scheme_codes=["*"],
                )
            )
        else:
            application_id = session.get_one(CredentialIntent, (house.body_id, other.public_id)).application_id
            decide(session, house.body_id, application_id, date(2026, 11, 30), "again")
    with count_statements(site.engine) as taken:
        shown(site, made)
    assert taken


# Looked through for a whole body, or all of them: few rows, whatever the number of certificates.
SMALL = ("certification_body", "issuer_key", "every", "body_licence", "installation", "transparency_log")


@pytest.mark.only_on("sqlite")
def test_no_statement_of_a_look_goes_through_a_whole_body(site: Site, house: House) -> None:
    """What SQLite says that it will do, where it knows nothing of how many rows there are."""
    made = house.make()
    hold_sitting(house, [made])
    watched(site.engine, made.public_id)
    with count_statements(site.engine) as taken:
        site.client().get(f"/v/{made.public_id}?lang=de", headers=DRAWN_ANEW)
    asked = [str(statement("sqlite").compile(site.engine)), *(each for each in taken if each.startswith("SELECT"))]
    assert len(asked) > 9
    with site.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        for each in asked:
            for *_, step in driver.execute(f"EXPLAIN QUERY PLAN {each}", (None,) * each.count("?")):
                whole = step.startswith("SCAN") or step.endswith(("(body_id=?)", "(body_id=?) LEFT-JOIN"))
                assert not whole or step.split()[1] in SMALL, f"{step}: {each}"
