"""Two assessors' tablets in any order of arrival, with losses and repeats: the same end, nothing lost, nothing doubled.

The whole of it, ten thousand cases, is `tests/faults/test_interleavings.py`.
"""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from assessment.storage import Storage
from tests.factories.practicals import make_practical
from tests.practicals.interleaving import rows_of, run_cases

CASES = 40


@pytest.mark.only_on("sqlite")
def test_every_order_of_arrival_comes_to_the_same_end(session: Session, tmp_path: Path) -> None:
    practical = make_practical(session, others=1)
    whole = run_cases(session, Storage(tmp_path), practical, range(CASES))
    assert (whole.cases, whole.lost, whole.doubled) == (CASES, 0, 0)
    assert whole.requests > whole.cases
    assert whole.photos > 0
    assert rows_of(session) == (0, 0)
