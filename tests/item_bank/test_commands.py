"""`teruji qti`: the frozen lines, and the exit status."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from assessment.domain.items.qti.package import read_package
from assessment.item_bank.tables import ItemUse
from tests.domain.items.build import choice_xml, water_xml
from tests.factories.accounts import make_body
from tests.factories.exams import make_exam
from tests.factories.item_bank import make_item, package_of
from tests.factories.visitors import writing_on
from tests.fixtures.sites import Site


def lines(finished: CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in finished.stdout.splitlines()]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    file = tmp_path / "items.zip"
    file.write_bytes(package_of("W01", "W02"))
    return file


def test_items_are_imported_with_one_line_each(site: Site, package: Path) -> None:
    with writing_on(site) as session:
        make_body(session)
    first = site.run("qti", "import", str(package), "--json")
    assert first.returncode == 0, first.stderr
    assert [sorted(line) for line in lines(first)] == [["file", "identifier", "outcome", "reasons", "title"]] * 2
    assert [line["outcome"] for line in lines(first)] == ["imported", "imported"]


def test_a_dry_run_stores_nothing(site: Site, package: Path, tmp_path: Path) -> None:
    with writing_on(site) as session:
        make_body(session)
    assert site.run("qti", "import", str(package), "--dry-run").returncode == 0
    exported = site.run("qti", "export", "-o", str(tmp_path / "out.zip"))
    assert exported.returncode == 1
    assert "The item bank is empty." in exported.stderr


def test_a_dry_run_needs_no_body_and_its_report_can_be_kept(site: Site, package: Path, tmp_path: Path) -> None:
    kept = tmp_path / "report.json"
    finished = site.run("qti", "import", str(package), "--dry-run", "--json", "--report", str(kept))
    assert finished.returncode == 0, finished.stderr
    assert [line["identifier"] for line in lines(finished)] == ["W01", "W02"]
    assert json.loads(kept.read_text()) == lines(finished)
    table = tmp_path / "report.csv"
    assert site.run("qti", "import", str(package), "--dry-run", "--report", str(table)).returncode == 0
    assert table.read_text(encoding="utf-8-sig").splitlines()[0] == "file,identifier,title,outcome,reasons"
    assert site.run("qti", "import", str(package), "--dry-run", "--report", "report.txt").returncode == 2


def test_several_bodies_ask_for_one(site: Site, package: Path) -> None:
    with writing_on(site) as session:
        make_body(session)
        make_body(session, "tata")
    refused = site.run("qti", "import", str(package))
    assert refused.returncode == 1
    assert "las, tata" in refused.stderr
    assert site.run("qti", "import", str(package), "--body", "tata", "--use", "pretest").returncode == 0


def test_an_unreadable_file_ends_with_1(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "broken.zip"
    file.write_bytes(b"PK\x03\x04 broken")
    assert site.run("qti", "import", str(file), "--json").returncode == 1


def test_a_refused_item_is_a_line_with_its_reasons_and_ends_with_1(site: Site, tmp_path: Path) -> None:
    with writing_on(site) as session:
        make_body(session)
    file = tmp_path / "bad.xml"
    file.write_bytes(choice_xml(identifier="W01", root='view="x"').replace(b'adaptive="false"', b'adaptive="true"'))
    finished = site.run("qti", "import", str(file), "--json")
    assert finished.returncode == 1
    (line,) = lines(finished)
    assert (line["identifier"], line["outcome"]) == ("W01", "refused")
    assert "Adaptive" in line["reasons"][0]


def test_one_item_is_exported(site: Site, tmp_path: Path) -> None:
    with writing_on(site) as session:
        make_body(session)
        make_item(session, "las", "W01", use=ItemUse.OPERATIONAL)
        make_item(session, "las", "W02")
    file = tmp_path / "out.zip"
    finished = site.run("qti", "export", "--item", "W02", "-o", str(file), "--json")
    assert finished.returncode == 0, finished.stderr
    assert lines(finished) == [{"file": str(file), "items": 1, "bytes": file.stat().st_size}]
    assert [item.identifier for item in read_package(file.read_bytes()).items] == ["W02"]
    old = tmp_path / "old.zip"
    assert site.run("qti", "export", "--item", "W02", "--format", "2.1", "-o", str(old)).returncode == 0
    assert b"imsqti_v2p1" in old.read_bytes()
    first, second = (read_package(each.read_bytes()).items[0] for each in (file, old))
    assert (first.item, first.texts, first.criteria) == (second.item, second.texts, second.criteria)


def test_the_items_of_an_exam_form_are_exported_in_the_versions_it_holds(site: Site, tmp_path: Path) -> None:
    with writing_on(site) as session:
        make_body(session)
        make_item(session, "las", "W99")
        form_id = make_exam(session, "las").form_id
    file = tmp_path / "form.zip"
    finished = site.run("qti", "export", "--form", form_id, "-o", str(file))
    assert finished.returncode == 0, finished.stderr
    assert len(read_package(file.read_bytes()).items) == 3
    assert site.run("qti", "export", "--form", "nothing", "-o", str(file)).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "score"),
    [(["--correct"], 2), (["--blank"], 0), (["--responses", "responses.json"], 1)],
)
def test_a_file_is_scored_without_a_database(site: Site, tmp_path: Path, arguments: list[str], score: int) -> None:
    (tmp_path / "responses.json").write_text(json.dumps({"RESPONSE": ["H"]}))
    file = tmp_path / "water.xml"
    file.write_bytes(water_xml())
    placed = [str(tmp_path / one) if one.endswith(".json") else one for one in arguments]
    finished = site.run("qti", "score", str(file), *placed, "--json")
    assert finished.returncode == 0, finished.stderr
    assert lines(finished) == [
        {
            "file": str(file),
            "identifier": "choice-multiple",
            "outcomes": {"SCORE": score},
            "max_score": 2,
            "refused": None,
        }
    ]


def test_scoring_asks_for_one_kind_of_response(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "water.xml"
    file.write_bytes(water_xml())
    assert site.run("qti", "score", str(file), "--correct", "--blank").returncode == 2
