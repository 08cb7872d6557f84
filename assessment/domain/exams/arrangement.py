"""The order in which one attempt shows its items and their choices, decided by the attempt's stored seed.

The order of choices is that of `items.view.order_choices`, with a seed of its own for each item, so that
two items with as many choices are not shuffled alike. Scoring never sees an order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessment.domain.errors import N_, Invalid
from assessment.domain.exams.seeded_order import rank, seeded_order
from assessment.domain.items.item import Item
from assessment.domain.items.view import order_choices

FORMAT_VERSION = 1

Order = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrangedItem:
    """An item in its place; `choices`: response identifier -> choice identifiers as shown."""

    item_id: str
    choices: Mapping[str, tuple[str, ...]]

    @property
    def order(self) -> Order:
        """The choices as a value that can be looked up by."""
        return tuple(self.choices.items())


def arrange(
    items: Mapping[str, Item], *, seed: bytes, sections: Mapping[str, int] | None = None
) -> tuple[ArrangedItem, ...]:
    """Return the items as one attempt shows them; `items`: item id -> item.

    `sections`: item id -> number of its section; sections keep their order, items are shuffled inside theirs.
    """
    section = (sections or {}).get
    order = sorted(seeded_order(items, seed=seed, purpose="item order"), key=lambda item: section(item, 1))
    return tuple(
        ArrangedItem(
            item_id=item_id,
            choices=order_choices(items[item_id], rank(item_id, seed=seed, purpose="choice order")),
        )
        for item_id in order
    )


def to_json(arrangement: Iterable[ArrangedItem]) -> dict[str, Any]:
    """Return the arrangement as the JSON value that an attempt stores, format version 1."""
    return {
        "v": FORMAT_VERSION,
        "items": [
            {"item": item.item_id, "choices": {name: list(ids) for name, ids in item.choices.items()}}
            for item in arrangement
        ],
    }


def from_json(value: Mapping[str, Any]) -> tuple[ArrangedItem, ...]:
    """Read an arrangement that `to_json` wrote. Raises Invalid for another format version."""
    return tuple(map(_arranged, _entries(value)))


def item_order(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Read only the item ids of an arrangement, in their order. Raises Invalid as `from_json` does."""
    return tuple([entry["item"] for entry in _entries(value)])


def item_at(value: Mapping[str, Any], number: int) -> ArrangedItem | None:
    """Read the item at a place of an arrangement, counted from 1; None where there is none."""
    entries = _entries(value)
    return _arranged(entries[number - 1]) if 1 <= number <= len(entries) else None


def _entries(value: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    if value.get("v") != FORMAT_VERSION:
        raise Invalid(N_("Expected an arrangement of format version 1, got %(got)s."), got=value.get("v"))
    entries: Sequence[Mapping[str, Any]] = value["items"]
    return entries


def _arranged(entry: Mapping[str, Any]) -> ArrangedItem:
    return ArrangedItem(item_id=entry["item"], choices={name: tuple(ids) for name, ids in entry["choices"].items()})
