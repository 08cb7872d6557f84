"""What the W3C data model asks of every credential and presentation, whoever issued it and whatever it states.

Libraries tend to leave part of this out: the types of `refreshService` and `credentialSchema`, an issuer that is no
address, the digests of related resources.

Specification: https://www.w3.org/TR/vc-data-model-2.0/ (4, 5.3 to 5.6).
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime

from assessment.domain.credentials.multibase import from_base58btc, from_base64url
from assessment.domain.credentials.vocabulary import CREDENTIALS_V2
from assessment.domain.errors import N_, Invalid

Node = Mapping[str, object]

# Digests of what everybody who reads a credential holds already: one mapping, algorithm -> hexadecimal digits, for each
# version that was published. The context is that of the Recommendation (in its repository since 24 February 2025) and
# that of its draft of 20 July 2024, which the test suite of the W3C names.
KNOWN_RESOURCES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    CREDENTIALS_V2: (
        {
            "sha256": "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
            "sha384": (
                "97f1eb8e5042356c805fdd61afa2c557663785e0794dcafa21e138fd38def18cb360133c221aa31d6896a6bf3e65b614"
            ),
            "sha512": (
                "5d55452bd2dcf8a29f5a290473eb242b1c5fb77d4e68f1a0aa87baa4dba26948"
                "52d65ec63d48ac04a99d956f9f7153b9406f84d2d04c74869b02c239a1d81305"
            ),
        },
        {
            "sha256": "24a18c90e9856d526111f29376e302d970b2bd10182e33959995b0207d7043b9",
            "sha384": (
                "35239c36999d2155312091af194a1edb61634d6ad789a5e5b19f2aebdd762dd9d1dcaada40eda7ef921c6b8c0ae107a0"
            ),
            "sha512": (
                "cb1336dfa8670d80d03344b3b0cc25faf4d45201823c35f39bb1afe5a9f911f6"
                "15ff4ec80ec5f2f89e33d14e96bec8be78e38df35b918c9cd5f3b3449bd6c88f"
            ),
        },
    )
}

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\\x7f-\x9f]+")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
_LANGUAGE_MEMBERS = frozenset({"@value", "@language", "@direction"})
_TYPED = ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence", "proof", "renderMethod")
_NAMED_BY_ADDRESS = frozenset({"credentialSchema"})
_SRI = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/_\-]+={0,2})")
_MULTIHASHES = {b"\x12\x20": "sha256", b"\x13\x40": "sha512", b"\x20\x30": "sha384"}


def check_credential(document: Node) -> None:
    """Hold a credential against the data model. Raises Invalid at the first thing that does not fit."""
    _check_common(document, "VerifiableCredential")
    issuer = document.get("issuer")
    if isinstance(issuer, dict):
        _check_texts(issuer)
        issuer = issuer.get("id")
    if not _is_address(issuer):
        raise Invalid(N_("Expected an issuer that is an address."))
    subjects = _objects(document, "credentialSubject")
    if not subjects or not all(subjects):
        raise Invalid(N_("Expected a subject of whom something is said."))
    for subject in subjects:
        _check_id(subject)
    _check_period(document)
    _check_texts(document)
    resources = _objects(document, "relatedResource")
    ids = [resource.get("id") for resource in resources]
    if len(set(map(str, ids))) != len(ids) or not all(map(_is_address, ids)):
        raise Invalid(N_("Expected related resources with addresses, none twice."))
    for resource in resources:
        _digests(resource)


def check_presentation(document: Node) -> None:
    """Hold a presentation against the data model; its credentials are looked at on their own. Raises Invalid."""
    _check_common(document, "VerifiablePresentation")
    holder = document.get("holder")
    if isinstance(holder, dict):
        holder = holder.get("id")
    if "holder" in document and not _is_address(holder):
        raise Invalid(N_("Expected a holder that is an address."))
    for credential in _objects(document, "verifiableCredential"):
        if not _types(credential) & {"VerifiableCredential", "EnvelopedVerifiableCredential"}:
            raise Invalid(N_("Expected credentials in the presentation."))


def check_resources(document: Node, content: Mapping[str, bytes]) -> tuple[str, ...]:
    """Hold related resources against their digests; returns the addresses of those that were not at hand.

    `content`: what was fetched, by address. Raises Invalid when a digest is another than that of the resource.
    """
    absent = []
    for resource in _objects(document, "relatedResource"):
        address, told = str(resource.get("id")), _digests(resource)
        versions: tuple[Mapping[str, str], ...] = KNOWN_RESOURCES.get(address, ())
        if address in content:
            versions = ({name: hashlib.new(name, content[address]).hexdigest() for name in told},)
        compared = [version for version in versions if told.keys() & version.keys()]
        if compared and not any(_is_of(version, told) for version in compared):
            raise Invalid(N_("The related resource %(url)s has another digest."), url=address[:200])
        if not compared:
            absent.append(address)
    return tuple(absent)


def _is_of(version: Mapping[str, str], told: Mapping[str, str]) -> bool:
    """Whether every digest that can be compared is that of this version of the resource."""
    return all(told[name] == version[name] for name in told.keys() & version.keys())


def _check_common(document: Node, kind: str) -> None:
    contexts = document.get("@context")
    first = contexts[0] if isinstance(contexts, list) and contexts else contexts
    if first != CREDENTIALS_V2:
        raise Invalid(N_("Expected the context of W3C credentials 2.0 first."))
    for context in contexts if isinstance(contexts, list) else [contexts]:
        if not (isinstance(context, dict) or _is_address(context)):
            raise Invalid(N_("Expected contexts that are addresses or objects."))
    if kind not in _types(document):
        raise Invalid(N_("Expected the type %(kind)s."), kind=kind)
    _check_id(document)
    for key in _TYPED:
        for node in _objects(document, key):
            if not _types(node):
                raise Invalid(N_("Expected a type in %(term)s."), term=key)
            if key != "proof":
                _check_id(node)
            if key in _NAMED_BY_ADDRESS and "id" not in node:
                raise Invalid(N_("Expected an address in %(term)s."), term=key)


def _check_period(document: Node) -> None:
    moments = []
    for key in ("validFrom", "validUntil"):
        if key in document:
            value = document[key]
            try:
                if not isinstance(value, str) or not _INSTANT.fullmatch(value):
                    raise ValueError(key)
                moments.append(datetime.fromisoformat(value))
            except ValueError:
                expected = N_("Expected a date and time with its zone, got %(got)s.")
                raise Invalid(expected, got=ascii(value)[:60]) from None
    if len(moments) == 2 and moments[0] > moments[1]:
        raise Invalid(N_("Expected an end after the start."))


def _check_texts(node: Node) -> None:
    """A name or description is a text, or texts with their language and nothing else."""
    for key in ("name", "description"):
        value = node.get(key, "")
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                if not each.keys() <= _LANGUAGE_MEMBERS or not isinstance(each.get("@value"), str):
                    raise Invalid(N_("Expected a text with its language in %(term)s."), term=key)
            elif not isinstance(each, str):
                raise Invalid(N_("Expected a text in %(term)s."), term=key)


def _check_id(node: Node) -> None:
    if "id" in node and not _is_address(node["id"]):
        raise Invalid(
            N_("Expected an absolute address in %(term)s, got %(got)s."), term="id", got=ascii(node["id"])[:60]
        )


def _types(node: Node) -> set[str]:
    value = node.get("type")
    types = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(each, str) and each for each in types):
        raise Invalid(N_("Expected types that are texts."))
    return set(types)


def _objects(node: Node, key: str) -> list[Node]:
    if key not in node:
        return []
    value = node[key]
    found: list[Node] = []
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, dict):
            raise Invalid(N_("Expected a list of objects in %(term)s."), term=key)
        found.append(each)
    return found


def _is_address(value: object) -> bool:
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


def _digests(resource: Node) -> dict[str, str]:
    """Return the digests that a related resource states: algorithm -> hexadecimal digits."""
    found: dict[str, str] = {}
    try:
        if "digestSRI" in resource:
            match = _SRI.fullmatch(str(resource["digestSRI"]))
            if match is None:
                raise ValueError("digestSRI")
            text = match[2].replace("-", "+").replace("_", "/")
            found[match[1]] = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).hex()
        if "digestMultibase" in resource:
            text = str(resource["digestMultibase"])
            content = from_base58btc(text) if text.startswith("z") else from_base64url(text)
            # A bare SHA-256 is written too, without the head of a multihash.
            name = _MULTIHASHES.get(content[:2]) if len(content) != 32 else "sha256"
            if name is None:
                raise ValueError("digestMultibase")
            found[name] = (content if len(content) == 32 else content[2:]).hex()
    except (binascii.Error, ValueError):
        raise Invalid(N_("The digest of a related resource cannot be read.")) from None
    if not found:
        raise Invalid(N_("Expected a digest of each related resource."))
    return found
