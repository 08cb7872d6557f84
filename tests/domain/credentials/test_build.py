"""The certificate states what was proved and how, in the words of the two standards, and nothing more."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from hashlib import sha256
from typing import Any

import pytest

from assessment.domain.competency import Method
from assessment.domain.credentials.achievement import (
    PracticalResult,
    Recipient,
    StatusEntry,
    UnitProof,
    validity_of_days,
)
from assessment.domain.credentials.build import NOT_ISO_9606
from assessment.domain.credentials.canonical import canonical_nquads
from assessment.domain.credentials.described import percent
from assessment.domain.credentials.facts import read_facts
from assessment.domain.credentials.multibase import to_base64url
from assessment.domain.credentials.status_list import StatusPurpose
from assessment.domain.errors import Invalid
from tests.domain.credentials.certificates import DID, EVIDENCE, JAKARTA, ORIGIN, PRACTICAL, PROOFS, unsigned


def test_what_is_stated_is_read_back() -> None:
    facts = read_facts(unsigned())
    assert facts.recipient == "Siti Aminah O'Neil"
    assert (facts.scheme_name, facts.scheme_source_name) == ("Plate welder SMAW", "Juru las pelat SMAW")
    assert (facts.issuer, facts.number) == (DID, "LAS-2026-000001")
    assert [(unit.code, unit.level, unit.methods) for unit in facts.units] == [
        ("C.25LAS01.001.1", "competent", {Method.WRITTEN}),
        ("C.25LAS01.029.1", "competent", {Method.OBSERVED, Method.PRODUCT}),
    ]
    assert facts.units[1].name == "Weld plate to plate, groove"
    assert facts.units[1].source_name == "Mengelas pelat ke pelat, kampuh"


def test_both_lists_of_the_issuer_are_named() -> None:
    places = read_facts(unsigned()).statuses
    assert [(place.purpose, place.url, place.index) for place in places] == [
        (StatusPurpose.REVOCATION, f"{ORIGIN}/status/las-revocation-0", 94_567),
        (StatusPurpose.SUSPENSION, f"{ORIGIN}/status/las-suspension-1", 12_345),
    ]


def test_the_contexts_are_the_two_standard_ones_and_every_term_is_defined() -> None:
    document = unsigned()
    assert document["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert canonical_nquads(document)


def test_the_holder_has_a_name_and_neither_an_id_nor_a_hash() -> None:
    subject = unsigned()["credentialSubject"]
    assert "id" not in subject
    assert subject["identifier"] == [
        {
            "type": "IdentityObject",
            "identityType": "name",
            "identityHash": "Siti Aminah O'Neil",
            "hashed": False,
        }
    ]


def test_the_order_in_which_units_and_statuses_arrive_does_not_show() -> None:
    statuses = [
        StatusEntry(purpose=StatusPurpose.SUSPENSION, index=5),
        StatusEntry(purpose=StatusPurpose.REVOCATION, index=6),
    ]
    assert unsigned(proofs=PROOFS[::-1], statuses=statuses) == unsigned(statuses=statuses[::-1])


@pytest.mark.parametrize("asked", [True, False])
def test_it_says_that_it_is_no_iso_9606_qualification_when_asked(asked: bool) -> None:
    assert unsigned(not_iso_9606=asked)["description"].endswith(NOT_ISO_9606) is asked


def test_days_are_whole_in_the_issuers_zone() -> None:
    document = unsigned(validity=validity_of_days(date(2026, 1, 1), date(2026, 12, 31), JAKARTA))
    assert document["validFrom"] == "2026-01-01T00:00:00+07:00"
    assert document["validUntil"] == "2026-12-31T23:59:59+07:00"


def test_a_certificate_without_an_end_names_none() -> None:
    assert "validUntil" not in unsigned(validity=validity_of_days(date(2026, 1, 1), None, JAKARTA))


@pytest.mark.parametrize(
    "overrides",
    [
        {"proofs": ()},
        {"proofs": (PROOFS[0], PROOFS[0])},
        {"proofs": (UnitProof(code="X", methods=frozenset({Method.ORAL})),)},
        {"proofs": (UnitProof(code="C.25LAS01.001.1", methods=frozenset({Method.ORAL})),)},
        {"proofs": (UnitProof(code="C.25LAS01.001.1", methods=frozenset()),)},
        {"proofs": (UnitProof(code="C.25LAS01.001.1", level="best", methods=frozenset({Method.WRITTEN})),)},
        {"statuses": ()},
        {"statuses": [StatusEntry(purpose=StatusPurpose.REVOCATION, index=1)] * 2},
        {"statuses": [StatusEntry(purpose=StatusPurpose.REVOCATION, index=1)]},
    ],
)
def test_what_the_scheme_does_not_offer_is_refused(overrides: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        unsigned(**overrides)


@pytest.mark.parametrize("name", ["Siti", "佐藤 花子", "김철수", 'O\'Neil "Jr" \\ <b>', "محمد"])
def test_a_name_of_any_script_is_kept_as_one_text(name: str) -> None:
    document = unsigned(recipient=Recipient(name=name))
    assert read_facts(document).recipient == name
    assert canonical_nquads(document)


def test_a_result_that_belongs_to_no_description_is_refused() -> None:
    document = unsigned()
    document["credentialSubject"]["result"][0]["resultDescription"] += "x"
    with pytest.raises(Invalid, match="no description"):
        read_facts(document)


def test_a_level_that_the_unit_does_not_have_is_refused() -> None:
    document = unsigned()
    document["credentialSubject"]["result"][0]["achievedLevel"] += "x"
    with pytest.raises(Invalid, match="outside"):
        read_facts(document)


def test_a_result_that_stands_twice_is_refused() -> None:
    document = unsigned()
    results = document["credentialSubject"]["result"]
    results.append(dict(results[0]))
    with pytest.raises(Invalid, match="twice"):
        read_facts(document)


def results() -> dict[str, dict[str, Any]]:
    return {each["resultDescription"].partition("#")[2]: each for each in unsigned()["credentialSubject"]["result"]}


def descriptions() -> dict[str, dict[str, Any]]:
    described = unsigned()["credentialSubject"]["achievement"]["resultDescription"]
    return {each["id"].partition("#")[2]: each for each in described}


def test_marks_in_writing_are_a_percentage_with_its_limits() -> None:
    assert results()["C.25LAS01.001.1/theory"]["value"] == "92.5"
    described = descriptions()
    assert {described["C.25LAS01.001.1/theory"][key] for key in ("valueMin", "valueMax")} == {"0", "100"}
    assert described["C.25LAS01.029.1/theory"]["requiredValue"] == "60"
    assert "requiredValue" not in described["C.25LAS01.001.1/theory"]
    assert [unit.written for unit in read_facts(unsigned()).units] == ["92.5", None]


@pytest.mark.parametrize(
    ("score", "maximum", "text"),
    [
        (Fraction(0), Fraction(7), "0"),
        (Fraction(7), Fraction(7), "100"),
        (Fraction(2, 3), Fraction(1), "66.66"),
        (Fraction(59_999, 1_000), Fraction(100), "59.99"),
        (Fraction(1, 2), Fraction(40), "1.25"),
    ],
)
def test_a_percentage_is_rounded_down_to_two_decimals(score: Fraction, maximum: Fraction, text: str) -> None:
    assert percent(score, maximum) == text


@pytest.mark.parametrize("marks", [(Fraction(-1), Fraction(2)), (Fraction(3), Fraction(2)), (Fraction(0), Fraction(0))])
def test_marks_outside_their_limits_are_refused(marks: tuple[Fraction, Fraction]) -> None:
    with pytest.raises(Invalid, match="marks"):
        percent(*marks)


def test_every_practical_criterion_has_its_levels_and_the_one_that_was_reached() -> None:
    described = descriptions()["practical/r1/bead"]
    assert described["resultType"] == "RubricCriterionLevel"
    assert [level["level"] for level in described["rubricCriterionLevel"]] == ["0", "1", "2", "3"]
    assert described["requiredLevel"] == described["rubricCriterionLevel"][1]["id"]
    assert results()["practical/r1/bead"]["achievedLevel"] == described["rubricCriterionLevel"][2]["id"]
    assert results()["practical/r1/undercut"]["value"] == "0.3 mm"
    assert [(each.name, each.level, each.value) for each in read_facts(unsigned()).practical] == [
        ("The cap is even", "2", ""),
        ("Depth of undercut", "inside", "0.3 mm"),
    ]


@pytest.mark.parametrize(
    "practical",
    [
        (PracticalResult(rubric="r1", code="bead", level="4"),),
        (PracticalResult(rubric="r1", code="other", level="1"),),
        (PracticalResult(rubric="r2", code="bead", level="1"),),
        (PracticalResult(rubric="r1", code="bead", level="1"), PracticalResult(rubric="r1", code="bead", level="2")),
    ],
)
def test_a_practical_result_that_the_sheet_does_not_have_is_refused(practical: tuple[PracticalResult, ...]) -> None:
    with pytest.raises(Invalid, match="no line"):
        unsigned(practical=practical)


@pytest.mark.parametrize("value", ["101", "-1", "1e2", "9O", "", "99.999", "١"])
def test_a_percentage_outside_its_limits_is_not_read(value: str) -> None:
    document = unsigned()
    for result in document["credentialSubject"]["result"]:
        if result["resultDescription"].endswith("/theory"):
            result["value"] = value
    with pytest.raises(Invalid, match="outside"):
        read_facts(document)


def test_other_codes_stand_beside_the_own_one_and_do_not_take_its_place() -> None:
    described = descriptions()
    codes = [each["targetCode"] for each in described["C.25LAS01.029.1"]["alignment"]]
    assert codes == ["C.24LAS01.029.1", "C.25LAS01.029.1"]
    facts = read_facts(unsigned())
    assert (facts.units[1].code, facts.scheme_source_name) == ("C.25LAS01.029.1", "Juru las pelat SMAW")
    frameworks = {each["targetFramework"] for each in unsigned()["credentialSubject"]["achievement"]["alignment"]}
    assert "ISO 4063" in frameworks


def test_days_of_activity_evidence_and_terms_are_stated_only_where_there_are_any() -> None:
    document = unsigned()
    subject = document["credentialSubject"]
    assert (subject["activityStartDate"], subject["activityEndDate"]) == ("2026-11-17", "2026-11-20")
    digest = sha256(b"cap").digest()
    assert to_base64url(b"\x12\x20" + digest) in {each["digestMultibase"] for each in document["evidence"]}
    assert document["termsOfUse"][0]["id"] == f"{ORIGIN}/schemes/las-smaw/1#terms"
    bare = unsigned(active=None, evidence=(), terms=None, practical=())
    assert not {"evidence", "termsOfUse"} & bare.keys()
    assert not {"activityStartDate", "activityEndDate"} & bare["credentialSubject"].keys()
    assert read_facts(bare).practical == ()


def test_the_order_of_lists_carries_no_meaning() -> None:
    assert unsigned(practical=PRACTICAL[::-1], evidence=EVIDENCE[::-1]) == unsigned()
    turned = unsigned()
    for key in ("evidence", "credentialStatus"):
        turned[key].reverse()
    for node, key in (
        (turned["credentialSubject"], "result"),
        (turned["credentialSubject"]["achievement"], "resultDescription"),
        (turned["credentialSubject"]["achievement"], "alignment"),
    ):
        node[key].reverse()
    for description in turned["credentialSubject"]["achievement"]["resultDescription"]:
        description.get("rubricCriterionLevel", []).reverse()
        description.get("alignment", []).reverse()
    assert canonical_nquads(turned) == canonical_nquads(unsigned())
    assert read_facts(turned) == replace(read_facts(unsigned()), statuses=read_facts(turned).statuses)
