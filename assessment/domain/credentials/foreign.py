"""Credentials of anybody, for other programs (VC-API): understood, signed with a test key, and checked.

Here the vocabulary is wider than for a certificate of ours: an `@context` may map types and terms to addresses, or
name the one context of examples. A key is taken from a `did:key` identifier, which is the key itself; nothing is ever
fetched. What cannot be checked without fetching is said and not accepted.

Specifications: https://w3c-ccg.github.io/vc-api/, https://w3c-ccg.github.io/did-key-spec/.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from assessment.domain.credentials.canonical import UnknownContext, Vocabularies, canonical_nquads
from assessment.domain.credentials.data_model import check_credential, check_presentation, check_resources
from assessment.domain.credentials.did_web import VerificationKey
from assessment.domain.credentials.facts import issuer_of, read_statuses
from assessment.domain.credentials.multibase import decode_multikey, to_base58btc
from assessment.domain.credentials.proof import (
    CRYPTOSUITE,
    Proof,
    Signer,
    hash_nquads,
    is_signature,
    read_foreign_proof,
    read_proof,
    write_instant,
)
from assessment.domain.credentials.sources import Sources
from assessment.domain.credentials.status_check import check_statuses
from assessment.domain.credentials.trust import find_key
from assessment.domain.credentials.verdict import Check
from assessment.domain.credentials.vocabulary import CREDENTIALS_V2, OPEN_BADGES_3, VOCABULARIES, Term, Type, Vocabulary
from assessment.domain.errors import N_, Invalid

EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
ASSERTION, AUTHENTICATION = "assertionMethod", "authentication"

_EXAMPLES_VOCAB = "https://www.w3.org/ns/credentials/examples#"
_ADDRESS = re.compile(r"[a-z][a-z0-9+.\-]*://[^\s<>\"{}|^`\\]+")
_DID_KEY = "did:key:"

Node = Mapping[str, object]


def vocabulary_of(contexts: object) -> Vocabulary:
    """Return what a list of contexts defines. Raises UnknownContext when one is not known, or redefines a term."""
    named = contexts if isinstance(contexts, list) else [contexts]
    if not named or named[0] != CREDENTIALS_V2:
        raise UnknownContext(N_("Expected the context of W3C credentials 2.0 first."))
    base = VOCABULARIES[(CREDENTIALS_V2, OPEN_BADGES_3) if OPEN_BADGES_3 in named else (CREDENTIALS_V2,)]
    terms, types = dict(base.terms), dict(base.types)
    elsewhere = _EXAMPLES_VOCAB if EXAMPLES in named else None
    for context in named[1:]:
        if isinstance(context, dict):
            for name, iri in context.items():
                if name == "@vocab" and (iri is None or isinstance(iri, str)):
                    elsewhere = iri
                elif (
                    not isinstance(iri, str) or not _ADDRESS.fullmatch(iri) or name in base.terms or name in base.types
                ):
                    raise UnknownContext(
                        N_("The context redefines %(term)s, or maps it to no address."), term=name[:60]
                    )
                else:
                    terms[name], types[name] = Term(iri=iri), Type(iri=iri)
        elif context not in (EXAMPLES, DATA_INTEGRITY, OPEN_BADGES_3):
            raise UnknownContext(N_("The context %(url)s is not known here."), url=str(context)[:200])
    return Vocabulary(terms=terms, types=types, elsewhere=elsewhere, open=True)


def sign_foreign(
    credential: Node, *, issuer: str, verification_method: str, created: datetime, sign: Signer
) -> dict[str, object]:
    """Return a credential of the issuer with one proof. Raises Invalid when it does not fit the data model."""
    document = dict(credential)
    if document.get("issuer") is None and "issuer" in document:
        raise Invalid(N_("Expected an issuer that is an address."))
    check_credential(document)
    if issuer_of(document) != issuer:
        raise Invalid(N_("Expected the issuer %(did)s."), did=issuer)
    check_resources(document, {})
    if "proof" in document:
        proofs = document.pop("proof")
        if not isinstance(proofs, dict):
            raise Invalid(N_("The document is signed already."))
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": write_instant(created),
        "verificationMethod": verification_method,
        "proofPurpose": ASSERTION,
    }
    signature = sign(_hash(document, options))
    return {**document, "proof": {**options, "proofValue": to_base58btc(signature)}}


def check_foreign_credential(document: Node, *, now: datetime, sources: Sources) -> list[str]:
    """Return every reason against a credential, in English; none when it holds at the moment `now` (aware)."""
    return [*_reasons(document, now, sources), *_statuses(document, now, sources)]


def check_foreign_presentation(
    document: Node, *, challenge: str | None, domain: str | None, now: datetime, sources: Sources
) -> list[str]:
    """Return every reason against a presentation and the credentials in it, in English; none when all hold.

    One without a proof is taken for what its credentials say, unless a challenge or a domain was asked for: whoever
    copies credentials and leaves the proof out has answered nothing. A proof is the holder's, where one is named.
    """
    reasons: list[str] = []
    try:
        check_presentation(document)
        if "proof" in document:
            proof = read_foreign_proof(document, AUTHENTICATION)
            stated = (proof.options.get("challenge"), proof.options.get("domain"))
            if (challenge is not None and stated[0] != challenge) or (domain is not None and stated[1] != domain):
                raise Invalid(N_("The presentation was made for another challenge or domain."))
            controller = proof.verification_method.partition("#")[0]
            if "holder" in document and holder_of(document) != controller:
                raise Invalid(N_("The presentation is not signed by its holder."))
            _check_signature(document, proof, controller, sources)
        elif challenge is not None or domain is not None:
            raise Invalid(N_("Expected a presentation that is signed for the challenge."))
        else:
            canonical_nquads(document, vocabulary_of)
    except Invalid as refusal:
        reasons.append(str(refusal))
    credentials = document.get("verifiableCredential", [])
    for each in credentials if isinstance(credentials, list) else [credentials]:
        if not isinstance(each, dict):
            reasons.append("Expected credentials in the presentation.")
        elif "EnvelopedVerifiableCredential" in str(each.get("type")):
            reasons.append("An enveloped credential is not opened here; bring it as a token.")
        else:
            reasons += check_foreign_credential(each, now=now, sources=sources)
    return reasons


def holder_of(presentation: Node) -> object:
    """Return the identifier that a presentation names as its holder's; None where it names none."""
    holder = presentation.get("holder")
    return holder.get("id") if isinstance(holder, dict) else holder


def key_of_did_key(address: str) -> bytes:
    """Return the Ed25519 key (32 bytes) that a `did:key` verification method is. Raises Invalid for another one."""
    did, _, fragment = address.partition("#")
    multibase = did.removeprefix(_DID_KEY)
    if not did.startswith(_DID_KEY) or fragment != multibase:
        raise Invalid(N_("Expected a did:key with its own key as the fragment."))
    return decode_multikey(multibase)


def _reasons(document: Node, now: datetime, sources: Sources) -> list[str]:
    try:
        check_credential(document)
        absent = check_resources(document, sources.resources)
        if absent:
            raise Invalid(N_("%(count)s related resources are not at hand."), count=len(absent))
        proof = read_foreign_proof(document, ASSERTION)
        if issuer_of(document) in (sources.registry or {}):
            # What our own issuers write has one form: nothing stands beside it, or is written otherwise.
            canonical_nquads(document)
            proof = read_proof(document)
        _check_signature(document, proof, issuer_of(document), sources)
        _check_moment(document.get("validUntil"), now)
        _check_moment(proof.options.get("expires"), now)
    except Invalid as refusal:
        return [str(refusal)]
    return []


def _check_moment(until: object, now: datetime) -> None:
    if isinstance(until, str) and now > datetime.fromisoformat(until):
        raise Invalid(N_("It has ended."))


def _statuses(document: Node, now: datetime, sources: Sources) -> list[str]:
    """A status that cannot be looked up counts against the credential."""
    if "credentialStatus" not in document:
        return []
    try:
        places = read_statuses(document)
    except Invalid as refusal:
        return [str(refusal)]
    named = {str(place.purpose) for place in places}
    found: list[Check] = check_statuses(issuer_of(document), places, now, sources)
    return [check.reason for check in found if check.ok is not True and str(check.name) in named]


def _check_signature(document: Node, proof: Proof, controller: str, sources: Sources) -> None:
    if controller.startswith(_DID_KEY):
        if proof.verification_method.partition("#")[0] != controller:
            raise Invalid(N_("The signature names no key of the issuer."))
        key = VerificationKey(id=proof.verification_method, public_key=key_of_did_key(proof.verification_method))
    else:
        found, check = find_key(controller, proof.verification_method, sources)
        if found is None:
            raise Invalid(check.message, **check.values)
        key = found
    body = {name: value for name, value in document.items() if name != "proof"}
    if not is_signature(proof.signature, _hash(body, proof.options), key.public_key):
        raise Invalid(N_("The signature does not fit the content."))


def _hash(document: Node, options: Node) -> bytes:
    read: Vocabularies = vocabulary_of
    config = {**options, "@context": document.get("@context")}
    return hash_nquads(canonical_nquads(document, read), canonical_nquads(config, read))
