"""The issuer of a test instance: a `did:key` derived from its secret, in no register, of no body.

What it signs proves nothing but that the software works; its one status list marks nobody.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from assessment.domain.credentials.did_web import VerificationKey, did_document
from assessment.domain.credentials.foreign import sign_foreign
from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.multibase import encode_multikey
from assessment.domain.credentials.proof import write_instant
from assessment.domain.credentials.sources import Sources
from assessment.domain.credentials.status_list import LIST_BITS, StatusPurpose, encode_list, status_list
from assessment.domain.credentials.vocabulary import CREDENTIALS_V2
from assessment.settings import Settings

TRIAL_LIST = "revocation"
VALID_FOR = timedelta(hours=12)


def sign_on_trial(settings: Settings, credential: Mapping[str, Any], *, now: datetime) -> dict[str, object]:
    """Return a credential signed by the test issuer. Raises Invalid as `sign_foreign`."""
    key = _key(settings)
    did = _did(key)
    return sign_foreign(credential, issuer=did, verification_method=_method(did), created=now, sign=key.sign)


def trial_status(settings: Settings) -> dict[str, object]:
    """Return a status entry with an index drawn at random."""
    url, index = _url(settings), secrets.randbelow(LIST_BITS)
    return {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": str(StatusPurpose.REVOCATION),
        "statusListIndex": str(index),
        "statusListCredential": url,
    }


def trial_list(settings: Settings, *, now: datetime) -> dict[str, object]:
    """Return the test issuer's signed status list, in which nobody is marked."""
    url = _url(settings)
    document = {
        "@context": [CREDENTIALS_V2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": _did(_key(settings)),
        "validFrom": write_instant(now),
        "validUntil": write_instant(now + VALID_FOR),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": str(StatusPurpose.REVOCATION),
            "encodedList": encode_list(status_list(())),
        },
    }
    return sign_on_trial(settings, document, now=now)


def with_trial_issuer(settings: Settings, sources: Sources, *, now: datetime) -> Sources:
    """Have the test issuer's own key and list at hand beside the register's."""
    key = _key(settings)
    did = _did(key)
    own = did_document(did, [VerificationKey(id=_method(did), public_key=key.public_key().public_bytes_raw())])
    return replace(
        sources,
        did_documents={**sources.did_documents, did: write_object(own)},
        status_lists={**sources.status_lists, _url(settings): write_object(trial_list(settings, now=now))},
    )


def _key(settings: Settings) -> Ed25519PrivateKey:
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"teruji vc-api test issuer").derive(settings.secret)
    return Ed25519PrivateKey.from_private_bytes(seed)


def _did(key: Ed25519PrivateKey) -> str:
    return f"did:key:{encode_multikey(key.public_key().public_bytes_raw())}"


def _method(did: str) -> str:
    return f"{did}#{did.removeprefix('did:key:')}"


def _url(settings: Settings) -> str:
    return f"{settings.base_url}/credentials/status/{TRIAL_LIST}"
