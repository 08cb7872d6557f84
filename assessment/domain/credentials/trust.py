"""Whose is it: the registry of issuers, and the keys that may speak for them."""

from datetime import datetime

from assessment.domain.credentials.did_web import VerificationKey, assertion_keys, origin_of
from assessment.domain.credentials.qr_payload import Code
from assessment.domain.credentials.sources import Issuer, Sources
from assessment.domain.credentials.verdict import Check, CheckName, failed, passed, unclear
from assessment.domain.credentials.withdrawn import check_withdrawn
from assessment.domain.errors import N_, Invalid


def issued_here(dids: set[str], sources: Sources) -> bool | None:
    """Say whether one of the identifiers is registered; None when there is no registry."""
    return None if sources.registry is None else bool(dids & sources.registry.keys())


def address_is_ours(code: Code, sources: Sources) -> bool | None:
    """Say whether a code's address is that of a registered issuer; None when nobody can tell."""
    if sources.registry is None or code.origin is None:
        return None
    return code.origin in {origin_of(did) for did in sources.registry}


def _registered(issuer: str, sources: Sources) -> Issuer | None:
    return None if sources.registry is None else sources.registry.get(issuer)


def name_of(issuer: str, sources: Sources) -> str | None:
    """Return the name by which the registry knows an issuer."""
    registered = _registered(issuer, sources)
    return None if registered is None else registered.name


def check_issuer(issuer: str, sources: Sources) -> Check:
    """Say whether the registry knows an issuer."""
    if sources.registry is None:
        return unclear(CheckName.ISSUER, N_("There is no register of issuers at hand."))
    registered = _registered(issuer, sources)
    if registered is None:
        return failed(
            CheckName.ISSUER,
            N_("Not issued here; it may be genuine elsewhere. Its issuer calls itself %(did)s."),
            did=issuer[:120],
        )
    return passed(CheckName.ISSUER, N_("The register knows the issuer as %(issuer)s."), issuer=registered.name)


def is_withdrawn(issuer: str, key_id: str, sources: Sources) -> bool:
    """Say whether an issuer has taken a key back because it was compromised."""
    registered = _registered(issuer, sources)
    return registered is not None and key_id in registered.compromised_keys


def find_key(
    issuer: str, key_id: str, sources: Sources, *, logged_at: datetime | None = None
) -> tuple[VerificationKey | None, Check]:
    """Find the key that a proof names, and say whether it is the issuer's and can be trusted.

    `logged_at` is the moment at which the log proves the certificate to have been there, None without a proof: it
    decides about a key that was withdrawn, and about no other.
    """
    if key_id.partition("#")[0] != issuer:
        return None, failed(CheckName.KEY, N_("The signature names no key of the issuer."))
    content = sources.did_documents.get(issuer)
    if content is None:
        return None, unclear(CheckName.KEY, N_("The issuer's key document could not be fetched."))
    registered = _registered(issuer, sources)
    if registered is not None and is_withdrawn(issuer, key_id, sources):
        removed = registered.removed_keys.get(key_id)
        check = check_withdrawn(removed, logged_at)
        if removed is None or check.ok is not True:
            return None, check
        return VerificationKey(id=key_id, public_key=removed.public_key), check
    try:
        key = assertion_keys(content, issuer).get(key_id)
    except Invalid:
        return None, unclear(CheckName.KEY, N_("The issuer's key document cannot be read."))
    if key is None:
        return None, failed(CheckName.KEY, N_("The issuer does not list the key %(key)s."), key=key_id[:120])
    return key, passed(CheckName.KEY, N_("The key is one of the issuer's."))
