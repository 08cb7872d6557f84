"""Keys that seal PDF files, as an issuer publishes them: what a file under each of them is worth.

The authority's signature under a certificate is not enough: whoever stole the authority's key makes certificates at
will, but none that the issuer lists. And under a key that was withdrawn a seal alone proves nothing: whoever holds it
can draw another page round a genuine certificate and its proof from the log, and write any date. So the issuer
publishes what the key had sealed, and a file is believed only where it is one of them, byte for byte.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from assessment.domain.credentials.did_web import code_of
from assessment.domain.credentials.verdict import Check, CheckName, failed, passed, unclear
from assessment.domain.errors import N_, Invalid

_KEY = re.compile(r"pdf-2[0-9]{3}(-[1-9][0-9]?)?")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_UNLISTED = N_("The issuer does not list the key of this PDF.")
_NO_LIST = N_("The issuer has withdrawn the key of this PDF, and the list of files that it sealed is not at hand.")
_ISSUED = N_("The issuer withdrew the key of this PDF on %(removed)s; the file is one that was issued before.")
_NOT_ISSUED = N_("The issuer withdrew the key of this PDF on %(removed)s, and the file is none that was issued before.")
_EXPECTED = N_("Expected the keys for PDF files of an issuer, each with id and certificateSha256.")


@dataclass(frozen=True, kw_only=True, slots=True)
class SealingKey:
    """A body's key for PDF files; `removed_at` (aware) is when it was withdrawn because it is in strange hands.

    `certificate_sha256`: of the DER of its certificate, in hex.
    """

    body_id: str
    id: str
    certificate_sha256: str
    removed_at: datetime | None = None


IsIssued = Callable[[SealingKey], bool | None]


def check_key(key: SealingKey | None, body_id: str | None, is_issued: IsIssued) -> Check | None:
    """Say what speaks about the key under which a PDF is whole; None where it is a key of the issuer that stands.

    `key` None: no issuer lists it. `body_id`: the code of the certificate's issuer, None when nobody knows. `is_issued`
    says whether the file is one that a withdrawn key had sealed, None when that was not to be had.
    """
    if key is None or (body_id is not None and body_id != key.body_id):
        return failed(CheckName.PDF_SIGNATURE, _UNLISTED)
    if key.removed_at is None:
        return None
    issued = is_issued(key)
    if issued is None:
        return unclear(CheckName.PDF_SIGNATURE, _NO_LIST)
    if issued:
        return passed(CheckName.PDF_SIGNATURE, _ISSUED, removed=key.removed_at)
    return failed(CheckName.PDF_SIGNATURE, _NOT_ISSUED, removed=key.removed_at)


def write_sealing_keys(keys: Iterable[SealingKey]) -> list[dict[str, str]]:
    """Write the keys of an issuer, for the register: [{id, certificateSha256, removed}], the last where it is."""
    return [
        {
            "id": key.id,
            "certificateSha256": key.certificate_sha256,
            **({} if key.removed_at is None else {"removed": key.removed_at.isoformat()}),
        }
        for key in sorted(keys, key=lambda key: key.id)
    ]


def read_sealing_keys(value: object, did: str) -> Mapping[str, SealingKey]:
    """Read what `write_sealing_keys` wrote, by the digests of the certificates. Raises Invalid for anything else."""
    if not isinstance(value, list):
        raise Invalid(_EXPECTED)
    found = {}
    for each in value:
        try:
            key_id, digest = each["id"], each["certificateSha256"]
            known = _KEY.fullmatch(key_id) is not None and _DIGEST.fullmatch(digest) is not None
            removed_at = datetime.fromisoformat(each["removed"]) if "removed" in each else None
        except (TypeError, KeyError, ValueError):
            raise Invalid(_EXPECTED) from None
        if not known or (removed_at is not None and removed_at.tzinfo is None):
            raise Invalid(_EXPECTED)
        found[digest] = SealingKey(body_id=code_of(did), id=key_id, certificate_sha256=digest, removed_at=removed_at)
    return found
