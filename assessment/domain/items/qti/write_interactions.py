"""Each interaction with its words as the element of QTI 3.0 that `read_interactions` reads back."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never
from xml.sax.saxutils import quoteattr

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.interactions import (
    AssociableChoice,
    AssociableHotspot,
    AssociateInteraction,
    Choice,
    ChoiceInteraction,
    ExtendedTextInteraction,
    GapMatchInteraction,
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicOrderInteraction,
    Hotspot,
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
    TextFormat,
    UploadInteraction,
)
from assessment.domain.items.qti.write_words import Words
from assessment.domain.items.words import (
    AssociateText,
    ChoiceText,
    ChoiceWords,
    ExtendedTextText,
    GapMatchText,
    GraphicGapMatchText,
    GraphicText,
    HotTextText,
    InlineChoiceText,
    InteractionText,
    MatchText,
    NumericEntryText,
    OrderText,
    PositionObjectText,
    SliderText,
    TextEntryText,
    UploadText,
)

Value = str | int | bool | None


def interaction_xml(interaction: Interaction, texts: InteractionText, words: Words) -> str:
    """Return an interaction as XML. Raises Invalid when the words are those of another kind."""
    if isinstance(texts, GraphicText | GraphicGapMatchText | PositionObjectText):
        return _graphic(interaction, texts, words)
    match interaction, texts:
        case ChoiceInteraction(), ChoiceText():
            inside = _prompt(texts.prompt, words) + _choices("simple-choice", interaction.choices, texts.choices, words)
            return _element("choice", interaction, inside, _shuffled(interaction) | _choose(interaction))
        case OrderInteraction(), OrderText():
            inside = _prompt(texts.prompt, words) + _choices("simple-choice", interaction.choices, texts.choices, words)
            return _element("order", interaction, inside, _shuffled(interaction) | _part(interaction))
        case AssociateInteraction(), AssociateText():
            inside = _prompt(texts.prompt, words) + _associable(interaction.choices, texts.choices, words)
            return _element("associate", interaction, inside, _shuffled(interaction) | _pair(interaction))
        case MatchInteraction(), MatchText():
            lists = "".join(
                f"<qti-simple-match-set>{_associable(choices, each, words)}</qti-simple-match-set>"
                for choices, each in ((interaction.sources, texts.sources), (interaction.targets, texts.targets))
            )
            inside = _prompt(texts.prompt, words) + lists
            return _element("match", interaction, inside, _shuffled(interaction) | _pair(interaction))
        case GapMatchInteraction(), GapMatchText():
            within = replace(words, gaps={gap.identifier: gap for gap in interaction.gaps})
            inside = _prompt(texts.prompt, words) + _gap_choices(interaction.choices, texts.choices, words)
            inside += within.fragment(texts.body)
            return _element("gap-match", interaction, inside, _shuffled(interaction) | _pair(interaction))
        case InlineChoiceInteraction(), InlineChoiceText():
            inside = _choices("inline-choice", interaction.choices, texts.choices, words)
            attributes = _shuffled(interaction) | {"required": interaction.required or None}
            return _element("inline-choice", interaction, inside, attributes)
        case TextEntryInteraction(), TextEntryText():
            return _element("text-entry", interaction, "", _typed(interaction, texts.placeholder))
        case NumericEntryInteraction(), NumericEntryText():
            entry = _element("text-entry", interaction, "", {"expected-length": interaction.expected_length})
            line = (words.fragment(texts.before), entry, words.fragment(texts.unit))
            return "<p>" + " ".join(part for part in line if part) + "</p>"
        case ExtendedTextInteraction(), ExtendedTextText():
            attributes = _typed(interaction, texts.placeholder) | {
                "expected-lines": interaction.expected_lines,
                "min-strings": interaction.min_strings or None,
                "max-strings": interaction.max_strings,
                "format": None if interaction.format is TextFormat.PLAIN else interaction.format.value,
            }
            return _element("extended-text", interaction, _prompt(texts.prompt, words), attributes)
        case HotTextInteraction(), HotTextText():
            inside = _prompt(texts.prompt, words) + words.fragment(texts.body)
            return _element("hottext", interaction, inside, _choose(interaction))
        case SliderInteraction(), SliderText():
            attributes = {
                "lower-bound": str(interaction.lower_bound),
                "upper-bound": str(interaction.upper_bound),
                "step": None if interaction.step is None else str(interaction.step),
                "step-label": interaction.step_label or None,
                "reverse": interaction.reverse or None,
            }
            return _element("slider", interaction, _prompt(texts.prompt, words), attributes)
        case UploadInteraction(), UploadText():
            attributes = {"type": " ".join(interaction.media_types) or None}
            return _element("upload", interaction, _prompt(texts.prompt, words), attributes)
        case _:
            raise _mismatch()


def _graphic(
    interaction: Interaction, texts: GraphicText | GraphicGapMatchText | PositionObjectText, words: Words
) -> str:
    prompt = _prompt(texts.prompt, words)
    match interaction, texts:
        case HotspotInteraction(), GraphicText():
            inside = prompt + _picture(interaction, texts, words) + _hotspots(interaction.hotspots, texts.labels)
            return _element("hotspot", interaction, inside, _choose(interaction))
        case GraphicOrderInteraction(), GraphicText():
            inside = prompt + _picture(interaction, texts, words) + _hotspots(interaction.hotspots, texts.labels)
            return _element("graphic-order", interaction, inside, _part(interaction))
        case GraphicAssociateInteraction(), GraphicText():
            inside = prompt + _picture(interaction, texts, words)
            inside += _associable_hotspots(interaction.hotspots, texts.labels)
            return _element("graphic-associate", interaction, inside, _pair(interaction))
        case GraphicGapMatchInteraction(), GraphicGapMatchText():
            inside = prompt + _picture(interaction, texts, words)
            inside += _gap_choices(interaction.choices, texts.choices, words)
            inside += _associable_hotspots(interaction.hotspots, texts.labels)
            return _element("graphic-gap-match", interaction, inside, _pair(interaction))
        case SelectPointInteraction(), GraphicText():
            return _element(
                "select-point", interaction, prompt + _picture(interaction, texts, words), _choose(interaction)
            )
        case PositionObjectInteraction(), PositionObjectText():
            center = interaction.center
            moved = words.picture(texts.object, interaction.object_width, interaction.object_height)
            attributes = _choose(interaction) | {"center-point": f"{center[0]} {center[1]}" if center else None}
            inside = _picture(interaction, texts, words) + _element("position-object", interaction, moved, attributes)
            return f"<qti-position-object-stage>{inside}</qti-position-object-stage>"
        case _:
            raise _mismatch()


def _mismatch() -> Invalid:
    return Invalid(N_("Expected words for each interaction of the item, in its order."))


def _element(name: str, interaction: Interaction, inside: str, attributes: dict[str, Value]) -> str:
    tag = f"qti-{name}-interaction"
    given: dict[str, Value] = {"response-identifier": interaction.response, **attributes}
    return f"<{tag}{_attributes(given)}>{inside}</{tag}>" if inside else f"<{tag}{_attributes(given)}/>"


def _attributes(attributes: dict[str, Value]) -> str:
    return "".join(f" {name}={quoteattr(_text(value))}" for name, value in attributes.items() if value is not None)


def _text(value: str | int | bool) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | str():
            return str(value)
        case _:
            assert_never(value)


def _prompt(html: str, words: Words) -> str:
    return f"<qti-prompt>{words.fragment(html)}</qti-prompt>" if html else ""


def _shuffled(
    interaction: ChoiceInteraction
    | OrderInteraction
    | AssociateInteraction
    | MatchInteraction
    | GapMatchInteraction
    | InlineChoiceInteraction,
) -> dict[str, Value]:
    return {"shuffle": interaction.shuffle}


def _choose(
    interaction: ChoiceInteraction
    | HotTextInteraction
    | HotspotInteraction
    | SelectPointInteraction
    | PositionObjectInteraction,
) -> dict[str, Value]:
    return {"max-choices": interaction.max_choices, "min-choices": interaction.min_choices}


def _part(interaction: OrderInteraction | GraphicOrderInteraction) -> dict[str, Value]:
    """Return how many are placed; without both numbers it is all of them."""
    return {"max-choices": interaction.max_choices or None, "min-choices": interaction.min_choices or None}


def _pair(
    interaction: AssociateInteraction
    | MatchInteraction
    | GapMatchInteraction
    | GraphicAssociateInteraction
    | GraphicGapMatchInteraction,
) -> dict[str, Value]:
    return {
        "max-associations": interaction.max_associations,
        "min-associations": interaction.min_associations or None,
    }


def _typed(interaction: TextEntryInteraction | ExtendedTextInteraction, placeholder: str) -> dict[str, Value]:
    return {
        "expected-length": interaction.expected_length,
        "pattern-mask": interaction.pattern_mask,
        "placeholder-text": placeholder or None,
        "base": None if interaction.base == 10 else interaction.base,
    }


def _choices(name: str, choices: Sequence[Choice], texts: Sequence[ChoiceWords], words: Words) -> str:
    return "".join(
        f"<qti-{name}{_attributes({'identifier': choice.identifier, 'fixed': choice.fixed})}>"
        f"{words.fragment(each.html)}</qti-{name}>"
        for choice, each in zip(choices, texts, strict=True)
    )


def _matched(choice: AssociableChoice | AssociableHotspot) -> dict[str, Value]:
    return {
        "identifier": choice.identifier,
        "match-max": choice.match_max,
        "match-min": choice.match_min or None,
        "match-group": " ".join(choice.match_group) or None,
        "fixed": (choice.fixed or None) if isinstance(choice, AssociableChoice) else None,
    }


def _associable(choices: Sequence[AssociableChoice], texts: Sequence[ChoiceWords], words: Words) -> str:
    tag = "qti-simple-associable-choice"
    return "".join(
        f"<{tag}{_attributes(_matched(choice))}>{words.fragment(each.html)}</{tag}>"
        for choice, each in zip(choices, texts, strict=True)
    )


def _gap_choices(choices: Sequence[AssociableChoice], texts: Sequence[ChoiceWords], words: Words) -> str:
    written = []
    for choice, each in zip(choices, texts, strict=True):
        picture = words.one_picture(each.html)
        tag = "qti-gap-text" if picture is None else "qti-gap-img"
        inside = words.fragment(each.html) if picture is None else picture
        written.append(f"<{tag}{_attributes(_matched(choice))}>{inside}</{tag}>")
    return "".join(written)


def _picture(
    interaction: HotspotInteraction
    | GraphicOrderInteraction
    | GraphicAssociateInteraction
    | GraphicGapMatchInteraction
    | SelectPointInteraction
    | PositionObjectInteraction,
    texts: GraphicText | GraphicGapMatchText | PositionObjectText,
    words: Words,
) -> str:
    return words.picture(texts.picture, interaction.width, interaction.height)


def _area(hotspot: Hotspot | AssociableHotspot, label: str) -> dict[str, Value]:
    area = hotspot.area
    return {"shape": area.kind.value, "coords": area.text() or None, "hotspot-label": label or None}


def _hotspots(hotspots: Sequence[Hotspot], labels: Sequence[str]) -> str:
    return "".join(
        f"<qti-hotspot-choice identifier={quoteattr(each.identifier)}{_attributes(_area(each, label))}/>"
        for each, label in zip(hotspots, labels, strict=True)
    )


def _associable_hotspots(hotspots: Sequence[AssociableHotspot], labels: Sequence[str]) -> str:
    return "".join(
        f"<qti-associable-hotspot{_attributes(_matched(each) | _area(each, label))}/>"
        for each, label in zip(hotspots, labels, strict=True)
    )
