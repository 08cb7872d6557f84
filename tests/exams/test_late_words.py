"""The published late rule in words: made from the table that decides, the same on the page and in the manual."""

from datetime import timedelta
from pathlib import Path

from flask import g

from assessment.domain.exams.late_rule import LateRule, Phase
from assessment.exams.late_words import late_table, markdown
from tests.fixtures.sites import Site

MANUAL = Path(__file__).parents[2] / "docs" / "operations.md"


def test_the_manual_holds_the_rule_as_it_decides(site: Site) -> None:
    with site.app.test_request_context():
        g.language = "en"
        assert markdown(late_table()) in MANUAL.read_text(encoding="utf-8")


def test_every_moment_has_its_line_and_another_rule_says_its_own_numbers(site: Site) -> None:
    with site.app.test_request_context():
        g.language = "en"
        table = late_table(LateRule(grace=timedelta(seconds=5), window=timedelta(minutes=7)))
    assert len(table.rows) == len(Phase)
    said = " ".join(phase for phase, _cells in table.rows)
    assert "5 seconds" in said
    assert "7 minutes" in said


def test_only_the_candidates_device_in_time_counts_by_itself(site: Site) -> None:
    with site.app.test_request_context():
        g.language = "en"
        cells = [cell for _phase, line in late_table().rows for cell in line]
    assert [cell for cell in cells if cell == "counts"] == ["counts"]
