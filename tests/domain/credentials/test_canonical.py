"""What is understood is written as RDFC-1.0 writes it; everything else is refused, never dropped."""

from copy import deepcopy
from typing import Any

import pyoxigraph
import pytest

from assessment.domain.credentials.canonical import UndefinedTerm, UnknownContext, canonical_nquads
from assessment.domain.credentials.vocabulary import CREDENTIALS_V2, OPEN_BADGES_3
from assessment.domain.errors import Invalid
from tests.domain.credentials.certificates import unsigned


def minimal(**members: Any) -> dict[str, Any]:
    return {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_3],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AchievementCredential"],
        **members,
    }


def canonicalised_by_oxigraph(nquads: str) -> str:
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(nquads, format=pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    written = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS)
    assert written is not None
    return "".join(sorted(f"{line}\n" for line in written.decode().splitlines()))


def test_a_certificate_is_a_fixed_point_of_another_rdfc_1_0() -> None:
    nquads = canonical_nquads(unsigned())
    assert canonicalised_by_oxigraph(nquads) == nquads


def test_the_order_of_lists_and_members_carries_no_meaning() -> None:
    def reversed_everywhere(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: reversed_everywhere(value) for key, value in reversed(node.items())}
        return [reversed_everywhere(each) for each in reversed(node)] if isinstance(node, list) else node

    document = unsigned()
    turned = reversed_everywhere(document) | {"@context": document["@context"]}
    assert canonical_nquads(turned) == canonical_nquads(document)


def test_order_does_carry_meaning_in_the_one_term_that_is_a_list() -> None:
    def allowed(*values: str) -> str:
        scale = {"id": "urn:x:scale", "type": "ResultDescription", "allowedValue": list(values)}
        return canonical_nquads(minimal(credentialSubject={"type": "Achievement", "resultDescription": scale}))

    assert allowed("low", "high") != allowed("high", "low")


def test_a_repeated_statement_is_said_once() -> None:
    once = minimal(name="A")
    assert canonical_nquads(minimal(name=["A", "A"])) == canonical_nquads(once)


@pytest.mark.parametrize(
    ("place", "member"),
    [
        ((), "grade"),
        ((), "https://schema.org/grade"),
        ((), "encodedList"),
        (("issuer",), "validFrom"),
        (("credentialSubject",), "targetCode"),
        (("credentialSubject", "achievement"), "constructor"),
        (("credentialSubject", "result", 0), "__proto__"),
        (("credentialStatus", 0), "result"),
        ((), "@graph"),
        ((), "@id"),
        ((), "\u0456d"),
        ((), "name\u200b"),
    ],
)
def test_a_term_that_the_contexts_do_not_define_there_is_refused(place: tuple[Any, ...], member: str) -> None:
    document = deepcopy(unsigned())
    node: Any = document
    for step in place:
        node = node[step]
    node[member] = "A"
    with pytest.raises(UndefinedTerm):
        canonical_nquads(document)


@pytest.mark.parametrize("type_", ["Diploma", "https://schema.org/Thing", "name", "@id", "", 5, None, ["Profile"]])
def test_a_type_that_the_contexts_do_not_define_is_refused(type_: Any) -> None:
    with pytest.raises(UndefinedTerm):
        canonical_nquads(minimal(credentialSubject={"type": [type_], "name": "A"}))


@pytest.mark.parametrize(
    "contexts",
    [
        None,
        CREDENTIALS_V2,
        [],
        [OPEN_BADGES_3, CREDENTIALS_V2],
        [CREDENTIALS_V2, OPEN_BADGES_3, "https://example.org/more"],
        [CREDENTIALS_V2, OPEN_BADGES_3, {"grade": "https://example.org/grade"}],
        [CREDENTIALS_V2, {"@vocab": "https://example.org/"}],
        ["https://www.w3.org/2018/credentials/v1"],
        {"a": [CREDENTIALS_V2]},
    ],
)
def test_any_other_list_of_contexts_is_refused(contexts: Any) -> None:
    with pytest.raises(UnknownContext):
        canonical_nquads(minimal() | {"@context": contexts})


def test_a_context_inside_the_document_is_refused() -> None:
    with pytest.raises(UndefinedTerm):
        canonical_nquads(minimal(credentialSubject={"@context": [CREDENTIALS_V2], "type": "Profile", "name": "A"}))


@pytest.mark.parametrize(
    "members",
    [
        {"name": None},
        {"name": []},
        {"name": {}},
        {"name": [["A"]]},
        {"name": [None]},
        {"name": "\x00"},
        {"name": "\x7f"},
        {"name": "\ud800"},
        {"name": "\ufffe"},
        {"name": float("inf")},
        {"name": float("nan")},
        {"name": 2**53},
        {"name": 1e300},
        {"id": "relative"},
        {"id": "_:b0"},
        {"id": "/v/1"},
        {"id": "urn:x y"},
        {"id": "urn:<x>"},
        {"id": ["urn:x:1"]},
        {"id": None},
        {"type": []},
        {"issuer": "Teruji"},
        {"issuer": 5},
        {"issuer": True},
        {"validFrom": 2026},
        {"validFrom": True},
        {"proof": "urn:x:proof"},
        {"credentialSubject": {"type": ["Achievement", "Result"], "version": "1", "image": {}}},
        {"credentialSubject": {"type": "IdentityObject", "hashed": "false"}},
        {"credentialSubject": {"type": "AchievementSubject", "creditsEarned": "3"}},
    ],
)
def test_a_value_without_one_exact_meaning_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        canonical_nquads(minimal(**members))


def test_unnamed_parts_that_cannot_be_told_apart_are_refused() -> None:
    same = {"type": "Evidence", "genre": "photo"}
    with pytest.raises(Invalid, match="told apart"):
        canonical_nquads(minimal(evidence=[same, same]))


def test_nesting_has_a_limit() -> None:
    node: dict[str, Any] = {"type": "Profile", "name": "A"}
    for _ in range(2000):
        node = {"type": "Profile", "parentOrg": node}
    with pytest.raises(Invalid, match="levels"):
        canonical_nquads(minimal(issuer=node))


def test_the_number_of_statements_has_a_limit() -> None:
    with pytest.raises(Invalid, match="statements"):
        canonical_nquads(minimal(name=[str(number) for number in range(10_000)]))
