"""Printed codes changed: the text that a scanner returns, and pictures of it."""

import io
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from random import Random

import cbor2
import qrcode
from PIL import Image

from assessment.credentials.codes import address_code, full_code
from tests.faults.mutations.bytewise import any_byte
from tests.faults.mutations.genuine import FORGER, Genuine, Mutated

TEXT, PICTURE = "code", "picture of a code"
Named = Iterator[tuple[str, str]]


def split(text: bytes) -> tuple[str, bytes]:
    """Return the address, with #, and the bytes that the digits are."""
    address, mark, digits = text.decode().strip().partition("#")
    number = int(digits)
    return address + mark, number.to_bytes((number.bit_length() + 7) // 8)


def digits_of(content: bytes) -> str:
    """Write bytes as the digits of a code."""
    return str(int.from_bytes(content))


def special(genuine: Genuine) -> Iterator[Mutated]:
    """Each known attack once."""
    for attack in (bits, envelopes, addresses):
        for way, text in attack(genuine):
            yield Mutated(kind=TEXT, way=way, content=text.encode(errors="surrogatepass"))
    for way, content in pictures(genuine):
        yield Mutated(kind=PICTURE, way=way, content=content)


def drawn(genuine: Genuine, rng: Random) -> Iterator[Mutated]:
    """Bytes of the payload, digits, letters and points of the picture at random, without an end."""
    address, content = split(genuine.code)
    while True:
        for _ in range(4):
            yield Mutated(kind=TEXT, way="any byte", content=(address + digits_of(any_byte(content, rng))).encode())
        yield Mutated(kind=TEXT, way="any sign", content=any_byte(genuine.code.strip(), rng))
        yield Mutated(kind=TEXT, way="any value", content=(address + digits_of(_revalued(content, rng))).encode())
        yield Mutated(kind=PICTURE, way="any byte", content=any_byte(genuine.picture, rng))


def bits(genuine: Genuine) -> Named:
    """Every byte of the payload, one bit each."""
    address, content = split(genuine.code)
    for number in range(len(content)):
        flipped = content[:number] + bytes([content[number] ^ 1 << number % 8]) + content[number + 1 :]
        yield "every byte", address + digits_of(flipped)


def envelopes(genuine: Genuine) -> Named:
    """COSE with other headers, other algorithms, other keys; CBOR that is not the one deterministic."""
    address, content = split(genuine.code)
    protected, _, body, signature = cbor2.loads(content[1:])
    head, members = cbor2.loads(protected), cbor2.loads(body)

    def said(*parts: object, start: bytes = b"\x01") -> str:
        return address + digits_of(start + cbor2.dumps(list(parts)))

    for unprotected in ({4: head[4]}, {1: -8}, {33: b"x"}, {2: [1]}, {7: b"x"}, [], None, {4: b"evil"}, {"x": 1}):
        yield "unprotected header fields", said(protected, unprotected, body, signature)
        yield "unprotected header fields", said(b"", {**head}, body, signature)
    for changed in (
        {1: -8},
        {4: head[4]},
        {},
        {**head, 2: [4]},
        {**head, 3: 0},
        {**head, 4: b"evil"},
        {**head, 4: "2026"},
    ):
        yield "header", said(cbor2.dumps(changed), {}, body, signature)
        yield "key confusion", said(cbor2.dumps(changed), {}, body, _sign(cbor2.dumps(changed), body))
    for algorithm in (-7, -35, -257, 5, 4, 0, None, "EdDSA", -19, -53):
        changed = cbor2.dumps({**head, 1: algorithm})
        yield "algorithm confusion", said(changed, {}, body, signature)
        yield "algorithm confusion", said(changed, {}, body, _sign(changed, body))
    yield "key confusion", said(protected, {}, body, _sign(protected, body))
    for cut in (b"", signature[:-1], signature + b"\0", bytes(64), signature[32:] + signature[:32], None, "x"):
        yield "signature stripped", said(protected, {}, body, cut)
    yield "signature stripped", said(protected, {}, body)
    yield "signature stripped", address + digits_of(b"\x01" + body)
    for start in (b"\x00", b"\x02", b"\xff", b"\x01\x01", b"\xd2\x01", b""):
        yield "form", said(protected, {}, body, signature, start=start)
    yield "form", address + digits_of(b"\x01\xd2" + content[1:])
    loose = cbor2.dumps([protected, {}, body, signature])
    for text in (
        b"\x9f" + loose[1:] + b"\xff",
        b"\x98\x04" + loose[1:],
        loose + b"\0",
        loose[:-1],
        b"\xd9\xd9\xf7" + loose,
    ):
        yield "non-deterministic CBOR", address + digits_of(b"\x01" + text)
    for text in (b"\xb8" + bytes([len(members)]) + body[1:], b"\xbf" + body[1:] + b"\xff", body + body, body[::-1]):
        yield "non-deterministic CBOR", said(protected, {}, text, signature)
    doubled = bytes([body[0] + 1]) + body[1:] + cbor2.dumps(4) + cbor2.dumps("DEWI PALSU")
    yield "duplicate keys", said(protected, {}, doubled, signature)
    hostile = (b"\xd8\x1d\x00", b"\xd8\x1c\x81\xd8\x1d\x00", b"\xc2\x58\x60" + b"\xff" * 96, b"\xfb" + b"\x7f" * 8)
    hostile += (
        b"\x81" * 150,
        b"\xd8\x23\x61(",
        b"\xc0\x6120",
        b"\xd9\x01\x02\x81\x80",
        b"\x9b" + b"\xff" * 8,
        b"\xc4\x82\x1b" + b"\x7f" * 8,
    )
    for value in hostile:
        yield "hostile CBOR", address + digits_of(b"\x01" + value)
        yield "hostile CBOR", said(protected, {}, value, signature)
        yield "hostile CBOR", said(value, {}, body, signature)
        yield "hostile CBOR", address + digits_of(b"\x01\x84" + value + loose[1:])
    for number in members:
        for value in (None, -1, 2**64, 2**32, "", b"", "x" * 60, 1.5, [], {}, True, 0, "did", 10**30):
            changed = {**members, number: value}
            yield "any value", said(protected, {}, cbor2.dumps(changed, canonical=True), signature)
        gone = {key: value for key, value in members.items() if key != number}
        yield "any value", said(protected, {}, cbor2.dumps(gone, canonical=True), signature)
    _, other = split(genuine.other_code)
    parts = cbor2.loads(other[1:])
    yield "parts of another certificate", said(protected, {}, body, parts[3])
    yield "parts of another certificate", said(protected, {}, parts[2], signature)


def addresses(genuine: Genuine) -> Named:
    """The address before the digits, and digits that are none or too many."""
    address, content = split(genuine.code)
    digits = digits_of(content)
    origin, _, name = address[:-1].rpartition("/v/")
    other = genuine.other_code.decode().partition("#")[0]
    host = origin.partition("://")[2]
    for text in (
        f"{other}#{digits}",
        f"https://evil.example/v/{name}#{digits}",
        f"{origin}.evil.example/v/{name}#{digits}",
        f"http://{host}@evil.example/v/{name}#{digits}",
        f"http://evil@{host}/v/{name}#{digits}",
        f"ftp://{host}/v/{name}#{digits}",
        f"javascript://{host}/v/{name}#{digits}",
        f"{origin}/v/{name}?x#{digits}",
        f"{origin}/v/../v/{name}/x#{digits}",
        f"{origin}/v/{name[::-1]}#{digits}",
        f"{origin}/v/{name}#{digits}#{digits}",
        f"{origin}\\@evil.example/v/{name}#{digits}",
        f"{origin}:1/v/{name}#{digits}",
        f"http://[::1/v/{name}#{digits}",
        f"{origin}/x/v/{name}#{digits}",
    ):
        yield "foreign address", text
    for text in (
        digits * 2,
        digits + "0",
        digits[:-1],
        "-" + digits,
        digits + ".0",
        digits + "e1",
        "0x" + digits,
        "9" * 542,
    ):
        yield "digits", address + text
    for text in (
        "1" * 5_000,
        "9" * 2_000_000,
        "\ud800" + digits,
        "\0" + digits,
        digits[:5] + "²" + digits[5:],
        "",
        "٣" * 400,
    ):
        yield "huge code", address + text
    yield "same: spelling", f" {address}{digits}\n"
    yield "same: spelling", f"{address.upper()}{digits}"
    yield "same: spelling", address + "".join(chr(0xFF10 + int(sign)) for sign in digits)
    yield "same: spelling", address.replace("#", "%23") + digits
    yield "same: spelling", address + digits[:50] + "\u200b \n" + digits[50:]
    yield "same: without an address", digits


def folded(text: str) -> tuple[str, int]:
    """Return address and number as every reader understands them: without spaces, in small letters."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign)[0] not in "CZ")
    address, _, digits = plain.replace("%23", "#", 1).rpartition("#")
    return address.lower().rstrip("/"), int(digits)


def pictures(genuine: Genuine) -> Iterator[tuple[str, bytes]]:
    """Huge codes, huge pictures, several codes, and codes of something else."""
    address, content = split(genuine.code)
    digits = digits_of(content)
    changed = content[:40] + bytes([content[40] ^ 1]) + content[41:]
    yield "changed code", full_code(address, digits_of(changed)).png()
    yield "changed code", full_code(genuine.other_code.decode().partition("#")[0] + "#", digits).png()
    for text in (
        "1" * 7_000,
        "x" * 2_900,
        address + "9" * 6_000,
        "\x01" * 2_000,
        "https://evil.example/" + "v/" * 1_000,
    ):
        huge = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_L)
        huge.add_data(text)
        yield "huge code", _png(huge.make_image().get_image())
    own = Image.open(io.BytesIO(full_code(address, digits).png())).convert("L")
    other = Image.open(io.BytesIO(full_code(address, digits_of(changed)).png())).convert("L")
    for one, two in ((own, other), (other, own)):
        page = Image.new("L", (one.width + two.width, max(one.height, two.height)), 255)
        page.paste(one, (0, 0))
        page.paste(two, (one.width, 0))
        yield "several codes", _png(page)
    many = Image.new("L", (3_000, 3_000), 255)
    small = Image.open(io.BytesIO(address_code(address[:-1]).png())).convert("L")
    small = small.resize((small.width // 4, small.height // 4))
    for x in range(0, 2_900, small.width):
        for y in range(0, 2_900, small.height):
            many.paste(small, (x, y))
    yield "several codes", _png(many)
    for width, height in ((60_000, 60_000), (2**31 - 1, 1), (4_000, 4_000), (16_000, 1_000), (0, 0)):
        yield "picture bomb", _bomb(width, height)
    for mode in ("RGBA", "P", "LA", "I;16", "1", "RGB", "L"):
        large = Image.new("I;16" if mode == "I;16" else mode, (3_990, 3_990))
        yield "picture bomb", _png(large)
    photo = Image.frombytes("L", (8_000, 7_900), Random(1).randbytes(8_000) * 7_900)
    written = io.BytesIO()
    photo.save(written, "JPEG", quality=30)
    yield "picture bomb", written.getvalue()
    for start in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"):
        yield "form", start + b"x" * 5_000
        yield "form", start
    yield "form", genuine.picture + genuine.pdf[:10_000]
    yield "form", b"GIF89a" + genuine.picture


def _png(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def _bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)

    header = struct.pack(">II5B", width, height, 8, 6, 0, 0, 0)
    packed = zlib.compress(bytes(min(width * 4 + 1, 2**16) * min(height, 4_000)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def _sign(protected: bytes, body: bytes) -> bytes:
    return FORGER.sign(cbor2.dumps(["Signature1", protected, b"", body], canonical=True))


def _revalued(content: bytes, rng: Random) -> bytes:
    """Change one member as little as keeps its kind, in CBOR that is as it should be."""
    protected, _, body, signature = cbor2.loads(content[1:])
    members = cbor2.loads(body)
    number = rng.choice(list(members))
    value = members[number]
    match value:
        case int():
            members[number] = abs(value + rng.choice((1, -1, 7, 365)))
        case str():
            place = rng.randrange(len(value))
            members[number] = value[:place] + rng.choice("ABCXYZ0") + value[place + 1 :]
        case bytes():
            members[number] = any_byte(value, rng)
    changed = cbor2.dumps(members, canonical=True)
    if changed == body:
        members[5] = 1900 + (members[5] - 1900 + 1) % 100
        changed = cbor2.dumps(members, canonical=True)
    return b"\x01" + cbor2.dumps([protected, {}, changed, signature], canonical=True)
