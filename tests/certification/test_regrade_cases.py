"""What a regrade means for unit results, recommendations, decisions and certificates."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.certification.assessing import confirm_everything, recommend
from assessment.certification.case import case_of
from assessment.certification.deciding import cast_vote, declare, record_decision
from assessment.certification.evidence import gather, unit_results
from assessment.certification.judging import judge
from assessment.certification.rederive import rederive
from assessment.certification.regrade_cases import case_lines, handle_case
from assessment.certification.tables import Application, Choice, RegradeCase
from assessment.domain.certification.decision import Block
from assessment.domain.competency import Method, Outcome
from assessment.domain.errors import Conflict, NotAllowed
from assessment.domain.exams.regrade import Remedy
from assessment.domain.roles import Role
from assessment.exams.foreseeing import Preview, Proposal, preview
from assessment.exams.regrading import confirm, propose
from assessment.exams.remarks import remarks_on
from assessment.exams.tables import Attempt, FormItem
from assessment.exams.tables_regrade import Regrade
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor
from tests.factories.certification import (
    World,
    do_practical,
    make_case,
    make_meeting,
    make_world,
    sit_exam,
)

LATER = NOW + timedelta(days=3)
K, BK, OPEN = Outcome.COMPETENT, Outcome.NOT_YET_COMPETENT, Outcome.NEEDS_MORE_EVIDENCE


def make_narrow(session: Session, world: World) -> tuple[str, str]:
    """An application recommended K that has one criterion just so in writing, 2 of 3; returns it and its attempt."""
    application_id = make_case(session, world)
    scores = {each: (1, 1, 1) for each in world.criteria} | {world.criteria[0]: (1, 1, 0)}
    attempt_id = sit_exam(session, world, application_id, scores)
    do_practical(session, world, application_id, dict.fromkeys(world.criteria, 2))
    confirm_everything(session, world.assessor, application_id, now=NOW)
    recommend(session, world.assessor, application_id, Choice.COMPETENT, note="", now=NOW)
    return application_id, attempt_id


def decide(session: Session, world: World, application_id: str) -> str:
    """Let the meeting find the application competent; returns the decision's id."""
    meeting_id = make_meeting(session, world, application_id)
    for decider in world.deciders:
        declare(session, decider, meeting_id, application_id, conflict=False, now=NOW)
        cast_vote(session, decider, meeting_id, application_id, Choice.COMPETENT, reason="Bukti lengkap.", now=NOW)
    return record_decision(session, world.deciders[0], meeting_id, application_id, reason="Bukti lengkap.", now=NOW).id


def look(session: Session, world: World, attempt_id: str) -> Preview:
    """The preview of taking the first item out of the count."""
    form_id = session.get_one(Attempt, (world.body_id, attempt_id)).form_id
    item = session.scalars(
        select(FormItem.item_version_id).where(FormItem.form_id == form_id).order_by(FormItem.position).limit(1)
    ).one()
    return preview(session, world.body_id, Proposal(form_id=form_id, item_version_id=item, remedy=Remedy.TAKE_OUT))


def managers(session: Session, world: World) -> tuple[Actor, Actor]:
    one, other = (make_actor(session, world.body_id, Role.QUALITY_MANAGER) for _ in range(2))
    return one, other


def carry_out(session: Session, world: World, attempt_id: str, found: Preview | None = None) -> Regrade:
    """Take the first item out of the count, by two people."""
    found = found or look(session, world, attempt_id)
    one, other = managers(session, world)
    made = propose(
        session, one, found.proposal, reason="Soal tidak jelas.", seen=found.digest, foreseen=found, now=LATER
    )
    confirm(session, other, made.id, reason="Setuju.", seen=found.digest, foreseen=found, now=LATER)
    return made


def test_the_preview_names_unit_decision_and_number(session: Session) -> None:
    world = make_world(session)
    application_id, attempt_id = make_narrow(session, world)
    decision_id = decide(session, world, application_id)
    found = look(session, world, attempt_id)
    touched = found.touched[attempt_id]
    assert (touched.decision_id, touched.outcome, touched.certificate) == (decision_id, "K", None)
    assert touched.number == session.get_one(Application, (world.body_id, application_id)).number
    assert [(unit.before, unit.after) for unit in touched.units] == [(K, BK)]
    assert session.scalars(select(RegradeCase)).all() == []


def test_a_decided_application_becomes_a_case_and_nothing_else_follows(session: Session) -> None:
    world = make_world(session)
    application_id, attempt_id = make_narrow(session, world)
    decision_id = decide(session, world, application_id)
    state = session.get_one(Application, (world.body_id, application_id)).state
    carry_out(session, world, attempt_id)
    (line,), total = case_lines(session, world.body_id)
    assert (total, line.case.decision_id, line.case.certificate_number) == (1, decision_id, None)
    unit = world.scheme.units[0].unit_id
    assert line.case.flipped["units"] == [[unit, "K", "BK"]]
    assert line.case.flipped["criteria"] == [[world.criteria[0], True, False]]
    assert session.get_one(Application, (world.body_id, application_id)).state is state
    assert list(rederive(session, world.body_id, application_id)) == []
    handle_case(session, world.manager, line.case.id, note="Diperiksa bersama asesor.", now=LATER)
    assert case_lines(session, world.body_id, only_open=True) == ([], 0)
    with pytest.raises(Conflict):
        handle_case(session, world.manager, line.case.id, note="Sekali lagi.", now=LATER)


def test_nobody_answers_the_case_about_themselves(session: Session) -> None:
    world = make_world(session)
    application_id, attempt_id = make_narrow(session, world)
    decide(session, world, application_id)
    carry_out(session, world, attempt_id)
    (line,), _total = case_lines(session, world.body_id)
    with pytest.raises(NotAllowed):
        handle_case(session, world.candidate, line.case.id, note="Sudah baik.", now=LATER)


def test_a_regraded_exam_waits_for_a_new_confirmation(session: Session) -> None:
    world = make_world(session)
    application_id, attempt_id = make_narrow(session, world)
    application = session.get_one(Application, (world.body_id, application_id))
    before = gather(session, application, until=NOW)
    carry_out(session, world, attempt_id)
    after = gather(session, application)
    unit = world.scheme.units[0].unit_id
    assert (unit, Method.WRITTEN) in after.unconfirmed()
    assert {each.outcome for each in unit_results(after).values()} == {OPEN}
    assert unit_results(gather(session, application, until=NOW)) == unit_results(before)


def test_a_recommendation_does_not_outlive_a_regrade(session: Session) -> None:
    world = make_world(session)
    application_id, attempt_id = make_narrow(session, world)
    meeting_id = make_meeting(session, world, application_id)
    case = case_of(session, world.body_id, meeting_id, application_id)
    assert not judge(session, case, at=LATER).exam_since
    carry_out(session, world, attempt_id)
    judged = judge(session, case, at=LATER)
    assert judged.exam_since
    assert Block.NO_RECOMMENDATION in {block.reason for block in judged.decision.blocked}
    assert not judge(session, case, at=NOW).exam_since


def test_a_decision_since_the_preview_is_not_overlooked(session: Session) -> None:
    world = make_world(session)
    application_id, attempt_id = make_narrow(session, world)
    found = look(session, world, attempt_id)
    decide(session, world, application_id)
    with pytest.raises(Conflict):
        carry_out(session, world, attempt_id, found)


def test_an_open_regrade_is_told_to_who_decides(session: Session) -> None:
    world = make_world(session)
    application_id, attempt_id = make_narrow(session, world)
    found = look(session, world, attempt_id)
    one, other = managers(session, world)
    made = propose(session, one, found.proposal, reason="Alasan.", seen=found.digest, foreseen=found, now=LATER)
    assert [each.regrade_id for each in remarks_on(session, world.body_id, application_id)] == [made.id]
    confirm(session, other, made.id, reason="Setuju.", seen=found.digest, foreseen=found, now=LATER)
    assert remarks_on(session, world.body_id, application_id) == []


def test_a_regrade_of_an_older_exam_does_not_put_it_before_a_newer_one(session: Session) -> None:
    world = make_world(session)
    application_id, attempt_id = make_narrow(session, world)
    again = sit_exam(
        session, world, application_id, {each: (1, 1, 1) for each in world.criteria}, at=NOW + timedelta(days=1)
    )
    carry_out(session, world, attempt_id)
    application = session.get_one(Application, (world.body_id, application_id))
    written = [piece for piece in gather(session, application).evidence if piece.method is Method.WRITTEN]
    assert {piece.source.id for piece in written} == {again}
