"""Two assessors' tablets in ten thousand orders of arrival; the bounded form is in `tests/practicals`."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from assessment.storage import Storage
from tests.factories.practicals import make_practical
from tests.fixtures.faults import Effort
from tests.practicals.interleaving import run_cases


@pytest.mark.only_on("sqlite")
def test_ten_thousand_orders_of_arrival_come_to_the_same_end(
    session: Session, tmp_path: Path, effort: Effort, table: list[tuple[object, ...]]
) -> None:
    practical = make_practical(session, others=1)
    whole = run_cases(session, Storage(tmp_path), practical, range(1_000_000, 1_000_000 + effort.interleavings))
    table.append(
        (
            "tablets of two assessors in any order",
            "sqlite",
            whole.cases,
            whole.marks + whole.photos,
            whole.lost,
            whole.doubled,
        )
    )
    assert (whole.cases, whole.lost, whole.doubled) == (effort.interleavings, 0, 0)
