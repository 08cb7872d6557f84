"""From the evidence to the decision, the appeal and its answer, by the pages alone; each write holds a short lock."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from assessment.accounts.tables import Account
from assessment.certification.tables import Application
from assessment.database import db
from assessment.domain.certification.application_states import ApplicationState
from assessment.web.actor import Actor
from tests.factories.accounts import NOW
from tests.factories.certification import (
    World,
    do_practical,
    make_case,
    make_prerequisites,
    make_world,
    sit_exam,
)
from tests.factories.visitors import Visitor, writing_on
from tests.fixtures.sites import Site


@pytest.fixture(autouse=True)
def later(site: Site) -> None:
    """The clock of the site stands three hours after everything that is made."""
    site.app.extensions["clock"] = lambda: NOW + timedelta(hours=3)


def visitor(site: Site, login: str) -> Visitor:
    found = Visitor(site)
    assert found.sign_in(login, address="/signin?lang=en").status_code == 303
    return found


def login_of(session: Session, actor: Actor) -> str:
    return session.get_one(Account, (actor.body_id, actor.account_id)).login


def state_of(site: Site, world: World, application_id: str) -> ApplicationState:
    with site.app.app_context():
        return db.session.get_one(Application, (world.body_id, application_id)).state


def send(who: Visitor, address: str, **values: object) -> str:
    answer = who.post(address, dict(values))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def test_a_case_goes_from_the_evidence_to_the_answer_of_an_appeal(site: Site) -> None:
    with writing_on(site) as session:
        world = make_world(session, units=3, criteria=8)
        application_id = make_case(session, world)
        scores = {each: (1, 1, 1) for each in world.criteria} | {world.criteria[0]: (0, 0, 1)}
        sit_exam(session, world, application_id, scores)
        levels: dict[str, int | None] = dict.fromkeys(world.criteria, 2) | {world.criteria[5]: 0}
        do_practical(session, world, application_id, levels)
        logins = [login_of(session, actor) for actor in world.deciders]
        assessor, manager, candidate, quality = (
            login_of(session, actor) for actor in (world.assessor, world.manager, world.candidate, world.quality)
        )

    who = visitor(site, assessor)
    evidence = f"/evidence/{application_id}"
    assert who.get(evidence).status_code == 200
    oral = {"question": "Apa?", "answer": "APD.", "sufficient": "yes"}
    send(who, f"{evidence}/oral", criterion_id=world.criteria[0], **oral)
    first = {"unit_id": world.scheme.units[0].unit_id, "method": "oral"}
    send(who, f"{evidence}/confirmations", **first, valid="y", authentic="y", current="y", sufficient="y")
    assert who.post(f"{evidence}/confirmations/all", {}).status_code == 422
    send(who, f"{evidence}/confirmations/all", looked="yes")
    send(who, f"{evidence}/follow-ups", criterion_id=world.criteria[5], reason="Ukur sekali lagi", due_on="2026-03-20")
    page = who.get(evidence).get_data(as_text=True)
    follow_up = page.split('name="follow_up_id" value="')[1].split('"')[0]
    refused = who.post(f"{evidence}/recommendation", {"outcome": "BK", "note": "Satu kriteria belum."})
    assert refused.status_code == 422
    assert "follow-up" in refused.get_data(as_text=True)
    send(who, f"{evidence}/follow-ups/close", follow_up_id=follow_up)
    assert who.post(f"{evidence}/recommendation", {"outcome": "K", "note": ""}).status_code == 422
    send(who, f"{evidence}/recommendation", outcome="BK", note="Satu kriteria belum.")

    who = visitor(site, manager)
    meeting = send(who, "/meetings", number="PLENO/2026/07")
    assert who.post("/meetings", {"number": "PLENO/2026/07"}).status_code == 422
    for decider in world.deciders:
        send(who, f"{meeting}/members", person_id=decider.person_id)
    send(who, f"{meeting}/cases", application_ids=[application_id])

    case = f"{meeting}/cases/{application_id}"
    for login in logins:
        who = visitor(site, login)
        send(who, f"{meeting}/presence")
        send(who, f"{case}/declaration", conflict="no", detail="")
        send(who, f"{case}/vote", choice="BK", reason="Kriteria belum terbukti.")
    send(who, f"{case}/decision", reason="Satu kriteria belum terbukti.")
    assert state_of(site, world, application_id) is ApplicationState.DECIDED_NOT_YET

    who = visitor(site, candidate)
    answers = {"process_explained": "yes", "discussed_with_assessor": "no", "wants_help": "yes"}
    send(who, f"/applications/{application_id}/appeal", grounds="Alat ukurnya diganti.", **answers)

    who = visitor(site, quality)
    send(who, f"/appeals/{application_id}", upheld="yes", reason="Alat memang diganti.")
    assert state_of(site, world, application_id) is ApplicationState.REASSESSMENT


def test_the_office_takes_an_application_to_the_agreement(site: Site) -> None:
    with writing_on(site) as session:
        world = make_world(session)
        prerequisites = make_prerequisites(session, world, "Satu", "Dua")
        application_id = make_case(session, world, state=ApplicationState.SUBMITTED)
        manager, candidate = login_of(session, world.manager), login_of(session, world.candidate)
        trainer = world.deciders[0].person_id
    who = visitor(site, manager)
    file = f"/office/applications/{application_id}"
    refused = who.post(f"{file}/accept")
    assert refused.status_code == 422
    assert "prerequisite" in refused.get_data(as_text=True)
    for prerequisite in prerequisites:
        send(who, f"{file}/prerequisites", prerequisite_id=prerequisite, accepted="yes", note="asli")
    send(who, f"{file}/documents", kind="ktp", number="3171000000000001", valid_until="")
    send(who, f"{file}/trainers", person_id=trainer)
    send(who, f"{file}/accept")
    assert who.post(f"{file}/reject", {"reason": "terlambat sekali"}).status_code == 422
    who = visitor(site, candidate)
    assert who.post(f"/applications/{application_id}/agreement", {}).status_code == 422
    send(who, f"/applications/{application_id}/agreement", agreed="yes")
    assert state_of(site, world, application_id) is ApplicationState.AGREED
    send(who, f"/applications/{application_id}/withdraw", reason="Pindah ke kota lain")
    assert state_of(site, world, application_id) is ApplicationState.WITHDRAWN


@pytest.mark.parametrize("wrong", ["meeting", "application"])
def test_a_case_is_found_only_under_its_own_meeting(site: Site, wrong: str) -> None:
    with writing_on(site) as session:
        world = make_world(session)
        application_id = make_case(session, world)
        manager = login_of(session, world.manager)
    who = visitor(site, manager)
    meeting = send(who, "/meetings", number="PLENO/2026/08")
    place = f"{meeting}/cases/{application_id}" if wrong == "meeting" else f"{meeting}/cases/xxxxxxxxxxxxxxxx"
    assert who.get(place).status_code == 404
