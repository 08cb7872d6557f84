"""Appeals: until when, by whom, answered by whom, and where they lead."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.certification.after_decision import Link, leads_to, links_for
from assessment.certification.appealing import answer_appeal, appeal, appeal_until, close, last_decision, reassess
from assessment.certification.deciding import cast_vote, declare, record_decision
from assessment.certification.placing import registrable
from assessment.certification.tables import Application, Choice
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.certification.duties import Side
from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor
from tests.factories.certification import World, make_meeting, make_not_yet, make_recommended, make_world


def decided(session: Session, world: World, choice: Choice = Choice.NOT_YET_COMPETENT) -> Application:
    make = make_recommended if choice is Choice.COMPETENT else make_not_yet
    application_id = make(session, world)
    meeting_id = make_meeting(session, world, application_id)
    for decider in world.deciders:
        declare(session, decider, meeting_id, application_id, conflict=False, now=NOW)
        cast_vote(session, decider, meeting_id, application_id, choice, reason="alasan suara", now=NOW)
    record_decision(session, world.deciders[0], meeting_id, application_id, reason="Sesuai bukti.", now=NOW)
    return session.get_one(Application, (world.body_id, application_id))


def file(
    session: Session, actor: Actor, application: Application, *, grounds: str = "Waktunya kurang.", days: int = 0
) -> None:
    appeal(
        session,
        actor,
        application.id,
        grounds=grounds,
        process_explained=True,
        discussed_with_assessor=False,
        wants_help=True,
        now=NOW + timedelta(days=days),
    )


@pytest.mark.parametrize(
    ("upheld", "state"), [(True, ApplicationState.REASSESSMENT), (False, ApplicationState.DECIDED_NOT_YET)]
)
def test_an_answered_appeal_leads_to_reassessment_or_back(
    session: Session, upheld: bool, state: ApplicationState
) -> None:
    world = make_world(session)
    application = decided(session, world)
    file(session, world.candidate, application)
    assert application.state is ApplicationState.APPEALED
    answer_appeal(session, world.quality, application.id, upheld=upheld, reason="Setelah diperiksa.", now=NOW)
    assert application.state is state
    ready = registrable(session, world.body_id, world.scheme.scheme_version_id)
    assert [each.application_id for each in ready] == ([application.id] if upheld else [])


def test_an_appeal_is_possible_for_thirty_days(session: Session) -> None:
    world = make_world(session)
    application = decided(session, world)
    decision = last_decision(session, application)
    assert decision is not None
    assert appeal_until(decision) == date(2026, 4, 11)
    with pytest.raises(Conflict, match="2026-04-11"):
        file(session, world.candidate, application, days=31)
    file(session, world.candidate, application, days=30)


def test_a_decision_is_appealed_once_and_only_when_it_is_not_yet_competent(session: Session) -> None:
    world = make_world(session)
    application = decided(session, world)
    file(session, world.candidate, application)
    answer_appeal(session, world.quality, application.id, upheld=False, reason="Sudah sesuai.", now=NOW)
    with pytest.raises(Conflict, match="already"):
        file(session, world.candidate, application)
    other = make_world(session, body="dapur")
    with pytest.raises(Conflict, match="no decision"):
        file(session, other.candidate, decided(session, other, Choice.COMPETENT))


def test_an_appeal_says_why(session: Session) -> None:
    world = make_world(session)
    application = decided(session, world)
    with pytest.raises(Invalid):
        file(session, world.candidate, application, grounds="tidak")


def test_only_the_candidate_appeals(session: Session) -> None:
    world = make_world(session)
    application = decided(session, world)
    for who in (world.manager, make_actor(session, world.body_id, Role.CANDIDATE, name="Orang Lain")):
        with pytest.raises(NotFound):
            file(session, who, application)


@pytest.mark.parametrize("side", [Side.TRAINER, Side.ASSESSOR, Side.INVIGILATOR, Side.DECIDER])
def test_nobody_who_took_part_answers_an_appeal(session: Session, side: Side) -> None:
    world = make_world(session)
    application = decided(session, world)
    take_side(session, world.body_id, application.id, world.quality.person_id, side, now=NOW)
    file(session, world.candidate, application)
    with pytest.raises(NotAllowed, match="no part"):
        answer_appeal(session, world.quality, application.id, upheld=True, reason="Baik.", now=NOW)


def test_an_appeal_is_answered_once(session: Session) -> None:
    world = make_world(session)
    application = decided(session, world)
    file(session, world.candidate, application)
    answer_appeal(session, world.quality, application.id, upheld=False, reason="Sudah sesuai.", now=NOW)
    with pytest.raises(Conflict, match="no open appeal"):
        answer_appeal(session, world.quality, application.id, upheld=True, reason="Berubah pikiran.", now=NOW)


def test_not_yet_competent_can_be_assessed_again_or_closed(session: Session) -> None:
    world = make_world(session)
    application = decided(session, world)
    reassess(session, world.manager, application.id, reason="Asesi sudah berlatih.", now=NOW)
    assert application.state is ApplicationState.REASSESSMENT
    close(session, world.manager, application.id, reason="Asesi tidak melanjutkan.", now=NOW)
    assert application.state is ApplicationState.CLOSED


def test_a_higher_feature_shows_the_way_to_the_certificate(session: Session) -> None:
    world = make_world(session)
    application = decided(session, world, Choice.COMPETENT)

    def find(_session: Session, decided_one: Application) -> Link | None:
        return Link(text="Sertifikat", url="/x") if decided_one.id == application.id else None

    leads_to(find)
    leads_to(find)
    assert links_for(session, application).count(Link(text="Sertifikat", url="/x")) == 1
