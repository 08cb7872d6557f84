"""The page of keys: what it tells, who answers a proposed change on it, and that it stands on their page of today."""

import re

import pytest
from werkzeug.test import TestResponse

from assessment.credentials.changing_keys import key_lines, propose
from assessment.credentials.signer_client import SignerClient
from assessment.credentials.tables_keys import KeyChangeKind
from assessment.database import db
from assessment.domain.errors import Conflict
from assessment.domain.roles import Role
from assessment.web.actor import Actor
from tests.credentials.office import BODY, LATER, Office, hidden, open_office
from tests.factories.accounts import make_actor
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site, signer_of

pytestmark = pytest.mark.long_lock("the office is built in one go")

FIRST = f"pdf-{LATER.year}"
PILE = "Perubahan kunci untuk orang kedua"
KEEPERS = {Role.ADMINISTRATOR, Role.QUALITY_MANAGER}


@pytest.fixture
def office(signing_site: Site) -> Office:
    return open_office(signing_site)


@pytest.fixture
def administrator(office: Office) -> Actor:
    with office.writing() as session:
        return make_actor(session, BODY, Role.ADMINISTRATOR, name="Adi Contoh")


def proposed(office: Office, actor: Actor, key_id: str, kind: KeyChangeKind) -> str:
    with office.writing() as session:
        return propose(session, actor, key_id, kind, reason="Salinan cadangan hilang.", now=LATER).id


def sent(office: Office, actor: Actor, change_id: str, said: str) -> TestResponse:
    client = office.signed_in(actor)
    token = hidden(client.get("/account"), "csrf_token")
    fields = {"csrf_token": token, "once": f"kunci-{change_id}-{said}", f"{change_id}-answer": said}
    return client.post(f"/keys/{change_id}", data={**fields, f"{change_id}-note": ""})


def states(office: Office) -> dict[str, bool]:
    """Each key, and whether it is in use."""
    with office.site.app.app_context():
        return {line.id: line.retired_at is None for line in key_lines(db.session(), BODY)}


def test_it_tells_of_each_key_since_when_and_what_is_proposed_by_whom(office: Office, administrator: Actor) -> None:
    proposed(office, office.world.quality, FIRST, KeyChangeKind.COMPROMISE)
    page = office.signed_in(administrator).get("/keys").text
    for key_id in (str(LATER.year), FIRST):
        row = page[page.index(f'id="key-{key_id}"') :]
        row = row[: row.index('id="key-', 5)] if 'id="key-' in row[5:] else row
        assert "Dipakai" in row
        assert "<svg" in row
        assert row.count("12 Maret 2026") >= 2  # opened, and signed last
        assert ("Salinan cadangan hilang." in row) is (key_id == FIRST)
        assert ('name="once"' in row) is (key_id == FIRST)
    assert office.world.quality.name in page


def test_a_second_person_confirms_on_the_page_and_the_next_key_seals(office: Office, administrator: Actor) -> None:
    change_id = proposed(office, office.world.quality, FIRST, KeyChangeKind.ROTATION)
    assert PILE in office.signed_in(administrator).get("/today").text
    assert f"{FIRST} · Pergantian" in office.signed_in(administrator).get("/today").text
    assert PILE not in office.signed_in(office.world.quality).get("/today").text  # their own proposal
    assert sent(office, administrator, change_id, "confirm").status_code == 303
    assert PILE not in office.signed_in(administrator).get("/today").text
    assert states(office) == {str(LATER.year): True, FIRST: False, f"{FIRST}-2": True}
    office.work()
    signer = SignerClient(office.site.settings.signer_socket)
    with pytest.raises(Conflict, match="retired"):
        signer.sign(BODY, FIRST, b"content")
    assert signer.sign(BODY, f"{FIRST}-2", b"content")
    page = office.signed_in(administrator).get("/keys").text
    assert re.findall(r'id="key-([^"]+)"', page) == [str(LATER.year), f"{FIRST}-2", FIRST]
    assert "Tidak dipakai lagi" in page


def test_turning_it_down_changes_nothing(office: Office, administrator: Actor) -> None:
    change_id = proposed(office, administrator, str(LATER.year), KeyChangeKind.COMPROMISE)
    assert sent(office, office.world.quality, change_id, "refuse").status_code == 303
    assert sent(office, office.world.quality, change_id, "confirm").status_code == 409
    assert states(office) == {str(LATER.year): True, FIRST: True}


def test_nobody_else_answers_and_no_one_their_own(office: Office, administrator: Actor) -> None:
    with office.writing() as session:
        people = {role: make_actor(session, BODY, role) for role in Role}
    change_id = proposed(office, administrator, FIRST, KeyChangeKind.COMPROMISE)
    for role, actor in people.items():
        shown = office.signed_in(actor).get("/keys")
        assert (shown.status_code == 200) is (role in {*KEEPERS, Role.RELEASER}), role
        assert (f'action="/keys/{change_id}"' in shown.text) is (role in KEEPERS), role
        if role not in KEEPERS:
            assert sent(office, actor, change_id, "confirm").status_code == 404, role
            assert PILE not in office.signed_in(actor).get("/today").text
    assert f'action="/keys/{change_id}"' not in office.signed_in(administrator).get("/keys").text
    assert sent(office, administrator, change_id, "confirm").status_code == 403
    stranger = office.signed_in(office.stranger).get("/keys").text
    assert ("Salinan cadangan hilang." in stranger, f'id="key-{FIRST}"' in stranger) == (False, False)
    assert sent(office, office.stranger, change_id, "confirm").status_code == 404
    assert sent(office, office.world.quality, "0" * 16, "confirm").status_code == 404
    assert sent(office, office.world.quality, change_id, "perhaps").status_code == 422
    assert states(office) == {str(LATER.year): True, FIRST: True}


def test_without_the_signer_a_rotation_waits_on(site: Site) -> None:
    with signer_of(site):
        office = open_office(site)
    with office.writing() as session:
        administrator = make_actor(session, BODY, Role.ADMINISTRATOR, name="Adi Contoh")
    change_id = proposed(office, administrator, FIRST, KeyChangeKind.ROTATION)
    said = sent(office, office.world.quality, change_id, "confirm")
    assert said.status_code == 409
    assert f'action="/keys/{change_id}"' in said.text
    assert states(office) == {str(LATER.year): True, FIRST: True}


def test_its_pages_take_at_most_twelve_statements(office: Office, administrator: Actor) -> None:
    for key_id in (str(LATER.year), FIRST):
        proposed(office, administrator, key_id, KeyChangeKind.RETIREMENT)
    client = office.signed_in(office.world.quality)
    for path in ("/today", "/keys"):
        client.get(path)
        with count_statements(office.site.engine) as statements:
            assert client.get(path).status_code == 200
        assert len(statements) <= 12, f"{path}\n" + "\n".join(statements)
