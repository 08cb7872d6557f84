"""Questions as HTML, written once a process: what differs between two candidates is put in afterwards.

Two candidates see the same item with its options in another order. So an item is written once for each language, as
a mould: the HTML between the rows of options, and each row, chosen and not, without its number. An attempt's question
is put together from these. An order of another kind (lines to arrange, pairs, gaps) is written for itself. A mould
never changes, as an item version does not, and knows no attempt.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple
from weakref import WeakKeyDictionary

from flask import render_template
from flask_babel import force_locale
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.domain.exams.arrangement import ArrangedItem, Order
from assessment.domain.exams.events import Value
from assessment.domain.items.view import CandidateView
from assessment.exams.paper import Question, view_of, views_of
from assessment.exams.showing import shown
from assessment.exams.tables import Attempt
from assessment.item_bank.shown import ShownChoices, ShownInteraction, ShownQuestion

MOST_MOULDS = 5_000

# Stands in moulds for an attempt's id; as addresses are made with it, it is one itself, and drawn so that no item's
# HTML holds it.
ANY_ATTEMPT = new_id()

# No item's HTML holds a control character, so that these tell the rows and their numbers from everything else.
SEAM, NUMBER = "\x02", "\x03"

_FILE = re.compile(r'(?:src|href|data)="(/exam/[^"]+/files/[^"]+)"')


class Part(NamedTuple):
    """A question on its page: the language that it speaks, its HTML, and the files that it shows."""

    lang: str
    html: str
    files: tuple[str, ...]


class Row(NamedTuple):
    """An option, not chosen and chosen, in the pieces between which its number stands."""

    open: list[str]
    chosen: list[str]


class Choices(NamedTuple):
    """The rows of one response, by choice."""

    response: str
    rows: Mapping[str, Row]


class Mould(NamedTuple):
    """A question before it is an attempt's: HTML and rows in turn, beginning and ending with HTML.

    `whole`: it has nothing but rows to answer with, so that a saved answer needs no other HTML. `own`: it holds places
    for the attempt.
    """

    lang: str
    pieces: tuple[str | Choices, ...]
    files: tuple[str, ...]
    whole: bool
    own: bool


MouldKey = tuple[str, str, str, Order]  # body, item version, language, order of what is not in rows

_moulds: WeakKeyDictionary[Engine | Connection, dict[MouldKey, Mould]] = WeakKeyDictionary()
_in_rows: WeakKeyDictionary[Engine | Connection, dict[tuple[str, str], frozenset[str]]] = WeakKeyDictionary()


def part_of(session: Session, attempt: Attempt, asked: Question, *, language: str) -> Part:
    """Return a question with its saved answer, in a language."""
    (mould,) = moulds_of(session, attempt, [asked.arranged], language)
    if asked.saved is None or mould.whole:
        return put_together(mould, asked.arranged, attempt.id, asked.saved.response if asked.saved else {})
    view = view_of(session, attempt.body_id, asked.arranged, language)
    return _written(shown(view, asked.saved.response, attempt_id=attempt.id))


def parts_of(session: Session, attempt: Attempt, layout: Sequence[ArrangedItem], language: str) -> list[Part]:
    """Return these questions of an attempt without answers."""
    moulds = moulds_of(session, attempt, layout, language)
    return [put_together(mould, arranged, attempt.id) for mould, arranged in zip(moulds, layout, strict=True)]


def put_together(
    mould: Mould, arranged: ArrangedItem, attempt_id: str, response: Mapping[str, Value] | None = None
) -> Part:
    """Return an attempt's question: the rows in its own order, numbered, those of the response chosen."""
    html: list[str] = []
    for piece in mould.pieces:
        if isinstance(piece, str):
            html.append(piece)
            continue
        given = (response or {}).get(piece.response)
        values = given if isinstance(given, tuple) else (given,)
        for number, choice in enumerate(arranged.choices[piece.response], start=1):
            row = piece.rows[choice]
            html.append(str(number).join(row.chosen if choice in values else row.open))
    text = "".join(html)
    if not mould.own:
        return Part(mould.lang, text, mould.files)
    files = tuple(file.replace(ANY_ATTEMPT, attempt_id) for file in mould.files)
    return Part(mould.lang, text.replace(ANY_ATTEMPT, attempt_id), files)


def moulds_of(session: Session, attempt: Attempt, layout: Sequence[ArrangedItem], language: str) -> list[Mould]:
    """Return the moulds of items; what this process has not written before is written."""
    bind = session.get_bind()
    kept, in_rows = _moulds.setdefault(bind, {}), _in_rows.setdefault(bind, {})
    found = [_find(kept, in_rows, attempt.body_id, arranged, language) for arranged in layout]
    missing = [arranged for arranged, mould in zip(layout, found, strict=True) if mould is None]
    if missing:
        if len(kept) + len(missing) > MOST_MOULDS:
            kept.clear()
            in_rows.clear()
        with force_locale(language):
            views = views_of(session, attempt.body_id, missing, language)
            written = iter([_mould(view, arranged) for view, arranged in zip(views, missing, strict=True)])
        for place, arranged in enumerate(layout):
            if found[place] is None:
                mould = next(written)
                rows = frozenset(piece.response for piece in mould.pieces if isinstance(piece, Choices))
                in_rows[attempt.body_id, arranged.item_id] = rows
                found[place] = kept[attempt.body_id, arranged.item_id, language, _order(arranged, rows)] = mould
    return [mould for mould in found if mould is not None]


def _find(
    kept: Mapping[MouldKey, Mould],
    in_rows: Mapping[tuple[str, str], frozenset[str]],
    body_id: str,
    arranged: ArrangedItem,
    language: str,
) -> Mould | None:
    rows = in_rows.get((body_id, arranged.item_id))
    return None if rows is None else kept.get((body_id, arranged.item_id, language, _order(arranged, rows)))


def _order(arranged: ArrangedItem, rows: frozenset[str]) -> Order:
    if arranged.choices.keys() == rows:
        return ()
    return tuple((response, choices) for response, choices in arranged.choices.items() if response not in rows)


def _mould(view: CandidateView, arranged: ArrangedItem) -> Mould:
    """Write an item once with nothing chosen and once with everything, and cut the rows out of both."""
    question = shown(view, None, attempt_id=ANY_ATTEMPT)
    cut = [
        each
        for each in question.interactions
        if isinstance(each, ShownChoices) and each.picture is None and each.response in arranged.choices
    ]
    plain = _written(_seamed(question, cut, chosen=False))
    pieces, chosen = plain.html.split(SEAM), _written(_seamed(question, cut, chosen=True)).html.split(SEAM)
    found: list[str | Choices] = [pieces[0]]
    place = 1
    for each in cut:
        rows = {
            option.value: Row(pieces[number].split(NUMBER), chosen[number].split(NUMBER))
            for number, option in enumerate(each.options, start=place)
        }
        place += len(each.options)
        found += [Choices(each.response, rows), pieces[place]]
        place += 1
    return Mould(
        lang=plain.lang,
        pieces=tuple(found),
        files=plain.files,
        whole=len(cut) == len(question.interactions),
        own=ANY_ATTEMPT in plain.html,
    )


def _seamed(question: ShownQuestion, cut: Iterable[ShownChoices], *, chosen: bool) -> ShownQuestion:
    """Return a question with seams between the rows of these interactions."""
    seamed: dict[str, ShownInteraction] = {
        each.response: replace(
            each,
            seam=SEAM,
            number=NUMBER,
            options=tuple(replace(option, chosen=chosen) for option in each.options),
        )
        for each in cut
    }
    return replace(
        question,
        stem=tuple(
            seamed.get(each.response, each) if isinstance(each, ShownInteraction) else each for each in question.stem
        ),
        after=tuple(seamed.get(each.response, each) for each in question.after),
    )


def _written(question: ShownQuestion) -> Part:
    html = render_template("exams/asked.html", shown=question)
    return Part(lang=question.language, html=html, files=tuple(_FILE.findall(html)))
