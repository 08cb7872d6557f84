"""`teruji bench verify` in a short form: it says what it measured, and that every answer was right."""

import shutil
from pathlib import Path

from assessment.bench.bulk import PARTS, measure_bulk
from assessment.bench.databases import Place
from assessment.bench.register import register_of
from assessment.bench.verify import DRAWN, LIST, LOOK, PAGE, TILE, measure_register
from tests.fixtures.sites import Site

FIELDS = {"name", "database", "ours", "floor", "unit", "ratio", "statements", "lost"}


def test_checking_many_says_time_and_memory() -> None:
    told: list[str] = []
    figures = measure_bulk(20, tell=told.append)
    assert len(figures) == PARTS + 2
    assert all(figure.ours >= 0 for figure in figures)
    assert [figure.unit for figure in figures[-2:]] == ["MiB", "MiB"]
    assert 20 < figures[-1].ours < 200
    assert told[-1].endswith("under 200: holds")


def test_pages_and_files_are_held_against_a_bare_route(demo_site: Site, database: str, tmp_path: Path) -> None:
    folder = tmp_path / "bench"
    folder.mkdir()
    place = Place(kind=database, url=demo_site.settings.database_url, folder=folder)
    told: list[str] = []
    register = register_of(place, demo_site.settings, folder)
    figures = measure_register(register, clients=2, seconds=0.3, warm=0.3, tell=told.append)
    page, look, drawn, listed, tile = figures
    assert [figure.name for figure in figures] == [PAGE, LOOK, DRAWN, LIST, TILE]
    assert all(figure.lost == 0 for figure in figures)
    assert all(figure.to_json().keys() >= FIELDS for figure in figures)
    assert all(figure.ratio for figure in (page, listed, tile))  # the other one counts ticks of the processor
    assert (page.statements, look.statements) == (1, 1)
    assert 1 < (drawn.statements or 0) <= 12
    assert (listed.statements, tile.statements) == (1, 0)
    for name in (PAGE, LOOK):
        assert any(line.startswith(f"{database}: {name}:") for line in told)
    shutil.rmtree(folder)
