"""Canonical bytes as they are stored: what is signed, bound to one credential."""

import zlib
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest

from assessment.domain.credentials.canonical import canonical_nquads
from assessment.domain.credentials.did_web import code_of
from assessment.domain.credentials.json_text import read_object, write_object
from assessment.domain.credentials.log_proof import extra_of
from assessment.domain.credentials.proof import is_signature
from assessment.domain.credentials.stored_form import LARGEST, read_form, signed_bytes, write_form
from assessment.domain.credentials.verdict import CheckName, Verdict
from assessment.domain.credentials.verify import verify
from assessment.domain.log.checkpoint import Head, sign_head
from assessment.domain.log.entry import NONCE_BYTES, Entry, Kind, commitment
from assessment.domain.log.merkle import leaf_hash
from assessment.domain.log.note import LOG, VerifierKey
from assessment.domain.log.proof import Proof
from tests.domain.credentials.certificates import DID, NOW, PRIVATE_KEY, PUBLIC_KEY, signed, sources


def test_they_are_what_was_signed() -> None:
    document = signed()
    content = write_object(document)
    form = read_form(write_form(content))
    assert form.document == canonical_nquads({key: value for key, value in document.items() if key != "proof"})
    assert form.is_of(content)
    found = signed_bytes(form, document)
    assert is_signature(found.signature, found.content, PUBLIC_KEY)


def logged(content: bytes) -> dict[str, Any]:
    """The proof that a log of one entry holds a credential, and the log's key."""
    log = VerifierKey(name="log.example/log", kind=LOG, public=PUBLIC_KEY)
    nonce, moment = bytes(NONCE_BYTES), read_object(content)["proof"]["created"]  # type: ignore[index]  # JSON of any shape
    at = datetime.fromisoformat(str(moment))
    entry = Entry(kind=Kind.ISSUE, body_id=code_of(DID), logged_at=at, commitment=commitment(nonce, content))
    head = Head(origin=log.name, size=1, root=leaf_hash(entry.content))
    proof = Proof(index=0, path=(), checkpoint=str(sign_head(head, log, PRIVATE_KEY.sign)), extra=extra_of(nonce, at))
    return {"log_key": log, "log_proof": str(proof).encode()}


def test_a_credential_that_the_log_holds_is_checked_over_them() -> None:
    content = write_object(signed())
    form, proved = read_form(write_form(content)), logged(content)
    with_form = verify(content, now=NOW, sources=sources(stored=form, **proved))
    assert with_form == verify(content, now=NOW, sources=sources(**proved))
    assert with_form.verdict is Verdict.VALID
    changed = replace(form, document=form.document.replace("Weld", "Bend", 1))
    assert verify(content, now=NOW, sources=sources(stored=changed, **proved)).verdict is Verdict.FORGED


def test_whoever_owns_the_records_cannot_put_them_beside_another_text() -> None:
    genuine = write_object(signed())
    changed = write_object({**signed(), "name": "Certificate of something else"})
    planted = replace(read_form(write_form(genuine)), of=sha256(changed).digest())
    for beside in ({}, logged(genuine)):
        found = verify(changed, now=NOW, sources=sources(stored=planted, **beside))
        assert found.verdict is Verdict.FORGED
        assert {check.name: check.ok for check in found.checks}[CheckName.PROOF] is False


def test_those_of_another_credential_count_for_nothing() -> None:
    document = signed()
    form = read_form(write_form(write_object(document)))
    changed = {**document, "name": "Certificate of something else"}
    found = verify(write_object(changed), now=NOW, sources=replace(sources(), stored=form))
    assert found.verdict is Verdict.FORGED
    assert {check.name: check.ok for check in found.checks}[CheckName.PROOF] is False


@pytest.mark.parametrize("broken", [b"", b"short", bytes(40), bytes(32) + zlib.compress(b"one line\n")])
def test_anything_else_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match="canonical bytes"):
        read_form(broken)


def test_no_more_is_unpacked_than_a_credential_can_have() -> None:
    with pytest.raises(ValueError, match="canonical bytes"):
        read_form(bytes(32) + zlib.compress(b"a\n\n" + bytes(LARGEST)))
