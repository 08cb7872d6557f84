"""Response and outcome declarations: QTI 3.0 elements into values.

Follows QTI 3.0, Information Model: ResponseDeclaration, Mapping, AreaMapping, OutcomeDeclaration and its tables.
Numbers are read exactly; sets are sorted, so that two languages of an item that list them differently agree.
"""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.exact import finite_text
from assessment.domain.items.lexical import read_value
from assessment.domain.items.qti.reason import Reasons
from assessment.domain.items.qti.xml import Element, children, flag, local, required, text_of, to_exact
from assessment.domain.items.shapes import read_area
from assessment.domain.items.variables import (
    AreaMapEntry,
    AreaMapping,
    BaseType,
    Cardinality,
    InterpolationEntry,
    InterpolationTable,
    LookupTable,
    MapEntry,
    Mapping,
    MatchTable,
    OutcomeDeclaration,
    RecordField,
    ResponseDeclaration,
    Scalar,
    Scorer,
)

MAX_ENTRIES = 2_000

_Named = TypeVar("_Named", bound=StrEnum)


def read_response_declaration(element: Element, reasons: Reasons) -> ResponseDeclaration:
    """Read a `qti-response-declaration`. Raises Invalid for values that do not fit its base-type."""
    cardinality = _named(element, "cardinality", Cardinality)
    base_type = _base_type(element, cardinality)
    correct: tuple[Scalar, ...] = ()
    default: tuple[Scalar, ...] = ()
    fields: tuple[RecordField, ...] = ()
    mapping: Mapping | None = None
    areas: AreaMapping | None = None
    for child in element:
        match local(child):
            case "qti-correct-response" if cardinality is Cardinality.RECORD:
                fields = tuple(_field(value) for value in children(child, "qti-value"))
            case "qti-correct-response":
                correct = _values(child, base_type, reasons)
                if cardinality is Cardinality.MULTIPLE:
                    if len(set(correct)) < len(correct):
                        reasons.lost(N_("A value stands several times in the correct response; it counts once."))
                    correct = tuple(sorted(set(correct), key=_order))
            case "qti-default-value":
                default = _values(child, base_type, reasons)
                if cardinality is Cardinality.MULTIPLE:
                    default = tuple(sorted(default, key=_order))
            case "qti-mapping":
                mapping = _mapping(child, base_type, reasons)
            case "qti-area-mapping":
                areas = _area_mapping(child)
            case other:
                reasons.lost(N_("The element %(element)s was left out with what is in it."), element=other)
    return ResponseDeclaration(
        identifier=required(element, "identifier"),
        cardinality=cardinality,
        base_type=base_type,
        correct=correct,
        mapping=mapping,
        area_mapping=areas,
        default=default,
        fields=fields,
    )


def read_outcome_declaration(element: Element, reasons: Reasons) -> OutcomeDeclaration:
    """Read a `qti-outcome-declaration`. Raises Invalid for values that do not fit its base-type."""
    identifier = required(element, "identifier")
    cardinality = _named(element, "cardinality", Cardinality)
    base_type = _base_type(element, cardinality)
    default: Fraction | str | None = None
    defaults: tuple[Scalar, ...] = ()
    lookup: LookupTable | None = None
    for child in element:
        match local(child):
            case "qti-default-value" if cardinality is Cardinality.SINGLE:
                default = _single_default(child, identifier, base_type, reasons)
            case "qti-default-value":
                defaults = _values(child, base_type, reasons)
            case "qti-match-table":
                lookup = _match_table(child, base_type)
            case "qti-interpolation-table":
                lookup = _interpolation_table(child, base_type)
            case other:
                reasons.lost(N_("The element %(element)s was left out with what is in it."), element=other)
    return OutcomeDeclaration(
        identifier=identifier,
        base_type=base_type,
        default=default,
        normal_maximum=_optional(element, "normal-maximum"),
        normal_minimum=_optional(element, "normal-minimum"),
        mastery_value=_optional(element, "mastery-value"),
        external_scored=_named(element, "external-scored", Scorer)
        if element.get("external-scored", "").strip()
        else None,
        cardinality=cardinality,
        defaults=defaults,
        lookup=lookup,
    )


def _named(element: Element, attribute: str, names: type[_Named]) -> _Named:
    value = required(element, attribute)
    try:
        return names(value)
    except ValueError as error:
        raise Invalid(
            N_('Expected one of %(expected)s in %(name)s of %(element)s, got "%(got)s".'),
            expected=", ".join(names),
            name=attribute,
            element=local(element),
            got=value[:80],
        ) from error


def _base_type(element: Element, cardinality: Cardinality) -> BaseType:
    """Return the base-type; a record has none, and is typed as a text here."""
    return BaseType.STRING if cardinality is Cardinality.RECORD else _named(element, "base-type", BaseType)


def _optional(element: Element, name: str) -> Fraction | None:
    """Return a number, None when the attribute is absent or left empty."""
    text = element.get(name, "").strip()
    return to_exact(element, name, text) if text else None


def _values(element: Element, base_type: BaseType, reasons: Reasons) -> tuple[Scalar, ...]:
    found: list[Scalar] = []
    for value in children(element, "qti-value"):
        text = text_of(value)
        if text:
            found.append(_scalar(value, base_type, text))
        else:
            reasons.note(
                N_("An empty value in %(element)s stands for nothing and was left out."), element=local(element)
            )
    return tuple(found)


def _field(element: Element) -> RecordField:
    base_type = _named(element, "base-type", BaseType)
    return RecordField(
        name=required(element, "field-identifier"),
        base_type=base_type,
        value=_scalar(element, base_type, text_of(element)),
    )


def _single_default(element: Element, identifier: str, base_type: BaseType, reasons: Reasons) -> Fraction | str | None:
    values = _values(element, base_type, reasons)
    if len(values) > 1:
        raise Invalid(N_("Expected one default value for %(name)s."), name=identifier)
    return _target(values[0]) if values else None


def _target(value: Scalar) -> Fraction | str:
    return Fraction(value) if isinstance(value, Decimal) else value


def _scalar(element: Element, base_type: BaseType, text: str) -> Scalar:
    if base_type.decimal:
        number = Decimal(finite_text(to_exact(element, local(element), text)) or "0")
        if base_type is not BaseType.INTEGER or number == number.to_integral_value():
            return number
    else:
        value = read_value(base_type, text)
        if value is not None:
            return value
    raise Invalid(
        N_('Expected a value of base-type %(type)s in %(element)s, got "%(got)s".'),
        type=base_type.value,
        element=local(element),
        got=text[:80],
    )


def _order(value: Scalar) -> tuple[Decimal, str]:
    return (Decimal(0), value) if isinstance(value, str) else (value, "")


def _entries(element: Element, name: str) -> list[Element]:
    entries = children(element, name)
    if len(entries) > MAX_ENTRIES:
        raise Invalid(N_("Expected at most %(max)s entries, got %(got)s."), max=MAX_ENTRIES, got=len(entries))
    return entries


def _mapping(element: Element, base_type: BaseType, reasons: Reasons) -> Mapping | None:
    entries: list[MapEntry] = []
    for entry in _entries(element, "qti-map-entry"):
        text = entry.get("map-key", "").strip()
        if not text:
            reasons.note(
                N_("An empty value in %(element)s stands for nothing and was left out."), element=local(element)
            )
            continue
        entries.append(
            MapEntry(
                key=_scalar(entry, base_type, text),
                value=to_exact(entry, "mapped-value", required(entry, "mapped-value")),
                # Case counts unless it is said that it does not; names of choices always keep theirs.
                case_sensitive=flag(entry, "case-sensitive", default=True) or base_type is not BaseType.STRING,
            )
        )
    if not entries:
        return None
    return Mapping(
        entries=tuple(sorted(entries, key=lambda entry: _order(entry.key))),
        default_value=_optional(element, "default-value") or Fraction(0),
        lower_bound=_optional(element, "lower-bound"),
        upper_bound=_optional(element, "upper-bound"),
    )


def _area_mapping(element: Element) -> AreaMapping:
    return AreaMapping(
        entries=tuple(
            AreaMapEntry(
                area=read_area(required(entry, "shape"), entry.get("coords", "")),
                value=to_exact(entry, "mapped-value", required(entry, "mapped-value")),
            )
            for entry in _entries(element, "qti-area-map-entry")
        ),
        default_value=_optional(element, "default-value") or Fraction(0),
        lower_bound=_optional(element, "lower-bound"),
        upper_bound=_optional(element, "upper-bound"),
    )


def _match_table(element: Element, base_type: BaseType) -> MatchTable:
    entries: list[tuple[int, str | Fraction]] = []
    for entry in _entries(element, "qti-match-table-entry"):
        source = to_exact(entry, "source-value", required(entry, "source-value"))
        if source.denominator != 1:
            raise Invalid(
                N_('Expected a whole number in %(name)s of %(element)s, got "%(got)s".'),
                name="source-value",
                element=local(entry),
                got=source,
            )
        entries.append((source.numerator, _table_value(entry, base_type, "target-value")))
    return MatchTable(entries=tuple(entries), default=_table_default(element, base_type))


def _interpolation_table(element: Element, base_type: BaseType) -> InterpolationTable:
    return InterpolationTable(
        entries=tuple(
            InterpolationEntry(
                source=to_exact(entry, "source-value", required(entry, "source-value")),
                target=_table_value(entry, base_type, "target-value"),
                include_boundary=flag(entry, "include-boundary", default=True),
            )
            for entry in _entries(element, "qti-interpolation-table-entry")
        ),
        default=_table_default(element, base_type),
    )


def _table_default(element: Element, base_type: BaseType) -> str | Fraction | None:
    if not element.get("default-value", "").strip():
        return None
    return _table_value(element, base_type, "default-value")


def _table_value(element: Element, base_type: BaseType, name: str) -> str | Fraction:
    return _target(_scalar(element, base_type, required(element, name)))
