"""What the W3C data model asks of every credential, with the parts that other libraries leave out."""

import base64
import hashlib
from typing import Any

import pytest

from assessment.domain.credentials.data_model import check_credential, check_presentation, check_resources
from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.multibase import multihash_text
from assessment.domain.credentials.status_list import StatusPurpose
from assessment.domain.credentials.verdict import CheckName, Verdict
from assessment.domain.credentials.verify import verify
from assessment.domain.credentials.vocabulary import CREDENTIALS_V2
from assessment.domain.errors import Invalid
from tests.domain.credentials.certificates import NOW, sign, sources, status_credential, unsigned

PAGE = "https://teruji.example/terms"


def plain(**overrides: Any) -> dict[str, Any]:
    document = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "credentialSubject": {"name": "Alice"},
    }
    return {key: value for key, value in (document | overrides).items() if value is not None}


def test_ours_fit() -> None:
    check_credential(unsigned())
    check_credential(status_credential(StatusPurpose.REVOCATION, 0))


@pytest.mark.parametrize(
    "overrides",
    [
        {"id": "urn:uuid:1", "validFrom": "2026-01-01T00:00:00Z", "validUntil": "2026-01-01T07:00:01+07:00"},
        {"validFrom": "2026-01-01T00:00:00.125Z"},
        {"name": [{"@value": "a", "@language": "en"}, "b"], "description": {"@value": "a", "@direction": "ltr"}},
        {"issuer": {"id": "https://x.example", "name": "X"}},
        {"credentialSubject": [{"id": "did:example:1"}, {"name": "x"}]},
        {"refreshService": [{"type": "R", "id": "https://x.example/1"}]},
        {"credentialSchema": {"id": "https://x.example/1", "type": "JsonSchema"}},
        {"evidence": {"type": "E"}, "termsOfUse": {"type": ["T"]}},
    ],
)
def test_what_the_model_allows_is_allowed(overrides: dict[str, Any]) -> None:
    check_credential(plain(**overrides))


@pytest.mark.parametrize(
    "overrides",
    [
        {"@context": None},
        {"@context": CREDENTIALS_V2 + "x"},
        {"@context": ["https://x.example", CREDENTIALS_V2]},
        {"@context": [CREDENTIALS_V2, "https ://x"]},
        {"type": None},
        {"type": ["Other"]},
        {"type": ["VerifiableCredential", 5]},
        {"id": "not an address"},
        {"id": ["https://x.example/1", "https://x.example/2"]},
        {"issuer": None},
        {"issuer": "somebody"},
        {"issuer": {"name": "somebody"}},
        {"issuer": {"id": "some body"}},
        {"issuer": {"id": "https://x.example", "name": 5}},
        {"credentialSubject": None},
        {"credentialSubject": {}},
        {"credentialSubject": []},
        {"credentialSubject": "did:example:1"},
        {"credentialSubject": {"id": "nobody"}},
        {"validFrom": "2026-01-01"},
        {"validFrom": "2026-01-01T00:00:00"},
        {"validFrom": "2026-13-01T00:00:00Z"},
        {"validFrom": 5},
        {"validFrom": "2026-01-01T00:00:01Z", "validUntil": "2026-01-01T00:00:00Z"},
        {"validFrom": "2026-01-01T00:00:01Z", "validUntil": "2026-01-01T07:00:00+07:00"},
        {"name": {"@value": "a", "url": "b"}},
        {"name": {"@value": 5}},
        {"description": 5},
        {"refreshService": {"id": "https://x.example/1"}},
        {"refreshService": {"type": []}},
        {"refreshService": "https://x.example/1"},
        {"credentialSchema": {"id": "https://x.example/1"}},
        {"credentialSchema": {"type": "JsonSchema"}},
        {"credentialSchema": {"type": "JsonSchema", "id": "schema"}},
        {"credentialStatus": {"id": "https://x.example/1"}},
        {"credentialStatus": {"type": 2}},
        {"evidence": {"id": "https://x.example/1"}},
        {"termsOfUse": [{"type": "T"}, {}]},
        {"proof": {"created": "2026-01-01T00:00:00Z"}},
        {"relatedResource": ["https://x.example/1"]},
        {"relatedResource": {"id": "https://x.example/1"}},
        {"relatedResource": {"digestSRI": "sha256-AA=="}},
        {"relatedResource": {"id": "https://x.example/1", "digestSRI": "md5-AAAA"}},
        {"relatedResource": {"id": "https://x.example/1", "digestMultibase": "!"}},
    ],
)
def test_what_the_model_does_not_allow_is_refused(overrides: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        check_credential(plain(**overrides))


def test_a_related_resource_must_have_the_digest_that_was_signed() -> None:
    content = b"terms"
    right = {"id": PAGE, "digestMultibase": multihash_text(hashlib.sha256(content).digest())}
    assert check_resources(plain(relatedResource=right), {PAGE: content}) == ()
    assert check_resources(plain(relatedResource=right), {}) == (PAGE,)
    with pytest.raises(Invalid, match="digest"):
        check_resources(plain(relatedResource=right), {PAGE: b"other"})
    twice = [right, dict(right)]
    with pytest.raises(Invalid, match="twice"):
        check_credential(plain(relatedResource=twice))


# Of the published context: the file in the specification's repository since 24 February 2025.
PUBLISHED_SHA256 = "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
PUBLISHED_SHA384 = "97f1eb8e5042356c805fdd61afa2c557663785e0794dcafa21e138fd38def18cb360133c221aa31d6896a6bf3e65b614"
# Of its draft of 20 July 2024, as the fixtures of the W3C test suite name them.
DRAFT_SHA256 = "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k"
DRAFT_SHA384 = "sha384-NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg"


def sri(name: str, digits: str) -> str:
    return f"{name}-{base64.b64encode(bytes.fromhex(digits)).decode()}"


@pytest.mark.parametrize(
    "digests",
    [
        {"digestSRI": sri("sha256", PUBLISHED_SHA256)},
        {"digestSRI": sri("sha384", PUBLISHED_SHA384)},
        {"digestMultibase": multihash_text(bytes.fromhex(PUBLISHED_SHA256))},
        {
            "digestMultibase": multihash_text(bytes.fromhex(PUBLISHED_SHA256)),
            "digestSRI": sri("sha384", PUBLISHED_SHA384),
        },
        {"digestMultibase": DRAFT_SHA256},
        {"digestMultibase": DRAFT_SHA256, "digestSRI": DRAFT_SHA384},
    ],
)
def test_the_context_may_be_named_by_the_digest_of_what_was_published(digests: dict[str, str]) -> None:
    resource = {"id": CREDENTIALS_V2, **digests}
    assert check_resources(plain(relatedResource=resource), {}) == ()


@pytest.mark.parametrize(
    "digests",
    [
        {"digestSRI": sri("sha256", "00" * 32)},
        {"digestSRI": sri("sha384", "00" * 48)},
        {"digestSRI": sri("sha512", "00" * 64)},
        {"digestMultibase": multihash_text(bytes.fromhex(PUBLISHED_SHA256)), "digestSRI": DRAFT_SHA384},
        {"digestMultibase": DRAFT_SHA256, "digestSRI": sri("sha384", PUBLISHED_SHA384)},
    ],
)
def test_digests_of_no_version_or_of_two_are_refused(digests: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="digest"):
        check_resources(plain(relatedResource={"id": CREDENTIALS_V2, **digests}), {})


def test_a_certificate_of_ours_with_a_changed_related_resource_is_not_valid() -> None:
    content = b"terms"
    resource = {"id": PAGE, "digestMultibase": multihash_text(hashlib.sha256(content).digest())}
    document = write_object(sign(unsigned() | {"relatedResource": resource}))
    for resources, verdict, ok in (
        ({PAGE: content}, Verdict.VALID, True),
        ({}, Verdict.VALID, None),
        ({PAGE: b"other"}, Verdict.CANNOT_CHECK, False),
    ):
        found = verify(document, now=NOW, sources=sources(resources=resources))
        assert found.verdict is verdict
        assert next(check.ok for check in found.checks if check.name is CheckName.RESOURCES) is ok


@pytest.mark.parametrize("key", ["credentialSchema", "refreshService"])
def test_a_certificate_of_ours_with_an_untyped_part_is_not_valid(key: str) -> None:
    found = verify(write_object(sign(unsigned() | {key: {"id": PAGE}})), now=NOW, sources=sources())
    assert found.verdict is Verdict.CANNOT_CHECK
    assert next(check.ok for check in found.checks if check.name is CheckName.FORM) is False


@pytest.mark.parametrize(
    "overrides",
    [
        {"type": ["VerifiableCredential"]},
        {"holder": "nobody"},
        {"holder": {"name": "x"}},
        {"verifiableCredential": "https://x.example/1"},
        {"verifiableCredential": [{"type": "Other"}]},
    ],
)
def test_a_presentation_that_the_model_does_not_allow_is_refused(overrides: dict[str, Any]) -> None:
    document = {"@context": [CREDENTIALS_V2], "type": ["VerifiablePresentation"], "verifiableCredential": [plain()]}
    check_presentation(document)
    with pytest.raises(Invalid):
        check_presentation(document | overrides)
