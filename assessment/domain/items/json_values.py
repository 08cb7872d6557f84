"""Values of the item model as JSON: each class by its named fields, in one way for all of them.

A frozen dataclass is an object with all its fields, a tuple a list, an enum its value, a Decimal its text (a JSON
number would pass through a binary float). Reading is strict: another type, a missing field and one too many are
refused, so that nothing gets lost between two versions in silence.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from assessment.domain.items.exact import canonical
from assessment.domain.items.shapes import Area, read_area

Value = TypeVar("Value")
Reader = Callable[[Any], Any]


def write_value(value: Any) -> Any:
    """Return a value of the item model as JSON values. Raises TypeError for what the model does not hold."""
    match value:
        case None | bool() | int():
            return value
        case StrEnum():
            return value.value
        case str():
            return value
        case Decimal():
            return str(value)
        case tuple():
            return [write_value(each) for each in value]
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} has no JSON form")
    return {field.name: write_value(getattr(value, field.name)) for field in fields(value)}


def read_value(kind: type[Value], value: Any, *, without: str = "") -> Value:
    """Return the value of a class that `write_value` wrote; `without` names a member that is none of its fields.

    Raises TypeError or ValueError for another shape.
    """
    wanted: Any = kind
    read: Value = _reader(wanted, without)(value)
    return read


def text(value: Any) -> str:
    """Return text. Raises TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def whole(value: Any) -> int:
    """Return a whole number. Raises TypeError for anything else."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def flag(value: Any) -> bool:
    """Return true or false. Raises TypeError for anything else."""
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not true or false")
    return value


def number(value: Any) -> Decimal:
    """Return a number from its text, in its shortest form. Raises TypeError or ValueError."""
    return canonical(Decimal(text(value)))


_PLAIN: dict[Any, Reader] = {str: text, int: whole, bool: flag, Decimal: number}


@cache
def _reader(kind: Any, without: str = "") -> Reader:
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind is Area:
        return _area
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind))
    if isinstance(kind, UnionType):
        (wanted,) = (each for each in get_args(kind) if each is not type(None))
        read = _reader(wanted)
        return lambda value: None if value is None else read(value)
    if issubclass(kind, StrEnum):
        return lambda value: kind(text(value))
    return _object(kind, without)


def _tuple(kinds: tuple[Any, ...]) -> Reader:
    if kinds[1:] == (...,):
        read = _reader(kinds[0])
        return lambda value: tuple(read(each) for each in _list(value))
    reads = [_reader(kind) for kind in kinds]
    return lambda value: tuple(read(each) for read, each in zip(reads, _list(value), strict=True))


def _object(kind: Any, without: str) -> Reader:
    hints = get_type_hints(kind)
    reads = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    names = reads.keys() | {without} - {""}

    def read(value: Any) -> Any:
        if not isinstance(value, dict) or value.keys() != names:
            raise TypeError(f"{kind.__name__} has the members {', '.join(sorted(names))}")
        return kind(**{name: each(value[name]) for name, each in reads.items()})

    return read


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value


def _area(value: Any) -> Area:
    area = Area(kind=value["kind"], coords=tuple(whole(each) for each in _list(value["coords"])))
    return read_area(text(value["kind"]), area.text())
