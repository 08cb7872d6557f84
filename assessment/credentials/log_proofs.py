"""The proof that a certificate stands in the log, as it travels beside the certificate.

Its extra data is JSON: `{"v":1,"logged":MOMENT,"nonce":HEX}`. With the body's code from the issuer, the nonce and the
credential, whoever checks it writes the entry's bytes anew.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.credentials.log_heads import newest_checkpoint, published_text
from assessment.domain.credentials.log_proof import extra_of
from assessment.domain.log.entry import Kind
from assessment.domain.log.merkle import inclusion_path
from assessment.domain.log.proof import Proof
from assessment.transparency.sequencing import with_nodes
from assessment.transparency.tables import LogEntry, LogLeaf


def proof_of(session: Session, body_id: str, credential_id: str, nonce: bytes) -> bytes | None:
    """Return the proof of a certificate's entry under the newest head; None while it has no place under one.

    `nonce`: of its leaf, opened with the holder's key. Four statements.
    """
    entry = session.scalar(
        select(LogEntry)
        .join(LogLeaf, (LogLeaf.body_id == LogEntry.body_id) & (LogLeaf.id == LogEntry.log_leaf_id))
        .where(LogLeaf.body_id == body_id, LogLeaf.kind == Kind.ISSUE, LogLeaf.subject == credential_id)
    )
    checkpoint = newest_checkpoint(session)
    if entry is None or checkpoint is None or entry.position >= checkpoint.size:
        return None
    position, size = entry.position, checkpoint.size
    path = with_nodes(session, lambda node: inclusion_path(position, size, node))
    proof = Proof(
        index=position,
        path=tuple(path),
        checkpoint=published_text(session, checkpoint),
        extra=extra_of(nonce, entry.logged_at),
    )
    return str(proof).encode()
