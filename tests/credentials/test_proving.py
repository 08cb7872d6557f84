"""What an issued credential says of how it was proved: marks in percent, lines of the sheet, codes, evidence."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.certification.tables import Application, Consent, Purpose
from assessment.credentials.exporting import Format, export
from assessment.credentials.offering import ASEAN, scope_codes
from assessment.domain.credentials.canonical import canonical_nquads
from assessment.domain.credentials.facts import read_facts
from assessment.domain.credentials.json_text import read_object
from assessment.domain.credentials.multibase import multihash_text
from assessment.practicals.tables import ObservationStanding, Practical, RubricCriterion
from assessment.practicals.tables_photos import PhotoContent, PhotoKind, PhotoOutcome, WorkPhoto
from assessment.standards.tables import Association, Competency, CompetencyAlias
from tests.factories.accounts import NOW
from tests.factories.certification import World, make_world
from tests.factories.credentials import issue_everything, make_issued, make_released

ADDRESS = "https://teruji.example/b/las/schemes/X/1"


def issued(session: Session, credential_id: str) -> dict[str, Any]:
    return read_object(export(session, "las", credential_id, Format.JSON))


def test_marks_and_lines_of_the_sheet_are_results(signing: Session) -> None:
    document = issued(signing, make_issued(signing, make_world(signing)))
    facts = read_facts(document)
    assert [unit.written for unit in facts.units] == ["100"]
    assert [(each.name, each.level, each.level_name) for each in facts.practical] == [
        ("Workmanship 1", "2", "Exceeds the standard in parts"),
        ("Workmanship 2", "2", "Exceeds the standard in parts"),
    ]
    described = {each["id"]: each for each in document["credentialSubject"]["achievement"]["resultDescription"]}
    line = described[facts.practical[0].id]
    assert line["requiredLevel"] == f"{facts.practical[0].id}/level/1"
    assert [each["targetCode"] for each in line["alignment"]] == ["C.25LAS01.029.1 1.1"]
    theory = next(each for each in described.values() if each["resultType"] == "Percent")
    assert (theory["requiredValue"], theory["valueMin"], theory["valueMax"]) == ("60", "0", "100")
    assert canonical_nquads({key: value for key, value in document.items() if key != "proof"})


def test_days_of_activity_and_terms_stand_in_it(signing: Session) -> None:
    document = issued(signing, make_issued(signing, make_world(signing)))
    subject = document["credentialSubject"]
    assert subject["activityStartDate"] <= subject["activityEndDate"] <= NOW.date().isoformat()
    terms = document["termsOfUse"][0]
    assert terms["id"] == f"{subject['achievement']['id']}#terms"


def test_codes_that_the_standard_states_stand_beside_the_units_own(signing: Session) -> None:
    world = make_world(signing)
    unit = signing.get_one(Competency, ("las", world.scheme.units[0].unit_id))
    signing.add(CompetencyAlias(body_id="las", competency_id=unit.id, code="C.24LAS01.029.1"))
    for position, (kind, title) in enumerate(
        (
            ("exactMatchOf", "D1.HCC.CL2.08 Prepare a variety of sandwiches"),
            ("isChildOf", "D1.HCC.CL2.09 Prepare and cook poultry and game meats"),
            ("exactMatchOf", "Something else"),
        )
    ):
        signing.add(
            Association(
                body_id="las",
                id=new_id(),
                standard_id=unit.standard_id,
                position=900 + position,
                kind=kind,
                origin=unit.identifier,
                destination="elsewhere",
                raw={"destinationNodeURI": {"title": title, "uri": "https://asean.example/1"}},
            )
        )
    document = issued(signing, make_issued(signing, world))
    described = document["credentialSubject"]["achievement"]["resultDescription"][0]
    codes = {(each["targetFramework"], each["targetCode"]) for each in described["alignment"]}
    assert {code for _, code in codes} == {"C.25LAS01.029.1", "C.24LAS01.029.1", "D1.HCC.CL2.08"}
    assert (ASEAN, "D1.HCC.CL2.08") in codes


def test_iso_codes_come_from_the_scope_and_only_known_ones() -> None:
    scope = (
        ("process", ("SMAW (111)", "FCAW (136)", "Rope (999)", "SMAW")),
        ("position", ("3G / PF", "PA", "PX", "somewhere")),
        ("product", ("plate (111)",)),
    )
    codes = scope_codes(scope, ADDRESS)
    assert [(each.framework, each.code, each.name) for each in codes] == [
        ("ISO 4063", "111", "SMAW"),
        ("ISO 4063", "136", "FCAW"),
        ("ISO 6947", "PF", "3G / PF"),
        ("ISO 6947", "PA", "PA"),
    ]
    assert {each.url for each in codes} == {f"{ADDRESS}#scope"}


def add_photo(session: Session, world: World, *, seq: int, standing: ObservationStanding) -> str:
    """A photo that is kept; returns its digest."""
    practical = session.scalars(select(Practical)).one()
    digest = f"{seq:064x}"
    session.add(
        WorkPhoto(
            body_id="las",
            id=new_id(),
            practical_id=practical.id,
            application_id=practical.application_id,
            person_id=world.assessor.person_id,
            client="tablet",
            seq=seq,
            rubric_criterion_id=session.scalars(select(RubricCriterion.id)).first(),
            kind=PhotoKind.CAP,
            digest=digest,
            size=1,
            device="",
            standing=standing,
            taken_at=NOW,
            announced_at=NOW,
        )
    )
    session.add(
        PhotoContent(
            body_id="las",
            practical_id=practical.id,
            person_id=world.assessor.person_id,
            digest=digest,
            outcome=PhotoOutcome.KEPT,
            reason=None,
            sealed="0" * 64,
            width=1,
            height=1,
            completed_at=NOW,
        )
    )
    return digest


@pytest.mark.parametrize("given", [None, True, False])
def test_evidence_is_bound_only_where_the_holder_agrees(signing: Session, given: bool | None) -> None:
    world = make_world(signing)
    credential_id = make_released(signing, world)
    kept = add_photo(signing, world, seq=1, standing=ObservationStanding.ACCEPTED)
    add_photo(signing, world, seq=2, standing=ObservationStanding.HELD)
    application = signing.scalars(select(Application)).one()
    for at, answer in ((NOW - timedelta(days=1), not given), (NOW, given)):
        if answer is not None and given is not None:
            signing.add(
                Consent(
                    body_id="las",
                    id=new_id(),
                    application_id=application.id,
                    purpose=Purpose.EVIDENCE,
                    given=answer,
                    by_guardian=False,
                    at=at,
                )
            )
    issue_everything(signing)
    document = issued(signing, credential_id)
    if not given:
        assert "evidence" not in document
        return
    assert document["evidence"] == [
        {
            "type": ["Evidence"],
            "name": "Photo of the cap",
            "genre": "photo",
            "digestMultibase": multihash_text(bytes.fromhex(kept)),
        }
    ]
