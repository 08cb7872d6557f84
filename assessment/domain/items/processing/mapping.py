"""What values are worth: mappings, areas of a picture, and tables that turn one number into another.

Follows QTI 3.0: Mapping, AreaMapping, MapResponse, MapResponsePoint, MatchTable, InterpolationTable.
"""

from collections.abc import Sequence
from fractions import Fraction

from assessment.domain.items.processing.values import Atom
from assessment.domain.items.variables import AreaMapping, LookupTable, Mapping, MatchTable, Scalar


def within_bounds(mapping: Mapping | AreaMapping, marks: Fraction) -> Fraction:
    """Return marks held within the bounds of a mapping."""
    if mapping.lower_bound is not None:
        marks = max(marks, mapping.lower_bound)
    if mapping.upper_bound is not None:
        marks = min(marks, mapping.upper_bound)
    return marks


def map_values(mapping: Mapping, values: Sequence[Scalar]) -> Fraction:
    """Return what a mapping makes of a response that is not NULL.

    A value that occurs several times is counted once, a value without an entry is worth the default, and the
    sum is held within the bounds (QTI 3.0, MapResponse and Mapping). The specification writes bounds for
    containers; like the reference engines we hold a single value within them too. An entry that is not
    case-sensitive stands for every spelling in capitals and small letters, after one that fits exactly.
    """
    exact = {entry.key: entry.value for entry in mapping.entries}
    folded: dict[str, Fraction] = {}
    for entry in mapping.entries:
        if not entry.case_sensitive and isinstance(entry.key, str):
            folded.setdefault(entry.key.casefold(), entry.value)
    marks = Fraction(0)
    for each in set(values):
        same_folded = folded.get(each.casefold()) if isinstance(each, str) else None
        marks += exact.get(each, mapping.default_value if same_folded is None else same_folded)
    return within_bounds(mapping, marks)


def map_points(mapping: AreaMapping, points: Sequence[tuple[int, int]]) -> Fraction:
    """Return what areas make of points: each area counts once, a point in none of them is worth the default.

    Areas are tried in their order, and a point belongs to the first that holds it (QTI 3.0, MapResponsePoint).
    """
    found: dict[int, Fraction] = {}
    outside: set[tuple[int, int]] = set()
    for point in points:
        place = next((n for n, entry in enumerate(mapping.entries) if entry.area.contains(*point)), None)
        if place is None:
            outside.add(point)
        else:
            found[place] = mapping.entries[place].value
    marks = sum(found.values(), Fraction(0)) + len(outside) * mapping.default_value
    return within_bounds(mapping, marks)


def look_up(table: LookupTable, source: Fraction | None) -> str | Fraction | None:
    """Return what a table says about a number, its default when nothing fits or there is no number."""
    if source is None:
        return table.default
    if isinstance(table, MatchTable):
        return next((target for entry, target in table.entries if entry == source), table.default)
    for entry in table.entries:
        if source > entry.source or (entry.include_boundary and source == entry.source):
            return entry.target
    return table.default


def points_of(atoms: Sequence[Atom]) -> list[tuple[int, int]]:
    """Return the points among atoms."""
    return [
        (each[0], each[1])
        for each in atoms
        if isinstance(each, tuple) and isinstance(each[0], int) and isinstance(each[1], int)
    ]
