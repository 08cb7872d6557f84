"""Items for tests, brought in through the same door as a real package."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.items.qti.package import Alignment, PackageReport, read_package
from assessment.domain.items.qti.write import PackagedItem, write_package
from assessment.item_bank.service import import_package
from assessment.item_bank.tables import Item, ItemUse
from assessment.standards.tables import Competency
from tests.domain.items.build import choice_item, choice_text
from tests.factories.accounts import NOW


def package_of(
    *identifiers: str, languages: Sequence[str] = ("id", "en"), criteria: Sequence[Alignment] = (), correct: str = "B"
) -> bytes:
    """Return a package of single-choice items."""
    made = [replace(choice_item(correct=(correct,)), identifier=identifier) for identifier in identifiers]
    return write_package(
        [
            PackagedItem(
                item=item, texts=tuple(choice_text(item, language) for language in languages), criteria=tuple(criteria)
            )
            for item in made
        ]
    )


def report_of(data: bytes) -> PackageReport:
    """Return what reading a package says."""
    return read_package(data)


def alignment_of(session: Session, body_id: str, criterion_id: str) -> Alignment:
    """Return how a package names a criterion of a standard."""
    competency = session.get_one(Competency, (body_id, criterion_id))
    return Alignment(guid=competency.identifier, label=competency.code)


def make_item(
    session: Session,
    body_id: str,
    identifier: str = "W01",
    *,
    criteria: Sequence[str] = (),
    use: ItemUse = ItemUse.EXPOSED,
) -> str:
    """A single-choice item in both languages that measures these criteria; returns its id."""
    named = [alignment_of(session, body_id, criterion) for criterion in criteria]
    report = report_of(package_of(identifier, criteria=named))
    import_package(session, body_id, report, use=use, imported_by=None, now=NOW)
    found = session.scalar(select(Item.id).where(Item.body_id == body_id, Item.identifier == identifier))
    assert found is not None
    return found
