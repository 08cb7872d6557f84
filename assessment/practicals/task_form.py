"""The form of a draft of a task: what it sends read back into the document, and what its buttons do. Shape only.

Names of the fields: `t.MEMBER.LANGUAGE` a text, `step` and `group` the keys of the rows in their order,
`step.KEY.LANGUAGE` and `group.KEY.LANGUAGE` their titles, `level.PLACE.LANGUAGE` a descriptor, `piece.NAME` a
dimension, `proves` the chosen performance criteria. What the form does not send keeps its value.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from assessment.domain.errors import N_, Invalid
from assessment.domain.language import LANGUAGES
from assessment.domain.practicals.document_draft import Document, no_words
from assessment.domain.practicals.limit_expression import DIMENSIONS
from assessment.domain.practicals.rubric import MOST_LEVELS
from assessment.domain.practicals.task_document import PHOTOS, SECTIONS

Sent = MultiDict[str, str]

MOST_ROWS = 40
FEWEST_LEVELS = 2


def read_frame(document: Mapping[str, Any], sent: Sent) -> Document:
    """Return the frame of a task with what the form sent."""
    frame: Document = {name: value for name, value in document.items() if name != "criteria"}
    frame["code"] = _line(sent, "code", frame["code"])
    frame["minutes"] = _whole(_line(sent, "minutes", str(frame["minutes"])))
    for name, default in (("assessors", 1), ("spread", 1)):
        value = _whole(_line(sent, name, str(frame.get(name, default))))
        if value != default or name in frame:
            frame[name] = value
    for member in ("title", "instructions"):
        frame[member] = _words(sent, f"t.{member}", frame[member])
    for member in SECTIONS:
        said = _words(sent, f"t.{member}", frame.get(member, no_words()))
        _put(frame, member, said if any(text.strip() for text in said.values()) else None)
    if "piece.joint" in sent:
        piece = {name: _line(sent, f"piece.{name}", "") for name in ("joint", *DIMENSIONS)}
        _put(frame, "test_piece", {name: value for name, value in piece.items() if value} or None)
        level = _line(sent, "acceptance.level", "")
        others = _others(sent.get("acceptance.others", ""))
        _put(frame, "acceptance", {"level": level, **({"others": others} if others else {})} if level else None)
    frame["steps"] = [
        {"key": key, "title": _words(sent, f"step.{key}", title)}
        for key, title in _rows(sent, "step", {step["key"]: step["title"] for step in frame["steps"]})
    ]
    frame["groups"] = {
        key: _words(sent, f"group.{key}", title) for key, title in _rows(sent, "group", frame.get("groups", {}))
    }
    return frame


def press_frame(frame: Document, button: str) -> tuple[Document, str]:
    """Return the frame after a button of its form was pressed, and the part of the page to come back to.

    Buttons: `add:step`, `add:group`, `remove:step:KEY`, `remove:group:KEY`, `up:step:KEY`, `down:step:KEY`. Any other
    changes nothing. Raises Invalid for more rows than there may be.
    """
    steps, groups = list(frame["steps"]), dict(frame["groups"])
    match button.split(":"):
        case ["add", "step"]:
            steps.append({"key": _free(("step", len(steps)), [step["key"] for step in steps]), "title": no_words()})
        case ["add", "group"]:
            groups[_free(("group", len(groups)), groups)] = no_words()
        case ["remove", "step", key]:
            steps = [step for step in steps if step["key"] != key]
        case ["remove", "group", key]:
            groups.pop(key, None)
        case [("up" | "down") as way, "step", key]:
            keys = [step["key"] for step in steps]
            place = keys.index(key) if key in keys else 0
            other = place + (1 if way == "down" else -1)
            if key in keys and 0 <= other < len(steps):
                steps[place], steps[other] = steps[other], steps[place]
        case _:
            return frame, ""
    if len(steps) > MOST_ROWS or len(groups) > MOST_ROWS:
        raise Invalid(N_("Expected at most %(most)s rows, got more."), most=MOST_ROWS)
    return {**frame, "steps": steps, "groups": groups}, f"{button.split(':')[1]}s"


def read_criterion(criterion: Mapping[str, Any], sent: Sent) -> Document:
    """Return a criterion with what its form sent."""
    found: Document = dict(criterion)
    for member in ("title", "help"):
        found[member] = _words(sent, f"t.{member}", found[member])
    found["step"] = _line(sent, "step", found["step"])
    found["method"] = _line(sent, "method", found["method"])
    found["safety_critical"] = bool(sent.get("safety"))
    found["criteria"] = list(dict.fromkeys(sent.getlist("proves")))
    _put(found, "weight", _line(sent, "weight", found.get("weight", "")) or None)
    _put(found, "report", _line(sent, "report", found.get("report", "")) or None)
    if "photos" in sent:
        # The form sends an empty one along, so that none at all can be chosen.
        _put(found, "photos", [kind for kind in PHOTOS if kind in sent.getlist("photos")] or None)
    match found["kind"]:
        case "judged":
            found["group"] = _line(sent, "group", found.get("group") or "")
            found["minimum_level"] = _whole(_line(sent, "minimum", str(found["minimum_level"])))
            found["levels"] = [_words(sent, f"level.{place}", text) for place, text in enumerate(found["levels"])]
        case "measured":
            found = _measured(found, sent)
    return found


def _measured(found: Document, sent: Sent) -> Document:
    found["unit"] = _line(sent, "unit", found["unit"])
    found["tool"] = _words(sent, "t.tool", found["tool"])
    _put(found, "resolution", _line(sent, "resolution", found.get("resolution", "")) or None)
    if "imperfection" not in sent:
        return found
    number = _line(sent, "imperfection", "")
    own = {"lower", "upper", "confirmed", "limit_source"}
    if number:
        return {name: value for name, value in found.items() if name not in own} | {"imperfection": number}
    found.pop("imperfection", None)
    found["lower"] = _line(sent, "lower", "") or None
    found["upper"] = _line(sent, "upper", "") or None
    found["confirmed"] = bool(sent.get("confirmed"))
    _put(found, "limit_source", _line(sent, "limit_source", "") or None)
    return found


def press_criterion(criterion: Document, button: str) -> tuple[Document, str]:
    """Return a criterion after a button of its form was pressed, and the part of the page to come back to.

    Buttons: `add:level`, `remove:level`. Any other changes nothing.
    """
    levels = criterion.get("levels", [])
    if button == "add:level" and len(levels) < MOST_LEVELS:
        return {**criterion, "levels": [*levels, no_words()]}, "levels"
    if button == "remove:level" and len(levels) > FEWEST_LEVELS:
        return {**criterion, "levels": levels[:-1]}, "levels"
    return criterion, ""


def said_others(acceptance: Mapping[str, Any]) -> str:
    """Return the other levels of an acceptance as they are typed: one a line, "1.9 C"."""
    return "\n".join(f"{number} {level}".strip() for number, level in acceptance.get("others", {}).items())


def _others(text: str) -> dict[str, str]:
    found = {}
    for line in text.splitlines()[:MOST_ROWS]:
        number, _, level = line.strip().partition(" ")
        if number:
            found[number] = level.strip()
    return found


def _rows(sent: Sent, name: str, there: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Return the rows in the order in which the form sent their keys; all of them where it sent none."""
    keys = [key for key in dict.fromkeys(sent.getlist(name)) if key in there]
    return [(key, there[key]) for key in keys or there]


def _words(sent: Sent, name: str, there: Mapping[str, str]) -> dict[str, str]:
    said = {code: sent.get(f"{name}.{code}", there.get(code, "")).replace("\r\n", "\n") for code in LANGUAGES}
    return {**there, **said}


def _line(sent: Sent, name: str, there: str) -> str:
    return sent.get(name, there).strip()


def _whole(text: str) -> int | str:
    return int(text) if text.isdecimal() and len(text) < MOST_ROWS else text


def _put(document: Document, member: str, value: Any) -> None:
    if value is None:
        document.pop(member, None)
    else:
        document[member] = value


def _free(wished: tuple[str, int], taken: Iterable[str]) -> str:
    name, number = wished
    there = set(taken)
    while (key := f"{name}{number + 1}") in there:
        number += 1
    return key
