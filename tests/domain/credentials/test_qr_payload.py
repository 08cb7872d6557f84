"""The frozen payload of the printed code, and hostile texts instead of it."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.credentials.json_text import digest
from assessment.domain.credentials.qr_payload import (
    MAX_BYTES,
    MAX_DIGITS,
    code_segments,
    encode_payload,
    fitting,
    open_digits,
    parse_code,
    sign_payload,
)
from assessment.domain.errors import Invalid
from tests.domain.credentials.certificates import (
    DID,
    KEY_ID,
    ORIGIN,
    OTHER_KEY,
    PRIVATE_KEY,
    PUBLIC_ID,
    PUBLIC_KEY,
    code_text,
    digits,
    payload,
)

DOCUMENT = Path(__file__).parents[3] / "docs" / "qr-payload.md"


def content_of(digits_: str) -> bytes:
    number = int(digits_)
    return number.to_bytes((number.bit_length() + 7) // 8)


def digits_of(envelope: Any, *, prefix: bytes = b"\x01", canonical: bool = True) -> str:
    content = envelope if isinstance(envelope, bytes) else cbor2.dumps(envelope, canonical=canonical)
    return str(int.from_bytes(prefix + content))


def envelope_with(**changes: Any) -> list[Any]:
    """Build a COSE_Sign1 and sign it correctly whatever stands in it."""
    protected = changes.get("protected", cbor2.dumps({1: -8, 4: b"2026"}, canonical=True))
    body = changes.get("body", encode_payload(payload()))
    signature = PRIVATE_KEY.sign(cbor2.dumps(["Signature1", protected, b"", body], canonical=True))
    return [protected, changes.get("unprotected", {}), body, changes.get("signature", signature)]


def members_with(changes: dict[int, Any]) -> bytes:
    members = cbor2.loads(encode_payload(payload())) | changes
    return cbor2.dumps({key: value for key, value in members.items() if value is not ...}, canonical=True)


def test_a_payload_comes_back_with_its_signature() -> None:
    opened = open_digits(digits())
    assert opened.payload == payload()
    assert opened.key_id == KEY_ID
    assert opened.holds(PUBLIC_KEY)
    assert not opened.holds(OTHER_KEY.public_key().public_bytes_raw())


def test_a_certificate_without_an_end_has_no_last_day() -> None:
    assert open_digits(digits(last_day=None)).payload.until is None


def test_days_become_the_first_and_last_second_in_the_issuers_zone() -> None:
    opened = open_digits(digits()).payload
    assert opened.start.isoformat() == "2026-11-24T00:00:00+07:00"
    assert opened.until is not None
    assert opened.until.isoformat() == "2029-11-23T23:59:59+07:00"


def test_the_document_holds_the_vector_that_the_code_produces() -> None:
    text = DOCUMENT.read_text()

    def vector(name: str) -> str:
        found = re.search(rf"^{name}:\n\n((?:    .+\n)+)", text, re.MULTILINE)
        assert found is not None, name
        return "".join(found[1].split())

    frozen = bytes(range(16))
    assert vector("Public key") == PUBLIC_KEY.hex()
    assert vector("Payload") == encode_payload(payload(digest=frozen)).hex()
    assert vector("Sig_structure") == open_digits(digits(digest=frozen)).signed.hex()
    assert vector("COSE_Sign1") == content_of(digits(digest=frozen))[1:].hex()
    assert vector("Text of the code") == code_text(digest=frozen)
    assert vector("Digest of the document") == digest({"b": False, "a": "Ñ\n"}).hex()


def test_the_segments_are_the_address_and_the_digits() -> None:
    address, number = code_segments(DID, PUBLIC_ID, digits())
    assert address == f"{ORIGIN}/v/{PUBLIC_ID}#"
    assert number.isdecimal()


def test_a_code_of_more_than_225_bytes_is_refused() -> None:
    long = payload(name="A" * 39, scheme_code="S" * 24)
    with pytest.raises(Invalid, match="at most 225 bytes"):
        sign_payload(long, key_id=KEY_ID, sign=PRIVATE_KEY.sign)


def test_a_long_name_is_cut_to_fit_the_code() -> None:
    fitted = fitting(payload(name="SITI " + "A" * 34, scheme_code="S" * 24), key_id=KEY_ID)
    content = content_of(sign_payload(fitted, key_id=KEY_ID, sign=PRIVATE_KEY.sign))
    assert len(content) == MAX_BYTES
    assert fitting(payload(), key_id=KEY_ID) == payload()


def test_a_key_of_another_issuer_is_refused() -> None:
    with pytest.raises(Invalid, match="Expected a key of"):
        sign_payload(payload(), key_id="did:web:other.example:b:las#2026", sign=PRIVATE_KEY.sign)


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "did:key:z6Mk"},
        {"issuer": "did:web:other.example"},
        {"public_id": "short"},
        {"public_id": "0123456789abcdei"},
        {"name": "Siti"},
        {"name": "A" * 40},
        {"name": ""},
        {"birth_year": 1899},
        {"scheme_code": ""},
        {"scheme_code": "S" * 25},
        {"scheme_code": "é"},
        {"last_day": date(2020, 1, 1)},
        {"first_day": date(1969, 12, 31)},
        {"offset": timedelta(hours=15)},
        {"offset": timedelta(minutes=10)},
        {"revocation_index": -1},
        {"suspension_index": 2**32},
        {"digest": bytes(15)},
    ],
)
def test_a_value_outside_its_range_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        encode_payload(payload(**changes))


@pytest.mark.parametrize(
    "text",
    [
        "{text}",
        "  {text}\r\n",
        "\ufeff{text}",
        "HTTP://LOCALHOST:8000/V/0123456789ABCDEF#{digits}",
        "http://localhost:8000/v/0123456789abcdef%23{digits}",
        "http://localhost:8000/v/0123456789abcdef/#{digits}",
        "http://localhost:8000/v/0123456789abcdef#{spaced}",
        "http://localhost:8000/v/\u200b0123456789abcdef#{digits}",
    ],
)
def test_what_cameras_return_is_understood(text: str) -> None:
    spaced = " ".join(re.findall(".{1,60}", digits()))
    code = parse_code(text.format(text=code_text(), digits=digits(), spaced=spaced))
    assert (code.origin, code.public_id, code.digits) == (ORIGIN, PUBLIC_ID, digits())


def test_digits_alone_and_an_address_alone_are_understood() -> None:
    assert parse_code(digits()).digits == digits()
    assert parse_code("".join(chr(ord(digit) + 0xFEE0) for digit in digits())).digits == digits()
    address = parse_code(f"{ORIGIN}/v/{PUBLIC_ID}")
    assert (address.public_id, address.digits) == (PUBLIC_ID, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#",
        "hello",
        "1" * 1_000_000,
        "http://[/v/0123456789abcdef",
        "ftp://localhost/v/0123456789abcdef",
        "http://localhost/v/0123456789abcde",
        "http://localhost/v/0123456789abcdeu",
        "http://localhost/x/0123456789abcdef",
        "http://localhost/v/0123456789abcdef?x=1",
        "http://localhost/v/0123456789abcdef#12a",
        "javascript:alert(1)",
        "-5",
        "1.5",
        "1e9",
        "\ud800",
    ],
)
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_code(text)


@pytest.mark.parametrize("text", ["", "0", "1", "-1", "9" * MAX_DIGITS, "9" * 1_000_000, "²", "١٢"])
def test_digits_of_another_length_or_kind_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        open_digits(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"protected": cbor2.dumps({1: -7, 4: b"2026"})},
        {"protected": cbor2.dumps({1: -19, 4: b"2026"})},
        {"protected": cbor2.dumps({1: 5, 4: b"2026"})},
        {"protected": cbor2.dumps({4: b"2026"})},
        {"protected": cbor2.dumps({1: -8})},
        {"protected": cbor2.dumps({1: -8, 4: "2026"})},
        {"protected": cbor2.dumps({1: -8, 4: b"\xff"})},
        {"protected": cbor2.dumps({1: -8, 2: [99], 4: b"2026"})},
        {"protected": cbor2.dumps({4: b"2026", 1: -8})},
        {"protected": b""},
        {"protected": cbor2.dumps({1: -8}), "unprotected": {4: b"2026"}},
        {"unprotected": {4: b"2027"}},
        {"unprotected": {1: -8}},
        {"unprotected": []},
        {"signature": bytes(63)},
        {"signature": b""},
        {"signature": None},
        {"body": None},
        {"body": b""},
        {"body": cbor2.dumps({})},
        {"body": cbor2.dumps([1, 2, 3])},
        {"body": members_with({1: 2})},
        {"body": members_with({1: True})},
        {"body": members_with({13: 0})},
        {"body": members_with({12: ...})},
        {"body": members_with({4: "siti"})},
        {"body": members_with({4: "<SCRIPT>"})},
        {"body": members_with({5: 1999.0})},
        {"body": members_with({7: 2**40})},
        {"body": members_with({7: -1})},
        {"body": members_with({8: 1})},
        {"body": members_with({8: None})},
        {"body": members_with({9: 2**63})},
        {"body": members_with({10: 2**64})},
        {"body": members_with({10: -1})},
        {"body": members_with({2: "localhost%3A8000:b:las#x"})},
        {"body": encode_payload(payload()) + b"\x00"},
        {"body": b"\xbf" + encode_payload(payload())[1:] + b"\xff"},
    ],
)
def test_a_well_signed_code_in_another_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        open_digits(digits_of(envelope_with(**changes)))


@pytest.mark.parametrize(
    "content",
    [
        cbor2.dumps(cbor2.CBORTag(18, envelope_with())),
        b"\x9f" + cbor2.dumps(envelope_with())[1:] + b"\xff",
        b"\x98\x04" + cbor2.dumps(envelope_with())[1:],
        b"\x81" * 200,
        b"\x9b" + b"\xff" * 8,
        b"\x5b\x7f" + b"\xff" * 7,
        b"\xbb" + b"\xff" * 8,
        b"\xd8\x1d\x00",
        b"\xd8\x23\x64((((",
        b"\xc2\x58\x64" + b"\xff" * 100,
        b"\xf9\x7c\x00",
        b"\x7f\x61a\xff",
        b"\xa1\x81\x01\x01",
        b"\xa2\x01\x01\x01\x02",
    ],
)
def test_hostile_cbor_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        open_digits(digits_of(content))


def test_another_format_byte_is_refused() -> None:
    with pytest.raises(Invalid, match="format"):
        open_digits(digits_of(envelope_with(), prefix=b"\x02"))


@given(st.binary(min_size=1, max_size=224))
def test_random_bytes_are_refused_and_nothing_worse(content: bytes) -> None:
    with pytest.raises(Invalid):
        open_digits(digits_of(content))


@given(st.integers(0, 8 * len(content_of(digits())) - 1))
def test_a_flipped_bit_is_refused_or_breaks_the_signature(bit: int) -> None:
    number = int(digits()) ^ (1 << bit)
    try:
        opened = open_digits(str(number))
    except Invalid:
        return
    assert not opened.holds(PUBLIC_KEY)
