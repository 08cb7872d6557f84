"""A practical task as a document, format version 1: its texts, its steps, and its rubric, in every language.

The document is JSON: `{v: 1, code, title, minutes, instructions, steps: [{key, title}], groups: {key: title},
criteria: […]}`, where a text is `{language: text}` in the languages of the title. What candidate and assessor
read beside the instructions (`wps`, `recipe`, `house_plan`) becomes a section of them. Every refusal names the
path, what was expected and what was found.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assessment.domain.competency import Method
from assessment.domain.errors import N_, Invalid
from assessment.domain.plan import LEVELS
from assessment.domain.practicals.measurement import Limits, parse_value
from assessment.domain.practicals.rubric import (
    Alignment,
    Checked,
    Judged,
    Marking,
    Measured,
    Rubric,
    RubricCriterion,
)

FORMAT_VERSION = 1
SECTIONS = ("wps", "recipe", "house_plan")
METHODS = (Method.OBSERVED.value, Method.PRODUCT.value, Method.ORAL.value)
KINDS = ("judged", "measured", "checked")
LONGEST_TEXT = 8_000
MOST_CRITERIA = 200

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_MEMBERS = frozenset({"v", "code", "title", "minutes", "instructions", "steps", "groups", "criteria", *SECTIONS})
_OF_CRITERION = frozenset({"code", "step", "kind", "title", "help", "criteria", "method", "safety_critical", "group"})
_OF_KIND = {
    "judged": frozenset({"minimum_level", "levels"}),
    "measured": frozenset({"unit", "tool", "lower", "upper", "confirmed", "limit_source"}),
    "checked": frozenset[str](),
}

Texts = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A step of the task in working order."""

    key: str
    titles: Texts


@dataclass(frozen=True, kw_only=True, slots=True)
class CriterionDocument:
    """One rubric criterion with all its texts; `proves` are performance criteria as "UNIT CODE/1.1".

    `levels`: the descriptors of levels 0 to 3; `tool` and `group` are None where the kind has none.
    """

    code: str
    step: str
    marking: Marking
    titles: Texts
    helps: Texts
    levels: tuple[Texts, ...]
    tool: Texts | None
    group: Texts | None
    limit_source: str
    proves: tuple[str, ...]
    method: Method
    safety_critical: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskDocument:
    """A whole task; `instructions` hold the further sections (see `sections`)."""

    code: str
    minutes: int
    titles: Texts
    instructions: Texts
    steps: tuple[Step, ...]
    criteria: tuple[CriterionDocument, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A part of the instructions; `key` is None for the instructions themselves, else one of SECTIONS."""

    key: str | None
    text: str


def read(document: object) -> TaskDocument:
    """Read a task document. Raises Invalid naming the path, what was expected and what was found."""
    fields = _object(document, "", _MEMBERS, optional=frozenset({"groups", *SECTIONS}))
    if fields["v"] != FORMAT_VERSION or isinstance(fields["v"], bool):
        raise Invalid(N_("Expected a task of format version 1, got %(got)s."), got=_shown(fields["v"]))
    titles = _texts(fields["title"], "title", None)
    languages = frozenset(titles)
    steps = tuple(_step(entry, f"steps[{place}]", languages) for place, entry in _entries(fields["steps"], "steps"))
    _once([step.key for step in steps], "steps")
    groups = {
        _code(key, "groups"): _texts(title, f"groups.{key}", languages)
        for key, title in _mapping(fields.get("groups", {}), "groups").items()
    }
    criteria = tuple(
        _criterion(entry, f"criteria[{place}]", languages, {step.key for step in steps}, groups)
        for place, entry in _entries(fields["criteria"], "criteria")
    )
    _once([criterion.code for criterion in criteria], "criteria")
    return TaskDocument(
        code=_code(fields["code"], "code"),
        minutes=_whole(fields["minutes"], "minutes", 1, 600),
        titles=titles,
        instructions=_instructions(fields, languages),
        steps=steps,
        criteria=criteria,
    )


def rubric_of(document: TaskDocument, criterion_ids: Mapping[str, str]) -> Rubric:
    """Return the rubric of a task; `criterion_ids` maps "UNIT CODE/1.1" to the id of a performance criterion.

    A rubric criterion is known by its code. Raises Invalid for a performance criterion that is not there.
    """
    return Rubric(
        criteria=tuple(
            RubricCriterion(
                id=criterion.code,
                marking=criterion.marking,
                alignments=tuple(
                    Alignment(
                        criterion_id=_known(criterion_ids, number, f"criteria[{place}].criteria"),
                        method=criterion.method,
                    )
                    for number in criterion.proves
                ),
                safety_critical=criterion.safety_critical,
            )
            for place, criterion in enumerate(document.criteria)
        )
    )


def sections(instructions: str) -> tuple[Section, ...]:
    """Return the parts of stored instructions in their order, the instructions themselves first."""
    first, *others = re.split(r"\n\n# ([a-z_]+)\n", instructions)
    found = [Section(key=None, text=first)]
    found += [Section(key=key, text=text) for key, text in zip(others[::2], others[1::2], strict=True)]
    return tuple(found)


def _instructions(fields: Mapping[str, Any], languages: frozenset[str]) -> Texts:
    parts: list[tuple[str | None, Texts]] = [(None, _texts(fields["instructions"], "instructions", languages))]
    parts += [(key, _texts(fields[key], key, languages)) for key in SECTIONS if key in fields]
    for key, texts in parts:
        for language, text in texts.items():
            if any(line.startswith("# ") for line in text.splitlines()):
                raise Invalid(
                    N_('%(path)s: expected no line that begins with "# ", got one.'),
                    path=f"{key or 'instructions'}.{language}",
                )
    return {
        language: "".join(f"\n\n# {key}\n{texts[language]}" if key else texts[language] for key, texts in parts)
        for language in sorted(languages)
    }


def _step(entry: object, path: str, languages: frozenset[str]) -> Step:
    fields = _object(entry, path, frozenset({"key", "title"}))
    return Step(key=_code(fields["key"], f"{path}.key"), titles=_texts(fields["title"], f"{path}.title", languages))


def _criterion(
    entry: object, path: str, languages: frozenset[str], steps: set[str], groups: Mapping[str, Texts]
) -> CriterionDocument:
    kind = _one_of(_mapping(entry, path).get("kind"), f"{path}.kind", KINDS)
    fields = _object(entry, path, _OF_CRITERION | _OF_KIND[kind], optional=frozenset({"group", "limit_source"}))
    levels: tuple[Texts, ...] = ()
    tool: Texts | None = None
    group: str | None = None
    marking: Marking
    if kind == "judged":
        group = _one_of(fields.get("group"), f"{path}.group", tuple(groups))
        entries = list(_entries(fields["levels"], f"{path}.levels"))
        if len(entries) != len(LEVELS):
            raise Invalid(
                N_("%(path)s: expected the descriptors of levels 0 to 3, got %(got)s."),
                path=f"{path}.levels",
                got=len(entries),
            )
        levels = tuple(_texts(text, f"{path}.levels[{place}]", languages) for place, text in entries)
        marking = Judged(
            descriptors=tuple(next(iter(texts.values())) for texts in levels),
            minimum=_whole(fields["minimum_level"], f"{path}.minimum_level", 1, 3),
            group=group,
        )
    elif kind == "measured":
        tool = _texts(fields["tool"], f"{path}.tool", languages)
        marking = Measured(
            limits=_limits(fields, path),
            tool=next(iter(tool.values())),
            confirmed=_truth(fields["confirmed"], f"{path}.confirmed"),
        )
    else:
        marking = Checked()
    if kind != "judged" and fields.get("group") is not None:
        raise Invalid(
            N_("%(path)s: expected a group on judged criteria only, got %(got)s."),
            path=f"{path}.group",
            got=_shown(fields["group"]),
        )
    proves = tuple(
        _text(number, f"{path}.criteria[{place}]") for place, number in _entries(fields["criteria"], f"{path}.criteria")
    )
    _once(list(proves), f"{path}.criteria")
    return CriterionDocument(
        code=_code(fields["code"], f"{path}.code"),
        step=_one_of(fields["step"], f"{path}.step", tuple(sorted(steps))),
        marking=marking,
        titles=_texts(fields["title"], f"{path}.title", languages),
        helps=_texts(fields["help"], f"{path}.help", languages),
        levels=levels,
        tool=tool,
        group=groups[group] if group else None,
        limit_source=_text(fields["limit_source"], f"{path}.limit_source") if "limit_source" in fields else "",
        proves=proves,
        method=Method(_one_of(fields["method"], f"{path}.method", METHODS)),
        safety_critical=_truth(fields["safety_critical"], f"{path}.safety_critical"),
    )


def _limits(fields: Mapping[str, Any], path: str) -> Limits:
    try:
        return Limits(
            unit=_text(fields["unit"], f"{path}.unit"),
            lower=_limit(fields["lower"], f"{path}.lower"),
            upper=_limit(fields["upper"], f"{path}.upper"),
        )
    except Invalid as error:
        if "path" in error.values:
            raise
        raise Invalid(N_("%(path)s: %(detail)s"), path=path, detail=error) from error


def _limit(value: object, path: str) -> Decimal | None:
    if value is None:
        return None
    try:
        return parse_value(value if isinstance(value, str) else "")
    except Invalid as error:
        raise Invalid(
            N_('%(path)s: expected a number as text such as "0.5", or null, got %(got)s.'),
            path=path,
            got=_shown(value),
        ) from error


def _known(criterion_ids: Mapping[str, str], number: str, path: str) -> str:
    found = criterion_ids.get(number)
    if found is None:
        raise Invalid(
            N_("%(path)s: expected a performance criterion of the scheme, got %(got)s."), path=path, got=number
        )
    return found


def _object(
    value: object, path: str, members: frozenset[str], *, optional: frozenset[str] = frozenset()
) -> Mapping[str, Any]:
    fields = _mapping(value, path)
    missing = sorted(members - optional - fields.keys())
    if missing:
        raise Invalid(
            N_("%(path)s: expected the member %(missing)s, got %(got)s."),
            path=path or "task",
            missing=", ".join(missing),
            got=", ".join(sorted(map(str, fields))) or "none",
        )
    unknown = sorted(str(name) for name in fields if name not in members)
    if unknown:
        raise Invalid(
            N_("%(path)s: expected only the members %(expected)s, got %(got)s too."),
            path=path or "task",
            expected=", ".join(sorted(members)),
            got=", ".join(unknown),
        )
    return fields


def _mapping(value: object, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Invalid(N_("%(path)s: expected an object, got %(got)s."), path=path or "task", got=_shown(value))
    return value


def _entries(value: object, path: str) -> Iterable[tuple[int, object]]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_CRITERIA:
        raise Invalid(
            N_("%(path)s: expected a list of 1 to %(most)s entries, got %(got)s."),
            path=path,
            most=MOST_CRITERIA,
            got=len(value) if isinstance(value, list) else _shown(value),
        )
    return enumerate(value)


def _texts(value: object, path: str, languages: frozenset[str] | None) -> Texts:
    given = _mapping(value, path)
    wanted = languages if languages is not None else frozenset(given)
    if not wanted or given.keys() != wanted or not all(_LANGUAGE.fullmatch(str(name)) for name in wanted):
        raise Invalid(
            N_("%(path)s: expected a text in each of %(languages)s, got %(got)s."),
            path=path,
            languages=", ".join(sorted(languages or {"id", "en"})),
            got=", ".join(sorted(map(str, given))) or "none",
        )
    return {name: _text(given[name], f"{path}.{name}") for name in sorted(given)}


def _text(value: object, path: str) -> str:
    if (
        not isinstance(value, str)
        or not value.strip()
        or len(value) > LONGEST_TEXT
        or "\0" in value
        or re.search("[\ud800-\udfff]", value)
    ):
        raise Invalid(
            N_("%(path)s: expected a text of 1 to %(most)s characters, got %(got)s."),
            path=path,
            most=LONGEST_TEXT,
            got=_shown(value),
        )
    return value.strip()


def _code(value: object, path: str) -> str:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise Invalid(
            N_("%(path)s: expected a code of up to 40 letters, digits, points and hyphens, got %(got)s."),
            path=path,
            got=_shown(value),
        )
    return value


def _one_of(value: object, path: str, choices: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise Invalid(
            N_("%(path)s: expected one of %(choices)s, got %(got)s."),
            path=path,
            choices=", ".join(choices) or "none",
            got=_shown(value),
        )
    return value


def _whole(value: object, path: str, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Invalid(
            N_("%(path)s: expected a whole number from %(low)s to %(high)s, got %(got)s."),
            path=path,
            low=low,
            high=high,
            got=_shown(value),
        )
    return value


def _truth(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise Invalid(N_("%(path)s: expected true or false, got %(got)s."), path=path, got=_shown(value))
    return value


def _once(codes: list[str], path: str) -> None:
    for code in codes:
        if codes.count(code) > 1:
            raise Invalid(N_("%(path)s: expected each code once, got %(got)s twice."), path=path, got=code)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
