"""The practice round: a few everyday questions of several kinds, with which a candidate tries the exam's page.

They belong to the product, prove nothing and have no key; no answer reaches the server. A question is made of the
same views as those of an exam, so that what is practised is what comes.
"""

from decimal import Decimal

from flask_babel import gettext as _
from markupsafe import escape

from assessment.domain.items.item import ChoiceWords, ItemFile, ItemKind, Picture, TextFormat
from assessment.domain.items.places import PlaceKind, place_tag
from assessment.domain.items.shapes import Area, ShapeKind
from assessment.domain.items.view import (
    CandidateView,
    ChoiceView,
    ExtendedTextView,
    HotspotChoiceView,
    HotspotView,
    InlineChoiceView,
    InteractionView,
    MatchView,
    NumericEntryView,
    OrderView,
    PairChoiceView,
    SliderView,
)

PICTURE = ItemFile(name="house.svg", media_type="image/svg+xml", digest="0" * 64, size=1)
"""The one picture of the practice round; it is a static file."""

RESPONSE = "RESPONSE"


def practice_questions(language: str) -> list[CandidateView]:
    """Return the questions in the reader's language, in the order in which they are practised."""
    questions: list[tuple[ItemKind, str, InteractionView]] = [
        (ItemKind.SINGLE_CHOICE, _("How many days are there in a week?"), _days()),
        (ItemKind.MULTIPLE_RESPONSE, _("Which of these are fruits?"), _fruits()),
        (ItemKind.NUMERIC_ENTRY, _("How many minutes are there in one and a half hours?"), _minutes()),
        (ItemKind.ORDER, _("In which order do you make tea?"), _tea()),
        (ItemKind.MATCH, _("What is used for what?"), _tools()),
        (ItemKind.HOTSPOT, _("Choose the tree in the picture."), _tree()),
        (ItemKind.SLIDER, _("How warm is the room where you are? Guess."), _warmth()),
        (ItemKind.EXTENDED_TEXT, _("Write one sentence about your way to the exam."), _sentence()),
    ]
    made = [_view(language, kind, f"<p>{escape(stem)}</p>", asked) for kind, stem, asked in questions]
    inside = place_tag(PlaceKind.INTERACTION, RESPONSE)
    line = str(escape(_("The sun rises in the [place]."))).replace("[place]", inside)
    made.insert(5, _view(language, ItemKind.INLINE_CHOICE, f"<p>{line}</p>", _sun()))
    return made


def _view(language: str, kind: ItemKind, stem: str, asked: InteractionView) -> CandidateView:
    return CandidateView(
        identifier=f"practice-{kind.value}",
        kind=kind,
        language=language,
        stimulus="",
        stem=stem,
        interactions=(asked,),
        files=(PICTURE,),
    )


def _words(*texts: str) -> tuple[ChoiceWords, ...]:
    return tuple(ChoiceWords(identifier=chr(65 + place), html=str(escape(text))) for place, text in enumerate(texts))


def _days() -> ChoiceView:
    choices = _words(_("five"), _("six"), _("seven"), _("eight"))
    return ChoiceView(response=RESPONSE, prompt="", choices=choices, max_choices=1, min_choices=0, multiple=False)


def _fruits() -> ChoiceView:
    choices = _words(_("mango"), _("hammer"), _("banana"), _("shoe"))
    return ChoiceView(response=RESPONSE, prompt="", choices=choices, max_choices=0, min_choices=0, multiple=True)


def _minutes() -> NumericEntryView:
    unit = str(escape(_("minutes")))
    return NumericEntryView(response=RESPONSE, before="", unit=unit, whole=True, expected_length=4)


def _tea() -> OrderView:
    choices = _words(_("pour the water into the cup"), _("boil the water"), _("drink"), _("put tea into the cup"))
    return OrderView(response=RESPONSE, prompt="", choices=choices, max_choices=0, min_choices=0)


def _tools() -> MatchView:
    return MatchView(
        response=RESPONSE,
        prompt="",
        sources=_pairs("S", _("scissors"), _("pen"), _("broom")),
        targets=_pairs("T", _("to write"), _("to sweep"), _("to cut")),
        max_associations=3,
        min_associations=0,
    )


def _pairs(letter: str, *texts: str) -> tuple[PairChoiceView, ...]:
    return tuple(
        PairChoiceView(identifier=f"{letter}{place}", html=str(escape(text)), match_max=1, match_min=0, match_group=())
        for place, text in enumerate(texts, start=1)
    )


def _sun() -> InlineChoiceView:
    return InlineChoiceView(response=RESPONSE, choices=_words(_("north"), _("east"), _("west")), required=False)


def _tree() -> HotspotChoiceView:
    areas = (
        ("A", _("house"), Area(kind=ShapeKind.POLY, coords=(70, 340, 70, 190, 190, 100, 310, 190, 310, 340))),
        ("B", _("tree"), Area(kind=ShapeKind.CIRCLE, coords=(440, 180, 82))),
        ("C", _("sun"), Area(kind=ShapeKind.CIRCLE, coords=(565, 70, 46))),
    )
    return HotspotChoiceView(
        response=RESPONSE,
        prompt="",
        picture=Picture(file=PICTURE.name, alt=_("A house, a tree and the sun")),
        width=640,
        height=400,
        hotspots=tuple(HotspotView(identifier=name, label=label, area=area) for name, label, area in areas),
        max_choices=1,
        min_choices=0,
        multiple=False,
    )


def _warmth() -> SliderView:
    return SliderView(
        response=RESPONSE,
        prompt="",
        lower_bound=Decimal(15),
        upper_bound=Decimal(45),
        step=Decimal(1),
        step_label=False,
        reverse=False,
        whole=True,
    )


def _sentence() -> ExtendedTextView:
    return ExtendedTextView(
        response=RESPONSE,
        prompt="",
        multiple=False,
        expected_length=120,
        expected_lines=3,
        min_strings=0,
        max_strings=1,
        pattern_mask=None,
        format=TextFormat.PLAIN,
        placeholder="",
    )
