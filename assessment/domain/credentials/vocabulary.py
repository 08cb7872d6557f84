"""The closed vocabulary: which terms a credential may use, and the IRI that each stands for.

These are the facts that two published JSON-LD contexts state, the W3C Verifiable Credentials 2.0 context and
the Open Badges 3.0.3 context, written as a table. A term that is not in it is refused by `canonical`, never
dropped. Left out on purpose: the JWT claim names and the `@json` terms, which no embedded proof needs.

Specifications: https://www.w3.org/TR/vc-data-model-2.0/ (appendix B.1), https://www.imsglobal.org/spec/ob/v3p0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

# The type of a certificate's terms of use: neither context has one, and an absolute address needs none.
TERMS_TYPE = "https://schema.org/DigitalDocument"

_SCHEMA = "https://schema.org/"
_VC = "https://www.w3.org/2018/credentials#"
_SECURITY = "https://w3id.org/security#"
_STATUS = "https://www.w3.org/ns/credentials/status#"
_OB = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_XSD_HTTPS = "https://www.w3.org/2001/XMLSchema#"  # as both contexts print it; another IRI than the real one
_MULTIBASE = _SECURITY + "multibase"


class Coercion(StrEnum):
    """How a text is read where the context names no datatype."""

    LITERAL = "literal"
    IRI = "@id"
    TERM = "@vocab"


class Container(StrEnum):
    """What an array, or a value, of a term stands for."""

    SET = "@set"
    LIST = "@list"
    GRAPH = "@graph"


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """A property: its IRI, how its values are read, and the terms that it adds inside them."""

    iri: str
    coercion: Coercion = Coercion.LITERAL
    datatype: str | None = None
    container: Container = Container.SET
    inside: "Mapping[str, Term]" = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Type:
    """A class: its IRI and the properties that exist only on a node of this type."""

    iri: str
    terms: Mapping[str, Term] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """All terms and types that one list of contexts defines.

    `elsewhere`: the address under which every other term stands (`@vocab`), None where there is none. `open`: absolute
    addresses are types, texts may have a language, and nodes contexts of their own.
    """

    terms: Mapping[str, Term]
    types: Mapping[str, Type]
    elsewhere: str | None = None
    open: bool = False

    def term(self, name: str) -> Term | None:
        """Return what a name that is not in scope stands for."""
        return None if self.elsewhere is None or ":" in name else Term(iri=self.elsewhere + name)

    def type(self, name: str) -> Type | None:
        """Return what a type stands for, None where it stands for nothing."""
        if name in self.types:
            return self.types[name]
        if ":" in name:
            return Type(iri=name) if self.open else None
        return None if self.elsewhere is None else Type(iri=self.elsewhere + name)


def _plain(base: str, *names: str) -> dict[str, Term]:
    return {name: Term(iri=base + name) for name in names}


def _links(base: str, *names: str) -> dict[str, Term]:
    return {name: Term(iri=base + name, coercion=Coercion.IRI) for name in names}


def _typed(base: str, datatype: str, *names: str) -> dict[str, Term]:
    return {name: Term(iri=base + name, datatype=datatype) for name in names}


def _types(base: str, *names: str) -> dict[str, Type]:
    return {name: Type(iri=base + name) for name in names}


_PROOF = {"proof": Term(iri=_SECURITY + "proof", coercion=Coercion.IRI, container=Container.GRAPH)}
_NAMED = _plain(_SCHEMA, "name", "description")
_VERIFICATION_RELATIONSHIPS = {
    "assertionMethod": _SECURITY + "assertionMethod",
    "authentication": _SECURITY + "authenticationMethod",
    "capabilityDelegation": _SECURITY + "capabilityDelegationMethod",
    "capabilityInvocation": _SECURITY + "capabilityInvocationMethod",
    "keyAgreement": _SECURITY + "keyAgreementMethod",
}

_VC_TERMS = (
    _NAMED
    | {"mediaType": Term(iri=_SCHEMA + "encodingFormat")}
    | _typed(_SECURITY, _MULTIBASE, "digestMultibase")
    | _typed(_VC, _VC + "sriString", "digestSRI")
)

_VC_TYPES = _types(_VC, "EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation", "JsonSchemaCredential") | {
    "VerifiableCredential": Type(
        iri=_VC + "VerifiableCredential",
        terms=_PROOF
        | _NAMED
        | _typed(_VC, _XSD + "dateTime", "validFrom", "validUntil")
        | _links(
            _VC,
            "confidenceMethod",
            "credentialSchema",
            "credentialStatus",
            "credentialSubject",
            "evidence",
            "issuer",
            "refreshService",
            "relatedResource",
            "renderMethod",
            "termsOfUse",
        ),
    ),
    "JsonSchema": Type(iri=_VC + "JsonSchema"),
    "VerifiablePresentation": Type(
        iri=_VC + "VerifiablePresentation",
        terms=_PROOF
        | _links(_VC, "holder", "termsOfUse")
        | {
            "verifiableCredential": Term(
                iri=_VC + "verifiableCredential", coercion=Coercion.IRI, container=Container.GRAPH
            )
        },
    ),
    TERMS_TYPE: Type(iri=TERMS_TYPE),
    "BitstringStatusListCredential": Type(iri=_STATUS + "BitstringStatusListCredential"),
    "BitstringStatusList": Type(
        iri=_STATUS + "BitstringStatusList",
        terms=_plain(_STATUS, "statusPurpose", "ttl") | _typed(_STATUS, _MULTIBASE, "encodedList"),
    ),
    "BitstringStatusListEntry": Type(
        iri=_STATUS + "BitstringStatusListEntry",
        terms=_plain(_STATUS, "statusListIndex", "statusPurpose")
        | _links(_STATUS, "statusListCredential", "statusReference")
        | _typed(_STATUS, _XSD_HTTPS + "integer", "statusSize")
        | {"statusMessage": Term(iri=_STATUS + "statusMessage", inside=_plain(_STATUS, "message", "status"))},
    ),
    "DataIntegrityProof": Type(
        iri=_SECURITY + "DataIntegrityProof",
        terms=_plain(_SECURITY, "challenge", "domain", "nonce")
        | _links(_SECURITY, "previousProof", "verificationMethod")
        | _typed(_SECURITY, _MULTIBASE, "proofValue")
        | _typed(_SECURITY, _SECURITY + "cryptosuiteString", "cryptosuite")
        | _typed("http://purl.org/dc/terms/", _XSD + "dateTime", "created")
        | {
            "expires": Term(iri=_SECURITY + "expiration", datatype=_XSD + "dateTime"),
            "proofPurpose": Term(
                iri=_SECURITY + "proofPurpose",
                coercion=Coercion.TERM,
                inside={name: Term(iri=iri) for name, iri in _VERIFICATION_RELATIONSHIPS.items()},
            ),
        },
    ),
}

_IMAGE = _links(_OB, "image")

_OB_TERMS = (
    _NAMED
    | _IMAGE
    | _plain(_OB, "alignment", "endorsement", "narrative")
    | _plain(_SCHEMA, "inLanguage")
    | _typed(_SCHEMA, _XSD_HTTPS + "anyURI", "url")
    | _typed(_OB, "xsd:dateTime", "awardedDate")  # the context uses the prefix xsd without defining it
)

_OPEN_BADGE_CREDENTIAL = Type(iri=_OB + "OpenBadgeCredential")

_OB_TYPES = _types(_OB, "Criteria", "EndorsementCredential") | {
    "OpenBadgeCredential": _OPEN_BADGE_CREDENTIAL,
    "AchievementCredential": _OPEN_BADGE_CREDENTIAL,  # two names of one class
    "Achievement": Type(
        iri=_OB + "Achievement",
        terms=_IMAGE
        | _plain(
            _OB,
            "achievementType",
            "alignment",
            "creator",
            "fieldOfStudy",
            "humanCode",
            "otherIdentifier",
            "related",
            "resultDescription",
            "specialization",
            "version",
        )
        | _plain(_SCHEMA, "inLanguage")
        | _typed(_OB, _XSD_HTTPS + "float", "creditsAvailable")
        | {
            "criteria": Term(iri=_OB + "Criteria", coercion=Coercion.IRI),
            "tag": Term(iri=_SCHEMA + "keywords"),
        },
    ),
    "AchievementSubject": Type(
        iri=_OB + "AchievementSubject",
        terms=_IMAGE
        | _plain(_OB, "achievement", "identifier", "licenseNumber", "result", "role", "term")
        | _links(_OB, "source")
        | _typed(_OB, _XSD_HTTPS + "date", "activityEndDate", "activityStartDate")
        | _typed(_OB, _XSD_HTTPS + "float", "creditsEarned"),
    ),
    "Address": Type(
        iri=_OB + "Address",
        terms=_plain(
            _SCHEMA,
            "addressCountry",
            "addressLocality",
            "addressRegion",
            "postOfficeBoxNumber",
            "postalCode",
            "streetAddress",
        )
        | {
            "addressCountryCode": Term(iri=_OB + "CountryCode"),
            "geo": Term(iri=_OB + "GeoCoordinates"),
        },
    ),
    "Alignment": Type(
        iri=_SCHEMA + "AlignmentObject",
        terms=_plain(_OB, "targetCode", "targetType")
        | _plain(_SCHEMA, "targetDescription", "targetFramework", "targetName")
        | _typed(_SCHEMA, _XSD_HTTPS + "anyURI", "targetUrl"),
    ),
    "EndorsementSubject": Type(iri=_OB + "EndorsementSubject", terms=_plain(_OB, "endorsementComment")),
    "Evidence": Type(iri=_OB + "Evidence", terms=_plain(_SCHEMA, "audience", "genre")),
    "GeoCoordinates": Type(iri=_OB + "GeoCoordinates", terms=_plain(_SCHEMA, "latitude", "longitude")),
    "IdentifierEntry": Type(iri=_OB + "IdentifierEntry", terms=_plain(_OB, "identifier", "identifierType")),
    "IdentityObject": Type(
        iri=_OB + "IdentityObject",
        terms=_plain(_OB, "identityHash", "identityType", "salt") | _typed(_OB, _XSD_HTTPS + "boolean", "hashed"),
    ),
    "Image": Type(iri=_OB + "Image", terms=_plain(_SCHEMA, "caption")),
    "Profile": Type(
        iri=_OB + "Profile",
        terms=_IMAGE
        | _plain(
            _SCHEMA,
            "additionalName",
            "email",
            "familyName",
            "givenName",
            "honorificPrefix",
            "honorificSuffix",
        )
        | _plain(_OB, "familyNamePrefix", "official", "otherIdentifier", "patronymicName", "phone")
        | _links(_OB, "address", "parentOrg")
        | _typed(_OB, _XSD_HTTPS + "date", "dateOfBirth"),
    ),
    "Related": Type(iri=_OB + "Related", terms=_plain(_OB, "version") | _plain(_SCHEMA, "inLanguage")),
    "Result": Type(
        iri=_OB + "Result",
        terms=_plain(_OB, "status")
        | _plain(_SCHEMA, "value")
        | _typed(_OB, _XSD_HTTPS + "anyURI", "achievedLevel", "resultDescription"),
    ),
    "ResultDescription": Type(
        iri=_OB + "ResultDescription",
        terms=_plain(_OB, "requiredValue", "resultType", "rubricCriterionLevel", "valueMax", "valueMin")
        | _typed(_OB, _XSD_HTTPS + "anyURI", "requiredLevel")
        | {"allowedValue": Term(iri=_OB + "allowedValue", container=Container.LIST)},
    ),
    "RubricCriterionLevel": Type(iri=_OB + "RubricCriterionLevel", terms=_plain(_OB, "level", "points")),
}

VOCABULARIES: Mapping[tuple[str, ...], Vocabulary] = {
    (CREDENTIALS_V2,): Vocabulary(terms=_VC_TERMS, types=_VC_TYPES),
    (CREDENTIALS_V2, OPEN_BADGES_3): Vocabulary(terms=_VC_TERMS | _OB_TERMS, types=_VC_TYPES | _OB_TYPES),
}
