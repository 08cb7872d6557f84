"""What verification may rely on: the registry of issuers, their key documents, their status lists.

Everything is fetched beforehand by the caller and handed in as bytes. `wanted_for` says what to fetch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assessment.domain.credentials.did_web import document_url
from assessment.domain.credentials.facts import issuer_of, read_statuses
from assessment.domain.credentials.jose import is_token, read_token
from assessment.domain.credentials.json_text import read_object
from assessment.domain.credentials.qr_payload import Payload, open_digits, parse_code
from assessment.domain.credentials.status_list import StatusPurpose, list_url, locate
from assessment.domain.credentials.stored_form import StoredForm
from assessment.domain.credentials.withdrawn import RemovedKey
from assessment.domain.errors import Invalid
from assessment.domain.log.note import VerifierKey


@dataclass(frozen=True, kw_only=True, slots=True)
class Issuer:
    """A body as the registry knows it: its name, and the addresses (`DID#fragment`) of compromised keys.

    `removed_keys` says of compromised ones what they were and since when they are out: needed where the log proves
    that a certificate was there before.
    """

    name: str
    compromised_keys: frozenset[str] = frozenset()
    removed_keys: Mapping[str, RemovedKey] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """What was fetched.

    `registry` maps a did:web identifier to its issuer, None when there is no registry at hand;
    `did_documents` maps the identifier, `status_lists` and `resources` the address, to the bytes found there. What is
    missing from a mapping was not to be had. `log_key` verifies the log's heads, `log_proof` came with the document.
    `stored` holds the canonical bytes of a credential of our own records, which nobody else can bring.
    """

    registry: Mapping[str, Issuer] | None = None
    did_documents: Mapping[str, bytes] = field(default_factory=dict)
    status_lists: Mapping[str, bytes] = field(default_factory=dict)
    resources: Mapping[str, bytes] = field(default_factory=dict)
    log_key: VerifierKey | None = None
    log_proof: bytes | None = None
    stored: StoredForm | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a verification asks for: an issuer with the address of its key document, and status lists."""

    issuer: str | None = None
    did_document_url: str | None = None
    status_list_urls: tuple[str, ...] = ()


def wanted_for(content: bytes | str) -> Wanted:
    """Say what to fetch before verifying a credential's JSON, a token or a code's text; nothing when unreadable.

    The addresses are the document's own claims and not trusted: fetch only from issuers in the registry.
    """
    try:
        if is_document(content):
            document = read_object(content.encode(errors="replace") if isinstance(content, str) else content)
            issuer = issuer_of(document)
            lists = tuple(place.url for place in read_statuses(document))
        elif is_token(text := content.decode() if isinstance(content, bytes) else content):
            claims = read_token(text.strip().partition("~")[0]).payload
            issuer = issuer_of({"issuer": claims.get("iss", claims.get("issuer"))})
            lists = tuple(place.url for place in read_statuses(claims))
        else:
            code = parse_code(text)
            if code.digits is None:
                return Wanted()
            payload = open_digits(code.digits).payload
            issuer = payload.issuer
            lists = tuple(list_url(issuer, purpose, locate(index)[0]) for purpose, index in indices_of(payload))
        return Wanted(issuer=issuer, did_document_url=document_url(issuer), status_list_urls=lists)
    except (Invalid, UnicodeError):
        return Wanted()


def indices_of(payload: Payload) -> tuple[tuple[StatusPurpose, int], ...]:
    """Return the status indices of a code with their purposes."""
    return (
        (StatusPurpose.REVOCATION, payload.revocation_index),
        (StatusPurpose.SUSPENSION, payload.suspension_index),
    )


def is_document(content: bytes | str) -> bool:
    """Say whether what arrived looks like JSON rather than the text of a code."""
    start = content[:64]
    text = start.decode("utf-8", "replace") if isinstance(start, bytes) else start
    return text.lstrip("\ufeff \t\r\n").startswith("{")
