"""New opaque identifiers: 80 random bits, drawn here because the domain draws nothing."""

import secrets

from assessment.domain.ids import ID_BYTES, to_base32


def new_id() -> str:
    """Return sixteen characters that nobody can guess and nothing else has."""
    return to_base32(secrets.token_bytes(ID_BYTES))
