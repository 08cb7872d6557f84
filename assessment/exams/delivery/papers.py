"""What never changes about attempts, kept in memory: their items in order, and the structure of each item.

An attempt's layout is fixed when it is prepared and an item version when it is imported, so that both are read
once a process. Nothing here knows how an attempt stands.
"""

import sys
from collections.abc import Callable, Iterable

from sqlalchemy import Connection, Engine, select

from assessment.domain.exams.arrangement import from_json
from assessment.domain.items.item import Item
from assessment.exams.answering import Fitting
from assessment.exams.content import read_item
from assessment.exams.tables import Attempt
from assessment.item_bank.tables import ItemVersion

MOST_LAYOUTS = 50_000
MOST_ITEMS = 20_000


class Papers:
    """The layouts and items of one installation."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._layouts: dict[tuple[str, str], tuple[str, ...]] = {}
        self._items: dict[tuple[str, str], Item] = {}
        self._whole: set[tuple[str, str]] = set()
        self.fitting: Fitting = set()

    def remembers(self, body_id: str, attempt_id: str) -> bool:
        """Whether the layout of an attempt and its items are known without a look at the database."""
        return (body_id, attempt_id) in self._whole

    def layout(self, body_id: str, attempt_id: str) -> tuple[str, ...]:
        """Return the item versions of an attempt in its own order; none when there is no such attempt."""
        found = self._layouts.get((body_id, attempt_id))
        if found is None:
            with self._engine().connect() as connection:
                found = self._read(connection, body_id, attempt_id)
            if found:
                self.items(body_id, found)
                self._whole.add((body_id, attempt_id))
        return found

    def items(self, body_id: str, version_ids: Iterable[str]) -> dict[str, Item]:
        """Return item versions by id."""
        wanted = set(version_ids)
        found = {each: item for each in wanted if (item := self._items.get((body_id, each))) is not None}
        missing = wanted - found.keys()
        if missing:
            if len(self._items) > MOST_ITEMS:
                self._items.clear()
                self._layouts.clear()
                self._whole.clear()
            with self._engine().connect() as connection:
                rows = connection.execute(
                    select(ItemVersion.id, ItemVersion.digest, ItemVersion.structure).where(
                        ItemVersion.body_id == body_id, ItemVersion.id.in_(missing)
                    )
                )
                for row in rows:
                    found[row.id] = self._items[body_id, row.id] = read_item(body_id, row.id, row.digest, row.structure)
        return found

    def _read(self, connection: Connection, body_id: str, attempt_id: str) -> tuple[str, ...]:
        stored = connection.scalar(select(Attempt.layout).where(Attempt.body_id == body_id, Attempt.id == attempt_id))
        if stored is None:
            return ()
        if len(self._layouts) > MOST_LAYOUTS:
            self._layouts.clear()
            self._whole.clear()
        layout = tuple(sys.intern(arranged.item_id) for arranged in from_json(stored))
        self._layouts[body_id, attempt_id] = layout
        return layout
