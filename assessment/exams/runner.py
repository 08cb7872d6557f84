"""The whole form on the candidate's device: every question without keys, in every language, and the frames around it.

A device fetches this once, after the start. Its service worker puts a question into the frame of its language and
so answers navigations within the attempt without a network. Nothing in `form` is a secret of the exam's writing: no
token, no proof against forgery, no answer; `state` holds those and is never put into a cache.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from flask import current_app, g, render_template, url_for
from flask_babel import force_locale
from sqlalchemy.orm import Session

from assessment.accounts.sealed_box import public_key
from assessment.domain.exams.arrangement import from_json, item_order
from assessment.domain.exams.events import response_to_json
from assessment.domain.language import LANGUAGES
from assessment.exams.attempt_queries import OwnExam
from assessment.exams.devices import person_mark
from assessment.exams.paper import Place, state_of
from assessment.exams.parts import Part, parts_of
from assessment.exams.question_page import Look, draw_question, navigator_lines
from assessment.exams.running import ANYBODYS, running_words
from assessment.exams.tables import Attempt
from assessment.web.actor import me
from assessment.web.comfort import comfort
from assessment.web.filling import drawn_once, filled, place
from assessment.web.formatting import zone_name
from assessment.web.language import language
from assessment.web.pages import module_files, policy, static_url

FORMAT = 1
STYLES = ("css/base.css", "css/exam.css", "css/exam_kinds.css", "css/comfort.css")
MODULES = ("js/exam", "js/kept")


def whole_form(session: Session, found: OwnExam, *, secret: bytes, until: datetime) -> dict[str, Any]:
    """Return the form for the device's cache: frames and questions in every language, and what to fetch with them.

    `until` is the end of the time in which answers are taken; pages are not shown from the device long after it.
    """
    attempt = found.attempt
    layout = from_json(attempt.layout)
    parts = {code: parts_of(session, attempt, layout, code) for code in LANGUAGES}
    frames = _frames_of(found, [arranged.item_id for arranged in layout])
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
        "policy": policy(),
    }


def _by_place(parts: Mapping[str, Sequence[Part]]) -> Iterator[tuple[tuple[str, Part], ...]]:
    """Yield for each question in its place its language and part, as often as there are languages."""
    for each in zip(*parts.values(), strict=True):
        yield tuple(zip(parts, each, strict=True))


def answers_of(session: Session, attempt: Attempt) -> dict[str, Any]:
    """Return what the server knows of an attempt: the current answers by item, and the items that are flagged."""
    saved, flagged = state_of(session, attempt)
    return {
        "answers": {
            item: {"response": response_to_json(each.response), "at": each.received_at.isoformat()}
            for item, each in saved.items()
        },
        "flags": [item for item in item_order(attempt.layout) if item in flagged],
    }


def _frames_of(found: OwnExam, items: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the pages around the questions of an attempt, in every language, by name.

    They are drawn once for all who see the same of them. `items` are the attempt's item versions in their places.
    """
    told = {"attempt": found.attempt.id, "person": person_mark(found.attempt.person_id)}
    told |= {f"item_{number}": item for number, item in enumerate(items, start=1)}
    same = (len(items), comfort(), me().zone, zone_name())
    return {
        code: {
            name: filled(drawn_once(partial(_draw_frame, draw, code, len(items)), "frame", name, code, *same), told)
            for name, draw in FRAMES.items()
        }
        for code in LANGUAGES
    }


def _draw_frame(draw: Callable[[Sequence[Place]], str], code: str, items: int) -> str:
    """Draw a page in one language, whichever the reader's is."""
    numbered = [
        Place(number=number, item=place(f"item_{number}"), answered=False, flagged=False)
        for number in range(1, items + 1)
    ]
    held, g.language = language(), code
    try:
        with force_locale(code):
            return draw(numbered)
    finally:
        g.language = held


def _draw_question(places: Sequence[Place]) -> str:
    return draw_question(
        Look(),
        _FRAME,
        "[[{}]]".format,  # the service worker puts the question there
        last=str(len(places)),
        navigator=navigator_lines(places, form="answer"),
        client="",
        saved_time="",
        refusal="",
    )


def _draw_review(places: Sequence[Place]) -> str:
    return render_template(
        "exams/review.html",
        places=places,
        navigator=navigator_lines(places),
        empty=[],
        flagged=[],
        answered=0,
        **running_words(_FRAME),
    )


def _draw_waiting(_places: Sequence[Place]) -> str:
    return render_template("exams/waiting.html", **running_words(_FRAME))


_FRAME = replace(ANYBODYS, token="", time=None, frame=True)
FRAMES = {"question": _draw_question, "review": _draw_review, "waiting": _draw_waiting}


def secret_of_installation() -> bytes:
    """Return the installation's secret, from which keys are derived."""
    secret: bytes = current_app.extensions["settings"].secret
    return secret
