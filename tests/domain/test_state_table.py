"""Every state machine of the product, read as a table."""

from enum import StrEnum

import pytest

from assessment.domain.certification.application_states import APPLICATION, ApplicationState
from assessment.domain.errors import Conflict
from assessment.domain.exams.attempt_states import ATTEMPT, AttemptEvent, AttemptState
from assessment.domain.practicals.closing import GATE, Gate
from assessment.domain.state_table import StateTable

TABLES = [
    pytest.param(ATTEMPT, AttemptState, id="attempt"),
    pytest.param(APPLICATION, ApplicationState, id="application"),
    pytest.param(GATE, Gate, id="gate"),
]


@pytest.mark.parametrize(("table", "states"), TABLES)
def test_every_state_is_reachable(table: StateTable[StrEnum, StrEnum], states: type[StrEnum]) -> None:
    assert table.reachable() == set(states)


@pytest.mark.parametrize(("table", "states"), TABLES)
def test_the_diagram_shows_every_arrow_and_end(table: StateTable[StrEnum, StrEnum], states: type[StrEnum]) -> None:
    lines = table.diagram().splitlines()
    ends = sum(table.is_final(state) for state in states)
    assert len(lines) == 2 + len(table.arrows) + ends
    assert f"    [*] --> {table.initial.value}" in lines


@pytest.mark.parametrize(("table", "states"), TABLES)
def test_a_missing_arrow_is_a_conflict_that_names_what_is_possible(
    table: StateTable[StrEnum, StrEnum], states: type[StrEnum]
) -> None:
    events = {event for _, event in table.arrows}
    for state in states:
        for event in events:
            if table.allows(state, event):
                assert table.after(state, event) == table.arrows[state, event]
            else:
                with pytest.raises(Conflict) as caught:
                    table.after(state, event)
                assert caught.value.values["possible"] == (", ".join(table.events(state)) or "-")


def test_a_released_attempt_is_not_started_twice() -> None:
    running = ATTEMPT.after(AttemptState.RELEASED, AttemptEvent.START)
    assert running is AttemptState.RUNNING
    assert not ATTEMPT.allows(running, AttemptEvent.START)


def test_nothing_happens_to_a_closed_application() -> None:
    assert APPLICATION.is_final(ApplicationState.CLOSED)
