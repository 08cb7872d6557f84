"""Declarations and the simple forms of response processing as the elements of QTI 3.0 that say the same."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import assert_never
from xml.sax.saxutils import escape, quoteattr

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.exact import finite_text
from assessment.domain.items.item import (
    AreaMapping,
    Cardinality,
    HumanMarking,
    Item,
    Mapping,
    MapResponse,
    MatchCorrect,
    NumericComparison,
    OutcomeDeclaration,
    ResponseDeclaration,
    Scalar,
    ToleranceMode,
)
from assessment.domain.items.processing.rules import RuleProcessing
from assessment.domain.items.qti.rules_write import rules_xml
from assessment.domain.items.variables import InterpolationTable, LookupTable, MatchTable

_TEMPLATES = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/"


def response_xml(declaration: ResponseDeclaration) -> str:
    """Return a response declaration. Raises Invalid for marks such as 1/3 that a QTI file cannot say exactly."""
    inside = ""
    if declaration.default:
        inside += f"<qti-default-value>{_values(declaration.default)}</qti-default-value>"
    if declaration.correct:
        inside += f"<qti-correct-response>{_values(declaration.correct)}</qti-correct-response>"
    if declaration.fields:
        fields = "".join(
            f"<qti-value field-identifier={quoteattr(field.name)} base-type={quoteattr(field.base_type)}>"
            f"{escape(str(field.value))}</qti-value>"
            for field in declaration.fields
        )
        inside += f"<qti-correct-response>{fields}</qti-correct-response>"
    if (mapping := declaration.mapping) is not None:
        entries = "".join(
            f'<qti-map-entry map-key={quoteattr(str(each.key))} mapped-value="{number(each.value)}"'
            + ("/>" if each.case_sensitive else ' case-sensitive="false"/>')
            for each in mapping.entries
        )
        inside += f"<qti-mapping{_bounds(mapping)}>{entries}</qti-mapping>"
    if (areas := declaration.area_mapping) is not None:
        entries = "".join(
            f'<qti-area-map-entry shape="{each.area.kind}" coords="{each.area.text()}"'
            f' mapped-value="{number(each.value)}"/>'
            for each in areas.entries
        )
        inside += f"<qti-area-mapping{_bounds(areas)}>{entries}</qti-area-mapping>"
    base_type = (
        "" if declaration.cardinality is Cardinality.RECORD else f" base-type={quoteattr(declaration.base_type)}"
    )
    return (
        f"<qti-response-declaration identifier={quoteattr(declaration.identifier)}"
        f' cardinality="{declaration.cardinality}"{base_type}>{inside}</qti-response-declaration>'
    )


def outcome_xml(outcome: OutcomeDeclaration) -> str:
    """Return an outcome declaration with its defaults and table. Raises Invalid as `response_xml`."""
    defaults: Sequence[Scalar] = outcome.defaults
    if outcome.default is not None:
        defaults = [_target(outcome.default)]
    inside = f"<qti-default-value>{_values(defaults)}</qti-default-value>" if defaults else ""
    if outcome.lookup is not None:
        inside += _lookup(outcome.lookup)
    limits = _attribute("normal-maximum", outcome.normal_maximum)
    limits += _attribute("normal-minimum", outcome.normal_minimum)
    limits += _attribute("mastery-value", outcome.mastery_value)
    if outcome.external_scored is not None:
        limits += f' external-scored="{outcome.external_scored}"'
    base_type = "" if outcome.cardinality is Cardinality.RECORD else f" base-type={quoteattr(outcome.base_type)}"
    return (
        f"<qti-outcome-declaration identifier={quoteattr(outcome.identifier)}"
        f' cardinality="{outcome.cardinality}"{base_type}{limits}>{inside}</qti-outcome-declaration>'
    )


def processing_xml(item: Item) -> str:
    """Return the response processing of an item, "" when a person marks it."""
    processing = item.processing
    match processing:
        case HumanMarking():
            return ""
        case RuleProcessing():
            return rules_xml(processing)
        case MatchCorrect():
            if _standard(processing) and processing.points == 1 and processing.otherwise == 0:
                return f'<qti-response-processing template="{_TEMPLATES}match_correct.xml"/>'
            variable, correct = _operands(processing.response)
            return _condition(processing, f"<qti-match>{variable}{correct}</qti-match>")
        case MapResponse():
            return _mapped(processing)
        case NumericComparison():
            variable, reference = _operands(processing.response)
            if processing.reference is not None:
                declared = item.find_response(processing.response)
                base_type = declared.base_type.value if declared is not None else "float"
                reference = f'<qti-base-value base-type="{base_type}">{processing.reference}</qti-base-value>'
            operands = variable + reference if processing.response_first else reference + variable
            return _condition(processing, f"<qti-equal{_tolerance(processing)}>{operands}</qti-equal>")
        case _:
            assert_never(processing)


def number(value: Fraction) -> str:
    """Return a number as QTI writes it. Raises Invalid for one without a finite decimal."""
    text = finite_text(value)
    if text is None:
        raise Invalid(N_("A QTI file cannot say %(got)s exactly."), got=value)
    return text


def _standard(processing: MatchCorrect | MapResponse) -> bool:
    return (processing.response, processing.outcome) == ("RESPONSE", "SCORE")


def _operands(response: str) -> tuple[str, str]:
    return f"<qti-variable identifier={quoteattr(response)}/>", f"<qti-correct identifier={quoteattr(response)}/>"


def _mapped(processing: MapResponse) -> str:
    if _standard(processing):
        return f'<qti-response-processing template="{_TEMPLATES}map_response.xml"/>'
    variable, _ = _operands(processing.response)
    outcome = quoteattr(processing.outcome)
    return (
        "<qti-response-processing><qti-response-condition><qti-response-if>"
        f"<qti-is-null>{variable}</qti-is-null>{_set(outcome, Fraction(0))}</qti-response-if>"
        f"<qti-response-else><qti-set-outcome-value identifier={outcome}>"
        f"<qti-map-response identifier={quoteattr(processing.response)}/>"
        "</qti-set-outcome-value></qti-response-else></qti-response-condition></qti-response-processing>"
    )


def _tolerance(comparison: NumericComparison) -> str:
    if comparison.mode is ToleranceMode.EXACT:
        return ' tolerance-mode="exact"'
    return (
        f' tolerance-mode="{comparison.mode}"'
        f' tolerance="{number(comparison.lower_tolerance)} {number(comparison.upper_tolerance)}"'
        f' include-lower-bound="{_flag(comparison.include_lower)}"'
        f' include-upper-bound="{_flag(comparison.include_upper)}"'
    )


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _set(outcome: str, value: Fraction) -> str:
    return (
        f"<qti-set-outcome-value identifier={outcome}>"
        f'<qti-base-value base-type="float">{number(value)}</qti-base-value></qti-set-outcome-value>'
    )


def _condition(processing: MatchCorrect | NumericComparison, test: str) -> str:
    outcome = quoteattr(processing.outcome)
    return (
        f"<qti-response-processing><qti-response-condition><qti-response-if>{test}"
        f"{_set(outcome, processing.points)}</qti-response-if>"
        f"<qti-response-else>{_set(outcome, processing.otherwise)}</qti-response-else>"
        "</qti-response-condition></qti-response-processing>"
    )


def _values(values: Sequence[str | Decimal]) -> str:
    return "".join(f"<qti-value>{escape(str(value))}</qti-value>" for value in values)


def _attribute(name: str, value: Fraction | None) -> str:
    return "" if value is None else f' {name}="{number(value)}"'


def _bounds(mapping: Mapping | AreaMapping) -> str:
    bounds = _attribute("lower-bound", mapping.lower_bound) + _attribute("upper-bound", mapping.upper_bound)
    return f'{bounds} default-value="{number(mapping.default_value)}"'


def _target(value: Fraction | str) -> str:
    return number(value) if isinstance(value, Fraction) else value


def _lookup(table: LookupTable) -> str:
    default = "" if table.default is None else f" default-value={quoteattr(_target(table.default))}"
    match table:
        case MatchTable():
            entries = "".join(
                f'<qti-match-table-entry source-value="{source}" target-value={quoteattr(_target(target))}/>'
                for source, target in table.entries
            )
            return f"<qti-match-table{default}>{entries}</qti-match-table>"
        case InterpolationTable():
            entries = "".join(
                f'<qti-interpolation-table-entry source-value="{number(each.source)}"'
                f' include-boundary="{_flag(each.include_boundary)}" target-value={quoteattr(_target(each.target))}/>'
                for each in table.entries
            )
            return f"<qti-interpolation-table{default}>{entries}</qti-interpolation-table>"
        case _:
            assert_never(table)
