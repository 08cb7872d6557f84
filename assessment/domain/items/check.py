"""What makes an item whole: the rules of QTI 3.0 that bind its parts together.

Readers call `check_item` and `check_text` on whatever arrives; the values themselves stay plain.
"""

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.exact import canonical
from assessment.domain.items.item import (
    BaseType,
    Cardinality,
    ChoiceInteraction,
    ChoiceText,
    Interaction,
    Item,
    ItemText,
    MapResponse,
    MatchCorrect,
    NumericComparison,
    NumericEntryInteraction,
    NumericEntryText,
    ResponseDeclaration,
    Scalar,
    ToleranceMode,
)

MAX_CHOICES = 100

_IDENTIFIER = re.compile(r"[\w][\w.\-:]{0,254}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")


def check_identifier(text: str) -> str:
    """Return the identifier unchanged.

    QTI asks for an NCName; a leading digit is tolerated because real packages have it. Raises Invalid.
    """
    if not _IDENTIFIER.fullmatch(text):
        raise Invalid(N_('Expected an identifier without spaces, got "%(got)s".'), got=text[:80])
    return text


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
    _distinct([*(each.identifier for each in item.responses), *(each.identifier for each in item.outcomes)])
    _distinct(each.response for each in item.interactions)
    for declaration in item.responses:
        _check_declaration(declaration)
        if item.find_interaction(declaration.identifier) is None:
            raise Invalid(N_('No interaction of this item sets "%(name)s".'), name=declaration.identifier)
    for interaction in item.interactions:
        _check_interaction(item, interaction)
    _check_processing(item)
    if item.max_score < 0:
        raise Invalid(N_("Expected a maximum score of 0 or more, got %(got)s."), got=item.max_score)
    return item


def check_text(item: Item, text: ItemText) -> ItemText:
    """Return the words unchanged when they name each interaction and choice of the item, in its order.

    Raises Invalid.
    """
    check_language(text.language)
    if [each.response for each in item.interactions] != [each.response for each in text.interactions]:
        raise Invalid(N_("Expected words for each interaction of the item, in its order."))
    for interaction, words in zip(item.interactions, text.interactions, strict=True):
        match interaction, words:
            case ChoiceInteraction(), ChoiceText():
                if [each.identifier for each in interaction.choices] != [e.identifier for e in words.choices]:
                    raise Invalid(N_("Expected words for each choice of the item, in its order."))
            case NumericEntryInteraction(), NumericEntryText():
                pass
            case _:
                raise Invalid(N_('Expected words of the same kind as the interaction "%(got)s".'), got=words.response)
    return text


def _distinct(identifiers: Iterable[str]) -> None:
    seen: set[str] = set()
    for identifier in identifiers:
        check_identifier(identifier)
        if identifier in seen:
            raise Invalid(N_('The identifier "%(got)s" is used twice.'), got=identifier)
        seen.add(identifier)


def _check_declaration(declaration: ResponseDeclaration) -> None:
    name = declaration.identifier
    mapping = declaration.mapping
    keys = [entry.key for entry in mapping.entries] if mapping else []
    for value in (*declaration.correct, *keys):
        _check_value(declaration, value)
    if declaration.cardinality is Cardinality.SINGLE and len(declaration.correct) > 1:
        raise Invalid(N_('"%(name)s" has cardinality single but several correct values.'), name=name)
    if declaration.cardinality is Cardinality.MULTIPLE and declaration.correct != tuple(
        sorted(set(declaration.correct))
    ):
        raise Invalid(N_('The correct values of "%(name)s" must be sorted, each once.'), name=name)
    if mapping is None:
        return
    if not keys or keys != sorted(set(keys)):
        raise Invalid(N_('The mapping of "%(name)s" needs entries, each map key once.'), name=name)
    lower, upper = mapping.lower_bound, mapping.upper_bound
    if lower is not None and upper is not None and lower > upper:
        raise Invalid(N_('The mapping of "%(name)s" has a lower bound above its upper bound.'), name=name)


def _check_value(declaration: ResponseDeclaration, value: Scalar) -> None:
    if declaration.base_type.numeric:
        whole = declaration.base_type is BaseType.INTEGER
        if isinstance(value, str) or (whole and value != value.to_integral_value()):
            raise Invalid(
                N_('"%(name)s" has base-type %(type)s, which "%(got)s" is not.'),
                name=declaration.identifier,
                type=declaration.base_type.value,
                got=value,
            )
        if str(canonical(value)) != str(value):
            raise Invalid(N_('Expected a number in its shortest form, got "%(got)s".'), got=value)
    elif not isinstance(value, str) or not value:
        raise Invalid(
            N_('"%(name)s" has base-type %(type)s, which "%(got)s" is not.'),
            name=declaration.identifier,
            type=declaration.base_type.value,
            got=value,
        )


def _check_interaction(item: Item, interaction: Interaction) -> None:
    declaration = item.find_response(interaction.response)
    if declaration is None:
        raise Invalid(N_('The interaction is bound to "%(name)s", which is not declared.'), name=interaction.response)
    match interaction:
        case ChoiceInteraction():
            _check_choices(interaction, declaration)
        case NumericEntryInteraction():
            if declaration.cardinality is not Cardinality.SINGLE or not declaration.base_type.numeric:
                raise Invalid(
                    N_("A numeric entry needs a single integer or float, got %(cardinality)s %(type)s."),
                    cardinality=declaration.cardinality.value,
                    type=declaration.base_type.value,
                )
            if interaction.expected_length is not None and not 1 <= interaction.expected_length <= 1000:
                raise Invalid(N_("Expected a length from 1 to 1000, got %(got)s."), got=interaction.expected_length)
        case _:
            assert_never(interaction)


def _check_choices(interaction: ChoiceInteraction, declaration: ResponseDeclaration) -> None:
    choices = [choice.identifier for choice in interaction.choices]
    _distinct(choices)
    if not 1 <= len(choices) <= MAX_CHOICES:
        raise Invalid(N_("Expected 1 to %(max)s choices, got %(got)s."), max=MAX_CHOICES, got=len(choices))
    if declaration.base_type is not BaseType.IDENTIFIER or declaration.cardinality not in (
        Cardinality.SINGLE,
        Cardinality.MULTIPLE,
    ):
        raise Invalid(
            N_("A choice needs a single or multiple identifier, got %(cardinality)s %(type)s."),
            cardinality=declaration.cardinality.value,
            type=declaration.base_type.value,
        )
    if declaration.cardinality is Cardinality.SINGLE and interaction.max_choices != 1:
        raise Invalid(
            N_("Cardinality single allows one choice, but max-choices is %(got)s."),
            got=interaction.max_choices,
        )
    most = interaction.max_choices or len(choices)
    if interaction.max_choices < 0 or not 0 <= interaction.min_choices <= min(most, len(choices)):
        raise Invalid(
            N_("Expected 0 to %(max)s choices at least, got min-choices %(got)s."),
            max=max(0, min(most, len(choices))),
            got=interaction.min_choices,
        )
    keys = [entry.key for entry in declaration.mapping.entries] if declaration.mapping else []
    for value in (*declaration.correct, *keys):
        if value not in choices:
            raise Invalid(
                N_('"%(got)s" is not a choice of this item; the choices are %(choices)s.'),
                got=value,
                choices=", ".join(choices),
            )
    if len(declaration.correct) > most:
        raise Invalid(
            N_("The correct response has %(got)s choices, but only %(max)s may be chosen."),
            got=len(declaration.correct),
            max=most,
        )


def _check_processing(item: Item) -> None:
    processing = item.processing
    declaration = item.find_response(processing.response)
    outcome = item.find_outcome(processing.outcome)
    if declaration is None:
        raise Invalid(N_('Response processing reads "%(name)s", which is not declared.'), name=processing.response)
    if outcome is None or not outcome.base_type.numeric:
        raise Invalid(
            N_('Response processing sets "%(name)s", which is not declared as a number.'),
            name=processing.outcome,
        )
    match processing:
        case MatchCorrect():
            if not declaration.correct:
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
