"""From the draft to the agreement: what each step wants, and what is refused."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from assessment.accounts.persons import documents_of
from assessment.accounts.tables import BodyLicence
from assessment.certification.applying import (
    Part,
    Said,
    agree,
    apply,
    parts_missing,
    save_claims,
    save_programme,
    save_self_assessment,
    submit,
    withdraw,
)
from assessment.certification.consents import consents_of, photo_allowed, save_consents
from assessment.certification.placing import put_on_roster, registrable, schedule_practical
from assessment.certification.receiving import (
    accept,
    check_prerequisite,
    register_trainer,
    reject,
    see_document,
    send_back,
)
from assessment.certification.tables import Application, ApplicationStep, Purpose
from assessment.domain.certification.application_states import APPLICATION, ApplicationState
from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.schemes.tables import SchemeState, SchemeVersion
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor, make_person
from tests.factories.certification import World, make_case, make_prerequisites, make_world

EVERYTHING = dict.fromkeys(Purpose, True)


def fill_in(session: Session, world: World, application_id: str, prerequisites: list[str]) -> None:
    candidate = world.candidate
    save_claims(session, candidate, application_id, dict.fromkeys(prerequisites, "Ada buktinya."))
    save_programme(session, candidate, application_id, programme="BLK, Pak Budi", payer="Sendiri", adjustment="")
    elements = {unit.element_id: Said(able=True, evidence="Foto") for unit in world.scheme.units}
    save_self_assessment(session, candidate, application_id, elements)
    save_consents(session, candidate, application_id, EVERYTHING, by_guardian=False, now=NOW)


def submitted(session: Session, world: World) -> tuple[Application, list[str]]:
    prerequisites = make_prerequisites(session, world, "Satu", "Dua")
    application = apply(session, world.candidate, world.scheme.scheme_version_id, now=NOW)
    fill_in(session, world, application.id, prerequisites)
    return submit(session, world.candidate, application.id, now=NOW), prerequisites


def accepted(session: Session, world: World) -> Application:
    application, prerequisites = submitted(session, world)
    for prerequisite in prerequisites:
        check_prerequisite(session, world.manager, application.id, prerequisite, accepted=True, note="asli", now=NOW)
    return accept(session, world.manager, application.id, now=NOW)


def test_an_application_goes_from_draft_to_agreed_and_leaves_a_step_each_time(session: Session) -> None:
    world = make_world(session)
    application = accepted(session, world)
    agree(session, world.candidate, application.id, now=NOW)
    steps = session.scalars(
        select(ApplicationStep).where(ApplicationStep.application_id == application.id).order_by(ApplicationStep.number)
    ).all()
    assert [(step.number, step.event, step.state.value) for step in steps] == [
        (1, "apply", "draft"),
        (2, "submit", "submitted"),
        (3, "accept", "accepted"),
        (4, "agree", "agreed"),
    ]
    assert steps[2].person_id == world.manager.person_id
    assert {step.state for step in steps} <= APPLICATION.reachable()


def test_numbers_count_up_in_each_year_of_each_body(session: Session) -> None:
    world, other = make_world(session), make_world(session, body="dapur")
    people = [make_actor(session, "las", Role.CANDIDATE, name=f"Asesi {place}") for place in "AB"]
    numbers = [apply(session, who, world.scheme.scheme_version_id, now=NOW).number for who in people]
    numbers.append(apply(session, other.candidate, other.scheme.scheme_version_id, now=NOW).number)
    next_year = NOW.replace(year=2027)
    numbers.append(apply(session, world.candidate, world.scheme.scheme_version_id, now=next_year).number)
    assert numbers == ["2026-0001", "2026-0002", "2026-0001", "2027-0001"]


def test_a_scheme_outside_the_licence_is_refused_with_the_reason(session: Session) -> None:
    world = make_world(session)
    session.execute(update(BodyLicence).values(valid_until=date(2026, 3, 11)))
    with pytest.raises(Conflict, match="does not cover"):
        apply(session, world.candidate, world.scheme.scheme_version_id, now=NOW)
    session.execute(update(BodyLicence).values(valid_until=date(2027, 1, 1), scheme_codes=["LAIN"]))
    with pytest.raises(Conflict, match="does not cover"):
        apply(session, world.candidate, world.scheme.scheme_version_id, now=NOW)


def test_a_licence_is_looked_at_again_when_the_application_is_submitted(session: Session) -> None:
    world = make_world(session)
    prerequisites = make_prerequisites(session, world)
    application = apply(session, world.candidate, world.scheme.scheme_version_id, now=NOW)
    fill_in(session, world, application.id, prerequisites)
    session.execute(delete(BodyLicence))
    with pytest.raises(Conflict, match="does not cover"):
        submit(session, world.candidate, application.id, now=NOW)


def test_only_a_published_version_of_a_scheme_takes_applications(session: Session) -> None:
    world = make_world(session)
    version = session.get_one(SchemeVersion, (world.body_id, world.scheme.scheme_version_id))
    version.state = SchemeState.DRAFT
    with pytest.raises(Conflict, match="not open"):
        apply(session, world.candidate, version.id, now=NOW)
    with pytest.raises(NotFound):
        apply(session, world.candidate, "x" * 16, now=NOW)


def test_one_running_application_for_a_scheme_is_enough(session: Session) -> None:
    world = make_world(session)
    first = apply(session, world.candidate, world.scheme.scheme_version_id, now=NOW)
    with pytest.raises(Conflict, match=first.number):
        apply(session, world.candidate, world.scheme.scheme_version_id, now=NOW)
    withdraw(session, world.candidate, first.id, reason="Pindah kota", now=NOW)
    assert apply(session, world.candidate, world.scheme.scheme_version_id, now=NOW).number != first.number


def test_an_application_is_submitted_only_when_every_step_is_whole(session: Session) -> None:
    world = make_world(session)
    prerequisites = make_prerequisites(session, world)
    application = apply(session, world.candidate, world.scheme.scheme_version_id, now=NOW)
    assert parts_missing(session, application, now=NOW) == list(Part)
    with pytest.raises(Invalid, match="self_assessment"):
        submit(session, world.candidate, application.id, now=NOW)
    fill_in(session, world, application.id, prerequisites)
    assert parts_missing(session, application, now=NOW) == []
    save_claims(session, world.candidate, application.id, {prerequisites[0]: "  "})
    assert parts_missing(session, application, now=NOW) == [Part.PREREQUISITES]


def test_a_submitted_application_stays_as_it_is(session: Session) -> None:
    world = make_world(session)
    application, prerequisites = submitted(session, world)
    with pytest.raises(Conflict, match="no longer"):
        save_claims(session, world.candidate, application.id, dict.fromkeys(prerequisites, "lain"))
    with pytest.raises(Conflict, match="already"):
        submit(session, world.candidate, application.id, now=NOW)


def test_an_application_is_filled_in_with_what_belongs_to_its_scheme(session: Session) -> None:
    world, other = make_world(session), make_world(session, body="dapur")
    application = apply(session, world.candidate, world.scheme.scheme_version_id, now=NOW)
    with pytest.raises(Invalid):
        save_claims(session, world.candidate, application.id, {"x" * 16: "ada"})
    strange = {other.scheme.units[0].element_id: Said(able=True, evidence="")}
    with pytest.raises(Invalid):
        save_self_assessment(session, world.candidate, application.id, strange)


@pytest.mark.parametrize("stranger", ["manager", "other body"])
def test_nobody_else_touches_an_application_of_a_candidate(session: Session, stranger: str) -> None:
    world = make_world(session)
    application = apply(session, world.candidate, world.scheme.scheme_version_id, now=NOW)
    who = world.manager if stranger == "manager" else make_world(session, body="dapur").candidate
    for act in (
        lambda: save_programme(session, who, application.id, programme="", payer="", adjustment=""),
        lambda: submit(session, who, application.id, now=NOW),
        lambda: withdraw(session, who, application.id, reason="bukan milik saya", now=NOW),
        lambda: save_consents(session, who, application.id, EVERYTHING, by_guardian=False, now=NOW),
    ):
        with pytest.raises(NotFound):
            act()


def a_minor(session: Session, world: World) -> World:
    person_id = make_person(session, world.body_id, "Anak Contoh", birth_date=date(2008, 6, 1))
    return replace(world, candidate=make_actor(session, world.body_id, Role.CANDIDATE, person_id=person_id))


def test_under_eighteen_a_guardian_consents_before_any_photo(session: Session) -> None:
    world = a_minor(session, make_world(session))
    application = apply(session, world.candidate, world.scheme.scheme_version_id, now=NOW)
    assert not photo_allowed(session, application, now=NOW)
    given = {Purpose.PHOTO_ABROAD: False, Purpose.EVIDENCE: True, Purpose.SHARING: False}
    with pytest.raises(Invalid, match="guardian"):
        save_consents(session, world.candidate, application.id, given, by_guardian=False, now=NOW)
    save_consents(session, world.candidate, application.id, given, by_guardian=True, now=NOW)
    assert photo_allowed(session, application, now=NOW)
    assert Part.CONSENTS not in parts_missing(session, application, now=NOW)
    later = NOW + timedelta(hours=1)
    refused = {purpose: False for purpose in Purpose}
    save_consents(session, world.candidate, application.id, refused, by_guardian=True, now=later)
    assert Part.CONSENTS in parts_missing(session, application, now=later)


def test_under_eighteen_no_photo_is_shown_to_others(session: Session) -> None:
    world = a_minor(session, make_world(session))
    application = apply(session, world.candidate, world.scheme.scheme_version_id, now=NOW)
    with pytest.raises(Invalid, match="no photo"):
        save_consents(session, world.candidate, application.id, EVERYTHING, by_guardian=True, now=NOW)


def test_a_consent_can_be_withdrawn_at_any_time_and_the_earlier_one_stays(session: Session) -> None:
    world = make_world(session)
    application_id = make_case(session, world)
    save_consents(session, world.candidate, application_id, EVERYTHING, by_guardian=False, now=NOW)
    later = NOW + timedelta(days=1)
    less = EVERYTHING | {Purpose.SHARING: False}
    save_consents(session, world.candidate, application_id, less, by_guardian=False, now=later)
    held = consents_of(session, world.body_id, application_id)
    assert (held[Purpose.SHARING].given, held[Purpose.EVIDENCE].at) == (False, NOW)


def test_an_application_is_accepted_when_every_proof_was_seen(session: Session) -> None:
    world = make_world(session)
    application, prerequisites = submitted(session, world)
    check_prerequisite(session, world.manager, application.id, prerequisites[0], accepted=True, note="", now=NOW)
    check_prerequisite(
        session, world.manager, application.id, prerequisites[1], accepted=False, note="Surat lama", now=NOW
    )
    with pytest.raises(Conflict, match="1"):
        accept(session, world.manager, application.id, now=NOW)
    later = NOW + timedelta(hours=1)
    check = check_prerequisite(
        session, world.manager, application.id, prerequisites[1], accepted=True, note="Surat baru", now=later
    )
    assert check.checked_by == world.manager.person_id
    assert accept(session, world.manager, application.id, now=later).state is ApplicationState.ACCEPTED


def test_what_is_not_accepted_has_a_reason(session: Session) -> None:
    world = make_world(session)
    application, prerequisites = submitted(session, world)
    with pytest.raises(Invalid):
        check_prerequisite(session, world.manager, application.id, prerequisites[0], accepted=False, note="", now=NOW)
    with pytest.raises(Invalid):
        reject(session, world.manager, application.id, reason=" ", now=NOW)
    assert reject(session, world.manager, application.id, reason="Bukan untuk skema ini", now=NOW).state is (
        ApplicationState.REJECTED
    )


def test_an_application_that_was_given_back_is_a_draft_again(session: Session) -> None:
    world = make_world(session)
    application, _ = submitted(session, world)
    send_back(session, world.manager, application.id, reason="Lengkapi surat", now=NOW)
    assert submit(session, world.candidate, application.id, now=NOW).state is ApplicationState.SUBMITTED


def test_nobody_handles_their_own_application(session: Session) -> None:
    world = make_world(session)
    application, _ = submitted(session, world)
    both: Actor = replace(world.manager, person_id=world.candidate.person_id)
    with pytest.raises(NotAllowed, match="own"):
        accept(session, both, application.id, now=NOW)


def test_a_document_that_the_office_held_is_recorded_as_seen(session: Session) -> None:
    world = make_world(session)
    application, _ = submitted(session, world)
    see_document(
        session, world.manager, application.id, kind="ktp", number="3171000000000001", valid_until=None, now=NOW
    )
    found = documents_of(session, world.body_id, world.candidate.person_id)
    assert {document.kind: document.seen for document in found} == {"passport": False, "ktp": True}


def test_who_trained_stands_on_no_other_side(session: Session) -> None:
    world = make_world(session)
    application, _ = submitted(session, world)
    register_trainer(session, world.manager, application.id, world.assessor.person_id, now=NOW)
    with pytest.raises(Conflict):
        register_trainer(session, world.manager, application.id, world.candidate.person_id, now=NOW)
    with pytest.raises(NotFound):
        register_trainer(session, world.manager, application.id, "x" * 16, now=NOW)


def test_nobody_is_placed_before_they_agreed(session: Session) -> None:
    world = make_world(session)
    application = accepted(session, world)
    with pytest.raises(Conflict, match="agreed"):
        put_on_roster(session, world.manager, application.id, "x" * 16, now=NOW)
    with pytest.raises(Conflict, match="agreed"):
        schedule_practical(
            session,
            world.manager,
            application.id,
            task_id="x" * 16,
            site_id=world.site_id,
            assessor_ids=[world.assessor.person_id],
            starts_at=NOW,
            now=NOW,
        )
    agree(session, world.candidate, application.id, now=NOW)
    ready = registrable(session, world.body_id, world.scheme.scheme_version_id)
    assert [each.number for each in ready] == [application.number]
    with pytest.raises(NotFound):
        put_on_roster(session, world.manager, application.id, "x" * 16, now=NOW)
