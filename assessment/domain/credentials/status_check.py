"""Is it revoked or suspended: one bit in a list that the issuer signed and that is not too old."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from assessment.domain.credentials.facts import StatusPlace, issuer_of
from assessment.domain.credentials.json_text import read_object
from assessment.domain.credentials.proof import holds, read_instant, read_proof
from assessment.domain.credentials.sources import Sources
from assessment.domain.credentials.status_list import StatusPurpose, read_list
from assessment.domain.credentials.trust import find_key
from assessment.domain.credentials.verdict import Check, CheckName, failed, passed, refused, unclear
from assessment.domain.errors import N_, Invalid

CLOCK_SKEW = timedelta(minutes=5)  # between the machine that signs a status list and the one that asks

_STATUS_CHECKS = {
    StatusPurpose.REVOCATION: CheckName.REVOCATION,
    StatusPurpose.SUSPENSION: CheckName.SUSPENSION,
}


def check_statuses(issuer: str, places: Iterable[StatusPlace], now: datetime, sources: Sources) -> list[Check]:
    """Look up the bit of each purpose; a purpose without a place cannot be checked."""
    named = {place.purpose: place for place in places}
    return [_check_status(issuer, purpose, named.get(purpose), now, sources) for purpose in StatusPurpose]


def _check_status(
    issuer: str, purpose: StatusPurpose, place: StatusPlace | None, now: datetime, sources: Sources
) -> Check:
    """Look up one bit. A set revocation bit counts in an old list too, because nothing takes it back."""
    name = _STATUS_CHECKS[purpose]
    if place is None:
        return unclear(name, N_("The certificate names no list for %(purpose)s."), purpose=str(purpose))
    content = sources.status_lists.get(place.url)
    if content is None:
        return unclear(name, N_("The list at %(url)s could not be fetched."), url=place.url[:200])
    try:
        document = read_object(content)
        proof = read_proof(document)
        key, _ = find_key(issuer, proof.verification_method, sources)
        if issuer_of(document) != issuer or document.get("id") != place.url or key is None:
            return unclear(name, N_("The list is not the issuer's."))
        if not holds(document, proof, key.public_key):
            return unclear(name, N_("The signature of the list does not hold."))
        is_set = read_list(document, purpose).is_set(place.index)
        since, until = read_instant(document.get("validFrom")), read_instant(document.get("validUntil"))
    except Invalid as refusal:
        return refused(name, refusal, ok=None)
    fresh = since - CLOCK_SKEW <= now <= until + CLOCK_SKEW
    if is_set and (fresh or purpose is StatusPurpose.REVOCATION):
        return failed(name, N_("Marked in the issuer's list of %(moment)s."), moment=since)
    if not fresh:
        return unclear(name, N_("The issuer's list is of %(moment)s and too old to rely on."), moment=since)
    return passed(name, N_("Not marked in the issuer's list of %(moment)s."), moment=since)
