"""Credentials in tokens: what is signed, what is disclosed, and that nothing else gets through."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from assessment.domain.credentials.jose import SD_JWT, VC_JWT, decode, encode, is_token, read_token, sign_token
from assessment.domain.credentials.sd_jwt import read_selective, select, sign_selective
from assessment.domain.credentials.sources import wanted_for
from assessment.domain.credentials.verdict import CheckName, Verdict, Verification
from assessment.domain.credentials.verify import verify
from assessment.domain.errors import Invalid
from tests.domain.credentials.certificates import (
    DID,
    KEY_ID,
    NOW,
    OTHER_KEY,
    PRIVATE_KEY,
    PUBLIC_KEY,
    sources,
    status_lists,
    unsigned,
)

ISSUED_AT = int(NOW.timestamp())
PEOPLE = ("Siti", "O'Neil", "LAS-2026-000001")


def salts() -> Iterator[bytes]:
    for number in range(10_000):
        yield number.to_bytes(16)


def vc_jwt(document: dict[str, Any] | None = None, **overrides: Any) -> str:
    arguments: dict[str, Any] = {"key_id": KEY_ID, "sign": PRIVATE_KEY.sign} | overrides
    return sign_token(VC_JWT, document or unsigned(), **arguments)


def sd_jwt(**overrides: Any) -> str:
    drawn = salts()
    return sign_selective(
        unsigned(**overrides), key_id=KEY_ID, issued_at=ISSUED_AT, salt=lambda: next(drawn), sign=PRIVATE_KEY.sign
    )


def ask(text: str, **overrides: Any) -> Verification:
    return verify(text, now=NOW, sources=sources(**overrides))


def with_header(token: str, header: dict[str, Any]) -> str:
    """The token under another header, signed with the right key."""
    signed = f"{encode(json.dumps(header).encode())}.{token.split('.')[1]}"
    return f"{signed}.{encode(PRIVATE_KEY.sign(signed.encode()))}"


def test_a_credential_in_a_token_verifies_with_all_its_facts() -> None:
    verification = ask(vc_jwt())
    assert verification.verdict is Verdict.VALID, [check.reason for check in verification.checks]
    assert verification.facts is not None
    assert verification.facts.recipient == "Siti Aminah O'Neil"


def test_a_presentation_with_everything_verifies() -> None:
    verification = ask(sd_jwt())
    assert verification.verdict is Verdict.VALID, [check.reason for check in verification.checks]
    assert verification.disclosed is not None
    assert verification.disclosed["name"] == "Siti Aminah O'Neil"


@pytest.mark.parametrize("make", [vc_jwt, sd_jwt])
def test_a_revoked_one_is_revoked_in_every_form(make: Any) -> None:
    assert ask(make(), status_lists=status_lists(revoked=[94_567])).verdict is Verdict.REVOKED
    assert ask(make(), status_lists={}).verdict is Verdict.CANNOT_CHECK


@pytest.mark.parametrize("make", [vc_jwt, sd_jwt])
def test_what_to_fetch_is_the_issuers(make: Any) -> None:
    wanted = wanted_for(make())
    assert wanted.issuer == DID
    assert len(wanted.status_list_urls) == 2


def test_each_result_and_each_personal_datum_is_disclosed_on_its_own() -> None:
    whole = read_selective(sd_jwt())
    results = unsigned()["credentialSubject"]["result"]
    assert whole.hidden == 0
    assert {each["id"] for each in whole.claims["results"]} == {each["resultDescription"] for each in results}  # type: ignore[attr-defined]  # JSON of any shape
    bare = select(sd_jwt(), (), results=False)
    shown = read_selective(bare)
    assert shown.hidden > len(results) + 6
    assert shown.claims.keys() == {
        "iss", "vct", "iat", "nbf", "exp", "valid_from", "valid_until", "credentialStatus"
    }  # fmt: skip
    payload = decode(bare.split(".")[1]).decode()
    assert not any(personal in payload for personal in PEOPLE)
    assert ask(bare).verdict is Verdict.VALID
    only_name = read_selective(select(sd_jwt(), ("name",), results=False))
    assert only_name.hidden == shown.hidden - 1
    assert only_name.claims["name"] == "Siti Aminah O'Neil"


def test_one_result_alone_says_what_it_is_a_result_of() -> None:
    token, *disclosures = sd_jwt().split("~")[:-1]
    for text in disclosures:
        value = json.loads(decode(text))
        if len(value) == 2 and value[1]["id"].endswith("#C.25LAS01.001.1/theory"):
            verification = ask(f"{token}~{text}~")
    assert verification.verdict is Verdict.VALID
    assert verification.disclosed is not None
    (result,) = verification.disclosed["results"]  # type: ignore[misc]  # JSON of any shape
    assert (result["name"], result["value"]) == ("Marks in the written questions, in percent", "92.5")


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "typ": VC_JWT, "kid": KEY_ID},
        {"alg": "HS256", "typ": VC_JWT, "kid": KEY_ID},
        {"alg": "ES256", "typ": VC_JWT, "kid": KEY_ID},
        {"alg": "eddsa", "typ": VC_JWT, "kid": KEY_ID},
        {"alg": ["EdDSA"], "typ": VC_JWT, "kid": KEY_ID},
        {"typ": VC_JWT, "kid": KEY_ID},
        {"alg": "EdDSA", "typ": "JWT", "kid": KEY_ID},
        {"alg": "EdDSA", "typ": "vp+jwt", "kid": KEY_ID},
        {"alg": "EdDSA", "kid": KEY_ID},
        {"alg": "EdDSA", "typ": VC_JWT},
        {"alg": "EdDSA", "typ": VC_JWT, "kid": 5},
        {"alg": "EdDSA", "typ": VC_JWT, "kid": KEY_ID, "cty": "vp"},
        {"alg": "EdDSA", "typ": VC_JWT, "kid": KEY_ID, "crit": ["b64"], "b64": False},
        {"alg": "EdDSA", "typ": VC_JWT, "kid": KEY_ID, "jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AA"}},
        {"alg": "EdDSA", "typ": VC_JWT, "kid": KEY_ID, "jku": "https://evil.example/keys"},
        {"alg": "EdDSA", "typ": VC_JWT, "kid": KEY_ID, "x5c": ["AA"]},
        {"alg": "EdDSA", "typ": SD_JWT, "kid": KEY_ID, "vctm": []},
    ],
)
def test_another_header_is_refused_even_under_the_right_signature(header: dict[str, Any]) -> None:
    token = with_header(vc_jwt(), header)
    with pytest.raises(Invalid):
        read_token(token)
    assert ask(token).verdict is not Verdict.VALID


def test_a_symmetric_signature_with_the_public_key_as_secret_is_refused() -> None:
    header = encode(json.dumps({"alg": "HS256", "typ": VC_JWT, "kid": KEY_ID}).encode())
    signed = f"{header}.{vc_jwt().split('.')[1]}"
    token = f"{signed}.{encode(hmac.new(PUBLIC_KEY, signed.encode(), hashlib.sha256).digest())}"
    assert ask(token).verdict is not Verdict.VALID


@pytest.mark.parametrize(
    "overrides",
    [
        {"sign": OTHER_KEY.sign},
        {"key_id": f"{DID}#2025"},
        {"key_id": "did:web:elsewhere.example:b:las#2026"},
        {"key_id": DID},
    ],
)
def test_another_key_makes_it_forged(overrides: dict[str, Any]) -> None:
    verification = ask(vc_jwt(**overrides))
    assert verification.verdict is Verdict.FORGED
    assert verification.document is None


def test_a_payload_with_an_undefined_term_or_a_claim_of_its_own_is_forged() -> None:
    for extra in ({"grade": "A"}, {"vc": unsigned()}, {"exp": 1}, {"iss": DID}):
        verification = ask(vc_jwt(unsigned() | extra))
        assert verification.verdict is Verdict.FORGED
        assert next(check.ok for check in verification.checks if check.name is CheckName.TERMS) is False


def test_a_selective_token_is_no_credential_token_and_the_other_way_round() -> None:
    assert ask(vc_jwt() + "~").verdict is not Verdict.VALID
    assert ask(sd_jwt().partition("~")[0]).verdict is not Verdict.VALID


def test_every_changed_character_is_refused() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for text in (vc_jwt(), sd_jwt()):
        places = [*range(0, len(text), 37), *range(len(text) - 130, len(text))]
        for place in places:
            other = alphabet[(alphabet.find(text[place]) + 1) % 64]
            assert ask(text[:place] + other + text[place + 1 :]).verdict is not Verdict.VALID, place


def test_base64_has_one_reading() -> None:
    token = vc_jwt()
    head, payload, signature = token.split(".")
    last = base64.urlsafe_b64decode(signature + "==")
    spare = signature[:-1] + chr(ord(signature[-1]) + 1)
    if base64.urlsafe_b64decode(spare + "==") == last:
        with pytest.raises(Invalid, match="base64url"):
            read_token(f"{head}.{payload}.{spare}")
    for broken in (signature + "=", signature + "\n", signature.replace("_", "/"), ""):
        with pytest.raises(Invalid):
            read_token(f"{head}.{payload}.{broken}")


def swap(text: str, change: Any) -> str:
    """The presentation with one more or another disclosure."""
    token, *disclosures = text.split("~")[:-1]
    return "~".join([token, *change(disclosures), ""])


@pytest.mark.parametrize(
    "change",
    [
        lambda each: [*each, each[0]],
        lambda each: [*each, encode(json.dumps(["c2FsdA", "name", "Somebody Else"]).encode())],
        lambda each: [*each, encode(json.dumps(["c2FsdA", "exp", 4_000_000_000]).encode())],
        lambda each: [*each, encode(b'["c2FsdA"]')],
        lambda each: [*each, encode(b'["a","b",{"c":1,"c":2}]')],
        lambda each: [*each, encode(b'["a","b",NaN]')],
        lambda each: [*each, encode(b"[" * 100_000)],
        lambda each: [*each, "!"],
        lambda each: [encode(decode(each[0]) + b" "), *each[1:]],
    ],
)
def test_a_disclosure_that_was_not_signed_is_refused(change: Any) -> None:
    assert ask(swap(sd_jwt(), change)).verdict is not Verdict.VALID


def test_a_key_binding_and_too_many_disclosures_are_refused() -> None:
    with pytest.raises(Invalid, match="key binding"):
        read_selective(sd_jwt() + vc_jwt())
    with pytest.raises(Invalid, match="at most"):
        read_selective(vc_jwt() + "~" + "e30~" * 2_001)


def test_digests_say_nothing_by_their_order() -> None:
    payload = read_token(sd_jwt().partition("~")[0]).payload
    assert payload["_sd"] == sorted(payload["_sd"])  # type: ignore[type-var, arg-type]  # JSON of any shape


def test_what_is_a_token_is_seen_by_its_shape() -> None:
    assert is_token(vc_jwt())
    assert is_token(sd_jwt())
    for text in ("", "eyJ", "https://teruji.example/v/1#234", "eyJ.a b.c", "eyJ.a.b.c", "x" * (1024 * 1024 + 1)):
        assert not is_token(text)
