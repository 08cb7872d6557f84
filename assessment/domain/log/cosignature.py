"""Cosignatures: a witness states that, at a moment, this was the largest head of the log that it had seen.

Specification: https://c2sp.org/tlog-cosignature, Ed25519 (key kind 4).
"""

from datetime import UTC, datetime

from assessment.domain.log.note import Note, Signature, Signer, VerifierKey, fits

_TIME_BYTES = 8


def cosign(text: str, key: VerifierKey, at: datetime, sign: Signer) -> Signature:
    """Sign a checkpoint's text as a witness at a moment (aware, kept to the second)."""
    seconds = int(at.timestamp())
    signature = sign(_message(text, seconds))
    return Signature(name=key.name, key_id=key.id, content=seconds.to_bytes(_TIME_BYTES, "big") + signature)


def cosigned_at(note: Note, key: VerifierKey) -> datetime | None:
    """Return when a witness cosigned a checkpoint (UTC); None when it did not, or the cosignature does not hold."""
    for signature in note.signatures:
        if signature.is_of(key) and len(signature.content) == _TIME_BYTES + 64:
            seconds = int.from_bytes(signature.content[:_TIME_BYTES], "big")
            if fits(key.public, signature.content[_TIME_BYTES:], _message(note.text, seconds)):
                try:
                    return datetime.fromtimestamp(seconds, UTC)
                except (ValueError, OverflowError, OSError):
                    return None
    return None


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
