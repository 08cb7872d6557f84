"""Reading a certificate back: what it states, as values, with every result held against what was offered.

Only a document whose proof holds should be read for showing. What cannot be read exactly is refused.

Specification: Open Badges 3.0 (Result, ResultDescription), as `build` writes it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import unquote

from assessment.domain.competency import Method
from assessment.domain.credentials.achievement import Validity
from assessment.domain.credentials.described import PRACTICAL
from assessment.domain.credentials.proof import read_instant
from assessment.domain.credentials.status_list import StatusPurpose
from assessment.domain.errors import N_, Invalid

Node = Mapping[str, object]

_CREDENTIAL_TYPES = frozenset({"AchievementCredential", "OpenBadgeCredential"})
_NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
_INDEX = re.compile(r"0|[1-9][0-9]{0,10}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ProvedUnit:
    """One unit with the level reached and the ways of proof; `source_name` is in the standard's language.

    `written`: the marks in the written questions in percent, as written; None where the certificate states none.
    """

    code: str
    name: str
    source_name: str
    framework: str
    url: str
    level: str
    level_name: str
    methods: frozenset[Method]
    written: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ProvedCriterion:
    """One line of an assessor's sheet with the level that it ended in; `value` is what was measured, or empty."""

    id: str
    name: str
    level: str
    level_name: str
    value: str


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
    practical: tuple[ProvedCriterion, ...] = ()


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
    alignment = _aligned(achievement, _text(achievement, "humanCode"))
    issuer = document.get("issuer")
    units, practical = _results(subject, achievement)
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
        units=units,
        validity=read_validity(document),
        statuses=read_statuses(document),
        practical=practical,
    )


def _recipient(subject: Node) -> str:
    identity = _only(subject, "identifier")
    if identity.get("identityType") != "name" or identity.get("hashed") is not False:
        raise Invalid(N_("Expected the holder's name in plain text."))
    return _text(identity, "identityHash")


def _results(subject: Node, achievement: Node) -> tuple[tuple[ProvedUnit, ...], tuple[ProvedCriterion, ...]]:
    """Hold every result against its description, and sort them by what they are results of."""
    start = f"{_text(achievement, 'id')}#"
    descriptions: dict[str, Node] = {}
    for description in _nodes(achievement, "resultDescription"):
        if descriptions.setdefault(_text(description, "id"), description) is not description:
            raise Invalid(N_("A result description stands twice."))
    reached: dict[str, str] = {}
    ways: dict[str, set[Method]] = {}
    written: dict[str, str] = {}
    practical: list[ProvedCriterion] = []
    seen: set[str] = set()
    for result in _nodes(subject, "result"):
        target = _text(result, "resultDescription")
        described = descriptions.get(target)
        if described is None:
            raise Invalid(N_("A result points to no description: %(id)s."), id=target)
        if target in seen:
            raise Invalid(N_("A result stands twice: %(id)s."), id=target)
        seen.add(target)
        unit, _, way = target.rpartition("/")
        match described.get("resultType"):
            case "RubricCriterionLevel" if target.removeprefix(start).startswith(f"{PRACTICAL}/"):
                practical.append(_criterion(described, result))
            case "RubricCriterionLevel":
                reached[target] = _text(result, "achievedLevel")
            case "Percent":
                written[unit] = _percent(described, result)
            case _ if result.get("status") == "Completed" and way in set(Method):
                ways.setdefault(unit, set()).add(Method(way))
            case _:
                raise Invalid(N_("A result is outside what its description allows: %(id)s."), id=target)
    if not reached or not ways.keys() | written.keys() <= reached.keys():
        raise Invalid(N_("A way of proof belongs to no unit that was reached."))
    units = tuple(
        _unit(start, descriptions[target], level, frozenset(ways.get(target, ())), written.get(target))
        for target, level in sorted(reached.items())
    )
    return units, tuple(sorted(practical, key=lambda each: each.id))


def _criterion(described: Node, result: Node) -> ProvedCriterion:
    level = _level(described, _text(result, "achievedLevel"))
    return ProvedCriterion(
        id=_text(described, "id"),
        name=_text(described, "name"),
        level=unquote(_text(level, "id").rpartition("/")[2]),
        level_name=_text(level, "name"),
        value=_text(result, "value") if "value" in result else "",
    )


def _percent(described: Node, result: Node) -> str:
    """Return a number of percent inside its description's limits."""
    value, least, most = _text(result, "value"), _text(described, "valueMin"), _text(described, "valueMax")
    if not all(_NUMBER.fullmatch(number) for number in (value, least, most)) or not (
        Decimal(least) <= Decimal(value) <= Decimal(most)
    ):
        raise Invalid(N_("A result is outside what its description allows: %(id)s."), id=_text(described, "id"))
    return value


def _unit(start: str, description: Node, reached: str, methods: frozenset[Method], written: str | None) -> ProvedUnit:
    level = _level(description, reached)
    alignment = _aligned(description, unquote(_text(description, "id").removeprefix(start)))
    return ProvedUnit(
        code=_text(alignment, "targetCode"),
        name=_text(description, "name"),
        source_name=_text(alignment, "targetName"),
        framework=_text(alignment, "targetFramework"),
        url=_text(alignment, "targetUrl"),
        level=unquote(reached.rpartition("/")[2]),
        level_name=_text(level, "name"),
        methods=methods,
        written=written,
    )


def _level(description: Node, reached: str) -> Node:
    levels = {_text(each, "id"): each for each in _nodes(description, "rubricCriterionLevel")}
    if reached not in levels:
        raise Invalid(N_("A result is outside what its description allows: %(id)s."), id=reached)
    return levels[reached]


def _aligned(node: Node, code: str) -> Node:
    """Return the alignment with the node's own code; those with codes of other frameworks may stand beside it."""
    own = [each for each in _nodes(node, "alignment") if each.get("targetCode") == code]
    if len(own) != 1:
        raise Invalid(N_("Expected exactly one alignment with the code %(code)s."), code=code)
    return own[0]


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
