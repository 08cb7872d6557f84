"""Canonical bytes as they are stored: what is signed, bound to one credential."""

import zlib
from dataclasses import replace

import pytest

from assessment.domain.credentials.canonical import canonical_nquads
from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.proof import is_signature
from assessment.domain.credentials.stored_form import LARGEST, read_form, signed_bytes, write_form
from assessment.domain.credentials.verdict import CheckName, Verdict
from assessment.domain.credentials.verify import verify
from tests.domain.credentials.certificates import NOW, PUBLIC_KEY, signed, sources


def test_they_are_what_was_signed() -> None:
    document = signed()
    content = write_object(document)
    form = read_form(write_form(content))
    assert form.document == canonical_nquads({key: value for key, value in document.items() if key != "proof"})
    assert form.is_of(content)
    found = signed_bytes(form, document)
    assert is_signature(found.signature, found.content, PUBLIC_KEY)


def test_a_credential_is_checked_over_them() -> None:
    content = write_object(signed())
    form = read_form(write_form(content))
    with_form = verify(content, now=NOW, sources=replace(sources(), stored=form))
    assert with_form == verify(content, now=NOW, sources=sources())
    assert with_form.verdict is Verdict.VALID
    changed = replace(form, document=form.document.replace("Weld", "Bend", 1))
    assert verify(content, now=NOW, sources=replace(sources(), stored=changed)).verdict is Verdict.FORGED


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
