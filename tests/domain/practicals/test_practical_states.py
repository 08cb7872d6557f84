"""The states of practicals and sheets, and what an assessor is told of them."""

from assessment.domain.practicals.practical_states import (
    BLIND,
    PRACTICAL,
    SHEET,
    PracticalState,
    SheetState,
    seen,
    sees_others,
)

S = PracticalState


def test_every_state_can_be_reached_and_a_result_ends_it() -> None:
    assert PRACTICAL.reachable() == frozenset(S)
    assert SHEET.reachable() == frozenset(SheetState)
    assert [state for state in S if PRACTICAL.is_final(state)] == [S.SUBMITTED]


def test_before_all_sheets_are_in_an_assessor_is_told_of_the_own_sheet_alone() -> None:
    for sheet in SheetState:
        told = {seen(state, sheet) for state in BLIND - {S.SCHEDULED}}
        assert len(told) == 1
        assert not any(sees_others(state, sheet) for state in BLIND)


def test_a_third_assessor_sees_nothing_before_submitting() -> None:
    assert not sees_others(S.THIRD, SheetState.OPEN)
    assert seen(S.THIRD, SheetState.ASSIGNED) is S.CHECKED_IN
    assert sees_others(S.SUBMITTED, SheetState.SUBMITTED)


def test_who_marks_nothing_is_told_the_state_itself() -> None:
    assert all(seen(state, None) is state and sees_others(state, None) for state in S)
