"""The fields of a form that ask an item's questions, and the response that what was sent in them makes.

A field's value is a lexical form of QTI (an identifier, "SOURCE TARGET", a text), so that most interactions need
no more than their fields collected. Three do: a place in an order, the two halves of a pair, the two numbers of
a point. `static/js/exam/fields.js` does the same in a browser. What a response may hold is `response`'s question.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from assessment.domain.items.item import (
    AssociateInteraction,
    Cardinality,
    ChoiceInteraction,
    ExtendedTextInteraction,
    GapMatchInteraction,
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicOrderInteraction,
    HotspotInteraction,
    HotTextInteraction,
    InlineChoiceInteraction,
    Interaction,
    Item,
    MatchInteraction,
    NumericEntryInteraction,
    OrderInteraction,
    PositionObjectInteraction,
    SelectPointInteraction,
    SliderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)

Value = str | tuple[str, ...] | None
"""What is answered: a lexical form, several of them, or nothing."""

Fields = Mapping[str, Sequence[str]]
"""Name of a field -> every value that was sent under it, in the order of the page."""


def field_name(response: str, *, alone: bool) -> str:
    """Return the name of the form field for a response variable: `response`, or with the variable's name."""
    return "response" if alone else f"response.{response}"


def part_name(field: str, part: str) -> str:
    """Return the name of the field of one part: a source, a gap, a choice to place, `first`, `second`, `x`, `y`."""
    return f"{field}.{part}"


def response_from_fields(item: Item, fields: Fields) -> dict[str, str | list[str] | None]:
    """Return the lexical form of every response of the item; None where the form holds no answer.

    Nothing is refused here. A pair or a point of which one half is missing is not there yet; of choices that
    were given the same place in an order, the one that stands first on the page comes first.
    """
    alone = len(item.interactions) == 1
    found: dict[str, str | list[str] | None] = {}
    for interaction in item.interactions:
        values = _values(item, interaction, field_name(interaction.response, alone=alone), fields)
        declared = item.find_response(interaction.response)
        if declared is not None and declared.cardinality in (Cardinality.MULTIPLE, Cardinality.ORDERED):
            found[interaction.response] = values or None
        else:
            found[interaction.response] = values[0] if values else None
    return found


def _values(item: Item, interaction: Interaction, field: str, fields: Fields) -> list[str]:
    match interaction:
        case (
            ChoiceInteraction()
            | InlineChoiceInteraction()
            | HotTextInteraction()
            | HotspotInteraction()
            | NumericEntryInteraction()
            | SliderInteraction()
            | UploadInteraction()
        ):
            return _filled(fields.get(field, ()))
        case TextEntryInteraction():
            declared = item.find_response(interaction.response)
            if declared is not None and declared.cardinality in (Cardinality.MULTIPLE, Cardinality.ORDERED):
                return _filled(line for text in fields.get(field, ()) for line in text.splitlines())
            return _filled(fields.get(field, ()))
        case ExtendedTextInteraction():
            texts = (_line_ends(text) for text in fields.get(field, ()))
            return [text for text in texts if text.strip()]
        case MatchInteraction():
            return _parts(field, (each.identifier for each in interaction.sources), fields)
        case GapMatchInteraction():
            return _parts(field, (each.identifier for each in interaction.gaps), fields)
        case GraphicGapMatchInteraction():
            return _parts(field, (each.identifier for each in interaction.hotspots), fields)
        case OrderInteraction():
            return _in_order(field, [each.identifier for each in interaction.choices], fields)
        case GraphicOrderInteraction():
            return _in_order(field, [each.identifier for each in interaction.hotspots], fields)
        case AssociateInteraction() | GraphicAssociateInteraction():
            return _joined(field, "first", "second", fields)
        case SelectPointInteraction() | PositionObjectInteraction():
            return _joined(field, "x", "y", fields)
        case _:
            assert_never(interaction)


def _filled(texts: Iterable[str]) -> list[str]:
    return [text for each in texts if (text := each.strip())]


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _parts(field: str, parts: Iterable[str], fields: Fields) -> list[str]:
    return _filled(text for part in parts for text in fields.get(part_name(field, part), ()))


def _in_order(field: str, choices: Sequence[str], fields: Fields) -> list[str]:
    places: list[tuple[int, str]] = []
    # The fields stand in the order of the page, which may be another than the item's.
    shown = [name for name in fields if name.startswith(f"{field}.")]
    for choice in sorted(choices, key=lambda each: _index(shown, part_name(field, each))):
        place = next(iter(fields.get(part_name(field, choice), ())), "")
        if place.isascii() and place.isdigit() and len(place) <= 4:
            places.append((int(place), choice))
    return [choice for _, choice in sorted(places, key=lambda each: each[0])]


def _index(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else len(names)


def _joined(field: str, first: str, second: str, fields: Fields) -> list[str]:
    starts, ends = fields.get(part_name(field, first), ()), fields.get(part_name(field, second), ())
    halves = zip(_stripped(starts), _stripped(ends), strict=False)
    return [f"{start} {end}" for start, end in halves if start and end]


def _stripped(texts: Iterable[str]) -> list[str]:
    return [each.strip() for each in texts]
