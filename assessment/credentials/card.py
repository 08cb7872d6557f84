"""The card for the wallet, drawn when it is asked for: it holds nothing that the certificate does not."""

from dataclasses import replace

from sqlalchemy.orm import Session

from assessment.credentials.certificate import certificate_of
from assessment.credentials.codes import address_code, full_code
from assessment.credentials.printing import Issued, print_card
from assessment.credentials.tables import Credential, CredentialIntent
from assessment.domain.credentials.facts import read_facts
from assessment.domain.credentials.json_text import read_object
from assessment.domain.credentials.qr_payload import code_segments


def card_of(
    session: Session, intent: CredentialIntent, credential: Credential, *, document: bytes, digits: str
) -> bytes:
    """Return the card of an issued certificate as a PDF; the name is the one that was signed."""
    certificate = certificate_of(session, intent.body_id, intent.decision_id)
    facts = read_facts(read_object(document))
    address, _ = code_segments(facts.issuer, intent.id, digits)
    return print_card(
        replace(certificate, decided_on=intent.decided_on, valid_until_on=intent.valid_until_on),
        number=intent.number,
        name=facts.recipient,
        issued=Issued(
            public_id=intent.id,
            code=full_code(address, digits),
            small_code=address_code(address.rstrip("#")),
            document=document,
        ),
        now=credential.issued_at,
    )
