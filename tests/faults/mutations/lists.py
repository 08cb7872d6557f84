"""Published status lists exchanged for old, foreign, unpacked, unsigned and doctored ones."""

import base64
import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from assessment.domain.credentials.multibase import from_base64url, to_base64url
from assessment.domain.credentials.proof import add_proof, read_instant
from tests.faults.mutations import jsons
from tests.faults.mutations.bytewise import any_byte
from tests.faults.mutations.genuine import FORGER, FORGER_DID, Genuine, Mutated
from tests.faults.mutations.values import any_value, dump, put

KIND = "status list"
SUBJECT = "credentialSubject"


def special(genuine: Genuine) -> Iterator[Mutated]:
    """Each known attack once, on each list."""
    for name, content in genuine.lists.items():
        others = [each for other, each in genuine.lists.items() if other != name]
        as_document = replace(genuine, json=content, other=others[0])
        for make in (jsons.signatures, jsons.keys, jsons.forms, jsons.contexts):
            for way, changed in make(as_document):
                yield Mutated(kind=KIND, way=way, content=changed, place=name)
        for way, changed in exchanged(genuine, name, json.loads(content)):
            yield Mutated(kind=KIND, way=way, content=changed, place=name)


def drawn(genuine: Genuine, rng: Random) -> Iterator[Mutated]:
    """Values, bits and bytes at random, without an end."""
    names = list(genuine.lists)
    while True:
        name = rng.choice(names)
        content = genuine.lists[name]
        document = json.loads(content)
        yield Mutated(kind=KIND, way="any value", content=dump(any_value(document, rng)), place=name)
        yield Mutated(kind=KIND, way="any byte", content=any_byte(content, rng), place=name)
        packed = to_base64url(any_byte(from_base64url(document[SUBJECT]["encodedList"]), rng))
        yield Mutated(kind=KIND, way="any byte", content=dump(_with(document, packed)), place=name)


def exchanged(genuine: Genuine, name: str, document: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Another list in the place of this one, and the same with other bits."""
    yield "stale list", genuine.stale[name]
    yield "stale list", dump({**json.loads(genuine.stale[name]), "validUntil": document["validUntil"]})
    yield "stale list", dump({**document, "validUntil": "2020-01-01T00:00:00Z"})
    yield "stale list", dump({**document, "validFrom": "2099-01-01T00:00:00Z"})
    for other, content in genuine.lists.items():
        if other != name:
            yield "foreign list", content
            yield "foreign list", dump({**json.loads(content), "id": document["id"]})
    subject = document[SUBJECT]
    body = {key: value for key, value in document.items() if key != "proof"}
    now = read_instant(document["validFrom"])
    clear = to_base64url(gzip.compress(bytes(16_384), mtime=0))
    for issuer, method in ((FORGER_DID, f"{FORGER_DID}#{FORGER_DID[8:]}"), (genuine.did, genuine.key_id)):
        made = {**body, "issuer": issuer, SUBJECT: {**subject, "encodedList": clear}}
        yield "foreign list", dump(add_proof(made, verification_method=method, created=now, sign=FORGER.sign))
    raw = gzip.decompress(from_base64url(subject["encodedList"]))
    for bits in (bytes(16_384), b"\xff" * 16_384, raw[::-1], raw[:-1], raw + b"\0", b"", bytes(1)):
        if bits != raw:
            yield "other bits", dump(_with(document, to_base64url(gzip.compress(bits, mtime=0))))
    for purpose in ("revocation", "suspension", "message", "refresh", "", None, ["revocation", "suspension"]):
        if purpose != subject["statusPurpose"]:
            yield "other purpose", dump(put(document, (SUBJECT, "statusPurpose"), purpose))
    for size in (2, 100, 400):
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        packed = b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(size)), packer.flush()])
        if len(packed) < 300_000:
            yield "bomb", dump(_with(document, to_base64url(packed)))
        yield "bomb", dump(_with(document, to_base64url(gzip.compress(packed))))
    yield "bomb", dump(_with(document, to_base64url(gzip.compress(raw) * 2)))
    yield "bomb", dump(_with(document, to_base64url(b"".join(gzip.compress(b"\0") for _ in range(10_000)))))
    yield "bomb", dump(_with(document, "u" + "A" * 480_000))
    text = subject["encodedList"]
    standard = base64.b64encode(from_base64url(text)).decode()
    for spelled in (
        text + "=",
        text + "==",
        text[1:],
        "m" + standard,
        "u" + standard,
        text + "\n",
        text[:9] + " " + text[9:],
    ):
        yield "non-canonical base64", dump(_with(document, spelled))
    for loose in ("B", "C", "D", "h", "x"):
        if text[-1] != loose:
            yield "non-canonical base64", dump(_with(document, text[:-1] + loose))
    for packed in (raw, zlib.compress(raw), b"BZh9" + raw, from_base64url(text)[:-4], from_base64url(text) + b"x"):
        yield "form", dump(_with(document, to_base64url(packed)))
    for content in (b"", b"null", b"\0" * 1_000, genuine.json, genuine.pdf[:400_000], b"x" * 600_000):
        yield "form", content


def _with(document: dict[str, Any], encoded: str) -> dict[str, Any]:
    return {**document, SUBJECT: {**document[SUBJECT], "encodedList": encoded}}
