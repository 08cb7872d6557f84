"""The interactions of a QTI 3.0 item body: each element into the interaction and its words.

Follows QTI 3.0, Information Model, Interactions, and its XML binding. Attributes that only look (orientation,
style classes) are passed over, others that are not understood are said. What real packages get wrong and what
can be meant in one way only is put right, with a note.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.exact import canonical, read_decimal
from assessment.domain.items.interactions import (
    AssociateInteraction,
    Choice,
    ChoiceInteraction,
    ExtendedTextInteraction,
    Gap,
    GapMatchInteraction,
    HotTextInteraction,
    InlineChoiceInteraction,
    MatchInteraction,
    OrderInteraction,
    SliderInteraction,
    TextEntryInteraction,
    TextFormat,
    UploadInteraction,
)
from assessment.domain.items.places import PlaceKind, place_tag
from assessment.domain.items.qti.fragment import read_fragment
from assessment.domain.items.qti.read_graphic import (
    read_graphic_associate,
    read_graphic_gap_match,
    read_graphic_order,
    read_hotspot,
    read_select_point,
)
from assessment.domain.items.qti.read_parts import (
    Around,
    Read,
    associable,
    choice_words,
    expect_attributes,
    expect_children,
    gap_words,
    most_choices,
    most_pairs,
    prompt_of,
    refuse_template,
)
from assessment.domain.items.qti.xml import Element, children, exact, flag, local, required, take_out, whole
from assessment.domain.items.variables import BaseType, Cardinality
from assessment.domain.items.words import (
    AssociateText,
    ChoiceText,
    ChoiceWords,
    ExtendedTextText,
    GapMatchText,
    HotTextText,
    InlineChoiceText,
    MatchText,
    OrderText,
    SliderText,
    TextEntryText,
    UploadText,
)


def read_interaction(element: Element, around: Around) -> Read | None:
    """Return an interaction with its words, or None when the element is no interaction that is read here.

    Raises Invalid, with the element's name, for what cannot be read faithfully.
    """
    reader = _READERS.get(local(element))
    return reader(element, around) if reader is not None else None


def _read_choice(element: Element, around: Around) -> Read:
    expect_attributes(element, around, "shuffle", "max-choices", "min-choices")
    prompt, choices, words = _simple_choices(element, around)
    interaction = ChoiceInteraction(
        response=required(element, "response-identifier"),
        choices=choices,
        max_choices=most_choices(element, around, default=1),
        min_choices=whole(element, "min-choices", default=0),
        shuffle=flag(element, "shuffle"),
    )
    return interaction, ChoiceText(response=interaction.response, prompt=prompt, choices=words)


def _read_order(element: Element, around: Around) -> Read:
    expect_attributes(element, around, "shuffle", "max-choices", "min-choices")
    prompt, choices, words = _simple_choices(element, around)
    interaction = OrderInteraction(
        response=required(element, "response-identifier"),
        choices=choices,
        max_choices=whole(element, "max-choices", default=0),
        min_choices=whole(element, "min-choices", default=0),
        shuffle=flag(element, "shuffle"),
    )
    return interaction, OrderText(response=interaction.response, prompt=prompt, choices=words)


def _read_associate(element: Element, around: Around) -> Read:
    expect_attributes(element, around, "shuffle", "max-associations", "min-associations")
    choices = children(element, "qti-simple-associable-choice")
    expect_children(element, "qti-prompt", "qti-simple-associable-choice")
    interaction = AssociateInteraction(
        response=required(element, "response-identifier"),
        choices=tuple(associable(each, around) for each in choices),
        max_associations=most_pairs(element, around, default=1),
        min_associations=whole(element, "min-associations", default=0),
        shuffle=flag(element, "shuffle"),
    )
    words = tuple(choice_words(each, around) for each in choices)
    return interaction, AssociateText(response=interaction.response, prompt=prompt_of(element, around), choices=words)


def _read_match(element: Element, around: Around) -> Read:
    expect_attributes(element, around, "shuffle", "max-associations", "min-associations")
    expect_children(element, "qti-prompt", "qti-simple-match-set")
    lists = children(element, "qti-simple-match-set")
    if len(lists) != 2:
        raise Invalid(N_("Expected two lists in qti-match-interaction, got %(got)s."), got=len(lists))
    for each in lists:
        expect_children(each, "qti-simple-associable-choice")
    sources, targets = (tuple(associable(each, around) for each in children(one)) for one in lists)
    first, second = (tuple(choice_words(each, around) for each in children(one)) for one in lists)
    interaction = MatchInteraction(
        response=required(element, "response-identifier"),
        sources=sources,
        targets=targets,
        max_associations=most_pairs(element, around, default=1),
        min_associations=whole(element, "min-associations", default=0),
        shuffle=flag(element, "shuffle"),
    )
    words = MatchText(response=interaction.response, prompt=prompt_of(element, around), sources=first, targets=second)
    return interaction, words


def _read_gap_match(element: Element, around: Around) -> Read:
    expect_attributes(element, around, "shuffle", "max-associations", "min-associations")
    prompt = prompt_of(element, around)
    choices = [each for each in children(element) if local(each) in ("qti-gap-text", "qti-gap-img")]
    gaps: list[Gap] = []

    def special(inner: Element) -> str | None:
        if local(inner) != "qti-gap":
            return around.special(inner)
        expect_attributes(inner, around, "identifier", "match-group", "required")
        gap = Gap(
            identifier=required(inner, "identifier"),
            required=flag(inner, "required"),
            match_group=tuple(inner.get("match-group", "").split()),
        )
        gaps.append(gap)
        return place_tag(PlaceKind.GAP, _placed(gap.identifier))

    structure = tuple(associable(each, around) for each in choices)
    words = tuple(gap_words(each, around) for each in choices)
    for each in (*choices, *children(element, "qti-prompt")):
        take_out(each)
    body = read_fragment(element, around.reasons, intake=around.intake, special=special)
    interaction = GapMatchInteraction(
        response=required(element, "response-identifier"),
        choices=structure,
        gaps=tuple(gaps),
        max_associations=whole(element, "max-associations", default=0),
        min_associations=whole(element, "min-associations", default=0),
        shuffle=flag(element, "shuffle"),
    )
    return interaction, GapMatchText(response=interaction.response, prompt=prompt, choices=words, body=body)


def _read_inline_choice(element: Element, around: Around) -> Read:
    expect_attributes(element, around, "shuffle", "required", "min-choices")
    for label in children(element, "qti-label"):
        take_out(label)
    expect_children(element, "qti-inline-choice")
    choices, words = _choices(children(element), around)
    interaction = InlineChoiceInteraction(
        response=required(element, "response-identifier"),
        choices=choices,
        shuffle=flag(element, "shuffle"),
        required=flag(element, "required") or whole(element, "min-choices", default=0) > 0,
    )
    return interaction, InlineChoiceText(response=interaction.response, choices=words)


def _read_text_entry(element: Element, around: Around) -> Read:
    expect_attributes(element, around, "expected-length", "pattern-mask", "placeholder-text", "base", "format")
    interaction = TextEntryInteraction(
        response=required(element, "response-identifier"),
        expected_length=whole(element, "expected-length", default=0) or None,
        pattern_mask=element.get("pattern-mask", "") or None,
        base=whole(element, "base", default=10),
    )
    return interaction, TextEntryText(response=interaction.response, placeholder=_placeholder(element))


def _read_extended_text(element: Element, around: Around) -> Read:
    names = ("expected-length", "expected-lines", "min-strings", "max-strings", "pattern-mask", "format", "base")
    expect_attributes(element, around, *names, "placeholder-text")
    expect_children(element, "qti-prompt")
    declared = around.declared(element)
    several = declared is not None and declared.cardinality in (Cardinality.MULTIPLE, Cardinality.ORDERED)
    try:
        text_format = TextFormat(element.get("format", "plain").strip().lower())
    except ValueError:
        text_format = TextFormat.PLAIN
        around.reasons.lost(
            N_("The format %(got)s of the text was left out; it is read as plain text."), got=element.get("format", "")
        )
    interaction = ExtendedTextInteraction(
        response=required(element, "response-identifier"),
        expected_length=whole(element, "expected-length", default=0) or None,
        expected_lines=whole(element, "expected-lines", default=0) or None,
        min_strings=whole(element, "min-strings", default=0),
        max_strings=whole(element, "max-strings", default=0 if several else 1),
        pattern_mask=element.get("pattern-mask", "") or None,
        base=whole(element, "base", default=10),
        format=text_format,
    )
    words = ExtendedTextText(
        response=interaction.response, prompt=prompt_of(element, around), placeholder=_placeholder(element)
    )
    return interaction, words


def _read_hot_text(element: Element, around: Around) -> Read:
    expect_attributes(element, around, "max-choices", "min-choices")
    prompt = prompt_of(element, around)
    choices: list[Choice] = []

    def special(inner: Element) -> str | None:
        if local(inner) != "qti-hottext":
            return around.special(inner)
        refuse_template(inner)
        expect_attributes(inner, around, "identifier", "show-hide", "fixed")
        choices.append(Choice(identifier=required(inner, "identifier")))
        html = read_fragment(inner, around.reasons, intake=around.intake, special=special)
        return place_tag(PlaceKind.HOT_TEXT, _placed(choices[-1].identifier), html=html)

    for each in children(element, "qti-prompt"):
        take_out(each)
    body = read_fragment(element, around.reasons, intake=around.intake, special=special)
    interaction = HotTextInteraction(
        response=required(element, "response-identifier"),
        choices=tuple(choices),
        max_choices=most_choices(element, around, default=1),
        min_choices=whole(element, "min-choices", default=0),
    )
    return interaction, HotTextText(response=interaction.response, prompt=prompt, body=body)


def _read_slider(element: Element, around: Around) -> Read:
    expect_attributes(element, around, "lower-bound", "upper-bound", "step", "step-label", "reverse")
    expect_children(element, "qti-prompt")
    step = _decimal(element, "step")
    declared = around.declared(element)
    if step is None and declared is not None and declared.base_type is BaseType.INTEGER:
        step = Decimal(1)
    interaction = SliderInteraction(
        response=required(element, "response-identifier"),
        lower_bound=_bound(element, "lower-bound"),
        upper_bound=_bound(element, "upper-bound"),
        step=step,
        step_label=flag(element, "step-label"),
        reverse=flag(element, "reverse"),
    )
    return interaction, SliderText(response=interaction.response, prompt=prompt_of(element, around))


def _read_upload(element: Element, around: Around) -> Read:
    expect_attributes(element, around, "type")
    expect_children(element, "qti-prompt")
    wanted = tuple(part for part in re.split(r"[\s,]+", element.get("type", "")) if part)
    for part in wanted:
        if not re.fullmatch(r"[a-z]+/(\*|[A-Za-z0-9.+\-]{1,80})", part):
            raise Invalid(N_('Expected a media type such as image/png, got "%(got)s".'), got=part[:80])
    interaction = UploadInteraction(response=required(element, "response-identifier"), media_types=wanted)
    return interaction, UploadText(response=interaction.response, prompt=prompt_of(element, around))


_READERS: Mapping[str, Callable[[Element, Around], Read]] = {
    "qti-choice-interaction": _read_choice,
    "qti-order-interaction": _read_order,
    "qti-associate-interaction": _read_associate,
    "qti-match-interaction": _read_match,
    "qti-gap-match-interaction": _read_gap_match,
    "qti-inline-choice-interaction": _read_inline_choice,
    "qti-text-entry-interaction": _read_text_entry,
    "qti-extended-text-interaction": _read_extended_text,
    "qti-hottext-interaction": _read_hot_text,
    "qti-hotspot-interaction": read_hotspot,
    "qti-graphic-order-interaction": read_graphic_order,
    "qti-graphic-associate-interaction": read_graphic_associate,
    "qti-graphic-gap-match-interaction": read_graphic_gap_match,
    "qti-select-point-interaction": read_select_point,
    "qti-slider-interaction": _read_slider,
    "qti-upload-interaction": _read_upload,
}


def _placeholder(element: Element) -> str:
    return " ".join(element.get("placeholder-text", "").split())[:200]


def _placed(identifier: str) -> str:
    """Return an identifier that may stand in a place. Raises Invalid."""
    if not re.fullmatch(r"[\w][\w.\-:]{0,254}", identifier):
        raise Invalid(N_('Expected an identifier without spaces, got "%(got)s".'), got=identifier[:80])
    return identifier


def _simple_choices(element: Element, around: Around) -> tuple[str, tuple[Choice, ...], tuple[ChoiceWords, ...]]:
    expect_children(element, "qti-prompt", "qti-simple-choice")
    choices, words = _choices(children(element, "qti-simple-choice"), around)
    return prompt_of(element, around), choices, words


def _choices(elements: list[Element], around: Around) -> tuple[tuple[Choice, ...], tuple[ChoiceWords, ...]]:
    choices: list[Choice] = []
    words: list[ChoiceWords] = []
    for each in elements:
        refuse_template(each)
        expect_attributes(each, around, "identifier", "fixed", "show-hide")
        choices.append(Choice(identifier=required(each, "identifier"), fixed=flag(each, "fixed")))
        words.append(choice_words(each, around))
    return tuple(choices), tuple(words)


def _decimal(element: Element, name: str) -> Decimal | None:
    text = element.get(name, "").strip()
    if not text:
        return None
    exact(element, name)  # refuses what is no number, naming element and attribute
    number = read_decimal(text)
    return canonical(number) if number is not None else None


def _bound(element: Element, name: str) -> Decimal:
    required(element, name)
    found = _decimal(element, name)
    if found is None:
        raise Invalid(N_("Expected the attribute %(name)s on %(element)s."), name=name, element=local(element))
    return found
