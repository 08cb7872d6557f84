"""What a decision says to whoever makes a credential of it, and deriving everything again."""

from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.tables import Party
from assessment.certification.consents import save_consents
from assessment.certification.deciding import cast_vote, declare, record_decision
from assessment.certification.facts import decision_facts
from assessment.certification.rederive import applications_to_rederive, rederive
from assessment.certification.releasable import decisions_to_release
from assessment.certification.tables import Choice, Purpose
from assessment.database import drop_triggers
from assessment.domain.certification.duties import Side
from assessment.domain.competency import Method, Outcome
from assessment.domain.errors import NotFound
from tests.factories.accounts import NOW
from tests.factories.certification import World, make_meeting, make_not_yet, make_recommended, make_world


def decided(session: Session, world: World, application_id: str, choice: Choice = Choice.COMPETENT) -> str:
    meeting_id = make_meeting(session, world, application_id, outside=1)
    for decider in world.deciders:
        declare(session, decider, meeting_id, application_id, conflict=False, now=NOW)
        cast_vote(session, decider, meeting_id, application_id, choice, reason="alasan suara", now=NOW)
    first = world.deciders[0]
    return record_decision(session, first, meeting_id, application_id, reason="Sesuai bukti.", now=NOW).id


def test_a_decision_tells_everything_a_credential_says(session: Session) -> None:
    world = make_world(session, units=2, party=Party.P1)
    application_id = make_recommended(session, world)
    take_side(session, world.body_id, application_id, world.manager.person_id, Side.TRAINER, now=NOW)
    save_consents(session, world.candidate, application_id, dict.fromkeys(Purpose, True), by_guardian=False, now=NOW)
    decision_id = decided(session, world, application_id)
    facts = decision_facts(session, world.body_id, decision_id)
    assert (facts.outcome, facts.decided_on, facts.person_id) == (
        Choice.COMPETENT,
        date(2026, 3, 12),
        world.candidate.person_id,
    )
    assert (facts.deciders, facts.outside_deciders, facts.party, facts.trained_here) == (3, 1, Party.P1, True)
    assert facts.scheme_titles == {"id": "Contoh: juru las pelat", "en": "Sample: welder pelat"}
    assert (facts.sample, facts.validity_months, facts.photo_abroad) == (True, 36, True)
    assert facts.licence is not None
    assert facts.licence.number == "CONTOH-LSP-001"
    assert [place.kind for place in facts.places] == ["exam", "practical"]
    assert facts.competent_units == tuple(unit.unit_id for unit in world.scheme.units)
    unit = facts.units[0]
    assert (unit.code, unit.outcome, unit.core) == ("C.25LAS01.029.1", Outcome.COMPETENT, True)
    assert unit.titles == {"id": "Unit contoh (id)", "en": "Unit contoh (en)"}
    assert unit.methods == (Method.OBSERVED, Method.WRITTEN)
    assert unit.written == (Fraction(6), Fraction(6))
    assert (unit.level, unit.level_words["en"]) == (2, "Exceeds the standard in parts")


def test_decisions_wait_for_release_until_they_are_released(session: Session) -> None:
    world = make_world(session)
    decision_id = decided(session, world, make_recommended(session, world))
    lines, total = decisions_to_release(session, world.body_id)
    assert ([line.decision_id for line in lines], total) == ([decision_id], 1)
    assert decisions_to_release(session, world.body_id, 2) == ([], 0)
    other = make_world(session, body="dapur")
    decided(session, other, make_not_yet(session, other), Choice.NOT_YET_COMPETENT)
    assert decisions_to_release(session, "dapur") == ([], 0)
    with pytest.raises(NotFound):
        decision_facts(session, "dapur", decision_id)


def test_results_and_decisions_follow_from_their_records(session: Session) -> None:
    world = make_world(session, units=2)
    for number, make, choice in (
        ("las", make_recommended, Choice.COMPETENT),
        ("dapur", make_not_yet, Choice.NOT_YET_COMPETENT),
    ):
        one = world if number == "las" else make_world(session, body=number)
        decided(session, one, make(session, one), choice)
    keys = list(applications_to_rederive(session))
    assert [body for body, _ in keys] == ["dapur", "las"]
    assert [found for body_id, application_id in keys for found in rederive(session, body_id, application_id)] == []
    assert list(applications_to_rederive(session, since=NOW.replace(year=2027))) == []


@pytest.mark.parametrize(
    ("statement", "record", "kind"),
    [
        ("UPDATE unit_result SET outcome = 'BK'", "unit_result", "outcome"),
        ("UPDATE decision SET outcome = 'BK'", "decision", "outcome"),
        ("UPDATE decision SET votes_for = 2", "decision", "votes_for"),
        ("UPDATE decision SET decided_on = '2026-03-14'", "decision", "decided_on"),
        ("UPDATE vote SET choice = 'BK'", "decision", "outcome"),
        ("UPDATE evidence_confirmation SET valid = false", "unit_result", "detail"),
        ('UPDATE exam_result SET by_criterion = \'{"v": 1, "criteria": {}}\'', "unit_result", "detail"),
    ],
)
def test_a_changed_value_is_found(session: Session, statement: str, record: str, kind: str) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    decided(session, world, application_id)
    drop_triggers(session.connection())
    session.execute(text(statement))
    session.expire_all()
    found = {(each.record.split("/")[0], each.kind) for each in rederive(session, world.body_id, application_id)}
    assert (record, kind) in found
