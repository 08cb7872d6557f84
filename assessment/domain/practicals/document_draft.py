"""A task document while somebody writes it: whole or not, changed part by part, and what is still missing.

The document is the JSON value of `task_document`, kept as it was typed. A *part* is the frame (everything but the
criteria) or one criterion by its code, so that two people can write at two criteria of one task.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from assessment.domain.errors import N_, Invalid, NotFound
from assessment.domain.language import LANGUAGES
from assessment.domain.practicals.document_values import (
    MOST_ENTRIES,
    code_at,
    each_once,
    mapping_at,
    object_at,
    one_of_at,
    shown,
)
from assessment.domain.practicals.rubric import MOST_LEVELS, Defect, check
from assessment.domain.practicals.task_document import (
    FORMAT_VERSION,
    KINDS,
    SECTIONS,
    CriterionDocument,
    Step,
    TaskDocument,
    criterion_members,
    frame_from,
    frame_parts,
    members_of,
    read,
    read_criterion,
    rubric_of,
)

Document = dict[str, Any]

LARGEST = 600_000
"""The most characters of a document as JSON."""

_LEVELS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Something to mend before the review; `code` is that of the criterion, None for the task itself."""

    code: str | None
    error: Invalid


def no_words() -> dict[str, str]:
    """Return a text that is empty in every language."""
    return dict.fromkeys(LANGUAGES, "")


def new_document() -> Document:
    """Return a task without anything in it."""
    return {
        "v": FORMAT_VERSION,
        "code": "",
        "title": no_words(),
        "minutes": 60,
        "instructions": no_words(),
        "steps": [{"key": "step1", "title": no_words()}],
        "groups": {},
        "criteria": [],
    }


def new_criterion(kind: str, code: str, step: str) -> Document:
    """Return a criterion of a kind without any words. Raises Invalid for an unknown kind."""
    if kind not in KINDS:
        raise Invalid(N_("Expected one of %(choices)s, got %(got)s."), choices=", ".join(KINDS), got=kind)
    of_kind: dict[str, Document] = {
        "judged": {"group": "", "minimum_level": 1, "levels": [no_words() for _ in range(_LEVELS)]},
        "measured": {"unit": "mm", "tool": no_words(), "lower": None, "upper": None, "confirmed": False},
        "checked": {},
    }
    return {
        "code": code,
        "step": step,
        "kind": kind,
        "title": no_words(),
        "help": no_words(),
        "criteria": [],
        "method": "observed",
        "safety_critical": False,
        **of_kind[kind],
    }


def check_size(document: Mapping[str, Any]) -> None:
    """Raise Invalid for a document that is larger than a draft may be."""
    size = len(json.dumps(document, ensure_ascii=False))
    if size > LARGEST or len(document.get("criteria", ())) > MOST_ENTRIES:
        raise Invalid(N_("Expected a task of at most %(most)s characters, got %(got)s."), most=LARGEST, got=size)


def check_shape(document: Mapping[str, Any]) -> None:
    """Raise Invalid, naming the path, for a document that is not at least of the shape of a draft.

    What was typed may be incomplete, but every member is of the kind that forms and previews rely on.
    """
    fields = members_of(document)
    _is(isinstance(fields["code"], str), "code", fields["code"])
    _is(isinstance(fields["minutes"], int | str), "minutes", fields["minutes"])
    for name in ("title", "instructions", *(each for each in SECTIONS if each in fields)):
        _words_at(fields[name], name)
    for name in ("test_piece", "acceptance"):
        said = mapping_at(fields.get(name, {}), name)
        for member, value in said.items():
            inner = value.values() if member == "others" and isinstance(value, Mapping) else (value,)
            _is(all(isinstance(each, str) for each in inner), f"{name}.{member}", value)
    steps = fields["steps"]
    _is(isinstance(steps, list) and 0 < len(steps) <= MOST_ENTRIES, "steps", steps)
    for place, step in enumerate(steps):
        step = object_at(step, f"steps[{place}]", frozenset({"key", "title"}))  # the same, read
        code_at(step["key"], f"steps[{place}].key")
        _words_at(step["title"], f"steps[{place}].title")
    for key, title in mapping_at(fields.get("groups", {}), "groups").items():
        code_at(key, "groups")
        _words_at(title, f"groups.{key}")
    criteria = fields["criteria"]
    _is(isinstance(criteria, list), "criteria", criteria)
    for place, criterion in enumerate(criteria):
        _criterion_shape(criterion, f"criteria[{place}]")
    each_once([criterion["code"] for criterion in criteria], "criteria")


def _criterion_shape(criterion: object, path: str) -> None:
    kind = one_of_at(mapping_at(criterion, path).get("kind"), f"{path}.kind", KINDS)
    fields = criterion_members(criterion, path, kind)
    code_at(fields["code"], f"{path}.code")
    for name in ("step", "method"):
        _is(isinstance(fields[name], str), f"{path}.{name}", fields[name])
    for name in ("title", "help", *(["tool"] if kind == "measured" else [])):
        _words_at(fields[name], f"{path}.{name}")
    for name in ("weight", "report", "resolution", "unit", "lower", "upper", "limit_source", "imperfection", "group"):
        _is(fields.get(name) is None or isinstance(fields[name], str), f"{path}.{name}", fields.get(name))
    _is(isinstance(fields["safety_critical"], bool), f"{path}.safety_critical", fields["safety_critical"])
    for name in ("criteria", "photos"):
        said = fields.get(name, [])
        _is(isinstance(said, list) and all(isinstance(each, str) for each in said), f"{path}.{name}", said)
    if kind == "judged":
        levels = fields["levels"]
        _is(isinstance(levels, list) and 0 < len(levels) <= MOST_LEVELS, f"{path}.levels", levels)
        for place, level in enumerate(levels):
            _words_at(level, f"{path}.levels[{place}]")


def _words_at(value: object, path: str) -> None:
    said = mapping_at(value, path)
    _is(all(isinstance(text, str) for text in (*said, *said.values())), path, value)


def _is(right: bool, path: str, value: object) -> None:
    if not right:
        raise Invalid(N_("%(path)s: expected another kind of value, got %(got)s."), path=path, got=shown(value))


# --- parts ----------------------------------------------------------------------------------------------


def criterion_in(document: Mapping[str, Any], code: str) -> Document:
    """Return a criterion by its code. Raises NotFound."""
    for criterion in document["criteria"]:
        if criterion["code"] == code:
            found: Document = criterion
            return found
    raise NotFound(N_("There is no such criterion in the draft."))


def part_digest(document: Mapping[str, Any], code: str | None) -> str:
    """Return what tells one state of a part from another. Raises NotFound for a criterion that is gone."""
    part: Any = criterion_in(document, code) if code is not None else _frame(document)
    return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:16]


def _frame(document: Mapping[str, Any]) -> Document:
    return {name: value for name, value in document.items() if name != "criteria"}


def with_frame(document: Mapping[str, Any], frame: Mapping[str, Any]) -> Document:
    """Return the document with another frame and its own criteria."""
    return {**_frame(frame), "criteria": document["criteria"]}


def with_criterion(document: Mapping[str, Any], criterion: Document) -> Document:
    """Return the document with a criterion in the place of the one of the same code. Raises NotFound."""
    criterion_in(document, criterion["code"])
    return {
        **document,
        "criteria": [criterion if each["code"] == criterion["code"] else each for each in document["criteria"]],
    }


def added(document: Mapping[str, Any], criterion: Document) -> Document:
    """Return the document with a criterion behind the last one of its step, under a code of its own."""
    criteria = list(document["criteria"])
    codes = {each["code"] for each in criteria}
    code = criterion["code"] or free_code(codes)
    if code in codes:
        code = free_code(codes, code)
    places = [place for place, each in enumerate(criteria) if each["step"] == criterion["step"]]
    criteria.insert(places[-1] + 1 if places else len(criteria), {**criterion, "code": code})
    return {**document, "criteria": criteria}


def free_code(taken: Collection[str], wished: str = "") -> str:
    """Return a code that no criterion has: K01, K02, … or the wished one with a number."""
    pattern = f"{wished[:34]}-{{}}" if wished else "K{:02}"
    number = 2 if wished else 1
    while (code := pattern.format(number)) in taken:
        number += 1
    return code


def removed(document: Mapping[str, Any], code: str) -> Document:
    """Return the document without a criterion. Raises NotFound."""
    criterion_in(document, code)
    return {**document, "criteria": [each for each in document["criteria"] if each["code"] != code]}


def moved(document: Mapping[str, Any], code: str, by: int) -> Document:
    """Return the document with a criterion one place earlier (-1) or later (1) in its step. Raises NotFound."""
    criteria = list(document["criteria"])
    criterion = criterion_in(document, code)
    places = [place for place, each in enumerate(criteria) if each["step"] == criterion["step"]]
    own = places.index(criteria.index(criterion))
    other = own + by
    if 0 <= other < len(places):
        here, there = places[own], places[other]
        criteria[here], criteria[there] = criteria[there], criteria[here]
    return {**document, "criteria": criteria}


def copied(document: Mapping[str, Any], other: Mapping[str, Any], codes: Collection[str]) -> Document:
    """Return the document with some criteria of another one, in its order, with the groups and steps they need."""
    found: Document = {**document, "groups": dict(document.get("groups", {})), "steps": list(document["steps"])}
    there = {step["key"] for step in found["steps"]}
    for criterion in other["criteria"]:
        if criterion["code"] not in codes:
            continue
        if criterion["step"] not in there:
            there.add(criterion["step"])
            found["steps"].append(next(step for step in other["steps"] if step["key"] == criterion["step"]))
        group = criterion.get("group")
        if group and group in other.get("groups", {}):
            found["groups"].setdefault(group, other["groups"][group])
        for member in ("test_piece", "acceptance"):
            if "imperfection" in criterion and member in other:
                found.setdefault(member, other[member])
        found = added(found, dict(criterion))
    return found


def only_known(document: Mapping[str, Any], known: Collection[str]) -> Document:
    """Return the document without performance criteria that a scheme does not have: they are chosen anew."""
    return {
        **document,
        "criteria": [
            {**criterion, "criteria": [number for number in criterion["criteria"] if number in known]}
            for criterion in document["criteria"]
        ],
    }


# --- what is missing ------------------------------------------------------------------------------------

_SAID: Mapping[Defect, str] = {
    Defect.SAFETY_UNCONFIRMED: N_(
        "A safety-critical measurement needs a confirmed limit: an unconfirmed one guards nothing."
    ),
    Defect.MIXED_SCALE: N_("Every aspect of a group is judged by the same number of levels."),
    Defect.UNKNOWN_ALIGNMENT: N_("A performance criterion is not one of the scheme."),
}


def look_through(document: Mapping[str, Any], known: Collection[str]) -> tuple[TaskDocument | None, list[Fault]]:
    """Return the task if it is whole, and everything that is to be mended, in the order of the document.

    `known`: the performance criteria of the scheme as "UNIT CODE/1.1".
    """
    try:
        fields = members_of(document)
    except Invalid as error:
        return None, [Fault(code=None, error=error)]
    faults: list[Fault] = []
    parts = _stand_in(document)
    for name, part in frame_parts(fields):
        try:
            parts[name] = part()
        except Invalid as error:
            faults.append(Fault(code=None, error=error))
    frame = frame_from(parts)
    entries = document["criteria"] if isinstance(document["criteria"], list) else []
    if not entries:
        faults.append(Fault(code=None, error=Invalid(N_("The rubric has no criterion yet."))))
    for place, entry in enumerate(entries):
        try:
            _check_known(read_criterion(entry, f"criteria[{place}]", frame), known)
        except Invalid as error:
            code = entry.get("code") if isinstance(entry, Mapping) else None
            faults.append(Fault(code=code if isinstance(code, str) else None, error=error))
    if faults:
        return None, faults
    return _whole(document, known)


def _whole(document: Mapping[str, Any], known: Collection[str]) -> tuple[TaskDocument | None, list[Fault]]:
    try:
        found = read(document)
        rubric = rubric_of(found, {number: number for number in known})
    except Invalid as error:
        return None, [Fault(code=None, error=error)]
    faults = [
        Fault(
            code=finding.rubric_criterion_id,
            error=Invalid(_SAID[finding.defect])
            if finding.defect in _SAID
            else Invalid(N_("Expected a sound criterion, got: %(defect)s."), defect=finding.defect.value),
        )
        for finding in check(rubric, known_criteria=known)
    ]
    return (found, []) if not faults else (None, faults)


def _check_known(criterion: CriterionDocument, known: Collection[str]) -> None:
    unknown = [number for number in criterion.proves if number not in known]
    if unknown:
        raise Invalid(N_("Expected performance criteria of the scheme, got %(got)s."), got=", ".join(unknown))


def _stand_in(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return parts of a frame to read the criteria with while the frame's own parts cannot be read."""
    words = dict.fromkeys(LANGUAGES, "-")
    steps, groups = document["steps"], document.get("groups")
    keys = [step.get("key") for step in steps if isinstance(step, Mapping)] if isinstance(steps, list) else []
    return {
        "code": "-",
        "minutes": 1,
        "titles": words,
        "instructions": words,
        "steps": tuple(Step(key=str(key), titles=words) for key in keys),
        "groups": dict.fromkeys(groups, words) if isinstance(groups, Mapping) else {},
    }
