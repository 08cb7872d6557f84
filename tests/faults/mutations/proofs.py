"""Proofs of an entry in the log changed: line by line, by the byte, and exchanged for those of others."""

import base64
from collections.abc import Iterator
from random import Random

from assessment.domain.log.note import read_note
from assessment.domain.log.proof import read_proof
from tests.faults.mutations.bytewise import any_byte
from tests.faults.mutations.genuine import FORGER, Genuine, Mutated

KIND = "log proof"


def special(genuine: Genuine) -> Iterator[Mutated]:
    """Each known attack once."""
    for way, text in attacks(genuine.proof.decode(), genuine.other_proof.decode()):
        yield Mutated(kind=KIND, way=way, content=text.encode(errors="surrogatepass"))
    for content in (b"", b"\xff\xfe", genuine.json, genuine.pdf, b"\0" * 100_000, b"\n\n" * 200_000):
        yield Mutated(kind=KIND, way="form", content=content)


def drawn(genuine: Genuine, rng: Random) -> Iterator[Mutated]:
    """Bytes and lines at random, without an end."""
    lines = genuine.proof.decode().split("\n")
    others = genuine.other_proof.decode().split("\n")
    while True:
        yield Mutated(kind=KIND, way="any byte", content=any_byte(genuine.proof, rng))
        changed = list(lines)
        at = rng.randrange(len(changed))
        match rng.randrange(4):
            case 0:
                del changed[at]
            case 1:
                changed.insert(at, rng.choice(lines + others))
            case 2:
                changed[at] = rng.choice(others)
            case _:
                changed[at] = any_byte(changed[at].encode() or b"x", rng).decode(errors="replace")
        content = "\n".join(changed).encode()
        if content != genuine.proof:
            yield Mutated(kind=KIND, way="any line", content=content)


def attacks(proof: str, other: str) -> Iterator[tuple[str, str]]:
    """Other heads, other paths, other nonces, the same in another spelling, and too much of everything."""
    start, _, checkpoint = proof.partition("\n\n")
    header, extra, index, *path = start.split("\n")
    told, _, seen = other.partition("\n\n")

    def said(*lines: str, head: str = checkpoint) -> str:
        return "\n".join(lines) + "\n\n" + head

    yield "parts of another certificate", other
    yield "parts of another certificate", f"{told}\n\n{checkpoint}"
    yield "parts of another certificate", f"{start}\n\n{seen}"
    for number, line in enumerate(told.split("\n")):
        lines = start.split("\n")
        if number < len(lines) and lines[number] != line:
            yield "parts of another certificate", said(*lines[:number], line, *lines[number + 1 :])
    note = read_note(checkpoint)
    name, size, root = note.text.strip().split("\n")
    (signature,) = [each for each in note.signatures if each.name == name][:1]
    for text in (f"{name}\n{size}0\n{root}\n", f"{name}x\n{size}\n{root}\n", f"{name}\n{size}\n{root[::-1]}\n"):
        yield "signature", said(header, extra, index, *path, head=f"{text}\n{signature}")
        made = base64.b64encode(signature.key_id + FORGER.sign(text.encode())).decode()
        yield "key confusion", said(header, extra, index, *path, head=f"{text}\n— {name} {made}\n")
        yield "key confusion", said(header, extra, index, *path, head=f"{text}\n{signature}— {name} {made}\n")
    made = base64.b64encode(signature.key_id + FORGER.sign(note.text.encode())).decode()
    yield "key confusion", said(header, extra, index, *path, head=f"{note.text}\n— {name} {made}\n")
    yield "signature stripped", said(header, extra, index, *path, head=note.text)
    yield "signature stripped", said(header, extra, index, *path, head=f"{note.text}\n")
    yield "signature stripped", said(header, extra, index, *path, head=f"{note.text}\n— other {made}\n")
    yield "signature stripped", start
    for number in ("-1", "+1", "01", "1e9", " 1", "9" * 400, "99999999999999999", "٣", "", "1_0", "0x1"):
        yield "numbers that are none", said(header, extra, f"index {number}", *path)
    for changed in (
        path[::-1],
        path[:-1],
        [*path, *path],
        [*path, "A" * 43 + "="] * 64,
        path[1:],
        [""],
        ["x"] * 100_000,
    ):
        if changed != path:
            yield "other path", said(header, extra, index, *changed)
    raw = base64.b64decode(extra.removeprefix("extra "))
    for content in (
        raw.replace(b'"v":1', b'"v":2'),
        raw.replace(b'"v":1', b'"v":1,"v":1'),
        raw.replace(b"{", b'{"x":1,'),
        raw + b" ",
        raw.replace(b"20", b"19", 1),
        raw.upper(),
        b"[" * 100_000,
        b'{"nonce":1e999}',
        b"{}",
        b"null",
        b'{"v":1,"logged":"\\ud800","nonce":"00"}',
        b"\xff",
    ):
        if content != raw:
            yield "other nonce", said(header, f"extra {base64.b64encode(content).decode()}", index, *path)
    text = extra.removeprefix("extra ")
    spelled = [text + "=", text.rstrip("="), text + "\n", " " + text, text.replace("=", "A"), text + "===="]
    if text.endswith("="):
        bare = text.rstrip("=")
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        last = alphabet.index(bare[-1])
        spelled += [bare[:-1] + alphabet[last ^ bit] + text[len(bare) :] for bit in (1, 2, 3)]
    for changed in spelled:
        if changed != text:
            yield "non-canonical base64", said(header, f"extra {changed}", index, *path)
    for number, line in enumerate(path):
        for changed in (line[:-1], line + "=", line[:-2] + "B=", line.replace("+", "-").replace("/", "_") + " "):
            if changed != line:
                yield "non-canonical base64", said(header, extra, index, *path[:number], changed, *path[number + 1 :])
    for lines in (
        (header + " ", extra, index, *path),
        (header.upper(), extra, index, *path),
        ("c2sp.org/tlog-proof@v2", extra, index, *path),
        (header, index, extra, *path),
        (header, extra, extra, index, *path),
        (header, index, *path),
        (header, extra, index, index, *path),
        (header, extra, *path),
        ("", header, extra, index, *path),
    ):
        yield "form", said(*lines)
    yield "form", proof.replace("\n", "\r\n")
    yield "form", "\ufeff" + proof
    yield "form", proof + "x"
    yield "form", proof + "\n\n" + proof
    yield "form", said(header, extra, index, *path, head=checkpoint * 1_000)
    yield "same: a witness more", proof + f"— witness.example/w1 {made}\n"


def meaning_of(content: bytes) -> tuple[object, ...]:
    """Return all that a proof says: nonce and moment, place, path, and the head that the log signed. Raises Invalid."""
    proof = read_proof(content)
    note = read_note(proof.checkpoint)
    return proof.extra, proof.index, proof.path, note.text
