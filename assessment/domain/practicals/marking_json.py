"""How a rubric criterion is marked, as the JSON value that its version stores, format version 1.

Texts (descriptors of the levels, name of the tool) are rows by language and are handed over beside it.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.practicals.iso5817 import Joint, Level
from assessment.domain.practicals.measurement import Limits, parse_value
from assessment.domain.practicals.piece_limits import LimitRule, TableLimit
from assessment.domain.practicals.rubric import HIGHEST, Checked, Judged, Marking, Measured

FORMAT_VERSION = 1


def kind_of(marking: Marking) -> str:
    """Return judged, measured or checked."""
    match marking:
        case Judged():
            return "judged"
        case Measured():
            return "measured"
        case Checked():
            return "checked"
        case _:
            assert_never(marking)


def to_json(marking: Marking) -> dict[str, Any]:
    """Return the marking without its texts; limits are decimals as text."""
    fields: dict[str, Any] = {"v": FORMAT_VERSION, "kind": kind_of(marking)}
    match marking:
        case Judged(minimum=minimum, group=group) as judged:
            fields |= {"minimum": minimum, "group": group}
            if judged.own_scale:
                fields |= {"highest": judged.highest}
        case Measured(limits=limits, confirmed=confirmed, rule=rule):
            fields |= {
                "unit": limits.unit,
                "lower": _limit_to_json(limits.lower),
                "upper": _limit_to_json(limits.upper),
                "confirmed": confirmed,
                **_state_to_json(limits),
                **({} if rule is None else {"rule": _rule_to_json(rule)}),
            }
        case Checked():
            pass
        case _:
            assert_never(marking)
    return fields


def from_json(value: object, *, descriptors: tuple[str, ...] = (), tool: str = "") -> Marking:
    """Read a marking that `to_json` wrote, with its texts in one language.

    Raises Invalid for another version, an unknown kind, or a member of another type.
    """
    match value:
        case {"v": 1, "kind": "judged", "minimum": int(minimum), "group": str(group), **rest}:
            highest = rest.get("highest", HIGHEST)
            if type(highest) is int:
                return Judged(descriptors=descriptors, minimum=minimum, group=group, highest=highest)
        case {
            "v": 1,
            "kind": "measured",
            "unit": str(),
            "lower": None | str(),
            "upper": None | str(),
            "confirmed": bool(),
        } if isinstance(value, Mapping):
            return _measured(value, tool)
        case {"v": 1, "kind": "checked"}:
            return Checked()
    got = value.get("kind") if isinstance(value, Mapping) else value
    raise Invalid(N_("Expected a judged, measured or checked criterion of version 1, got %(got)s."), got=got)


def _measured(fields: Mapping[str, Any], tool: str) -> Measured:
    limits = Limits(
        unit=fields["unit"],
        lower=_limit_from_json(fields["lower"]),
        upper=_limit_from_json(fields["upper"]),
        missing=tuple(fields.get("missing", ())),
        short=fields.get("short", False),
        longest=_limit_from_json(fields.get("longest")),
    )
    rule = _rule_from_json(fields["rule"]) if "rule" in fields else None
    return Measured(limits=limits, tool=tool, confirmed=fields["confirmed"], rule=rule)


def _state_to_json(limits: Limits) -> dict[str, Any]:
    """Return what limits have only where they depend on more than numbers."""
    fields: dict[str, Any] = {}
    if limits.missing:
        fields["missing"] = list(limits.missing)
    if limits.short:
        fields |= {"short": True, "longest": _limit_to_json(limits.longest)}
    return fields


def _rule_to_json(rule: LimitRule) -> dict[str, Any]:
    fields: dict[str, Any] = {"nominal": {name: format(value, "f") for name, value in rule.nominal.items()}}
    if rule.table is None:
        return fields | {"lower": rule.lower, "upper": rule.upper}
    table = rule.table
    return fields | {"imperfection": table.number, "level": table.level.value, "joint": table.joint.value}


def _rule_from_json(fields: Mapping[str, Any]) -> LimitRule:
    nominal = {name: parse_value(text) for name, text in fields["nominal"].items()}
    if "imperfection" not in fields:
        return LimitRule(lower=fields["lower"], upper=fields["upper"], nominal=nominal)
    level, joint = Level(fields["level"]), Joint(fields["joint"])
    return LimitRule(table=TableLimit(number=fields["imperfection"], level=level, joint=joint), nominal=nominal)


def _limit_to_json(limit: Decimal | None) -> str | None:
    return None if limit is None else format(limit, "f")


def _limit_from_json(text: str | None) -> Decimal | None:
    return None if text is None else parse_value(text)
