"""The response that a mapping or the areas of a picture make most of.

Values of a list are worth the same in any company, so the dearest are best. Pairs exclude each other (a gap holds
one word), so they are chosen with a bounded search that says whether it saw everything.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from assessment.domain.errors import Refusal
from assessment.domain.items.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    ExtendedTextInteraction,
    GapMatchInteraction,
    GraphicAssociateInteraction,
    GraphicGapMatchInteraction,
    HotspotInteraction,
    HotTextInteraction,
    InlineChoiceInteraction,
    MatchInteraction,
    OrderInteraction,
)
from assessment.domain.items.item import Item, ResponseDeclaration
from assessment.domain.items.response import MAX_VALUES, ends_of, read_response
from assessment.domain.items.variables import Cardinality, Scalar

Values = tuple[Scalar, ...]

_MAX_NODES = 20_000


def best_mapped(item: Item, declaration: ResponseDeclaration) -> tuple[Values, bool]:
    """Return the response that the mapping makes most of, and whether no other can be worth more."""
    mapping = declaration.mapping
    if mapping is None:
        return (), True
    worth: dict[Scalar, Fraction] = {entry.key: entry.value for entry in mapping.entries}
    for value in choices_of(item, declaration):
        worth.setdefault(value, mapping.default_value)
    dear = sorted(worth, key=lambda value: (-worth[value], str(value)))
    possible = [value for value in dear if is_legal(item, declaration, (value,))]
    if not possible:
        return (), False
    if declaration.cardinality is Cardinality.SINGLE:
        return (possible[0],), True
    wanted = [value for value in possible if worth[value] > 0][:MAX_VALUES]
    uses = _uses(item, declaration)
    if uses is None:
        chosen: list[Scalar] = wanted[: _most(item, declaration)]
        exact = True
    else:
        chosen, exact = uses.best([(str(value), worth[value]) for value in wanted])
        exact = exact and mapping.default_value <= 0
    return in_order(declaration, chosen or possible[:1]), exact


def best_points(item: Item, declaration: ResponseDeclaration) -> tuple[Values, bool]:
    """Return the middles of the areas that are worth most, and whether no other points can be worth more."""
    areas = declaration.area_mapping
    if areas is None:
        return (), True
    chosen: list[Scalar] = []
    exact = areas.default_value <= 0
    for entry in sorted(areas.entries, key=lambda entry: -entry.value):
        if chosen and (entry.value <= 0 or declaration.cardinality is Cardinality.SINGLE):
            break
        x, y = entry.area.centre()
        if next(each for each in areas.entries if each.area.contains(x, y)) is not entry:
            exact = False  # another area lies over its middle
        elif is_legal(item, declaration, (*chosen, f"{x} {y}")):
            chosen.append(f"{x} {y}")
    return in_order(declaration, chosen), exact


def choices_of(item: Item, declaration: ResponseDeclaration) -> list[str]:
    """Return the choices of a list that a variable takes its values from, none for other interactions."""
    interaction = item.find_interaction(declaration.identifier)
    match interaction:
        case ChoiceInteraction() | InlineChoiceInteraction() | HotTextInteraction() | OrderInteraction():
            return [each.identifier for each in interaction.choices]
        case HotspotInteraction():
            return [each.identifier for each in interaction.hotspots]
        case _:
            return []


def is_legal(item: Item, declaration: ResponseDeclaration, values: Values) -> bool:
    """Return whether the interaction lets a candidate give these values together."""
    several = declaration.cardinality in (Cardinality.MULTIPLE, Cardinality.ORDERED)
    if not values or (not several and len(values) > 1):
        return False
    texts = [str(value) for value in values]
    try:
        read_response(item, texts if several else texts[0], identifier=declaration.identifier)
    except Refusal:
        return False
    return True


def in_order(declaration: ResponseDeclaration, values: Iterable[Scalar]) -> Values:
    """Return values as a response holds them: sorted when their order does not count."""
    if declaration.cardinality is not Cardinality.MULTIPLE:
        return tuple(values)
    return tuple(sorted(values, key=lambda value: (Decimal(0), value) if isinstance(value, str) else (value, "")))


def _most(item: Item, declaration: ResponseDeclaration) -> int:
    interaction = item.find_interaction(declaration.identifier)
    match interaction:
        case ChoiceInteraction() | HotTextInteraction() | HotspotInteraction() | OrderInteraction():
            return interaction.max_choices or MAX_VALUES
        case ExtendedTextInteraction():
            return interaction.max_strings or MAX_VALUES
        case _:
            return MAX_VALUES


def _uses(item: Item, declaration: ResponseDeclaration) -> "_Pairs | None":
    """Return how often each choice may stand in pairs, None when the variable holds no pairs."""
    interaction = item.find_interaction(declaration.identifier)
    match interaction:
        case (
            AssociateInteraction()
            | MatchInteraction()
            | GapMatchInteraction()
            | GraphicAssociateInteraction()
            | GraphicGapMatchInteraction()
        ):
            first, second = ends_of(interaction)
            one_list = isinstance(interaction, AssociateInteraction | GraphicAssociateInteraction)
            limits: dict[tuple[int, str], int] = {}
            for side, choices in enumerate((first, second)):
                for choice in choices:
                    most = getattr(choice, "match_max", 1)
                    limits[0 if one_list else side, choice.identifier] = most or MAX_VALUES
            return _Pairs(limits, interaction.max_associations or MAX_VALUES, one_list)
        case _:
            return None


class _Pairs:
    """Pairs of choices, each of which may be used only so often."""

    def __init__(self, limits: Mapping[tuple[int, str], int], most: int, one_list: bool) -> None:
        self.limits = limits
        self.most = most
        self.one_list = one_list
        self.nodes = 0
        self.best_marks = Fraction(0)
        self.best_chosen: list[Scalar] = []

    def best(self, pairs: Sequence[tuple[str, Fraction]]) -> tuple[list[Scalar], bool]:
        """Return the dearest pairs that go together, dearest first, and whether that is proved.

        `pairs` come with what each is worth, dearest first and each worth something.
        """
        rest = [Fraction(0)]
        for _, worth in reversed(pairs):
            rest.append(rest[-1] + worth)
        rest.reverse()
        self._search(pairs, rest, 0, Fraction(0), [], {})
        proved = self.nodes <= _MAX_NODES or self.best_marks >= self._most_of(pairs)
        return self.best_chosen, proved

    def _search(
        self,
        pairs: Sequence[tuple[str, Fraction]],
        rest: Sequence[Fraction],
        place: int,
        marks: Fraction,
        chosen: list[Scalar],
        used: dict[tuple[int, str], int],
    ) -> None:
        self.nodes += 1
        if marks > self.best_marks:
            self.best_marks, self.best_chosen = marks, list(chosen)
        over = place == len(pairs) or len(chosen) == self.most or marks + rest[place] <= self.best_marks
        if over or self.nodes > _MAX_NODES:
            return
        pair, worth = pairs[place]
        ends = self._ends(pair)
        after = dict(used)
        for end in ends:
            after[end] = after.get(end, 0) + 1
        if all(after[end] <= self.limits.get(end, 0) for end in ends):
            chosen.append(pair)
            self._search(pairs, rest, place + 1, marks + worth, chosen, after)
            chosen.pop()
        self._search(pairs, rest, place + 1, marks, chosen, used)

    def _ends(self, pair: str) -> tuple[tuple[int, str], tuple[int, str]]:
        left, _, right = pair.partition(" ")
        return (0, left), (0 if self.one_list else 1, right)

    def _most_of(self, pairs: Sequence[tuple[str, Fraction]]) -> Fraction:
        """Return a number that no choice of pairs is worth more than: what the ends of one side could take."""
        sides: list[Fraction] = []
        for side in (0, 1):
            taken: dict[tuple[int, str], int] = {}
            total = Fraction(0)
            for pair, worth in pairs:
                end = self._ends(pair)[side]
                if taken.get(end, 0) < self.limits.get(end, 0):
                    taken[end] = taken.get(end, 0) + 1
                    total += worth
            sides.append(total)
        return min(*sides, sum((worth for _, worth in pairs[: self.most]), Fraction(0)))
