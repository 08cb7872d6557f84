"""A practical task as a document, format version 1: its texts, its steps, and its rubric, in every language.

The document is JSON: `{v: 1, code, title, minutes, instructions, steps: [{key, title}], groups: {key: title},
criteria: […]}`, where a text is `{language: text}` in the languages of the title. What candidate and assessor
read beside the instructions (`SECTIONS`) becomes a section of them; `test_piece` and `acceptance` are what limits are
calculated from (`document_limits`); `assessors` says how many mark apart, `spread` by how many levels they may differ.
A criterion may have a `weight`, a measured one the `resolution` of its tool, `report` names the test report that has
to be in before it counts, and `photos` those that are asked for with it (`PHOTOS`). Every refusal names the path, what
was expected and what was found.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from assessment.domain.competency import Method
from assessment.domain.errors import N_, Invalid
from assessment.domain.language import LANGUAGES
from assessment.domain.practicals.document_limits import TestPiece, limits_at, test_piece_at
from assessment.domain.practicals.document_values import (
    Texts,
    code_at,
    decimal_at,
    each_once,
    entries_at,
    mapping_at,
    object_at,
    one_of_at,
    shown,
    text_at,
    texts_at,
    truth_at,
    whole_at,
)
from assessment.domain.practicals.rubric import (
    MOST_ASSESSORS,
    MOST_LEVELS,
    Alignment,
    Checked,
    Judged,
    Marking,
    Measured,
    Rubric,
    RubricCriterion,
)

FORMAT_VERSION = 1
SECTIONS = ("safety_brief", "materials", "stations", "wps", "recipe", "house_plan")
METHODS = (Method.OBSERVED.value, Method.PRODUCT.value, Method.ORAL.value)
KINDS = ("judged", "measured", "checked")
PHOTOS = ("fit_up", "root", "cap")
"""Which photos of the work a criterion may ask for; each shows the stamp."""

DEFAULT_SPREAD = 1
HEAVIEST = Decimal(1000)

_OPTIONAL = frozenset({"groups", "test_piece", "acceptance", "assessors", "spread", *SECTIONS})
_MEMBERS = frozenset({"v", "code", "title", "minutes", "instructions", "steps", "criteria"}) | _OPTIONAL
_OF_CRITERION = frozenset(
    {
        "code",
        "step",
        "kind",
        "title",
        "help",
        "criteria",
        "method",
        "safety_critical",
        "group",
        "weight",
        "report",
        "photos",
    }
)
_OPTIONAL_OF_CRITERION = frozenset({"group", "weight", "report", "resolution", "photos"})
_LIMITS = frozenset({"lower", "upper", "confirmed", "limit_source", "imperfection"})
_OF_KIND = {
    "judged": frozenset({"minimum_level", "levels"}),
    "measured": frozenset({"unit", "tool", "resolution"}) | _LIMITS,
    "checked": frozenset[str](),
}


class ReportKind(StrEnum):
    """Tests of a piece that are reported apart from the sheet: by whom and how stands in the record."""

    VISUAL = "visual"
    RADIOGRAPHIC = "radiographic"
    ULTRASONIC = "ultrasonic"
    BEND = "bend"
    FRACTURE = "fracture"
    MACRO = "macro"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A step of the task in working order."""

    key: str
    titles: Texts


@dataclass(frozen=True, kw_only=True, slots=True)
class CriterionDocument:
    """One rubric criterion with all its texts; `proves` are performance criteria as "UNIT CODE/1.1".

    `levels`: the descriptors of its levels from 0 on; `tool`, `resolution` and `group` are None where the kind has
    none; `report` is the test report that has to be in before the criterion counts, `photos` are asked for with it.
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
    weight: Decimal = Decimal(1)
    resolution: Decimal | None = None
    report: ReportKind | None = None
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A task without its criteria; `instructions` hold the further sections (see `sections`)."""

    code: str
    minutes: int
    titles: Texts
    instructions: Texts
    steps: tuple[Step, ...]
    groups: Mapping[str, Texts] = field(default_factory=dict)
    piece: TestPiece = field(default_factory=TestPiece)
    assessors: int = 1
    spread: int = DEFAULT_SPREAD

    @property
    def languages(self) -> frozenset[str]:
        """The languages in which every text is there."""
        return frozenset(self.titles)


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskDocument:
    """A whole task; `instructions` hold the further sections (see `sections`).

    `spread`: by how many levels assessors may differ before both mark again.
    """

    code: str
    minutes: int
    titles: Texts
    instructions: Texts
    steps: tuple[Step, ...]
    criteria: tuple[CriterionDocument, ...]
    assessors: int = 1
    spread: int = DEFAULT_SPREAD


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A part of the instructions; `key` is None for the instructions themselves, else one of SECTIONS."""

    key: str | None
    text: str


def read(document: object) -> TaskDocument:
    """Read a task document. Raises Invalid naming the path, what was expected and what was found."""
    fields = members_of(document)
    read_parts = {name: part() for name, part in frame_parts(fields)}
    frame = frame_from(read_parts)
    criteria = tuple(
        read_criterion(entry, f"criteria[{place}]", frame)
        for place, entry in entries_at(fields["criteria"], "criteria")
    )
    each_once([criterion.code for criterion in criteria], "criteria")
    return TaskDocument(
        code=frame.code,
        minutes=frame.minutes,
        titles=frame.titles,
        instructions=frame.instructions,
        steps=frame.steps,
        criteria=criteria,
        assessors=frame.assessors,
        spread=frame.spread,
    )


def members_of(document: object) -> Mapping[str, Any]:
    """Return the members of a task document. Raises Invalid for missing and unknown ones, and for another version."""
    fields = object_at(document, "", _MEMBERS, optional=_OPTIONAL)
    if fields["v"] != FORMAT_VERSION or isinstance(fields["v"], bool):
        raise Invalid(N_("Expected a task of format version 1, got %(got)s."), got=shown(fields["v"]))
    return fields


def frame_parts(fields: Mapping[str, Any]) -> list[tuple[str, Callable[[], Any]]]:
    """Return what reads each part of a task's frame, by its name; each raises Invalid on its own.

    The texts are read in the languages of the title, or in those that it should have where it is no title.
    """
    try:
        languages = frozenset(texts_at(fields["title"], "title", None))
    except Invalid:
        languages = frozenset(LANGUAGES)
    return [
        ("steps", lambda: _steps(fields["steps"], languages)),
        ("groups", lambda: _groups(fields.get("groups", {}), languages)),
        ("piece", lambda: test_piece_at(fields)),
        ("code", lambda: code_at(fields["code"], "code")),
        ("titles", lambda: texts_at(fields["title"], "title", None)),
        ("minutes", lambda: whole_at(fields["minutes"], "minutes", 1, 600)),
        ("assessors", lambda: whole_at(fields.get("assessors", 1), "assessors", 1, MOST_ASSESSORS)),
        ("spread", lambda: whole_at(fields.get("spread", DEFAULT_SPREAD), "spread", 0, MOST_LEVELS)),
        ("instructions", lambda: _instructions(fields, languages)),
    ]


def frame_from(parts: Mapping[str, Any]) -> Frame:
    """Return the frame of a task from its parts as `frame_parts` reads them."""
    return Frame(**parts)


def _steps(value: object, languages: frozenset[str]) -> tuple[Step, ...]:
    steps = tuple(_step(entry, f"steps[{place}]", languages) for place, entry in entries_at(value, "steps"))
    each_once([step.key for step in steps], "steps")
    return steps


def _groups(value: object, languages: frozenset[str]) -> dict[str, Texts]:
    return {
        code_at(key, "groups"): texts_at(title, f"groups.{key}", languages)
        for key, title in mapping_at(value, "groups").items()
    }


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
        ),
        assessors=document.assessors,
    )


def sections(instructions: str) -> tuple[Section, ...]:
    """Return the parts of stored instructions in their order, the instructions themselves first."""
    first, *others = re.split(r"\n\n# ([a-z_]+)\n", instructions)
    found = [Section(key=None, text=first)]
    found += [Section(key=key, text=text) for key, text in zip(others[::2], others[1::2], strict=True)]
    return tuple(found)


def _instructions(fields: Mapping[str, Any], languages: frozenset[str]) -> Texts:
    parts: list[tuple[str | None, Texts]] = [(None, texts_at(fields["instructions"], "instructions", languages))]
    parts += [(key, texts_at(fields[key], key, languages)) for key in SECTIONS if key in fields]
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
    fields = object_at(entry, path, frozenset({"key", "title"}))
    return Step(key=code_at(fields["key"], f"{path}.key"), titles=texts_at(fields["title"], f"{path}.title", languages))


def criterion_members(entry: object, path: str, kind: str) -> Mapping[str, Any]:
    """Return the members of a criterion of a kind. Raises Invalid for missing and unknown ones."""
    return object_at(entry, path, _OF_CRITERION | _OF_KIND[kind], optional=_LIMITS | _OPTIONAL_OF_CRITERION)


def read_criterion(entry: object, path: str, frame: Frame) -> CriterionDocument:
    """Read one criterion of a task with this frame. Raises Invalid naming the path."""
    languages, groups = frame.languages, frame.groups
    kind = one_of_at(mapping_at(entry, path).get("kind"), f"{path}.kind", KINDS)
    fields = criterion_members(entry, path, kind)
    levels: tuple[Texts, ...] = ()
    tool: Texts | None = None
    group: str | None = None
    source = ""
    marking: Marking
    if kind == "judged":
        group = one_of_at(fields.get("group"), f"{path}.group", tuple(groups))
        entries = list(entries_at(fields["levels"], f"{path}.levels"))
        if not 2 <= len(entries) <= MOST_LEVELS:
            raise Invalid(
                N_("%(path)s: expected the descriptors of levels 0 to 3, or of a scale of 2 to %(most)s, got %(got)s."),
                path=f"{path}.levels",
                most=MOST_LEVELS,
                got=len(entries),
            )
        levels = tuple(texts_at(text, f"{path}.levels[{place}]", languages) for place, text in entries)
        highest = len(levels) - 1
        marking = Judged(
            descriptors=tuple(next(iter(texts.values())) for texts in levels),
            minimum=whole_at(fields["minimum_level"], f"{path}.minimum_level", 1, highest),
            group=group,
            highest=highest,
        )
    elif kind == "measured":
        tool = texts_at(fields["tool"], f"{path}.tool", languages)
        stated = limits_at(fields, path, frame.piece)
        source = stated.source
        marking = Measured(
            limits=stated.limits, tool=next(iter(tool.values())), confirmed=stated.confirmed, rule=stated.rule
        )
    else:
        marking = Checked()
    if kind != "judged" and fields.get("group") is not None:
        raise Invalid(
            N_("%(path)s: expected a group on judged criteria only, got %(got)s."),
            path=f"{path}.group",
            got=shown(fields["group"]),
        )
    proves = tuple(
        text_at(number, f"{path}.criteria[{place}]")
        for place, number in entries_at(fields["criteria"], f"{path}.criteria")
    )
    each_once(list(proves), f"{path}.criteria")
    report = fields.get("report")
    return CriterionDocument(
        code=code_at(fields["code"], f"{path}.code"),
        step=one_of_at(fields["step"], f"{path}.step", tuple(sorted(step.key for step in frame.steps))),
        marking=marking,
        titles=texts_at(fields["title"], f"{path}.title", languages),
        helps=texts_at(fields["help"], f"{path}.help", languages),
        levels=levels,
        tool=tool,
        group=groups[group] if group else None,
        limit_source=source,
        proves=proves,
        method=Method(one_of_at(fields["method"], f"{path}.method", METHODS)),
        safety_critical=truth_at(fields["safety_critical"], f"{path}.safety_critical"),
        weight=decimal_at(fields["weight"], f"{path}.weight", HEAVIEST) if "weight" in fields else Decimal(1),
        resolution=decimal_at(fields["resolution"], f"{path}.resolution", HEAVIEST) if "resolution" in fields else None,
        report=ReportKind(one_of_at(report, f"{path}.report", tuple(ReportKind))) if report is not None else None,
        photos=_photos(fields["photos"], f"{path}.photos") if "photos" in fields else (),
    )


def _photos(value: object, path: str) -> tuple[str, ...]:
    kinds = [one_of_at(kind, f"{path}[{place}]", PHOTOS) for place, kind in entries_at(value, path)]
    each_once(kinds, path)
    return tuple(kinds)


def _known(criterion_ids: Mapping[str, str], number: str, path: str) -> str:
    found = criterion_ids.get(number)
    if found is None:
        raise Invalid(
            N_("%(path)s: expected a performance criterion of the scheme, got %(got)s."), path=path, got=number
        )
    return found
