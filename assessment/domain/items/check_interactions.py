"""What makes an interaction whole, with its response variable and its words: the rules of QTI 3.0 for each kind."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.item import (
    AssociableChoice,
    AssociableHotspot,
    AssociateInteraction,
    AssociateText,
    BaseType,
    Cardinality,
    Choice,
    ChoiceInteraction,
    ChoiceText,
    ChoiceWords,
    ExtendedTextInteraction,
    ExtendedTextText,
    GapMatchInteraction,
    GapMatchText,
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    GraphicGapMatchText,
    GraphicOrderInteraction,
    GraphicText,
    Hotspot,
    HotspotInteraction,
    HotTextInteraction,
    HotTextText,
    InlineChoiceInteraction,
    InlineChoiceText,
    Interaction,
    InteractionText,
    MatchInteraction,
    MatchText,
    NumericEntryInteraction,
    NumericEntryText,
    OrderInteraction,
    OrderText,
    PositionObjectInteraction,
    PositionObjectText,
    ResponseDeclaration,
    SelectPointInteraction,
    SliderInteraction,
    SliderText,
    TextEntryInteraction,
    TextEntryText,
    UploadInteraction,
    UploadText,
)
from assessment.domain.items.lexical import is_identifier
from assessment.domain.items.places import PlaceKind, places

MAX_CHOICES = 100
MAX_PIXELS = 100_000
MAX_STEPS = 10_000

_SINGLE = (Cardinality.SINGLE,)
_ONE_OR_MORE = (Cardinality.SINGLE, Cardinality.MULTIPLE)
_ANY = (Cardinality.SINGLE, Cardinality.MULTIPLE, Cardinality.ORDERED)


def check_identifier(text: str) -> str:
    """Return the identifier unchanged.

    QTI asks for an NCName; a leading digit is tolerated because real packages have it. Raises Invalid.
    """
    if not is_identifier(text):
        raise Invalid(N_('Expected an identifier without spaces, got "%(got)s".'), got=text[:80])
    return text


def check_distinct(identifiers: Iterable[str]) -> None:
    """Raise Invalid for an identifier that is none, or comes twice."""
    seen: set[str] = set()
    for identifier in identifiers:
        check_identifier(identifier)
        if identifier in seen:
            raise Invalid(N_('The identifier "%(got)s" is used twice.'), got=identifier)
        seen.add(identifier)


def check_interaction(interaction: Interaction, declaration: ResponseDeclaration) -> None:
    """Raise Invalid, naming the part, when an interaction and its response variable do not fit together."""
    match interaction:
        case ChoiceInteraction():
            _check_choice(interaction, declaration)
        case OrderInteraction() | GraphicOrderInteraction():
            _check_order(interaction, declaration)
        case HotTextInteraction():
            _check_selection(interaction, _choices(interaction.choices), declaration, _ONE_OR_MORE)
        case HotspotInteraction():
            _check_picture(interaction)
            _check_selection(interaction, _choices(interaction.hotspots), declaration, _ONE_OR_MORE)
        case InlineChoiceInteraction():
            choices = _choices(interaction.choices)
            _expect(declaration, interaction, _SINGLE, (BaseType.IDENTIFIER,))
            _check_known(declaration, choices)
        case AssociateInteraction():
            choices = _pairing(interaction.choices)
            _check_pairs(interaction, declaration, BaseType.PAIR, choices, choices)
        case GraphicAssociateInteraction():
            _check_picture(interaction)
            choices = _pairing(interaction.hotspots)
            _check_pairs(interaction, declaration, BaseType.PAIR, choices, choices)
        case MatchInteraction():
            sources, targets = _pairing(interaction.sources), _pairing(interaction.targets)
            _check_pairs(interaction, declaration, BaseType.DIRECTED_PAIR, sources, targets)
        case GapMatchInteraction():
            gaps = [each.identifier for each in interaction.gaps]
            _count(gaps)
            check_distinct(gaps)
            _check_pairs(interaction, declaration, BaseType.DIRECTED_PAIR, _pairing(interaction.choices), gaps)
        case GraphicGapMatchInteraction():
            _check_picture(interaction)
            sources, targets = _pairing(interaction.choices), _pairing(interaction.hotspots)
            _check_pairs(interaction, declaration, BaseType.DIRECTED_PAIR, sources, targets)
        case SelectPointInteraction() | PositionObjectInteraction():
            _check_picture(interaction)
            _expect(declaration, interaction, _ANY, (BaseType.POINT,))
            _check_numbers(interaction.max_choices, interaction.min_choices)
        case TextEntryInteraction() | ExtendedTextInteraction():
            _check_text_field(interaction, declaration)
        case NumericEntryInteraction():
            if declaration.cardinality is not Cardinality.SINGLE or not declaration.base_type.numeric:
                raise Invalid(
                    N_("A numeric entry needs a single integer or float, got %(cardinality)s %(type)s."),
                    cardinality=declaration.cardinality.value,
                    type=declaration.base_type.value,
                )
            _check_length(interaction.expected_length)
        case SliderInteraction():
            _check_slider(interaction, declaration)
        case UploadInteraction():
            _expect(declaration, interaction, _SINGLE, (BaseType.FILE,))
        case _:
            assert_never(interaction)


def check_words(interaction: Interaction, words: InteractionText) -> None:
    """Raise Invalid when words are not those of the interaction: another kind, or other choices."""
    match interaction, words:
        case ChoiceInteraction(), ChoiceText():
            _same(interaction.choices, words.choices)
        case OrderInteraction(), OrderText():
            _same(interaction.choices, words.choices)
        case AssociateInteraction(), AssociateText():
            _same(interaction.choices, words.choices)
        case InlineChoiceInteraction(), InlineChoiceText():
            _same(interaction.choices, words.choices)
        case MatchInteraction(), MatchText():
            _same(interaction.sources, words.sources)
            _same(interaction.targets, words.targets)
        case GapMatchInteraction(), GapMatchText():
            _same(interaction.choices, words.choices)
            _same_places([each.identifier for each in interaction.gaps], words.body, PlaceKind.GAP)
        case HotTextInteraction(), HotTextText():
            _same_places([each.identifier for each in interaction.choices], words.body, PlaceKind.HOT_TEXT)
        case GraphicGapMatchInteraction(), GraphicGapMatchText():
            _same(interaction.choices, words.choices)
            _labelled(interaction.hotspots, words.labels)
        case _, GraphicText():
            _check_graphic_words(interaction, words)
        case (
            (NumericEntryInteraction(), NumericEntryText())
            | (TextEntryInteraction(), TextEntryText())
            | (ExtendedTextInteraction(), ExtendedTextText())
            | (SliderInteraction(), SliderText())
            | (UploadInteraction(), UploadText())
        ):
            pass
        case PositionObjectInteraction(), PositionObjectText():
            if words.prompt:
                raise Invalid(N_("An object to be placed has no words of its own: write them in the question."))
        case _:
            raise Invalid(N_('Expected words of the same kind as the interaction "%(got)s".'), got=words.response)


def _check_graphic_words(interaction: Interaction, words: GraphicText) -> None:
    match interaction:
        case HotspotInteraction() | GraphicOrderInteraction() | GraphicAssociateInteraction():
            _labelled(interaction.hotspots, words.labels)
        case SelectPointInteraction():
            _labelled((), words.labels)
        case _:
            raise Invalid(N_('Expected words of the same kind as the interaction "%(got)s".'), got=words.response)


def _same(choices: Sequence[Choice | AssociableChoice], words: Sequence[ChoiceWords]) -> None:
    if [each.identifier for each in choices] != [each.identifier for each in words]:
        raise Invalid(N_("Expected words for each choice of the item, in its order."))


def _same_places(identifiers: list[str], body: str, kind: PlaceKind) -> None:
    found = list(places(body, kind))
    if found != identifiers:
        raise Invalid(
            N_("Expected the places %(expected)s in the text, found %(got)s."),
            expected=", ".join(identifiers),
            got=", ".join(found)[:200] or "-",
        )


def _labelled(hotspots: Sequence[Hotspot | AssociableHotspot], labels: Sequence[str]) -> None:
    if len(hotspots) != len(labels):
        raise Invalid(
            N_("Expected a label for each of the %(expected)s areas, got %(got)s."),
            expected=len(hotspots),
            got=len(labels),
        )


def _choices(choices: Sequence[Choice | Hotspot]) -> list[str]:
    identifiers = [choice.identifier for choice in choices]
    _count(identifiers)
    check_distinct(identifiers)
    return identifiers


def _pairing(choices: Sequence[AssociableChoice | AssociableHotspot]) -> list[str]:
    identifiers = [choice.identifier for choice in choices]
    _count(identifiers)
    check_distinct(identifiers)
    for choice in choices:
        if choice.match_max < 0 or choice.match_min < 0 or (0 < choice.match_max < choice.match_min):
            raise Invalid(
                N_('"%(name)s" is to be used at least %(min)s and at most %(max)s times.'),
                name=choice.identifier,
                min=choice.match_min,
                max=choice.match_max,
            )
    return identifiers


def _count(identifiers: Sequence[str]) -> None:
    if not 1 <= len(identifiers) <= MAX_CHOICES:
        raise Invalid(N_("Expected 1 to %(max)s choices, got %(got)s."), max=MAX_CHOICES, got=len(identifiers))


def _expect(
    declaration: ResponseDeclaration,
    interaction: Interaction,
    cardinalities: Sequence[Cardinality],
    base_types: Sequence[BaseType],
) -> None:
    if declaration.cardinality not in cardinalities or declaration.base_type not in base_types:
        raise Invalid(
            N_(
                'The interaction "%(name)s" needs a response of cardinality %(cardinality)s and base-type %(type)s,'
                " got %(got_cardinality)s %(got_type)s."
            ),
            name=interaction.response,
            cardinality=" / ".join(cardinalities),
            type=" / ".join(base_types),
            got_cardinality=declaration.cardinality.value,
            got_type=declaration.base_type.value,
        )


def _check_choice(interaction: ChoiceInteraction, declaration: ResponseDeclaration) -> None:
    choices = _choices(interaction.choices)
    if declaration.base_type is not BaseType.IDENTIFIER or declaration.cardinality not in _ONE_OR_MORE:
        raise Invalid(
            N_("A choice needs a single or multiple identifier, got %(cardinality)s %(type)s."),
            cardinality=declaration.cardinality.value,
            type=declaration.base_type.value,
        )
    _check_selection(interaction, choices, declaration, _ONE_OR_MORE)


def _check_selection(
    interaction: ChoiceInteraction | HotTextInteraction | HotspotInteraction,
    choices: list[str],
    declaration: ResponseDeclaration,
    cardinalities: Sequence[Cardinality],
) -> None:
    _expect(declaration, interaction, cardinalities, (BaseType.IDENTIFIER,))
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
    _check_known(declaration, choices)
    if len(declaration.correct) > most:
        raise Invalid(
            N_("The correct response has %(got)s choices, but only %(max)s may be chosen."),
            got=len(declaration.correct),
            max=most,
        )


def _check_known(declaration: ResponseDeclaration, choices: Sequence[str]) -> None:
    keys = [entry.key for entry in declaration.mapping.entries] if declaration.mapping else []
    for value in (*declaration.correct, *keys):
        if value not in choices:
            raise Invalid(
                N_('"%(got)s" is not a choice of this item; the choices are %(choices)s.'),
                got=value,
                choices=", ".join(choices),
            )


def _check_order(interaction: OrderInteraction | GraphicOrderInteraction, declaration: ResponseDeclaration) -> None:
    if isinstance(interaction, GraphicOrderInteraction):
        _check_picture(interaction)
        choices = _choices(interaction.hotspots)
    else:
        choices = _choices(interaction.choices)
    _expect(declaration, interaction, (Cardinality.ORDERED,), (BaseType.IDENTIFIER,))
    _check_numbers(interaction.max_choices, interaction.min_choices)
    if interaction.min_choices > len(choices):
        raise Invalid(
            N_("Expected 0 to %(max)s choices at least, got min-choices %(got)s."),
            max=len(choices),
            got=interaction.min_choices,
        )
    _check_known(declaration, choices)
    if len(set(declaration.correct)) != len(declaration.correct):
        raise Invalid(N_('The correct order of "%(name)s" names a choice twice.'), name=declaration.identifier)


def _check_pairs(
    interaction: AssociateInteraction
    | MatchInteraction
    | GapMatchInteraction
    | GraphicAssociateInteraction
    | GraphicGapMatchInteraction,
    declaration: ResponseDeclaration,
    base_type: BaseType,
    first: Sequence[str],
    second: Sequence[str],
) -> None:
    _expect(declaration, interaction, _ANY, (base_type,))
    _check_numbers(interaction.max_associations, interaction.min_associations)
    if 0 < interaction.max_associations < len(declaration.correct):
        raise Invalid(
            N_("The correct response has %(got)s pairs, but only %(max)s may be made."),
            got=len(declaration.correct),
            max=interaction.max_associations,
        )
    keys = [entry.key for entry in declaration.mapping.entries] if declaration.mapping else []
    for value in (*declaration.correct, *keys):
        left, _, right = str(value).partition(" ")
        if left not in first or right not in second:
            raise Invalid(
                N_('"%(got)s" in "%(name)s" is no pair of choices of this item.'),
                got=value,
                name=declaration.identifier,
            )


def _check_numbers(most: int, least: int) -> None:
    if most < 0 or least < 0 or (0 < most < least):
        raise Invalid(N_("Expected at least %(min)s and at most %(max)s answers."), min=least, max=most)


def _check_picture(
    interaction: HotspotInteraction
    | GraphicOrderInteraction
    | GraphicAssociateInteraction
    | GraphicGapMatchInteraction
    | SelectPointInteraction
    | PositionObjectInteraction,
) -> None:
    sizes = [interaction.width, interaction.height]
    if isinstance(interaction, PositionObjectInteraction):
        sizes += [interaction.object_width, interaction.object_height]
    if not all(1 <= size <= MAX_PIXELS for size in sizes):
        raise Invalid(
            N_('Expected the width and height of the picture of "%(name)s" in pixels.'), name=interaction.response
        )


def _check_text_field(
    interaction: TextEntryInteraction | ExtendedTextInteraction, declaration: ResponseDeclaration
) -> None:
    typed = (BaseType.STRING, BaseType.INTEGER, BaseType.FLOAT)
    if isinstance(interaction, TextEntryInteraction):
        _expect(declaration, interaction, (Cardinality.SINGLE, Cardinality.RECORD), typed)
    else:
        _expect(declaration, interaction, tuple(Cardinality), typed)
        _check_length(interaction.expected_lines)
        _check_numbers(interaction.max_strings, interaction.min_strings)
    if not 2 <= interaction.base <= 36:
        raise Invalid(N_("Expected a number base from 2 to 36, got %(got)s."), got=interaction.base)
    _check_length(interaction.expected_length)


def _check_length(length: int | None) -> None:
    if length is not None and not 1 <= length <= 100_000:
        raise Invalid(N_("Expected a length from 1 to 100000, got %(got)s."), got=length)


def _check_slider(interaction: SliderInteraction, declaration: ResponseDeclaration) -> None:
    _expect(declaration, interaction, _SINGLE, (BaseType.INTEGER, BaseType.FLOAT))
    lower, upper, step = interaction.lower_bound, interaction.upper_bound, interaction.step
    if lower >= upper:
        raise Invalid(N_("Expected a lower bound below the upper bound %(max)s, got %(got)s."), max=upper, got=lower)
    if step is not None and (step <= 0 or step > upper - lower or (upper - lower) / step > MAX_STEPS):
        raise Invalid(N_("Expected a step above 0 that divides the slider's range, got %(got)s."), got=step)
