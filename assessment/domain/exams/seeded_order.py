"""An order that a stored seed decides, the same on every machine and in every version of Python.

The order is that of SHA-256 over purpose, seed and identifier; `random` is not used, because its
algorithms are not promised to stay.
"""

import hashlib
from collections.abc import Iterable


def rank(identifier: str, *, seed: bytes, purpose: str) -> bytes:
    """Return the sort key (32 bytes) of an identifier under a seed; `purpose` keeps two orders apart."""
    digest = hashlib.sha256()
    for part in (purpose.encode(), seed, identifier.encode()):
        digest.update(len(part).to_bytes(4))
        digest.update(part)
    return digest.digest()


def seeded_order(identifiers: Iterable[str], *, seed: bytes, purpose: str) -> tuple[str, ...]:
    """Return the identifiers in the order that the seed decides, whatever order they arrived in."""
    return tuple(sorted(identifiers, key=lambda identifier: rank(identifier, seed=seed, purpose=purpose)))
