"""The gate: who may pass, in which relation to the record, and what a refusal tells."""

import pytest
from flask import Blueprint
from sqlalchemy.orm import Session

from assessment.domain.errors import NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.web import gate
from assessment.web.actor import Actor
from assessment.web.gate import RecordStanding, SignInNeeded, check
from assessment.web.rights import ANY, DUTY, OWN, SIGNED_IN, SITE, may
from tests.factories.accounts import make_actor, make_body, make_site
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.sites import Site

STANDINGS = {
    "mine": RecordStanding(person_id="me", site_id="here", assigned=frozenset({(Role.ASSESSOR, "me")})),
    "theirs": RecordStanding(person_id="them", site_id="there", assigned=frozenset({(Role.ASSESSOR, "them")})),
}


def actor(**sites: frozenset[str] | None) -> Actor:
    return Actor(
        session_secret="",
        body_id="las",
        body_name="LSP",
        zone="UTC",
        account_id="account",
        person_id="me",
        name="Budi",
        locale="id",
        sites={Role(name): held for name, held in sites.items()},
    )


@pytest.fixture(autouse=True)
def _records(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(_session: Session, body_id: str, value: str) -> RecordStanding | None:
        return STANDINGS.get(value) if body_id == "las" else None

    monkeypatch.setitem(gate._locators, "thing_id", find)


def passes(session: Session, somebody: Actor | None, value: str | None = "mine", **cells: object) -> bool:
    arguments = {} if value is None else {"thing_id": value}
    try:
        check(may(**cells), somebody, arguments)  # type: ignore[arg-type]  # cells by name
    except (NotFound, NotAllowed, SignInNeeded):
        return False
    return True


def test_a_stranger_is_asked_to_sign_in(session: Session) -> None:
    with pytest.raises(SignInNeeded):
        check(SIGNED_IN, None, {})


def test_a_role_that_is_not_named_is_refused(session: Session) -> None:
    with pytest.raises(NotAllowed):
        check(may(assessor=ANY), actor(candidate=None), {})
    with pytest.raises(NotFound):
        check(may(assessor=ANY), actor(candidate=None), {"thing_id": "mine"})


def test_whoever_is_signed_in_passes_even_without_a_role_only_where_the_rule_names_theirs(session: Session) -> None:
    assert passes(session, actor(candidate=None), None, candidate=OWN)
    with pytest.raises(NotAllowed):
        check(may(assessor=ANY), actor(), {})


@pytest.mark.parametrize(
    ("relation", "value", "expected"),
    [
        (ANY, "mine", True),
        (ANY, "theirs", True),
        (ANY, "nothing", False),
        (OWN, "mine", True),
        (OWN, "theirs", False),
        (DUTY, "mine", True),
        (DUTY, "theirs", False),
        (SITE, "mine", True),
        (SITE, "theirs", False),
    ],
)
def test_the_relation_decides(session: Session, relation: object, value: str, expected: bool) -> None:
    assert passes(session, actor(assessor=frozenset({"here"})), value, assessor=relation) is expected


def test_a_role_that_holds_everywhere_holds_at_every_site(session: Session) -> None:
    assert passes(session, actor(invigilator=None), "theirs", invigilator=SITE)


def test_one_of_several_roles_is_enough_and_only_its_own_relation_counts(session: Session) -> None:
    both = actor(assessor=None, candidate=None)
    assert passes(session, both, "theirs", assessor=ANY, candidate=OWN)
    assert not passes(session, both, "theirs", assessor=DUTY, candidate=OWN)


def test_a_duty_counts_for_its_own_role(session: Session) -> None:
    assert not passes(session, actor(invigilator=None), "mine", invigilator=DUTY)


@pytest.fixture
def author(site: Site) -> Visitor:
    """An item author, signed in."""
    with writing_on(site) as session:
        make_body(session)
        make_site(session, "las")
        make_actor(session, "las", Role.ITEM_AUTHOR, login="author")
    return signed_in(site, "author")


def test_a_stranger_is_led_to_sign_in_and_a_program_gets_401(site: Site) -> None:
    stranger = site.client()
    assert stranger.get("/items").location == "/signin?next=/items"
    assert stranger.get("/items", headers={"Accept": "application/json"}).status_code == 401
    assert stranger.post("/signout").status_code in (400, 401)


def test_a_page_without_a_record_answers_403_and_one_with_a_record_404(author: Visitor) -> None:
    assert author.get("/persons").status_code == 403
    assert author.get("/persons/anybody").status_code == 404
    assert author.get("/items/nothing").status_code == 404


def test_a_program_gets_a_problem_document(author: Visitor) -> None:
    response = author.get("/persons", headers={"Accept": "application/json"})
    assert response.content_type == "application/problem+json"
    assert response.get_json()["status"] == 403


def test_a_route_that_is_not_in_the_matrix_does_not_exist(site: Site) -> None:
    forgotten = Blueprint("forgotten", __name__)
    forgotten.add_url_rule("/forgotten", view_func=lambda: "secret", endpoint="page")
    site.app.register_blueprint(forgotten)
    assert site.client().get("/forgotten").status_code == 404
