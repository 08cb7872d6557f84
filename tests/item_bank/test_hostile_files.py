"""Files that mean harm leave nothing in the bank and nothing in the store."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.domain.errors import Invalid
from assessment.domain.items.qti.package import read_package
from assessment.item_bank.reading import keep_files
from assessment.item_bank.service import import_package
from assessment.item_bank.tables import Item, ItemText, ItemUse, ItemVersion
from assessment.storage import Storage
from tests.domain.items.qti.hostile.archives import growing, manifests, names
from tests.domain.items.qti.hostile.documents import entities, rules
from tests.factories.accounts import make_body
from tests.factories.visitors import NOW

FILES = {
    f"{make.__name__}-{name}": data
    for make in (entities, rules, names, growing, manifests)
    for name, data in list(make())[:6]
    if make is not rules or name == "custom"
}


def rows(session: Session) -> int:
    return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in (Item, ItemVersion, ItemText))


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_means_harm_leaves_nothing(name: str, session: Session, tmp_path: Path) -> None:
    make_body(session)
    before, storage = rows(session), Storage(tmp_path / "files")
    try:
        report = read_package(FILES[name], name="x.xml")
    except Invalid:
        report = None
    if report is not None:
        good = [each for each in report.items if each.identifier == "A"]
        keep_files(storage, report)
        lines = import_package(session, "las", report, use=ItemUse.EXPOSED, imported_by=None, now=NOW)
        assert all(line.outcome.value == "refused" for line in lines if line.identifier != "A")
        # The one good item beside it comes in, and nothing else.
        before += 3 * len(good)
    assert rows(session) == before
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
