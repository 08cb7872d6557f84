"""What each operator takes and gives, in types, before anything runs (QTI 3.0, Expressions).

The numbers of QTI (integer, float) go together, and so do its names and texts (identifier, string, uri), because
real items mix them; nothing else does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.processing.rules import Operator
from assessment.domain.items.variables import BaseType, Cardinality

_TEXTS = frozenset((BaseType.IDENTIFIER, BaseType.STRING, BaseType.URI))
NUMBERS = frozenset((BaseType.INTEGER, BaseType.FLOAT))
_CONTAINERS = frozenset((Cardinality.MULTIPLE, Cardinality.ORDERED))


@dataclass(frozen=True, slots=True)
class Type:
    """What an expression gives; None where anything is possible (NULL, a field of a record)."""

    cardinality: Cardinality | None
    base_type: BaseType | None


ANY = Type(None, None)
TRUTH = Type(Cardinality.SINGLE, BaseType.BOOLEAN)
INTEGER = Type(Cardinality.SINGLE, BaseType.INTEGER)
FLOAT = Type(Cardinality.SINGLE, BaseType.FLOAT)


def operation_type(operator: Operator, name: str, found: list[Type]) -> Type:
    match operator:
        case Operator.AND | Operator.OR | Operator.NOT:
            expect_all(name, found, TRUTH)
            return TRUTH
        case Operator.NULL:
            return ANY
        case Operator.IS_NULL:
            return TRUTH
        case Operator.CONTAINER_SIZE:
            expect_containers(name, found, *_CONTAINERS)
            return INTEGER
        case Operator.MATCH:
            if not _alike(found[0], found[1]):
                raise _different(name, found)
            return TRUTH
        case Operator.MEMBER | Operator.DELETE:
            if found[0].cardinality not in (None, Cardinality.SINGLE):
                raise wrong(name, found[0])
            expect_containers(name, found[1:], *_CONTAINERS)
            common(name, found)
            return TRUTH if operator is Operator.MEMBER else found[1]
        case Operator.CONTAINS:
            expect_containers(name, found, *_CONTAINERS)
            if not _alike(found[0], found[1]):
                raise _different(name, found)
            return TRUTH
        case Operator.MULTIPLE | Operator.ORDERED:
            cardinality = Cardinality.MULTIPLE if operator is Operator.MULTIPLE else Cardinality.ORDERED
            for each in found:
                if each.cardinality not in (None, Cardinality.SINGLE, cardinality):
                    raise wrong(name, each)
            return Type(cardinality, common(name, found))
        case Operator.RANDOM:
            expect_containers(name, found, *_CONTAINERS)
            return Type(Cardinality.SINGLE, found[0].base_type)
        case Operator.LT | Operator.LTE | Operator.GT | Operator.GTE:
            expect_all(name, found, FLOAT)
            return TRUTH
        case Operator.DURATION_LT | Operator.DURATION_GTE:
            expect_all(name, found, Type(Cardinality.SINGLE, BaseType.DURATION))
            return TRUTH
        case Operator.SUBTRACT:
            expect_all(name, found, FLOAT)
            return INTEGER if _integers(found) else FLOAT
        case Operator.DIVIDE | Operator.POWER:
            expect_all(name, found, FLOAT)
            return FLOAT
        case Operator.INTEGER_DIVIDE | Operator.INTEGER_MODULUS:
            expect_all(name, found, FLOAT)
            return INTEGER
        case Operator.ROUND | Operator.TRUNCATE:
            expect_all(name, found, FLOAT)
            return INTEGER
        case Operator.INTEGER_TO_FLOAT:
            expect_all(name, found, FLOAT)
            return FLOAT
        case Operator.SUM | Operator.PRODUCT | Operator.MIN | Operator.MAX | Operator.GCD | Operator.LCM:
            for each in found:
                if each.cardinality is Cardinality.RECORD or not numeric(each):
                    raise wrong(name, each)
            return INTEGER if _integers(found) else FLOAT
        case _:
            assert_never(operator)


def numeric(found: Type) -> bool:
    return found.base_type is None or found.base_type in NUMBERS


def _integers(found: Iterable[Type]) -> bool:
    return all(each.base_type is BaseType.INTEGER for each in found)


def _same_family(first: BaseType | None, second: BaseType | None) -> bool:
    if first is None or second is None or first is second:
        return True
    return any(first in family and second in family for family in (_TEXTS, NUMBERS))


def _alike(first: Type, second: Type) -> bool:
    cardinalities = {first.cardinality, second.cardinality} - {None}
    return len(cardinalities) < 2 and _same_family(first.base_type, second.base_type)


def fits(found: Type, wanted: Type) -> bool:
    return found.cardinality in (None, wanted.cardinality) and _same_family(found.base_type, wanted.base_type)


def expect_all(name: str, found: Iterable[Type], wanted: Type) -> None:
    for each in found:
        if not fits(each, wanted):
            raise wrong(name, each)


def expect_containers(name: str, found: Iterable[Type], *cardinalities: Cardinality) -> None:
    for each in found:
        if each.cardinality not in (None, *cardinalities):
            raise wrong(name, each)


def common(name: str, found: list[Type]) -> BaseType | None:
    """Return the base-type of values that stand together. Raises Invalid when they cannot."""
    known = [each for each in found if each.base_type is not None]
    for each in known[1:]:
        if not _same_family(known[0].base_type, each.base_type):
            raise _different(name, found)
    if known and numeric(known[0]) and not _integers(known):
        return BaseType.FLOAT
    return known[0].base_type if known else None


def say(found: Type) -> str:
    return " ".join(each.value for each in (found.cardinality, found.base_type) if each is not None) or "null"


def wrong(name: str, found: Type) -> Invalid:
    return Invalid(N_("qti-%(element)s cannot work on %(got)s."), element=name, got=say(found))


def _different(name: str, found: list[Type]) -> Invalid:
    return Invalid(
        N_("qti-%(element)s cannot work on %(got)s together."), element=name, got=" + ".join(map(say, found))
    )
