"""The whole form on the candidate's device: every question without keys, in every language, and the frames around it.

A device fetches this once, after the start. Its service worker puts a question into the frame of its language and
so answers navigations within the attempt without a network. Nothing in `form` is a secret of the exam's writing: no
token, no proof against forgery, no answer; `state` holds those and is never put into a cache.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app, g, render_template, url_for
from flask_babel import force_locale
from markupsafe import Markup
from sqlalchemy.orm import Session

from assessment.domain.exams.events import response_to_json
from assessment.domain.items.view import CandidateView
from assessment.domain.language import LANGUAGES
from assessment.exams.attempt_queries import OwnExam
from assessment.exams.devices import person_mark
from assessment.exams.paper import Place, Question, places, questions, saved_answers
from assessment.exams.sealed import public_key
from assessment.exams.showing import shown
from assessment.exams.tables import Attempt
from assessment.web.formatting import clock
from assessment.web.language import language
from assessment.web.pages import module_files, policy, static_url
from assessment.web.requests import now

FORMAT = 1
STYLES = ("css/base.css", "css/exam.css", "css/exam_kinds.css", "css/comfort.css")
MODULES = "js/exam"

ANY_ATTEMPT = "[[attempt]]"
MOST_PARTS = 4_000


class Part(NamedTuple):
    """A question on its page: the language that it speaks, and its HTML."""

    lang: str
    html: str


_parts: dict[tuple[str, CandidateView], Part] = {}

_FILE = re.compile(r'(?:src|href|data)="(/exam/[^"]+/files/[^"]+)"')


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
    asked = {code: questions(session, found.attempt, language=code) for code in LANGUAGES}
    numbered = [Place(number=each.number, item=each.item, answered=False, flagged=False) for each in asked[language()]]
    pages = {code: _frames(code, found, numbered) for code in LANGUAGES}
    parts = [
        {
            "item": each[0].item,
            **{
                code: part_of(one, language=code, attempt_id=found.attempt.id)._asdict()
                for code, one in zip(asked, each, strict=True)
            },
        }
        for each in zip(*asked.values(), strict=True)
    ]
    files = sorted({url for part in parts for code in LANGUAGES for url in _FILE.findall(part[code]["html"])})
    form: dict[str, Any] = {
        "v": FORMAT,
        "attempt": found.attempt.id,
        "home": url_for("exams.start_page", attempt_id=found.attempt.id),
        "language": language(),
        "until": until.isoformat(),
        "key": base64.urlsafe_b64encode(public_key(secret)).rstrip(b"=").decode(),
        "pages": pages,
        "questions": parts,
        "files": files,
        "assets": [static_url(path) for path in (*STYLES, *module_files(MODULES))],
    }
    form["policy"] = policy()
    form["digest"] = hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()[:16]
    return form


def answers_of(session: Session, attempt: Attempt) -> dict[str, Any]:
    """Return what the server knows of an attempt: the current answers by item, and the items that are flagged."""
    saved = saved_answers(session, attempt)
    return {
        "answers": {
            item: {"response": response_to_json(each.response), "at": each.received_at.isoformat()}
            for item, each in saved.items()
        },
        "flags": [place.item for place in places(session, attempt) if place.flagged],
    }


def runner_context(found: OwnExam, person_id: str) -> Mapping[str, object]:
    """Return what the frame of every page of a running exam is told."""
    return {
        "exam": found,
        "mark": person_mark(person_id),
        "zone_name": clock(now()).partition(" ")[2],
        "switch_language_url": lambda code: f"?lang={code}",
    }


def _frames(code: str, found: OwnExam, navigator: list[Place]) -> dict[str, str]:
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


def part_of(asked: Question, *, language: str, attempt_id: str) -> Part:
    """Write a question in a language, with its saved answer; one without is not written again in the same order."""
    if asked.saved is not None:
        return _write_part(asked, attempt_id)
    key = (language, asked.view)
    kept = _parts.get(key)
    if kept is None:
        with force_locale(language):
            written = _write_part(asked, attempt_id)
        if len(_parts) >= MOST_PARTS:
            _parts.clear()
        kept = _parts[key] = Part(lang=written.lang, html=written.html.replace(attempt_id, ANY_ATTEMPT))
    return Part(lang=kept.lang, html=kept.html.replace(ANY_ATTEMPT, attempt_id))


def _write_part(asked: Question, attempt_id: str) -> Part:
    question = shown(asked.view, asked.saved.response if asked.saved else None, attempt_id=attempt_id)
    return Part(lang=question.language, html=render_template("exams/asked.html", shown=question))


def secret_of_installation() -> bytes:
    """Return the installation's secret, from which keys are derived."""
    secret: bytes = current_app.extensions["settings"].secret
    return secret
