"""Zip archives from strangers, read from bytes and never unpacked; and the plain archives we write.

Follows PKWARE's APPNOTE 6.3 as far as content packages need it: one disk, no encryption, stored or deflated
members. The directory is checked whole before any member is read, and a member is inflated only up to the
size it claims, so an archive that lies about sizes is refused and not unpacked.
"""

import itertools
import re
import stat
import struct
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from assessment.domain.errors import N_, Invalid

MAX_MEMBERS = 5_000
MAX_TOTAL = 200 * 1024 * 1024
MAX_RATIO = 200
_RATIO_FROM = 1024 * 1024

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF8 = 0x1, 0x800
_UNIX = 3
_EPOCH = 0x21  # 1 January 1980, the first date an archive can hold


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One file of an archive: where its bytes lie and what they claim to be (sizes in bytes)."""

    name: str
    start: int
    compressed: int
    size: int
    checksum: int
    deflated: bool


def read_archive(data: bytes) -> dict[str, Member]:
    """Return the files of a zip archive by name, directories left out.

    Raises Invalid for anything unsafe: a name that leaves the package, a link, two files of one name (also
    when only their case differs), more than 5,000 members, more than 200 MB in all, a member that grows more
    than 200-fold, overlapping members, encryption, and an archive that is not whole.
    """
    if len(data) > MAX_TOTAL:
        raise Invalid(N_("Expected at most %(max)s bytes, got %(got)s."), max=MAX_TOTAL, got=len(data))
    count, position, end = _directory(data)
    members: dict[str, Member] = {}
    spans: list[tuple[int, int]] = []
    seen: set[str] = set()
    total = 0
    for _ in range(count):
        member, span, position = _entry(data, position, end)
        folded = unicodedata.normalize("NFC", member.name).casefold().rstrip("/")
        if folded in seen:
            raise Invalid(N_('The archive holds "%(name)s" twice.'), name=member.name)
        seen.add(folded)
        spans.append(span)
        total += member.size
        if total > MAX_TOTAL:
            raise Invalid(N_("Expected at most %(max)s bytes unpacked, got more."), max=MAX_TOTAL)
        if not member.name.endswith("/"):
            members[member.name] = member
    spans.sort()
    if any(first[1] > second[0] for first, second in itertools.pairwise(spans)):
        raise Invalid(N_("Files in the archive overlap."))
    return members


def read_member(data: bytes, member: Member, *, max_bytes: int) -> bytes:
    """Return the bytes of one file. Raises Invalid when it is larger than allowed or not what it claims."""
    if member.size > max_bytes:
        raise Invalid(
            N_('Expected at most %(max)s bytes in "%(name)s", got %(got)s.'),
            max=max_bytes,
            name=member.name,
            got=member.size,
        )
    packed = data[member.start : member.start + member.compressed]
    content = packed
    if member.deflated:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflater.decompress(packed, member.size + 1)
        except zlib.error as error:
            raise Invalid(N_('"%(name)s" in the archive is damaged.'), name=member.name) from error
        if not inflater.eof or inflater.unused_data:
            raise Invalid(N_('"%(name)s" in the archive is not what its directory says.'), name=member.name)
    if len(content) != member.size or zlib.crc32(content) != member.checksum:
        raise Invalid(N_('"%(name)s" in the archive is not what its directory says.'), name=member.name)
    return content


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of stored files, sorted by name and dated 1980: the same files, the same bytes."""
    body, directory = bytearray(), bytearray()
    for name, content in sorted(files.items()):
        encoded, checksum, offset = name.encode(), zlib.crc32(content), len(body)
        sizes = (checksum, len(content), len(content))
        body += _LOCAL.pack(b"PK\3\4", 20, _UTF8, _STORED, 0, _EPOCH, *sizes, len(encoded), 0)
        body += encoded + content
        directory += _CENTRAL.pack(
            b"PK\1\2", 20, 20, _UTF8, _STORED, 0, _EPOCH, *sizes, len(encoded), 0, 0, 0, 0, 0, offset
        )
        directory += encoded
    count = len(files)
    end = _END.pack(b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory + end)


def _broken() -> Invalid:
    return Invalid(N_("Expected a whole zip archive of one part, got something else."))


def _directory(data: bytes) -> tuple[int, int, int]:
    """Return how many members the directory names, where it starts and where it ends."""
    found = data.rfind(b"PK\5\6", max(0, len(data) - _END.size - 0xFFFF))
    if found < 0 or found + _END.size > len(data):
        raise _broken()
    _, disk, first_disk, here, count, size, start, comment = _END.unpack_from(data, found)
    whole = start + size == found and found + _END.size + comment == len(data)
    if disk or first_disk or here != count or not whole:
        raise _broken()
    if count > MAX_MEMBERS:
        raise Invalid(N_("Expected at most %(max)s files, got %(got)s."), max=MAX_MEMBERS, got=count)
    return count, start, found


def _entry(data: bytes, position: int, end: int) -> tuple[Member, tuple[int, int], int]:
    """Read one directory entry; return the member, the bytes it covers, and where the next entry starts."""
    if position + _CENTRAL.size > end:
        raise _broken()
    fields = _CENTRAL.unpack_from(data, position)
    signature, made, _, flags, method, _, _, checksum, compressed, size = fields[:10]
    name_length, extra_length, comment_length, disk, _, attributes, offset = fields[10:]
    after_name = position + _CENTRAL.size + name_length
    if signature != b"PK\1\2" or disk or after_name > end:
        raise _broken()
    name = _name(data[position + _CENTRAL.size : after_name], flags)
    if flags & _ENCRYPTED or method not in (_STORED, _DEFLATED):
        raise Invalid(N_('"%(name)s" is encrypted or packed in an unusual way.'), name=name)
    mode = attributes >> 16 if made >> 8 == _UNIX else 0
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Invalid(N_('"%(name)s" is a link or a device, not a file.'), name=name)
    if (method == _STORED and compressed != size) or (size > _RATIO_FROM and size > MAX_RATIO * compressed):
        raise Invalid(N_('"%(name)s" claims a size that is not credible.'), name=name)
    start = _local(data, offset, name)
    if start + compressed > len(data):
        raise _broken()
    member = Member(
        name=name,
        start=start,
        compressed=compressed,
        size=size,
        checksum=checksum,
        deflated=method == _DEFLATED,
    )
    return member, (offset, start + compressed), after_name + extra_length + comment_length


def _local(data: bytes, offset: int, name: str) -> int:
    """Return where a member's bytes start. Raises Invalid when its own header names another file."""
    if offset + _LOCAL.size > len(data):
        raise _broken()
    signature, _, flags, *_, name_length, extra_length = _LOCAL.unpack_from(data, offset)
    after = offset + _LOCAL.size
    if signature != b"PK\3\4" or _name(data[after : after + name_length], flags) != name:
        raise _broken()
    return int(after + name_length + extra_length)


def _name(raw: bytes, flags: int) -> str:
    try:
        name = raw.decode("utf-8" if flags & _UTF8 else "cp437")
    except UnicodeDecodeError as error:
        raise _broken() from error
    parts = name.removesuffix("/").split("/")
    if (
        len(name) > 255
        or "\\" in name
        or re.match(r"[A-Za-z]:", name)
        or any(part in ("", ".", "..") for part in parts)
        or any(unicodedata.category(character) == "Cc" for character in name)
    ):
        raise Invalid(N_('The archive holds an unsafe file name: "%(name)s".'), name=ascii(name)[:120])
    return name
