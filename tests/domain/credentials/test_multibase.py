"""Vectors: W3C vc-di-eddsa appendix B (key pair), Internet-Draft msporny-base58 section 5."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.credentials.multibase import (
    decode_multikey,
    encode_multikey,
    from_base58btc,
    from_base64url,
    to_base58btc,
    to_base64url,
)
from assessment.domain.errors import Invalid


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),
        (
            b"The quick brown fox jumps over the lazy dog.",
            "zUSm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        ),
        (bytes.fromhex("0000287fb4cd"), "z11233QC4"),
    ],
)
def test_base58btc_gives_the_draft_vectors(content: bytes, text: str) -> None:
    assert to_base58btc(content) == text
    assert from_base58btc(text) == content


def test_the_multikey_of_the_eddsa_vectors_is_read_and_written() -> None:
    text = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    assert encode_multikey(decode_multikey(text)) == text


@given(st.binary(max_size=80))
def test_bytes_come_back_from_both_alphabets(content: bytes) -> None:
    assert from_base58btc(to_base58btc(content)) == content
    assert from_base64url(to_base64url(content)) == content


@pytest.mark.parametrize("text", ["", "6Mk", "z0", "zO", "zl", "z" + "1" * 128, "z é"])
def test_what_is_not_base58btc_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        from_base58btc(text)


@pytest.mark.parametrize("text", ["", "AA", "uA", "uAA==", "uA+", "u/A", "uA A", "ué"])
def test_what_is_not_base64url_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        from_base64url(text)


def test_a_key_of_another_kind_is_refused() -> None:
    with pytest.raises(Invalid, match="Ed25519"):
        decode_multikey(to_base58btc(b"\x80\x24" + bytes(33)))
