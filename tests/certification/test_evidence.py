"""From exam, practical and oral questions to unit results, confirmations and the recommendation."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.tables import AssessorRegistration
from assessment.certification.assessing import (
    ask_orally,
    close_follow_up,
    confirm,
    confirm_everything,
    open_follow_up,
    recommend,
)
from assessment.certification.evidence import gather, gather_ahead, overall, unit_results
from assessment.certification.tables import Application, Choice, UnitResult
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.certification.duties import Side
from assessment.domain.certification.unit_result import Reason, SchemeResult
from assessment.domain.competency import Method, Outcome
from assessment.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.factories.accounts import NOW
from tests.factories.certification import (
    BOTH,
    EARLIER,
    World,
    do_practical,
    make_case,
    make_world,
    prove,
    sit_exam,
)

K, BK = Choice.COMPETENT, Choice.NOT_YET_COMPETENT
FULL = {"valid": True, "authentic": True, "current": True, "sufficient": True}


def derived(session: Session, world: World, application_id: str) -> SchemeResult:
    gathered = gather(session, session.get_one(Application, (world.body_id, application_id)))
    return overall(gathered, unit_results(gathered))


def state_of(session: Session, world: World, application_id: str) -> ApplicationState:
    return session.get_one(Application, (world.body_id, application_id)).state


def test_evidence_counts_only_when_the_assessor_has_confirmed_it(session: Session) -> None:
    world = make_world(session)
    application_id = make_case(session, world)
    prove(session, world, application_id)
    before = derived(session, world, application_id)
    assert before.outcome is Outcome.NEEDS_MORE_EVIDENCE
    assert {gap.reason for gap in before.missing} == {Reason.NOT_CONFIRMED}
    assert confirm_everything(session, world.assessor, application_id, now=NOW) == 2
    assert derived(session, world, application_id).outcome is Outcome.COMPETENT
    assert state_of(session, world, application_id) is ApplicationState.IN_ASSESSMENT


@pytest.mark.parametrize("rule", FULL)
def test_evidence_that_breaks_one_of_the_four_rules_is_not_confirmed(session: Session, rule: str) -> None:
    world = make_world(session)
    application_id = make_case(session, world)
    prove(session, world, application_id)
    unit_id = world.scheme.units[0].unit_id
    confirm(session, world.assessor, application_id, unit_id, Method.OBSERVED, **FULL, now=NOW)
    confirm(session, world.assessor, application_id, unit_id, Method.WRITTEN, **(FULL | {rule: False}), now=NOW)
    assert derived(session, world, application_id).outcome is Outcome.NEEDS_MORE_EVIDENCE


def test_newer_evidence_needs_a_new_confirmation(session: Session) -> None:
    world = make_world(session)
    application_id = make_case(session, world)
    prove(session, world, application_id)
    confirm_everything(session, world.assessor, application_id, now=NOW)
    later = NOW + timedelta(hours=1)
    sit_exam(session, world, application_id, {each: (1, 1, 0) for each in world.criteria}, at=later)
    assert {gap.reason for gap in derived(session, world, application_id).missing} == {Reason.NOT_CONFIRMED}
    confirm_everything(session, world.assessor, application_id, now=later)
    assert derived(session, world, application_id).outcome is Outcome.COMPETENT


def test_the_newest_exam_and_the_newest_practical_count(session: Session) -> None:
    world = make_world(session)
    application_id = make_case(session, world)
    sit_exam(session, world, application_id, {each: (0, 0, 0) for each in world.criteria}, at=EARLIER)
    sit_exam(session, world, application_id, {each: (1, 1, 1) for each in world.criteria}, at=NOW)
    do_practical(session, world, application_id, dict.fromkeys(world.criteria, 2))
    confirm_everything(session, world.assessor, application_id, now=NOW)
    gathered = gather(session, session.get_one(Application, (world.body_id, application_id)))
    assert overall(gathered, unit_results(gathered)).outcome is Outcome.COMPETENT
    total = gathered.sums[world.scheme.units[0].unit_id]
    assert (total.score, total.maximum, total.cut) == (6, 6, Fraction(18, 5))


def test_an_oral_question_closes_a_written_gap(session: Session) -> None:
    world = make_world(session)
    application_id = make_case(session, world)
    scores = {each: (1, 1, 1) for each in world.criteria} | {world.criteria[0]: (0, 0, 1)}
    sit_exam(session, world, application_id, scores)
    do_practical(session, world, application_id, dict.fromkeys(world.criteria, 2))
    confirm_everything(session, world.assessor, application_id, now=NOW)
    missed = derived(session, world, application_id)
    assert [(gap.criterion_id, gap.closes_with) for gap in missed.missing] == [
        (world.criteria[0], (Method.WRITTEN, Method.ORAL))
    ]
    ask_orally(
        session,
        world.assessor,
        application_id,
        world.criteria[0],
        question="Apa yang Anda periksa?",
        answer="APD.",
        sufficient=True,
        now=NOW,
    )
    confirm_everything(session, world.assessor, application_id, now=NOW)
    assert derived(session, world, application_id).outcome is Outcome.COMPETENT


def test_an_oral_question_needs_a_written_or_an_oral_place(session: Session) -> None:
    world = make_world(session, cells={Method.OBSERVED: BOTH[Method.OBSERVED]})
    application_id = make_case(session, world)
    do_practical(session, world, application_id, dict.fromkeys(world.criteria, 2))
    with pytest.raises(Conflict, match="oral"):
        ask_orally(
            session,
            world.assessor,
            application_id,
            world.criteria[0],
            question="Apa?",
            answer="Itu.",
            sufficient=True,
            now=NOW,
        )


def test_a_failed_safety_critical_point_makes_the_candidate_not_yet_competent(session: Session) -> None:
    world = make_world(session, criteria=3)
    application_id = make_case(session, world)
    sit_exam(session, world, application_id, {each: (1, 1, 1) for each in world.criteria})
    levels: dict[str, int | None] = dict.fromkeys(world.criteria, 3) | {world.criteria[1]: 0}
    do_practical(session, world, application_id, levels, safety=world.criteria[1])
    found = derived(session, world, application_id)
    assert found.outcome is Outcome.NOT_YET_COMPETENT
    assert Reason.SAFETY_CRITICAL in {gap.reason for gap in found.missing}


def test_a_unit_without_criteria_is_never_competent(session: Session) -> None:
    world = make_world(session, criteria=0)
    application_id = make_case(session, world)
    do_practical(session, world, application_id, {})
    found = derived(session, world, application_id)
    assert found.outcome is not Outcome.COMPETENT
    assert [gap.reason for gap in found.missing] == [Reason.UNIT_WITHOUT_CRITERIA]
    with pytest.raises(Conflict):
        recommend(session, world.assessor, application_id, K, note="", now=NOW)


def test_more_evidence_is_a_third_state_that_blocks_the_recommendation(session: Session) -> None:
    world = make_world(session)
    application_id = make_case(session, world)
    sit_exam(session, world, application_id, {each: (1, 1, 1) for each in world.criteria})
    levels: dict[str, int | None] = dict.fromkeys(world.criteria, 2) | {world.criteria[0]: None}
    do_practical(session, world, application_id, levels)
    confirm_everything(session, world.assessor, application_id, now=NOW)
    assert derived(session, world, application_id).outcome is Outcome.NEEDS_MORE_EVIDENCE
    for choice in Choice:
        with pytest.raises(Conflict, match="still open"):
            recommend(session, world.assessor, application_id, choice, note="Belum lengkap.", now=NOW)


def test_a_follow_up_blocks_the_recommendation_until_it_is_closed(session: Session) -> None:
    world = make_world(session)
    application_id = make_case(session, world)
    prove(session, world, application_id)
    confirm_everything(session, world.assessor, application_id, now=NOW)
    follow_up = open_follow_up(
        session,
        world.assessor,
        application_id,
        world.criteria[0],
        reason="Hasil radiografi belum ada",
        due_on=date(2026, 3, 20),
        now=NOW,
    )
    with pytest.raises(Conflict, match="follow-up"):
        recommend(session, world.assessor, application_id, K, note="", now=NOW)
    close_follow_up(session, world.assessor, application_id, follow_up.id, now=NOW)
    with pytest.raises(Conflict, match="closed already"):
        close_follow_up(session, world.assessor, application_id, follow_up.id, now=NOW)
    recommend(session, world.assessor, application_id, K, note="", now=NOW)
    assert state_of(session, world, application_id) is ApplicationState.RECOMMENDED


def test_a_follow_up_is_due_in_the_future_and_concerns_the_scheme(session: Session) -> None:
    world = make_world(session)
    application_id = make_case(session, world)
    prove(session, world, application_id)
    with pytest.raises(Invalid, match="2026-03-12"):
        open_follow_up(
            session,
            world.assessor,
            application_id,
            world.criteria[0],
            reason="Perlu foto",
            due_on=date(2026, 3, 11),
            now=NOW,
        )
    with pytest.raises(NotFound):
        open_follow_up(
            session, world.assessor, application_id, "x" * 16, reason="Perlu foto", due_on=date(2026, 4, 1), now=NOW
        )


def test_a_recommendation_keeps_the_results_that_it_rests_on(session: Session) -> None:
    world = make_world(session, units=2)
    application_id = make_case(session, world)
    prove(session, world, application_id)
    confirm_everything(session, world.assessor, application_id, now=NOW)
    recommend(session, world.assessor, application_id, K, note="Kuat.", now=NOW)
    rows = session.scalars(select(UnitResult).where(UnitResult.application_id == application_id)).all()
    assert {row.unit_id for row in rows} == {unit.unit_id for unit in world.scheme.units}
    assert {row.outcome for row in rows} == {Outcome.COMPETENT}
    assert rows[0].detail["proved_by"] == ["observed", "written"]


def test_competent_is_not_recommended_against_the_evidence_and_bk_says_why(session: Session) -> None:
    world = make_world(session)
    application_id = make_case(session, world)
    sit_exam(session, world, application_id, {each: (0, 0, 1) for each in world.criteria})
    do_practical(session, world, application_id, dict.fromkeys(world.criteria, 2))
    confirm_everything(session, world.assessor, application_id, now=NOW)
    with pytest.raises(Conflict, match="does not carry"):
        recommend(session, world.assessor, application_id, K, note="", now=NOW)
    with pytest.raises(Invalid):
        recommend(session, world.assessor, application_id, BK, note=" ", now=NOW)
    assert recommend(session, world.assessor, application_id, BK, note="Teori las belum.", now=NOW).outcome is BK


def test_only_the_applications_assessor_with_a_valid_registration_works_on_evidence(session: Session) -> None:
    world = make_world(session)
    application_id = make_case(session, world)
    prove(session, world, application_id)
    with pytest.raises(NotAllowed, match="Only an assessor"):
        confirm_everything(session, world.manager, application_id, now=NOW)
    registration = session.scalars(
        select(AssessorRegistration).where(AssessorRegistration.person_id == world.assessor.person_id)
    ).one()
    registration.valid_until = date(2026, 3, 11)
    session.flush()
    with pytest.raises(NotAllowed, match="registration"):
        confirm_everything(session, world.assessor, application_id, now=NOW)


def test_who_trained_cannot_assess(session: Session) -> None:
    world = make_world(session)
    application_id = make_case(session, world)
    take_side(session, world.body_id, application_id, world.assessor.person_id, Side.TRAINER, now=NOW)
    with pytest.raises(Conflict):
        do_practical(session, world, application_id, dict.fromkeys(world.criteria, 2))


def test_evidence_is_confirmed_where_there_is_some_and_while_it_is_assessed(session: Session) -> None:
    world = make_world(session)
    application_id = make_case(session, world)
    do_practical(session, world, application_id, dict.fromkeys(world.criteria, 2))
    unit_id = world.scheme.units[0].unit_id
    with pytest.raises(Conflict, match="no evidence"):
        confirm(session, world.assessor, application_id, unit_id, Method.WRITTEN, **FULL, now=NOW)
    with pytest.raises(NotFound):
        confirm(session, world.assessor, application_id, "x" * 16, Method.OBSERVED, **FULL, now=NOW)
    sit_exam(session, world, application_id, {each: (1, 1, 1) for each in world.criteria})
    confirm_everything(session, world.assessor, application_id, now=NOW)
    recommend(session, world.assessor, application_id, K, note="", now=NOW)
    with pytest.raises(Conflict, match="not being assessed"):
        confirm(session, world.assessor, application_id, unit_id, Method.OBSERVED, **FULL, now=NOW)


def test_what_was_gathered_before_the_lock_must_still_hold(session: Session) -> None:
    world = make_world(session)
    application_id = make_case(session, world)
    prove(session, world, application_id)
    confirm_everything(session, world.assessor, application_id, now=NOW)
    ahead = gather_ahead(session, session.get_one(Application, (world.body_id, application_id)))
    later = NOW + timedelta(hours=1)
    sit_exam(session, world, application_id, {each: (0, 0, 0) for each in world.criteria}, at=later)
    with pytest.raises(Conflict, match="meanwhile"):
        recommend(session, world.assessor, application_id, K, note="", now=later, ahead=ahead)
