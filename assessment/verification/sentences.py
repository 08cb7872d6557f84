"""What each verdict says to a person: one sentence, what it means, what to do. English, marked for translation.

No markup, no dates written out, no language: `present.py` fills the places.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from assessment.domain.competency import Method
from assessment.domain.credentials.verdict import CheckName, Verdict
from assessment.domain.errors import N_


class State(StrEnum):
    """What a page can show: the verdicts, and two for which there is no document to judge."""

    FORGED = Verdict.FORGED
    REVOKED = Verdict.REVOKED
    SUSPENDED = Verdict.SUSPENDED
    SUPERSEDED = Verdict.SUPERSEDED
    EXPIRED = Verdict.EXPIRED
    CONFIRMATION_LAPSED = Verdict.CONFIRMATION_LAPSED
    NOT_YET_VALID = Verdict.NOT_YET_VALID
    CANNOT_CHECK = Verdict.CANNOT_CHECK
    VALID = Verdict.VALID
    UNKNOWN = Verdict.UNKNOWN
    ERASED = "erased"
    MISSING = "missing"


class CheckState(StrEnum):
    """How a check ended; what may be absent by its nature is `absent`, what should have been looked at is `open`."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"
    ABSENT = "absent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """`word` is the state in a word, `named` the sentence with the holder's name, `plain` the one without."""

    word: str
    named: str
    plain: str
    meaning: str
    action: str


_DO_NOT_RELY = N_("Do not rely on it. Ask the issuer if you need to know more.")

SAID: Mapping[State, Said] = {
    State.VALID: Said(
        word=N_("Valid"),
        named=N_("%(name)s passed %(scheme)s on %(day)s."),
        plain=N_("The certificate holds."),
        meaning=N_("Everything that can be checked holds at this moment."),
        action=N_("Compare the name with the passport of the person in front of you."),
    ),
    State.EXPIRED: Said(
        word=N_("Expired"),
        named=N_("%(name)s passed %(scheme)s on %(day)s. The certificate has run out since."),
        plain=N_("The certificate has run out."),
        meaning=N_("It was genuine. Its time is over, so it no longer says what the holder can do today."),
        action=N_("Ask the holder for a newer certificate."),
    ),
    State.SUSPENDED: Said(
        word=N_("Suspended"),
        named=N_("The certificate of %(name)s for %(scheme)s is on hold."),
        plain=N_("The certificate is on hold."),
        meaning=N_("It is genuine, but the issuer has put it on hold while something is looked into."),
        action=N_("Do not rely on it now. Ask the issuer, or check again later."),
    ),
    State.REVOKED: Said(
        word=N_("Revoked"),
        named=N_("The certificate of %(name)s for %(scheme)s was withdrawn."),
        plain=N_("The certificate was withdrawn."),
        meaning=N_("The issuer has withdrawn it for good. It will not become valid again."),
        action=_DO_NOT_RELY,
    ),
    State.SUPERSEDED: Said(
        word=N_("Replaced by a newer one"),
        named=N_("A newer certificate has taken the place of this one of %(name)s for %(scheme)s."),
        plain=N_("A newer certificate has taken the place of this one."),
        meaning=N_("It was genuine. Something on it, the name for example, was corrected in the newer one."),
        action=N_("Ask the holder for the newer certificate and check that one."),
    ),
    State.CONFIRMATION_LAPSED: Said(
        word=N_("Not confirmed in time"),
        named=N_("%(name)s passed %(scheme)s on %(day)s. A regular confirmation is missing since."),
        plain=N_("A regular confirmation of practice is missing."),
        meaning=N_("The certificate is genuine, but nobody has confirmed in time that the skill is still in use."),
        action=N_("Ask the holder when the skill was used last, and ask the issuer how to confirm it."),
    ),
    State.NOT_YET_VALID: Said(
        word=N_("Not yet valid"),
        named=N_("The certificate of %(name)s for %(scheme)s begins on %(day)s."),
        plain=N_("The certificate begins on a later day."),
        meaning=N_("It is genuine, but it says nothing about the days before it begins."),
        action=N_("Check it again on the day on which it begins."),
    ),
    State.CANNOT_CHECK: Said(
        word=N_("Cannot be checked now"),
        named=N_("Whether the certificate of %(name)s for %(scheme)s still holds cannot be said at this moment."),
        plain=N_("Whether this certificate holds cannot be said at this moment."),
        meaning=N_("Something that is needed for the answer is missing. The technical checks below say what."),
        action=N_("Try again in a few minutes. Until then do not rely on it."),
    ),
    State.FORGED: Said(
        word=N_("Forged"),
        named=N_("This is not what the issuer signed."),
        plain=N_("This is not what the issuer signed."),
        meaning=N_("Its content or its signature was changed. Nothing of it is shown, for nothing of it is proved."),
        action=N_("Do not rely on it. Tell the issuer, by an address that you find yourself, not by one on the paper."),
    ),
    State.UNKNOWN: Said(
        word=N_("Not issued here"),
        named=N_("This was not issued here."),
        plain=N_("This was not issued here."),
        meaning=N_("It may be genuine elsewhere: this register knows only its own issuers."),
        action=N_("Ask the issuer that it names, by an address that you find yourself."),
    ),
    State.ERASED: Said(
        word=N_("Erased"),
        named=N_("The holder's data was erased; nothing can be shown."),
        plain=N_("The holder's data was erased; nothing can be shown."),
        meaning=N_("A certificate was issued under this address. What it said can no longer be read here by anybody."),
        action=N_("If the holder gives you the certificate's file, it can still be checked."),
    ),
    State.MISSING: Said(
        word=N_("Not found"),
        named=N_("No certificate has this address."),
        plain=N_("No certificate has this address."),
        meaning=N_("That alone does not make a paper a forgery: a letter of the address may be wrong or missing."),
        action=N_("Compare the address with the paper, letter by letter, or check by number and birth date."),
    ),
}

CHECKS: Mapping[CheckName, str] = {
    CheckName.DOCUMENT: N_("Form of the document"),
    CheckName.ADDRESS: N_("Address in the code"),
    CheckName.ISSUER: N_("Issuer"),
    CheckName.FORM: N_("Data model"),
    CheckName.CONTEXTS: N_("Vocabulary"),
    CheckName.TERMS: N_("Defined terms"),
    CheckName.KEY: N_("Key of the issuer"),
    CheckName.PROOF: N_("Signature of the issuer"),
    CheckName.RESOURCES: N_("Related resources"),
    CheckName.RESULTS: N_("Results of the units"),
    CheckName.VALID_FROM: N_("First day"),
    CheckName.VALID_UNTIL: N_("Last day"),
    CheckName.REVOCATION: N_("Withdrawal"),
    CheckName.SUSPENSION: N_("Suspension"),
    CheckName.SUCCESSOR: N_("Newer certificate"),
    CheckName.TLOG_PROOF: N_("Entry in the public log"),
    CheckName.PDF_SIGNATURE: N_("Signature of the PDF file"),
}

CHECK_WORDS: Mapping[CheckState, str] = {
    CheckState.PASSED: N_("passed"),
    CheckState.FAILED: N_("failed"),
    CheckState.OPEN: N_("could not be made"),
    CheckState.ABSENT: N_("not applicable"),
}

METHODS: Mapping[Method, str] = {
    Method.OBSERVED: N_("observed at work"),
    Method.PRODUCT: N_("product examined"),
    Method.WRITTEN: N_("written test"),
    Method.ORAL: N_("oral questions"),
    Method.PORTFOLIO: N_("portfolio examined"),
    Method.THIRD_PARTY: N_("statement by a third party"),
}

LEVELS: Mapping[str, str] = {"competent": N_("Competent"), "not-yet-competent": N_("Not yet competent")}

# The one text that every certificate bears so far; another one is shown as it stands in the document.
CRITERIA = N_(
    "Every performance criterion of each unit was proved by sufficient evidence under the scheme's assessment plan. "
    "Assessors recommended, a meeting of people who took no part decided, and another person released."
)

NOT_REPLACED = (
    N_("the skill and language tests of a country, such as SSW and Japanese tests or EPS-TOPIK"),
    N_("a visa, a work permit or a medical examination"),
)
NOT_REPLACED_BY_WELDING = (
    N_("a welder's qualification by ISO 9606-1"),
    N_("a qualification by a classification society or by JIS"),
)
