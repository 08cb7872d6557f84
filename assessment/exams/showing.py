"""A question turned into what a template needs: clean HTML, field names, and which choice is marked.

The HTML of an item was cleaned when it came in; it is cleaned again here, so that a row that got in by
another way cannot act in a candidate's browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from markupsafe import Markup

from assessment.domain.exams.events import Value
from assessment.domain.items.qti.fragment import clean_fragment
from assessment.domain.items.view import CandidateView, ChoiceView, NumericEntryView
from assessment.exams.answers import field_name


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownChoice:
    """One option row."""

    value: str
    html: Markup
    chosen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownInteraction:
    """One thing to answer: option rows, or a number field (`choices` is empty then)."""

    response: str
    field: str
    multiple: bool
    prompt: Markup
    choices: tuple[ShownChoice, ...]
    most: int
    before: Markup
    unit: Markup
    whole: bool
    size: int
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownQuestion:
    """A question ready for the page."""

    language: str
    stem: Markup
    interactions: tuple[ShownInteraction, ...]


def shown(view: CandidateView, response: Mapping[str, Value] | None = None) -> ShownQuestion:
    """Return the question with its current answer marked."""
    alone = len(view.interactions) == 1
    found = []
    for interaction in view.interactions:
        given = (response or {}).get(interaction.response)
        values = given if isinstance(given, tuple) else (given,) if given else ()
        field = field_name(interaction.response, alone=alone)
        match interaction:
            case ChoiceView():
                found.append(_choices(interaction, field, values))
            case NumericEntryView():
                found.append(_number(interaction, field, values))
            case _:
                assert_never(interaction)
    return ShownQuestion(language=view.language, stem=safe_html(view.stem), interactions=tuple(found))


def safe_html(fragment: str) -> Markup:
    """Return an item's HTML with nothing in it that acts or loads."""
    return Markup(clean_fragment(fragment))


def _choices(view: ChoiceView, field: str, values: tuple[str, ...]) -> ShownInteraction:
    return ShownInteraction(
        response=view.response,
        field=field,
        multiple=view.multiple,
        prompt=safe_html(view.prompt),
        choices=tuple(
            ShownChoice(value=choice.identifier, html=safe_html(choice.html), chosen=choice.identifier in values)
            for choice in view.choices
        ),
        most=view.max_choices,
        before=Markup(),
        unit=Markup(),
        whole=False,
        size=0,
        value="",
    )


def _number(view: NumericEntryView, field: str, values: tuple[str, ...]) -> ShownInteraction:
    return ShownInteraction(
        response=view.response,
        field=field,
        multiple=False,
        prompt=Markup(),
        choices=(),
        most=0,
        before=safe_html(view.before),
        unit=safe_html(view.unit),
        whole=view.whole,
        size=min(20, max(6, view.expected_length or 8)),
        value=values[0] if values else "",
    )
