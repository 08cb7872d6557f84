"""A certificate's proof of its entry in the log: what it says besides, and whether it holds.

An entry holds the issuer's code, the moment of its logging and SHA-256 over a nonce and the credential's canonical
bytes. Moment and nonce travel in the proof's extra data; neither is believed before the entry that follows from them
is found in the signed tree.

Specification: https://c2sp.org/tlog-proof.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assessment.domain.errors import N_, Invalid
from assessment.domain.log.checkpoint import trusted_head
from assessment.domain.log.cosignature import cosigned_at
from assessment.domain.log.entry import NONCE_BYTES, Entry, Kind, canonical, commitment, written_moment
from assessment.domain.log.merkle import leaf_hash, proves_inclusion
from assessment.domain.log.note import VerifierKey
from assessment.domain.log.proof import read_proof

FORMAT = 1
# A certificate is signed when it is logged; an hour allows for a signer or a worker that was away.
LONGEST_DELAY = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Logged:
    """A proved entry: its place, when it was logged, and when each known witness had seen a tree with it (all UTC)."""

    position: int
    logged_at: datetime
    witnessed: tuple[tuple[str, datetime], ...] = ()


def extra_of(nonce: bytes, logged_at: datetime) -> bytes:
    """Write the extra data of a certificate's proof."""
    return canonical({"v": FORMAT, "logged": written_moment(logged_at), "nonce": nonce.hex()})


def check_log_proof(
    proof: bytes, credential: bytes, body_id: str, key: VerifierKey, witnesses: tuple[VerifierKey, ...] = ()
) -> Logged:
    """Return where and when a credential was logged.

    `credential`: its canonical bytes; `body_id`: the issuer's code; `key`: the log's. Raises Invalid, saying why, when
    the proof cannot be read, is of another log, or does not prove this credential.
    """
    found = read_proof(proof)
    nonce, logged_at = _read_extra(found.extra)
    head, note = trusted_head(found.checkpoint, key)
    entry = Entry(
        kind=Kind.ISSUE, body_id=body_id, logged_at=logged_at, commitment=commitment(nonce, credential)
    ).content
    if not proves_inclusion(leaf_hash(entry), found.index, head.size, found.path, head.root):
        raise Invalid(N_("The proof is not one of this certificate."))
    seen = ((witness.name, cosigned_at(note, witness)) for witness in witnesses)
    return Logged(
        position=found.index,
        logged_at=logged_at,
        witnessed=tuple((name, moment) for name, moment in seen if moment is not None),
    )


def _read_extra(content: bytes | None) -> tuple[bytes, datetime]:
    try:
        value = json.loads(content or b"")
        nonce = bytes.fromhex(value["nonce"])
        moment = datetime.strptime(value["logged"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        fits = len(nonce) == NONCE_BYTES and extra_of(nonce, moment) == content
    except (ValueError, KeyError, TypeError, RecursionError):
        fits = False
    if not fits:
        raise Invalid(N_("The proof does not say which entry it proves."))
    return nonce, moment
