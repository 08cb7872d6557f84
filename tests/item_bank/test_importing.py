"""Importing items: what changes the bank, what does not, and what is said about it."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.domain.errors import Conflict, NotFound
from assessment.domain.items.qti.package import Alignment, ImportOutcome, PackageReport, read_package
from assessment.domain.roles import Role
from assessment.item_bank.exporting import items_for_export, write_items
from assessment.item_bank.service import (
    Change,
    ImportLine,
    change_use,
    import_package,
    preview_import,
    retire_item,
)
from assessment.item_bank.tables import Item, ItemCriterion, ItemText, ItemUse, ItemVersion
from assessment.standards.tables import Competency, Standard, StandardState
from tests.domain.items.build import choice_xml
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.competency import make_unit
from tests.factories.item_bank import alignment_of, make_item, package_of


def bring_in(session: Session, data: bytes | PackageReport, *, use: ItemUse = ItemUse.OPERATIONAL) -> list[ImportLine]:
    report = read_package(data) if isinstance(data, bytes) else data
    return import_package(session, "las", report, use=use, imported_by=None, now=NOW)


def counts(session: Session) -> list[int | None]:
    return [
        session.scalar(select(func.count()).select_from(table))
        for table in (Item, ItemVersion, ItemText, ItemCriterion)
    ]


def changes(lines: Sequence[ImportLine]) -> list[str]:
    return [line.change.value for line in lines]


def test_new_items_come_in_with_their_languages_and_criteria(session: Session) -> None:
    make_body(session)
    unit = make_unit(session, "las")
    named = [alignment_of(session, "las", criterion) for criterion in unit.criteria[:2]]
    lines = bring_in(session, package_of("W01", "W02", criteria=named))
    assert counts(session) == [2, 2, 4, 4]
    assert [line.to_json() for line in lines] == [
        {
            "file": f"items/{name}.id.xml, items/{name}.en.xml",
            "identifier": name,
            "title": "Undercut",
            "outcome": "imported",
            "reasons": [],
        }
        for name in ("W01", "W02")
    ]


def test_the_same_package_again_leaves_nothing_new(session: Session) -> None:
    make_body(session)
    data = package_of("W01")
    bring_in(session, data)
    before = counts(session)
    assert changes(bring_in(session, data)) == ["unchanged"]
    assert counts(session) == before


def test_a_changed_key_makes_the_next_version(session: Session) -> None:
    make_body(session)
    bring_in(session, package_of("W01"))
    assert changes(bring_in(session, package_of("W01", correct="C"))) == ["version"]
    numbers = session.scalars(select(ItemVersion.number).order_by(ItemVersion.number)).all()
    assert numbers == [1, 2]


def test_a_new_language_is_a_text_of_the_same_version(session: Session) -> None:
    make_body(session)
    bring_in(session, package_of("W01", languages=["id"]))
    digest = session.scalar(select(ItemVersion.digest))
    assert changes(bring_in(session, package_of("W01", languages=["en"]))) == ["language"]
    assert counts(session) == [1, 1, 2, 0]
    assert session.scalar(select(ItemVersion.digest)) == digest


def test_a_changed_wording_is_a_new_version_that_keeps_the_other_language(session: Session) -> None:
    make_body(session)
    bring_in(session, choice_xml(identifier="W01", language="id"))
    bring_in(session, choice_xml(identifier="W01", language="en"))
    changed = choice_xml(identifier="W01", language="en", before="<p>Look again.</p>")
    assert changes(bring_in(session, changed)) == ["version"]
    newest = session.scalar(select(ItemVersion.id).where(ItemVersion.number == 2))
    texts = session.execute(select(ItemText.language, ItemText.content).where(ItemText.item_version_id == newest)).all()
    assert {row.language: "again" in row.content["stem"] for row in texts} == {"id": False, "en": True}


def test_a_file_that_names_no_criterion_keeps_those_of_the_item(session: Session) -> None:
    make_body(session)
    unit = make_unit(session, "las")
    bring_in(session, package_of("W01", criteria=[alignment_of(session, "las", unit.criteria[0])]))
    assert changes(bring_in(session, package_of("W01", correct="D"))) == ["version"]
    assert counts(session)[3] == 2


def test_other_criteria_are_a_new_version(session: Session) -> None:
    make_body(session)
    unit = make_unit(session, "las")
    first, second = (alignment_of(session, "las", criterion) for criterion in unit.criteria[:2])
    bring_in(session, package_of("W01", criteria=[first]))
    assert changes(bring_in(session, package_of("W01", criteria=[first, second]))) == ["version"]


def test_an_unknown_criterion_degrades_the_item_with_a_reason(session: Session) -> None:
    make_body(session)
    (line,) = bring_in(session, package_of("W01", criteria=[Alignment(guid="nowhere", label="C.25/1.1")]))
    assert line.outcome is ImportOutcome.DEGRADED
    assert [str(reason) for reason in line.reasons] == [
        "No published standard of this body has the criterion C.25/1.1; it was left out."
    ]
    assert counts(session) == [1, 1, 2, 0]


def test_a_criterion_may_be_named_by_its_address_alone(session: Session) -> None:
    make_body(session)
    unit = make_unit(session, "las")
    guid = session.get_one(Competency, ("las", unit.criteria[0])).identifier
    (line,) = bring_in(
        session, package_of("W01", criteria=[Alignment(case_item_uri=f"https://example.org/CFItems/{guid}")])
    )
    assert line.outcome is ImportOutcome.IMPORTED
    assert counts(session)[3] == 1


def test_a_unit_is_no_criterion(session: Session) -> None:
    make_body(session)
    unit = make_unit(session, "las")
    (line,) = bring_in(session, package_of("W01", criteria=[alignment_of(session, "las", unit.unit_id)]))
    assert line.outcome is ImportOutcome.DEGRADED
    assert "got the unit" in str(line.reasons[0])


def test_criteria_of_another_body_or_of_a_draft_do_not_count(session: Session) -> None:
    make_body(session)
    make_body(session, "tata")
    other, own = make_unit(session, "tata"), make_unit(session, "las")
    standard = session.get_one(Competency, ("las", own.unit_id)).standard_id
    session.get_one(Standard, ("las", standard)).state = StandardState.STAGING
    session.flush()
    named = [alignment_of(session, "tata", other.criteria[0]), alignment_of(session, "las", own.criteria[0])]
    (line,) = bring_in(session, package_of("W01", criteria=named))
    assert len(line.reasons) == 2
    assert counts(session)[3] == 0


def test_a_refused_item_leaves_nothing_and_the_others_come_in(session: Session) -> None:
    make_body(session)
    report = read_package(package_of("W01"))
    refused = read_package(b"<qti-assessment-item/>", name="bad.xml")
    lines = bring_in(session, PackageReport(items=(*refused.items, *report.items)))
    assert [(line.outcome.value, line.change.value) for line in lines] == [("refused", "none"), ("imported", "new")]
    assert counts(session)[0] == 1


def test_a_dry_run_says_the_same_and_stores_nothing(session: Session) -> None:
    make_body(session)
    report = read_package(package_of("W01", "W02"))
    lines = preview_import(session, "las", report, use=ItemUse.PRETEST)
    assert counts(session) == [0, 0, 0, 0]
    assert lines == bring_in(session, report, use=ItemUse.PRETEST)


def test_an_item_keeps_its_use_when_it_comes_again(session: Session) -> None:
    make_body(session)
    bring_in(session, package_of("W01"), use=ItemUse.EXPOSED)
    (line,) = bring_in(session, package_of("W01", correct="A"), use=ItemUse.OPERATIONAL)
    assert "keeps the use" in str(line.reasons[0])
    assert session.scalar(select(Item.use)) is ItemUse.EXPOSED


def test_two_bodies_may_have_the_same_identifier(session: Session) -> None:
    make_body(session)
    make_body(session, "tata")
    bring_in(session, package_of("W01"))
    report = read_package(package_of("W01"))
    (line,) = import_package(session, "tata", report, use=ItemUse.EXPOSED, imported_by=None, now=NOW)
    assert line.change is Change.NEW
    assert counts(session)[0] == 2


def test_what_is_exported_comes_in_unchanged(session: Session) -> None:
    make_body(session)
    unit = make_unit(session, "las")
    named = [alignment_of(session, "las", unit.criteria[0])]
    bring_in(session, package_of("W01", "W02", criteria=named))
    exported = write_items(items_for_export(session, "las"))
    assert changes(bring_in(session, exported)) == ["unchanged", "unchanged"]


def test_one_item_is_exported_by_its_identifier_in_its_newest_version(session: Session) -> None:
    make_body(session)
    bring_in(session, package_of("W01", "W02"))
    bring_in(session, package_of("W01", correct="C"))
    (packaged,) = items_for_export(session, "las", identifier="W01")
    assert packaged.item.responses[0].correct == ("C",)
    with pytest.raises(NotFound):
        items_for_export(session, "las", identifier="W99")


def test_what_is_public_stays_public(session: Session) -> None:
    make_body(session)
    actor = make_actor(session, "las", Role.ITEM_AUTHOR)
    item_id = make_item(session, "las", use=ItemUse.OPERATIONAL)
    assert change_use(session, actor, item_id, ItemUse.EXPOSED).use is ItemUse.EXPOSED
    with pytest.raises(Conflict):
        change_use(session, actor, item_id, ItemUse.OPERATIONAL)


def test_an_item_is_retired_once_and_no_longer_exported_with_the_bank(session: Session) -> None:
    make_body(session)
    actor = make_actor(session, "las", Role.ITEM_AUTHOR)
    item_id = make_item(session, "las")
    retire_item(session, actor, item_id, reason="The WPS it asks about changed.", now=NOW)
    with pytest.raises(Conflict):
        retire_item(session, actor, item_id, reason="again", now=NOW)
    with pytest.raises(NotFound):
        items_for_export(session, "las")
