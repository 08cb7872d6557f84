"""A certificate's JSON changed: its signature, its key, its form, its contexts, and every value."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from random import Random
from typing import Any

from assessment.domain.credentials.multibase import from_base58btc, to_base64url
from assessment.domain.credentials.proof import add_proof
from assessment.domain.errors import Invalid
from tests.faults.mutations.bytewise import any_byte
from tests.faults.mutations.genuine import FORGER, FORGER_DID, Genuine, Mutated
from tests.faults.mutations.values import any_value, at, dump, objects, put

KIND = "JSON-LD"
Named = Iterator[tuple[str, bytes]]


def special(genuine: Genuine) -> Iterator[Mutated]:
    """Each known attack once."""
    for make in (signatures, keys, forms, contexts, meanings, layouts):
        for way, content in make(genuine):
            yield Mutated(kind=KIND, way=way, content=content)


def drawn(genuine: Genuine, rng: Random) -> Iterator[Mutated]:
    """Values and bytes at random, without an end."""
    document = genuine.document
    while True:
        yield Mutated(kind=KIND, way="any value", content=dump(any_value(document, rng)))
        yield Mutated(kind=KIND, way="any value", content=dump(any_value(document, rng)))
        yield Mutated(kind=KIND, way="any byte", content=any_byte(genuine.json, rng))


def signatures(genuine: Genuine) -> Named:
    """Stripped, exchanged, cut, written in another way, claimed to be of another kind."""
    document, proof = genuine.document, genuine.document["proof"]
    other = json.loads(genuine.other)["proof"]
    yield "signature stripped", dump({key: value for key, value in document.items() if key != "proof"})
    for value in (None, [], {}, "", [proof], [proof, proof], [proof, other], [other, proof], other, {"proof": proof}):
        yield "signature stripped", dump({**document, "proof": value})
    for name in list(proof):
        yield "signature stripped", dump({**document, "proof": {k: v for k, v in proof.items() if k != name}})
    text = proof["proofValue"]
    raw = from_base58btc(text)
    for value in ("", "z", text[1:], text[:-1], text + "1", "z1" + text[1:], to_base64url(raw), "m" + text[1:]):
        yield "signature written otherwise", dump(put(document, ("proof", "proofValue"), value))
    for value in (raw.hex(), "f" + raw.hex(), "z" + "1" * 64, "z" * 200_000, to_base64url(raw) + "=", text.lower()):
        yield "signature written otherwise", dump(put(document, ("proof", "proofValue"), value))
    for suite in (
        "eddsa-jcs-2022",
        "ecdsa-rdfc-2019",
        "bbs-2023",
        "none",
        "",
        "EDDSA-RDFC-2022",
        None,
        ["eddsa-rdfc-2022"],
    ):
        yield "algorithm confusion", dump(put(document, ("proof", "cryptosuite"), suite))
    for kind in ("Ed25519Signature2020", "RsaSignature2018", "none", None, ["DataIntegrityProof"]):
        yield "algorithm confusion", dump(put(document, ("proof", "type"), kind))
    for purpose in ("authentication", "keyAgreement", "capabilityInvocation", "", None, ["assertionMethod"]):
        yield "algorithm confusion", dump(put(document, ("proof", "proofPurpose"), purpose))
    for name, value in (("nonce", "x"), ("expires", "2099-01-01T00:00:00Z"), ("domain", "x"), ("id", "urn:x:y")):
        yield "unprotected members", dump(put(document, ("proof", name), value))
    for name, value in (("@context", document["@context"]), ("previousProof", "urn:x:y"), ("challenge", "x")):
        yield "unprotected members", dump(put(document, ("proof", name), value))


def keys(genuine: Genuine) -> Named:
    """Signed by somebody else, in the issuer's name or in another that looks like it."""
    body = {key: value for key, value in genuine.document.items() if key != "proof"}
    now = datetime(2026, 3, 20, tzinfo=UTC)
    dids = (genuine.did, FORGER_DID, f"{genuine.did}.evil.example", genuine.did.upper(), "did:web:evil.example:b:las")
    claims = [genuine.key_id, f"{FORGER_DID}#{FORGER_DID[8:]}", f"{genuine.did}#evil", f"{genuine.did}#", "#2026", ""]
    claims += ["did:web:evil.example:b:las#2026", f"{genuine.key_id}/../x", f"{genuine.key_id}#x"]
    for did in dids:
        for claim in claims:
            yield "key confusion", _signed(_issued_by(body, did), claim, now)
            yield "key confusion", dump(put(_issued_by(genuine.document, did), METHOD, claim))
    for issuer in (f"{genuine.did}x", None, [genuine.did], {"id": [genuine.did]}, {}):
        yield "key confusion", dump({**genuine.document, "issuer": issuer})
    for method in (None, [genuine.key_id], {"id": genuine.key_id}, genuine.key_id + "\0", genuine.key_id.title()):
        yield "key confusion", dump(put(genuine.document, METHOD, method))


METHOD = ("proof", "verificationMethod")


def _issued_by(document: dict[str, Any], did: str) -> dict[str, Any]:
    issuer = document["issuer"]
    return {**document, "issuer": {**issuer, "id": did} if isinstance(issuer, dict) else did}


def _signed(body: dict[str, Any], claim: str, now: datetime) -> bytes:
    try:
        return dump(add_proof(body, verification_method=claim, created=now, sign=FORGER.sign))
    except Invalid:  # an address that cannot be signed is sent as it is
        proof = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "created": "2026-03-20T00:00:00Z"}
        return dump({**body, "proof": {**proof, "verificationMethod": claim, "proofPurpose": "assertionMethod"}})


def forms(genuine: Genuine) -> Named:
    """JSON that two readers may understand differently, or that is to break one."""
    document, text = genuine.document, genuine.json
    for name, value in document.items():
        member = dump({name: "x" if isinstance(value, str) else value})[1:-1]
        yield "duplicate keys", text[:-1] + b"," + member + b"}"
        yield "duplicate keys", b"{" + member + b"," + text[1:]
        escaped = b'"\\u%04x' % ord(name[0]) + name[1:].encode() + b'":"x"'
        yield "duplicate keys", b"{" + escaped + b"," + text[1:]
    for path in list(objects(document))[1:]:
        node = at(document, path)
        if node:
            name = next(iter(node))
            inner = dump({name: "x"})[1:-1] + b"," + dump(node)[1:-1]
            marked = dump(put(document, path, "@@MARK@@"))
            yield "duplicate keys", marked.replace(b'"@@MARK@@"', b"{" + inner + b"}")
    for word in (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"1E400", b"9" * 5_000, b"1" + b"0" * 300_000):
        for name in ("name", "validUntil", "issuer", "x", "proof", "credentialSubject"):
            yield "numbers that are none", text[:-1] + b',"%s":%s}' % (name.encode() + b"2", word)
            yield "numbers that are none", dump({**document, name: "@@MARK@@"}).replace(b'"@@MARK@@"', word)
    for levels in (30, 200, 700, 850, 900, 940, 960, 975, 990, 1_500, 20_000, 200_000):
        for opening, inner, closing in ((b"[", b"", b"]"), (b'{"a":', b"1", b"}"), (b'[{"id":', b"1", b"}]")):
            nested = opening * levels + inner + closing * levels
            for name in ("x", "@context", "issuer", "credentialSubject", "proof", "id"):
                yield "deep nesting", dump({**document, name: "@@MARK@@"}).replace(b'"@@MARK@@"', nested)
            yield "deep nesting", nested
    plain = text.decode()
    for content in (
        plain.encode("utf-16"),
        plain.encode("utf-32"),
        b"\xef\xbb\xbf\xef\xbb\xbf" + text,
        b"[" + text + b"]",
        text + text,
        text + b"\0",
        text[:-1] + b",}",
        b"// a word\n" + text,
        text.replace(b'"', b"'"),
        text[:-1] + b',"pad":"' + b"x" * 700_000 + b'"}',
        b" " * 600_000 + text,
        b"{" * 100_000,
        b'{"a":' * 100_000,
        b"{}",
        b'{"proof":{}}',
        text.replace(b'"name"', b'"n\\ud800ame"', 1),
        text[:-1] + b',"\\ud800":"x"}',
        text[:-1] + b',"x":"\\udc00"}',
        text[:-1] + b',"__proto__":{"validUntil":"2099-01-01T00:00:00Z"}}',
        b'{"issuer":"\\ud800"}',
        b'{"issuer":"' + genuine.did.encode() + b'","id":"\\u0000"}',
        b'{"issuer":"' + genuine.did.encode() + b'","id":"x/\\u0000"}',
        b'{"issuer":"' + genuine.did.encode() + b'","id":"x/\\ud800"}',
        b'{"issuer":"' + genuine.did.encode() + b'","x":1e999}',
        dump({**document, "id": "http://localhost/v/\0"}),
        dump({**document, "id": "/" * 10_000}),
    ):
        yield "form of JSON", content
    wide = [{"id": f"urn:x:{number}", "type": ["Evidence"], "name": "x"} for number in range(8_000)]
    yield "form of JSON", dump({**document, "evidence": wide})
    yield "form of JSON", dump({**document, "evidence": [{"type": ["Evidence"]}] * 8_000})
    yield "form of JSON", dump({**document, **{f"x{number}": 1 for number in range(20_000)}})


def contexts(genuine: Genuine) -> Named:
    """Other meanings for the words, and words that no context knows."""
    document = genuine.document
    known = document["@context"]
    for value in (
        None,
        [],
        known[0],
        ["https://www.w3.org/2018/credentials/v1", *known[1:]],
        ["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json", *known],
        [*known, known[-1]],
        [*known, {"@vocab": "https://evil.example/"}],
        [*known, {"name": "https://evil.example/name"}],
        [*known, "https://evil.example/context"],
        [{"@base": "https://evil.example/"}, *known],
        [*known, {"@import": "https://evil.example/"}],
        [*known, None],
        [[*known]],
        {"@vocab": "https://evil.example/"},
        "https://evil.example/context",
        [*known, "https://www.w3.org/ns/credentials/examples/v2"],
        [known[0] + "#", *known[1:]],
        [known[0].upper(), *known[1:]],
    ):
        yield "contexts", dump({**document, "@context": value})
    for path in objects(document):
        for name in ("unheardOf", "@graph", "@reverse", "@nest", "@context", "@id", "valid_until"):
            yield "undefined terms", dump(put(document, (*path, name), "https://evil.example/x"))


def meanings(genuine: Genuine) -> Named:
    """What the signature covers, said in another place; and what other certificates say."""
    document, other = genuine.document, json.loads(genuine.other)
    for name in document:
        if document[name] != other.get(name):
            yield "parts of another certificate", dump({**document, name: other.get(name)})
            yield "parts of another certificate", dump({**other, name: document[name]})
    for name in ("validUntil", "credentialStatus", "name", "description", "termsOfUse", "evidence"):
        if name in document:
            moved = {key: value for key, value in document.items() if key != name}
            same = {"id": document["id"], name: document[name]}
            for home in ("credentialSubject", "issuer"):
                yield "members moved", dump({**moved, home: {**document[home], name: document[name]}})
                yield "members moved", dump({**moved, home: {**document[home], "evidence": same}})
            yield "members moved", dump({**moved, "relatedResource": same})
            yield "members moved", dump({**moved, "evidence": [same]})
    results = document["credentialSubject"]["result"]
    for number in range(len(results)):
        fewer, more = results[:number] + results[number + 1 :], [*results, results[number]]
        for changed in (fewer, more):
            yield "results", dump(put(document, ("credentialSubject", "result"), changed))
    for level in ("advanced", "3", "competent+"):
        for number, result in enumerate(results):
            if "achievedLevel" in result:
                reached = result["achievedLevel"].rpartition("/")[0] + f"/{level}"
                yield "results", dump(put(document, ("credentialSubject", "result", number, "achievedLevel"), reached))


def layouts(genuine: Genuine) -> Named:
    """The same document, drawn otherwise: no value differs, so it stays the genuine one."""
    document = genuine.document
    yield "same: layout", json.dumps(document, indent=2).encode()
    yield "same: layout", json.dumps(document, ensure_ascii=False, indent="\t").encode()
    yield "same: layout", b"\xef\xbb\xbf" + genuine.json
    yield "same: layout", b"\r\n " + genuine.json + b"\n\n"
    yield "same: layout", dump(dict(reversed(document.items())))
    yield "same: layout", dump(_reordered(document))
    yield "same: layout", genuine.json.replace(b'"name"', b'"n\\u0061me"')


def _reordered(node: Any, name: str = "") -> Any:
    """Turn every list round but the contexts, whose order is their meaning."""
    if isinstance(node, dict):
        return {key: _reordered(deepcopy(value), key) for key, value in node.items()}
    if isinstance(node, list):
        whole = [_reordered(each) for each in node]
        return whole if name in ("@context", "allowedValue") else whole[::-1]
    return node
