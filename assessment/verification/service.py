"""Asking: a certificate under its address, one that somebody brought, a number with a birth date, a passport's end.

Reading only. Everything that verification relies on is fetched here and handed to the domain.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from assessment.accounts.persons import birth_date_of, documents_of, sealer
from assessment.accounts.sealing import Erased
from assessment.credentials.exporting import open_pdf
from assessment.credentials.keys import is_demo
from assessment.credentials.log_heads import log_key
from assessment.credentials.pdf_certificates import published_authority, sealing_keys
from assessment.credentials.pdf_seals import digests_under
from assessment.credentials.public import find_by_number, issuers_with_keys
from assessment.credentials.queries import credential_of
from assessment.credentials.status_lists import published_list
from assessment.domain.credentials.did_web import assertion_keys, code_of
from assessment.domain.credentials.json_text import read_object, write_object
from assessment.domain.credentials.sources import Sources, is_document, wanted_for
from assessment.domain.credentials.status_list import StatusPurpose
from assessment.domain.credentials.stored_form import SignedBytes, StoredForm, read_form, signed_bytes
from assessment.domain.credentials.verdict import CheckName, Verdict, Verification, conclude, failed, passed
from assessment.domain.credentials.verify import verify
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.ids import is_id
from assessment.domain.language import LANGUAGES
from assessment.verification.arriving import visible_lines
from assessment.verification.beside import Beside, beside
from assessment.verification.doctored import Comparison, absent_facts, line_differences
from assessment.verification.evidence import Evidence, evidence_of
from assessment.verification.page import Registry
from assessment.verification.pdf_seal import KnownKeys, check_sealing_key, with_seal
from assessment.verification.published import own_lists
from assessment.verification.queries import (
    SealedCertificate,
    is_superseded,
    registry_facts,
    sealed_certificate,
    stored_lists,
    titles_in,
    zone_of,
)
from assessment.verification.shown_photo import ShownPhoto, read

PASSPORT = "passport"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was found out: `verification` is None when the holder's data was erased; `keys` are the issuer's.

    `sources`: what the verification relied on. `signed`: what can be checked again without RDF; None where no canonical
    bytes are stored, or the signature fails.
    """

    zone: str = "UTC"
    body_id: str | None = None
    person_id: str | None = None
    verification: Verification | None = None
    registry: Registry | None = None
    evidence: Evidence | None = None
    beside: Beside | None = None
    birth_date: date | None = None
    photo: ShownPhoto | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, bytes] = field(default_factory=dict)
    signed: SignedBytes | None = None
    sources: Sources | None = None

    @property
    def signed_places(self) -> frozenset[tuple[StatusPurpose, int]]:
        """Purpose and index in the status lists, as the issuer signed them."""
        facts = None if self.verification is None else self.verification.facts
        return frozenset() if facts is None else frozenset((place.purpose, place.index) for place in facts.statuses)


def look_up(session: Session, public_id: str, *, now: datetime, language: str = "en") -> Found | None:
    """Verify the certificate under a public id at this moment; None when there is none.

    `language`: what titles are looked up in, where they were not signed in it.
    """
    row = sealed_certificate(session, public_id)
    if row is None:
        return None
    found = Found(zone=row.zone, body_id=row.body_id, person_id=row.person_id)
    try:
        content = sealer().open(row.wrapped, row.person_id, row.sealed)
    except Erased:
        return found
    proof = None if row.sealed_proof is None else sealer().open(row.wrapped, row.person_id, row.sealed_proof)
    form = _stored_form(row)
    sources = replace(sources_for(session, content, now), log_key=log_key(session), log_proof=proof, stored=form)
    verification = verify(content, now=now, sources=sources)
    return replace(
        found,
        registry=registry_facts(session, row.body_id, row.decision_id, demo=is_demo(session)),
        evidence=evidence_of(session, row.body_id, row.application_id, public_id),
        beside=beside(session, row.body_id, public_id, row.wrapped, row.person_id),
        birth_date=birth_date_of(session, row.body_id, row.person_id) if row.shows_birth_date else None,
        photo=_photo(row),
        titles={} if language in LANGUAGES else titles_in(session, row.body_id, row.decision_id, language),
        verification=_with_successor(verification, row.superseded),
        keys=_keys(verification, sources),
        sources=sources,
        signed=_signed(verification, form, content),
    )


def verify_brought(session: Session, content: bytes | str, *, now: datetime) -> Found:
    """Verify a credential's JSON or a code's text that somebody brought; shows no more than it holds itself."""
    sources = replace(
        sources_for(session, content, now), log_key=log_key(session), log_proof=_stored_proof(session, content)
    )
    verification = verify(content, now=now, sources=sources)
    public_id = _public_id(verification)
    if public_id is None or verification.issuer is None:
        return Found(verification=verification)
    return Found(
        zone=zone_of(session, code_of(verification.issuer)) or "UTC",
        verification=_with_successor(verification, is_superseded(session, public_id)),
    )


def compare_pdf(session: Session, found: Found, content: bytes) -> Comparison | None:
    """Hold a PDF that somebody brought against the one that was issued; None for what is not a certificate of ours."""
    facts = None if found.verification is None else found.verification.facts
    if facts is None or found.verification is None or found.verification.verdict in (Verdict.FORGED, Verdict.UNKNOWN):
        return None
    original = _issued_pdf(session, code_of(facts.issuer), facts.id.rpartition("/")[2])
    if original == content:
        return Comparison(same_file=True, compared=True)
    here = visible_lines(content)
    issued = None if original is None else visible_lines(original)
    if here is None:
        return Comparison(same_file=False, compared=False)
    if issued is None:
        absent = absent_facts(here, (facts.recipient, facts.number))
        return Comparison(same_file=False, compared=bool(absent), differences=absent)
    return Comparison(same_file=False, compared=True, differences=line_differences(here, issued))


def judge_seal(
    session: Session, found: Found, content: bytes, comparison: Comparison | None, *, now: datetime
) -> Found:
    """Say of a PDF that is whole, and not the issued one, what speaks about its key, once a key was withdrawn.

    Until then no key is known to be in strange hands, and the comparison says all. Raises Conflict when too many files
    are looked at at once.
    """
    if found.verification is None or (comparison is not None and comparison.same_file):
        return found
    keys = [key for keys in sealing_keys(session).values() for key in keys]
    if not any(key.removed_at for key in keys):
        return found
    known = KnownKeys(
        keys={key.certificate_sha256: key for key in keys},
        complete=True,
        is_issued=lambda key, digest: digest in digests_under(session, key.body_id, key.id, digest),
    )
    authority, issuer = published_authority(session), found.verification.issuer
    check = check_sealing_key(content, authority, known, now, issuer=issuer)
    return found if check is None else replace(found, verification=with_seal(found.verification, check))


def _issued_pdf(session: Session, body_id: str, public_id: str) -> bytes | None:
    found = credential_of(session, body_id, public_id)
    if found is None:
        return None
    _intent, credential, wrapped = found
    try:
        return open_pdf(credential, wrapped)
    except (NotFound, Erased, ValueError):
        return None


def find_certificate(session: Session, number: str, birth_date: date | None) -> str | None:
    """Return the public id of the certificate with this number whose holder was born on this day, or None."""
    if birth_date is None:
        return None
    try:
        return find_by_number(session, number, birth_date)
    except NotFound:
        return None


def document_ends(session: Session, found: Found, last_four: str) -> bool:
    """Say whether a passport of the holder ends in these four characters."""
    if found.body_id is None or found.person_id is None or len(last_four) != 4:
        return False
    wanted = last_four.upper()
    documents = documents_of(session, found.body_id, found.person_id)
    return any(each.kind == PASSPORT and each.number[-4:] == wanted for each in documents)


def sources_for(session: Session, content: bytes | str, now: datetime) -> Sources:
    """Have at hand what the verification of `content` asks for, from the issuers of this register only."""
    registry, documents = issuers_with_keys(session)
    wanted = wanted_for(content)
    if wanted.issuer is None or wanted.issuer not in registry:
        return Sources(registry=registry)
    body_id = code_of(wanted.issuer)
    names = own_lists(wanted)
    lists = _lists(session, body_id, tuple(names.values()), now)
    return Sources(
        registry=registry,
        did_documents={wanted.issuer: write_object(documents[wanted.issuer])},
        status_lists={url: lists[name] for url, name in names.items() if name in lists},
    )


def _stored_form(row: SealedCertificate) -> StoredForm | None:
    """The canonical bytes that are kept of a credential; None where there are none that can be read."""
    if row.sealed_form is None:
        return None
    try:
        return read_form(sealer().open(row.wrapped, row.person_id, row.sealed_form))
    except ValueError:
        return None


def _photo(row: SealedCertificate) -> ShownPhoto | None:
    """The photo that the holder lets be shown; None where there is none that can be read."""
    if row.sealed_photo is None:
        return None
    try:
        return read(sealer().open_json(row.wrapped, row.person_id, row.sealed_photo))
    except ValueError:
        return None


def _signed(verification: Verification, form: StoredForm | None, content: bytes) -> SignedBytes | None:
    """What the signature of a credential that was believed stands over."""
    if form is None or verification.document is None or not form.is_of(content):
        return None
    return signed_bytes(form, verification.document)


def _stored_proof(session: Session, content: bytes | str) -> bytes | None:
    """The proof that is kept of a credential of ours: it proves what was logged, and nothing else that is brought."""
    if not is_document(content):
        return None
    try:
        name = read_object(content.encode(errors="replace") if isinstance(content, str) else content).get("id")
    except Invalid:
        return None
    public_id = name.rpartition("/")[2] if isinstance(name, str) else ""
    row = sealed_certificate(session, public_id) if is_id(public_id) else None
    if row is None or row.sealed_proof is None:
        return None
    try:
        return sealer().open(row.wrapped, row.person_id, row.sealed_proof)
    except Erased:
        return None


def _keys(verification: Verification, sources: Sources) -> dict[str, bytes]:
    did = verification.issuer
    if did is None or did not in sources.did_documents:
        return {}
    return {key.id: key.public_key for key in assertion_keys(sources.did_documents[did], did).values()}


def _lists(session: Session, body_id: str, names: tuple[str, ...], now: datetime) -> dict[str, bytes]:
    """Return the signed lists; one that is missing or about to end is signed anew, if the signer answers."""
    stored = stored_lists(session, body_id, names)
    found = {name: write_object(document) for name, (document, since, until) in stored.items() if since <= now < until}
    for name in names:
        if name not in found:
            try:
                document = published_list(name, now)
            except Conflict:
                continue
            if document is not None:
                found[name] = write_object(document)
    return found


def _with_successor(verification: Verification, superseded: bool | None) -> Verification:
    """Add what only our records know: whether a newer certificate has taken this one's place."""
    believed = any((verification.facts, verification.payload, verification.disclosed))
    if not believed or superseded is None or verification.verdict in (Verdict.FORGED, Verdict.UNKNOWN):
        return verification
    if superseded:
        check = failed(CheckName.SUCCESSOR, N_("A newer certificate has taken its place."))
    else:
        check = passed(CheckName.SUCCESSOR, N_("No newer certificate has taken its place."))
    checks = (*verification.checks[:-1], check, verification.checks[-1])
    return replace(verification, checks=checks, verdict=conclude(checks, issued_here=True))


def _public_id(verification: Verification) -> str | None:
    if verification.facts is not None:
        return verification.facts.id.rpartition("/")[2]
    if verification.disclosed is not None:
        return str(verification.disclosed.get("jti", "")).rpartition("/")[2] or None
    return verification.payload.public_id if verification.payload is not None else None
