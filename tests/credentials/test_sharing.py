"""Links of a holder: what each shows, that it shows nothing else, and that an ended one shows nothing."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.credentials.sharing import MOST_LINKS, end_link, follow, links_of, make_link
from assessment.credentials.tables import CredentialLink, Shown
from assessment.domain.errors import Conflict, NotFound
from assessment.verification.public_requests import MOST_MISSES
from tests.credentials.office import LATER, Office, hidden, open_office
from tests.factories.accounts import NOW
from tests.factories.certification import make_world
from tests.factories.credentials import make_issued
from tests.fixtures.sites import Site

PERSONAL = ("Siti", "Contoh las-", "1999", "LAS-2026-000001")


def test_only_the_holder_makes_and_ends_a_link(signing: Session) -> None:
    world = make_world(signing)
    credential_id = make_issued(signing, world)
    link_id = make_link(signing, world.candidate, credential_id, Shown.RESULT, now=NOW)
    assert len(link_id) == 32
    assert follow(signing, link_id) == (credential_id, Shown.RESULT)
    for stranger in (world.quality, world.assessor):
        with pytest.raises(NotFound):
            make_link(signing, stranger, credential_id, Shown.WHOLE, now=NOW)
        with pytest.raises(NotFound):
            end_link(signing, stranger, credential_id, link_id, now=NOW)
    with pytest.raises(NotFound):
        end_link(signing, world.candidate, "0" * 16, link_id, now=NOW)
    for _ in range(2):
        end_link(signing, world.candidate, credential_id, link_id, now=NOW)
    assert follow(signing, link_id) is None
    assert links_of(signing, "las", credential_id) == []
    assert signing.scalars(select(CredentialLink.id)).all() == [link_id]


def test_an_ended_link_cannot_be_brought_back(signing: Session) -> None:
    world = make_world(signing)
    credential_id = make_issued(signing, world)
    end_link(
        signing,
        world.candidate,
        credential_id,
        make_link(signing, world.candidate, credential_id, Shown.WHOLE, now=NOW),
        now=NOW,
    )
    for statement in ("DELETE FROM credential_link_end", "UPDATE credential_link SET shows = 'whole'"):
        with pytest.raises(IntegrityError, match="append-only"), signing.begin_nested():
            signing.execute(text(statement))


def test_there_are_twenty_links_at_most(signing: Session) -> None:
    world = make_world(signing)
    credential_id = make_issued(signing, world)
    made = [make_link(signing, world.candidate, credential_id, Shown.YES_OR_NO, now=NOW) for _ in range(MOST_LINKS)]
    with pytest.raises(Conflict):
        make_link(signing, world.candidate, credential_id, Shown.YES_OR_NO, now=NOW)
    end_link(signing, world.candidate, credential_id, made[0], now=NOW)
    assert make_link(signing, world.candidate, credential_id, Shown.YES_OR_NO, now=NOW) not in made


def links(office: Office, credential_id: str) -> dict[Shown, str]:
    with office.writing() as session:
        candidate = office.world.candidate
        return {shows: make_link(session, candidate, credential_id, shows, now=LATER) for shows in Shown}


@pytest.mark.long_lock("the office is built in one go")
def test_each_link_shows_exactly_what_was_chosen(signing_site: Site) -> None:
    office = open_office(signing_site)
    client = signing_site.client()
    made = links(office, office.valid)
    pages = {shows: client.get(f"/l/{link_id}?lang=en") for shows, link_id in made.items()}
    told = {
        shows: client.get(f"/l/{link_id}", headers={"Accept": "application/json"}) for shows, link_id in made.items()
    }
    for answer in (*pages.values(), *told.values()):
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
    assert "Siti Contoh" in pages[Shown.WHOLE].text
    assert told[Shown.WHOLE].json["credential"]["credentialSubject"]["licenseNumber"] == "LAS-2026-000001"
    for shows in (Shown.RESULT, Shown.YES_OR_NO):
        for answer in (pages[shows], told[shows]):
            assert not any(personal in answer.text for personal in PERSONAL), shows
            assert office.valid not in answer.text
    assert office.valid not in pages[Shown.WHOLE].text
    assert "C.25LAS01.029.1" in pages[Shown.RESULT].text
    assert told[Shown.RESULT].json["verdict"] == "valid"
    assert told[Shown.RESULT].json["units"][0]["level"] == "competent"
    assert "C.25LAS01.029.1" not in pages[Shown.YES_OR_NO].text
    assert told[Shown.YES_OR_NO].json.keys() == {"v", "shows", "valid", "scheme", "issuer", "as_of"}
    assert told[Shown.YES_OR_NO].json["valid"] is True
    assert "<h1>Yes</h1>" in pages[Shown.YES_OR_NO].text


@pytest.mark.long_lock("the office is built in one go")
def test_the_holder_makes_and_ends_links_on_the_page(signing_site: Site) -> None:
    office = open_office(signing_site)
    client = office.signed_in(office.world.candidate)
    address = f"/certificates/{office.valid}"
    page = client.get(address)
    keys = {name: hidden(page, name) for name in ("csrf_token", "once")}
    assert client.post(f"{address}/links", data={**keys, "shows": "everything"}).status_code == 422
    made = client.post(f"{address}/links", data={**keys, "shows": "yes_or_no"})
    assert made.status_code == 303
    with office.writing() as session:
        (link,) = links_of(session, "las", office.valid)
    page = client.get(address)
    assert f"/l/{link.id}" in page.text
    stranger = signing_site.client()
    assert stranger.get(f"/l/{link.id}").status_code == 200
    keys = {name: hidden(page, name) for name in ("csrf_token", "once")}
    assert client.post(f"{address}/links/{link.id}/end", data=keys).status_code == 303
    assert stranger.get(f"/l/{link.id}").status_code == 404
    assert f"/l/{link.id}" not in client.get(address).text
    quality = office.signed_in(office.world.quality)
    assert "/links" not in quality.get(address).text


@pytest.mark.long_lock("the office is built in one go")
def test_a_link_cannot_be_guessed(signing_site: Site) -> None:
    open_office(signing_site)
    client = signing_site.client()
    answers = [client.get(f"/l/{number:032}").status_code for number in range(MOST_MISSES + 1)]
    assert answers == [404] * MOST_MISSES + [429]
    assert client.get("/l/x").status_code == 429
