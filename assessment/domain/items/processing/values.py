"""Values while rules run: a cardinality, a base-type and what is held, each in one form; None is NULL.

Numbers and durations are `Number`, points two whole numbers, pairs two identifiers (sorted when the pair has no
direction), truth is bool, everything else text. A container that would be empty is NULL, and so is an empty text:
QTI 3.0 treats them as the same thing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.exact import canonical, finite_text, write_exact
from assessment.domain.items.lexical import read_point, record_fields
from assessment.domain.items.processing.numbers import Number
from assessment.domain.items.variables import BaseType, Cardinality, ResponseDeclaration, Scalar

MAX_VALUES = 10_000

Atom = bool | str | Number | tuple[str, str] | tuple[int, int]


@dataclass(frozen=True, slots=True)
class Value:
    """What a variable or an expression holds. `names` are the fields of a record, in the order of its atoms."""

    cardinality: Cardinality
    base_type: BaseType | None
    atoms: tuple[Atom, ...]
    names: tuple[str, ...] = ()
    types: tuple[BaseType, ...] = ()

    def field(self, name: str) -> "Value | None":
        """Return one field of a record, None when it has no such field."""
        if name not in self.names:
            return None
        place = self.names.index(name)
        return single(self.types[place], self.atoms[place])

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers that it holds."""
        return tuple(each for each in self.atoms if isinstance(each, Number))

    @property
    def number(self) -> Number | None:
        """Its number, None when it is not one single number."""
        return self.numbers[0] if len(self.atoms) == 1 and self.numbers else None

    @property
    def text(self) -> str:
        """Its text."""
        return str(self.atoms[0])


def single(base_type: BaseType, atom: Atom | None) -> Value | None:
    """Return a single value, None for NULL and for an empty text."""
    return None if atom is None or atom == "" else Value(Cardinality.SINGLE, base_type, (atom,))


def boolean(truth: bool | None) -> Value | None:
    """Return a truth value, None for NULL."""
    return None if truth is None else Value(Cardinality.SINGLE, BaseType.BOOLEAN, (truth,))


def container(cardinality: Cardinality, base_type: BaseType | None, atoms: Sequence[Atom]) -> Value | None:
    """Return a container, None when it is empty. Raises Invalid above 10,000 values."""
    if len(atoms) > MAX_VALUES:
        raise Invalid(N_("Response processing makes more than %(max)s values at once."), max=MAX_VALUES)
    return Value(cardinality, base_type, tuple(atoms)) if atoms else None


def atom_of(base_type: BaseType, value: Scalar) -> Atom | None:
    """Return what a scalar of the item model stands for, None when it is not of the base-type."""
    if isinstance(value, Decimal):
        return Number(Fraction(value))
    match base_type:
        case BaseType.BOOLEAN:
            return {"true": True, "1": True, "false": False, "0": False}.get(value)
        case BaseType.POINT:
            return read_point(value)
        case BaseType.PAIR | BaseType.DIRECTED_PAIR:
            first, _, second = value.partition(" ")
            if not second:
                return None
            return (second, first) if base_type is BaseType.PAIR and second < first else (first, second)
        case _:
            return value


def value_of(declaration: ResponseDeclaration, scalars: Iterable[Scalar]) -> Value | None:
    """Return the value that scalars give a response variable, None when there is none."""
    if declaration.cardinality is Cardinality.RECORD:
        typed = next(iter(scalars), None)
        return None if typed is None else record(record_fields(str(typed)))
    atoms = [atom for each in scalars if (atom := atom_of(declaration.base_type, each)) is not None and atom != ""]
    return container(declaration.cardinality, declaration.base_type, atoms)


def record(fields: dict[str, tuple[BaseType, Scalar]]) -> Value | None:
    """Return a record of named values, None when it has none."""
    found = [
        (name, base, atom) for name, (base, scalar) in fields.items() if (atom := atom_of(base, scalar)) is not None
    ]
    if not found:
        return None
    return Value(
        Cardinality.RECORD,
        None,
        tuple(atom for _, _, atom in found),
        names=tuple(name for name, _, _ in found),
        types=tuple(base for _, base, _ in found),
    )


def same(first: Value, second: Value) -> bool:
    """Return whether two values are the same; the order of a multiple container does not count.

    Records are compared in the fields that both have: what is typed makes more of them than a key declares.
    """
    if first.names or second.names:
        shared = [name for name in first.names if name in second.names]
        mine = [key(first.atoms[first.names.index(name)]) for name in shared]
        return bool(shared) and mine == [key(second.atoms[second.names.index(name)]) for name in shared]
    if first.cardinality is Cardinality.MULTIPLE and second.cardinality is Cardinality.MULTIPLE:
        return counted(first.atoms) == counted(second.atoms)
    return tuple(map(key, first.atoms)) == tuple(map(key, second.atoms))


def key(atom: Atom) -> object:
    """Return what atoms are compared by: a number is its value, exact or not."""
    return (atom.value,) if isinstance(atom, Number) else atom


def counted(atoms: Iterable[Atom]) -> dict[object, int]:
    """Return how often each atom occurs."""
    counts: dict[object, int] = {}
    for atom in atoms:
        counts[key(atom)] = counts.get(key(atom), 0) + 1
    return counts


def lexical(atom: Atom) -> str:
    """Return an atom in QTI's lexical form; a fraction that is no finite decimal as "1/3"."""
    if isinstance(atom, bool):
        return "true" if atom else "false"
    if isinstance(atom, Number):
        return write_exact(atom.value)
    return atom if isinstance(atom, str) else f"{atom[0]} {atom[1]}"


def scalar(base_type: BaseType, atom: Atom) -> Scalar:
    """Return an atom as a scalar of the item model."""
    if isinstance(atom, Number) and base_type.decimal:
        return canonical(Decimal(finite_text(atom.value) or "0"))
    return lexical(atom)
