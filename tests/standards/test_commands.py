"""`teruji standard import` and `export` as a script sees them."""

import json
from pathlib import Path

import pytest

from tests.domain.case.packages import content, item, package
from tests.factories.accounts import make_body
from tests.factories.visitors import writing_on
from tests.fixtures.sites import Site

ODD = package([item("u", "<b>Las</b>", CFItemType="Unit", humanCodingScheme="C.25")], [], CFPackageURI="x")


@pytest.fixture
def file(site: Site, tmp_path: Path) -> Path:
    """An odd package on disk, for a site with one body."""
    with writing_on(site) as session:
        make_body(session)
    file = tmp_path / "standard.json"
    file.write_bytes(content(ODD))
    return file


def test_a_standard_goes_in_and_comes_out_again(site: Site, file: Path, tmp_path: Path) -> None:
    told = site.run("standard", "import", str(file), "--json")
    assert told.returncode == 0, told.stderr
    report = json.loads(told.stdout)
    assert {key: report[key] for key in ("standard", "number", "items", "changed")} == {
        "standard": "d0c",
        "number": 1,
        "items": 1,
        "changed": True,
    }
    assert {oddity["kind"] for oddity in report["oddities"]} == {"package_address", "markup", "no_parent"}
    for code in ("d0c", "Standar contoh", "C.25"):
        out = tmp_path / f"{len(code)}.json"
        assert site.run("standard", "export", code, "-o", str(out)).returncode == 0
        assert json.loads(out.read_text()) == ODD
    assert json.loads(site.run("standard", "export", "C.25").stdout) == ODD


def test_each_oddity_is_a_line_and_a_second_import_says_that_nothing_changed(site: Site, file: Path) -> None:
    lines = site.run("standard", "import", str(file)).stdout.splitlines()
    assert len(lines) == 4
    assert "u: The statement holds markup; it is kept and shown as text." in lines
    assert "published as version 1; 3 oddities" in lines[-1]
    assert "nothing was changed" in site.run("standard", "import", str(file)).stdout


def test_what_is_refused_ends_with_1_and_what_is_misused_with_2(site: Site, file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"CFDocument": {}}')
    refused = site.run("standard", "import", str(broken), "--json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "$.CFDocument.identifier: expected text, got nothing." in refused.stderr
    assert site.run("standard", "import", str(tmp_path / "none.json")).returncode == 2
    assert site.run("standard", "import", str(file), "--body", "nowhere").returncode == 2
    assert site.run("standard", "export", "C.99").returncode == 1
    with writing_on(site) as session:
        make_body(session, "dapur")
    ambiguous = site.run("standard", "import", str(file))
    assert ambiguous.returncode == 2
    assert "dapur, las" in ambiguous.stderr
    assert site.run("standard", "import", str(file), "--body", "dapur").returncode == 0
