"""Response and outcome declarations: QTI 3.0 elements into values.

Follows QTI 3.0, Information Model: ResponseDeclaration, Mapping, OutcomeDeclaration. Numbers are read
exactly; sets are sorted, so that two languages of an item that list them differently agree.
"""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.exact import finite_text
from assessment.domain.items.item import (
    BaseType,
    Cardinality,
    MapEntry,
    Mapping,
    OutcomeDeclaration,
    ResponseDeclaration,
    Scalar,
)
from assessment.domain.items.qti.reason import Reasons
from assessment.domain.items.qti.xml import Element, children, exact, local, required, text_of, to_exact

_Named = TypeVar("_Named", bound=StrEnum)


def read_response_declaration(element: Element, reasons: Reasons) -> ResponseDeclaration:
    """Read a `qti-response-declaration`. Raises Invalid for values that do not fit its base-type."""
    cardinality = _named(element, "cardinality", Cardinality)
    base_type = _named(element, "base-type", BaseType)
    correct: tuple[Scalar, ...] = ()
    mapping: Mapping | None = None
    for child in element:
        match local(child):
            case "qti-correct-response":
                correct = tuple(_scalar(value, base_type, text_of(value)) for value in children(child))
                if cardinality is Cardinality.MULTIPLE:
                    correct = tuple(sorted(correct, key=_order))
            case "qti-mapping":
                mapping = _mapping(child, base_type)
            case other:
                reasons.lost(N_("The element %(element)s was left out with what is in it."), element=other)
    return ResponseDeclaration(
        identifier=required(element, "identifier"),
        cardinality=cardinality,
        base_type=base_type,
        correct=correct,
        mapping=mapping,
    )


def read_outcome_declaration(element: Element, reasons: Reasons) -> OutcomeDeclaration:
    """Read a `qti-outcome-declaration`.

    Raises Invalid for other cardinalities than single, and for an outcome that a person must score.
    """
    identifier = required(element, "identifier")
    if _named(element, "cardinality", Cardinality) is not Cardinality.SINGLE:
        raise Invalid(N_("The outcome %(name)s must have cardinality single."), name=identifier)
    if "external-scored" in element.attrib:
        raise Invalid(N_("The outcome %(name)s is scored outside (external-scored)."), name=identifier)
    base_type = _named(element, "base-type", BaseType)
    default: Fraction | str | None = None
    for child in element:
        if local(child) == "qti-default-value":
            values = [text_of(value) for value in children(child)]
            if len(values) != 1:
                raise Invalid(N_("Expected one default value for %(name)s."), name=identifier)
            default = to_exact(child, "qti-value", values[0]) if base_type.numeric else values[0]
        else:
            reasons.lost(N_("The element %(element)s was left out with what is in it."), element=local(child))
    return OutcomeDeclaration(
        identifier=identifier,
        base_type=base_type,
        default=default,
        normal_maximum=exact(element, "normal-maximum"),
        normal_minimum=exact(element, "normal-minimum"),
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


def _scalar(element: Element, base_type: BaseType, text: str) -> Scalar:
    if not base_type.numeric:
        return text
    return Decimal(finite_text(to_exact(element, local(element), text)) or "0")


def _order(value: Scalar) -> tuple[Decimal, str]:
    return (Decimal(0), value) if isinstance(value, str) else (value, "")


def _mapping(element: Element, base_type: BaseType) -> Mapping:
    entries = [
        MapEntry(
            key=_scalar(entry, base_type, required(entry, "map-key")),
            value=to_exact(entry, "mapped-value", required(entry, "mapped-value")),
        )
        for entry in children(element, "qti-map-entry")
    ]
    return Mapping(
        entries=tuple(sorted(entries, key=lambda entry: _order(entry.key))),
        default_value=exact(element, "default-value") or Fraction(0),
        lower_bound=exact(element, "lower-bound"),
        upper_bound=exact(element, "upper-bound"),
    )
