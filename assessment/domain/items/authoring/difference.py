"""What changed between two versions of an item, for people: words inserted and deleted, and facts old and new.

Texts are compared word by word in the plain writing of authors, so that a change of emphasis shows as well as a
change of a word. Everything else is compared by its JSON: names that people know have their label (`LABELS`), any
other fact is named by its path, so that no change is silent.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assessment.domain.errors import N_
from assessment.domain.items.authoring.draft import LANGUAGES, Draft
from assessment.domain.items.authoring.markup import to_source


class Sort(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    INSERTED = "inserted"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A run of words with one fate."""

    sort: Sort
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedText:
    """A text that differs. `place` names it by a label of `LABELS` or by its path; `where` is the option's name."""

    place: str
    where: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedFact:
    """A fact of structure, key or scoring that differs; an empty side means that it was not there."""

    place: str
    where: str
    old: str
    new: str


LABELS: Mapping[str, str] = {
    "title": N_("Title"),
    "stem": N_("Question"),
    "prompt": N_("Prompt"),
    "html": N_("Option"),
    "body": N_("Text"),
    "before": N_("Before the field"),
    "unit": N_("Unit"),
    "rubric": N_("For markers"),
    "stimulus": N_("Shared text"),
    "identifier": N_("Identifier"),
    "correct": N_("Correct answer"),
    "mapping": N_("Marks by answer"),
    "max_score": N_("Most marks"),
    "shuffle": N_("Order drawn for each candidate"),
    "max_choices": N_("Most choices"),
    "min_choices": N_("Least choices"),
    "fixed": N_("Keeps its place"),
    "lower_tolerance": N_("Tolerance below"),
    "upper_tolerance": N_("Tolerance above"),
    "mode": N_("How exact"),
    "points": N_("Marks for the correct answer"),
    "choices": N_("Options"),
    "type": N_("Kind"),
    "default": N_("Default"),
    "cardinality": N_("How many answers"),
    "base_type": N_("Sort of answer"),
    "alt": N_("Words for the picture"),
    "criteria": N_("Criteria"),
    "target": N_("Goes with"),
    "scoring": N_("Scoring"),
    "marks": N_("Marks"),
    "labels": N_("Labels of areas"),
    "tolerance": N_("How exact"),
    "below": N_("Tolerance below"),
    "above": N_("Tolerance above"),
    "limit": N_("Most choices"),
    "floor": N_("Least marks in all"),
    "ceiling": N_("Most marks in all"),
    "lower_bound": N_("Least marks in all"),
    "upper_bound": N_("Most marks in all"),
}
"""What people call a part of an item."""

_WORD = re.compile(r"\s+|[^\s]+")
_TEXTS = frozenset(("title", "stem", "prompt", "html", "body", "before", "unit", "rubric", "stimulus", "placeholder"))


def compare_words(old: str, new: str) -> tuple[Piece, ...]:
    """Return the new text with what was deleted from the old one, word by word."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    pieces: list[Piece] = []
    for step, a, b, c, d in difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if step == "equal":
            pieces.append(Piece(sort=Sort.KEPT, text="".join(before[a:b])))
            continue
        if deleted := "".join(before[a:b]):
            pieces.append(Piece(sort=Sort.DELETED, text=deleted))
        if inserted := "".join(after[c:d]):
            pieces.append(Piece(sort=Sort.INSERTED, text=inserted))
    return tuple(pieces)


def compare_texts(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[ChangedText]:
    """Return the texts that differ between the words of two versions in one language; None means no words."""
    before, after = _texts(old or {}), _texts(new or {})
    return [
        ChangedText(place=place, where=where, pieces=compare_words(before.get(key, ""), after.get(key, "")))
        for key in dict.fromkeys((*before, *after))
        if before.get(key, "") != after.get(key, "")
        for place, where in [key]
    ]


def compare_structures(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[ChangedFact]:
    """Return the facts that differ between two structures as `to_json` writes them."""
    before, after = _facts(old), _facts(new)
    return [
        ChangedFact(place=place, where=where, old=before.get(key, ""), new=after.get(key, ""))
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key)
        for place, where in [key]
    ]


def compare_drafts(old: Draft, new: Draft) -> tuple[list[tuple[str, ChangedText]], list[ChangedFact]]:
    """Return the texts (language, text) and the facts that differ between two states of a draft."""
    texts: list[tuple[str, ChangedText]] = []
    for language in LANGUAGES:
        before, after = _typed(old, language), _typed(new, language)
        texts += [
            (
                language,
                ChangedText(place=key[0], where=key[1], pieces=compare_words(before.get(key, ""), after.get(key, ""))),
            )
            for key in dict.fromkeys((*before, *after))
            if before.get(key, "") != after.get(key, "")
        ]
    first, second = _chosen(old), _chosen(new)
    facts = [
        ChangedFact(place=key[0], where=key[1], old=first.get(key, ""), new=second.get(key, ""))
        for key in dict.fromkeys((*first, *second))
        if first.get(key, "") != second.get(key, "")
    ]
    return texts, facts


# --- what is compared -----------------------------------------------------------------------------------

_Key = tuple[str, str]


def _typed(draft: Draft, language: str) -> dict[_Key, str]:
    found = {(name, ""): draft.said(name, language) for name in draft.words}
    found |= {("html", row.identifier): row.words.get(language, "") for row in draft.rows}
    return found | {("alt", each.name): each.alt.get(language, "") for each in draft.pictures}


def _chosen(draft: Draft) -> dict[_Key, str]:
    found: dict[_Key, str] = {("identifier", ""): draft.identifier}
    found |= {(name, ""): value for name, value in draft.settings.items()}
    found[("criteria", "")] = str(len(draft.criteria)) + (f" ({', '.join(draft.criteria)})" if draft.criteria else "")
    found[("choices", "")] = ", ".join(row.identifier for row in draft.rows)
    for row in draft.rows:
        found[("correct", row.identifier)] = "✓" if row.correct else ""
        found[("points", row.identifier)] = row.marks
        found[("fixed", row.identifier)] = "✓" if row.fixed else ""
        found[("target", row.identifier)] = row.target
    return found


def _texts(value: Mapping[str, Any]) -> dict[_Key, str]:
    found: dict[_Key, str] = {}
    _walk_texts(value, "", found)
    return found


def _walk_texts(value: Any, where: str, found: dict[_Key, str]) -> None:
    if isinstance(value, Mapping):
        own = str(value.get("identifier") or value.get("name") or "")
        inner = own or where
        for name, each in value.items():
            if name in _TEXTS and isinstance(each, str):
                if each:
                    _keep(found, (name, inner if name == "html" else where), to_source(each, line=True))
            elif name == "labels" and isinstance(each, Sequence):
                _keep(found, ("labels", where), " · ".join(str(label) for label in each))
            elif not isinstance(each, str):
                _walk_texts(each, inner if name not in ("interactions",) else "", found)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            response = str(each.get("response", "")) if isinstance(each, Mapping) and len(value) > 1 else ""
            _walk_texts(each, response or where, found)


def _keep(found: dict[_Key, str], key: _Key, text: str) -> None:
    place, where = key
    count = 2
    while key in found:  # two texts of one name: the second gets a number
        key, count = (place, f"{where} {count}".strip()), count + 1
    found[key] = text


def _facts(structure: Mapping[str, Any]) -> dict[_Key, str]:
    found: dict[_Key, str] = {}
    _walk_facts({name: value for name, value in structure.items() if name != "v"}, "", found)
    return found


def _walk_facts(value: Mapping[str, Any], where: str, found: dict[_Key, str]) -> None:
    for name, each in value.items():
        if name == "mapping" and isinstance(each, Mapping):
            marks = ", ".join(f"{entry[0]} = {entry[1]}" for entry in each.get("entries", ()))
            _keep(found, ("mapping", where), marks)
            _walk_facts({key: inner for key, inner in each.items() if key != "entries"}, where, found)
        elif isinstance(each, Mapping):
            _walk_facts(each, where, found)
        elif isinstance(each, Sequence) and not isinstance(each, str) and any(isinstance(one, Mapping) for one in each):
            names = [str(one.get("identifier", "")) for one in each if isinstance(one, Mapping)]
            if any(names) and name not in ("responses", "outcomes"):
                _keep(found, (name, where), ", ".join(names))
            for one in each:
                if isinstance(one, Mapping):
                    own = str(one.get("identifier") or one.get("response") or "")
                    inner = {key: value for key, value in one.items() if key not in ("identifier", "response")}
                    _walk_facts(inner, own if len(each) > 1 else where, found)
        elif each not in (None, "", [], False):
            _keep(found, (name, where), _said(each))


def _said(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_said(each) for each in value)
    return "✓" if value is True else str(value)
