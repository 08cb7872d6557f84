"""An item in one language as a QTI 3.0 file, and items as a package: what `read` and `package` read back.

The same values give the same bytes on every machine. Follows the XML binding of QTI 3.0 and its packaging.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import assert_never
from xml.sax.saxutils import escape, quoteattr

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.check import check_item, check_text
from assessment.domain.items.exact import finite_text
from assessment.domain.items.item import (
    ChoiceInteraction,
    ChoiceText,
    Interaction,
    InteractionText,
    Item,
    ItemText,
    MapResponse,
    MatchCorrect,
    NumericComparison,
    NumericEntryInteraction,
    NumericEntryText,
    OutcomeDeclaration,
    ResponseDeclaration,
    ToleranceMode,
)
from assessment.domain.items.qti.archive import write_archive
from assessment.domain.items.qti.package import MANIFEST, Alignment
from assessment.domain.items.qti.xml import CURRICULUM, PACKAGE, QTI
from assessment.domain.items.scoring import best_score

_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TEMPLATES = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/"


@dataclass(frozen=True, kw_only=True, slots=True)
class PackagedItem:
    """An item with its languages and the criteria it measures, as it goes into a package."""

    item: Item
    texts: tuple[ItemText, ...]
    criteria: tuple[Alignment, ...] = ()


def write_item(item: Item, text: ItemText) -> bytes:
    """Return the item in one language as QTI 3.0 XML; `read_item` gives the same values back.

    The maximum score is said by MAXSCORE or normal-maximum where the item declares one, and follows from the
    mapping otherwise. Raises Invalid for an item with several interactions, for marks such as 1/3 that a QTI
    file cannot say exactly, and for a maximum that no declaration carries.
    """
    check_text(check_item(item), text)
    if len(item.interactions) != 1:
        raise Invalid(N_("Expected one interaction, found %(got)s."), got=len(item.interactions))
    _check_maximum(item)
    lines = [
        f"<qti-assessment-item xmlns={quoteattr(QTI)} identifier={quoteattr(item.identifier)}"
        f" title={quoteattr(text.title)} xml:lang={quoteattr(text.language)}"
        ' adaptive="false" time-dependent="false">',
        *(_response(each) for each in item.responses),
        *(_outcome(each) for each in item.outcomes),
        f"<qti-item-body>{text.stem}{_interaction(item.interactions[0], text.interactions[0])}</qti-item-body>",
        _processing(item),
        "</qti-assessment-item>",
    ]
    return (_HEADER + "\n".join(lines) + "\n").encode()


def write_package(items: Sequence[PackagedItem], *, identifier: str = "TERUJI") -> bytes:
    """Return a content package: one file an item and language, and the manifest with the criteria.

    Raises Invalid as `write_item` does, and for an identifier that comes twice.
    """
    files: dict[str, bytes] = {}
    resources: list[str] = []
    for packaged in items:
        for text in packaged.texts:
            path = f"items/{packaged.item.identifier}.{text.language}.xml"
            if path in files:
                raise Invalid(N_('The identifier "%(got)s" is used twice.'), got=packaged.item.identifier)
            files[path] = write_item(packaged.item, text)
            name = f"R{len(files):04}"
            resources.append(
                f'<resource identifier="{name}" type="imsqti_item_xmlv3p0" href={quoteattr(path)}>'
                f"{_metadata(packaged.criteria)}<file href={quoteattr(path)}/></resource>"
            )
    files[MANIFEST] = (
        _HEADER
        + f"<manifest xmlns={quoteattr(PACKAGE)} xmlns:csm={quoteattr(CURRICULUM)}"
        + f" identifier={quoteattr(identifier)}>\n"
        + "<metadata><schema>QTI Package</schema><schemaversion>3.0.0</schemaversion></metadata>\n"
        + "<organizations/>\n<resources>\n"
        + "\n".join(resources)
        + "\n</resources>\n</manifest>\n"
    ).encode()
    return write_archive(files)


def _check_maximum(item: Item) -> None:
    stated = item.find_outcome("MAXSCORE")
    outcome = item.find_outcome(item.processing.outcome)
    carried = stated.default if stated is not None else None
    if not isinstance(carried, Fraction):
        carried = outcome.normal_maximum if outcome is not None else None
    if item.max_score != max(best_score(item), carried or Fraction(0)):
        raise Invalid(N_("No declaration of the item carries its maximum %(got)s."), got=item.max_score)


def _number(value: Fraction) -> str:
    text = finite_text(value)
    if text is None:
        raise Invalid(N_("A QTI file cannot say %(got)s exactly."), got=value)
    return text


def _values(values: Sequence[str | Decimal]) -> str:
    return "".join(f"<qti-value>{escape(str(value))}</qti-value>" for value in values)


def _attribute(name: str, value: Fraction | None) -> str:
    return "" if value is None else f' {name}="{_number(value)}"'


def _response(declaration: ResponseDeclaration) -> str:
    correct, mapping = "", ""
    if declaration.correct:
        correct = f"<qti-correct-response>{_values(declaration.correct)}</qti-correct-response>"
    if (found := declaration.mapping) is not None:
        bounds = _attribute("lower-bound", found.lower_bound) + _attribute("upper-bound", found.upper_bound)
        entries = "".join(
            f'<qti-map-entry map-key={quoteattr(str(each.key))} mapped-value="{_number(each.value)}"/>'
            for each in found.entries
        )
        mapping = f'<qti-mapping{bounds} default-value="{_number(found.default_value)}">{entries}</qti-mapping>'
    return (
        f"<qti-response-declaration identifier={quoteattr(declaration.identifier)}"
        f' cardinality="{declaration.cardinality}" base-type="{declaration.base_type}">'
        f"{correct}{mapping}</qti-response-declaration>"
    )


def _outcome(outcome: OutcomeDeclaration) -> str:
    default = ""
    if outcome.default is not None:
        value = _number(outcome.default) if isinstance(outcome.default, Fraction) else outcome.default
        default = f"<qti-default-value>{_values([value])}</qti-default-value>"
    limits = _attribute("normal-maximum", outcome.normal_maximum)
    limits += _attribute("normal-minimum", outcome.normal_minimum)
    return (
        f"<qti-outcome-declaration identifier={quoteattr(outcome.identifier)}"
        f' cardinality="single" base-type="{outcome.base_type}"{limits}>{default}</qti-outcome-declaration>'
    )


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _interaction(interaction: Interaction, words: InteractionText) -> str:
    response = quoteattr(interaction.response)
    match interaction, words:
        case ChoiceInteraction(), ChoiceText():
            choices = "".join(
                f'<qti-simple-choice identifier={quoteattr(choice.identifier)} fixed="{_flag(choice.fixed)}">'
                f"{each.html}</qti-simple-choice>"
                for choice, each in zip(interaction.choices, words.choices, strict=True)
            )
            prompt = f"<qti-prompt>{words.prompt}</qti-prompt>" if words.prompt else ""
            return (
                f"<qti-choice-interaction response-identifier={response}"
                f' shuffle="{_flag(interaction.shuffle)}" max-choices="{interaction.max_choices}"'
                f' min-choices="{interaction.min_choices}">{prompt}{choices}</qti-choice-interaction>'
            )
        case NumericEntryInteraction(), NumericEntryText():
            length = interaction.expected_length
            hint = "" if length is None else f' expected-length="{length}"'
            entry = f"<qti-text-entry-interaction response-identifier={response}{hint}/>"
            return "<p>" + " ".join(part for part in (words.before, entry, words.unit) if part) + "</p>"
        case _:
            raise Invalid(N_("Expected words for each interaction of the item, in its order."))


def _processing(item: Item) -> str:
    processing = item.processing
    standard = (processing.response, processing.outcome) == ("RESPONSE", "SCORE")
    variable = f"<qti-variable identifier={quoteattr(processing.response)}/>"
    correct = f"<qti-correct identifier={quoteattr(processing.response)}/>"
    match processing:
        case MatchCorrect():
            if standard and processing.points == 1 and processing.otherwise == 0:
                return f'<qti-response-processing template="{_TEMPLATES}match_correct.xml"/>'
            return _condition(processing, f"<qti-match>{variable}{correct}</qti-match>")
        case MapResponse():
            if standard:
                return f'<qti-response-processing template="{_TEMPLATES}map_response.xml"/>'
            mapped = f"<qti-map-response identifier={quoteattr(processing.response)}/>"
            outcome = quoteattr(processing.outcome)
            return (
                "<qti-response-processing><qti-response-condition><qti-response-if>"
                f"<qti-is-null>{variable}</qti-is-null>{_set(outcome, Fraction(0))}</qti-response-if>"
                f"<qti-response-else><qti-set-outcome-value identifier={outcome}>{mapped}"
                "</qti-set-outcome-value></qti-response-else></qti-response-condition></qti-response-processing>"
            )
        case NumericComparison():
            reference = correct
            if processing.reference is not None:
                declared = item.find_response(processing.response)
                base_type = declared.base_type.value if declared is not None else "float"
                reference = f'<qti-base-value base-type="{base_type}">{processing.reference}</qti-base-value>'
            operands = variable + reference if processing.response_first else reference + variable
            return _condition(processing, f"<qti-equal{_tolerance(processing)}>{operands}</qti-equal>")
        case _:
            assert_never(processing)


def _tolerance(comparison: NumericComparison) -> str:
    if comparison.mode is ToleranceMode.EXACT:
        return ' tolerance-mode="exact"'
    return (
        f' tolerance-mode="{comparison.mode}"'
        f' tolerance="{_number(comparison.lower_tolerance)} {_number(comparison.upper_tolerance)}"'
        f' include-lower-bound="{_flag(comparison.include_lower)}"'
        f' include-upper-bound="{_flag(comparison.include_upper)}"'
    )


def _set(outcome: str, value: Fraction) -> str:
    return (
        f"<qti-set-outcome-value identifier={outcome}>"
        f'<qti-base-value base-type="float">{_number(value)}</qti-base-value></qti-set-outcome-value>'
    )


def _condition(processing: MatchCorrect | NumericComparison, test: str) -> str:
    outcome = quoteattr(processing.outcome)
    return (
        f"<qti-response-processing><qti-response-condition><qti-response-if>{test}"
        f"{_set(outcome, processing.points)}</qti-response-if>"
        f"<qti-response-else>{_set(outcome, processing.otherwise)}</qti-response-else>"
        "</qti-response-condition></qti-response-processing>"
    )


def _metadata(criteria: Sequence[Alignment]) -> str:
    if not criteria:
        return ""
    labelled = "".join(
        "<csm:labelledGUID>"
        + "".join(
            f"<csm:{name}>{escape(value)}</csm:{name}>"
            for name, value in (
                ("label", each.label),
                ("caseItemURI", each.case_item_uri),
                ("GUID", each.guid),
            )
            if value is not None
        )
        + "</csm:labelledGUID>"
        for each in criteria
    )
    return (
        "<metadata><csm:curriculumStandardsMetadataSet><csm:curriculumStandardsMetadata><csm:setOfGUIDs>"
        f"{labelled}</csm:setOfGUIDs></csm:curriculumStandardsMetadata></csm:curriculumStandardsMetadataSet>"
        "</metadata>"
    )
