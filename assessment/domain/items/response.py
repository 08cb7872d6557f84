"""What a candidate answered: QTI's lexical forms in, exact values out.

A single value is text, a multiple or ordered one a list of texts, no response is None (also "" and an empty list:
QTI 3.0 treats an empty string and an empty container as NULL). Only this module turns text from outside into an
answer; it raises Invalid with a sentence that a candidate can act on.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.exact import read_decimal
from assessment.domain.items.interactions import (
    AssociableChoice,
    AssociableHotspot,
    AssociateInteraction,
    ChoiceInteraction,
    ExtendedTextInteraction,
    Gap,
    GapMatchInteraction,
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicOrderInteraction,
    HotspotInteraction,
    HotTextInteraction,
    InlineChoiceInteraction,
    Interaction,
    MatchInteraction,
    NumericEntryInteraction,
    OrderInteraction,
    PositionObjectInteraction,
    SelectPointInteraction,
    SliderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)
from assessment.domain.items.item import Item
from assessment.domain.items.lexical import read_file, read_point, read_value, whole_in_base
from assessment.domain.items.variables import BaseType, Cardinality, ResponseDeclaration, Scalar

MAX_TEXT = 4096
MAX_LONG_TEXT = 12_000
MAX_VALUES = 200
# What no keyboard sends: Unicode's general categories Cc and Cs; a long text has lines and tabs.
_UNTYPED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UNTYPED_IN_LONG = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

PairInteraction = (
    AssociateInteraction
    | MatchInteraction
    | GapMatchInteraction
    | GraphicAssociateInteraction
    | GraphicGapMatchInteraction
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """A candidate's answer to one response variable: at least one value.

    A multiple one is sorted, an ordered one in its order, a record the text that was typed (`record_fields`).
    """

    identifier: str
    values: tuple[Scalar, ...]


def read_response(item: Item, value: object, *, identifier: str | None = None) -> Response | None:
    """Return the answer that a lexical form stands for, or None for no response.

    `identifier` names the response variable and may be left out when the item has one. Numbers may be typed
    with a decimal comma; every digit is kept. Fewer choices than the minimum are accepted here: an answer is
    saved while it grows (`completeness` says what is missing). Raises Invalid for an unknown variable or
    choice, too many choices, a number that does not parse, and text that no field of ours can send.
    """
    declaration = _declaration(item, identifier)
    interaction = item.find_interaction(declaration.identifier)
    if interaction is None:
        raise Invalid(N_('No interaction of this item sets "%(name)s".'), name=declaration.identifier)
    texts = _texts(declaration, value, long=isinstance(interaction, ExtendedTextInteraction))
    if not texts:
        return None
    values = _values(interaction, declaration, texts)
    if declaration.cardinality is Cardinality.MULTIPLE:
        values = sorted(values)
    return Response(identifier=declaration.identifier, values=tuple(values))


def ends_of(
    interaction: PairInteraction,
) -> tuple[Sequence[AssociableChoice | AssociableHotspot], Sequence[AssociableChoice | AssociableHotspot | Gap]]:
    """Return what may stand first in a pair and what may stand second; both are the same list in an associate."""
    match interaction:
        case AssociateInteraction():
            return interaction.choices, interaction.choices
        case GraphicAssociateInteraction():
            return interaction.hotspots, interaction.hotspots
        case MatchInteraction():
            return interaction.sources, interaction.targets
        case GapMatchInteraction():
            return interaction.choices, interaction.gaps
        case GraphicGapMatchInteraction():
            return interaction.choices, interaction.hotspots
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


def _texts(declaration: ResponseDeclaration, value: object, *, long: bool) -> list[str]:
    if value is None or value == "" or value == []:
        return []
    if declaration.cardinality in (Cardinality.SINGLE, Cardinality.RECORD):
        if not isinstance(value, str):
            raise Invalid(N_("Expected one answer as text, got something else."))
        return [text] if (text := _clean(value, long=long)) else []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Invalid(N_("Expected a list of answers, got something else."))
    if len(value) > MAX_VALUES:
        raise Invalid(N_("Expected at most %(max)s answers, got %(got)s."), max=MAX_VALUES, got=len(value))
    texts = [_clean(each, long=long) for each in value]
    if not all(texts):
        raise Invalid(N_("One of the answers in the list is empty."))
    return texts


def _clean(text: str, *, long: bool) -> str:
    """Return the text without white space around it; a long one keeps its own, with one kind of line end."""
    most = MAX_LONG_TEXT if long else MAX_TEXT
    if len(text) > most:
        raise Invalid(N_("Expected at most %(max)s characters, got %(got)s."), max=most, got=len(text))
    kept = text.replace("\r\n", "\n").replace("\r", "\n") if long else text.strip()
    if (_UNTYPED_IN_LONG if long else _UNTYPED).search(kept):
        raise Invalid(N_("The answer holds a character that cannot be typed."))
    return kept if kept.strip() else ""


def _values(interaction: Interaction, declaration: ResponseDeclaration, texts: list[str]) -> list[Scalar]:
    match interaction:
        case ChoiceInteraction() | HotTextInteraction():
            return _chosen(texts, [each.identifier for each in interaction.choices], interaction.max_choices)
        case HotspotInteraction():
            return _chosen(texts, [each.identifier for each in interaction.hotspots], interaction.max_choices)
        case InlineChoiceInteraction():
            return _chosen(texts, [each.identifier for each in interaction.choices], 1)
        case OrderInteraction():
            return _ordered(texts, [each.identifier for each in interaction.choices], interaction.max_choices)
        case GraphicOrderInteraction():
            return _ordered(texts, [each.identifier for each in interaction.hotspots], interaction.max_choices)
        case (
            AssociateInteraction()
            | MatchInteraction()
            | GapMatchInteraction()
            | GraphicAssociateInteraction()
            | GraphicGapMatchInteraction()
        ):
            return _pairs(interaction, declaration, texts)
        case NumericEntryInteraction():
            return [_number(declaration, texts[0])]
        case TextEntryInteraction():
            return [_typed(declaration, each, interaction.base) for each in texts]
        case ExtendedTextInteraction():
            _at_most(len(texts), interaction.max_strings if len(texts) > 1 else 0)
            return [_typed(declaration, each, interaction.base) for each in texts]
        case SelectPointInteraction() | PositionObjectInteraction():
            _at_most(len(texts), interaction.max_choices)
            return [_point(each, interaction.width, interaction.height) for each in texts]
        case SliderInteraction():
            return [_on_slider(interaction, declaration, texts[0])]
        case UploadInteraction():
            return [_file(interaction, texts[0])]
        case _:
            assert_never(interaction)


def _chosen(texts: list[str], known: Sequence[str], most: int) -> list[Scalar]:
    for text in texts:
        if text not in known:
            raise Invalid(N_('"%(got)s" is not one of the choices of this question.'), got=text[:80])
    _at_most(len(set(texts)), most)
    return list(texts)


def _at_most(chosen: int, most: int) -> None:
    if most and chosen > most:
        raise Invalid(N_("Choose at most %(max)s; %(got)s are chosen."), max=most, got=chosen)


def _ordered(texts: list[str], known: Sequence[str], most: int) -> list[Scalar]:
    if len(set(texts)) != len(texts):
        raise Invalid(N_("Each choice has one place in the order; one stands there twice."))
    return _chosen(texts, known, most)


def _pairs(interaction: PairInteraction, declaration: ResponseDeclaration, texts: list[str]) -> list[Scalar]:
    first, second = ({each.identifier: each for each in end} for end in ends_of(interaction))
    one_list = declaration.base_type is BaseType.PAIR
    values: list[Scalar] = []
    used: Counter[tuple[int, str]] = Counter()
    for text in texts:
        value = read_value(declaration.base_type, text)
        left, _, right = str(value or "").partition(" ")
        if value is None or left not in first or right not in second:
            raise Invalid(N_('"%(got)s" is not a pair of choices of this question.'), got=text[:80])
        if not (_may_pair(first[left], right) and _may_pair(second[right], left)):
            raise Invalid(N_('"%(got)s" is a pair that this question does not allow.'), got=text[:80])
        values.append(value)
        # In a list of its own a choice is used up on whichever side of a pair it stands.
        used[0, left] += 1
        used[0 if one_list else 1, right] += 1
    for (side, identifier), times in used.items():
        choice = first[identifier] if side == 0 else second[identifier]
        most = 1 if isinstance(choice, Gap) else choice.match_max
        if most and times > most:
            raise Invalid(
                N_('"%(name)s" can be used %(max)s times; it is used %(got)s times.'),
                name=identifier,
                max=most,
                got=times,
            )
    _at_most(len(values), interaction.max_associations)
    return values


def _may_pair(choice: AssociableChoice | AssociableHotspot | Gap, other: str) -> bool:
    return not choice.match_group or other in choice.match_group


def _typed(declaration: ResponseDeclaration, text: str, base: int) -> Scalar:
    if not declaration.base_type.numeric:
        return text
    if base != 10 and declaration.base_type is BaseType.INTEGER:
        number = whole_in_base(text, base)
        if number is None:
            raise Invalid(N_('Expected a whole number in base %(base)s, got "%(got)s".'), base=base, got=text[:80])
        return number
    return _number(declaration, text)


def _number(declaration: ResponseDeclaration, text: str) -> Decimal:
    if "," in text and "." in text:
        raise Invalid(N_('Write "%(got)s" without a separator between thousands.'), got=text[:80])
    number = read_decimal(text.strip().replace(",", ".", 1))
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


def _point(text: str, width: int, height: int) -> str:
    point = read_point(text)
    if point is None or not (0 <= point[0] <= width and 0 <= point[1] <= height):
        raise Invalid(
            N_('Expected a point of the picture, from "0 0" to "%(width)s %(height)s", got "%(got)s".'),
            width=width,
            height=height,
            got=text[:80],
        )
    return f"{point[0]} {point[1]}"


def _on_slider(interaction: SliderInteraction, declaration: ResponseDeclaration, text: str) -> Decimal:
    number = _number(declaration, text)
    lower, upper, step = interaction.lower_bound, interaction.upper_bound, interaction.step
    if not lower <= number <= upper or (step is not None and (number - lower) % step):
        raise Invalid(
            N_('Expected a number from %(lower)s to %(upper)s that the slider can show, got "%(got)s".'),
            lower=lower,
            upper=upper,
            got=text[:80],
        )
    return number


def _file(interaction: UploadInteraction, text: str) -> str:
    file = read_file(text)
    if file is None:
        raise Invalid(N_("Expected a file that was handed in, got something else."))
    wanted = interaction.media_types
    if wanted and file.media_type not in wanted and f"{file.media_type.partition('/')[0]}/*" not in wanted:
        raise Invalid(
            N_("Expected a file of the kind %(wanted)s, got %(got)s."), wanted=", ".join(wanted), got=file.media_type
        )
    return text
