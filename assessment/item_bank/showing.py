"""A view of an item turned into what a template draws: clean HTML, field names, and what is answered already.

The HTML of an item was cleaned when it came in; it is cleaned again here, so that a row that got in by
another way cannot act in a browser.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import assert_never

from markupsafe import Markup, escape

from assessment.domain.items.fields import Value, field_name, part_name
from assessment.domain.items.item import ItemFile, TextFormat
from assessment.domain.items.lexical import read_file
from assessment.domain.items.places import Place, PlaceKind, split_places
from assessment.domain.items.qti.fragment import clean_fragment
from assessment.domain.items.view import (
    AssociateView,
    CandidateView,
    ChoiceView,
    ExtendedTextView,
    GapMatchView,
    GraphicAssociateView,
    GraphicGapMatchView,
    GraphicOrderView,
    HotspotChoiceView,
    HotTextView,
    InlineChoiceView,
    InteractionView,
    MatchView,
    NumericEntryView,
    OrderView,
    PositionObjectView,
    SelectPointView,
    SliderView,
    TextEntryView,
    UploadView,
)
from assessment.item_bank.fragments import direction_of, markup_of, options_of, safe_html
from assessment.item_bank.pictures import picture_of
from assessment.item_bank.showing_pairs import gap_match_of, match_of, pairs_of, placed_of, rows_of
from assessment.item_bank.shown import (
    ShownChoices,
    ShownHotText,
    ShownInlineChoice,
    ShownInteraction,
    ShownNumber,
    ShownOption,
    ShownOrder,
    ShownPoints,
    ShownQuestion,
    ShownSlider,
    ShownTextEntry,
    ShownUpload,
    ShownWriting,
)

UPLOADS = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "application/pdf",
    "text/plain",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "audio/mpeg",
    "audio/mp4",
    "audio/ogg",
    "audio/webm",
    "video/mp4",
    "video/webm",
)
"""What may be handed in where the item names nothing."""

LONGEST_TEXT = 4_000
"""Characters of a written text that an event carries in any script (`events.MAXIMUM_RESPONSE_BYTES`)."""

LARGEST_UPLOAD = 12 * 1024 * 1024


def shown(
    view: CandidateView,
    response: Mapping[str, Value] | None = None,
    *,
    address: Callable[[ItemFile], str],
    uploads: str = "",
) -> ShownQuestion:
    """Return the question with its current answer in its fields.

    `address` gives the URL of a file of the item; `uploads` is where files are handed in, "" where nothing is.
    """
    files = {each.name: address(each) for each in view.files}
    alone = len(view.interactions) == 1
    stem = split_places(clean_fragment(view.stem))
    inside = [part.identifier for part in stem if isinstance(part, Place) and part.kind is PlaceKind.INTERACTION]
    drawn = {
        each.response: _interaction(
            each,
            field_name(each.response, alone=alone),
            _values((response or {}).get(each.response)),
            files,
            inside.index(each.response) + 1 if each.response in inside else len(inside) + place,
            uploads,
        )
        for place, each in enumerate(view.interactions, start=1)
    }
    pieces: list[Markup | ShownInteraction] = []
    for part in stem:
        if isinstance(part, str):
            pieces.append(markup_of(part, files))
        elif part.identifier in drawn and part.kind is PlaceKind.INTERACTION:
            pieces.append(drawn[part.identifier])
    return ShownQuestion(
        language=view.language,
        direction=direction_of(view.language),
        stimulus=safe_html(view.stimulus, files),
        stem=tuple(pieces),
        after=tuple(each for name, each in drawn.items() if name not in inside),
    )


def _values(given: Value) -> tuple[str, ...]:
    return given if isinstance(given, tuple) else (given,) if given else ()


def _interaction(
    view: InteractionView,
    field: str,
    values: tuple[str, ...],
    files: Mapping[str, str],
    number: int,
    uploads: str,
) -> ShownInteraction:
    match view:
        case ChoiceView():
            return ShownChoices(
                response=view.response,
                field=field,
                many=view.multiple,
                prompt=safe_html(view.prompt, files),
                options=options_of(((each.identifier, each.html) for each in view.choices), values, files),
                least=view.min_choices,
                most=view.max_choices,
            )
        case InlineChoiceView():
            return ShownInlineChoice(
                response=view.response,
                field=field,
                options=options_of(((each.identifier, each.html) for each in view.choices), values, files),
                number=number,
            )
        case OrderView():
            return ShownOrder(
                response=view.response,
                field=field,
                many=True,
                prompt=safe_html(view.prompt, files),
                options=tuple(
                    placed_of(each.identifier, safe_html(each.html, files), field, values) for each in view.choices
                ),
                least=view.min_choices,
                most=view.max_choices,
            )
        case AssociateView():
            return pairs_of(view, field, values, files)
        case MatchView():
            return match_of(view, field, values, files)
        case GapMatchView():
            return gap_match_of(view, field, values, files)
        case TextEntryView():
            return ShownTextEntry(
                response=view.response,
                field=field,
                many=view.multiple,
                value="\n".join(values),
                number=number,
                size=min(40, max(3, view.expected_length or 10)),
                numeric=view.numeric,
                whole=view.whole,
                placeholder=view.placeholder,
            )
        case NumericEntryView():
            return ShownNumber(
                response=view.response,
                field=field,
                before=safe_html(view.before, files),
                unit=safe_html(view.unit, files),
                value=values[0] if values else "",
                size=min(20, max(6, view.expected_length or 8)),
                whole=view.whole,
            )
        case ExtendedTextView():
            return _writing(view, field, values, files)
        case HotTextView():
            return _hot_text(view, field, values, files)
        case HotspotChoiceView():
            return ShownChoices(
                response=view.response,
                field=field,
                many=view.multiple,
                prompt=safe_html(view.prompt, files),
                options=tuple(
                    ShownOption(value=each.identifier, html=escape(each.label), chosen=each.identifier in values)
                    for each in view.hotspots
                ),
                least=view.min_choices,
                most=view.max_choices,
                picture=picture_of(view.picture, view.width, view.height, files, view.hotspots),
            )
        case GraphicOrderView():
            return ShownOrder(
                response=view.response,
                field=field,
                many=True,
                prompt=safe_html(view.prompt, files),
                options=tuple(placed_of(each.identifier, escape(each.label), field, values) for each in view.hotspots),
                least=view.min_choices,
                most=view.max_choices,
                picture=picture_of(view.picture, view.width, view.height, files, view.hotspots),
            )
        case GraphicAssociateView():
            return pairs_of(view, field, values, files)
        case GraphicGapMatchView():
            return gap_match_of(view, field, values, files)
        case SelectPointView() | PositionObjectView():
            return _points(view, field, values, files)
        case SliderView():
            return ShownSlider(
                response=view.response,
                field=field,
                prompt=safe_html(view.prompt, files),
                value=values[0] if values else "",
                lower=_plain(view.lower_bound),
                upper=_plain(view.upper_bound),
                step=_plain(view.step) if view.step is not None else "1" if view.whole else "any",
                whole=view.whole,
                reverse=view.reverse,
                labelled=view.step_label,
            )
        case UploadView():
            file = read_file(values[0]) if values else None
            accepted = view.media_types or UPLOADS
            return ShownUpload(
                response=view.response,
                field=field,
                prompt=safe_html(view.prompt, files),
                value=str(file) if file else "",
                media_type=file.media_type if file else "",
                accept=",".join(accepted),
                photo=any(each.startswith("image/") for each in accepted),
                megabytes=LARGEST_UPLOAD // (1024 * 1024),
                address=uploads,
            )
        case _:
            assert_never(view)


def _hot_text(view: HotTextView, field: str, values: tuple[str, ...], files: Mapping[str, str]) -> ShownHotText:
    pieces: list[Markup | ShownOption] = []
    for part in split_places(clean_fragment(view.body)):
        if isinstance(part, str):
            pieces.append(markup_of(part, files))
        elif part.identifier in view.choices:
            pieces.append(
                ShownOption(value=part.identifier, html=markup_of(part.html, files), chosen=part.identifier in values)
            )
    return ShownHotText(
        response=view.response,
        field=field,
        many=view.multiple,
        prompt=safe_html(view.prompt, files),
        pieces=tuple(pieces),
        least=view.min_choices,
        most=view.max_choices,
    )


def _writing(view: ExtendedTextView, field: str, values: tuple[str, ...], files: Mapping[str, str]) -> ShownWriting:
    wanted = (view.max_strings or max(len(values) + 1, view.min_strings)) if view.multiple else 1
    expected = view.expected_length or 0
    return ShownWriting(
        response=view.response,
        field=field,
        many=view.multiple,
        prompt=safe_html(view.prompt, files),
        texts=values + ("",) * (wanted - len(values)),
        lines=min(16, view.expected_lines or (max(3, expected // 55) if expected else 3 if view.multiple else 6)),
        expected=expected,
        longest=LONGEST_TEXT,
        most=wanted,
        placeholder=view.placeholder,
        code=view.format is TextFormat.PRE_FORMATTED,
    )


def _points(
    view: SelectPointView | PositionObjectView, field: str, values: tuple[str, ...], files: Mapping[str, str]
) -> ShownPoints:
    thing, centre = None, (0.0, 0.0)
    if isinstance(view, PositionObjectView):
        thing = picture_of(view.object, view.object_width, view.object_height, files)
        x, y = view.center or (Decimal(view.object_width) / 2, Decimal(view.object_height) / 2)
        centre = float(x), float(y)
    return ShownPoints(
        response=view.response,
        field=field,
        many=view.max_choices != 1 or len(values) > 1,
        prompt=safe_html(view.prompt, files),
        x=part_name(field, "x"),
        y=part_name(field, "y"),
        rows=rows_of(values, least=view.min_choices, most=view.max_choices, choices=1),
        picture=picture_of(view.picture, view.width, view.height, files),
        least=view.min_choices,
        most=view.max_choices,
        object=thing,
        centre=centre,
    )


def _plain(number: Decimal) -> str:
    return format(number, "f")
