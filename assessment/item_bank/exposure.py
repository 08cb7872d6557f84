"""How often items are used and shown. Exams stand on a higher floor and tell the bank (`exams_tell`).

Shown = attempts that were started on a form that holds the item, in any of its versions. The share of marks is that
of classical test theory (the item's p-value where it is worth one mark): marks earned of marks possible.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Subquery
from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True, slots=True)
class FormUse:
    """A form that holds an item: its code, the number of the version on it, how often and when it was begun."""

    form_id: str
    code: str
    url: str
    number: int
    shown: int
    last: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Exposure:
    """How an item was used. `share` is marks earned of marks possible, None before anybody was scored on it."""

    forms: tuple[FormUse, ...] = ()
    scored: int = 0
    blank: int = 0
    share: Fraction | None = None

    @property
    def shown(self) -> int:
        """How often it was shown to a candidate."""
        return sum(form.shown for form in self.forms)

    @property
    def last(self) -> datetime | None:
        """When it was shown last."""
        return max((form.last for form in self.forms if form.last), default=None)


CountUses = Callable[[str, Sequence[str] | None], Subquery]
"""body id, items or None for all -> rows of item_id, forms, shown, last: one for each item that is on a form."""

FindExposure = Callable[[Session, str, str], Exposure]

_counts: list[CountUses] = []
_finds: list[FindExposure] = []


def exams_tell(*, count: CountUses, find: FindExposure) -> None:
    """Tell the bank how uses of its items are counted and found."""
    _counts[:] = [count]
    _finds[:] = [find]


def uses_of_items(body_id: str, items: Sequence[str] | None = None) -> Subquery | None:
    """Return the uses of these items, or of all, as a subquery; None where no exams are installed."""
    return _counts[0](body_id, items) if _counts else None


def exposure_of(session: Session, body_id: str, item_id: str) -> Exposure:
    """Return how an item was used so far."""
    return _finds[0](session, body_id, item_id) if _finds else Exposure()
