"""The life of a draft, as its table says."""

import pytest

from assessment.domain.errors import Conflict, NotAllowed
from assessment.domain.items.draft_states import DRAFT, EDITABLE, OPEN, DraftEvent, DraftState, check_reviewer, diagram


def test_a_draft_goes_to_review_comes_back_and_is_approved() -> None:
    state = DRAFT.initial
    for event in (DraftEvent.SUBMIT, DraftEvent.SEND_BACK, DraftEvent.SUBMIT, DraftEvent.APPROVE):
        state = DRAFT.after(state, event)
    assert state is DraftState.APPROVED
    assert DRAFT.is_final(state)


def test_nothing_is_approved_that_was_not_submitted() -> None:
    with pytest.raises(Conflict):
        DRAFT.after(DraftState.WRITING, DraftEvent.APPROVE)


def test_every_state_is_reached_and_what_is_in_review_is_not_changed() -> None:
    assert DRAFT.reachable() == set(DraftState)
    assert EDITABLE < OPEN
    assert DraftState.IN_REVIEW not in EDITABLE
    assert "in_review --> approved: approve" in diagram()


def test_no_author_reviews() -> None:
    check_reviewer("somebody", {"author", "second"})
    with pytest.raises(NotAllowed):
        check_reviewer("second", {"author", "second"})
