"""The unsigned certificate: an Open Badges 3.0 AchievementCredential in W3C Verifiable Credentials 2.0.

Only terms of the two standard contexts are used; `canonical` refuses any other. What was proved stands in results
and their descriptions (`described`). The subject has no id, only the name as printed in the passport: no identity
number, no birth date. Evidence stays with the body and is bound by its digest. Lists are sorted where their order
could seem to say something.

Specifications: https://www.imsglobal.org/spec/ob/v3p0, https://www.w3.org/TR/vc-data-model-2.0/.
"""

from collections.abc import Iterable
from datetime import date

from assessment.domain.credentials.achievement import (
    Achievement,
    EvidencePiece,
    Level,
    PracticalResult,
    Recipient,
    StatusEntry,
    Terms,
    UnitProof,
    Validity,
)
from assessment.domain.credentials.described import Node, describe, state_results
from assessment.domain.credentials.multibase import multihash_text
from assessment.domain.credentials.proof import write_instant
from assessment.domain.credentials.status_list import StatusPurpose, list_url, locate
from assessment.domain.credentials.vocabulary import CREDENTIALS_V2, OPEN_BADGES_3, TERMS_TYPE
from assessment.domain.errors import N_, Invalid

CERTIFICATION = "Certification"  # achievementType of a licensed body's certificate
ASSESSMENT = "Assessment"  # achievementType of a record of assessment

NOT_ISO_9606 = "National competence certificate; not an ISO 9606-1 qualification."

COMPETENT_LEVELS = (
    Level(code="competent", name="Competent", description="Every performance criterion of the unit was proved."),
    Level(
        code="not-yet-competent",
        name="Not yet competent",
        description="At least one performance criterion of the unit was not proved.",
    ),
)


def build_credential(
    *,
    id: str,
    number: str,
    title: str,
    description: str,
    issuer: str,
    issuer_name: str,
    achievement: Achievement,
    recipient: Recipient,
    proofs: Iterable[UnitProof],
    validity: Validity,
    statuses: Iterable[StatusEntry],
    not_iso_9606: bool = False,
    active: tuple[date, date] | None = None,
    practical: Iterable[PracticalResult] = (),
    evidence: Iterable[EvidencePiece] = (),
    terms: Terms | None = None,
    described: Node | None = None,
) -> dict[str, object]:
    """Build the certificate that `proof.add_proof` signs.

    `id` is the certificate's public address, `number` the number printed on it, `title` what it calls itself
    ("Certificate of competence", "Record of assessment"), `issuer` the body's did:web identifier. With
    `not_iso_9606` the description ends in the sentence that says so. `active`: the first and the last day on which
    something was proved; `practical`: what the lines of the assessor's sheets ended in; `evidence`: what the holder
    agrees to have bound. `described`: what `describe` makes of the achievement, from whoever has it already.

    Raises Invalid when a proof names a unit, level or method that the scheme does not offer, when a result
    stands twice, when no unit is proved, or when there is not exactly one status of each purpose.
    """
    entries = sorted(statuses, key=lambda entry: entry.purpose)
    if [entry.purpose for entry in entries] != sorted(StatusPurpose):
        raise Invalid(N_("Expected one revocation index and one suspension index."))
    text = f"{description} {NOT_ISO_9606}".strip() if not_iso_9606 else description
    subject: dict[str, object] = {
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "identityType": "name",
                "identityHash": recipient.name,
                "hashed": False,
            }
        ],
        "licenseNumber": number,
        "achievement": described or describe(achievement),
        "result": state_results(achievement, tuple(proofs), practical),
    }
    if active is not None:
        subject |= {"activityStartDate": active[0].isoformat(), "activityEndDate": active[1].isoformat()}
    credential: dict[str, object] = {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_3],
        "id": id,
        "type": ["VerifiableCredential", "AchievementCredential"],
        "name": title,
        "description": text,
        "issuer": {"id": issuer, "type": ["Profile"], "name": issuer_name},
        "validFrom": write_instant(validity.start),
        "credentialStatus": [_status(issuer, entry) for entry in entries],
        "credentialSubject": subject,
    }
    if validity.until is not None:
        credential["validUntil"] = write_instant(validity.until)
    pieces = sorted(set(evidence), key=lambda piece: piece.sha256)
    if pieces:
        credential["evidence"] = [_evidence(piece) for piece in pieces]
    if terms is not None:
        credential["termsOfUse"] = [{"id": terms.url, "type": TERMS_TYPE, "description": terms.text}]
    return credential


def _status(issuer: str, entry: StatusEntry) -> dict[str, object]:
    number, bit = locate(entry.index)
    url = list_url(issuer, entry.purpose, number)
    return {
        "id": f"{url}#{bit}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": str(entry.purpose),
        "statusListIndex": str(bit),
        "statusListCredential": url,
    }


def _evidence(piece: EvidencePiece) -> dict[str, object]:
    return {
        "type": ["Evidence"],
        "name": piece.name,
        "genre": piece.genre,
        "digestMultibase": multihash_text(piece.sha256),
    }
