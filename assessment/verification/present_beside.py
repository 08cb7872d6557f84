"""How the page says what stands beside the certificate: laid over a page that is drawn already. Pure."""

from dataclasses import replace
from datetime import date

from assessment.domain.credentials.build import NOT_ISO_9606
from assessment.domain.credentials.verdict import Verification
from assessment.verification.beside import Beside
from assessment.verification.page import Language, Page
from assessment.verification.present_confirmation import present_confirmation
from assessment.verification.present_qualification import present_qualified
from assessment.verification.sentences import State

VOUCHES = frozenset({State.VALID, State.EXPIRED, State.SUPERSEDED, State.CONFIRMATION_LAPSED})
"""States in which something may stand beside; what is withdrawn, on hold or forged vouches for nothing else either."""


def with_beside(
    page: Page, verification: Verification, beside: Beside | None, *, today: date, language: Language
) -> Page:
    """Return a page with what stands beside its certificate.

    Only a welder's certificate is to be confirmed every six months, so only it says that nobody did.
    """
    facts = verification.facts
    if beside is None or facts is None or page.state not in VOUCHES:
        return page
    if beside.qualified is not None:
        shown = present_qualified(beside.qualified, today=today, language=language)
        page = replace(page, qualified=shown, qualification="")
    welder = beside.qualified is not None or NOT_ISO_9606 in facts.description
    if beside.stated is None and not welder:
        return page
    begins = verification.clocks[0].start.date()
    confirmed = present_confirmation(beside.stated, begins=begins, today=today, language=language)
    return replace(page, confirmed=confirmed)
