"""Observations: one assessor's mark of one rubric criterion at one time, value format version 1.

The value is `{v: 1, level}`, `{v: 1, value}` (a decimal as text, point or comma; with `length` in the same form where
the limit is one for short imperfections) or `{v: 1, answer}` with
yes, no or needs_more_evidence. The last answer is possible on every kind of criterion; yes and no only on
a checked one. Observations are append-only: a changed mind is a new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.practicals.measurement import parse_value
from assessment.domain.practicals.rubric import Checked, Judged, Marking, Measured

FORMAT_VERSION = 1


class Answer(StrEnum):
    """An answer in words."""

    YES = "yes"
    NO = "no"
    NEEDS_MORE_EVIDENCE = "needs_more_evidence"


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """A judged level, from 0 on."""

    level: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """A measured value in the unit of its rubric criterion; `length` (mm) of an imperfection where it was measured."""

    value: Decimal
    length: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """An answer in words."""

    answer: Answer


ObservedValue = Level | Measurement | Answered


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """What one assessor marked. Observations are always handed over in the order in which they count."""

    assessor_id: str
    rubric_criterion_id: str
    value: ObservedValue


def parse(value: object, marking: Marking) -> ObservedValue:
    """Read an observed value for a criterion that is marked so.

    `v` may be absent in what a page sends and is then 1. Raises Invalid naming what was expected.
    """
    if not isinstance(value, Mapping) or value.get("v", FORMAT_VERSION) != FORMAT_VERSION:
        raise Invalid(N_("Expected an observation of format version 1, got %(got)s."), got=value)
    match {name: given for name, given in value.items() if name != "v"}:
        case {"answer": Answer.NEEDS_MORE_EVIDENCE, **rest} if not rest:
            return Answered(answer=Answer.NEEDS_MORE_EVIDENCE)
        case {**fields}:
            pass
    match marking:
        case Judged(highest=highest):
            level = fields.get("level")
            if fields.keys() == {"level"} and type(level) is int and 0 <= level <= highest:
                return Level(level=level)
            raise Invalid(
                N_("Expected a level from 0 to %(highest)s, got %(got)s."), highest=highest, got=_shown(fields)
            )
        case Measured():
            text = fields.get("value")
            length = fields.get("length")
            if fields.keys() - {"length"} == {"value"} and isinstance(text, str):
                return Measurement(value=parse_value(text), length=None if length is None else _length(length))
            raise Invalid(N_("Expected a number such as 0.4 or 0,4, got %(got)s."), got=_shown(fields))
        case Checked():
            answer = fields.get("answer")
            if fields.keys() == {"answer"} and answer in (Answer.YES.value, Answer.NO.value):
                return Answered(answer=Answer(answer))
            raise Invalid(N_("Expected the answer yes, no or needs_more_evidence, got %(got)s."), got=_shown(fields))
        case _:
            assert_never(marking)


def _length(text: object) -> Decimal:
    length = parse_value(text if isinstance(text, str) else "")
    if length < 0:
        raise Invalid(N_("Expected a length in millimetres such as 12 or 12,5, got %(got)s."), got=text)
    return length


def _shown(fields: Mapping[str, Any]) -> object:
    return next(iter(fields.values())) if len(fields) == 1 else fields


def to_json(value: ObservedValue) -> dict[str, Any]:
    """Return the value as it is stored and digested; a decimal keeps its digits as text."""
    match value:
        case Level(level=level):
            return {"v": FORMAT_VERSION, "level": level}
        case Measurement(value=measured, length=length):
            extra = {} if length is None else {"length": format(length, "f")}
            return {"v": FORMAT_VERSION, "value": format(measured, "f"), **extra}
        case Answered(answer=answer):
            return {"v": FORMAT_VERSION, "answer": answer.value}
        case _:
            assert_never(value)
