"""What changed between two states of a task document, for people: words by language, and facts old and new.

Criteria, steps and groups are known by their code or key, so that a moved criterion is not a changed one. Words are
compared word by word as those of items are; every other value is named by its path, so that no change is silent.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assessment.domain.errors import N_
from assessment.domain.items.authoring.difference import ChangedFact, ChangedText, compare_words
from assessment.domain.language import LANGUAGES

LABELS: Mapping[str, str] = {
    "code": N_("Code"),
    "title": N_("Title"),
    "minutes": N_("Time"),
    "instructions": N_("Instructions to the candidate"),
    "safety_brief": N_("Safety brief"),
    "materials": N_("Materials and tools"),
    "stations": N_("Stations"),
    "steps": N_("Steps"),
    "groups": N_("Groups"),
    "criteria": N_("Criteria"),
    "help": N_("Help"),
    "levels": N_("Levels"),
    "tool": N_("Tool"),
    "unit": N_("Unit"),
    "weight": N_("Weight"),
    "group": N_("Group"),
    "step": N_("Step"),
    "kind": N_("Kind"),
    "safety_critical": N_("Safety-critical"),
}
"""What people call a part of a task; any other part is named by its path."""

_KEYED = {"criteria": "code", "steps": "key"}
_Place = tuple[str, str]


def compare_documents(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[list[tuple[str, ChangedText]], list[ChangedFact]]:
    """Return the texts (language, text) and the facts that differ; `where` is the criterion, step or group."""
    before, after = _Flat(old), _Flat(new)
    texts = [
        (
            language,
            ChangedText(place=place, where=where, pieces=compare_words(said_before, said_after)),
        )
        for language in LANGUAGES
        for place, where in dict.fromkeys((*before.words, *after.words))
        if (said_before := before.words.get((place, where), {}).get(language, ""))
        != (said_after := after.words.get((place, where), {}).get(language, ""))
    ]
    facts = [
        ChangedFact(
            place=place, where=where, old=before.facts.get((place, where), ""), new=after.facts.get((place, where), "")
        )
        for place, where in dict.fromkeys((*before.facts, *after.facts))
        if before.facts.get((place, where), "") != after.facts.get((place, where), "")
    ]
    return texts, facts


class _Flat:
    """A document as places: those with words in several languages, and those with one value."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.words: dict[_Place, Mapping[str, str]] = {}
        self.facts: dict[_Place, str] = {}
        for name, value in document.items():
            self._take(name, "", value)

    def _take(self, place: str, where: str, value: Any) -> None:
        if isinstance(value, Mapping) and value and value.keys() <= LANGUAGES.keys():
            self.words[place, where] = value
        elif place in _KEYED and not where and isinstance(value, Sequence):
            key = _KEYED[place]
            self.facts[place, ""] = ", ".join(str(each[key]) for each in value)
            for each in value:
                for name, inner in each.items():
                    if name != key:
                        self._take(name, str(each[key]), inner)
        elif place == "groups" and not where and isinstance(value, Mapping):
            for key, inner in value.items():
                self._take("group", str(key), inner)
        elif place == "levels" and isinstance(value, Sequence):
            for number, inner in enumerate(value):
                self._take(place, f"{where} {number}".strip(), inner)
        else:
            for path, said in _leaves(place, value):
                self.facts[path, where] = said


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}", inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield path, ", ".join(map(str, value))
    elif value is None or value == "":
        return
    elif isinstance(value, bool):
        if value:
            yield path, "✓"
    else:
        yield path, str(value)
