"""Two people for issue, suspension, revocation and keys: every role tries each step after every other role's."""

import pytest
from werkzeug.test import TestResponse

from assessment.credentials.changing_keys import answer, propose
from assessment.credentials.tables import CredentialIntent, StatusChange
from assessment.credentials.tables_keys import KeyChangeKind
from assessment.database import db
from assessment.domain.errors import NotAllowed
from assessment.domain.roles import Role
from assessment.web.actor import Actor
from assessment.web.gate import check
from assessment.web.rights import COMMANDS
from tests.credentials.office import BODY, LATER, Office, hidden, open_office
from tests.factories.accounts import make_actor
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the office is built in one go")

OFFICE = {Role.RELEASER, Role.QUALITY_MANAGER}
KEEPERS = {Role.ADMINISTRATOR, Role.QUALITY_MANAGER}


@pytest.fixture
def office(signing_site: Site) -> Office:
    return open_office(signing_site)


@pytest.fixture
def people(office: Office) -> dict[Role, Actor]:
    """One person of each role, and no other."""
    with office.writing() as session:
        return {role: make_actor(session, BODY, role) for role in Role}


@pytest.mark.parametrize("step", ["suspend", "revoke"])
def test_status_changes_by_two_people_of_the_office_only(office: Office, people: dict[Role, Actor], step: str) -> None:
    for proposing in Role:
        proposed = _send(office, people[proposing], "", step=step, reason="Bukti identitas ternyata palsu.")
        assert (proposed.status_code == 303) is (proposing in OFFICE), (proposing, proposed.status)
        with office.site.app.app_context():
            waiting = db.session().query(StatusChange).filter_by(proposed_by=people[proposing].person_id).one_or_none()
        assert (waiting is not None) is (proposing in OFFICE)
        if waiting is None:
            continue
        second = OFFICE - {proposing}
        for answering in sorted(Role, key=lambda role: role in second):
            turned_down = {f"{waiting.id}-answer": "refuse", f"{waiting.id}-note": ""}
            said = _send(office, people[answering], f"/{waiting.id}", **turned_down)
            assert (said.status_code == 303) is (answering in second), (proposing, answering, said.status)


def test_certificate_is_released_by_a_releaser_only(office: Office, people: dict[Role, Actor]) -> None:
    for role in sorted(Role, key=lambda role: role is Role.RELEASER):
        client = office.signed_in(people[role])
        token = hidden(client.get("/account"), "csrf_token")
        said = client.post(f"/releases/{office.decision_id}", data={"csrf_token": token, "once": f"kunci-{role}"})
        assert (said.status_code == 303) is (role is Role.RELEASER), (role, said.status)
        with office.site.app.app_context():
            assert db.session().query(CredentialIntent).count() == 1 + (role is Role.RELEASER), role


@pytest.mark.parametrize("kind", KeyChangeKind)
@pytest.mark.parametrize("key_id", ["2026", "pdf-2026"])
def test_keys_change_by_two_people_who_keep_them_only(
    office: Office, people: dict[Role, Actor], key_id: str, kind: KeyChangeKind
) -> None:
    for proposing in Role:
        if _refused("key.propose", people[proposing]):
            assert proposing not in KEEPERS
            continue
        with office.writing() as session:
            change = propose(session, people[proposing], key_id, kind, reason="Coba.", now=LATER).id
        second = KEEPERS - {proposing}
        for answering in sorted(Role, key=lambda role: role in second):
            if _refused("key.answer", people[answering]):
                assert answering not in KEEPERS
                continue
            try:
                with office.writing() as session:
                    answer(session, people[answering], change, confirmed=False, now=LATER)
            except NotAllowed:
                assert answering is proposing
            else:
                assert answering in second


def _send(office: Office, actor: Actor, path: str, **fields: str) -> TestResponse:
    client = office.signed_in(actor)
    token = hidden(client.get("/account"), "csrf_token")
    sent = {"csrf_token": token, "once": f"{path}{sorted(fields.items())}", **fields}
    return client.post(f"/certificates/{office.valid}/status-changes{path}", data=sent)


def _refused(command: str, actor: Actor) -> bool:
    try:
        check(COMMANDS[command], actor, {})
    except NotAllowed:
        return True
    return False
