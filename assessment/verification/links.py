"""What a holder's link shows, and nothing else: everything, what was proved without the person, or yes or no.

The address of the certificate stands on no page of a link: who has the link does not have the certificate's address,
so that an ended link ends what it showed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assessment.credentials.tables import Shown
from assessment.domain.credentials.facts import Facts
from assessment.domain.credentials.proof import write_instant
from assessment.domain.credentials.verdict import Verdict, Verification
from assessment.verification.answer import Json, full_answer
from assessment.verification.page import Page

# Verdicts on which neither yes nor no can be said.
_OPEN = frozenset({Verdict.CANNOT_CHECK, Verdict.UNKNOWN})


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkPage:
    """A link's page: `page` holds what is drawn of the certificate; None where only yes or no is said."""

    shows: str
    valid: bool | None
    scheme: str
    issuer: str
    until: datetime | None
    page: Page


def stands(verification: Verification) -> bool | None:
    """Say whether a certificate is valid now; None when nobody can tell."""
    if verification.verdict in _OPEN:
        return None
    return verification.verdict is Verdict.VALID


def link_page(shows: Shown, verification: Verification, page: Page, *, language: str) -> LinkPage:
    """Return what a link's page is drawn from; of `page` only its template's part for `shows` is drawn."""
    facts = verification.facts
    clock = verification.clocks[0] if verification.clocks else None
    return LinkPage(
        shows=shows.value,
        valid=stands(verification),
        scheme="" if facts is None else facts.scheme_source_name if language == "id" else facts.scheme_name,
        issuer=verification.issuer_name or "",
        until=None if clock is None else clock.until,
        page=page,
    )


def link_answer(shows: Shown, public_id: str, verification: Verification, beside: Json, *, now: datetime) -> Json:
    """Return the answer of a link for programs, version 1; the certificate's own address only where all is shown.

    `beside`: as `beside_answer` returns it. A statement names people, so it comes with the whole alone.
    """
    match shows:
        case Shown.WHOLE:
            return {"shows": shows.value, **full_answer(public_id, verification, beside, now=now)}
        case Shown.RESULT:
            told: Json = {
                "verdict": str(verification.verdict),
                **_result(verification.facts, verification),
                "qualification": beside["qualification"],
            }
        case Shown.YES_OR_NO:
            told = {"valid": stands(verification), "scheme": _scheme(verification.facts)}
    return {"v": 1, "shows": shows.value, **told, "issuer": verification.issuer_name, "as_of": write_instant(now)}


def _scheme(facts: Facts | None) -> Mapping[str, str] | None:
    return None if facts is None else {"code": facts.scheme_code, "name": facts.scheme_name}


def _result(facts: Facts | None, verification: Verification) -> Json:
    until = verification.clocks[0].until if verification.clocks else None
    units = () if facts is None else facts.units
    return {
        "scheme": _scheme(facts),
        "units": [
            {
                "code": unit.code,
                "name": unit.name,
                "level": unit.level,
                "methods": sorted(map(str, unit.methods)),
                "written_percent": unit.written,
            }
            for unit in units
        ],
        "valid_until": None if until is None else write_instant(until),
    }
