"""The limits of a task document: a number, an expression over the test piece's dimensions, or an imperfection.

`test_piece: {joint, t, s, a, b}` gives the dimensions in millimetres as text, those that the limits need;
`acceptance: {level, others: {number: level}}` is the quality level of ISO 5817, with other levels for some
imperfections. A measured criterion then states `lower` and `upper` as "0.5" or "min(0.05*t, 0.5)", or the number of
an `imperfection`, whose limit is calculated for this test piece.

A dimension of "?" is measured on the piece in the workshop: the limits that need it stay open until it is recorded.
The rule of each limit is kept, so that it can be calculated again for the recorded piece (`piece_limits`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from assessment.domain.errors import N_, Invalid
from assessment.domain.practicals.document_values import mapping_at, object_at, one_of_at, shown, text_at, truth_at
from assessment.domain.practicals.iso5817 import SHORT, SOURCE, Joint, Level, Profile, allowed, needed
from assessment.domain.practicals.limit_expression import DIMENSIONS, WELD_LENGTH, Expression, parse_limit
from assessment.domain.practicals.measurement import Limits, parse_value
from assessment.domain.practicals.piece_limits import THICKNESS, LimitRule, TableLimit

MEASURED = "?"
_CALCULATES = frozenset("*(+")  # what a limit has that is no number
_LEVELS = tuple(level.value for level in Level)


@dataclass(frozen=True, kw_only=True, slots=True)
class TestPiece:
    """What is welded, and at which quality it is accepted; dimensions in millimetres by name.

    `measured`: names of the dimensions that are measured in the workshop.
    """

    __test__ = False  # pytest takes a class of this name for one of its own

    joint: Joint | None = None
    dimensions: Mapping[str, Decimal] = field(default_factory=dict)
    measured: frozenset[str] = frozenset()
    acceptance: Profile | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StatedLimits:
    """The limits of a measured criterion, whether they may decide, and where they come from."""

    limits: Limits
    confirmed: bool
    source: str
    rule: LimitRule | None = None


def test_piece_at(fields: Mapping[str, Any]) -> TestPiece:
    """Read what a document says of its test piece. Raises Invalid naming the path."""
    joint, dimensions, acceptance = None, {}, None
    measured: frozenset[str] = frozenset()
    if "test_piece" in fields:
        said = object_at(
            fields["test_piece"], "test_piece", frozenset({"joint", *DIMENSIONS}), optional=frozenset(DIMENSIONS)
        )
        joint = Joint(one_of_at(said["joint"], "test_piece.joint", tuple(Joint)))
        measured = frozenset(name for name in DIMENSIONS if said.get(name) == MEASURED)
        dimensions = {
            name: _dimension(said[name], f"test_piece.{name}")
            for name in DIMENSIONS
            if name in said and name not in measured
        }
    if "acceptance" in fields:
        said = object_at(
            fields["acceptance"], "acceptance", frozenset({"level", "others"}), optional=frozenset({"others"})
        )
        others = {
            number: Level(one_of_at(level, f"acceptance.others.{number}", _LEVELS))
            for number, level in mapping_at(said.get("others", {}), "acceptance.others").items()
        }
        acceptance = Profile(level=Level(one_of_at(said["level"], "acceptance.level", _LEVELS)), others=others)
    return TestPiece(joint=joint, dimensions=dimensions, measured=measured, acceptance=acceptance)


def limits_at(fields: Mapping[str, Any], path: str, piece: TestPiece) -> StatedLimits:
    """Return the limits of a measured criterion for a test piece. Raises Invalid naming the path."""
    if "imperfection" in fields:
        return _of_imperfection(fields, path, piece)
    missing = sorted({"lower", "upper", "confirmed"} - fields.keys())
    if missing:
        raise Invalid(
            N_("%(path)s: expected lower, upper and confirmed, or an imperfection; got none for %(missing)s."),
            path=path,
            missing=", ".join(missing),
        )
    ends: dict[str, Decimal | None] = {}
    rules: dict[str, Expression] = {}
    for end in ("lower", "upper"):
        ends[end], rule = _end(fields[end], f"{path}.{end}", piece)
        rules |= {end: rule} if rule else {}
    source = text_at(fields["limit_source"], f"{path}.limit_source") if "limit_source" in fields else ""
    names = frozenset[str]().union(*(rule.names for rule in rules.values()))
    calculated = "; ".join(", ".join([_printed(rule.text), *_said(piece, rule.names)]) for rule in rules.values())
    return StatedLimits(
        limits=_limits(fields, path, missing=tuple(sorted(names & piece.measured)), **ends),
        confirmed=truth_at(fields["confirmed"], f"{path}.confirmed"),
        source=": ".join(part for part in (source, calculated) if part),
        rule=LimitRule(
            lower=_stated(ends["lower"], rules.get("lower")),
            upper=_stated(ends["upper"], rules.get("upper")),
            nominal=_nominal(piece, names),
        )
        if rules
        else None,
    )


def _stated(number: Decimal | None, rule: Expression | None) -> str | None:
    if rule is not None:
        return rule.text
    return None if number is None else format(number, "f")


def _of_imperfection(fields: Mapping[str, Any], path: str, piece: TestPiece) -> StatedLimits:
    stated = sorted({"lower", "upper", "confirmed", "limit_source"} & fields.keys())
    if stated or fields["unit"] != "mm":
        raise Invalid(
            N_("%(path)s: expected an imperfection in mm, whose limits the table gives, got %(got)s."),
            path=path,
            got=", ".join(stated) or shown(fields["unit"]),
        )
    number = text_at(fields["imperfection"], f"{path}.imperfection")
    if piece.joint is None or piece.acceptance is None:
        raise Invalid(
            N_("%(path)s: expected a test_piece and an acceptance in the task, got an imperfection without."),
            path=f"{path}.imperfection",
        )
    level = piece.acceptance.level_for(number)
    try:
        names = needed(number, level=level, joint=piece.joint, dimensions=piece.dimensions)
        # What is measured in the workshop is stood in for: whether the limit may decide does not depend on it.
        stand_in = dict.fromkeys(names & piece.measured, Decimal(1))
        found = allowed(number, level=level, joint=piece.joint, dimensions={**stand_in, **piece.dimensions})
    except Invalid as error:
        raise Invalid(N_("%(path)s: %(detail)s"), path=f"{path}.imperfection", detail=error) from error
    rule = _printed(found.rule.text) if found.rule else "0"
    source = f"{SOURCE}, level {level.value}, no. {number}: {SHORT if found.short else ''}{rule}"
    missing = tuple(sorted(names & piece.measured))
    return StatedLimits(
        limits=_limits(
            fields,
            path,
            upper=None if missing else found.upper,
            missing=missing,
            short=found.short,
            longest=found.longest,
        ),
        confirmed=found.gate,
        source=", ".join([source, *_said(piece, names), *(() if found.gate else ("unconfirmed",))]),
        rule=LimitRule(
            table=TableLimit(number=number, level=level, joint=piece.joint),
            nominal=_nominal(piece, frozenset({THICKNESS, WELD_LENGTH, *names})),
        ),
    )


def _end(value: object, path: str, piece: TestPiece) -> tuple[Decimal | None, Expression | None]:
    """Return one end of the permitted range, and the rule by which it is found where it depends on the piece.

    The end itself is None while a dimension that it depends on is measured in the workshop.
    """
    if value is None:
        return None, None
    if not isinstance(value, str):
        raise _no_limit(value, path)
    try:
        return parse_value(value), None
    except Invalid as error:
        if not _CALCULATES.intersection(value):
            raise _no_limit(value, path) from error
        expression = _expression(value, path)
    if not expression.names:
        raise _no_limit(value, path)
    open_names = expression.names & piece.measured
    try:
        found = expression.value({**dict.fromkeys(open_names, Decimal(1)), **piece.dimensions})
    except Invalid as error:
        raise Invalid(N_("%(path)s: %(detail)s"), path=path, detail=error) from error
    return None if open_names else found, expression


def _expression(value: str, path: str) -> Expression:
    try:
        return parse_limit(value)
    except Invalid as error:
        raise Invalid(N_("%(path)s: %(detail)s"), path=path, detail=error) from error


def _no_limit(value: object, path: str) -> Invalid:
    return Invalid(
        N_('%(path)s: expected a number as text such as "0.5", or null, got %(got)s.'), path=path, got=shown(value)
    )


def _printed(rule: str) -> str:
    """Return a rule as it is printed: 0.05·t."""
    return rule.replace("*", "·")


def _said(piece: TestPiece, names: frozenset[str]) -> list[str]:
    return [
        f"{name} = {piece.dimensions[name]:f} mm" if name in piece.dimensions else f"{name} = {MEASURED}"
        for name in sorted(names)
    ]


def _nominal(piece: TestPiece, names: frozenset[str]) -> dict[str, Decimal]:
    return {name: value for name, value in piece.dimensions.items() if name in names}


def _dimension(value: object, path: str) -> Decimal:
    try:
        found = parse_value(value if isinstance(value, str) else "")
    except Invalid as error:
        raise Invalid(
            N_('%(path)s: expected millimetres as text such as "10", got %(got)s.'), path=path, got=shown(value)
        ) from error
    if found <= 0:
        raise Invalid(N_('%(path)s: expected millimetres as text such as "10", got %(got)s.'), path=path, got=value)
    return found


def _limits(fields: Mapping[str, Any], path: str, **parts: Any) -> Limits:
    try:
        return Limits(unit=text_at(fields["unit"], f"{path}.unit"), **parts)
    except Invalid as error:
        if "path" in error.values:
            raise
        raise Invalid(N_("%(path)s: %(detail)s"), path=path, detail=error) from error
