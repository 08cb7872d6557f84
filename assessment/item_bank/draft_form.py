"""The form of a draft: what it sends read back into a draft, and what its buttons do. Shape only.

Names of the fields: `w.NAME.LANGUAGE` a text, `s.NAME` a setting, `row` the identifiers of the rows in their order,
`r.ROW.LANGUAGE`, `r.ROW.marks`, `r.ROW.target`, `r.ROW.correct`, `r.ROW.fixed` what stands in a row, `correct` the
one correct row of a single choice, `p.PICTURE.LANGUAGE` the words for who cannot see a picture, `criterion` the
chosen criteria. What the form does not send keeps its value.
"""

from collections.abc import Sequence
from dataclasses import replace

from werkzeug.datastructures import MultiDict

from assessment.domain.items.authoring.draft import LANGUAGES, Draft, Picture, Row, add_row, form_of
from assessment.item_bank.drafting import draw_identifier

TICKED = ("shuffle", "case", "whole")
"""Settings that are boxes to tick: the form sends them only when they are."""

MOST_CRITERIA = 20


def read_form(draft: Draft, sent: MultiDict[str, str]) -> Draft:
    """Return the draft with what the form sent."""
    form = form_of(draft.kind)
    typed = {
        name: {code: _text(sent.get(f"w.{name}.{code}"), draft.said(name, code)) for code in LANGUAGES}
        for name in form.words
    }
    words = {name: said for name, said in typed.items() if name in draft.words or any(said.values())}
    settings = {
        name: ("yes" if sent.get(f"s.{name}") else "")
        if name in TICKED
        else (sent.get(f"s.{name}") or "").strip()
        if f"s.{name}" in sent
        else draft.setting(name)
        for name in (*form.settings, *(("whole",) if draft.kind == "numeric_entry" else ()))
    }
    there = {row.identifier: row for row in draft.rows}
    order = [each for each in dict.fromkeys(sent.getlist("row")) if each in there]
    rows = tuple(_row(there[each], sent, draft.kind) for each in order)
    return replace(
        draft,
        identifier=(sent.get("identifier") or draft.identifier).strip(),
        words=words,
        settings=settings,
        rows=rows,
        pictures=tuple(
            replace(each, alt={code: _text(sent.get(f"p.{each.name}.{code}"), "").strip() for code in LANGUAGES})
            for each in draft.pictures
        ),
        criteria=tuple(dict.fromkeys(sent.getlist("criterion")))[:MOST_CRITERIA],
    )


def press(draft: Draft, button: str) -> tuple[Draft, str]:
    """Return the draft after a button of its form was pressed, and the part of the page to come back to.

    Buttons: `add:GROUP`, `remove:ROW`, `up:ROW`, `down:ROW`, `align:CRITERION`, `unalign:CRITERION`,
    `unpicture:NAME`. Any other changes nothing.
    """
    what, _, which = button.partition(":")
    match what:
        case "add":
            groups = [group for group in form_of(draft.kind).groups if group.name == which]
            if groups and len(draft.group(which)) < groups[0].most:
                draft = add_row(draft, groups[0], draw_identifier)
                return draft, f"row-{draft.rows[-1].identifier}"
        case "remove":
            return replace(draft, rows=tuple(row for row in draft.rows if row.identifier != which)), "rows"
        case "up" | "down":
            return replace(draft, rows=_moved(draft.rows, which, -1 if what == "up" else 1)), f"row-{which}"
        case "align":
            return replace(draft, criteria=tuple(dict.fromkeys((*draft.criteria, which)))[:MOST_CRITERIA]), "criteria"
        case "unalign":
            return replace(draft, criteria=tuple(each for each in draft.criteria if each != which)), "criteria"
        case "unpicture":
            return replace(draft, pictures=tuple(each for each in draft.pictures if each.name != which)), "pictures"
    return draft, ""


def add_picture(draft: Draft, picture: Picture) -> Draft:
    """Return the draft with one more picture."""
    return replace(draft, pictures=(*draft.pictures, picture))


def _text(typed: str | None, before: str) -> str:
    return before if typed is None else typed.replace("\r\n", "\n")


def _row(row: Row, sent: MultiDict[str, str], kind: str) -> Row:
    name = f"r.{row.identifier}"
    correct = bool(sent.get(f"{name}.correct"))
    if kind in ("single_choice", "inline_choice"):
        correct = sent.get("correct") == row.identifier
    return replace(
        row,
        words={code: _text(sent.get(f"{name}.{code}"), row.words.get(code, "")) for code in LANGUAGES},
        correct=correct,
        marks=(sent.get(f"{name}.marks") or "").strip(),
        fixed=bool(sent.get(f"{name}.fixed")),
        target=(sent.get(f"{name}.target") or "").strip(),
    )


def _moved(rows: Sequence[Row], identifier: str, step: int) -> tuple[Row, ...]:
    """Return the rows with one of them moved a place within its own list."""
    moved = list(rows)
    places = {row.identifier: place for place, row in enumerate(moved)}
    if identifier not in places:
        return tuple(moved)
    own = [place for place, row in enumerate(moved) if row.group == moved[places[identifier]].group]
    at = own.index(places[identifier]) + step
    if 0 <= at < len(own):
        here, there = places[identifier], own[at]
        moved[here], moved[there] = moved[there], moved[here]
    return tuple(moved)
