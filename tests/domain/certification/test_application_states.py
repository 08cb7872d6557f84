"""Paths through the life of an application."""

import pytest

from assessment.domain.certification.application_states import (
    APPLICATION,
    ASSESSABLE,
    ApplicationEvent,
    ApplicationState,
)

S, E = ApplicationState, ApplicationEvent
TO_DECISION = [
    E.SUBMIT,
    E.ACCEPT,
    E.AGREE,
    E.SCHEDULE,
    E.START_ASSESSMENT,
    E.FINISH_ASSESSMENT,
    E.RECOMMEND,
]
CERTIFIED = [*TO_DECISION, E.DECIDE_COMPETENT, E.RELEASE]
AGAIN = TO_DECISION[3:]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (CERTIFIED, S.CERTIFIED),
        ([*TO_DECISION, E.DECIDE_NOT_YET, E.APPEAL, E.UPHOLD_APPEAL, *AGAIN], S.RECOMMENDED),
        ([*TO_DECISION, E.DECIDE_NOT_YET, E.REASSESS, *AGAIN, E.DECIDE_COMPETENT], S.DECIDED_COMPETENT),
        ([*CERTIFIED, E.SURVEILLANCE_FALLS_DUE, E.SUSPEND, E.REINSTATE], S.CERTIFIED),
        ([*CERTIFIED, E.EXPIRE, E.APPLY_FOR_RECOGNITION, *AGAIN], S.RECOMMENDED),
        ([*CERTIFIED, E.REVOKE, E.CLOSE], S.CLOSED),
    ],
)
def test_a_path_leads_where_it_should(events: list[E], expected: S) -> None:
    state = APPLICATION.initial
    for event in events:
        state = APPLICATION.after(state, event)
    assert state is expected


def test_nobody_is_assessed_before_agreeing() -> None:
    reached_without_agreement = {S.DRAFT}
    for _ in APPLICATION.arrows:
        reached_without_agreement |= {
            target
            for (source, event), target in APPLICATION.arrows.items()
            if source in reached_without_agreement and event is not E.AGREE
        }
    assert not reached_without_agreement & ASSESSABLE


def test_no_certificate_without_decision_and_release() -> None:
    into_certified = {
        (source, event) for (source, event), target in APPLICATION.arrows.items() if target is S.CERTIFIED
    }
    assert into_certified == {
        (S.DECIDED_COMPETENT, E.RELEASE),
        (S.SURVEILLANCE_DUE, E.CONFIRM_SURVEILLANCE),
        (S.SUSPENDED, E.REINSTATE),
    }
