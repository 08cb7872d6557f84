"""What a candidate answered: QTI's lexical forms in, exact values out.

A single value is text, a multiple one a list of texts, no response is None (also "" and an empty list:
QTI 3.0 treats an empty string and an empty container as NULL). Only this module turns text from outside
into an answer; it raises Invalid with a sentence that a candidate can act on.
"""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.exact import read_decimal
from assessment.domain.items.item import (
    BaseType,
    Cardinality,
    ChoiceInteraction,
    Item,
    NumericEntryInteraction,
    ResponseDeclaration,
    Scalar,
)

MAX_TEXT = 4096
MAX_VALUES = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """A candidate's answer to one response variable: at least one value; a multiple one is sorted."""

    identifier: str
    values: tuple[Scalar, ...]


def read_response(item: Item, value: object, *, identifier: str | None = None) -> Response | None:
    """Return the answer that a lexical form stands for, or None for no response.

    `identifier` names the response variable and may be left out when the item has one. Numbers may be typed
    with a decimal comma; every digit is kept. Fewer choices than `min_choices` are accepted here: an answer
    is saved while it grows. Raises Invalid for an unknown variable or choice, too many choices, a number
    that does not parse, and text that no field of ours can send.
    """
    declaration = _declaration(item, identifier)
    texts = _texts(declaration, value)
    if not texts:
        return None
    interaction = item.find_interaction(declaration.identifier)
    match interaction:
        case ChoiceInteraction():
            return _read_choices(interaction, declaration, texts)
        case NumericEntryInteraction():
            return Response(identifier=declaration.identifier, values=(_read_number(declaration, texts[0]),))
        case None:
            raise Invalid(N_('No interaction of this item sets "%(name)s".'), name=declaration.identifier)
        case _:
            assert_never(interaction)


def _declaration(item: Item, identifier: str | None) -> ResponseDeclaration:
    if identifier is None and len(item.responses) == 1:
        return item.responses[0]
    declaration = item.find_response(identifier) if identifier is not None else None
    if declaration is None:
        raise Invalid(
            N_('Expected a response to %(expected)s, got one to "%(got)s".'),
            expected=", ".join(each.identifier for each in item.responses),
            got=(identifier or "")[:80],
        )
    return declaration


def _texts(declaration: ResponseDeclaration, value: object) -> list[str]:
    if value is None or value == "" or value == []:
        return []
    if declaration.cardinality is Cardinality.SINGLE:
        if not isinstance(value, str):
            raise Invalid(N_("Expected one answer as text, got something else."))
        return [text] if (text := _clean(value)) else []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Invalid(N_("Expected a list of answers, got something else."))
    if len(value) > MAX_VALUES:
        raise Invalid(N_("Expected at most %(max)s answers, got %(got)s."), max=MAX_VALUES, got=len(value))
    texts = [_clean(each) for each in value]
    if not all(texts):
        raise Invalid(N_("One of the answers in the list is empty."))
    return texts


def _clean(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise Invalid(N_("Expected at most %(max)s characters, got %(got)s."), max=MAX_TEXT, got=len(text))
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text.strip()):
        raise Invalid(N_("The answer holds a character that cannot be typed."))
    return text.strip()


def _read_choices(interaction: ChoiceInteraction, declaration: ResponseDeclaration, texts: list[str]) -> Response:
    known = {choice.identifier for choice in interaction.choices}
    for text in texts:
        if text not in known:
            raise Invalid(N_('"%(got)s" is not one of the choices of this question.'), got=text[:80])
    chosen, most = len(set(texts)), interaction.max_choices
    if most and chosen > most:
        raise Invalid(N_("Choose at most %(max)s; %(got)s are chosen."), max=most, got=chosen)
    return Response(identifier=declaration.identifier, values=tuple(sorted(texts)))


def _read_number(declaration: ResponseDeclaration, text: str) -> Decimal:
    if "," in text and "." in text:
        raise Invalid(N_('Write "%(got)s" without a separator between thousands.'), got=text[:80])
    number = read_decimal(text.replace(",", ".", 1))
    if number is None:
        raise Invalid(
            N_('Expected a number in figures, without a unit, got "%(got)s".'),
            got=text[:80],
        )
    if declaration.base_type is BaseType.INTEGER:
        if number != number.to_integral_value():
            raise Invalid(N_('Expected a whole number, got "%(got)s".'), got=text[:80])
        return number.to_integral_value()
    return number
