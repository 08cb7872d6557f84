"""How the page says what stands beside the certificate: laid over a page that is drawn already. Pure."""

from dataclasses import replace
from datetime import date

from assessment.domain.credentials.build import NOT_ISO_9606
from assessment.domain.credentials.facts import Facts
from assessment.domain.credentials.verdict import Verification
from assessment.verification.beside import Beside
from assessment.verification.page import Language, Page
from assessment.verification.present_confirmation import present_confirmation
from assessment.verification.present_qualification import present_qualified
from assessment.verification.sentences import State

VOUCHES = frozenset({State.VALID, State.EXPIRED, State.SUPERSEDED, State.CONFIRMATION_LAPSED})
"""States in which something may stand beside; what is withdrawn, on hold or forged vouches for nothing else either."""


def may_stand_beside(verification: Verification) -> bool:
    """Say whether a certificate vouches for what stands beside it."""
    return State(verification.verdict) in VOUCHES


def wants_confirmation(facts: Facts, beside: Beside) -> bool:
    """Say whether something is to be said of the employer's confirmation.

    Only a welder's certificate is to be confirmed every six months, so only of it is said that nobody did.
    """
    return beside.stated is not None or beside.qualified is not None or NOT_ISO_9606 in facts.description


def with_beside(
    page: Page, verification: Verification, beside: Beside | None, *, today: date, language: Language
) -> Page:
    """Return a page with what stands beside its certificate."""
    facts = verification.facts
    if beside is None or facts is None or page.state not in VOUCHES:
        return page
    if beside.qualified is not None:
        shown = present_qualified(beside.qualified, today=today, language=language)
        page = replace(page, qualified=shown, qualification="")
    if not wants_confirmation(facts, beside):
        return page
    begins = verification.clocks[0].start.date()
    confirmed = present_confirmation(beside.stated, begins=begins, today=today, language=language)
    return replace(page, confirmed=confirmed)
