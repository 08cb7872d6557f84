"""The audit record names every kind of record in words."""

from assessment.audit.covered import COVERED
from assessment.reports.kinds import KINDS


def test_every_covered_table_has_a_name_in_words() -> None:
    assert set(KINDS) == COVERED
