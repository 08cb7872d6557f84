"""Tokens changed: VC-JWT and SD-JWT VC, in header, payload, signature, spelling and disclosures."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from tests.faults.mutations.bytewise import any_byte
from tests.faults.mutations.genuine import FORGER, FORGER_DID, Genuine, Mutated
from tests.faults.mutations.values import any_value, deep, dump

JWT, SD_JWT = "VC-JWT", "SD-JWT VC"
Named = Iterator[tuple[str, str]]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def encode(content: bytes) -> str:
    """Write base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Return header, payload and signature of a token."""
    header, payload, signature = token.split(".")
    return json.loads(decode(header)), json.loads(decode(payload)), signature


def joined(header: Any, payload: Any, signature: str) -> str:
    """Write a token with a signature that was made for another."""
    return f"{encode(dump(header))}.{encode(dump(payload))}.{signature}"


def forged(header: Any, payload: Any, sign: Callable[[bytes], bytes] = FORGER.sign) -> str:
    """Write a token that somebody else signed."""
    signed = f"{encode(dump(header))}.{encode(dump(payload))}"
    return f"{signed}.{encode(sign(signed.encode()))}"


def special(genuine: Genuine) -> Iterator[Mutated]:
    """Each known attack once, on both kinds."""
    jwt, sd = genuine.jwt.decode().strip(), genuine.sd_jwt.decode().strip()
    token, *disclosures = sd.split("~")
    other, *others = genuine.other_sd_jwt.decode().strip().split("~")
    for attack in (headers, signatures, spellings):
        for way, text in attack(genuine, jwt):
            yield Mutated(kind=JWT, way=way, content=text.encode())
        for way, text in attack(genuine, token):
            yield Mutated(kind=SD_JWT, way=way, content="~".join([text, *disclosures]).encode())
    for text in (token, f"{token}.", sd.rpartition("~")[0], other + jwt[len(token) :], jwt + "~", jwt + "~" + sd):
        yield Mutated(kind=SD_JWT, way="form", content=text.encode())
    for way, text in shown(genuine, token, disclosures[:-1], others[:-1]):
        yield Mutated(kind=SD_JWT, way=way, content=text.encode())


def drawn(genuine: Genuine, rng: Random) -> Iterator[Mutated]:
    """Values and bytes at random, of both kinds in turn, without an end."""
    token, *disclosures = genuine.sd_jwt.decode().strip().split("~")
    while True:
        for kind, text, rest in ((JWT, genuine.jwt.decode().strip(), []), (SD_JWT, token, disclosures)):
            whole = "~".join([text, *rest])
            header, payload, signature = parts(text)
            for changed in (
                joined(header, any_value(payload, rng), signature),
                joined(header, any_value(payload, rng), signature),
                joined(any_value(header, rng), payload, signature),
                forged(header, any_value(payload, rng)),
            ):
                yield Mutated(kind=kind, way="any value", content="~".join([changed, *rest]).encode())
            yield Mutated(kind=kind, way="any byte", content=any_byte(whole.encode(), rng))
            yield Mutated(kind=kind, way="any byte", content=any_byte(whole.encode(), rng))
        number = rng.randrange(len(disclosures) - 1)
        value = any_value(json.loads(decode(disclosures[number])), rng)
        changed = [*disclosures[:number], encode(dump(value)), *disclosures[number + 1 :]]
        yield Mutated(kind=SD_JWT, way="disclosures", content="~".join([token, *changed]).encode())


def headers(genuine: Genuine, token: str) -> Named:
    """The header says which algorithm and which key; none of it may be believed."""
    header, payload, signature = parts(token)
    stripped = f"{encode(dump(header))}.{encode(dump(payload))}"
    for name in ("none", "None", "NONE", "nOnE", "", None, [], "HS256", "HS512", "ES256", "RS256", "Ed25519", "EdDSA "):
        told = {**header, "alg": name}
        yield "algorithm confusion", joined(told, payload, signature)
        yield "algorithm confusion", joined(told, payload, "")
        yield "algorithm confusion", forged(told, payload)
        for secret in (genuine.public_key, encode(genuine.public_key).encode(), b""):
            made = forged(told, payload, lambda data, secret=secret: hmac.new(secret, data, hashlib.sha256).digest())
            yield "key confusion", made
    for name in header:
        yield "header", joined({key: value for key, value in header.items() if key != name}, payload, signature)
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": encode(FORGER.public_key().public_bytes_raw())}
    for more in (
        {"jwk": jwk},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/keys"},
        {"x5c": ["MIIB"]},
        {"crit": ["b64"], "b64": False},
        {"crit": []},
        {"b64": False},
        {"zip": "DEF"},
        {"typ": "JWT"},
        {"typ": "vc+jwt", "cty": "vc"},
        {"typ": "dc+sd-jwt"},
        {"typ": "vc+sd-jwt"},
        {"cty": "JWT"},
        {"x": deep(500)},
        {"kid": f"{FORGER_DID}#{FORGER_DID[8:]}"},
        {"kid": f"{genuine.did}#nobody"},
        {"kid": "../../../../dev/null"},
        {"kid": "' OR 1=1 --"},
        {"kid": "\ud800"},
        {"kid": None},
        {"kid": [header["kid"]]},
    ):
        yield "header", joined({**header, **more}, payload, signature)
        yield "key confusion", forged({**header, **more}, payload)
    for issuer in (FORGER_DID, "did:web:evil.example:b:las", genuine.did.upper(), None, [genuine.did]):
        name = "iss" if "iss" in payload else "issuer"
        yield "key confusion", forged({**header, "kid": f"{issuer}#2026"}, {**payload, name: issuer})
    yield "signature stripped", f"{stripped}."
    yield "signature stripped", stripped


def signatures(genuine: Genuine, token: str) -> Named:
    """Of another token, cut, doubled, moved by a bit."""
    start, _, signature = token.rpartition(".")
    raw = decode(signature)
    others = [genuine.other_jwt.decode().strip(), genuine.other_sd_jwt.decode().strip().partition("~")[0]]
    for content in (raw[:-1], raw + b"\0", b"\0" * 64, raw[32:] + raw[:32], raw * 2, raw[::-1], b"\0", raw[:32]):
        yield "signature", f"{start}.{encode(content)}"
    # Ed25519: S + L is the same value modulo L, and a verifier that does not look accepts both.
    order = 2**252 + 27742317777372353535851937790883648493
    large = (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")
    yield "signature", f"{start}.{encode(raw[:32] + large)}"
    for number in range(64):
        yield "signature", f"{start}.{encode(raw[:number] + bytes([raw[number] ^ 0x40]) + raw[number + 1 :])}"
    for other in others:
        yield "parts of another certificate", f"{start}.{other.rpartition('.')[2]}"
        yield "parts of another certificate", ".".join([token.split(".")[0], other.split(".")[1], signature])


def spellings(_genuine: Genuine, token: str) -> Named:
    """The same bytes in base64 that is not the one canonical, or not base64url at all."""
    whole = token.split(".")
    for number, part in enumerate(whole):
        last = ALPHABET.index(part[-1])
        loose = {2: 4, 3: 2, 0: 0}[len(part) % 4]
        changed = [
            part + "=" * (-len(part) % 4),
            part + "=",
            part + "A",
            part + "\n",
            part[:8] + "\n" + part[8:],
            part + "%3D",
        ]
        changed += [part[:-1] + ALPHABET[last ^ bit] for bit in range(1, 2 ** (loose or 0))]
        changed += [part.replace("-", "+").replace("_", "/") + "+/", part[:4] + " " + part[4:], part + "~", "." + part]
        for text in changed:
            spelled = ".".join([*whole[:number], text, *whole[number + 1 :]])
            if spelled.strip() != token:
                yield "non-canonical base64", spelled
    header, payload, signature = whole
    content = {"payload": payload, "protected": header, "signature": signature}
    yield "form", json.dumps(content)
    yield "form", json.dumps({"payload": payload, "signatures": [{"protected": header, "signature": signature}]})
    for text in (
        f"{token}.{signature}",
        f"{token}.x.y",
        "..",
        f"{header}..{signature}",
        token * 2,
        token + " ",
        token[1:],
    ):
        yield "form", text
    yield "form", f"{header}.{'A' * 2_000_000}.{signature}"
    for word in (b'{"a":1,"a":2}', b'{"x":NaN}', b'{"x":1e999}', b"[" * 900, b'{"a":' * 5000, b'{"issuer":"\\ud800"}'):
        yield "form", f"{header}.{encode(word)}.{signature}"
        yield "form", f"{encode(word)}.{payload}.{signature}"


def shown(genuine: Genuine, token: str, own: list[str], others: list[str]) -> Named:
    """Disclosures of somebody else, invented, twice, in another place; and a key binding that nobody asked for."""

    def said(*disclosures: str) -> str:
        return "~".join([token, *disclosures, ""])

    for number, each in enumerate(own):
        yield "disclosures", said(*own, each)
        yield "disclosures", said(*own[:number], each + "=", *own[number + 1 :])
        value = json.loads(decode(each))
        for changed in (
            [*value[:-1], "x"],
            [value[0], "x", value[-1]],
            value[1:],
            [*value, "x"],
            {"x": value},
            [1, *value[1:]],
        ):
            yield "disclosures", said(*own[:number], encode(dump(changed)), *own[number + 1 :])
        spaced = json.dumps(value, indent=1).encode()
        yield "disclosures", said(*own[:number], encode(spaced), *own[number + 1 :])
    for other in others:
        yield "parts of another certificate", said(*own, other)
        yield "parts of another certificate", said(other)
    for name in ("iss", "_sd", "...", "exp", "credentialStatus", "valid_until", "_sd_alg", "vct"):
        yield "disclosures", said(*own, encode(dump(["c2FsdHNhbHRzYWx0c2FsdA", name, 1])))
    header, payload, signature = parts(token)
    invented = encode(dump(["c2FsdHNhbHRzYWx0c2FsdA", "name", "DEWI PALSU"]))
    digest = encode(hashlib.sha256(invented.encode()).digest())
    yield (
        "disclosures",
        "~".join([joined(header, {**payload, "_sd": [*payload["_sd"], digest]}, signature), invented, ""]),
    )
    for algorithm in ("sha-1", "md5", "SHA-256", None, ""):
        yield "algorithm confusion", "~".join([joined(header, {**payload, "_sd_alg": algorithm}, signature), *own, ""])
    binding = {"iat": 1_780_000_000, "aud": "agency", "nonce": "n", "sd_hash": digest}
    for head in ({"alg": "EdDSA", "typ": "kb+jwt"}, {"alg": "none", "typ": "kb+jwt"}):
        yield "key binding", said(*own)[:-1] + "~" + forged(head, binding)
    yield "disclosures", said(*["x"] * 3_000)
    yield "disclosures", said(*[""] * 100)
    yield "disclosures", said(encode(dump(["s", "name", deep(900)])))
    yield "disclosures", said(encode(b'["s","name",1e999]'))
    yield "disclosures", said(encode(b'["s","name","\\ud800"]'))
    yield "same: fewer disclosures", said()
    yield "same: fewer disclosures", said(*own[::2])
    yield "same: order of disclosures", said(*own[::-1])
    yield "same: layout", f" {said(*own)}\n"
