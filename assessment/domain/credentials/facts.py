"""Reading a certificate back: what it states, as values, with every result held against what was offered.

Only a document whose proof holds should be read for showing. What cannot be read exactly is refused.

Specification: Open Badges 3.0 (Result, ResultDescription), as `build` writes it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from assessment.domain.competency import Method
from assessment.domain.credentials.achievement import Validity
from assessment.domain.credentials.proof import read_instant
from assessment.domain.credentials.status_list import StatusPurpose
from assessment.domain.errors import N_, Invalid

Node = Mapping[str, object]

_CREDENTIAL_TYPES = frozenset({"AchievementCredential", "OpenBadgeCredential"})
_INDEX = re.compile(r"0|[1-9][0-9]{0,10}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ProvedUnit:
    """One unit with the level reached and the ways of proof; `source_name` is in the standard's language."""

    code: str
    name: str
    source_name: str
    framework: str
    url: str
    level: str
    level_name: str
    methods: frozenset[Method]


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusPlace:
    """Where a status bit stands: the address of the list and the index in it."""

    purpose: StatusPurpose
    url: str
    index: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """Everything that a certificate states. `issuer_name` is its own claim; show the registry's instead."""

    id: str
    number: str
    title: str
    description: str
    issuer: str
    issuer_name: str
    recipient: str
    scheme_code: str
    scheme_version: str
    scheme_name: str
    scheme_source_name: str
    scheme_kind: str
    criteria: str
    units: tuple[ProvedUnit, ...]
    validity: Validity
    statuses: tuple[StatusPlace, ...]


def issuer_of(document: Node) -> str:
    """Return the identifier of a credential's issuer. Raises Invalid when there is none."""
    issuer = document.get("issuer")
    if isinstance(issuer, dict):
        issuer = issuer.get("id")
    if not isinstance(issuer, str):
        raise Invalid(N_("Expected a credential with an issuer."))
    return issuer


def read_validity(document: Node) -> Validity:
    """Return from when until when a credential is valid. Raises Invalid when a date cannot be read."""
    return Validity(
        start=read_instant(document.get("validFrom")),
        until=read_instant(document["validUntil"]) if "validUntil" in document else None,
    )


def read_statuses(document: Node) -> tuple[StatusPlace, ...]:
    """Return the status bits that a credential names, at most one of each purpose.

    Raises Invalid when an entry is malformed or a purpose stands twice.
    """
    places: list[StatusPlace] = []
    for entry in _nodes(document, "credentialStatus") if "credentialStatus" in document else ():
        purpose, index = _text(entry, "statusPurpose"), _text(entry, "statusListIndex")
        if purpose not in set(StatusPurpose) or not _INDEX.fullmatch(index):
            raise Invalid(N_("Expected a revocation or suspension entry with its index."))
        places.append(
            StatusPlace(purpose=StatusPurpose(purpose), url=_text(entry, "statusListCredential"), index=int(index))
        )
    if len({place.purpose for place in places}) != len(places):
        raise Invalid(N_("Expected at most one status of each purpose."))
    return tuple(places)


def read_facts(document: Node) -> Facts:
    """Return what a certificate states.

    Raises Invalid when it is not an achievement credential in the form that `build` writes, when a result
    points to no description, reaches a level that its description does not have, or stands twice.
    """
    types = document.get("type")
    if not isinstance(types, list) or not _CREDENTIAL_TYPES & {*map(str, types)}:
        raise Invalid(N_("Expected an achievement credential."))
    subject = _node(document, "credentialSubject")
    achievement = _node(subject, "achievement")
    alignment = _only(achievement, "alignment")
    issuer = document.get("issuer")
    return Facts(
        id=_text(document, "id"),
        number=_text(subject, "licenseNumber"),
        title=_text(document, "name"),
        description=_text(document, "description"),
        issuer=issuer_of(document),
        issuer_name=_text(issuer, "name") if isinstance(issuer, dict) else "",
        recipient=_recipient(subject),
        scheme_code=_text(achievement, "humanCode"),
        scheme_version=_text(achievement, "version"),
        scheme_name=_text(achievement, "name"),
        scheme_source_name=_text(alignment, "targetName"),
        scheme_kind=_text(achievement, "achievementType"),
        criteria=_text(_node(achievement, "criteria"), "narrative"),
        units=_units(subject, achievement),
        validity=read_validity(document),
        statuses=read_statuses(document),
    )


def _recipient(subject: Node) -> str:
    identity = _only(subject, "identifier")
    if identity.get("identityType") != "name" or identity.get("hashed") is not False:
        raise Invalid(N_("Expected the holder's name in plain text."))
    return _text(identity, "identityHash")


def _units(subject: Node, achievement: Node) -> tuple[ProvedUnit, ...]:
    descriptions: dict[str, Node] = {}
    for description in _nodes(achievement, "resultDescription"):
        if descriptions.setdefault(_text(description, "id"), description) is not description:
            raise Invalid(N_("A result description stands twice."))
    reached: dict[str, str] = {}
    ways: dict[str, set[Method]] = {}
    for result in _nodes(subject, "result"):
        target = _text(result, "resultDescription")
        described = descriptions.get(target)
        if described is None:
            raise Invalid(N_("A result points to no description: %(id)s."), id=target)
        if described.get("resultType") == "RubricCriterionLevel":
            if target in reached:
                raise Invalid(N_("A result stands twice: %(id)s."), id=target)
            reached[target] = _text(result, "achievedLevel")
        else:
            unit, _, method = target.rpartition("/")
            if result.get("status") != "Completed" or method not in set(Method):
                raise Invalid(N_("A result is outside what its description allows: %(id)s."), id=target)
            ways.setdefault(unit, set()).add(Method(method))
    if not reached or not ways.keys() <= reached.keys():
        raise Invalid(N_("A way of proof belongs to no unit that was reached."))
    return tuple(
        _unit(descriptions[target], level, frozenset(ways.get(target, ()))) for target, level in sorted(reached.items())
    )


def _unit(description: Node, level: str, methods: frozenset[Method]) -> ProvedUnit:
    levels = {_text(each, "id"): each for each in _nodes(description, "rubricCriterionLevel")}
    if level not in levels:
        raise Invalid(N_("A result is outside what its description allows: %(id)s."), id=level)
    alignment = _only(description, "alignment")
    return ProvedUnit(
        code=_text(alignment, "targetCode"),
        name=_text(description, "name"),
        source_name=_text(alignment, "targetName"),
        framework=_text(alignment, "targetFramework"),
        url=_text(alignment, "targetUrl"),
        level=unquote(level.rpartition("/")[2]),
        level_name=_text(levels[level], "name"),
        methods=methods,
    )


def _text(node: Node, key: str) -> str:
    value = node.get(key)
    if not isinstance(value, str):
        raise Invalid(N_("Expected a text in %(term)s."), term=key)
    return value


def _node(node: Node, key: str) -> Node:
    value = node.get(key)
    if not isinstance(value, dict):
        raise Invalid(N_("Expected an object in %(term)s."), term=key)
    return value


def _nodes(node: Node, key: str) -> list[Node]:
    value = node.get(key)
    nodes: list[Node] = []
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, dict):
            raise Invalid(N_("Expected a list of objects in %(term)s."), term=key)
        nodes.append(each)
    return nodes


def _only(node: Node, key: str) -> Node:
    values = _nodes(node, key)
    if len(values) != 1:
        raise Invalid(N_("Expected exactly one object in %(term)s."), term=key)
    return values[0]
