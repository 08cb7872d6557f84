"""Is it revoked or suspended: one bit in a list that the issuer signed and that is not too old."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from assessment.domain.credentials.facts import StatusPlace, issuer_of
from assessment.domain.credentials.json_text import read_object
from assessment.domain.credentials.proof import holds, read_instant, read_proof
from assessment.domain.credentials.sources import Sources
from assessment.domain.credentials.status_list import StatusList, StatusPurpose, read_list
from assessment.domain.credentials.trust import find_key
from assessment.domain.credentials.verdict import Check, CheckName, failed, passed, refused, unclear
from assessment.domain.errors import N_, Invalid

CLOCK_SKEW = timedelta(minutes=5)  # between the machine that signs a status list and the one that asks
MOST_LISTS = 32  # whose content is remembered; one has 16 KiB of bits, and 2 MiB at most

_STATUS_CHECKS = {
    StatusPurpose.REVOCATION: CheckName.REVOCATION,
    StatusPurpose.SUSPENSION: CheckName.SUSPENSION,
}


def check_statuses(issuer: str, places: Iterable[StatusPlace], now: datetime, sources: Sources) -> list[Check]:
    """Look up the bit of each purpose; a purpose without a place cannot be checked."""
    named = {place.purpose: place for place in places}
    return [_check_status(issuer, purpose, named.get(purpose), now, sources) for purpose in StatusPurpose]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Listed:
    """What a list says of itself before it is believed."""

    issuer: str
    url: object
    key_id: str


# The same bytes say the same every time: a list is asked about thousands of times before it is signed anew.


@lru_cache(maxsize=MOST_LISTS)
def _read(content: bytes) -> _Listed:
    document = read_object(content)
    key_id = read_proof(document).verification_method
    return _Listed(issuer=issuer_of(document), url=document.get("id"), key_id=key_id)


@lru_cache(maxsize=MOST_LISTS)
def _is_signed(content: bytes, public_key: bytes) -> bool:
    document = read_object(content)
    return holds(document, read_proof(document), public_key)


@lru_cache(maxsize=MOST_LISTS)
def _bits(content: bytes, purpose: StatusPurpose) -> StatusList:
    return read_list(read_object(content), purpose)


@lru_cache(maxsize=MOST_LISTS)
def _period(content: bytes) -> tuple[datetime, datetime]:
    document = read_object(content)
    return read_instant(document.get("validFrom")), read_instant(document.get("validUntil"))


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
        found = signed_list(issuer, purpose, place.url, content, sources)
        is_set = found.bits.is_set(place.index)
    except Invalid as refusal:
        return refused(name, refusal, ok=None)
    fresh = found.is_fresh(now)
    if is_set and (fresh or purpose is StatusPurpose.REVOCATION):
        return failed(name, N_("Marked in the issuer's list of %(moment)s."), moment=found.since)
    if not fresh:
        return unclear(name, N_("The issuer's list is of %(moment)s and too old to rely on."), moment=found.since)
    return passed(name, N_("Not marked in the issuer's list of %(moment)s."), moment=found.since)


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedList:
    """The bits of a list that its issuer signed, and for how long."""

    bits: StatusList
    since: datetime
    until: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether the list may be relied on at a moment, give or take what clocks differ by."""
        return self.since - CLOCK_SKEW <= now <= self.until + CLOCK_SKEW


def signed_list(issuer: str, purpose: StatusPurpose, url: str, content: bytes, sources: Sources) -> SignedList:
    """Return what a list under an address says.

    Raises Invalid for one that cannot be read, is another list, or that the issuer has not signed.
    """
    listed = _read(content)
    key, _ = find_key(issuer, listed.key_id, sources)
    if listed.issuer != issuer or listed.url != url or key is None:
        raise Invalid(N_("The list is not the issuer's."))
    if not _is_signed(content, key.public_key):
        raise Invalid(N_("The signature of the list does not hold."))
    since, until = _period(content)
    return SignedList(bits=_bits(content, purpose), since=since, until=until)
