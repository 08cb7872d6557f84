"""Presentations of a certificate, signed by its holder for one challenge, changed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from assessment.domain.credentials.canonical import canonical_nquads
from assessment.domain.credentials.foreign import vocabulary_of
from assessment.domain.credentials.multibase import to_base58btc
from assessment.domain.credentials.proof import Signer, hash_nquads, write_instant
from assessment.domain.credentials.vocabulary import CREDENTIALS_V2
from tests.faults.mutations import jsons
from tests.faults.mutations.bytewise import any_byte
from tests.faults.mutations.genuine import CHALLENGE, DOMAIN, FORGER, FORGER_DID, HOLDER, HOLDER_DID, Genuine, Mutated
from tests.faults.mutations.values import any_value, dump, put

KIND = "presentation"


def present(credentials: list[Any], now: datetime, **told: Any) -> dict[str, Any]:
    """Return a presentation that its holder signed for a challenge; `told` overrides parts of it before signing."""
    return signed({"holder": HOLDER_DID, **told}, credentials, now)


def signed(
    told: dict[str, Any],
    credentials: list[Any],
    now: datetime,
    *,
    did: str = HOLDER_DID,
    sign: Signer = HOLDER.sign,
    **options: str,
) -> dict[str, Any]:
    """Return a presentation signed by some key; `options` override those of its proof."""
    body = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        **told,
        "verifiableCredential": credentials,
    }
    stated = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": write_instant(now),
        "verificationMethod": f"{did}#{did.rpartition(':')[2]}",
        "proofPurpose": "authentication",
        "challenge": CHALLENGE,
        "domain": DOMAIN,
        **options,
    }
    config = canonical_nquads({**stated, "@context": body["@context"]}, vocabulary_of)
    signature = sign(hash_nquads(canonical_nquads(body, vocabulary_of), config))
    return {**body, "proof": {**stated, "proofValue": to_base58btc(signature)}}


def special(genuine: Genuine) -> Iterator[Mutated]:
    """Each known attack once."""
    as_document = replace(genuine, json=genuine.presentation, other=genuine.presentation)
    for make in (jsons.signatures, jsons.forms, jsons.contexts):
        for way, content in make(as_document):
            if content != genuine.presentation:
                yield Mutated(kind=KIND, way=way, content=content)
    for way, content in exchanged(genuine):
        yield Mutated(kind=KIND, way=way, content=content)


def drawn(genuine: Genuine, rng: Random) -> Iterator[Mutated]:
    """Values and bytes at random, without an end."""
    document = replace(genuine, json=genuine.presentation).document
    while True:
        yield Mutated(kind=KIND, way="any value", content=dump(any_value(document, rng)))
        yield Mutated(kind=KIND, way="any byte", content=any_byte(genuine.presentation, rng))


def exchanged(genuine: Genuine) -> Iterator[tuple[str, bytes]]:
    """Somebody else presents it, for another challenge, with another certificate, or nobody does."""
    document = replace(genuine, json=genuine.presentation).document
    certificate = genuine.document
    now = datetime.fromisoformat(document["proof"]["created"])
    claimed = f"{HOLDER_DID}#{HOLDER_DID[8:]}"
    for told in ({"holder": HOLDER_DID}, {"holder": {"id": HOLDER_DID}}):
        yield "key confusion", dump(signed(told, [certificate], now, did=FORGER_DID, sign=FORGER.sign))
        yield "key confusion", dump(signed(told, [certificate], now, sign=FORGER.sign))
        made = signed(told, [certificate], now, did=FORGER_DID, sign=FORGER.sign)
        yield "key confusion", dump(put(made, ("proof", "verificationMethod"), claimed))
    yield "key confusion", dump(signed({"holder": FORGER_DID}, [certificate], now))
    yield "key confusion", dump(signed({"holder": genuine.did}, [certificate], now))
    for name, value in (("challenge", "another"), ("domain", "evil.example"), ("proofPurpose", "assertionMethod")):
        yield "another challenge", dump(signed({"holder": HOLDER_DID}, [certificate], now, **{name: value}))
        yield "another challenge", dump(put(document, ("proof", name), value))
    for name in ("challenge", "domain"):
        proof = {key: value for key, value in document["proof"].items() if key != name}
        yield "another challenge", dump({**document, "proof": proof})
    bare = {key: value for key, value in certificate.items() if key != "proof"}
    changed = put(certificate, ("name",), "Other")
    for inside in (bare, changed, "x", None, genuine.jwt.decode().strip(), {**changed, "proof": []}, [certificate]):
        yield "parts of another certificate", dump({**document, "verifiableCredential": [inside]})
    for inside in (bare, changed):
        yield "parts of another certificate", dump(signed({"holder": HOLDER_DID}, [inside], now))
    enveloped = {"@context": CREDENTIALS_V2, "type": "EnvelopedVerifiableCredential", "id": "data:application/vc+jwt,x"}
    yield "form", dump({**document, "verifiableCredential": [enveloped]})
    yield "form", dump({**document, "verifiableCredential": [certificate] * 25})
    yield "form", dump({**document, "verifiableCredential": [{"type": "VerifiableCredential"}] * 20})
