"""What a compromised key has signed: honest certificates stand by the log, everything else does not.

Whoever stole the key can sign anything and write any date into it, so neither signature nor date proves anything. The
log's clock is not the thief's: a certificate that stood in the log before the key was removed was signed while the key
was still its owner's. The moment is that of the first signed checkpoint under which the leaf is proved to lie (the
log's integration time), never one that the certificate itself states.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from assessment.domain.credentials.multibase import decode_multikey, encode_multikey
from assessment.domain.credentials.verdict import Check, CheckName, failed, passed, unclear
from assessment.domain.errors import N_, Invalid


@dataclass(frozen=True, kw_only=True, slots=True)
class RemovedKey:
    """A key that was taken out of the published ones: its 32 bytes, and the moment (aware) of its removal."""

    public_key: bytes
    removed_at: datetime


class Standing(StrEnum):
    """What is left of a signature by a removed key."""

    BEFORE = "before"
    AFTER = "after"
    UNPROVED = "unproved"


def standing(removed_at: datetime, logged_at: datetime | None) -> Standing:
    """Say on which side of the key's removal the log proves a certificate to be; both moments are aware.

    `logged_at` None: no proof, or one that does not hold. The very moment of the removal counts as after it.
    """
    if logged_at is None:
        return Standing.UNPROVED
    return Standing.BEFORE if logged_at < removed_at else Standing.AFTER


def check_withdrawn(key: RemovedKey | None, logged_at: datetime | None) -> Check:
    """Say whether a signature by a removed key can be believed; `key` None: the register tells no more of it."""
    if key is None:
        return unclear(CheckName.KEY, N_("The issuer has withdrawn this key, so its signature alone proves nothing."))
    match standing(key.removed_at, logged_at):
        case Standing.BEFORE:
            return passed(
                CheckName.KEY,
                N_("The issuer withdrew this key on %(removed)s; the log proves that the certificate is older."),
                removed=key.removed_at,
            )
        case Standing.AFTER:
            return failed(
                CheckName.KEY,
                N_("The issuer withdrew this key on %(removed)s, and the certificate came into the log only later."),
                removed=key.removed_at,
            )
        case Standing.UNPROVED:
            return unclear(
                CheckName.KEY, N_("The issuer has withdrawn this key, so its signature alone proves nothing.")
            )


def write_removed(keys: Mapping[str, RemovedKey]) -> list[dict[str, str]]:
    """Write the removed keys of an issuer, by their addresses, for the register."""
    return [
        {
            "id": address,
            "publicKeyMultibase": encode_multikey(key.public_key),
            "removed": key.removed_at.isoformat(),
        }
        for address, key in sorted(keys.items())
    ]


def read_removed(value: object, did: str) -> dict[str, RemovedKey]:
    """Read what `write_removed` wrote. Raises Invalid for anything else, and for keys of other issuers."""
    if not isinstance(value, list):
        raise Invalid(N_("Expected the removed keys of an issuer as a list."))
    found: dict[str, RemovedKey] = {}
    for each in value:
        try:
            address, encoded, moment = each["id"], each["publicKeyMultibase"], each["removed"]
            removed_at = datetime.fromisoformat(moment)
        except (TypeError, KeyError, ValueError):
            raise Invalid(N_("Expected a removed key with id, publicKeyMultibase and removed.")) from None
        if not isinstance(address, str) or not address.startswith(f"{did}#") or not isinstance(encoded, str):
            raise Invalid(N_("Expected a removed key of %(did)s."), did=did[:120])
        if removed_at.tzinfo is None:
            raise Invalid(N_("Expected a removed key with a time zone in its moment."))
        found[address] = RemovedKey(public_key=decode_multikey(encoded), removed_at=removed_at)
    return found
