"""A body with its key, a scheme with two units, and signed certificates of it; a test overrides what matters."""

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assessment.domain.competency import Method
from assessment.domain.credentials.achievement import (
    Achievement,
    AlignedCode,
    EvidencePiece,
    Level,
    PracticalCriterion,
    PracticalResult,
    Recipient,
    StatusEntry,
    Terms,
    UnitOffered,
    UnitProof,
    validity_of_days,
)
from assessment.domain.credentials.build import ASSESSMENT, COMPETENT_LEVELS, build_credential
from assessment.domain.credentials.did_web import VerificationKey, did_document, web_did
from assessment.domain.credentials.json_text import digest, write_object
from assessment.domain.credentials.proof import add_proof
from assessment.domain.credentials.qr_payload import Payload, code_segments, sign_payload
from assessment.domain.credentials.sources import Issuer, Sources
from assessment.domain.credentials.status_list import StatusPurpose, list_url, status_list, status_list_credential

ORIGIN = "http://localhost:8000"
DID = web_did(ORIGIN, "las")
KEY_ID = f"{DID}#2026"
PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_KEY = PRIVATE_KEY.public_key().public_bytes_raw()
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))

JAKARTA = timezone(timedelta(hours=7))
FIRST_DAY, LAST_DAY = date(2026, 11, 24), date(2029, 11, 23)
NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
PUBLIC_ID = "0123456789abcdef"
REVOCATION_INDEX, SUSPENSION_INDEX = 94_567, 131_072 + 12_345

SCHEME = Achievement(
    id=f"{ORIGIN}/schemes/las-smaw/1",
    code="LAS-SMAW-3G",
    version="1",
    kind=ASSESSMENT,
    name="Plate welder SMAW",
    source_name="Juru las pelat SMAW",
    description="Welds carbon steel plate with covered electrodes.",
    criteria="Every performance criterion of each unit was proved.",
    framework="Contoh, bukan skema BNSP",
    url=f"{ORIGIN}/schemes/las-smaw",
    units=(
        UnitOffered(
            code="C.25LAS01.029.1",
            name="Weld plate to plate, groove",
            source_name="Mengelas pelat ke pelat, kampuh",
            framework="SKKNI",
            url=f"{ORIGIN}/standards/las/C.25LAS01.029.1",
            methods=frozenset({Method.OBSERVED, Method.PRODUCT, Method.WRITTEN}),
            levels=COMPETENT_LEVELS,
            cut=Fraction(3, 5),
            codes=(
                AlignedCode(
                    code="C.24LAS01.029.1",
                    name="Mengelas pelat ke pelat, kampuh",
                    framework="SKKNI",
                    url=f"{ORIGIN}/standards/las/C.24LAS01.029.1",
                ),
            ),
        ),
        UnitOffered(
            code="C.25LAS01.001.1",
            name="Prepare the workplace",
            source_name="Menyiapkan tempat kerja",
            framework="SKKNI",
            url=f"{ORIGIN}/standards/las/C.25LAS01.001.1",
            methods=frozenset({Method.OBSERVED, Method.WRITTEN}),
            levels=COMPETENT_LEVELS,
        ),
    ),
    codes=(
        AlignedCode(
            code="111", name="Manual metal arc welding", framework="ISO 4063", url=f"{ORIGIN}/schemes/las-smaw/1#scope"
        ),
    ),
    practical=(
        PracticalCriterion(
            rubric="r1",
            code="bead",
            name="The cap is even",
            levels=tuple(Level(code=str(place), name=f"Level {place}", description="") for place in range(4)),
            required_level="1",
            codes=(
                AlignedCode(
                    code="C.25LAS01.029.1 2.3",
                    name="Weld the joint",
                    framework="SKKNI",
                    url=f"{ORIGIN}/schemes/las-smaw/1#unit-C.25LAS01.029.1",
                ),
            ),
        ),
        PracticalCriterion(
            rubric="r1",
            code="undercut",
            name="Depth of undercut",
            levels=(
                Level(code="inside", name="Inside the limits", description="At most 0.5 mm."),
                Level(code="outside", name="Outside the limits", description="Above 0.5 mm."),
            ),
            required_level=None,
            codes=(),
        ),
    ),
)

PROOFS = (
    UnitProof(code="C.25LAS01.029.1", methods=frozenset({Method.OBSERVED, Method.PRODUCT})),
    UnitProof(code="C.25LAS01.001.1", methods=frozenset({Method.WRITTEN}), written=(Fraction(37), Fraction(40))),
)
PRACTICAL = (
    PracticalResult(rubric="r1", code="undercut", level="inside", value="0.3 mm"),
    PracticalResult(rubric="r1", code="bead", level="2"),
)
EVIDENCE = (
    EvidencePiece(name="Photo of the cap", genre="photo", sha256=sha256(b"cap").digest()),
    EvidencePiece(name="Photo of the root", genre="photo", sha256=sha256(b"root").digest()),
)


def unsigned(**overrides: Any) -> dict[str, Any]:
    """Build an unsigned certificate."""
    arguments: dict[str, Any] = {
        "id": f"{ORIGIN}/v/{PUBLIC_ID}",
        "number": "LAS-2026-000001",
        "title": "Rekaman Uji / Record of assessment",
        "description": "Contoh, bukan skema BNSP.",
        "issuer": DID,
        "issuer_name": "LSP Contoh Las",
        "achievement": SCHEME,
        "recipient": Recipient(name="Siti Aminah O'Neil"),
        "proofs": PROOFS,
        "validity": validity_of_days(FIRST_DAY, LAST_DAY, JAKARTA),
        "statuses": [
            StatusEntry(purpose=StatusPurpose.REVOCATION, index=REVOCATION_INDEX),
            StatusEntry(purpose=StatusPurpose.SUSPENSION, index=SUSPENSION_INDEX),
        ],
        "not_iso_9606": True,
        "active": (date(2026, 11, 17), date(2026, 11, 20)),
        "practical": PRACTICAL,
        "evidence": EVIDENCE,
        "terms": Terms(url=f"{ORIGIN}/schemes/las-smaw/1#terms", text="Show it as it was issued."),
    }
    return build_credential(**(arguments | overrides))


def sign(document: Mapping[str, Any], *, key: Ed25519PrivateKey = PRIVATE_KEY, key_id: str = KEY_ID) -> dict[str, Any]:
    """Sign a document with the body's key."""
    return add_proof(document, verification_method=key_id, created=NOW, sign=key.sign)


def signed(**overrides: Any) -> dict[str, Any]:
    """Build and sign a certificate."""
    return sign(unsigned(**overrides))


def payload(**overrides: Any) -> Payload:
    """Build the payload of a printed code."""
    arguments: dict[str, Any] = {
        "issuer": DID,
        "public_id": PUBLIC_ID,
        "name": "SITI AMINAH ONEIL",
        "birth_year": 1999,
        "scheme_code": "LAS-SMAW-3G",
        "first_day": FIRST_DAY,
        "last_day": LAST_DAY,
        "offset": timedelta(hours=7),
        "revocation_index": REVOCATION_INDEX,
        "suspension_index": SUSPENSION_INDEX,
        "digest": digest(signed())[:16],
    }
    return Payload(**(arguments | overrides))


def digits(**overrides: Any) -> str:
    """Sign a payload and return its digits."""
    return sign_payload(payload(**overrides), key_id=KEY_ID, sign=PRIVATE_KEY.sign)


def code_text(**overrides: Any) -> str:
    """Return the whole text of a printed code."""
    return "".join(code_segments(DID, PUBLIC_ID, digits(**overrides)))


def status_credential(
    purpose: StatusPurpose,
    number: int,
    marked: Iterable[int] = (),
    *,
    since: datetime = NOW,
    lasting: timedelta = timedelta(hours=1),
    key: Ed25519PrivateKey = PRIVATE_KEY,
) -> dict[str, Any]:
    """Build and sign a status list."""
    return sign(
        status_list_credential(
            issuer=DID,
            purpose=purpose,
            bits=status_list(marked),
            valid_from=since,
            valid_until=since + lasting,
            number=number,
        ),
        key=key,
    )


def status_lists(*, revoked: Iterable[int] = (), suspended: Iterable[int] = (), **options: Any) -> dict[str, bytes]:
    """Publish the two lists in which the certificate has its bits."""
    documents = (
        status_credential(StatusPurpose.REVOCATION, 0, revoked, **options),
        status_credential(StatusPurpose.SUSPENSION, 1, suspended, **options),
    )
    return {document["id"]: write_object(document) for document in documents}


LISTS = status_lists()
KEYS = did_document(DID, [VerificationKey(id=KEY_ID, public_key=PUBLIC_KEY)])


def sources(**overrides: Any) -> Sources:
    """Have everything at hand: the registry, the key document, both lists without a mark."""
    arguments: dict[str, Any] = {
        "registry": {DID: Issuer(name="LSP Contoh Las, Jakarta")},
        "did_documents": {DID: write_object(KEYS)},
        "status_lists": LISTS,
    }
    return Sources(**(arguments | overrides))


def without_list(purpose: StatusPurpose) -> dict[str, bytes]:
    """Return the published lists without those of one purpose."""
    gone = {list_url(DID, purpose, number) for number in (0, 1)}
    return {url: content for url, content in LISTS.items() if url not in gone}


def leaf_changes(document: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return a copy of the document for each single value in it, with that value changed."""
    changed: list[tuple[str, dict[str, Any]]] = []
    for path in _leaves(document):
        copy = deepcopy(dict(document))
        parent: Any = copy
        for step in path[:-1]:
            parent = parent[step]
        parent[path[-1]] = _another(parent[path[-1]])
        changed.append((json.dumps(path), copy))
    return changed


def _leaves(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(node, dict):
        return [leaf for key, value in node.items() for leaf in _leaves(value, (*path, key))]
    if isinstance(node, list):
        return [leaf for number, value in enumerate(node) for leaf in _leaves(value, (*path, number))]
    return [path]


def _another(value: Any) -> Any:
    """Change a value as little as keeps its kind: the last digit or letter of a text, the other truth."""
    if isinstance(value, bool):
        return not value
    last = value[-1]
    return value[:-1] + ("2" if last != "2" else "3") if last.isdigit() else value[:-1] + ("y" if last != "y" else "z")
