"""Entries, commitments and proofs: exact bytes, and nothing else accepted."""

import hashlib
from datetime import UTC, datetime

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.log.checkpoint import sign_head
from assessment.domain.log.entry import Entry, Kind, blinded, commitment, read_entry, statement
from assessment.domain.log.proof import Proof, read_proof
from tests.domain.log.test_note import HEAD, KEY, SECRET

NONCE = bytes(range(32))
ENTRY = Entry(
    kind=Kind.ISSUE,
    body_id="las",
    logged_at=datetime(2026, 11, 30, 19, 30, tzinfo=UTC),
    commitment=commitment(NONCE, b"{}"),
)


def test_the_bytes_of_an_entry_are_these() -> None:
    digest = hashlib.sha256(NONCE + b"{}").hexdigest()
    assert ENTRY.content == (
        b'{"body":"las","commitment":"' + digest.encode() + b'","kind":"issue","logged":"2026-11-30T19:30:00Z","v":1}'
    )
    assert read_entry(ENTRY.content) == ENTRY


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        ENTRY.content + b" ",
        ENTRY.content.replace(b'"v":1', b'"v":2'),
        ENTRY.content.replace(b'"v":1', b'"v":1,"x":0'),
        ENTRY.content.replace(b"issue", b"grant"),
        ENTRY.content.replace(b"30:00Z", b"30:00+00:00"),
        ENTRY.content.replace(b'"commitment":"', b'"commitment":"00'),
        ENTRY.content.replace(b"19:30", b"29:30"),
        b"[" * 10_000,
    ],
)
def test_bytes_that_are_not_exactly_an_entry_are_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_entry(content)


def test_a_commitment_needs_a_whole_nonce_and_tells_nonces_apart() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(b"short", b"fact")
    assert commitment(NONCE, b"fact") != commitment(bytes(32), b"fact")
    assert blinded(NONCE, "person") != blinded(bytes(32), "person")


def test_a_statement_names_its_kind_and_format() -> None:
    assert statement(Kind.STATUS, {"value": True}) == b'{"kind":"status","v":1,"value":true}'


def test_a_proof_is_read_as_it_was_written() -> None:
    proof = Proof(index=2, path=(bytes(32), NONCE), checkpoint=str(sign_head(HEAD, KEY, SECRET.sign)), extra=b'{"v":1}')
    assert str(proof).startswith("c2sp.org/tlog-proof@v1\nextra eyJ2IjoxfQ==\nindex 2\nAAAA")
    assert read_proof(str(proof).encode()) == proof
    bare = Proof(index=0, path=(), checkpoint=proof.checkpoint)
    assert read_proof(str(bare).encode()) == bare


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("index 2", "index 02"),
        ("index 2\n", ""),
        ("extra eyJ2", "extra !"),
        ("IjoxfQ==", "IjoxfR=="),
        ("IjoxfQ==", "IjoxfQ==="),
        ("AAAA=\n", "AAA=\n"),
        ("\n\n", "\n"),
        ("log.example", ""),
    ],
)
def test_what_is_not_a_proof_is_refused(old: str, new: str) -> None:
    proof = Proof(index=2, path=(bytes(32),), checkpoint=str(sign_head(HEAD, KEY, SECRET.sign)), extra=b'{"v":1}')
    changed = str(proof).replace(old, new)
    if old == "log.example":
        changed = str(proof).replace("log.example/las\n", "\n")
    with pytest.raises(Invalid):
        read_proof(changed.encode())
    with pytest.raises(Invalid):
        read_proof(b"\xff" + str(proof).encode())
