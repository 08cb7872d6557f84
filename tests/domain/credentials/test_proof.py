"""Vectors: W3C Data Integrity EdDSA Cryptosuites v1.0, appendix B.1 (eddsa-rdfc-2022)."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assessment.domain.credentials.canonical import canonical_nquads
from assessment.domain.credentials.multibase import decode_multikey, from_base58btc, to_base58btc
from assessment.domain.credentials.proof import (
    add_proof,
    hash_nquads,
    holds,
    is_signature,
    read_instant,
    read_proof,
    write_instant,
)
from assessment.domain.credentials.vocabulary import CREDENTIALS_V2
from assessment.domain.errors import Invalid
from tests.domain.credentials.certificates import KEY_ID, NOW, OTHER_KEY, PRIVATE_KEY, PUBLIC_KEY, signed, unsigned

PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
SECRET = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
DOCUMENT = (
    '<did:example:abcdefgh> <https://www.w3.org/ns/credentials/examples#alumniOf> "The School of Examples" .\n'
    "<urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
    "<https://www.w3.org/2018/credentials#VerifiableCredential> .\n"
    "<urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
    "<https://www.w3.org/ns/credentials/examples#AlumniCredential> .\n"
    "<urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33> <https://schema.org/description> "
    '"A minimum viable example of an Alumni Credential." .\n'
    '<urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33> <https://schema.org/name> "Alumni Credential" .\n'
    "<urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33> <https://www.w3.org/2018/credentials#credentialSubject> "
    "<did:example:abcdefgh> .\n"
    "<urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33> <https://www.w3.org/2018/credentials#issuer> "
    "<https://vc.example/issuers/5678> .\n"
    "<urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33> <https://www.w3.org/2018/credentials#validFrom> "
    '"2023-01-01T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .\n'
)
OPTIONS = {
    "@context": [CREDENTIALS_V2],
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2023-02-24T23:36:38Z",
    "verificationMethod": f"did:key:{PUBLIC}#{PUBLIC}",
    "proofPurpose": "assertionMethod",
}
HASHES = (
    "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0"
    "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"
)
PROOF_VALUE = "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme"


def test_the_published_hashes_come_out_of_the_published_document_and_options() -> None:
    assert hash_nquads(DOCUMENT, canonical_nquads(OPTIONS)).hex() == HASHES


def test_the_published_signature_is_made_and_holds() -> None:
    private_key = Ed25519PrivateKey.from_private_bytes(from_base58btc(SECRET)[2:])
    content = bytes.fromhex(HASHES)
    assert to_base58btc(private_key.sign(content)) == PROOF_VALUE
    assert is_signature(from_base58btc(PROOF_VALUE), content, decode_multikey(PUBLIC))


def test_a_signed_certificate_holds_under_its_key_only() -> None:
    document = signed()
    proof = read_proof(document)
    assert holds(document, proof, PUBLIC_KEY)
    assert not holds(document, proof, OTHER_KEY.public_key().public_bytes_raw())
    assert proof.created == NOW


def test_signing_hands_64_bytes_to_the_signer_and_no_more() -> None:
    seen: list[bytes] = []

    def sign(content: bytes) -> bytes:
        seen.append(content)
        return PRIVATE_KEY.sign(content)

    add_proof(unsigned(), verification_method=KEY_ID, created=NOW, sign=sign)
    assert [len(content) for content in seen] == [64]


def test_a_signed_document_is_not_signed_again() -> None:
    with pytest.raises(Invalid, match="signed already"):
        add_proof(signed(), verification_method=KEY_ID, created=NOW, sign=PRIVATE_KEY.sign)


def test_a_signer_that_returns_something_else_is_an_error() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        add_proof(unsigned(), verification_method=KEY_ID, created=NOW, sign=lambda content: b"")


@pytest.mark.parametrize(
    "change",
    [
        {"proofPurpose": "authentication"},
        {"cryptosuite": "eddsa-jcs-2022"},
        {"type": "Ed25519Signature2020"},
        {"proofValue": "u" + "A" * 86},
        {"proofValue": "z1"},
        {"proofValue": 5},
        {"created": "yesterday"},
        {"created": "2026-13-01T00:00:00Z"},
        {"verificationMethod": {"id": KEY_ID}},
        {"domain": "example.org"},
        {"previousProof": "urn:x:1"},
    ],
)
def test_a_proof_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    document = deepcopy(signed())
    document["proof"] |= change
    with pytest.raises(Invalid):
        read_proof(document)


@pytest.mark.parametrize("many", [0, 1, 2])
def test_a_list_of_proofs_is_refused(many: int) -> None:
    document = signed()
    with pytest.raises(Invalid, match="exactly one"):
        read_proof(document | {"proof": [document["proof"]] * many})


def test_a_moment_keeps_its_zone_to_the_second() -> None:
    moment = datetime(2029, 11, 23, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=7)))
    assert write_instant(moment) == "2029-11-23T23:59:59+07:00"
    assert read_instant("2029-11-23T23:59:59+07:00") == datetime(2029, 11, 23, 16, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2029-11-23", "2029-11-23T23:59:59", "2029-11-23T24:00:00Z", None, 5, ""])
def test_a_moment_without_zone_or_seconds_is_refused(text: object) -> None:
    with pytest.raises(Invalid):
        read_instant(text)
