"""A certificate of which the holder shows parts: each result and each personal datum is disclosed on its own.

    TOKEN~DISCLOSURE~DISCLOSURE~        the token signs digests; a disclosure is [salt, name, value] or [salt, value]

Always shown are issuer, type, period and status places, because nothing can be checked without them. Digests are
sorted, so that their order tells nothing. Salts are random and come in as a parameter.

Specifications: RFC 9901 (SD-JWT), https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from assessment.domain.credentials.achievement import Validity
from assessment.domain.credentials.facts import Node, issuer_of, read_facts, read_validity
from assessment.domain.credentials.jose import SD_JWT, Token, decode, encode, read_token, sign_token
from assessment.domain.credentials.json_text import once_each, read_value
from assessment.domain.credentials.proof import Signer, write_instant
from assessment.domain.errors import N_, Invalid

HASH = "sha-256"
RESULTS = "results"
MOST_DISCLOSURES = 2_000

# What a presentation must always tell (draft-ietf-oauth-sd-jwt-vc, 3.2.2.2), and what a verifier reads.
_PLAIN = ("iss", "vct", "iat", "nbf", "exp", "valid_from", "valid_until", "credentialStatus")
_PERIOD = {"valid_from": "validFrom", "valid_until": "validUntil"}
_NEVER_DISCLOSED = frozenset({"_sd", "...", "_sd_alg", *_PLAIN})


@dataclass(frozen=True, kw_only=True, slots=True)
class Disclosed:
    """A token with what was disclosed of it: `claims` are the signed members, `hidden` counts those kept back."""

    token: Token
    claims: Mapping[str, object]
    hidden: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Disclosure:
    text: str
    name: str | None
    value: object


def sign_selective(credential: Node, *, key_id: str, issued_at: int, salt: Callable[[], bytes], sign: Signer) -> str:
    """Return a credential as SD-JWT VC with every disclosure.

    `issued_at`: seconds since 1970; `salt` returns 16 random bytes at each call. Raises Invalid as `read_facts`.
    """
    always, members, results = _claims(credential, issued_at)
    own = [_disclose(salt, value, name) for name, value in members.items()]
    each = [_disclose(salt, value) for value in results]
    payload: dict[str, object] = {
        **always,
        "_sd_alg": HASH,
        "_sd": sorted(map(_digest, own)),
        RESULTS: [{"...": digest} for digest in sorted(map(_digest, each))],
    }
    return "~".join([sign_token(SD_JWT, payload, key_id=key_id, sign=sign), *own, *each, ""])


def period_of(claims: Mapping[str, object]) -> Validity:
    """Return from when until when a token is valid, in the issuer's zone.

    Raises Invalid when a date cannot be read or says another moment than `nbf` and `exp`.
    """
    found = read_validity({_PERIOD[name]: claims[name] for name in _PERIOD if name in claims})
    stated = [None if moment is None else int(moment.timestamp()) for moment in (found.start, found.until)]
    if stated != [claims.get("nbf"), claims.get("exp")]:
        raise Invalid(N_("The token states its period twice, and not alike."))
    return found


def select(text: str, names: Collection[str], *, results: bool) -> str:
    """Return a presentation that keeps the disclosures of these members, and those of all results or of none.

    Raises Invalid as `read_selective`.
    """
    token, *disclosures = _parts(text)
    kept = [each.text for each in disclosures if (each.name in names if each.name is not None else results)]
    return "~".join([token.text, *kept, ""])


def read_selective(text: str) -> Disclosed:
    """Read a presentation: every disclosure must belong to a digest that the token signs, each exactly once.

    Raises Invalid when it is malformed, holds a key binding, discloses what must not be, or twice.
    """
    first, *disclosures = _parts(text)
    token = read_token(first.text)
    if token.kind != SD_JWT or token.payload.get("_sd_alg", HASH) != HASH:
        raise Invalid(N_("Expected a token of the type dc+sd-jwt with SHA-256."))
    by_digest = {_digest(each.text): each for each in disclosures}
    if len(by_digest) != len(disclosures):
        raise Invalid(N_("The same part is disclosed twice."))
    signed = _digests(token.payload.get("_sd", []))
    places = _places(token.payload.get(RESULTS, []))
    if len({*signed, *places}) != len(signed) + len(places) or not by_digest.keys() <= {*signed, *places}:
        raise Invalid(N_("A part is disclosed that the token does not sign."))
    claims: dict[str, object] = {
        name: value for name, value in token.payload.items() if name not in ("_sd", "_sd_alg", RESULTS)
    }
    for digest in signed:
        each = by_digest.get(digest)
        if each is not None:
            if each.name is None or each.name in _NEVER_DISCLOSED or each.name in claims:
                raise Invalid(N_("A part is disclosed in another place than it was signed for."))
            claims[each.name] = each.value
    results = [by_digest[digest] for digest in places if digest in by_digest]
    if any(each.name is not None for each in results):
        raise Invalid(N_("A part is disclosed in another place than it was signed for."))
    if results:
        claims[RESULTS] = [each.value for each in results]
    return Disclosed(token=token, claims=claims, hidden=len(signed) + len(places) - len(by_digest))


def _claims(credential: Node, issued_at: int) -> tuple[dict[str, object], dict[str, object], list[dict[str, object]]]:
    """Return what is always told, the members that can be disclosed, and the results, from a whole credential."""
    facts, validity, subject = read_facts(credential), read_validity(credential), credential["credentialSubject"]
    if not isinstance(subject, dict) or not isinstance(subject["achievement"], dict):
        raise Invalid(N_("Expected an achievement credential."))
    achievement = subject["achievement"]
    always: dict[str, object] = {
        "iss": issuer_of(credential),
        "vct": achievement["id"],
        "iat": issued_at,
        "nbf": int(validity.start.timestamp()),
        "valid_from": write_instant(validity.start),
        "credentialStatus": credential.get("credentialStatus", []),
    }
    if validity.until is not None:
        always |= {"exp": int(validity.until.timestamp()), "valid_until": write_instant(validity.until)}
    members: dict[str, object] = {
        "jti": facts.id,
        "name": facts.recipient,
        "license_number": facts.number,
        "title": facts.title,
        "description": facts.description,
        "scheme_code": facts.scheme_code,
        "scheme_name": facts.scheme_name,
        "scheme_source_name": facts.scheme_source_name,
    }
    for name, key in (("activity_start", "activityStartDate"), ("activity_end", "activityEndDate")):
        if key in subject:
            members[name] = subject[key]
    if "evidence" in credential:
        members["evidence"] = credential["evidence"]
    return always, members, _results(subject["result"], achievement["resultDescription"])


def _results(results: list[Mapping[str, str]], descriptions: list[Mapping[str, object]]) -> list[dict[str, object]]:
    """Write each result with the name of what it is a result of, so that one alone can be understood."""
    described = {each["id"]: each for each in descriptions}
    found: list[dict[str, object]] = []
    for result in results:
        about = described[result["resultDescription"]]
        one: dict[str, object] = {"id": result["resultDescription"], "name": about["name"]}
        levels = about.get("rubricCriterionLevel", [])
        for level in levels if isinstance(levels, list) else []:
            if level["id"] == result.get("achievedLevel"):
                one["level"] = level["name"]
        one |= {key: result[key] for key in ("value", "status") if key in result}
        found.append(one)
    return found


def _disclose(salt: Callable[[], bytes], value: object, name: str | None = None) -> str:
    random = salt()
    if len(random) != 16:
        raise ValueError(f"Expected a salt of 16 bytes, got {len(random)}.")
    members = [encode(random), value] if name is None else [encode(random), name, value]
    return encode(json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode())


def _digest(disclosure: str) -> str:
    return encode(hashlib.sha256(disclosure.encode()).digest())


def _parts(text: str) -> list[_Disclosure]:
    """Return the token, as a part without a name, and the disclosures."""
    token, *disclosures = text.strip().split("~")
    if not disclosures or disclosures[-1] != "":
        raise Invalid(N_("Expected a token with its disclosures, ended by ~ and without a key binding."))
    if len(disclosures) - 1 > MOST_DISCLOSURES:
        raise Invalid(N_("Expected at most %(limit)s disclosures."), limit=MOST_DISCLOSURES)
    return [_Disclosure(text=token, name=None, value=None), *map(_read, disclosures[:-1])]


def _read(text: str) -> _Disclosure:
    try:
        value = read_value(decode(text).decode(), _members)
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise Invalid(N_("A disclosure cannot be read.")) from None
    match value:
        case [str(), str(name), content]:
            return _Disclosure(text=text, name=name, value=content)
        case [str(), content]:
            return _Disclosure(text=text, name=None, value=content)
        case _:
            raise Invalid(N_("A disclosure cannot be read."))


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = once_each(pairs)
    if {"_sd", "..."} & members.keys():
        raise ValueError("a member hides more")
    return members


def _digests(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Invalid(N_("Expected a list of digests."))
    return value


def _places(value: object) -> list[str]:
    if not isinstance(value, list):
        raise Invalid(N_("Expected a list of digests."))
    return _digests([each.get("...") if isinstance(each, dict) and len(each) == 1 else None for each in value])
