"""The unsigned certificate: an Open Badges 3.0 AchievementCredential in W3C Verifiable Credentials 2.0.

Only terms of the two standard contexts are used; `canonical` refuses any other. A unit is a
ResultDescription with its levels and its alignment to the standard; each way of proof is a ResultDescription
of its own under it (`…#UNIT/observed`), and a Result says that it took place. The subject has no id, only the
name as printed in the passport: no identity number, no birth date. Lists are sorted where their order could
seem to say something.

Specifications: https://www.imsglobal.org/spec/ob/v3p0, https://www.w3.org/TR/vc-data-model-2.0/.
"""

from collections.abc import Iterable
from urllib.parse import quote

from assessment.domain.competency import Method
from assessment.domain.credentials.achievement import (
    Achievement,
    Level,
    Recipient,
    StatusEntry,
    UnitOffered,
    UnitProof,
    Validity,
)
from assessment.domain.credentials.proof import write_instant
from assessment.domain.credentials.status_list import StatusPurpose, list_url, locate
from assessment.domain.credentials.vocabulary import CREDENTIALS_V2, OPEN_BADGES_3
from assessment.domain.errors import N_, Invalid

CERTIFICATION = "Certification"  # achievementType of a licensed body's certificate
ASSESSMENT = "Assessment"  # achievementType of a record of assessment

NOT_ISO_9606 = "National competence certificate; not an ISO 9606-1 qualification."

METHOD_NAMES = {
    Method.OBSERVED: "Observed at work",
    Method.PRODUCT: "Product examined",
    Method.WRITTEN: "Written questions",
    Method.ORAL: "Oral questions",
    Method.PORTFOLIO: "Portfolio examined",
    Method.THIRD_PARTY: "Statement by a third party",
}

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
) -> dict[str, object]:
    """Build the certificate that `proof.add_proof` signs.

    `id` is the certificate's public address, `number` the number printed on it, `title` what it calls itself
    ("Certificate of competence", "Record of assessment"), `issuer` the body's did:web identifier. With
    `not_iso_9606` the description ends in the sentence that says so.

    Raises Invalid when a proof names a unit, level or method that the scheme does not offer, when a unit
    stands twice, when no unit is proved, or when there is not exactly one status of each purpose.
    """
    entries = sorted(statuses, key=lambda entry: entry.purpose)
    if [entry.purpose for entry in entries] != sorted(StatusPurpose):
        raise Invalid(N_("Expected one revocation index and one suspension index."))
    text = f"{description} {NOT_ISO_9606}".strip() if not_iso_9606 else description
    credential: dict[str, object] = {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_3],
        "id": id,
        "type": ["VerifiableCredential", "AchievementCredential"],
        "name": title,
        "description": text,
        "issuer": {"id": issuer, "type": ["Profile"], "name": issuer_name},
        "validFrom": write_instant(validity.start),
        "credentialStatus": [_status(issuer, entry) for entry in entries],
        "credentialSubject": {
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
            "achievement": _achievement(achievement),
            "result": _results(achievement, tuple(proofs)),
        },
    }
    if validity.until is not None:
        credential["validUntil"] = write_instant(validity.until)
    return credential


def unit_id(achievement: str, code: str) -> str:
    """Return the address of a unit inside an achievement."""
    return f"{achievement}#{quote(code, safe='')}"


def level_id(achievement: str, code: str, level: str) -> str:
    """Return the address of a unit's level."""
    return f"{unit_id(achievement, code)}/level/{quote(level, safe='')}"


def method_id(achievement: str, code: str, method: Method) -> str:
    """Return the address of one way of proof of a unit."""
    return f"{unit_id(achievement, code)}/{method}"


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


def _achievement(achievement: Achievement) -> dict[str, object]:
    descriptions: list[dict[str, object]] = []
    for unit in sorted(achievement.units, key=lambda unit: unit.code):
        descriptions.append(_unit(achievement.id, unit))
        descriptions += [_method(achievement.id, unit, method) for method in sorted(unit.methods)]
    return {
        "id": achievement.id,
        "type": ["Achievement"],
        "achievementType": achievement.kind,
        "humanCode": achievement.code,
        "version": achievement.version,
        "inLanguage": "en",
        "name": achievement.name,
        "description": achievement.description,
        "criteria": {"narrative": achievement.criteria},
        "alignment": [
            {
                "type": ["Alignment"],
                "targetType": "ceterms:Credential",
                "targetCode": achievement.code,
                "targetName": achievement.source_name,
                "targetFramework": achievement.framework,
                "targetUrl": achievement.url,
            }
        ],
        "resultDescription": descriptions,
    }


def _unit(achievement: str, unit: UnitOffered) -> dict[str, object]:
    return {
        "id": unit_id(achievement, unit.code),
        "type": ["ResultDescription"],
        "name": unit.name,
        "resultType": "RubricCriterionLevel",
        "requiredLevel": level_id(achievement, unit.code, unit.required_level),
        "rubricCriterionLevel": [
            {
                "id": level_id(achievement, unit.code, level.code),
                "type": ["RubricCriterionLevel"],
                "name": level.name,
                "description": level.description,
            }
            for level in unit.levels
        ],
        "alignment": [
            {
                "type": ["Alignment"],
                "targetType": "CFItem",
                "targetCode": unit.code,
                "targetName": unit.source_name,
                "targetFramework": unit.framework,
                "targetUrl": unit.url,
            }
        ],
    }


def _method(achievement: str, unit: UnitOffered, method: Method) -> dict[str, object]:
    return {
        "id": method_id(achievement, unit.code, method),
        "type": ["ResultDescription"],
        "name": METHOD_NAMES[method],
        "resultType": "Status",
    }


def _results(achievement: Achievement, proofs: tuple[UnitProof, ...]) -> list[dict[str, object]]:
    offered = {unit.code: unit for unit in achievement.units}
    if not proofs or len({proof.code for proof in proofs}) != len(proofs):
        raise Invalid(N_("Expected at least one unit, and none twice."))
    results: list[dict[str, object]] = []
    for proof in sorted(proofs, key=lambda proof: proof.code):
        unit = offered.get(proof.code)
        if unit is None:
            raise Invalid(N_("The scheme does not offer the unit %(code)s."), code=proof.code)
        if proof.level not in {level.code for level in unit.levels}:
            raise Invalid(N_("The unit %(code)s has no level %(level)s."), code=proof.code, level=proof.level)
        if not proof.methods or not proof.methods <= unit.methods:
            raise Invalid(
                N_("The unit %(code)s was proved in a way that the scheme does not use for it."),
                code=proof.code,
            )
        results.append(
            {
                "type": ["Result"],
                "resultDescription": unit_id(achievement.id, proof.code),
                "achievedLevel": level_id(achievement.id, proof.code, proof.level),
            }
        )
        results += [
            {
                "type": ["Result"],
                "resultDescription": method_id(achievement.id, proof.code, method),
                "status": "Completed",
            }
            for method in sorted(proof.methods)
        ]
    return results
