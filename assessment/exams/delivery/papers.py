"""What never changes about attempts, kept in memory: their items in order, and the structure of each item.

An attempt's layout is fixed when it is prepared and an item version when it is imported, so that both are read
once a process. Nothing here knows how an attempt stands.
"""

import sys
from collections.abc import Callable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select

from assessment.database import looking_up
from assessment.domain.exams.arrangement import from_json
from assessment.domain.items.item import Item
from assessment.exams.answering import Fitting
from assessment.exams.content import read_item
from assessment.exams.tables import Attempt
from assessment.item_bank.tables import ItemVersion

MOST_PAPERS = 50_000
MOST_ITEMS = 20_000


class Paper(NamedTuple):
    """The item versions of an attempt in its own order, and each by its id; attempts of a form share the latter."""

    order: tuple[str, ...]
    items: Mapping[str, Item]


NO_PAPER = Paper((), {})


class Papers:
    """The papers of one installation."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._papers: dict[tuple[str, str], Paper] = {}
        self._of_form: dict[tuple[str, frozenset[str]], Mapping[str, Item]] = {}
        self._items: dict[tuple[str, str], Item] = {}
        self.fitting: Fitting = set()

    def remembered(self, body_id: str, attempt_id: str) -> Paper | None:
        """Return the paper of an attempt where that takes no look at the database."""
        return self._papers.get((body_id, attempt_id))

    def of(self, body_id: str, attempt_id: str) -> Paper:
        """Return the paper of an attempt; an empty one when there is no such attempt."""
        found = self._papers.get((body_id, attempt_id))
        if found is not None:
            return found
        with looking_up(self._engine()) as connection:
            order = _order(connection, body_id, attempt_id)
            if not order:
                return NO_PAPER
            if len(self._papers) >= MOST_PAPERS or len(self._items) >= MOST_ITEMS:
                self._forget()
            found = self._papers[body_id, attempt_id] = Paper(order, self._by_id(connection, body_id, frozenset(order)))
        return found

    def _by_id(self, connection: Connection, body_id: str, ids: frozenset[str]) -> Mapping[str, Item]:
        known = self._of_form.get((body_id, ids))
        if known is None:
            found = {each: item for each in ids if (item := self._items.get((body_id, each))) is not None}
            rows = connection.execute(
                select(ItemVersion.id, ItemVersion.digest, ItemVersion.structure).where(
                    ItemVersion.body_id == body_id, ItemVersion.id.in_(ids - found.keys())
                )
            )
            for row in rows:
                found[row.id] = self._items[body_id, row.id] = read_item(body_id, row.id, row.digest, row.structure)
            known = self._of_form[body_id, ids] = found
        return known

    def _forget(self) -> None:
        self._papers.clear()
        self._of_form.clear()
        self._items.clear()


def _order(connection: Connection, body_id: str, attempt_id: str) -> tuple[str, ...]:
    stored = connection.scalar(select(Attempt.layout).where(Attempt.body_id == body_id, Attempt.id == attempt_id))
    return () if stored is None else tuple(sys.intern(arranged.item_id) for arranged in from_json(stored))
