"""What the page carries for the check of a printed code on the reader's own device. Nothing of it is secret.

The code stands behind `#` in the address and never reaches a server; `static/js/verify/code.js` reads it. The page
gives it the issuer's keys and what the signed code must say of this certificate. The year of birth is not among it:
the code in the hand tells it, the page does not.
"""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from assessment.domain.credentials.json_text import digest
from assessment.domain.credentials.mrz_name import MAX_LENGTH, mrz_name
from assessment.domain.credentials.qr_payload import MIN_NAME
from assessment.domain.credentials.verdict import Verification
from assessment.domain.errors import Invalid

_DID_WEB = "did:web:"
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class OnDevice:
    """`keys`: base64 by fragment; `names`: the name in each length a code may have cut it to; days since 1970."""

    v: int
    issuer: str
    id: str
    keys: dict[str, str]
    names: list[str]
    scheme: str
    first_day: int
    last_day: int | None
    digest: str

    def as_json(self) -> dict[str, object]:
        """Return the members of the page's data block."""
        return asdict(self)


def on_device(verification: Verification, keys: Mapping[str, bytes]) -> OnDevice | None:
    """Return what the check needs, None when the certificate cannot have a code.

    `keys` maps key addresses (`DID#fragment`) to 32 bytes.
    """
    facts, document = verification.facts, verification.document
    if facts is None or document is None:
        return None
    try:
        names = name_forms(facts.recipient)
    except Invalid:
        return None
    until = facts.validity.until
    return OnDevice(
        v=1,
        issuer=facts.issuer.removeprefix(_DID_WEB),
        id=facts.id.rpartition("/")[2],
        keys={address.partition("#")[2]: base64.b64encode(key).decode() for address, key in keys.items()},
        names=names,
        scheme=facts.scheme_code,
        first_day=(facts.validity.start.date() - _EPOCH) // timedelta(days=1),
        last_day=None if until is None else (until.date() - _EPOCH) // timedelta(days=1),
        digest=digest(document)[:16].hex(),
    )


def name_forms(name: str) -> list[str]:
    """Return the forms that a code may give a name, the longest first.

    Raises Invalid when the name has no letters for a code.
    """
    whole = mrz_name(name)
    forms = (mrz_name(whole, limit=limit) for limit in range(MAX_LENGTH, MIN_NAME - 1, -1))
    return list(dict.fromkeys(forms))
