"""Software that this project did not write agrees: `@digitalbazaar/vc` over both published contexts, offline.

Everything is asked of one Node.js process, one JSON line a case (`tests/vectors/independent/verify.mjs`).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from assessment.domain.credentials.achievement import Recipient
from assessment.domain.credentials.canonical import canonical_nquads
from assessment.domain.credentials.foreign import vocabulary_of
from assessment.domain.credentials.proof import add_proof
from assessment.domain.credentials.status_list import StatusPurpose
from assessment.domain.credentials.templates import Templates
from assessment.domain.credentials.vocabulary import CREDENTIALS_V2, OPEN_BADGES_3, VOCABULARIES
from tests.domain.credentials.certificates import (
    DID,
    KEY_ID,
    KEYS,
    NOW,
    OTHER_KEY,
    PRIVATE_KEY,
    REVOCATION_INDEX,
    leaf_changes,
    sign,
    signed,
    status_credential,
    unsigned,
)
from tests.fixtures import node

FOLDER = Path(__file__).parents[2] / "vectors" / "independent"

ORDINARY = {
    "@context": [CREDENTIALS_V2, OPEN_BADGES_3],
    "id": "https://badges.example/1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": 'Tab\tline\nreturn\rquote"back\\slash é 漢字 🙂 \u2028',
    "awardedDate": "2026-01-01T00:00:00Z",
    "image": {"id": "https://badges.example/1.png", "type": "Image", "caption": "A seal"},
    "issuer": {
        "id": "https://badges.example/issuer",
        "type": ["Profile"],
        "url": "https://badges.example",
        "email": "office@badges.example",
        "address": {
            "type": ["Address"],
            "addressCountryCode": "ID",
            "geo": {"type": "GeoCoordinates", "latitude": -6.2, "longitude": 106.816666},
        },
        "otherIdentifier": [{"type": "IdentifierEntry", "identifier": "17", "identifierType": "sourcedId"}],
    },
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialStatus": {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "message",
        "statusListIndex": "5",
        "statusSize": 2,
        "statusListCredential": "https://badges.example/status/1",
        "statusMessage": [{"status": "0x0", "message": "pending"}, {"status": "0x1", "message": "done"}],
    },
    "evidence": [
        {"id": "https://badges.example/work", "type": ["Evidence"], "genre": "photo", "narrative": "A joint"},
        {"type": ["Evidence"], "genre": "text"},
    ],
    "credentialSubject": {
        "id": "did:example:holder",
        "type": ["AchievementSubject"],
        "activityStartDate": "2026-01-01",
        "creditsEarned": 2.5,
        "achievement": {
            "id": "https://badges.example/achievements/1",
            "type": ["Achievement"],
            "creditsAvailable": 30,
            "tag": ["weld", "plate"],
            "criteria": {"id": "https://badges.example/criteria", "narrative": "Weld."},
            "creator": {"id": "https://badges.example/creator", "type": "Profile"},
            "related": [{"id": "https://badges.example/achievements/2", "type": ["Related"], "version": "1"}],
            "resultDescription": [
                {
                    "id": "urn:uuid:f6ab24cd-86e8-4eaf-b8c6-ded74e8fd41c",
                    "type": ["ResultDescription"],
                    "name": "Grade",
                    "resultType": "LetterGrade",
                    "allowedValue": ["D", "C", "B", "A"],
                }
            ],
        },
        "result": [{"type": ["Result"], "value": "A", "resultDescription": "urn:uuid:f6ab24cd-86e8"}],
    },
    "endorsement": [
        {
            "id": "https://badges.example/endorsements/1",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "issuer": "https://endorser.example",
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": {
                "id": "https://badges.example/achievements/1",
                "type": ["EndorsementSubject"],
                "endorsementComment": "Sound.",
            },
            "proof": [
                {
                    "type": "DataIntegrityProof",
                    "cryptosuite": "eddsa-rdfc-2022",
                    "created": "2026-01-01T00:00:00Z",
                    "expires": "2027-01-01T00:00:00Z",
                    "verificationMethod": "https://endorser.example/key#1",
                    "proofPurpose": "assertionMethod",
                    "proofValue": "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQs",
                }
            ],
        }
    ],
}


OF_DATATYPE: dict[str, Any] = {"boolean": True, "integer": 3, "float": 0.25}
SPECIAL: dict[str, Any] = {
    "proofPurpose": "authentication",
    "statusMessage": {"message": "m", "status": "s"},
}


def every_term() -> list[tuple[str, dict[str, Any]]]:
    """Write one small document for each term of each type, in each list of contexts."""
    documents = []
    for contexts, vocabulary in VOCABULARIES.items():
        for type_, kind in vocabulary.types.items():
            for key, term in {**vocabulary.terms, **kind.terms}.items():
                if key == "proof":
                    continue
                datatype = (term.datatype or "").rpartition("#")[2]
                value = SPECIAL.get(key, OF_DATATYPE.get(datatype, "urn:x:value"))
                if key == "verifiableCredential":  # what is inside brings contexts of its own
                    value = {"@context": list(contexts), "id": "urn:x:2", "type": "VerifiableCredential"}
                document = {"@context": list(contexts), "id": "urn:x:1", "type": type_, key: value}
                documents.append((f"{len(contexts)} {type_} {key}", document))
    return documents


def filled_in(document: dict[str, Any]) -> dict[str, Any]:
    """Sign a certificate by the template of another one."""
    templates = Templates()
    templates.canonical(unsigned())
    assert templates.knows(document)
    return add_proof(
        document, verification_method=KEY_ID, created=NOW, sign=PRIVATE_KEY.sign, canonical=templates.canonical
    )


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    """Ask the independent verifier about everything at once."""
    revoked = status_credential(StatusPurpose.REVOCATION, 0, [REVOCATION_INDEX])
    suspended = status_credential(StatusPurpose.SUSPENSION, 1)
    document = signed()
    verified = {
        "signed": document,
        "list": suspended,
        "any script": signed(recipient=Recipient(name='Sìti "漢字" \\ 🙂\tأمين')),
        "filled in": filled_in(unsigned(recipient=Recipient(name='Sìti "漢字" \\ 🙂\tأمين'))),
        "another key": sign(unsigned(), key=OTHER_KEY),
        "undefined term": document | {"grade": "A"},
        "turned": document | {"credentialStatus": document["credentialStatus"][::-1]},
        **{f"changed {path}": changed for path, changed in leaf_changes(document)},
    }
    canonical = {
        "canonical certificate": unsigned(recipient=Recipient(name='Sìti "漢字" \\ 🙂\tأمين')),
        "canonical ordinary": ORDINARY,
        **dict(every_term()),
    }
    request = {
        "didDocuments": {DID: KEYS},
        "statusLists": {str(each["id"]): each for each in (revoked, suspended)},
        "cases": [
            *({"name": name, "document": each, "now": NOW.isoformat()} for name, each in verified.items()),
            *({"name": name, "document": each, "canonize": True} for name, each in canonical.items()),
        ],
    }
    node.install(FOLDER)
    lines = node.node(FOLDER / "verify.mjs", at=FOLDER, text=json.dumps(request)).rstrip("\n").split("\n")
    return {answer["name"]: answer for answer in map(json.loads, lines)}


@pytest.mark.parametrize("name", ["signed", "list", "any script", "filled in", "turned"])
def test_a_certificate_and_a_status_list_are_verified(answers: dict[str, dict[str, Any]], name: str) -> None:
    assert answers[name]["errors"] == []
    assert answers[name]["verified"] is True


def test_changing_any_single_value_makes_it_fail(answers: dict[str, dict[str, Any]]) -> None:
    changed = {name: answer["verified"] for name, answer in answers.items() if name.startswith("changed ")}
    assert len(changed) == len(leaf_changes(signed()))
    assert set(changed.values()) == {False}


@pytest.mark.parametrize("name", ["another key", "undefined term"])
def test_another_key_and_an_undefined_term_make_it_fail(answers: dict[str, dict[str, Any]], name: str) -> None:
    assert answers[name]["verified"] is False


def test_the_status_lists_are_read_alike(answers: dict[str, dict[str, Any]]) -> None:
    assert answers["signed"]["status"] == {"revocation": True, "suspension": False}


def test_a_certificate_is_canonicalised_alike(answers: dict[str, dict[str, Any]]) -> None:
    document = unsigned(recipient=Recipient(name='Sìti "漢字" \\ 🙂\tأمين'))
    assert canonical_nquads(document) == answers["canonical certificate"]["nquads"]


def test_an_ordinary_badge_of_somebody_else_is_canonicalised_alike(answers: dict[str, dict[str, Any]]) -> None:
    assert answers["canonical ordinary"]["errors"] == []
    assert canonical_nquads(ORDINARY) == answers["canonical ordinary"]["nquads"]


def test_every_term_of_the_table_means_what_the_published_contexts_say(answers: dict[str, dict[str, Any]]) -> None:
    documents = every_term()
    assert len(documents) > 300
    # A credential inside of a presentation brings its own contexts, which only a reader of foreign documents looks up.
    ours = {
        name: canonical_nquads(document, vocabulary_of if "verifiableCredential" in document else None)
        for name, document in documents
    }
    assert ours == {name: answers[name]["nquads"] for name, _ in documents}
