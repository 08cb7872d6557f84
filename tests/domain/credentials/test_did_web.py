"""did:web as in its method specification: host with an escaped port, path after colons."""

from typing import Any

import pytest

from assessment.domain.credentials.did_web import (
    VerificationKey,
    assertion_keys,
    code_of,
    did_document,
    document_url,
    origin_of,
    web_did,
)
from assessment.domain.credentials.json_text import write_object
from assessment.domain.errors import Invalid
from tests.domain.credentials.certificates import DID, KEY_ID, KEYS, OTHER_KEY, PUBLIC_KEY


@pytest.mark.parametrize(
    ("origin", "did", "url"),
    [
        ("https://teruji.example", "did:web:teruji.example:b:las", "https://teruji.example/b/las/did.json"),
        (
            "https://teruji.example:8443",
            "did:web:teruji.example%3A8443:b:las",
            "https://teruji.example:8443/b/las/did.json",
        ),
        ("http://localhost:8000", "did:web:localhost%3A8000:b:las", "http://localhost:8000/b/las/did.json"),
        ("http://127.0.0.1:5000/", "did:web:127.0.0.1%3A5000:b:las", "http://127.0.0.1:5000/b/las/did.json"),
    ],
)
def test_an_issuer_is_named_by_origin_and_code(origin: str, did: str, url: str) -> None:
    assert web_did(origin, "las") == did
    assert document_url(did) == url
    assert origin_of(did) == origin.rstrip("/")
    assert code_of(did) == "las"


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        ("http://teruji.example", "las"),
        ("https://localhost:8000", "las"),
        ("https://teruji.example/base", "las"),
        ("https://user@teruji.example", "las"),
        ("https://teruji.example?x=1", "las"),
        ("teruji.example", "las"),
        ("https://teruji.example", "LAS"),
        ("https://teruji.example", "a:b"),
        ("https://teruji.example", ""),
        ("https://t\u0435ruji.example", "las"),
    ],
)
def test_plain_http_paths_and_strange_codes_are_refused(origin: str, code: str) -> None:
    with pytest.raises(Invalid):
        web_did(origin, code)


@pytest.mark.parametrize(
    "did", ["", "did:web:teruji.example", "did:key:z6Mk", f"{DID}:more", f"{DID}#2026", "did:web:a%2Fb:b:las"]
)
def test_what_is_not_an_issuer_has_no_address(did: str) -> None:
    with pytest.raises(Invalid):
        document_url(did)


def test_the_document_gives_back_its_keys() -> None:
    retired = VerificationKey(id=f"{DID}#2025", public_key=OTHER_KEY.public_key().public_bytes_raw())
    current = VerificationKey(id=KEY_ID, public_key=PUBLIC_KEY)
    content = write_object(did_document(DID, [retired, current]))
    assert assertion_keys(content, DID) == {retired.id: retired, current.id: current}


def test_a_key_of_another_issuer_cannot_be_listed() -> None:
    with pytest.raises(ValueError, match="key of"):
        did_document(DID, [VerificationKey(id="did:web:other.example:b:las#2026", public_key=PUBLIC_KEY)])


@pytest.mark.parametrize(
    "change",
    [
        {"controller": "did:web:other.example:b:las"},
        {"type": "JsonWebKey"},
        {"id": "did:web:other.example:b:las#2026"},
        {"id": 5},
        {"publicKeyMultibase": None},
    ],
)
def test_a_key_that_is_not_wholly_the_issuers_is_passed_over(change: dict[str, Any]) -> None:
    methods: Any = KEYS["verificationMethod"]
    document = KEYS | {"verificationMethod": [methods[0] | change]}
    assert assertion_keys(write_object(document), DID) == {}


def test_a_key_without_the_right_to_assert_is_passed_over() -> None:
    assert assertion_keys(write_object(KEYS | {"assertionMethod": []}), DID) == {}


@pytest.mark.parametrize("change", [{"id": "did:web:other.example:b:las"}, {"verificationMethod": {}}])
def test_a_document_of_something_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        assertion_keys(write_object(KEYS | change), DID)
