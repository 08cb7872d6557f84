"""A question's page: drawn once for each way it can look, and filled in for each candidate."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from flask import current_app, render_template
from markupsafe import Markup, escape

from assessment.accounts.ids import new_id
from assessment.exams.paper import Place, Question
from assessment.exams.parts import Part
from assessment.exams.running import ANYBODYS, Running, own_words, running_words
from assessment.web.actor import me
from assessment.web.comfort import comfort
from assessment.web.filling import drawn_once, filled, place
from assessment.web.formatting import clock, zone_name
from assessment.web.language import language
from assessment.web.pages import written_each

# Stands in a line of the navigator instead of its item.
ANY_ITEM = "[[item]]"


class Look(NamedTuple):
    """For what a question's page is drawn otherwise: the first, the last, a saved answer, a flag, a refused answer."""

    first: bool = False
    final: bool = False
    saved: bool = False
    flagged: bool = False
    refused: bool = False


class Spot(NamedTuple):
    """Where a question stands, what goes on from there, and what it says; on a page that is drawn, places for these."""

    number: str
    back: str
    onward: str
    item: str
    lang: str
    question: str


def question_page(asked: Question, part: Part, places: Sequence[Place], running: Running, *, refusal: str) -> str:
    """Return the page of a question; `refusal` says why the last answer to it was not saved, "" when it was."""
    look = Look(
        first=asked.number == 1,
        final=asked.number == len(places),
        saved=asked.saved is not None,
        flagged=asked.flagged,
        refused=bool(refusal),
    )
    drawn = drawn_once(partial(_draw, look), "question", language(), look, comfort(), me().zone, zone_name())
    told = {
        **own_words(running),
        "number": asked.number,
        "back": asked.number - 1,
        "onward": "review" if look.final else asked.number + 1,
        "last": len(places),
        "item": asked.item,
        "lang": part.lang,
        "question": Markup(part.html),
        "client": new_id(),
        "saved_time": clock(asked.saved.received_at) if asked.saved else "",
        "refusal": refusal,
        "navigator": navigator_lines(places, current=asked.number, form="answer"),
    }
    return filled(drawn, told)


def draw_question(
    look: Look, running: Running, write: Callable[[str], str], *, last: str, navigator: Markup, **words: str
) -> str:
    """Draw the page of a question; `write` says what stands in the places of a Spot, by its names.

    `words`: `client`, `saved_time` and `refusal`, "" where there is none of them.
    """
    return render_template(
        "exams/question.html",
        look=look,
        spot=Spot(*map(write, Spot._fields)),
        last=last,
        navigator=navigator,
        **words,
        **running_words(running),
    )


def _draw(look: Look) -> str:
    return draw_question(
        look,
        ANYBODYS,
        place,
        last=place("last"),
        navigator=place("navigator"),
        client=place("client"),
        saved_time=place("saved_time"),
        refusal=place("refusal"),
    )


def navigator_lines(places: Sequence[Place], *, current: int = 0, form: str | None = None) -> Markup:
    """Return the lines of a navigator; each is written once a process for its number and how it stands.

    A line is a button of `form`, and without one a link.
    """
    macro = current_app.jinja_env.get_template("exams/running.html").module.place_line  # type: ignore[attr-defined]  # a macro
    lines = written_each(
        "exams.place",
        macro,
        [(each.number, ANY_ITEM, each.answered, each.flagged, each.number == current, form) for each in places],
    )
    return Markup(
        "".join([str.replace(line, ANY_ITEM, escape(each.item)) for line, each in zip(lines, places, strict=True)])
    )
