"""Pages: who gets them, what stands on them, how many statements they take, and that texts are only texts."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from assessment.accounts.persons import Name, record_name
from assessment.accounts.tables import Account
from assessment.certification.appealing import answer_appeal, appeal
from assessment.certification.assessing import ask_orally, confirm_everything, recommend
from assessment.certification.deciding import ask_for_more, cast_vote, declare, record_decision
from assessment.certification.tables import Choice
from assessment.domain.roles import Role
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.certification import (
    World,
    do_practical,
    make_case,
    make_meeting,
    make_not_yet,
    make_prerequisites,
    make_recommended,
    make_world,
    sit_exam,
)
from tests.factories.visitors import Visitor, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

SCRIPT = "<script>alert(1)</script>"
BUDGET = 12


@pytest.fixture(autouse=True)
def later(site: Site) -> None:
    """The clock of the site stands three hours after everything that is made."""
    site.app.extensions["clock"] = lambda: NOW + timedelta(hours=3)


def sign_in(site: Site, login: str) -> Visitor:
    visitor = Visitor(site)
    assert visitor.sign_in(login, address="/signin?lang=en").status_code == 303
    return visitor


def login_of(session: Session, actor: Actor) -> str:
    return session.get_one(Account, (actor.body_id, actor.account_id)).login


def logins(session: Session, world: World) -> dict[str, str]:
    people = {
        "candidate": world.candidate,
        "manager": world.manager,
        "assessor": world.assessor,
        "decider": world.deciders[0],
        "quality": world.quality,
    }
    return {who: login_of(session, actor) for who, actor in people.items()}


def decided(session: Session, world: World, application_id: str, choice: Choice) -> str:
    meeting_id = make_meeting(session, world, application_id)
    for decider in world.deciders:
        declare(session, decider, meeting_id, application_id, conflict=False, now=NOW)
        cast_vote(session, decider, meeting_id, application_id, choice, reason="alasan suara", now=NOW)
    record_decision(session, world.deciders[0], meeting_id, application_id, reason="Sesuai bukti.", now=NOW)
    return meeting_id


def test_the_decision_page_takes_the_same_statements_however_many_criteria(site: Site) -> None:
    counts = []
    for body, units, criteria in (("las", 1, 2), ("dapur", 3, 8)):
        with writing_on(site) as session:
            world = make_world(session, body=body, units=units, criteria=criteria)
            application_id = make_case(session, world)
            scores = {each: (1, 1, 1) for each in world.criteria} | {world.criteria[0]: (0, 0, 1)}
            sit_exam(session, world, application_id, scores, exception="Foto di paspor lama")
            do_practical(session, world, application_id, dict.fromkeys(world.criteria, 2))
            ask_orally(
                session,
                world.assessor,
                application_id,
                world.criteria[0],
                question="Apa yang Anda lakukan?",
                answer="Memeriksa.",
                sufficient=True,
                now=NOW,
            )
            confirm_everything(session, world.assessor, application_id, now=NOW)
            recommend(session, world.assessor, application_id, Choice.COMPETENT, note="", now=NOW)
            meeting_id = make_meeting(session, world, application_id)
            login = login_of(session, world.deciders[0])
        client = sign_in(site, login)
        address = f"/meetings/{meeting_id}/cases/{application_id}"
        with count_statements(site.engine) as run:
            answer = client.get(address)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert "Foto di paspor lama" in page
        assert "Apa yang Anda lakukan?" in page
        counts.append(len(run))
    assert counts[0] == counts[1]
    assert counts[1] <= BUDGET


def file_appeal(session: Session, world: World, application_id: str) -> None:
    """Let the candidate appeal against the decision on an application."""
    appeal(
        session,
        world.candidate,
        application_id,
        grounds="Waktunya terlalu singkat.",
        process_explained=True,
        discussed_with_assessor=True,
        wants_help=False,
        now=NOW,
    )


def test_no_page_takes_more_statements_than_its_budget(site: Site) -> None:
    with writing_on(site) as session:
        world = make_world(session, units=2, criteria=3)
        make_prerequisites(session, world, "Satu", "Dua")
        application_id = make_not_yet(session, world)
        meeting_id = decided(session, world, application_id, Choice.NOT_YET_COMPETENT)
        file_appeal(session, world, application_id)
        waiting = make_recommended(session, world)
        names = logins(session, world)
    pages = {
        "candidate": [
            "/applications",
            f"/applications/{application_id}",
            f"/applications/{application_id}/result",
            f"/applications/{application_id}/feedback",
            f"/applications/{application_id}/consents",
            f"/applications/{application_id}/agreement",
            f"/applications/{application_id}/appeal",
            "/applications/new",
        ],
        "manager": [
            "/office/applications",
            "/office/applications?q=2026",
            f"/office/applications/{application_id}",
            f"/office/applications/{application_id}/places",
            "/meetings",
            f"/meetings/{meeting_id}",
            f"/meetings/{meeting_id}/minutes",
            f"/meetings/{meeting_id}/cases/{application_id}",
            f"/evidence/{waiting}",
        ],
        "assessor": ["/evidence", f"/evidence/{application_id}"],
        "decider": ["/meetings", f"/meetings/{meeting_id}"],
        "quality": ["/appeals", f"/appeals/{application_id}"],
    }
    for who, addresses in pages.items():
        client = sign_in(site, names[who])
        for address in addresses:
            with count_statements(site.engine) as run:
                answer = client.get(address)
            assert answer.status_code == 200, address
            assert len(run) <= BUDGET, f"{address}: {len(run)} statements"
        assert client.get("/today").status_code == 200


def test_an_application_is_filled_in_page_by_page_and_submitted(site: Site) -> None:
    with writing_on(site) as session:
        world = make_world(session, units=2)
        make_prerequisites(session, world, "Satu", "Dua")
        login = login_of(session, world.candidate)
    client = sign_in(site, login)

    def send(address: str, **values: str) -> str:
        client.get(address)
        answer = client.post(address, values)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return answer.headers["Location"]

    place = send("/applications/new", scheme=world.scheme.scheme_version_id)
    place = send(place, claim_0="Lahir 1999", claim_1="Ijazah")
    place = send(place, programme="BLK Contoh, Pak Budi", payer="Sendiri", adjustment="")
    place = send(place, able_0="yes", evidence_0="Foto", able_1="no", evidence_1="")
    place = send(place, photo_abroad="no", evidence="yes", sharing="no")
    with count_statements(site.engine) as run:
        assert client.get(place).status_code == 200
    assert len(run) <= BUDGET
    place = send(place)
    page = client.get(place).get_data(as_text=True)
    assert "The office looks at your application" in page


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/result",
        "/appeal",
        "/prerequisites",
        "/programme",
        "/self-assessment",
        "/consents",
        "/submit",
        "/agreement",
    ],
)
def test_an_application_is_nobody_elses(site: Site, address: str) -> None:
    with writing_on(site) as session:
        world = make_world(session)
        application_id = make_not_yet(session, world)
        decided(session, world, application_id, Choice.NOT_YET_COMPETENT)
        stranger = login_of(session, make_actor(session, world.body_id, Role.CANDIDATE, name="Orang Lain"))
        other_body = login_of(session, make_actor(session, make_body(session, "lain"), *Role, name="Lembaga Lain"))
    for login in (stranger, other_body):
        client = sign_in(site, login)
        assert client.get(f"/applications/{application_id}{address}").status_code == 404


def test_an_appeal_from_somebody_elses_account_is_not_found_and_changes_nothing(site: Site) -> None:
    with writing_on(site) as session:
        world = make_world(session)
        application_id = make_not_yet(session, world)
        decided(session, world, application_id, Choice.NOT_YET_COMPETENT)
        stranger = login_of(session, make_actor(session, world.body_id, Role.CANDIDATE, name="Orang Lain"))
        owner = login_of(session, world.candidate)
    form = {
        "grounds": "Ini bukan permohonan saya.",
        "process_explained": "yes",
        "discussed_with_assessor": "no",
        "wants_help": "no",
    }
    client = sign_in(site, stranger)
    assert client.post(f"/applications/{application_id}/appeal", form).status_code == 404
    client = sign_in(site, owner)
    assert client.post(f"/applications/{application_id}/appeal", form).status_code == 303


def test_a_result_is_not_shown_before_the_decision(site: Site) -> None:
    with writing_on(site) as session:
        world = make_world(session)
        application_id = make_recommended(session, world)
        login = login_of(session, world.candidate)
    client = sign_in(site, login)
    assert client.get(f"/applications/{application_id}/result").status_code == 404
    page = client.get(f"/applications/{application_id}").get_data(as_text=True)
    assert "Competent" not in page


def test_the_map_of_what_is_missing_names_unit_element_criterion_and_the_way(site: Site) -> None:
    with writing_on(site) as session:
        world = make_world(session)
        application_id = make_not_yet(session, world)
        decided(session, world, application_id, Choice.NOT_YET_COMPETENT)
        login = login_of(session, world.candidate)
    page = sign_in(site, login).get(f"/applications/{application_id}/result").get_data(as_text=True)
    for expected in (
        "Unit contoh (en)",
        "Elemen contoh (en)",
        "Kriteria 2 (en)",
        "show it at a practical",
        "answer the written questions on it again",
        "answer questions on it orally",
        "11 April 2026",
        f"/applications/{application_id}/appeal",
    ):
        assert expected in page
    assert "Kriteria 1 (en)" not in page


def test_what_people_type_is_only_text(site: Site) -> None:
    with writing_on(site) as session:
        world = make_world(session)
        later = NOW + timedelta(hours=1)
        record_name(
            session, world.body_id, world.candidate.person_id, name=Name(text=SCRIPT), now=later, reason="contoh"
        )
        application_id = make_case(session, world)
        scores = {world.criteria[0]: (0, 0, 1), world.criteria[1]: (1, 1, 1)}
        sit_exam(session, world, application_id, scores, exception=SCRIPT)
        do_practical(session, world, application_id, dict.fromkeys(world.criteria, 2))
        ask_orally(
            session,
            world.assessor,
            application_id,
            world.criteria[0],
            question=SCRIPT,
            answer=SCRIPT,
            sufficient=True,
            now=NOW,
        )
        confirm_everything(session, world.assessor, application_id, now=NOW)
        recommend(session, world.assessor, application_id, Choice.COMPETENT, note=SCRIPT, now=NOW)
        meeting_id = make_meeting(session, world, application_id, number=SCRIPT)
        declare(session, world.deciders[1], meeting_id, application_id, conflict=True, detail=SCRIPT, now=NOW)
        ask_for_more(
            session,
            world.deciders[0],
            meeting_id,
            application_id,
            world.criteria[0],
            reason=SCRIPT,
            due_on=NOW.date(),
            now=NOW,
        )
        names = logins(session, world)
    pages = {
        "decider": [f"/meetings/{meeting_id}/cases/{application_id}", f"/meetings/{meeting_id}"],
        "manager": [
            f"/meetings/{meeting_id}/minutes",
            f"/office/applications/{application_id}",
            "/office/applications",
        ],
        "assessor": [f"/evidence/{application_id}", "/evidence", "/today"],
        "candidate": [f"/applications/{application_id}", "/applications"],
    }
    for who, addresses in pages.items():
        client = sign_in(site, names[who])
        for address in addresses:
            page = client.get(address).get_data(as_text=True)
            assert SCRIPT not in page, address
            assert "alert(1)" in page, address


def test_a_decider_of_another_meeting_does_not_see_the_case(site: Site) -> None:
    with writing_on(site) as session:
        world = make_world(session)
        application_id = make_recommended(session, world)
        meeting_id = make_meeting(session, world, application_id)
        login = login_of(session, make_actor(session, world.body_id, Role.DECIDER, name="Tidak Diundang"))
    client = sign_in(site, login)
    assert client.get(f"/meetings/{meeting_id}/cases/{application_id}").status_code == 404
    assert client.get(f"/meetings/{meeting_id}").status_code == 404


def test_a_second_appeal_is_not_offered(site: Site) -> None:
    with writing_on(site) as session:
        world = make_world(session)
        application_id = make_not_yet(session, world)
        decided(session, world, application_id, Choice.NOT_YET_COMPETENT)
        names = logins(session, world)
    offer = f'href="/applications/{application_id}/appeal"'
    client = sign_in(site, names["candidate"])
    assert offer in client.get(f"/applications/{application_id}/result").get_data(as_text=True)
    with writing_on(site) as session:
        file_appeal(session, world, application_id)
        answer_appeal(session, world.quality, application_id, upheld=False, reason="Sudah sesuai.", now=NOW)
    assert offer not in client.get(f"/applications/{application_id}/result").get_data(as_text=True)
