"""`@digitalcredentials/verifier-core` accepts a certificate and refuses a changed one, with nothing fetched."""

import json
from pathlib import Path
from typing import Any

import pytest

from assessment.domain.credentials.status_list import StatusPurpose
from tests.domain.credentials.certificates import (
    DID,
    KEYS,
    NOW,
    OTHER_KEY,
    REVOCATION_INDEX,
    leaf_changes,
    sign,
    signed,
    status_credential,
    unsigned,
)
from tests.fixtures import node

FOLDER = Path(__file__).parents[2] / "vectors" / "independent"
DOCUMENT = "https://localhost:8000/b/las/did.json"  # did:web is https for this library, on this machine too


def ask(cases: dict[str, dict[str, Any]], revoked: tuple[int, ...] = ()) -> dict[str, dict[str, Any]]:
    lists = (
        status_credential(StatusPurpose.REVOCATION, 0, revoked),
        status_credential(StatusPurpose.SUSPENSION, 1),
    )
    request = {
        "now": NOW.isoformat(),
        "documents": {DOCUMENT: KEYS, DID: KEYS, **{each["id"]: each for each in lists}},
        "cases": [{"name": name, "document": document} for name, document in cases.items()],
    }
    node.install(FOLDER)
    lines = node.node(FOLDER / "core.mjs", at=FOLDER, text=json.dumps(request)).rstrip("\n").split("\n")
    return {answer["name"]: answer for answer in map(json.loads, lines)}


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    document = signed()
    changes = dict(leaf_changes(document)[::40])
    return ask({"signed": document, "another key": sign(unsigned(), key=OTHER_KEY), **changes})


def test_a_certificate_is_accepted(answers: dict[str, dict[str, Any]]) -> None:
    answer = answers["signed"]
    assert answer["errors"] == []
    assert answer["log"] == {
        "valid_signature": True,
        "expiration": True,
        "revocation_status": True,
        "suspension_status": True,
        "registered_issuer": False,  # it asks registries of its own, and is given none
    }


def test_a_revoked_certificate_is_told() -> None:
    assert ask({"revoked": signed()}, (REVOCATION_INDEX,))["revoked"]["log"]["revocation_status"] is False


def test_a_changed_value_and_another_key_are_refused(answers: dict[str, dict[str, Any]]) -> None:
    refused = {name: answer for name, answer in answers.items() if name != "signed"}
    assert len(refused) > 5
    assert not any(answer["log"].get("valid_signature") for answer in refused.values())
