"""What is signed when a certificate is issued: the credential with its proof, and the digits of its code.

What certificates of one scheme version share is described once and canonicalised once; each further one is filled in
(`domain.credentials.templates`). Every signature is held against the published key before it is used.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from assessment.credentials.certificate import Certificate
from assessment.credentials.keys import Key
from assessment.credentials.offering import terms_of
from assessment.credentials.signer_client import signer
from assessment.domain.credentials.achievement import (
    Achievement,
    EvidencePiece,
    PracticalResult,
    Recipient,
    StatusEntry,
    Validity,
    validity_of_days,
)
from assessment.domain.credentials.build import build_credential
from assessment.domain.credentials.described import Node, describe
from assessment.domain.credentials.json_text import write_around, write_object
from assessment.domain.credentials.mrz_name import mrz_name
from assessment.domain.credentials.proof import Signer, add_proof, is_signature
from assessment.domain.credentials.qr_payload import Payload, fitting, sign_payload
from assessment.domain.credentials.status_list import StatusPurpose
from assessment.domain.credentials.templates import Templates
from assessment.domain.errors import N_, Conflict

_templates = Templates()


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What a release asked for, as plain values that outlive the session that read them."""

    public_id: str
    number: str
    certificate: Certificate
    achievement: Achievement
    practical: tuple[PracticalResult, ...]
    evidence: tuple[EvidencePiece, ...]
    statuses: tuple[StatusEntry, ...]
    name: str
    birth_year: int
    wrapped: bytes


def sign_order(order: Order, key: Key, *, now: datetime) -> tuple[bytes, str]:
    """Return the signed credential's canonical bytes and the digits of its code, held against the published key.

    Raises Conflict when the signer's key is not the published one, Invalid when a value cannot stand in them.
    """
    certificate = order.certificate
    sign = held(signer().signing_as(certificate.body_id, key.id), key.public)
    content = sign_credential(order, key, sign, now=now)
    validity = _validity(certificate)
    index = {entry.purpose: entry.index for entry in order.statuses}
    payload = Payload(
        issuer=certificate.did,
        public_id=order.public_id,
        name=mrz_name(order.name),
        birth_year=order.birth_year,
        scheme_code=order.achievement.code,
        first_day=certificate.decided_on,
        last_day=certificate.valid_until_on,
        offset=_offset(validity.start),
        revocation_index=index[StatusPurpose.REVOCATION],
        suspension_index=index[StatusPurpose.SUSPENSION],
        digest=sha256(content).digest()[:16],
    )
    return content, sign_payload(fitting(payload, key_id=key.address), key_id=key.address, sign=sign)


def sign_credential(order: Order, key: Key, sign: Signer, *, now: datetime) -> bytes:
    """Return the credential with its proof, in its canonical bytes; `sign` signs as the key.

    Raises Invalid when a value cannot stand in it.
    """
    achievement, text = _described(order.achievement)
    document = add_proof(
        unsigned_credential(order, achievement),
        verification_method=key.address,
        created=now,
        sign=sign,
        canonical=_templates.canonical,
    )
    return write_around(document, ("credentialSubject", "achievement"), text)


def unsigned_credential(order: Order, described: Node | None = None) -> dict[str, object]:
    """Return the credential that an order asks for; `described`: its achievement, where it is at hand.

    Raises Invalid when a value cannot stand in it.
    """
    certificate = order.certificate
    return build_credential(
        id=f"{certificate.origin}/v/{order.public_id}",
        number=order.number,
        title=f"{certificate.title['id']} / {certificate.title['en']}",
        description=certificate.description,
        issuer=certificate.did,
        issuer_name=certificate.issuer_name,
        achievement=order.achievement,
        recipient=Recipient(name=order.name),
        proofs=certificate.proofs,
        validity=_validity(certificate),
        statuses=order.statuses,
        not_iso_9606=certificate.welding,
        active=certificate.active,
        practical=order.practical,
        evidence=order.evidence,
        terms=terms_of(certificate),
        described=described,
    )


def held(sign: Signer, public: bytes) -> Signer:
    """Return the function that signs, and holds each signature against the published key (32 bytes).

    It raises Conflict where they do not fit.
    """

    def sign_and_hold(content: bytes) -> bytes:
        signature = sign(content)
        if not is_signature(signature, content, public):
            raise Conflict(N_("The signer holds another key than the one that is published."))
        return signature

    return sign_and_hold


@lru_cache(maxsize=16)
def _described(achievement: Achievement) -> tuple[Node, bytes]:
    """Return what a credential says about a scheme version, as it is canonicalised and as it is written."""
    node = describe(achievement)
    _templates.vouch(node)
    return node, write_object(node)


def _validity(certificate: Certificate) -> Validity:
    return validity_of_days(certificate.decided_on, certificate.valid_until_on, certificate.zone)


def _offset(start: datetime) -> Any:
    offset = start.utcoffset()
    if offset is None:
        raise LookupError("A certificate's first day stands in the issuer's zone.")
    return offset
