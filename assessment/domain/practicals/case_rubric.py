"""A task document as a CASE 1.1 package with one `CFRubric`, and back (https://www.imsglobal.org/spec/CASE/v1p1/).

What CASE has a member for stands there, in one language: title and description of the rubric, `category` (the step),
`description`, `weight`, `position` and `CFItemURI` of a criterion, `score`, `quality` and `description` of a level. The
rest travels in `extensions`, which CASE 1.1 leaves to whoever writes the file (docs/operations.md, "Rubrics as CASE"):

    CFRubric.extensions["teruji:task"]               {v: 1, language, task: the document without its criteria}
    CFRubricCriterion.extensions["teruji:criterion"] {v: 1, criterion: the criterion}

On the way back the members of CASE win over the extension, so that a text that was changed in another tool comes in,
and an untouched file gives the very same document. A rubric without extension becomes judged and checked criteria.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from assessment.domain.case import json_value
from assessment.domain.errors import N_, Invalid
from assessment.domain.language import LANGUAGES
from assessment.domain.practicals.document_draft import (
    Document,
    check_shape,
    check_size,
    free_code,
    new_criterion,
    new_document,
    no_words,
)
from assessment.domain.practicals.document_values import MOST_ENTRIES, mapping_at, shown
from assessment.domain.practicals.rubric import MOST_LEVELS

TASK = "teruji:task"
CRITERION = "teruji:criterion"
VERSION = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A performance criterion as CASE names it."""

    identifier: str
    title: str


def write(
    document: Mapping[str, Any],
    *,
    address: str,
    creator: str,
    language: str,
    items: Mapping[str, Item],
    changed_at: datetime,
) -> dict[str, Any]:
    """Return a task document as a CASE package.

    `address`: of the task, from which identifiers and URIs are made; `items`: performance criteria by their path.
    """
    stamp = changed_at.isoformat(timespec="seconds")

    def named(*parts: str) -> dict[str, Any]:
        uri = "/".join((address, *parts))
        return {"identifier": str(uuid5(NAMESPACE_URL, uri)), "uri": uri}

    rubric = named("rubric")
    title = document["title"].get(language, "")
    steps = {step["key"]: step["title"].get(language, "") for step in document["steps"]}
    return {
        "CFDocument": {
            **named("document"),
            "creator": creator,
            "title": title,
            "language": language,
            "caseVersion": "1.1",
            "lastChangeDateTime": stamp,
        },
        "CFItems": [],
        "CFAssociations": [],
        "CFRubrics": [
            {
                **rubric,
                "title": title,
                "description": document["instructions"].get(language, ""),
                "lastChangeDateTime": stamp,
                "CFRubricCriteria": [
                    _criterion(criterion, place, steps, rubric["identifier"], named, items, language, stamp)
                    for place, criterion in enumerate(document["criteria"], start=1)
                ],
                "extensions": {
                    TASK: {
                        "v": VERSION,
                        "language": language,
                        "task": {name: value for name, value in document.items() if name != "criteria"},
                    }
                },
            }
        ],
    }


def _criterion(
    criterion: Mapping[str, Any],
    place: int,
    steps: Mapping[str, str],
    rubric: str,
    named: Any,
    items: Mapping[str, Item],
    language: str,
    stamp: str,
) -> dict[str, Any]:
    own = named("criteria", criterion["code"])
    item = next((items[path] for path in criterion["criteria"] if path in items), None)
    written = {
        **own,
        "category": steps.get(criterion["step"], ""),
        "description": criterion["title"].get(language, ""),
        "weight": float(Decimal(criterion.get("weight", "1"))),
        "position": place,
        "rubricId": rubric,
        "lastChangeDateTime": stamp,
        "CFRubricCriterionLevels": [
            {
                **named("criteria", criterion["code"], str(score)),
                "description": level.get(language, ""),
                "quality": str(score),
                "score": score,
                "position": score,
                "rubricCriterionId": own["identifier"],
                "lastChangeDateTime": stamp,
            }
            for score, level in enumerate(criterion.get("levels", ()))
        ],
        "extensions": {CRITERION: {"v": VERSION, "criterion": dict(criterion)}},
    }
    if item is not None:
        written["CFItemURI"] = {
            "title": item.title,
            "identifier": item.identifier,
            "uri": f"urn:uuid:{item.identifier}",
        }
    return written


def read(content: bytes, paths: Mapping[str, str]) -> Document:
    """Return the task document of a CASE package with one rubric, whole or not.

    `paths`: identifier of a performance criterion -> its path "UNIT CODE/1.1". Raises Invalid, with the JSON path, for
    what is no package, for no rubric or several, and for an extension that is none of ours.
    """
    package = mapping_at(json_value.load(content), "$")
    rubrics = _list(package.get("CFRubrics"), "$.CFRubrics", MOST_ENTRIES)
    if len(rubrics) != 1:
        raise Invalid(N_("%(path)s: expected one rubric, got %(got)s."), path="$.CFRubrics", got=len(rubrics))
    path = "$.CFRubrics[0]"
    rubric = mapping_at(rubrics[0], path)
    about = mapping_at(package.get("CFDocument", {}), "$.CFDocument")
    entries = _in_order(_list(rubric.get("CFRubricCriteria"), f"{path}.CFRubricCriteria", MOST_ENTRIES), path)
    extension = _extension(rubric, TASK, path)
    if extension is None:
        document = _plain(rubric, entries, _language(about.get("language")), paths, path)
    else:
        document = _own(rubric, entries, extension, paths, path)
    check_shape(document)
    check_size(document)
    return document


def _own(
    rubric: Mapping[str, Any],
    entries: Iterable[tuple[str, Mapping[str, Any]]],
    extension: Mapping[str, Any],
    paths: Mapping[str, str],
    path: str,
) -> Document:
    language = _language(extension.get("language"))
    task = dict(mapping_at(extension.get("task"), f"{path}.extensions.{TASK}.task"))
    check_shape({**task, "criteria": []})
    task["title"] = _put(task["title"], language, rubric.get("title"), f"{path}.title")
    task["instructions"] = _put(task["instructions"], language, rubric.get("description"), f"{path}.description")
    criteria: list[Document] = []
    for own_path, entry in entries:
        held = _extension(entry, CRITERION, own_path)
        if held is None:
            made = _plain_criterion(entry, own_path, task["steps"][0]["key"], language, paths)
            made["code"] = free_code({each["code"] for each in criteria})
            if made["kind"] == "judged":
                made["group"] = next(iter(task.get("groups", {})), "")
        else:
            made = dict(mapping_at(held.get("criterion"), f"{own_path}.extensions.{CRITERION}.criterion"))
            check_shape({**task, "criteria": [made]})
            made = _merged(made, entry, language, own_path)
        criteria.append(made)
    return {**task, "criteria": criteria}


def _merged(criterion: Document, entry: Mapping[str, Any], language: str, path: str) -> Document:
    found = {**criterion, "title": _put(criterion["title"], language, entry.get("description"), f"{path}.description")}
    weight = entry.get("weight")
    if weight is not None and _number(weight, f"{path}.weight") != _held_weight(criterion):
        found["weight"] = format(_number(weight, f"{path}.weight"), "f")
    levels = entry.get("CFRubricCriterionLevels")
    if levels is not None and criterion["kind"] == "judged":
        told = _levels(levels, path)
        found["levels"] = [
            _put(criterion["levels"][place] if place < len(criterion["levels"]) else no_words(), language, text, path)
            for place, text in enumerate(told)
        ]
    return found


def _held_weight(criterion: Mapping[str, Any]) -> Decimal:
    text = criterion.get("weight", "1")
    try:
        return Decimal(text)
    except ArithmeticError:
        return Decimal(-1)


def _plain(
    rubric: Mapping[str, Any],
    entries: Iterable[tuple[str, Mapping[str, Any]]],
    language: str,
    paths: Mapping[str, str],
    path: str,
) -> Document:
    """Return a rubric of another tool as a task: a step for each category, one group for all that is judged."""
    document = new_document()
    document["title"] = _put(no_words(), language, rubric.get("title"), f"{path}.title")
    document["instructions"] = _put(no_words(), language, rubric.get("description"), f"{path}.description")
    steps: dict[str, str] = {}
    criteria: list[Document] = []
    for own_path, entry in entries:
        category = _text(entry.get("category"), f"{own_path}.category") or document["title"][language]
        key = steps.setdefault(category, f"step{len(steps) + 1}")
        made = _plain_criterion(entry, own_path, key, language, paths)
        made["code"] = free_code({each["code"] for each in criteria})
        if made["kind"] == "judged":
            made["group"] = "group1"
        criteria.append(made)
    document["steps"] = [
        {"key": key, "title": _put(no_words(), language, category, path)} for category, key in steps.items()
    ] or document["steps"]
    if any(each["kind"] == "judged" for each in criteria):
        document["groups"] = {"group1": dict(document["title"])}
    document["criteria"] = criteria
    return document


def _plain_criterion(
    entry: Mapping[str, Any], path: str, step: str, language: str, paths: Mapping[str, str]
) -> Document:
    levels = _levels(entry.get("CFRubricCriterionLevels") or [], path)
    made = new_criterion("judged" if len(levels) > 1 else "checked", "", step)
    made["title"] = _put(no_words(), language, entry.get("description"), f"{path}.description")
    if len(levels) > 1:
        made["levels"] = [_put(no_words(), language, text, path) for text in levels]
    if entry.get("weight") is not None:
        made["weight"] = format(_number(entry["weight"], f"{path}.weight"), "f")
    item = entry.get("CFItemURI")
    if isinstance(item, Mapping) and item.get("identifier") in paths:
        made["criteria"] = [paths[item["identifier"]]]
    return made


def _levels(value: object, path: str) -> list[str]:
    """Return the descriptors of levels from the lowest on: by score, else by position, else as they stand."""
    own = f"{path}.CFRubricCriterionLevels"
    entries = [
        (f"{own}[{place}]", mapping_at(entry, f"{own}[{place}]"))
        for place, entry in enumerate(_list(value, own, MOST_LEVELS))
    ]
    for member in ("score", "position"):
        if entries and all(entry.get(member) is not None for _, entry in entries):
            entries.sort(key=lambda each: _number(each[1][member], f"{each[0]}.{member}", least=Decimal(-(10**6))))
            break
    return [
        _text(entry.get("description"), f"{where}.description") or _text(entry.get("quality"), f"{where}.quality")
        for where, entry in entries
    ]


def _in_order(entries: list[Any], path: str) -> list[tuple[str, Mapping[str, Any]]]:
    named = [
        (f"{path}.CFRubricCriteria[{place}]", mapping_at(entry, f"{path}.CFRubricCriteria[{place}]"))
        for place, entry in enumerate(entries)
    ]
    if all(entry.get("position") is not None for _, entry in named):
        named.sort(key=lambda each: _number(each[1]["position"], f"{each[0]}.position"))
    return named


def _extension(entry: Mapping[str, Any], name: str, path: str) -> Mapping[str, Any] | None:
    extensions = entry.get("extensions")
    if not isinstance(extensions, Mapping) or name not in extensions:
        return None
    own = f"{path}.extensions.{name}"
    held = mapping_at(extensions[name], own)
    if held.get("v") != VERSION or isinstance(held.get("v"), bool):
        raise Invalid(
            N_("%(path)s: expected version %(version)s of the extension, got %(got)s."),
            path=own,
            version=VERSION,
            got=shown(held.get("v")),
        )
    return held


def _language(value: object) -> str:
    code = value.partition("-")[0].lower() if isinstance(value, str) else ""
    return code if code in LANGUAGES else next(iter(LANGUAGES))


def _put(texts: Mapping[str, str], language: str, value: object, path: str) -> dict[str, str]:
    return dict(texts) if value is None else {**texts, language: _text(value, path)}


def _text(value: object, path: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(N_("%(path)s: expected text, got %(got)s."), path=path, got=shown(value))
    return value


def _list(value: object, path: str, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise Invalid(
            N_("%(path)s: expected a list of at most %(most)s entries, got %(got)s."),
            path=path,
            most=most,
            got=len(value) if isinstance(value, list) else shown(value),
        )
    return value


def _number(value: object, path: str, *, least: Decimal = Decimal(0)) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= Decimal(str(value)) <= 10**6:
        raise Invalid(N_("%(path)s: expected a number, got %(got)s."), path=path, got=shown(value))
    return Decimal(str(value))
