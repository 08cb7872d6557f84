"""A sheet is submitted whole; receipt and result follow from its observations and are found again by fsck."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from assessment.database import drop_triggers
from assessment.domain.errors import Conflict, Invalid
from assessment.practicals.rederive import practicals_to_rederive, rederive
from assessment.practicals.submitting import derive_sheet, submit
from assessment.practicals.tables import PracticalState, TaskResult
from tests.factories.accounts import NOW
from tests.factories.practicals import (
    MadePractical,
    a_criterion,
    a_document,
    demo_document,
    entry,
    make_practical,
    mark_all,
)
from tests.practicals.test_marking import send

LATER = NOW + timedelta(minutes=40)


def submitted(
    session: Session, *criteria: dict[str, Any], **marks: dict[str, Any]
) -> tuple[MadePractical, dict[str, Any]]:
    practical = make_practical(session, document=a_document(*criteria))
    send(
        session,
        practical,
        *(entry(code, seq=place, **mark) for place, (code, mark) in enumerate(marks.items(), start=1)),
    )
    submit(session, practical.assessor, practical.id, now=LATER)
    return practical, session.get_one(TaskResult, (practical.body_id, practical.id, 0)).result


def test_what_is_missing_is_named_and_nothing_is_submitted(session: Session) -> None:
    practical = make_practical(session)
    send(session, practical, entry("M1", value="0.1"))
    with pytest.raises(Invalid, match="J1, C1"):
        submit(session, practical.assessor, practical.id, now=LATER)
    assert session.get(TaskResult, (practical.body_id, practical.id, 0)) is None


def test_the_receipt_counts_the_marks_and_seals_the_observations(session: Session) -> None:
    practical = make_practical(session)
    send(session, practical, entry("J1", seq=1, level=0))
    mark_all(session, practical, first_seq=2)
    row = submit(session, practical.assessor, practical.id, now=LATER)
    derived = derive_sheet(session, practical.body_id, practical.id, practical.assessor.person_id)
    assert (row.marks, row.receipt, derived.receipt.observations) == (3, derived.receipt.digest, 4)
    assert len(derived.receipt.digest) == 64


def test_a_sheet_is_submitted_once(session: Session) -> None:
    practical = make_practical(session)
    mark_all(session, practical)
    submit(session, practical.assessor, practical.id, now=LATER)
    with pytest.raises(Conflict):
        submit(session, practical.assessor, practical.id, now=LATER)


def test_marks_that_arrive_after_the_calculation_stop_the_submission(session: Session) -> None:
    practical = make_practical(session)
    mark_all(session, practical)
    derived = derive_sheet(session, practical.body_id, practical.id, practical.assessor.person_id)
    send(session, practical, entry("J1", seq=90, level=0))
    with pytest.raises(Conflict, match="meantime"):
        submit(session, practical.assessor, practical.id, now=LATER, derived=derived)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("0.5", "sufficient"),
        ("0,5", "sufficient"),
        ("0.500000", "sufficient"),
        ("0.500001", "insufficient"),
        ("-0.5", "sufficient"),
        ("−3", "sufficient"),
    ],
)
def test_a_limit_belongs_to_what_is_inside(session: Session, value: str, status: str) -> None:
    _, result = submitted(session, a_criterion("M1", "measured"), M1={"value": value})
    assert result["rubric"]["M1"]["status"] == status


def test_an_unconfirmed_limit_decides_nothing(session: Session) -> None:
    practical, result = submitted(
        session,
        a_criterion("M1", "measured", confirmed=False),
        a_criterion("C1", "checked", number="1.2"),
        M1={"value": "9"},
        C1={"answer": "yes"},
    )
    assert result["rubric"]["M1"]["status"] == "recorded"
    numbers = {each["criterion"] for each in result["criteria"]}
    assert numbers == {practical.made.criterion_ids["C.25LAS01.029.1/1.2"]}


def test_a_safety_critical_failure_is_not_balanced(session: Session) -> None:
    _, result = submitted(
        session,
        a_criterion("C1", "checked", safety_critical=True),
        a_criterion("J1", "judged"),
        C1={"answer": "no"},
        J1={"level": 3},
    )
    assert (result["status"], result["failed_safety"]) == ("insufficient", ["C1"])
    piece = result["criteria"][0]
    assert (piece["sufficient"], piece["safety_critical"]) == (False, True)


def test_needs_more_evidence_stays_open(session: Session) -> None:
    _, result = submitted(session, a_criterion("C1", "checked"), C1={"answer": "needs_more_evidence"})
    assert result["status"] == "needs_more_evidence"
    assert result["criteria"][0]["sufficient"] is None


def test_a_whole_demo_sheet_is_derived_again(session: Session) -> None:
    practical = make_practical(session, document=demo_document("welder"))
    mark_all(session, practical)
    submit(session, practical.assessor, practical.id, now=LATER)
    assert list(practicals_to_rederive(session)) == [(practical.body_id, practical.id)]
    assert list(rederive(session, practical.body_id, practical.id)) == []


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ("UPDATE observation SET note = 'x' WHERE seq = 1", {"observation_digest", "receipt"}),
        ('UPDATE observation SET mark = \'{"v": 1, "level": 3}\' WHERE seq = 1', {"observation_digest", "receipt"}),
        ('UPDATE observation SET mark = \'{"v": 1, "level": 9}\' WHERE seq = 1', {"observation"}),
        ("UPDATE sheet SET marks = 2", {"marks"}),
        ("UPDATE sheet SET receipt = 'x'", {"receipt"}),
        ("UPDATE sheet_seal SET digest = 'x'", {"receipt"}),
        ("DELETE FROM sheet_seal", {"seal"}),
        ("UPDATE practical SET state = 'open'", set()),
        ("UPDATE task_result SET result = '{\"v\": 1}'", {"task_result"}),
        ("DELETE FROM task_result", {"task_result"}),
        ("DELETE FROM observation WHERE seq = 1", {"missing", "receipt", "marks", "observations", "task_result"}),
    ],
)
def test_a_changed_value_is_found(session: Session, change: str, kinds: set[str]) -> None:
    practical = make_practical(session)
    mark_all(session, practical)
    submit(session, practical.assessor, practical.id, now=LATER)
    drop_triggers(session.connection())
    session.execute(text(change))
    session.expire_all()
    assert {found.kind for found in rederive(session, practical.body_id, practical.id)} == kinds


def test_an_open_sheet_holds_nothing_derived(session: Session) -> None:
    practical = make_practical(session, state=PracticalState.OPEN)
    mark_all(session, practical)
    assert list(rederive(session, practical.body_id, practical.id)) == []
