"""The canonical bytes of issued credentials: made once, at issuing, and read by every check of the signature since.

Only issuing, what somebody brings, and `fsck` canonicalise RDF. A credential from before these were stored has none,
and is canonicalised whenever it is checked.
"""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from assessment.accounts.persons import sealer
from assessment.credentials.tables import Credential, CredentialCanonical
from assessment.domain.credentials.stored_form import FORMAT, read_form, write_form
from assessment.domain.errors import Invalid
from assessment.domain.mismatch import Mismatch, mismatch


def canonical_row(credential: Credential, wrapped: bytes, content: bytes) -> CredentialCanonical:
    """Return the row that keeps the canonical bytes of a signed credential, sealed under its person's key."""
    return CredentialCanonical(
        body_id=credential.body_id,
        credential_id=credential.id,
        v=FORMAT,
        sealed=sealer().seal(wrapped, credential.person_id, write_form(content)),
        made_at=credential.issued_at,
    )


def rederive_canonical(
    session: Session, credential: Credential, wrapped: bytes | None, content: bytes, record: str
) -> Iterator[Mismatch]:
    """Canonicalise a credential anew and hold its stored bytes against that."""
    row = session.get(CredentialCanonical, (credential.body_id, credential.id))
    if row is None:
        return
    try:
        stored = read_form(sealer().open(wrapped, credential.person_id, row.sealed))
        expected = read_form(write_form(content))
    except (ValueError, Invalid) as error:
        yield mismatch(record, "canonical", "canonical bytes sealed under the person's key", str(error))
        return
    if stored != expected:
        yield mismatch(record, "canonical", "the canonical bytes of the credential", "others")
