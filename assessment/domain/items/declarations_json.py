"""Declarations and response processing as JSON: the parts of `item_json` that hold what is correct.

Marks travel as text ("0.5", "1/3"). Members that came after format version 1 was first written stand only where
they say something, so that the digests of older items stay.
"""

from fractions import Fraction
from typing import Any, assert_never

from assessment.domain.items.exact import read_exact, write_exact
from assessment.domain.items.item import (
    Area,
    AreaMapEntry,
    AreaMapping,
    BaseType,
    Cardinality,
    HumanMarking,
    MapEntry,
    Mapping,
    MapResponse,
    MatchCorrect,
    NumericComparison,
    OutcomeDeclaration,
    Processing,
    RecordField,
    ResponseDeclaration,
    Scalar,
    Scorer,
    ToleranceMode,
)
from assessment.domain.items.json_values import flag, number, read_value, text, whole, write_value
from assessment.domain.items.processing.rules import RuleProcessing
from assessment.domain.items.processing.rules_json import rules_from_json, rules_to_json
from assessment.domain.items.variables import InterpolationEntry, InterpolationTable, LookupTable, MatchTable


def response_to_json(declaration: ResponseDeclaration) -> dict[str, Any]:
    """Return a response declaration as JSON values."""
    mapping = declaration.mapping
    written: dict[str, Any] = {
        "identifier": declaration.identifier,
        "cardinality": declaration.cardinality.value,
        "base_type": declaration.base_type.value,
        "correct": [str(value) for value in declaration.correct],
        "mapping": None
        if mapping is None
        else {"entries": [_entry_to_json(entry) for entry in mapping.entries], **_bounds_to_json(mapping)},
    }
    if (areas := declaration.area_mapping) is not None:
        written["area_mapping"] = {
            "entries": [[write_value(entry.area), write_exact(entry.value)] for entry in areas.entries],
            **_bounds_to_json(areas),
        }
    if declaration.default:
        written["default"] = [str(value) for value in declaration.default]
    if declaration.fields:
        written["fields"] = [write_value(field) for field in declaration.fields]
    return written


def _entry_to_json(entry: MapEntry) -> list[str | bool]:
    written: list[str | bool] = [str(entry.key), write_exact(entry.value)]
    return written if entry.case_sensitive else [*written, False]


def _bounds_to_json(mapping: Mapping | AreaMapping) -> dict[str, Any]:
    return {
        "default_value": write_exact(mapping.default_value),
        "lower_bound": _write_optional(mapping.lower_bound),
        "upper_bound": _write_optional(mapping.upper_bound),
    }


def response_from_json(value: Any) -> ResponseDeclaration:
    """Read what `response_to_json` wrote. Raises KeyError, TypeError or ValueError for another shape."""
    base_type = BaseType(value["base_type"])
    mapping, areas = value["mapping"], value.get("area_mapping")
    return ResponseDeclaration(
        identifier=text(value["identifier"]),
        cardinality=Cardinality(value["cardinality"]),
        base_type=base_type,
        correct=tuple(_read_scalar(base_type, each) for each in value["correct"]),
        mapping=None
        if mapping is None
        else Mapping(
            entries=tuple(_entry_from_json(base_type, each) for each in mapping["entries"]),
            default_value=read_exact(text(mapping["default_value"])),
            lower_bound=_read_optional(mapping["lower_bound"]),
            upper_bound=_read_optional(mapping["upper_bound"]),
        ),
        area_mapping=None
        if areas is None
        else AreaMapping(
            entries=tuple(
                AreaMapEntry(area=read_value(Area, area), value=read_exact(text(marks)))
                for area, marks in areas["entries"]
            ),
            default_value=read_exact(text(areas["default_value"])),
            lower_bound=_read_optional(areas["lower_bound"]),
            upper_bound=_read_optional(areas["upper_bound"]),
        ),
        default=tuple(_read_scalar(base_type, each) for each in value.get("default", [])),
        fields=tuple(_field_from_json(each) for each in value.get("fields", [])),
    )


def _entry_from_json(base_type: BaseType, value: Any) -> MapEntry:
    key, marks, *rest = value
    case_sensitive = flag(rest[0]) if rest else True
    return MapEntry(key=_read_scalar(base_type, key), value=read_exact(text(marks)), case_sensitive=case_sensitive)


def _field_from_json(value: Any) -> RecordField:
    base_type = BaseType(value["base_type"])
    return RecordField(name=text(value["name"]), base_type=base_type, value=_read_scalar(base_type, value["value"]))


def outcome_to_json(outcome: OutcomeDeclaration) -> dict[str, Any]:
    """Return an outcome declaration as JSON values."""
    written: dict[str, Any] = {
        "identifier": outcome.identifier,
        "base_type": outcome.base_type.value,
        "default": _write_target(outcome.default),
        "normal_maximum": _write_optional(outcome.normal_maximum),
        "normal_minimum": _write_optional(outcome.normal_minimum),
    }
    if outcome.mastery_value is not None:
        written["mastery_value"] = write_exact(outcome.mastery_value)
    if outcome.external_scored is not None:
        written["external_scored"] = outcome.external_scored.value
    if outcome.cardinality is not Cardinality.SINGLE:
        written["cardinality"] = outcome.cardinality.value
    if outcome.defaults:
        written["defaults"] = [str(value) for value in outcome.defaults]
    if outcome.lookup is not None:
        written["lookup"] = _lookup_to_json(outcome.lookup)
    return written


def outcome_from_json(value: Any) -> OutcomeDeclaration:
    """Read what `outcome_to_json` wrote. Raises KeyError, TypeError or ValueError for another shape."""
    base_type = BaseType(value["base_type"])
    scorer = value.get("external_scored")
    return OutcomeDeclaration(
        identifier=text(value["identifier"]),
        base_type=base_type,
        default=_read_target(base_type, value["default"]),
        normal_maximum=_read_optional(value["normal_maximum"]),
        normal_minimum=_read_optional(value["normal_minimum"]),
        mastery_value=_read_optional(value.get("mastery_value")),
        external_scored=None if scorer is None else Scorer(scorer),
        cardinality=Cardinality(value.get("cardinality", Cardinality.SINGLE)),
        defaults=tuple(_read_scalar(base_type, each) for each in value.get("defaults", [])),
        lookup=_lookup_from_json(base_type, value["lookup"]) if "lookup" in value else None,
    )


def _lookup_to_json(table: LookupTable) -> dict[str, Any]:
    match table:
        case MatchTable():
            return {
                "type": "match",
                "entries": [[source, _write_target(target)] for source, target in table.entries],
                "default": _write_target(table.default),
            }
        case InterpolationTable():
            return {
                "type": "interpolation",
                "entries": [
                    [write_exact(each.source), _write_target(each.target), each.include_boundary]
                    for each in table.entries
                ],
                "default": _write_target(table.default),
            }
        case _:
            assert_never(table)


def _lookup_from_json(base_type: BaseType, value: Any) -> LookupTable:
    default = _read_target(base_type, value["default"])
    match value["type"]:
        case "match":
            return MatchTable(
                entries=tuple((whole(source), _target(base_type, target)) for source, target in value["entries"]),
                default=default,
            )
        case "interpolation":
            return InterpolationTable(
                entries=tuple(
                    InterpolationEntry(
                        source=read_exact(text(source)),
                        target=_target(base_type, target),
                        include_boundary=flag(boundary),
                    )
                    for source, target, boundary in value["entries"]
                ),
                default=default,
            )
        case other:
            raise ValueError(f"lookup {other!r}")


def _write_target(value: Fraction | str | None) -> str | None:
    return write_exact(value) if isinstance(value, Fraction) else value


def _target(base_type: BaseType, value: Any) -> Fraction | str:
    return read_exact(text(value)) if base_type.numeric else text(value)


def _read_target(base_type: BaseType, value: Any) -> Fraction | str | None:
    return None if value is None else _target(base_type, value)


def processing_to_json(processing: Processing) -> dict[str, Any]:
    """Return response processing as JSON values."""
    if isinstance(processing, HumanMarking):
        return {"type": "human_marking", "outcome": processing.outcome}
    if isinstance(processing, RuleProcessing):
        return rules_to_json(processing)
    common = {"response": processing.response, "outcome": processing.outcome}
    match processing:
        case MatchCorrect():
            return common | {
                "type": "match_correct",
                "points": write_exact(processing.points),
                "otherwise": write_exact(processing.otherwise),
            }
        case MapResponse():
            return common | {"type": "map_response"}
        case NumericComparison():
            return common | {
                "type": "numeric_comparison",
                "mode": processing.mode.value,
                "lower_tolerance": write_exact(processing.lower_tolerance),
                "upper_tolerance": write_exact(processing.upper_tolerance),
                "include_lower": processing.include_lower,
                "include_upper": processing.include_upper,
                "response_first": processing.response_first,
                "reference": None if processing.reference is None else str(processing.reference),
                "points": write_exact(processing.points),
                "otherwise": write_exact(processing.otherwise),
            }
        case _:
            assert_never(processing)


def processing_from_json(value: Any) -> Processing:
    """Read what `processing_to_json` wrote. Raises KeyError, TypeError or ValueError for another shape."""
    if value["type"] == "human_marking":
        return HumanMarking(outcome=text(value["outcome"]))
    if value["type"] == "rules":
        return rules_from_json(value)
    response, outcome = text(value["response"]), text(value["outcome"])
    match value["type"]:
        case "match_correct":
            return MatchCorrect(
                response=response,
                outcome=outcome,
                points=read_exact(value["points"]),
                otherwise=read_exact(value["otherwise"]),
            )
        case "map_response":
            return MapResponse(response=response, outcome=outcome)
        case "numeric_comparison":
            reference = value["reference"]
            return NumericComparison(
                response=response,
                outcome=outcome,
                mode=ToleranceMode(value["mode"]),
                lower_tolerance=read_exact(value["lower_tolerance"]),
                upper_tolerance=read_exact(value["upper_tolerance"]),
                include_lower=flag(value["include_lower"]),
                include_upper=flag(value["include_upper"]),
                response_first=flag(value["response_first"]),
                reference=None if reference is None else number(reference),
                points=read_exact(value["points"]),
                otherwise=read_exact(value["otherwise"]),
            )
        case other:
            raise ValueError(f"processing {other!r}")


def _write_optional(value: Fraction | None) -> str | None:
    return None if value is None else write_exact(value)


def _read_optional(value: Any) -> Fraction | None:
    return None if value is None else read_exact(text(value))


def _read_scalar(base_type: BaseType, value: Any) -> Scalar:
    return number(value) if base_type.decimal else text(value)
