"""Verification: every check of a certificate in any form, or of the code on it, with its reason. Never raises.

Pure: what is needed from outside stands in `Sources`, and `now` is a parameter. The order is fixed: whose is
it, is it understood, is it signed by a key of its issuer; only then is anything that it says believed.

Specifications: W3C Verifiable Credentials 2.0 (7), Data Integrity EdDSA Cryptosuites, Bitstring Status List.
"""

from collections.abc import Mapping
from datetime import datetime

from assessment.domain.credentials.canonical import UnknownContext, canonical_nquads, contexts_of
from assessment.domain.credentials.check_log import check_log_entry, logged_at
from assessment.domain.credentials.data_model import check_credential, check_resources
from assessment.domain.credentials.did_web import VerificationKey, origin_of
from assessment.domain.credentials.facts import (
    Facts,
    StatusPlace,
    issuer_of,
    read_facts,
    read_statuses,
    read_validity,
)
from assessment.domain.credentials.jose import VC_JWT, Token, is_token, read_token
from assessment.domain.credentials.json_text import read_object
from assessment.domain.credentials.proof import Proof, hash_nquads, is_signature, read_proof
from assessment.domain.credentials.qr_payload import Code, SignedPayload, open_digits, parse_code
from assessment.domain.credentials.sd_jwt import period_of, read_selective
from assessment.domain.credentials.sources import Sources, indices_of, is_document
from assessment.domain.credentials.status_check import check_statuses
from assessment.domain.credentials.status_list import list_url, locate
from assessment.domain.credentials.stored_form import StoredForm
from assessment.domain.credentials.trust import (
    address_is_ours,
    check_issuer,
    find_key,
    is_withdrawn,
    issued_here,
    name_of,
)
from assessment.domain.credentials.verdict import (
    Check,
    CheckName,
    Clock,
    Verification,
    clock,
    conclude,
    failed,
    passed,
    refused,
    unclear,
)
from assessment.domain.errors import N_, Invalid

_BELIEVED_ONLY_IF_SIGNED = (
    CheckName.RESULTS,
    CheckName.VALID_FROM,
    CheckName.VALID_UNTIL,
    CheckName.REVOCATION,
    CheckName.SUSPENSION,
)


def verify(content: bytes | str, *, now: datetime, sources: Sources) -> Verification:
    """Check a credential's JSON, a token, or the text of a code, whichever arrived, at the moment `now` (aware)."""
    if is_document(content):
        document = content.encode(errors="replace") if isinstance(content, str) else content
        return verify_credential(document, now=now, sources=sources)
    try:
        text = content.decode() if isinstance(content, bytes) else content
    except UnicodeDecodeError:
        message = N_("This is neither a certificate nor the text of its code.")
        return _unreadable(failed(CheckName.DOCUMENT, message))
    if is_token(text):
        return verify_token(text.strip(), now=now, sources=sources)
    return verify_code(text, now=now, sources=sources)


def verify_credential(content: bytes, *, now: datetime, sources: Sources) -> Verification:
    """Check a signed credential at the moment `now` (aware)."""
    try:
        document = read_object(content)
        issuer = issuer_of(document)
    except Invalid as refusal:
        return _unreadable(refused(CheckName.DOCUMENT, refusal))
    proof, shape = _read_proof(document)
    body = {key: value for key, value in document.items() if key != "proof"}
    key_id = proof.verification_method if proof else ""
    asked = sources.stored is not None or is_withdrawn(issuer, key_id, sources)
    since = logged_at(issuer, document, sources) if asked else None
    stored = _trusted_form(content, sources, since)
    nquads, language = _understand(body, stored)
    key, ownership = find_key(issuer, key_id, sources, logged_at=since)
    if shape is None:
        shape = _check_signature(proof, nquads, body, key, stored)
    return _judged(document, [*language, ownership, shape], key_id, proof, now, sources)


def verify_token(text: str, *, now: datetime, sources: Sources) -> Verification:
    """Check a credential in a signed token (vc+jwt), or what one shows of it (dc+sd-jwt), at the moment `now`."""
    if "~" in text:
        return _verify_selective(text, now, sources)
    try:
        token = read_token(text)
        if token.kind != VC_JWT:
            raise Invalid(N_("Expected a token of the type vc+jwt."))
        issuer = issuer_of(token.payload)
    except Invalid as refusal:
        return _unreadable(refused(CheckName.DOCUMENT, refusal))
    nquads, language = _understand(token.payload)
    key, ownership = find_key(issuer, token.key_id, sources)
    shape = _check_enveloping(token, key)
    if nquads is None and shape.ok:
        shape = unclear(CheckName.PROOF, N_("The signature cannot be checked: the content is not understood."))
    return _judged(token.payload, [*language, ownership, shape], token.key_id, None, now, sources)


def _verify_selective(text: str, now: datetime, sources: Sources) -> Verification:
    try:
        shown = read_selective(text)
        issuer = issuer_of({"issuer": shown.claims.get("iss")})
    except Invalid as refusal:
        return _unreadable(refused(CheckName.DOCUMENT, refusal))
    key, ownership = find_key(issuer, shown.token.key_id, sources)
    checks = [passed(CheckName.DOCUMENT, N_("It can be read.")), check_issuer(issuer, sources)]
    checks += [ownership, _check_enveloping(shown.token, key)]
    here = issued_here({issuer, shown.token.key_id.partition("#")[0]}, sources)
    if checks[-1].ok is not True or ownership.ok is False:
        return _not_believed(checks, issuer, here, sources)
    try:
        period = period_of(shown.claims)
    except Invalid as refusal:
        clocks: tuple[Clock, ...] = ()
        dates = [refused(name, refusal, ok=None) for name in (CheckName.VALID_FROM, CheckName.VALID_UNTIL)]
    else:
        clocks = (clock("certificate", period.start, period.until, now),)
        dates = _check_dates(clocks[0], now)
    told = N_("Every part that is shown is signed; %(hidden)s parts are not shown.")
    checks += [passed(CheckName.RESULTS, told, hidden=shown.hidden), *dates]
    checks += [*check_statuses(issuer, _places(shown.claims), now, sources), _no_log_proof()]
    return Verification(
        verdict=conclude(checks, issued_here=here),
        checks=tuple(checks),
        clocks=clocks,
        issuer=issuer,
        issuer_name=name_of(issuer, sources),
        disclosed=shown.claims,
    )


def _judged(
    document: Mapping[str, object],
    found: list[Check],
    key_id: str,
    signature: Proof | None,
    now: datetime,
    sources: Sources,
) -> Verification:
    """Judge a credential by its language, its key and its signature, which stand in `found` in this order.

    `signature` is the embedded one, None where the credential came as a token: the log knows the embedded one alone.
    """
    issuer = issuer_of(document)
    ownership, shape = found[-2:]
    checks = [passed(CheckName.DOCUMENT, N_("It can be read.")), check_issuer(issuer, sources)]
    checks += [check_form(document), *found]
    here = issued_here({issuer, key_id.partition("#")[0]}, sources)
    if shape.ok is not True or ownership.ok is False:
        return _not_believed(checks, issuer, here, sources)
    facts, results = _check_results(document)
    clocks, dates = _check_validity(document, now)
    if "relatedResource" in document:
        checks.append(check_related(document, sources))
    checks += [results, *dates, *check_statuses(issuer, _places(document), now, sources)]
    checks.append(check_log_entry(issuer, document, signature, sources))
    return Verification(
        verdict=conclude(checks, issued_here=here),
        checks=tuple(checks),
        clocks=clocks,
        issuer=issuer,
        issuer_name=name_of(issuer, sources),
        facts=facts,
        document=document,
    )


def verify_code(text: str, *, now: datetime, sources: Sources) -> Verification:
    """Check the text of a printed code at the moment `now` (aware)."""
    try:
        code = parse_code(text)
    except Invalid as refusal:
        return _unreadable(refused(CheckName.DOCUMENT, refusal))
    if code.digits is None:
        message = N_("The code holds only an address: open it to ask for the certificate.")
        return _unreadable(failed(CheckName.DOCUMENT, message))
    try:
        signed = open_digits(code.digits)
    except Invalid as refusal:
        broken = refused(CheckName.DOCUMENT, refusal)
        return Verification(verdict=conclude([broken], issued_here=address_is_ours(code, sources)), checks=(broken,))
    payload = signed.payload
    issuer = payload.issuer
    key, ownership = find_key(issuer, signed.key_id, sources)
    checks = [passed(CheckName.DOCUMENT, N_("It can be read.")), _check_address(code, signed)]
    checks += [check_issuer(issuer, sources), ownership, _check_code_signature(signed, key)]
    here = issued_here({issuer}, sources)
    if any(check.ok is False for check in checks) or checks[-1].ok is None:
        return _not_believed(checks, issuer, here, sources)
    running = clock("certificate", payload.start, payload.until, now)
    places = [
        StatusPlace(purpose=purpose, url=list_url(issuer, purpose, locate(index)[0]), index=locate(index)[1])
        for purpose, index in indices_of(payload)
    ]
    checks += [*_check_dates(running, now), *check_statuses(issuer, places, now, sources), _no_log_proof()]
    return Verification(
        verdict=conclude(checks, issued_here=here),
        checks=tuple(checks),
        clocks=(running,),
        issuer=issuer,
        issuer_name=name_of(issuer, sources),
        payload=payload,
    )


def _unreadable(broken: Check) -> Verification:
    return Verification(verdict=conclude([broken], issued_here=None), checks=(broken,))


def _not_believed(checks: list[Check], issuer: str, here: bool | None, sources: Sources) -> Verification:
    names = {check.name for check in checks}
    for name in _BELIEVED_ONLY_IF_SIGNED:
        if name not in names:
            checks.append(unclear(name, N_("Not looked at, because the signature could not be confirmed.")))
    checks.append(_no_log_proof())
    return Verification(
        verdict=conclude(checks, issued_here=here),
        checks=tuple(checks),
        issuer=issuer,
        issuer_name=name_of(issuer, sources),
    )


def check_form(document: Mapping[str, object]) -> Check:
    """Say whether a credential has the form that the data model asks for."""
    try:
        check_credential(document)
    except Invalid as refusal:
        return refused(CheckName.FORM, refusal)
    return passed(CheckName.FORM, N_("It has the form of a W3C credential 2.0."))


def check_related(document: Mapping[str, object], sources: Sources) -> Check:
    """Say whether the resources to which a credential refers are those that its issuer had before it."""
    try:
        absent = check_resources(document, sources.resources)
    except Invalid as refusal:
        return refused(CheckName.RESOURCES, refusal)
    if absent:
        return unclear(CheckName.RESOURCES, N_("%(count)s related resources are not at hand."), count=len(absent))
    return passed(CheckName.RESOURCES, N_("Every related resource has the digest that was signed."))


def _trusted_form(content: bytes, sources: Sources, logged: datetime | None) -> StoredForm | None:
    """Return the stored canonical bytes of a document, where the log proves that it is the one that was signed.

    Whoever owns the records could store the bytes of one document beside another; the log cannot be told another one.
    """
    stored = sources.stored
    return stored if stored is not None and logged is not None and stored.is_of(content) else None


def _understand(body: Mapping[str, object], stored: StoredForm | None = None) -> tuple[str | None, list[Check]]:
    """Canonicalise a document, and say whether contexts and terms are all known.

    What is stored of it was canonicalised before it was signed: then all terms were known.
    """
    try:
        contexts_of(body)
    except UnknownContext as refusal:
        return None, [
            refused(CheckName.CONTEXTS, refusal),
            unclear(CheckName.TERMS, N_("Not looked at, because the contexts are not known.")),
        ]
    known = passed(CheckName.CONTEXTS, N_("The contexts are those of the two standards."))
    try:
        nquads = canonical_nquads(body) if stored is None else stored.document
    except Invalid as refusal:
        return None, [known, refused(CheckName.TERMS, refusal)]
    return nquads, [known, passed(CheckName.TERMS, N_("Every term is defined, so every value is signed."))]


def _read_proof(document: Mapping[str, object]) -> tuple[Proof | None, Check | None]:
    try:
        return read_proof(document), None
    except Invalid as refusal:
        return None, refused(CheckName.PROOF, refusal)


def _check_signature(
    proof: Proof | None,
    nquads: str | None,
    body: Mapping[str, object],
    key: VerificationKey | None,
    stored: StoredForm | None = None,
) -> Check:
    if proof is None or nquads is None:
        return unclear(CheckName.PROOF, N_("The signature cannot be checked: the content is not understood."))
    if key is None:
        return unclear(CheckName.PROOF, N_("The signature cannot be checked without the issuer's key."))
    try:
        config = {**proof.options, "@context": body["@context"]}
        options = canonical_nquads(config) if stored is None else stored.options
    except Invalid as refusal:
        return refused(CheckName.PROOF, refusal)
    if not is_signature(proof.signature, hash_nquads(nquads, options), key.public_key):
        return failed(CheckName.PROOF, N_("The signature does not fit the content."))
    return passed(CheckName.PROOF, N_("The signature fits the content."))


def _check_enveloping(token: Token, key: VerificationKey | None) -> Check:
    if key is None:
        return unclear(CheckName.PROOF, N_("The signature cannot be checked without the issuer's key."))
    if not token.holds(key.public_key):
        return failed(CheckName.PROOF, N_("The signature does not fit the content."))
    return passed(CheckName.PROOF, N_("The signature fits the content."))


def _check_code_signature(signed: SignedPayload, key: VerificationKey | None) -> Check:
    if key is None:
        return unclear(CheckName.PROOF, N_("The signature cannot be checked without the issuer's key."))
    if not signed.holds(key.public_key):
        return failed(CheckName.PROOF, N_("The signature does not fit the content."))
    return passed(CheckName.PROOF, N_("The signature fits the content."))


def _check_address(code: Code, signed: SignedPayload) -> Check:
    if code.origin is None:
        return unclear(CheckName.ADDRESS, N_("The digits came without an address."))
    if code.origin != origin_of(signed.payload.issuer) or code.public_id != signed.payload.public_id:
        return failed(CheckName.ADDRESS, N_("The address before the digits is not the one that was signed."))
    return passed(CheckName.ADDRESS, N_("The address is the one that was signed."))


def _check_results(document: Mapping[str, object]) -> tuple[Facts | None, Check]:
    try:
        facts = read_facts(document)
    except Invalid as refusal:
        return None, refused(CheckName.RESULTS, refusal)
    return facts, passed(CheckName.RESULTS, N_("Every result belongs to the scheme and is in its range."))


def _check_validity(document: Mapping[str, object], now: datetime) -> tuple[tuple[Clock, ...], list[Check]]:
    try:
        validity = read_validity(document)
    except Invalid as refusal:
        names = (CheckName.VALID_FROM, CheckName.VALID_UNTIL)
        return (), [refused(name, refusal, ok=None) for name in names]
    running = clock("certificate", validity.start, validity.until, now)
    return (running,), _check_dates(running, now)


def _check_dates(running: Clock, now: datetime) -> list[Check]:
    moment = now.replace(microsecond=0)
    first = Check(
        name=CheckName.VALID_FROM,
        ok=moment >= running.start,
        message=N_("Valid from %(moment)s."),
        values={"moment": running.start},
    )
    if running.until is None:
        return [first, passed(CheckName.VALID_UNTIL, N_("Valid without an end."))]
    last = Check(
        name=CheckName.VALID_UNTIL,
        ok=moment <= running.until,
        message=N_("Valid until %(moment)s."),
        values={"moment": running.until},
    )
    return [first, last]


def _places(document: Mapping[str, object]) -> tuple[StatusPlace, ...]:
    try:
        return read_statuses(document)
    except Invalid:
        return ()


def _no_log_proof() -> Check:
    return unclear(CheckName.TLOG_PROOF, N_("not present"))
