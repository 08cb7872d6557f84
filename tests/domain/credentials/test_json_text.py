"""Reading what strangers send, and RFC 8785 for the values that a credential holds."""

import pytest

from assessment.domain.credentials.json_text import MAX_BYTES, digest, read_object, write_around, write_object
from assessment.domain.errors import Invalid


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'"text"',
        b"null",
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1, "a": 1}',
        b'{"a": {"b": 1, "\\u0062": 2}}',
        b"\xff\xfe{}",
        b'{"a": "\xff"}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"a":' + b"[" * 100_000,
        b'{"a": "' + b"x" * 1_000_000 + b'"}',
        b'{"a": 1e999}',
        b'{"a": -1E400}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a":' + b"[" * 64 + b"]" * 64 + b"}",
        b'{"a":' + b"[" * 900 + b"]" * 900 + b"}",
    ],
)
def test_what_two_readers_could_understand_differently_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_object(content)


def test_the_largest_document_is_read() -> None:
    content = b'{"a":"' + b"x" * (MAX_BYTES - 8) + b'"}'
    assert read_object(content) == {"a": "x" * (MAX_BYTES - 8)}


def test_what_is_read_can_be_written_and_shown() -> None:
    content = b'{"a":' + b"[" * 63 + b"]" * 63 + b',"b":"\\ud83d\\ude00 \\\\ud800","c":1.5}'
    document = read_object(content)
    assert document["b"] == "😀 \\ud800"
    assert read_object(write_object(document)) == document
    assert ascii(document)


def test_a_byte_order_mark_is_read_over() -> None:
    assert read_object(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_the_canonical_bytes_are_sorted_and_plain() -> None:
    document = {"b": [False, 5], "a": 'Ñ\n"\\/\u2028'}
    assert write_object(document).decode() == '{"a":"Ñ\\n\\"\\\\/\u2028","b":[false,5]}'


def test_layout_does_not_change_the_digest() -> None:
    assert digest(read_object(b'{ "b" : 1,\n "a" : "\\u00d1" }')) == digest({"a": "Ñ", "b": 1})


def test_written_around_a_part_it_is_the_same() -> None:
    every = "".join(chr(number) for number in [*range(0xD800), *range(0xE000, 0x110000)])
    part = {"b": every, "a": [True, 1]}
    document = {"z": 1, "é": every, "Z": {"part": part, "a": [False, -(2**53), {}], "\uffff": "", "\U00010000": []}}
    assert write_around(document, ("Z", "part"), write_object(part)) == write_object(document)
