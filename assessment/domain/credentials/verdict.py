"""The answer to "is it valid?": checks with their reasons, the clocks, and the verdict that follows.

The verdict is read off one table: what a failed check means, and which meaning goes first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from assessment.domain.credentials.facts import Facts
from assessment.domain.credentials.qr_payload import Payload
from assessment.domain.errors import Invalid


class Verdict(StrEnum):
    """One word for a certificate, in order of precedence; `unknown` is for what was not issued here."""

    FORGED = "forged"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    CONFIRMATION_LAPSED = "confirmation_lapsed"
    NOT_YET_VALID = "not_yet_valid"
    CANNOT_CHECK = "cannot_check"
    VALID = "valid"
    UNKNOWN = "unknown"


class CheckName(StrEnum):
    """What is looked at."""

    DOCUMENT = "document"
    ADDRESS = "address"
    ISSUER = "issuer"
    FORM = "form"
    CONTEXTS = "contexts"
    TERMS = "terms"
    KEY = "key"
    PROOF = "proof"
    RESOURCES = "resources"
    RESULTS = "results"
    VALID_FROM = "valid_from"
    VALID_UNTIL = "valid_until"
    REVOCATION = "revocation"
    SUSPENSION = "suspension"
    SUCCESSOR = "successor"
    TLOG_PROOF = "tlog_proof"
    PDF_SIGNATURE = "pdf_signature"


FAILS_AS: Mapping[CheckName, Verdict] = {
    CheckName.DOCUMENT: Verdict.FORGED,
    CheckName.ADDRESS: Verdict.FORGED,
    CheckName.ISSUER: Verdict.UNKNOWN,
    CheckName.FORM: Verdict.CANNOT_CHECK,
    CheckName.CONTEXTS: Verdict.FORGED,
    CheckName.TERMS: Verdict.FORGED,
    CheckName.KEY: Verdict.FORGED,
    CheckName.PROOF: Verdict.FORGED,
    CheckName.RESOURCES: Verdict.CANNOT_CHECK,
    CheckName.RESULTS: Verdict.CANNOT_CHECK,
    CheckName.VALID_FROM: Verdict.NOT_YET_VALID,
    CheckName.VALID_UNTIL: Verdict.EXPIRED,
    CheckName.REVOCATION: Verdict.REVOKED,
    CheckName.SUSPENSION: Verdict.SUSPENDED,
    CheckName.SUCCESSOR: Verdict.SUPERSEDED,
    CheckName.TLOG_PROOF: Verdict.CANNOT_CHECK,
    CheckName.PDF_SIGNATURE: Verdict.FORGED,
}

MAY_BE_ABSENT = frozenset({CheckName.ADDRESS, CheckName.RESOURCES, CheckName.TLOG_PROOF})


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing looked at: passed, failed, or (None) not possible to tell.

    `message` is an English sentence marked for translation, with `values` for its places.
    """

    name: CheckName
    ok: bool | None
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The sentence in English."""
        return self.message % self.values if self.values else self.message


class ClockState(StrEnum):
    """Where the moment of asking stands in a period."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """A period that decides about validity; `until` is its last second, None without an end."""

    name: str
    start: datetime
    until: datetime | None
    state: ClockState


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """Verdict, every check with its reason, and the clocks.

    `facts` and `document` (of a credential), `payload` (of a printed code) or `disclosed` (what a token shows of a
    credential) are there only when the signature holds: content under a failed signature is never shown.
    `issuer_name` comes from the registry.
    """

    verdict: Verdict
    checks: tuple[Check, ...]
    clocks: tuple[Clock, ...] = ()
    issuer: str | None = None
    issuer_name: str | None = None
    facts: Facts | None = None
    payload: Payload | None = None
    document: Mapping[str, object] | None = None
    disclosed: Mapping[str, object] | None = None


def clock(name: str, start: datetime, until: datetime | None, now: datetime) -> Clock:
    """Set a clock to `now`, to the second: a period ends after its last second."""
    moment = now.replace(microsecond=0)
    if moment < start:
        state = ClockState.NOT_STARTED
    elif until is not None and moment > until:
        state = ClockState.ENDED
    else:
        state = ClockState.RUNNING
    return Clock(name=name, start=start, until=until, state=state)


def conclude(checks: Iterable[Check], *, issued_here: bool | None) -> Verdict:
    """Return the first verdict, in order of precedence, that the checks lead to.

    `issued_here` says whether issuer or key are of the registry; None when nobody can tell.
    """
    if issued_here is None:
        return Verdict.CANNOT_CHECK
    if not issued_here:
        return Verdict.UNKNOWN
    reached = {Verdict.VALID}
    for check in checks:
        if check.ok is False:
            reached.add(FAILS_AS[check.name])
        elif check.ok is None and check.name not in MAY_BE_ABSENT:
            reached.add(Verdict.CANNOT_CHECK)
    return next(verdict for verdict in Verdict if verdict in reached)


def passed(name: CheckName, message: str, **values: object) -> Check:
    """Say that a check passed, with its reason."""
    return Check(name=name, ok=True, message=message, values=values)


def failed(name: CheckName, message: str, **values: object) -> Check:
    """Say that a check failed, with its reason."""
    return Check(name=name, ok=False, message=message, values=values)


def refused(name: CheckName, refusal: Invalid, *, ok: bool | None = False) -> Check:
    """Say that a check failed (or, with None, could not be made) for the reason that a rule gave."""
    return Check(name=name, ok=ok, message=refusal.message, values=refusal.values)


def unclear(name: CheckName, message: str, **values: object) -> Check:
    """Say that a check could not be made, with its reason."""
    return Check(name=name, ok=None, message=message, values=values)
