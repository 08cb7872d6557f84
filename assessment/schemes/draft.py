"""A scheme as its author writes it: a frozen value read from JSON, every mistake named by its path.

Units are named by their codes and criteria by "CODE/number"; nothing here knows what stands in the database.
The members `form` and `blueprint` belong to exam forms and are only tolerated.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from assessment.domain.competency import Method
from assessment.domain.errors import N_, Invalid
from assessment.domain.plan import Cell, SufficiencyRule, rule_from_json
from assessment.schemes.tables import SchemeKind

FORMAT_VERSION = 1
NEEDED_LANGUAGES = ("id", "en")
MOST_MONTHS = 240
MOST_DAYS = 3_650
MOST_MEMBERS = 20
LOOK_BACK_DAYS = 730

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_KNOWN = frozenset(
    {
        "v",
        "code",
        "kind",
        "titles",
        "core_units",
        "elective_units",
        "electives_required",
        "units_left_out",
        "scope",
        "scope_titles",
        "scope_note",
        "prerequisites",
        "labels",
        "validity_months",
        "quorum",
        "outside_members",
        "look_back_days",
        "sample",
        "plan",
        "form",
        "blueprint",
    }
)

Texts = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftCell:
    """A used cell of the plan; `path`: the criterion as "CODE/number"."""

    path: str
    method: Method
    rule: SufficiencyRule


@dataclass(frozen=True, kw_only=True, slots=True)
class SchemeDraft:
    """Everything that a scheme version says. `titles`, `summaries` and prerequisites: language -> text.

    `scope`: (name, value) in order; `validity_months`: of the certificate; `quorum`: members of a decision
    meeting, of whom `outside_members` come from outside; `look_back_days`: how long having trained or assessed
    the candidate keeps somebody from deciding.

    Raises Invalid for a value out of range.
    """

    code: str
    kind: SchemeKind
    titles: Texts
    core_units: tuple[str, ...]
    validity_months: int
    quorum: int
    elective_units: tuple[str, ...] = ()
    electives_required: int = 0
    summaries: Texts
    scope: tuple[tuple[str, str], ...] = ()
    prerequisites: tuple[Texts, ...] = ()
    outside_members: int = 0
    look_back_days: int = LOOK_BACK_DAYS
    sample: bool = False
    cells: tuple[DraftCell, ...] = ()

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise Invalid(
                N_("Expected a code of 1 to 60 letters, figures, points and hyphens, got %(got)s."), got=self.code
            )
        _in_range("validity_months", self.validity_months, 1, MOST_MONTHS)
        _in_range("quorum", self.quorum, 2, MOST_MEMBERS)
        _in_range("outside_members", self.outside_members, 0, self.quorum)
        _in_range("look_back_days", self.look_back_days, 0, MOST_DAYS)
        _in_range("electives_required", self.electives_required, 0, len(self.elective_units))
        if not self.core_units and not self.elective_units:
            raise Invalid(N_("Expected at least one unit of competency, got none."))
        units = (*self.core_units, *self.elective_units)
        twice = next((code for code in units if units.count(code) > 1), None)
        if twice is not None:
            raise Invalid(N_("Expected each unit once, got %(unit)s twice."), unit=twice)


def _in_range(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Invalid(
            N_("%(name)s: expected a whole number from %(least)s to %(most)s, got %(got)s."),
            name=name,
            least=least,
            most=most,
            got=value,
        )


def draft_from_json(document: object, *, sample: bool = False) -> SchemeDraft:
    """Read a scheme from a JSON value of format version 1; `sample` counts where the value does not say.

    The notes `scope_note`, `labels`, `units_left_out` and `scope_titles` become the summary. Raises Invalid,
    with the path, for a member that is missing, unknown or of another shape, and for a cell that stands twice.
    """
    fields = _object(document, "$")
    if fields.get("v") != FORMAT_VERSION or isinstance(fields.get("v"), bool):
        raise _wrong("$.v", N_("%(path)s: expected format version 1, got %(got)s."), fields.get("v"))
    unknown = sorted(fields.keys() - _KNOWN)
    if unknown:
        raise Invalid(
            N_("$: expected the members of a scheme, got the unknown member %(member)s."), member=unknown[0][:80]
        )
    kind = _text(fields.get("kind"), "$.kind")
    if kind not in [known.value for known in SchemeKind]:
        raise _wrong("$.kind", N_("%(path)s: expected kkni, okupasi or klaster, got %(got)s."), kind)
    return SchemeDraft(
        code=_text(fields.get("code"), "$.code"),
        kind=SchemeKind(kind),
        titles=_texts(fields.get("titles"), "$.titles", needed=NEEDED_LANGUAGES),
        summaries=_summaries(fields),
        core_units=tuple(_list_of(_text, fields.get("core_units", []), "$.core_units")),
        elective_units=tuple(_list_of(_text, fields.get("elective_units", []), "$.elective_units")),
        electives_required=_number(fields.get("electives_required", 0), "$.electives_required"),
        scope=tuple(
            dict.fromkeys(
                (name, value)
                for name, values in _object(fields.get("scope", {}), "$.scope").items()
                for value in _list_of(_text, values, f"$.scope.{name}")
            )
        ),
        prerequisites=tuple(_list_of(_prerequisite, fields.get("prerequisites", []), "$.prerequisites")),
        validity_months=_number(fields.get("validity_months"), "$.validity_months"),
        quorum=_number(fields.get("quorum"), "$.quorum"),
        outside_members=_number(fields.get("outside_members", 0), "$.outside_members"),
        look_back_days=_number(fields.get("look_back_days", LOOK_BACK_DAYS), "$.look_back_days"),
        sample=_flag(fields.get("sample", sample), "$.sample"),
        cells=_cells(fields.get("plan", [])),
    )


def _cells(value: object) -> tuple[DraftCell, ...]:
    cells = tuple(_list_of(_cell, value, "$.plan"))
    seen: set[tuple[str, Method]] = set()
    for index, cell in enumerate(cells):
        place = (cell.path, cell.method)
        if place in seen:
            raise _wrong(
                f"$.plan[{index}]",
                N_("%(path)s: expected one cell for each criterion and method, got a second one for %(got)s."),
                f"{cell.path}, {cell.method.value}",
            )
        seen.add(place)
    return cells


def _cell(value: object, path: str) -> DraftCell:
    fields = _object(value, path)
    criterion = _text(fields.get("criterion"), f"{path}.criterion")
    method = _text(fields.get("method"), f"{path}.method")
    if method not in [known.value for known in Method]:
        raise _wrong(f"{path}.method", N_("%(path)s: expected a method of the plan, got %(got)s."), method)
    try:
        # Whether rule and method fit each other is the domain's to say.
        cell = Cell(criterion_id=criterion, method=Method(method), rule=rule_from_json(fields.get("rule")))
    except Invalid as error:
        raise Invalid(N_("%(path)s: %(detail)s"), path=f"{path}.rule", detail=error) from error
    return DraftCell(path=criterion, method=cell.method, rule=cell.rule)


def _prerequisite(value: object, path: str) -> Texts:
    fields = dict(_object(value, path))
    label = fields.pop("label", None)
    fields.pop("confirmed", None)
    statements = _texts(fields, path, needed=NEEDED_LANGUAGES)
    if label is None:
        return statements
    labels = _texts(label, f"{path}.label")
    return {language: _joined(text, labels.get(language)) for language, text in statements.items()}


def _summaries(fields: Mapping[str, Any]) -> dict[str, str]:
    """Everything that is said about the scheme beside its facts, by language, a line each."""
    scope = _object(fields.get("scope_titles", {}), "$.scope_titles")
    told = [_texts(value, f"$.scope_titles.{name}") for name, value in scope.items()]
    lines: list[Texts] = [_side_by_side(told)] if told else []
    if "scope_note" in fields:
        lines.append(_texts(fields["scope_note"], "$.scope_note"))
    lines += _list_of(_texts, fields.get("labels", []), "$.labels")
    lines += _list_of(_left_out, fields.get("units_left_out", []), "$.units_left_out")
    found: dict[str, str] = {}
    for line in lines:
        for language, text in line.items():
            found[language] = _joined(found.get(language), text)
    return found


def _left_out(value: object, path: str) -> Texts:
    fields = _object(value, path)
    code = _text(fields.get("code"), f"{path}.code")
    return {language: f"{code}: {text}" for language, text in _texts(fields.get("reason"), f"{path}.reason").items()}


def _side_by_side(told: Sequence[Texts]) -> Texts:
    languages = dict.fromkeys(language for texts in told for language in texts)
    return {language: "; ".join(texts[language] for texts in told if language in texts) + "." for language in languages}


def _joined(first: str | None, second: str | None) -> str:
    return "\n".join(text for text in (first, second) if text)


# --- shapes ---------------------------------------------------------------------------------------------


def _texts(value: object, path: str, *, needed: tuple[str, ...] = ()) -> dict[str, str]:
    """Read {language: text}."""
    fields = _object(value, path)
    for language in needed:
        if language not in fields:
            raise _wrong(f"{path}.{language}", N_("%(path)s: expected text, got %(got)s."), None)
    for language in fields:
        if not _LANGUAGE.fullmatch(language):
            raise _wrong(path, N_("%(path)s: expected codes of languages such as id or en, got %(got)s."), language)
    return {language: _text(text, f"{path}.{language}") for language, text in fields.items()}


def _list_of(read: Callable[[object, str], T], value: object, path: str) -> list[T]:
    if not isinstance(value, list):
        raise _wrong(path, N_("%(path)s: expected a list, got %(got)s."), value)
    return [read(entry, f"{path}[{index}]") for index, entry in enumerate(value)]


def _object(value: object, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(path, N_("%(path)s: expected an object, got %(got)s."), value)
    return value


def _text(value: object, path: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong(path, N_("%(path)s: expected text, got %(got)s."), value)
    return value.strip()


def _number(value: object, path: str) -> int:
    if type(value) is not int:
        raise _wrong(path, N_("%(path)s: expected a whole number, got %(got)s."), value)
    return value


def _flag(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(path, N_("%(path)s: expected true or false, got %(got)s."), value)
    return value


def _wrong(path: str, message: str, got: object) -> Invalid:
    shown = {type(None): "nothing", dict: "an object", list: "a list"}.get(type(got), repr(got)[:80])
    return Invalid(message, path=path, got=shown)
