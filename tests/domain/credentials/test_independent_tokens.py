"""Tokens and codes under software that this project did not write: `jose`, `@sd-jwt/sd-jwt-vc` and `pycose`.

Each accepts ours and refuses a mutated one; nothing is fetched.
"""

import json
from pathlib import Path
from typing import Any

import cbor2
import pytest
from pycose.algorithms import EdDSA
from pycose.headers import KID, Algorithm
from pycose.keys import OKPKey
from pycose.keys.curves import Ed25519
from pycose.messages import Sign1Message

from assessment.domain.credentials.json_text import digest
from assessment.domain.credentials.sd_jwt import select
from tests.domain.credentials.certificates import (
    DID,
    KEY_ID,
    KEYS,
    NOW,
    OTHER_KEY,
    PUBLIC_KEY,
    digits,
    signed,
    unsigned,
)
from tests.domain.credentials.test_tokens import sd_jwt, vc_jwt, with_header
from tests.fixtures import node

FOLDER = Path(__file__).parents[2] / "vectors" / "independent"


def changed(token: str, place: int) -> str:
    """The token with one character changed; `place` counts from the end where it is negative."""
    place %= len(token)
    return token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    """Ask both libraries about everything at once."""
    whole, bare = sd_jwt(), select(sd_jwt(), ("name",), results=True)
    tokens = {
        "vc-jwt": ("vc+jwt", vc_jwt()),
        "vc-jwt by another key": ("vc+jwt", vc_jwt(sign=OTHER_KEY.sign)),
        "vc-jwt of no algorithm": ("vc+jwt", with_header(vc_jwt(), {"alg": "none", "typ": "vc+jwt", "kid": KEY_ID})),
        "vc-jwt changed in its payload": ("vc+jwt", changed(vc_jwt(), 2_000)),
        "vc-jwt changed in its signature": ("vc+jwt", changed(vc_jwt(), -40)),
        "sd-jwt": ("dc+sd-jwt", whole),
        "sd-jwt of a part": ("dc+sd-jwt", bare),
        "sd-jwt changed in a disclosure": ("dc+sd-jwt", changed(whole, -20)),
        "sd-jwt changed in its payload": ("dc+sd-jwt", changed(whole, 400)),
    }
    request = {
        "didDocuments": {DID: KEYS},
        "cases": [
            {"name": name, "form": form, "token": token, "now": NOW.isoformat()}
            for name, (form, token) in tokens.items()
        ],
    }
    node.install(FOLDER)
    lines = node.node(FOLDER / "tokens.mjs", at=FOLDER, text=json.dumps(request)).rstrip("\n").split("\n")
    return {answer["name"]: answer for answer in map(json.loads, lines)}


def test_jose_reads_the_same_credential(answers: dict[str, dict[str, Any]]) -> None:
    assert answers["vc-jwt"]["error"] is None
    assert answers["vc-jwt"]["claims"] == unsigned()


def test_the_sd_jwt_library_reads_what_is_shown_and_no_more(answers: dict[str, dict[str, Any]]) -> None:
    whole, part = answers["sd-jwt"], answers["sd-jwt of a part"]
    assert (whole["error"], part["error"]) == (None, None)
    assert (whole["claims"]["name"], whole["claims"]["license_number"]) == ("Siti Aminah O'Neil", "LAS-2026-000001")
    assert part["claims"]["name"] == "Siti Aminah O'Neil"
    assert "license_number" not in part["claims"]
    assert len(part["claims"]["results"]) == len(unsigned()["credentialSubject"]["result"])


@pytest.mark.parametrize(
    "name",
    [
        "vc-jwt by another key",
        "vc-jwt of no algorithm",
        "vc-jwt changed in its payload",
        "vc-jwt changed in its signature",
        "sd-jwt changed in a disclosure",
        "sd-jwt changed in its payload",
    ],
)
def test_what_was_changed_is_refused(answers: dict[str, dict[str, Any]], name: str) -> None:
    assert answers[name]["verified"] is False


def cose_message() -> Sign1Message:
    """The COSE_Sign1 structure in the digits of a code, read by pycose."""
    number = int(digits())
    content = number.to_bytes((number.bit_length() + 7) // 8)
    assert content[:1] == b"\x01"
    # pycose's own decode() asks for a list, which its CBOR reader does not return any more.
    message = Sign1Message.from_cose_obj(list(cbor2.loads(content[1:])), allow_unknown_attributes=False)
    assert isinstance(message, Sign1Message)
    message.key = OKPKey(crv=Ed25519, x=PUBLIC_KEY, optional_params={})
    return message


def test_pycose_verifies_the_code() -> None:
    message = cose_message()
    assert message.phdr[Algorithm] is EdDSA
    assert KID in message.phdr
    assert message.verify_signature()
    assert digest(signed())[:16] in message.payload


def test_pycose_refuses_a_code_with_one_changed_byte() -> None:
    payload = cose_message().payload
    for place in range(0, len(payload), 7):
        message = cose_message()
        message.payload = payload[:place] + bytes([payload[place] ^ 1]) + payload[place + 1 :]
        assert not message.verify_signature()
