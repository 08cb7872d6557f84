"""The certificate states what was proved and how, in the words of the two standards, and nothing more."""

from datetime import date
from typing import Any

import pytest

from assessment.domain.competency import Method
from assessment.domain.credentials.achievement import (
    Recipient,
    StatusEntry,
    UnitProof,
    validity_of_days,
)
from assessment.domain.credentials.build import NOT_ISO_9606
from assessment.domain.credentials.canonical import canonical_nquads
from assessment.domain.credentials.facts import read_facts
from assessment.domain.credentials.status_list import StatusPurpose
from assessment.domain.errors import Invalid
from tests.domain.credentials.certificates import DID, JAKARTA, ORIGIN, PROOFS, unsigned


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
