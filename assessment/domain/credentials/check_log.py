"""Whether a credential stands in the public log, by the proof that came with it."""

from collections.abc import Mapping
from datetime import datetime

from assessment.domain.credentials.did_web import code_of
from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.log_proof import LONGEST_DELAY, check_log_proof
from assessment.domain.credentials.proof import Proof
from assessment.domain.credentials.sources import Sources
from assessment.domain.credentials.verdict import Check, CheckName, failed, passed, refused, unclear
from assessment.domain.errors import N_, Invalid


def logged_at(issuer: str, document: Mapping[str, object], sources: Sources) -> datetime | None:
    """Return the moment since which the log proves a document to be there; None without a proof that holds."""
    if sources.log_proof is None or sources.log_key is None:
        return None
    try:
        return check_log_proof(sources.log_proof, write_object(document), code_of(issuer), sources.log_key).logged_at
    except Invalid:
        return None


def check_log_entry(issuer: str, document: Mapping[str, object], signature: Proof | None, sources: Sources) -> Check:
    """Check that a signed document was logged when it was signed; "not present" without a proof.

    A signature that claims another hour than its entry was made later (or earlier) than it says.
    """
    if sources.log_proof is None or signature is None:
        return unclear(CheckName.TLOG_PROOF, N_("not present"))
    if sources.log_key is None:
        return unclear(CheckName.TLOG_PROOF, N_("There is a proof, but the log's key is not at hand."))
    try:
        logged = check_log_proof(sources.log_proof, write_object(document), code_of(issuer), sources.log_key)
    except Invalid as refusal:
        return refused(CheckName.TLOG_PROOF, refusal)
    if abs(logged.logged_at - signature.created) > LONGEST_DELAY:
        return failed(
            CheckName.TLOG_PROOF,
            N_("It says that it was signed on %(signed)s, but was logged on %(logged)s."),
            signed=signature.created,
            logged=logged.logged_at,
        )
    return passed(
        CheckName.TLOG_PROOF,
        N_("Entry %(position)s of the public log, since %(moment)s."),
        position=logged.position,
        moment=logged.logged_at,
    )
