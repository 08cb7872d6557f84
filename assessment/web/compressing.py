"""Compressed answers for weak networks: gzip (RFC 1952) for text, where the browser takes it.

A page holds the proof against forgery beside words that a visitor may have chosen, and the length of its
compressed form could tell the proof, letter by letter, to who reads the line and makes the browser ask again
and again (BREACH). The session's cookie is SameSite=Lax, so no foreign page can make such requests unseen; and
every compressed page carries up to 100 random bytes in its gzip header, so that its length tells little.
"""

import secrets
import zlib
from functools import lru_cache

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
    return _member(pack(content, level=level), padding)


def pack(content: bytes, *, level: int = LEVEL) -> bytes:
    """Return what follows the header of a gzip member: the content deflated, its checksum and its length."""
    pressed = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = pressed.compress(content) + pressed.flush()
    trailer = zlib.crc32(content).to_bytes(4, "little") + (len(content) & 0xFFFFFFFF).to_bytes(4, "little")
    return body + trailer


def padded(packed: bytes) -> bytes:
    """Return a gzip member of what was packed before, with other padding each time, as if it were packed anew."""
    return _member(packed, secrets.randbelow(MOST_PADDING))


def _member(packed: bytes, padding: int) -> bytes:
    name = secrets.token_urlsafe(padding)[:padding].encode() + b"\0" if padding else b""
    header = bytes([0x1F, 0x8B, 8, _NAMED if padding else 0, 0, 0, 0, 0, 0, 255])
    return header + name + packed


@lru_cache(maxsize=256)
def _lasting_gzip(content: bytes) -> bytes:
    """Static files hold no secret and are compressed once a process."""
    return gzip(content, level=LASTING_LEVEL)
