"""Bytes changed without regard to what they mean."""

from collections.abc import Callable
from random import Random

CLASSES = (
    b"\0",
    b"\xff",
    b"\x80",
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b" ",
    b"\n",
    b"0",
    b"9",
    b"-",
    b".",
)
CLASSES += (b"~", b"=", b"#", b"%", b"A", b"a", b"\xed\xa0\x80", b"\xc0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\x1b")

Change = Callable[[bytes, Random], bytes]


def flip(content: bytes, rng: Random) -> bytes:
    """Turn one bit."""
    at = rng.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :]


def exchange(content: bytes, rng: Random) -> bytes:
    """Put a byte of another class in the place of one."""
    at = rng.randrange(len(content))
    return content[:at] + rng.choice(CLASSES) + content[at + 1 :]


def insert(content: bytes, rng: Random) -> bytes:
    """Put something between two bytes."""
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.choice(CLASSES) * rng.choice((1, 1, 2, 16)) + content[at:]


def leave_out(content: bytes, rng: Random) -> bytes:
    """Leave out some bytes in a row."""
    at = rng.randrange(len(content))
    return content[:at] + content[at + rng.choice((1, 1, 2, 4, 64)) :]


def cut_off(content: bytes, rng: Random) -> bytes:
    """End too early."""
    return content[: rng.randrange(len(content))]


def repeat(content: bytes, rng: Random) -> bytes:
    """Say some bytes twice."""
    start = rng.randrange(len(content))
    end = start + rng.randrange(1, 200)
    return content[:end] + content[start:]


def move(content: bytes, rng: Random) -> bytes:
    """Let two stretches change places."""
    size = rng.choice((1, 2, 8, 32))
    one, other = sorted(rng.randrange(max(1, len(content) - size)) for _ in range(2))
    if other < one + size:
        return content[::-1]
    first, second = content[one : one + size], content[other : other + size]
    return content[:one] + second + content[one + size : other] + first + content[other + size :]


CHANGES: tuple[Change, ...] = (flip, exchange, insert, leave_out, cut_off, repeat, move)


def any_byte(content: bytes, rng: Random) -> bytes:
    """Return the bytes changed in one of these ways, never as they were."""
    while True:
        changed = rng.choice(CHANGES)(content, rng)
        if changed != content:
            return changed
