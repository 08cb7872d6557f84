"""Numbers that name nobody: no figure under ten is shown, nor one that a total would give away.

A small figure in a table points to people. So it is hidden, and a total beside exactly one hidden figure says
only what is at least there, because otherwise a subtraction would bring the hidden one back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

FEWEST = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A count as it may be shown: `value` None is "fewer than 10"; `at_least` marks a total of what is visible."""

    value: int | None
    at_least: bool = False


def shown(count: int) -> Figure:
    """Return a count as it may be shown."""
    return Figure(value=count if count >= FEWEST else None)


def total_of(counts: Sequence[int]) -> Figure:
    """Return the total of counts that stand beside it, each of them shown by `shown`."""
    visible = [count for count in counts if count >= FEWEST]
    hidden = len(counts) - len(visible)
    total = sum(counts)
    if hidden != 1 or not visible:
        return shown(total)
    return Figure(value=sum(visible), at_least=True)
