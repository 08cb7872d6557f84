"""What is right in an item, what each answer is worth, and what was answered: for people who may see the key.

One line an option, pair, area or accepted text. A line says whether it is right, what a mapping gives for it, and
whether somebody answered it; in an order it says the right place and the given one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from markupsafe import Markup, escape

from assessment.domain.items.fields import Value
from assessment.domain.items.item import (
    AssociateText,
    BaseType,
    Cardinality,
    ChoiceText,
    GapMatchInteraction,
    GapMatchText,
    GraphicGapMatchText,
    GraphicText,
    HotTextText,
    HumanMarking,
    InlineChoiceText,
    Interaction,
    InteractionText,
    Item,
    ItemKind,
    ItemText,
    MapResponse,
    MatchText,
    OrderText,
    ResponseDeclaration,
    kind_of,
)
from assessment.domain.items.lexical import read_file, read_value
from assessment.domain.items.places import Place, PlaceKind, split_places
from assessment.domain.items.qti.fragment import clean_fragment
from assessment.item_bank.fragments import markup_of, safe_html

CHOSEN = frozenset(
    {
        ItemKind.SINGLE_CHOICE,
        ItemKind.INLINE_CHOICE,
        ItemKind.HOT_TEXT,
        ItemKind.HOTSPOT,
        ItemKind.ORDER,
        ItemKind.GRAPHIC_ORDER,
    }
)
"""Kinds whose every option is listed; of the others only what is right, worth something, or answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyLine:
    """One answer. `words` is empty where an area of a picture has no label: then `number` names it.

    `place` is the right place in an order and `given_place` the one that was given. `marks` is None where no
    mapping says what the answer is worth.
    """

    value: str
    words: Markup
    number: int = 0
    right: bool = False
    given: bool = False
    place: int | None = None
    given_place: int | None = None
    marks: Fraction | None = None
    fixed: bool = False
    digest: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyPart:
    """The answers of one interaction. `other` is what a mapping gives for any other answer."""

    response: str
    kind: ItemKind
    lines: tuple[KeyLine, ...]
    ordered: bool
    shuffled: bool
    written: tuple[str, ...] = ()
    other: Fraction | None = None
    lower_bound: Fraction | None = None
    upper_bound: Fraction | None = None

    @property
    def mapped(self) -> bool:
        """Whether any line has marks of its own."""
        return any(line.marks is not None for line in self.lines)

    @property
    def any_fixed(self) -> bool:
        """Whether an option keeps its place while others are shuffled."""
        return self.shuffled and any(line.fixed for line in self.lines)


def key_parts(
    item: Item,
    text: ItemText | None = None,
    response: Mapping[str, Value] | None = None,
    *,
    order: Mapping[str, Sequence[str]] | None = None,
    files: Mapping[str, str] | None = None,
) -> tuple[KeyPart, ...]:
    """Return the key of each interaction in the item's order.

    Without words an option is named by its identifier. `response` is what somebody answered, in lexical form;
    `order` the order in which the options were shown; `files` the addresses of the item's files by name.
    """
    words = dict.fromkeys((each.response for each in item.interactions), None) | {
        each.response: each for each in (text.interactions if text else ())
    }
    return tuple(
        _part(item, each, words[each.response], (response or {}).get(each.response), (order or {}), files or {})
        for each in item.interactions
    )


def _part(
    item: Item,
    interaction: Interaction,
    words: InteractionText | None,
    given: Value,
    order: Mapping[str, Sequence[str]],
    files: Mapping[str, str],
) -> KeyPart:
    kind = kind_of(interaction)
    declared = item.find_response(interaction.response)
    name = interaction.response
    values = _values(declared, given)
    shuffled = bool(getattr(interaction, "shuffle", False))
    if declared is None or kind in (ItemKind.EXTENDED_TEXT, ItemKind.UPLOAD):
        lines = tuple(_file_line(value) for value in values) if kind is ItemKind.UPLOAD else ()
        written = () if kind is ItemKind.UPLOAD else values
        return KeyPart(response=name, kind=kind, lines=lines, ordered=False, shuffled=False, written=written)
    named = _words(interaction, words, files)
    ordered = kind in (ItemKind.ORDER, ItemKind.GRAPHIC_ORDER)
    mapping = declared.mapping
    worth = {str(entry.key): entry.value for entry in mapping.entries} if mapping else {}
    correct = tuple(str(value) for value in declared.correct)
    shown = list(order.get(name, named)) if kind in CHOSEN else []
    if ordered:
        shown = [*correct, *(value for value in shown if value not in correct)]
    lines = tuple(
        KeyLine(
            value=value,
            words=_say(value, named, declared.base_type),
            number=list(named).index(value) + 1 if value in named else 0,
            right=value in correct,
            given=value in values,
            place=correct.index(value) + 1 if ordered and value in correct else None,
            given_place=values.index(value) + 1 if ordered and value in values else None,
            marks=worth.get(value),
        )
        for value in dict.fromkeys((*shown, *correct, *worth, *values))
    )
    part = KeyPart(response=name, kind=kind, lines=_fixed(interaction, lines), ordered=ordered, shuffled=shuffled)
    if declared.area_mapping is not None:
        areas = tuple(
            KeyLine(
                value=entry.area.text(),
                words=escape(f"{entry.area.kind.value} {entry.area.text()}".strip()),
                marks=entry.value,
            )
            for entry in declared.area_mapping.entries
        )
        return replace(part, lines=(*part.lines, *areas), other=declared.area_mapping.default_value)
    if mapping is None or not isinstance(item.processing, MapResponse):
        return part
    return replace(part, other=mapping.default_value, lower_bound=mapping.lower_bound, upper_bound=mapping.upper_bound)


def marked_by_people(item: Item) -> bool:
    """Say whether no rule gives this item's marks."""
    return isinstance(item.processing, HumanMarking)


def _values(declared: ResponseDeclaration | None, given: Value) -> tuple[str, ...]:
    """Return what was answered in the spelling of the key, so that "B A" is the pair "A B"."""
    texts = given if isinstance(given, tuple) else (given,) if given else ()
    if declared is None or declared.cardinality is Cardinality.RECORD:
        return texts
    spelled = []
    for text in texts:
        number = text.replace(",", ".", 1) if declared.base_type.numeric else text
        value = read_value(declared.base_type, number)
        spelled.append(text if value is None else str(value))
    return tuple(spelled)


def _file_line(value: str) -> KeyLine:
    file = read_file(value)
    if file is None:
        return KeyLine(value=value, words=escape(value), given=True)
    return KeyLine(value=value, words=escape(file.media_type), given=True, digest=file.digest)


def _fixed(interaction: Interaction, lines: tuple[KeyLine, ...]) -> tuple[KeyLine, ...]:
    fixed = {each.identifier for each in getattr(interaction, "choices", ()) if getattr(each, "fixed", False)}
    return tuple(replace(line, fixed=True) if line.value in fixed else line for line in lines)


def _say(value: str, named: Mapping[str, Markup], base_type: BaseType) -> Markup:
    if base_type not in (BaseType.PAIR, BaseType.DIRECTED_PAIR):
        return named.get(value, escape(value))
    between = Markup(" ↔ ") if base_type is BaseType.PAIR else Markup(" → ")
    return between.join(named.get(part) or escape(part) for part in value.split())


def _words(interaction: Interaction, words: InteractionText | None, files: Mapping[str, str]) -> dict[str, Markup]:
    """Return the words of every option by its identifier; an area without a label and a gap have none."""
    match words:
        case ChoiceText() | OrderText() | AssociateText() | InlineChoiceText():
            return {each.identifier: safe_html(each.html, files) for each in words.choices}
        case MatchText():
            return {each.identifier: safe_html(each.html, files) for each in (*words.sources, *words.targets)}
        case HotTextText():
            return {
                each.identifier: markup_of(each.html, files)
                for each in split_places(clean_fragment(words.body))
                if isinstance(each, Place) and each.kind is PlaceKind.HOT_TEXT
            }
        case GapMatchText():
            gaps = interaction.gaps if isinstance(interaction, GapMatchInteraction) else ()
            found = {each.identifier: safe_html(each.html, files) for each in words.choices}
            return found | {gap.identifier: Markup(f"({number})") for number, gap in enumerate(gaps, start=1)}
        case GraphicText() | GraphicGapMatchText():
            spots = getattr(interaction, "hotspots", ())
            found = {
                spot.identifier: escape(label or f"({number})")
                for number, (spot, label) in enumerate(zip(spots, words.labels, strict=True), start=1)
            }
            if isinstance(words, GraphicGapMatchText):
                found |= {each.identifier: safe_html(each.html, files) for each in words.choices}
            return found
        case _:
            choices = (*getattr(interaction, "choices", ()), *getattr(interaction, "hotspots", ()))
            return {each.identifier: escape(each.identifier) for each in choices}
