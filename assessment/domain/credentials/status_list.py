"""Bitstring Status Lists: one bit a credential, in a list that its issuer signs.

A body has two lists, revocation and suspension; when one is full, the next number begins. Their addresses
follow from the issuer, so that the code on the paper carries only an index over all lists of a purpose.
Choosing random indices and remembering the used ones is not done here.

Specification: https://www.w3.org/TR/vc-bitstring-status-list/.
"""

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from assessment.domain.credentials.did_web import code_of, origin_of
from assessment.domain.credentials.multibase import from_base64url, to_base64url
from assessment.domain.credentials.proof import write_instant
from assessment.domain.credentials.vocabulary import CREDENTIALS_V2
from assessment.domain.errors import N_, Invalid

LIST_BITS = 131_072
MAX_LIST_BYTES = 2 * 1024 * 1024

_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"


class StatusPurpose(StrEnum):
    """What a set bit means."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusList:
    """Bits in whole bytes; bit 0 is the left-most bit of the first byte."""

    content: bytes

    @property
    def length(self) -> int:
        """Number of bits."""
        return len(self.content) * 8

    def is_set(self, index: int) -> bool:
        """Return one bit. Raises Invalid when the list has no such index."""
        if not 0 <= index < self.length:
            raise Invalid(
                N_("Expected a status index from 0 to %(last)s, got %(got)s."),
                last=self.length - 1,
                got=index,
            )
        return bool(self.content[index // 8] & (0x80 >> index % 8))


def status_list(set_indices: Iterable[int], *, length: int = LIST_BITS) -> StatusList:
    """Build a list of `length` bits in which the given indices are set.

    Raises ValueError when the length is under 131,072 or not whole bytes, IndexError for an index outside it.
    """
    if length < LIST_BITS or length % 8:
        raise ValueError(f"Expected at least {LIST_BITS} bits in whole bytes, got {length}.")
    content = bytearray(length // 8)
    for index in set_indices:
        if not 0 <= index < length:
            raise IndexError(f"Expected an index from 0 to {length - 1}, got {index}.")
        content[index // 8] |= 0x80 >> index % 8
    return StatusList(content=bytes(content))


def encode_list(bits: StatusList) -> str:
    """Write a list as multibase base64url of GZIP, without time or name: same bits, same text."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    deflated = packer.compress(bits.content) + packer.flush()
    trailer = struct.pack("<II", zlib.crc32(bits.content), len(bits.content))
    return to_base64url(_GZIP_HEADER + deflated + trailer)


def decode_list(encoded: str) -> StatusList:
    """Read a list, unpacking at most 2 MiB.

    Raises Invalid when it is not multibase base64url of one GZIP member, is shorter than 131,072 bits, or
    unpacks to more.
    """
    packed = from_base64url(encoded)
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        content = unpacker.decompress(packed, MAX_LIST_BYTES + 1)
    except zlib.error:
        raise Invalid(N_("The status list is not packed with GZIP.")) from None
    if len(content) > MAX_LIST_BYTES:
        raise Invalid(N_("Expected a status list of at most %(limit)s bytes."), limit=MAX_LIST_BYTES)
    if not unpacker.eof or unpacker.unused_data:
        raise Invalid(N_("The status list is cut off, or something follows it."))
    if len(content) * 8 < LIST_BITS:
        raise Invalid(
            N_("Expected a status list of at least %(limit)s bits, got %(got)s."),
            limit=LIST_BITS,
            got=len(content) * 8,
        )
    return StatusList(content=content)


def list_url(issuer: str, purpose: StatusPurpose, number: int = 0) -> str:
    """Return the address of an issuer's list: `ORIGIN/status/CODE-PURPOSE-NUMBER`.

    Raises Invalid when the issuer is not a did:web identifier of a body.
    """
    return f"{origin_of(issuer)}/status/{code_of(issuer)}-{purpose}-{number}"


def locate(index: int) -> tuple[int, int]:
    """Split an index over all lists of a purpose into the list's number and the bit in it.

    Raises ValueError when the index is negative.
    """
    if index < 0:
        raise ValueError(f"Expected an index from 0, got {index}.")
    return divmod(index, LIST_BITS)


def status_list_credential(
    *,
    issuer: str,
    purpose: StatusPurpose,
    bits: StatusList,
    valid_from: datetime,
    valid_until: datetime,
    number: int = 0,
) -> dict[str, object]:
    """Build the unsigned BitstringStatusListCredential that publishes a list for a short time."""
    url = list_url(issuer, purpose, number)
    return {
        "@context": [CREDENTIALS_V2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": write_instant(valid_from),
        "validUntil": write_instant(valid_until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": str(purpose),
            "encodedList": encode_list(bits),
        },
    }


def read_list(document: Mapping[str, object], purpose: StatusPurpose) -> StatusList:
    """Return the bits that a status list credential publishes; its proof is checked elsewhere.

    Raises Invalid when it is of another type or purpose, or when its list is malformed.
    """
    subject, types = document.get("credentialSubject"), document.get("type")
    if (
        not isinstance(types, list)
        or "BitstringStatusListCredential" not in types
        or not isinstance(subject, dict)
        or subject.get("type") != "BitstringStatusList"
    ):
        raise Invalid(N_("Expected a status list credential."))
    if subject.get("statusPurpose") != purpose:
        raise Invalid(N_("Expected a status list for %(purpose)s."), purpose=str(purpose))
    encoded = subject.get("encodedList")
    if not isinstance(encoded, str):
        raise Invalid(N_("Expected a status list credential."))
    return decode_list(encoded)
