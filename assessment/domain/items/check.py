"""What makes an item whole: the rules of QTI 3.0 that bind its parts together.

Readers call `check_item` and `check_text` on whatever arrives; the values themselves stay plain.
"""

import re
from fractions import Fraction
from typing import assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.check_interactions import (
    MAX_CHOICES,
    check_distinct,
    check_identifier,
    check_interaction,
    check_words,
)
from assessment.domain.items.exact import canonical
from assessment.domain.items.interactions import InlineInteraction, NumericEntryInteraction
from assessment.domain.items.item import (
    AreaMapping,
    BaseType,
    Cardinality,
    HumanMarking,
    Item,
    ItemText,
    Mapping,
    MapResponse,
    MatchCorrect,
    NumericComparison,
    ResponseDeclaration,
    Scalar,
    ToleranceMode,
)
from assessment.domain.items.lexical import read_value
from assessment.domain.items.places import PlaceKind, places
from assessment.domain.items.processing.check import check_rules
from assessment.domain.items.processing.rules import RuleProcessing

__all__ = ["MAX_CHOICES", "MAX_INTERACTIONS", "check_identifier", "check_item", "check_language", "check_text"]

MAX_INTERACTIONS = 64

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")


def check_language(text: str) -> str:
    """Return a BCP 47 tag in its usual case ("id", "en-GB", "zh-Hans"). Raises Invalid."""
    if not _LANGUAGE.fullmatch(text):
        raise Invalid(N_('Expected a language tag such as "id" or "en", got "%(got)s".'), got=text[:80])
    primary, *rest = text.split("-")
    cased = (part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part for part in rest)
    return "-".join([primary.lower(), *cased])


def check_item(item: Item) -> Item:
    """Return the item unchanged when its parts fit together. Raises Invalid that names the part."""
    check_identifier(item.identifier)
    if not item.interactions:
        raise Invalid(N_("Expected an interaction, found none."))
    if len(item.interactions) > MAX_INTERACTIONS:
        raise Invalid(
            N_("Expected at most %(max)s interactions, got %(got)s."), max=MAX_INTERACTIONS, got=len(item.interactions)
        )
    check_distinct([*(each.identifier for each in item.responses), *(each.identifier for each in item.outcomes)])
    check_distinct(each.response for each in item.interactions)
    for declaration in item.responses:
        _check_declaration(declaration)
        if item.find_interaction(declaration.identifier) is None:
            raise Invalid(N_('No interaction of this item sets "%(name)s".'), name=declaration.identifier)
    for interaction in item.interactions:
        bound = item.find_response(interaction.response)
        if bound is None:
            raise Invalid(
                N_('The interaction is bound to "%(name)s", which is not declared.'), name=interaction.response
            )
        check_interaction(interaction, bound)
        if isinstance(interaction, NumericEntryInteraction) and len(item.interactions) > 1:
            raise Invalid(N_("A numeric entry stands alone; among other questions a number is a text entry."))
    _check_processing(item)
    check_distinct(each.name for each in item.feedback)
    for feedback in item.feedback:
        if item.find_outcome(feedback.outcome) is None:
            raise Invalid(N_('Feedback depends on "%(name)s", which is not declared.'), name=feedback.outcome)
    if item.stimulus is not None:
        check_identifier(item.stimulus)
    if item.max_score < 0:
        raise Invalid(N_("Expected a maximum score of 0 or more, got %(got)s."), got=item.max_score)
    return item


def check_text(item: Item, text: ItemText) -> ItemText:
    """Return the words unchanged when they name each interaction and choice of the item, in its order.

    Every place in the stem is that of an interaction, once, and one inside a line is there. Raises Invalid.
    """
    check_language(text.language)
    if [each.response for each in item.interactions] != [each.response for each in text.interactions]:
        raise Invalid(N_("Expected words for each interaction of the item, in its order."))
    for interaction, words in zip(item.interactions, text.interactions, strict=True):
        check_words(interaction, words)
    _check_places(item, text)
    if [each.name for each in item.feedback] != [each.name for each in text.feedback]:
        raise Invalid(N_("Expected words for each feedback of the item, in its order."))
    names = [each.name for each in text.files]
    if len(set(names)) != len(names):
        raise Invalid(N_("Two files of the item have the same name."))
    return text


def _check_places(item: Item, text: ItemText) -> None:
    found = places(text.stem, PlaceKind.INTERACTION)
    if len(set(found)) != len(found) or any(item.find_interaction(each) is None for each in found):
        raise Invalid(N_("The stem has a place for what is no interaction of the item, or has one twice."))
    for interaction in item.interactions:
        if isinstance(interaction, InlineInteraction) and interaction.response not in found:
            raise Invalid(N_('The stem has no place for the interaction "%(name)s".'), name=interaction.response)


def _check_declaration(declaration: ResponseDeclaration) -> None:
    name, mapping = declaration.identifier, declaration.mapping
    keys = [entry.key for entry in mapping.entries] if mapping else []
    for value in (*declaration.correct, *declaration.default, *keys):
        _check_value(name, declaration.base_type, value)
    for field in declaration.fields:
        _check_value(f"{name}.{field.name}", field.base_type, field.value)
    if declaration.cardinality is Cardinality.RECORD and declaration.correct:
        raise Invalid(N_('"%(name)s" is a record: its correct response is a list of fields.'), name=name)
    if declaration.cardinality is Cardinality.SINGLE and max(len(declaration.correct), len(declaration.default)) > 1:
        raise Invalid(N_('"%(name)s" has cardinality single but several correct values.'), name=name)
    if declaration.cardinality is Cardinality.MULTIPLE and declaration.correct != _sorted(declaration):
        raise Invalid(N_('The correct values of "%(name)s" must be sorted, each once.'), name=name)
    if mapping is not None:
        if not keys or keys != sorted(set(keys)):
            raise Invalid(N_('The mapping of "%(name)s" needs entries, each map key once.'), name=name)
        _check_bounds(name, mapping)
    if (areas := declaration.area_mapping) is not None:
        if not areas.entries or declaration.base_type is not BaseType.POINT:
            raise Invalid(N_('The area mapping of "%(name)s" needs areas, and points to map.'), name=name)
        _check_bounds(name, areas)


def _sorted(declaration: ResponseDeclaration) -> tuple[Scalar, ...]:
    return tuple(sorted(set(declaration.correct)))


def _check_bounds(name: str, mapping: Mapping | AreaMapping) -> None:
    lower, upper = mapping.lower_bound, mapping.upper_bound
    if lower is not None and upper is not None and lower > upper:
        raise Invalid(N_('The mapping of "%(name)s" has a lower bound above its upper bound.'), name=name)


def _check_value(name: str, base_type: BaseType, value: Scalar) -> None:
    if base_type.decimal:
        whole = base_type is BaseType.INTEGER
        if isinstance(value, str) or (whole and value != value.to_integral_value()):
            raise _no_value(name, base_type, value)
        if str(canonical(value)) != str(value):
            raise Invalid(N_('Expected a number in its shortest form, got "%(got)s".'), got=value)
    elif not isinstance(value, str) or not value or read_value(base_type, value) != value:
        raise _no_value(name, base_type, value)


def _no_value(name: str, base_type: BaseType, value: Scalar) -> Invalid:
    return Invalid(
        N_('"%(name)s" has base-type %(type)s, which "%(got)s" is not.'), name=name, type=base_type.value, got=value
    )


def _check_processing(item: Item) -> None:
    processing = item.processing
    outcome = item.find_outcome(processing.outcome)
    if outcome is None or not outcome.base_type.numeric:
        raise Invalid(
            N_('Response processing sets "%(name)s", which is not declared as a number.'),
            name=processing.outcome,
        )
    if isinstance(processing, RuleProcessing):
        check_rules(processing, item.responses, item.outcomes)
    if isinstance(processing, HumanMarking | RuleProcessing):
        return
    declaration = item.find_response(processing.response)
    if declaration is None:
        raise Invalid(N_('Response processing reads "%(name)s", which is not declared.'), name=processing.response)
    match processing:
        case MatchCorrect():
            if not declaration.correct and not declaration.fields:
                raise Invalid(
                    N_('Response processing needs the correct response, but "%(name)s" declares none.'),
                    name=processing.response,
                )
        case MapResponse():
            if declaration.mapping is None:
                raise Invalid(
                    N_('Response processing uses a mapping, but "%(name)s" declares none.'),
                    name=processing.response,
                )
        case NumericComparison():
            _check_comparison(processing, declaration)
        case _:
            assert_never(processing)


def _check_comparison(comparison: NumericComparison, declaration: ResponseDeclaration) -> None:
    reference = comparison.reference
    if reference is None and declaration.correct and not isinstance(declaration.correct[0], str):
        reference = declaration.correct[0]
    if reference is None or declaration.cardinality is not Cardinality.SINGLE:
        raise Invalid(
            N_('A comparison of numbers needs one number to compare with; "%(name)s" has none.'),
            name=declaration.identifier,
        )
    if min(comparison.lower_tolerance, comparison.upper_tolerance) < 0:
        raise Invalid(N_("Expected a tolerance of 0 or more."))
    tolerant = max(comparison.lower_tolerance, comparison.upper_tolerance) > 0
    if comparison.mode is ToleranceMode.RELATIVE and tolerant and Fraction(reference) < 0:
        raise Invalid(
            N_("A relative tolerance around the negative %(got)s can never be met; use an absolute one."),
            got=reference,
        )
