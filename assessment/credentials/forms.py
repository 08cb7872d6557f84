"""A credential in its other forms: a token around the whole, and one of which the holder shows parts.

Both are signed at issuing, with the key of that day, and are sealed beside the credential: a key that is retired later
signs nothing any more.
"""

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.persons import sealer
from assessment.credentials.keys import Key
from assessment.credentials.signer_client import signer
from assessment.credentials.tables import Credential, CredentialForm, IssuerKey, TokenForm
from assessment.domain.credentials.facts import Node
from assessment.domain.credentials.jose import VC_JWT, read_token, sign_token
from assessment.domain.credentials.json_text import read_object
from assessment.domain.credentials.multibase import decode_multikey
from assessment.domain.credentials.sd_jwt import read_selective, sign_selective
from assessment.domain.errors import N_, Conflict, Invalid
from assessment.domain.mismatch import Mismatch, differs, mismatch

SALT_BYTES = 16


def sign_forms(document: Node, body_id: str, key: Key, *, now: datetime) -> dict[TokenForm, str]:
    """Return a signed credential in its other forms, each held against the published key.

    Raises Conflict when the signer does not answer or holds another key.
    """
    sign = signer().signing_as(body_id, key.id)
    body = {name: value for name, value in document.items() if name != "proof"}
    made = {
        TokenForm.VC_JWT: sign_token(VC_JWT, body, key_id=key.address, sign=sign),
        TokenForm.SD_JWT: sign_selective(
            body,
            key_id=key.address,
            issued_at=int(now.timestamp()),
            salt=lambda: secrets.token_bytes(SALT_BYTES),
            sign=sign,
        ),
    }
    tokens = (read_token(made[TokenForm.VC_JWT]), read_selective(made[TokenForm.SD_JWT]).token)
    if not all(token.holds(key.public) for token in tokens):
        raise Conflict(N_("The signer holds another key than the one that is published."))
    return made


def form_rows(credential: Credential, wrapped: bytes, forms: dict[TokenForm, str]) -> Iterable[CredentialForm]:
    """Return the rows that keep a credential's other forms, sealed under its person's key."""
    for form, text in forms.items():
        yield CredentialForm(
            body_id=credential.body_id,
            credential_id=credential.id,
            form=form,
            sealed=sealer().seal(wrapped, credential.person_id, text.encode()),
            sha256=sha256(text.encode()).hexdigest(),
            made_at=credential.issued_at,
        )


def form_of(session: Session, credential: Credential, wrapped: bytes | None, form: TokenForm) -> bytes | None:
    """Return a credential in another form; None for one that was issued without it.

    Raises Erased when its holder was erased, ValueError when it was changed.
    """
    row = session.scalar(
        select(CredentialForm).where(
            CredentialForm.body_id == credential.body_id,
            CredentialForm.credential_id == credential.id,
            CredentialForm.form == form,
        )
    )
    return None if row is None else sealer().open(wrapped, credential.person_id, row.sealed)


def rederive_forms(
    session: Session, credential: Credential, wrapped: bytes | None, content: bytes, record: str
) -> Iterator[Mismatch]:
    """Hold each other form against its digest, the issuer's key and the credential itself."""
    document = {name: value for name, value in read_object(content).items() if name != "proof"}
    key = session.get_one(IssuerKey, (credential.body_id, credential.key_id))
    public = decode_multikey(key.multibase)
    for form in TokenForm:
        row = session.get(CredentialForm, (credential.body_id, credential.id, form))
        if row is None:
            continue
        try:
            text = sealer().open(wrapped, credential.person_id, row.sealed).decode()
            if form is TokenForm.VC_JWT:
                token = read_token(text)
                agrees = token.payload == document
            else:
                shown = read_selective(text)
                token, agrees = shown.token, shown.hidden == 0 and shown.claims.get("jti") == document["id"]
        except (ValueError, Invalid) as error:
            yield mismatch(record, str(form), "a token sealed under the person's key", str(error))
            continue
        yield from differs(record, str(form), sha256(text.encode()).hexdigest(), row.sha256)
        if not agrees or not token.holds(public):
            yield mismatch(record, str(form), "the credential, signed by its key", "another")
