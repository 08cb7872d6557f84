"""Drawing exam forms from a pool: an integer programme, solved by HiGHS, with a stored seed.

A form holds exactly as many items of each unit as the blueprint says, of each criterion at least as many as the
assessment plan asks, and stays inside the blueprint's limits on kinds and difficulties; items that must not meet
never do. Parallel forms are drawn together: they share at most so many items, and their mean difficulties lie as
close as the pool allows. Among the forms that can be drawn the seed chooses (each item gets a weight from it), so
an item that measures many criteria is not shown more often than others. The same pool, blueprint and seed give
the same form with the same release of the solver; a stored form keeps its items, whatever a later release finds.

After van der Linden, Linear Models for Optimal Test Design (2005), chapters 2, 3 and 6.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import highspy
from highspy._core import _Highs

from assessment.domain.errors import N_, Invalid
from assessment.domain.exams.form import Aspect, Blueprint, PoolItem, Range, Shortage
from assessment.domain.exams.seeded_order import rank, seeded_order

MOST_NODES = 2_000
GAP = 0.05
HALF = 0.5
DIFFICULTY_WEIGHT = 4.0


def draw(
    blueprint: Blueprint,
    candidates: Iterable[PoolItem],
    *,
    seed: bytes,
    minimum_per_criterion: Mapping[str, int],
    apart: Iterable[frozenset[str]] = (),
) -> tuple[tuple[str, ...], ...]:
    """Return the ids of the drawn items for each parallel form: section by section, inside one as the seed decides.

    `minimum_per_criterion`: criterion id -> items, from `plan.minimum_items`. `apart`: sets of ids of which a form
    may hold one. Raises Invalid when the pool cannot give it; `values["shortages"]` holds the Shortages, and the
    message names each with the nearest number that can be met. Raises Invalid too when an id stands twice.
    """
    pool = sorted(candidates, key=lambda item: rank(item.id, seed=seed, purpose="draw"))
    if len({item.id for item in pool}) != len(pool):
        raise Invalid(N_("Expected each item once in the pool, got one twice."))
    units = {quota.unit_id for quota in blueprint.quotas}
    limit = blueprint.shown_at_most
    usable = [item for item in pool if item.unit_id in units and (limit is None or item.shown < limit)]
    wishes = _wishes(blueprint, {criterion: least for criterion, least in minimum_per_criterion.items() if least > 0})
    _refuse(_too_few(wishes, usable))
    programme = _Programme(blueprint=blueprint, pool=usable, wishes=wishes, apart=tuple(apart))
    _refuse(programme.shortages())
    sections = {quota.unit_id: quota.section for quota in blueprint.quotas}
    return tuple(
        tuple(item.id for item in sorted(_in_order(form, seed), key=lambda item: sections[item.unit_id]))
        for form in programme.forms(_weights(usable, seed))
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wish:
    """How many items with one property a form shall hold."""

    aspect: Aspect
    key: str
    range: Range

    def fits(self, item: PoolItem) -> bool:
        match self.aspect:
            case Aspect.UNIT:
                return item.unit_id == self.key
            case Aspect.CRITERION:
                return self.key in item.criterion_ids
            case Aspect.KIND:
                return item.kind == self.key
            case Aspect.DIFFICULTY:
                return item.difficulty is not None and item.difficulty.value == self.key

    def shortage(self, nearest: int) -> Shortage:
        most = self.range.most
        wanted = most if most is not None and nearest > most else self.range.least
        return Shortage(aspect=self.aspect, key=self.key, wanted=wanted, nearest=nearest)


def _wishes(blueprint: Blueprint, minimum: Mapping[str, int]) -> tuple[_Wish, ...]:
    return (
        *(
            _Wish(aspect=Aspect.UNIT, key=quota.unit_id, range=Range(least=quota.items, most=quota.items))
            for quota in blueprint.quotas
        ),
        *(_Wish(aspect=Aspect.CRITERION, key=key, range=Range(least=least)) for key, least in minimum.items()),
        *(_Wish(aspect=Aspect.KIND, key=key, range=wanted) for key, wanted in blueprint.kinds.items()),
        *(_Wish(aspect=Aspect.DIFFICULTY, key=key.value, range=wanted) for key, wanted in blueprint.difficulty.items()),
    )


def _too_few(wishes: Iterable[_Wish], pool: Sequence[PoolItem]) -> Iterable[Shortage]:
    for wish in wishes:
        there = sum(wish.fits(item) for item in pool)
        if there < wish.range.least:
            yield wish.shortage(there)


def _refuse(shortages: Iterable[Shortage]) -> None:
    found = tuple(shortages)
    if found:
        listed = "; ".join(f"{shortage.key}: {shortage.wanted} > {shortage.nearest}" for shortage in found)
        raise Invalid(
            N_("The pool cannot fill this form. Wanted against the nearest that can be met: %(listed)s."),
            listed=listed,
            shortages=found,
        )


def _weights(pool: Sequence[PoolItem], seed: bytes) -> list[float]:
    """Return a weight above 0 and at most 1 for each item: the seed's say among the forms that can be drawn."""
    return [(int.from_bytes(rank(item.id, seed=seed, purpose="weight")[:4]) + 1) / 2**32 for item in pool]


def _in_order(form: Sequence[PoolItem], seed: bytes) -> list[PoolItem]:
    by_id = {item.id: item for item in form}
    return [by_id[identifier] for identifier in seeded_order(by_id, seed=seed, purpose="form order")]


@dataclass(kw_only=True, slots=True)
class _Rows:
    """Columns and rows of a linear programme while it is written down."""

    costs: list[float] = field(default_factory=list)
    uppers: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def column(self, *, cost: float = 0.0, upper: float = 1.0, whole: bool = False) -> int:
        """Add a column from 0 to `upper`; returns its number."""
        self.costs.append(cost)
        self.uppers.append(upper)
        self.whole.append(whole)
        return len(self.costs) - 1

    def row(self, lower: float, terms: Iterable[tuple[int, float]], upper: float) -> None:
        """Add the row lower <= sum of (column, factor) <= upper."""
        for column, value in terms:
            self.columns.append(column)
            self.values.append(value)
        self.starts.append(len(self.columns))
        self.lower.append(lower)
        self.upper.append(upper)

    def solve(self, *, gap: float) -> list[float] | None:
        """Return the columns' values of the best solution found within the nodes, or None when there is none."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.costs), len(self.lower)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self.costs, [0.0] * len(self.costs), self.uppers
        lp.row_lower_, lp.row_upper_ = self.lower, self.upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = self.starts, self.columns, self.values
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in self.whole]
        # The public class above this one prints a banner on standard output, which belongs to the command.
        solver = _Highs()
        # One thread and a count of nodes instead of a clock: the same input gives the same answer everywhere.
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("mip_max_nodes", MOST_NODES),
            ("mip_rel_gap", gap),
        ):
            solver.setOptionValue(name, value)
        solver.passModel(lp)
        solver.run()
        solution = solver.getSolution()
        if solver.getInfo().primal_solution_status != highspy.kSolutionStatusFeasible:
            return None
        return list(solution.col_value)


class _Programme:
    """The integer programme of a blueprint over a pool: column (form, item) is 1 when the form holds the item."""

    def __init__(
        self,
        *,
        blueprint: Blueprint,
        pool: Sequence[PoolItem],
        wishes: Sequence[_Wish],
        apart: Sequence[frozenset[str]],
    ) -> None:
        self.blueprint = blueprint
        self.pool = pool
        self.wishes = wishes
        place = {item.id: number for number, item in enumerate(pool)}
        self.apart = [sorted(place[each] for each in group if each in place) for group in apart]

    def shortages(self) -> list[Shortage]:
        """Return what no form can meet, in the nearest form there is; empty when every wish can be met."""
        rows = _Rows()
        self._lay_out(rows, [0.0] * len(self.pool))
        missing = [
            (form, wish, rows.column(cost=1.0, upper=highspy.kHighsInf), rows.column(cost=1.0, upper=highspy.kHighsInf))
            for form in range(self.blueprint.forms)
            for wish in self.wishes
        ]
        for form, wish, less, more in missing:
            self._wish(rows, form, wish, extra=((less, 1.0), (more, -1.0)))
        values = rows.solve(gap=0.0)
        if values is None:
            raise AssertionError("a programme in which every wish may be missed has a solution")
        found: dict[_Wish, Shortage] = {}
        for form, wish, less, more in missing:
            if values[less] > HALF or values[more] > HALF:
                held = sum(values[column] for column, _ in self._terms(form, wish))
                found.setdefault(wish, wish.shortage(round(held)))
        return list(found.values())

    def forms(self, weights: Sequence[float]) -> list[list[PoolItem]]:
        """Return the items of each form: the lightest ones that meet every wish, alike in difficulty."""
        rows = _Rows()
        self._lay_out(rows, weights)
        for form in range(self.blueprint.forms):
            for wish in self.wishes:
                self._wish(rows, form, wish)
        self._level_difficulty(rows)
        values = rows.solve(gap=GAP)
        if values is None:
            raise Invalid(N_("No form was found within the steps that a draw may take. Ask for less, or draw again."))
        size = len(self.pool)
        return [
            [item for number, item in enumerate(self.pool) if values[form * size + number] > HALF]
            for form in range(self.blueprint.forms)
        ]

    def _lay_out(self, rows: _Rows, weights: Sequence[float]) -> None:
        """Write the columns of every form, what must not meet, and how much forms may share."""
        size = len(self.pool)
        for _ in range(self.blueprint.forms):
            for weight in weights:
                rows.column(cost=weight, whole=True)
        for form in range(self.blueprint.forms):
            for group in self.apart:
                if len(group) > 1:
                    rows.row(0, ((form * size + number, 1.0) for number in group), 1)
        common = self.blueprint.common_at_most
        for first, second in combinations(range(self.blueprint.forms), 2):
            shared = [rows.column() for _ in self.pool]
            for number, both in enumerate(shared):
                terms = ((first * size + number, 1.0), (second * size + number, 1.0), (both, -1.0))
                rows.row(-1, terms, 1)
            rows.row(0, ((both, 1.0) for both in shared), common)

    def _wish(self, rows: _Rows, form: int, wish: _Wish, extra: Iterable[tuple[int, float]] = ()) -> None:
        most = highspy.kHighsInf if wish.range.most is None else wish.range.most
        rows.row(wish.range.least, [*self._terms(form, wish), *extra], most)

    def _terms(self, form: int, wish: _Wish) -> list[tuple[int, float]]:
        size = len(self.pool)
        return [(form * size + number, 1.0) for number, item in enumerate(self.pool) if wish.fits(item)]

    def _level_difficulty(self, rows: _Rows) -> None:
        """Hold the sums of proportions correct of parallel forms together, as far as items have one."""
        known = [(number, item.proportion) for number, item in enumerate(self.pool) if item.proportion is not None]
        if self.blueprint.forms < 2 or not known:
            return
        size = len(self.pool)
        middle = rows.column(upper=highspy.kHighsInf)
        apart = rows.column(cost=DIFFICULTY_WEIGHT * self.blueprint.forms, upper=highspy.kHighsInf)
        for form in range(self.blueprint.forms):
            terms = [(form * size + number, float(proportion)) for number, proportion in known]
            rows.row(0, [*terms, (middle, -1.0), (apart, 1.0)], highspy.kHighsInf)
            rows.row(-highspy.kHighsInf, [*terms, (middle, -1.0), (apart, -1.0)], 0)
