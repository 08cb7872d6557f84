"""Vector: W3C Bitstring Status List v1.0, the example list of 131,072 bits in which none is set."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.credentials.multibase import to_base64url
from assessment.domain.credentials.status_list import (
    LIST_BITS,
    MAX_LIST_BYTES,
    StatusPurpose,
    decode_list,
    encode_list,
    list_url,
    locate,
    read_list,
    status_list,
)
from assessment.domain.errors import Invalid
from tests.domain.credentials.certificates import DID, status_credential

EMPTY = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"


def test_the_published_list_is_read() -> None:
    assert decode_list(EMPTY) == status_list([])


def test_a_list_without_marks_reads_as_131072_zero_bits() -> None:
    assert decode_list(encode_list(status_list([]))).content == bytes(LIST_BITS // 8)


@given(st.sets(st.integers(0, LIST_BITS - 1), max_size=40))
def test_exactly_the_marked_bits_come_back(marked: set[int]) -> None:
    bits = decode_list(encode_list(status_list(marked)))
    assert {index for index in range(LIST_BITS) if bits.content[index // 8] and bits.is_set(index)} == marked


def test_index_zero_is_the_left_most_bit() -> None:
    assert status_list([0]).content[0] == 0b1000_0000
    assert status_list([LIST_BITS - 1]).content[-1] == 0b0000_0001


def test_the_same_bits_give_the_same_text_and_ordinary_gzip_reads_it() -> None:
    text = encode_list(status_list([7, 94_567]))
    assert text == encode_list(status_list([94_567, 7]))
    assert text.startswith("uH4sIAAAAAAAA")


def test_a_bomb_is_not_unpacked() -> None:
    bomb = to_base64url(gzip.compress(bytes(MAX_LIST_BYTES * 20), mtime=0))
    with pytest.raises(Invalid, match="at most"):
        decode_list(bomb)


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"not gzip",
        gzip.compress(bytes(LIST_BITS // 8 - 1), mtime=0),
        gzip.compress(bytes(LIST_BITS // 8), mtime=0)[:-1],
        gzip.compress(bytes(LIST_BITS // 8), mtime=0) + b"more",
        gzip.compress(bytes(LIST_BITS // 8), mtime=0) + gzip.compress(b"\xff", mtime=0),
        gzip.compress(bytes(LIST_BITS // 8), mtime=0)[:-8] + bytes(8),
    ],
)
def test_a_list_that_is_short_cut_or_followed_by_more_is_refused(packed: bytes) -> None:
    with pytest.raises(Invalid):
        decode_list(to_base64url(packed))


@pytest.mark.parametrize("index", [-1, LIST_BITS, 10**12])
def test_an_index_outside_the_list_is_refused(index: int) -> None:
    with pytest.raises(Invalid, match="status index"):
        status_list([]).is_set(index)


def test_an_index_over_all_lists_is_split_into_list_and_bit() -> None:
    assert locate(0) == (0, 0)
    assert locate(LIST_BITS - 1) == (0, LIST_BITS - 1)
    assert locate(LIST_BITS + 5) == (1, 5)


def test_the_address_of_a_list_follows_from_its_issuer() -> None:
    assert list_url(DID, StatusPurpose.REVOCATION, 1) == "http://localhost:8000/status/las-revocation-1"


def test_a_list_of_another_purpose_is_refused() -> None:
    document = status_credential(StatusPurpose.SUSPENSION, 0, [5])
    assert read_list(document, StatusPurpose.SUSPENSION).is_set(5)
    with pytest.raises(Invalid, match="revocation"):
        read_list(document, StatusPurpose.REVOCATION)
