"""Compressed answers for weak networks: gzip (RFC 1952) for text, where the browser takes it.

A page holds the proof against forgery beside words that a visitor may have chosen, and the length of its
compressed form could tell the proof, letter by letter, to who reads the line and makes the browser ask again
and again (BREACH). The session's cookie is SameSite=Lax, so no foreign page can make such requests unseen; and
every compressed page carries up to 100 random bytes in its gzip header, so that its length tells little.
"""

import secrets
import zlib
from collections.abc import Sequence
from functools import lru_cache

import msgspec
from flask import Flask, Response, request

TEXTS = frozenset(
    {
        "text/html",
        "text/css",
        "text/csv",
        "text/plain",
        "text/javascript",
        "application/javascript",
        "application/json",
        "application/problem+json",
        "application/vc+ld+json",
        "application/manifest+json",
        "image/svg+xml",
    }
)
SHORTEST = 500
MOST_PADDING = 100
LEVEL = 4  # a page is 2 % longer than at 6, the whole form of an exam 11 %, for half of the time
LASTING_LEVEL = 9

_NAMED = 0x08  # the FNAME flag: a file's name, closed by a zero, follows the header
_LAST_BLOCK = b"\x03\x00"  # of a deflated stream: closed, with nothing in it
_MOST_STORED = 0xFFFF
_ZEROS = memoryview(bytes(256 * 1024))


class Piece(msgspec.Struct, frozen=True):
    """A part of a text that is put together often: deflated up to a full flush, its CRC-32 and its length in bytes.

    `shifted`: what becomes of each bit of a checksum, the lowest first, when so many bytes follow.
    """

    deflated: bytes
    checksum: int
    shifted: tuple[int, ...]
    length: int

    @property
    def plain(self) -> bytes:
        """The part as it was."""
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(self.deflated)


def piece_of(content: bytes) -> Piece:
    """Deflate a part on its own, of at most 256 KiB, so that anything may stand before and behind it (RFC 1951)."""
    if len(content) > len(_ZEROS):
        raise ValueError(f"Expected a part of at most {len(_ZEROS)} bytes, got {len(content)}.")
    pressed = zlib.compressobj(LASTING_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    zeros = _ZEROS[: len(content)]
    start = zlib.crc32(zeros)
    return Piece(
        deflated=pressed.compress(content) + pressed.flush(zlib.Z_FULL_FLUSH),
        checksum=zlib.crc32(content),
        shifted=tuple(zlib.crc32(zeros, 1 << bit) ^ start for bit in range(32)),
        length=len(content),
    )


def join_pieces(parts: Sequence[Piece | bytes]) -> bytes:
    """Return what follows a gzip member's header, of deflated and of short plain parts; deflates nothing."""
    stream, checksum, length = [], 0, 0
    for part in parts:
        if isinstance(part, Piece):
            stream.append(part.deflated)
            checksum = _after(checksum, part)
            length += part.length
        else:
            stream.append(_stored(part))
            checksum = zlib.crc32(part, checksum)
            length += len(part)
    trailer = checksum.to_bytes(4, "little") + (length & 0xFFFFFFFF).to_bytes(4, "little")
    return b"".join((*stream, _LAST_BLOCK, trailer))


def padded(packed: bytes) -> bytes:
    """Return a gzip member of what follows its header, with other padding each time, as if it were packed anew."""
    return _member(packed, secrets.randbelow(MOST_PADDING))


def _after(checksum: int, part: Piece) -> int:
    """Return the CRC-32 of a text with a part behind it. A checksum is linear but for what its start adds."""
    total = part.checksum
    for bit, shifted in enumerate(part.shifted):
        if checksum >> bit & 1:
            total ^= shifted
    return total


def _stored(content: bytes) -> bytes:
    """A block that is not deflated."""
    if len(content) > _MOST_STORED:
        raise ValueError(f"Expected at most {_MOST_STORED} bytes, got {len(content)}.")
    return b"\x00" + len(content).to_bytes(2, "little") + (_MOST_STORED - len(content)).to_bytes(2, "little") + content


def compress(app: Flask) -> None:
    """Compress what the app answers."""
    app.after_request(_compress_response)


def _compress_response(response: Response) -> Response:
    if response.mimetype not in TEXTS or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code in (204, 206, 304) or not request.accept_encodings["gzip"]:
        return response
    lasting = request.endpoint == "static"
    if response.is_streamed and not lasting:
        return response
    response.direct_passthrough = False
    content = response.get_data()
    if len(content) < SHORTEST:
        return response
    response.set_data(_lasting_gzip(content) if lasting else gzip(content, padding=secrets.randbelow(MOST_PADDING)))
    response.headers["Content-Encoding"] = "gzip"
    tag, _weak = response.get_etag()
    if tag is not None:
        # The same content in other bytes: only a weak tag may name both.
        response.set_etag(tag, weak=True)
    return response


def gzip(content: bytes, *, padding: int = 0, level: int = LEVEL) -> bytes:
    """Return the content as one gzip member; `padding` random letters stand in its header as a file's name."""
    pressed = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = pressed.compress(content) + pressed.flush()
    trailer = zlib.crc32(content).to_bytes(4, "little") + (len(content) & 0xFFFFFFFF).to_bytes(4, "little")
    return _member(body + trailer, padding)


def _member(packed: bytes, padding: int) -> bytes:
    name = secrets.token_urlsafe(padding)[:padding].encode() + b"\0" if padding else b""
    header = bytes([0x1F, 0x8B, 8, _NAMED if padding else 0, 0, 0, 0, 0, 0, 255])
    return header + name + packed


@lru_cache(maxsize=256)
def _lasting_gzip(content: bytes) -> bytes:
    """Static files hold no secret and are compressed once a process."""
    return gzip(content, level=LASTING_LEVEL)
