"""The whole form on the candidate's device: every question without keys, in every language, and the frames around it.

A device fetches this once, after the start. Its service worker puts a question into the frame of its language and
so answers navigations within the attempt without a network. Nothing in `form` is a secret of the exam's writing: no
token, no proof against forgery, no answer; `state` holds those and is never put into a cache.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app, g, render_template, request, url_for
from flask_babel import force_locale
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from assessment.accounts.sealed_box import public_key
from assessment.domain.exams.arrangement import from_json
from assessment.domain.exams.events import response_to_json
from assessment.domain.language import LANGUAGES
from assessment.exams.attempt_queries import OwnExam
from assessment.exams.devices import person_mark
from assessment.exams.paper import Place, Question, state_of
from assessment.exams.parts import Part, parts_of
from assessment.exams.tables import Attempt
from assessment.web.actor import me
from assessment.web.comfort import comfort
from assessment.web.formatting import zone_name
from assessment.web.language import language
from assessment.web.pages import module_files, policy, static_url, written_each

FORMAT = 1
STYLES = ("css/base.css", "css/exam.css", "css/exam_kinds.css", "css/comfort.css")
MODULES = ("js/exam", "js/kept")

MOST_FRAMES = 500

# What stands in kept HTML instead of what is an attempt's own.
ANY_ATTEMPT, ANY_PERSON, ANY_ITEM = "[[attempt]]", "[[person]]", "[[item]]"


class Frames(NamedTuple):
    """The pages around the questions, by language and name, and the content security policy that they need.

    A page is HTML and names of what is an attempt's own, in turn.
    """

    pages: dict[str, dict[str, tuple[str, ...]]]
    policy: str


_frames: dict[tuple[object, ...], Frames] = {}

_OWN = re.compile(r"\[\[(attempt|person|place-\d+)\]\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """Where a question stands on its page; in a frame each value is a place like `[[number]]`."""

    number: int | str
    back: int | str
    onward: int | str
    last: int
    item: str
    language: str
    first: bool = False
    final: bool = False


FRAME_WORDS = ("number", "back", "onward", "item", "lang", "question")


def spot_of(asked: Question, *, last: int, language: str) -> Spot:
    """Return the place of a question on a page that the server writes."""
    return Spot(
        number=asked.number,
        back=asked.number - 1,
        onward=asked.number + 1 if asked.number < last else "review",
        last=last,
        item=asked.item,
        language=language,
        first=asked.number == 1,
        final=asked.number == last,
    )


def whole_form(session: Session, found: OwnExam, *, secret: bytes, until: datetime) -> dict[str, Any]:
    """Return the form for the device's cache: frames and questions in every language, and what to fetch with them.

    `until` is the end of the time in which answers are taken; pages are not shown from the device long after it.
    """
    attempt = found.attempt
    layout = from_json(attempt.layout)
    parts = {code: parts_of(session, attempt, layout, code) for code in LANGUAGES}
    frames, needed = _frames_of(found, [arranged.item_id for arranged in layout])
    return {
        "v": FORMAT,
        "attempt": attempt.id,
        "home": url_for("exams.start_page", attempt_id=attempt.id),
        "language": language(),
        "until": until.isoformat(),
        "key": base64.urlsafe_b64encode(public_key(secret)).rstrip(b"=").decode(),
        "pages": frames,
        "questions": [
            {"item": arranged.item_id, **{code: {"lang": part.lang, "html": part.html} for code, part in each}}
            for arranged, each in zip(layout, _by_place(parts), strict=True)
        ],
        "files": sorted({file for each in parts.values() for part in each for file in part.files}),
        "assets": [static_url(path) for path in (*STYLES, *module_files(*MODULES))],
        "policy": needed,
    }


def _by_place(parts: Mapping[str, Sequence[Part]]) -> Iterator[tuple[tuple[str, Part], ...]]:
    """Yield for each question in its place its language and part, as often as there are languages."""
    for each in zip(*parts.values(), strict=True):
        yield tuple(zip(parts, each, strict=True))


def answers_of(session: Session, attempt: Attempt) -> dict[str, Any]:
    """Return what the server knows of an attempt: the current answers by item, and the items that are flagged."""
    saved, flagged = state_of(session, attempt)
    order = [entry["item"] for entry in attempt.layout["items"]]
    return {
        "answers": {
            item: {"response": response_to_json(each.response), "at": each.received_at.isoformat()}
            for item, each in saved.items()
        },
        "flags": [item for item in order if item in flagged],
    }


def navigator_lines(macro: Callable[..., Markup], places: Sequence[Place], current: object, form: str | None) -> Markup:
    """Return the lines of a navigator: `macro` writes each once a process, for its number and how it stands."""
    lines = written_each(
        "exams.place",
        macro,
        [(place.number, ANY_ITEM, place.answered, place.flagged, place.number == current, form) for place in places],
    )
    return Markup(
        "".join([str.replace(line, ANY_ITEM, escape(place.item)) for line, place in zip(lines, places, strict=True)])
    )


def runner_context(found: OwnExam, person_id: str) -> Mapping[str, object]:
    """Return what the frame of every page of a running exam is told."""
    return {
        "exam": found,
        "mark": person_mark(person_id),
        "zone_name": zone_name(),
        "switch_language_url": lambda code: f"?lang={code}",
    }


def _frames_of(found: OwnExam, items: Sequence[str]) -> tuple[dict[str, dict[str, str]], str]:
    """Return the pages around the questions of an attempt, and their content security policy.

    They are written once for all who see the same of them. `items` are the attempt's item versions in their places.
    """
    attempt, mark = found.attempt, person_mark(found.attempt.person_id)
    key = (request.script_root, comfort(), me().zone, zone_name(), len(items))
    kept = _frames.get(key)
    if kept is None:
        if len(_frames) >= MOST_FRAMES:
            _frames.clear()
        numbered = [
            Place(number=number, item=f"[[place-{number}]]", answered=False, flagged=False)
            for number in range(1, len(items) + 1)
        ]
        pages = {
            code: {
                name: tuple(_OWN.split(page.replace(attempt.id, ANY_ATTEMPT).replace(mark, ANY_PERSON)))
                for name, page in _write_frames(code, found, numbered).items()
            }
            for code in LANGUAGES
        }
        kept = _frames[key] = Frames(pages=pages, policy=policy())
    own = {"attempt": attempt.id, "person": mark}
    own |= {f"place-{number}": item for number, item in enumerate(items, start=1)}

    def of_attempt(page: Sequence[str]) -> str:
        text = list(page)
        text[1::2] = [own[name] for name in page[1::2]]
        return "".join(text)

    return (
        {code: {name: of_attempt(page) for name, page in every.items()} for code, every in kept.pages.items()},
        kept.policy,
    )


def _write_frames(code: str, found: OwnExam, navigator: list[Place]) -> dict[str, str]:
    """Write the three pages of an attempt in one language with places instead of what is a question's own."""
    places_in = {name: f"[[{name}]]" for name in FRAME_WORDS}
    spot = Spot(
        number=places_in["number"],
        back=places_in["back"],
        onward=places_in["onward"],
        last=len(navigator),
        item=places_in["item"],
        language=places_in["lang"],
    )
    told = {
        **runner_context(found, found.attempt.person_id),
        "navigator": navigator,
        "token": "",
        "frame": True,
        "now": None,
        "deadline": None,
        "seconds_left": 0,
    }
    held, g.language = language(), code
    try:
        with force_locale(code):
            return {
                "question": render_template(
                    "exams/question.html",
                    spot=spot,
                    part=Markup(places_in["question"]),
                    saved_at=None,
                    flagged=False,
                    client="",
                    refusal="",
                    **told,
                ),
                "review": render_template("exams/review.html", empty=[], flagged=[], answered=0, **told),
                "waiting": render_template("exams/waiting.html", **told),
            }
    finally:
        g.language = held


def secret_of_installation() -> bytes:
    """Return the installation's secret, from which keys are derived."""
    secret: bytes = current_app.extensions["settings"].secret
    return secret
