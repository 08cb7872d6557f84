"""The answer for programs: one JSON shape, on the web and from the command."""

from collections.abc import Mapping
from datetime import datetime

from assessment.domain.credentials.proof import write_instant
from assessment.domain.credentials.verdict import Verification
from assessment.verification.sentences import State

Json = dict[str, object]


def short_answer(verification: Verification) -> Json:
    """Return verdict, every check with its reason in English, and the clocks."""
    return {
        "verdict": str(verification.verdict),
        "checks": [{"name": str(check.name), "ok": check.ok, "reason": check.reason} for check in verification.checks],
        "clocks": [
            {
                "name": clock.name,
                "start": write_instant(clock.start),
                "until": None if clock.until is None else write_instant(clock.until),
                "state": str(clock.state),
            }
            for clock in verification.clocks
        ],
    }


def full_answer(public_id: str, verification: Verification, beside: Json, *, now: datetime) -> Json:
    """Return the short answer with the certificate itself, which is there only when its signature holds.

    `beside`: what stands beside it, as `beside_answer` returns it.
    """
    facts = verification.facts
    document: Mapping[str, object] | None = verification.document
    return {
        "v": 1,
        "id": public_id,
        **short_answer(verification),
        "number": facts.number if facts else None,
        "credential": document,
        **beside,
        "as_of": write_instant(now),
    }


def absent_answer(public_id: str, state: State, *, now: datetime) -> Json:
    """Return the answer for an address without anything to judge: unknown when nothing is there, or erased."""
    return {
        "v": 1,
        "id": public_id,
        "verdict": "erased" if state is State.ERASED else "unknown",
        "checks": [],
        "clocks": [],
        "number": None,
        "credential": None,
        "qualification": None,
        "confirmation": None,
        "as_of": write_instant(now),
    }
