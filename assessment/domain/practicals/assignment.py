"""Who may mark a practical, and who is proposed first: free, registered, unconflicted, and balanced over time.

A conflict is a side that the person stands on already, or that the candidate or the scheme named them as too close.
Nobody can be assigned against one of these. The day's limit is softer: above it a second person gives the reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Obstacle(StrEnum):
    """Why somebody cannot be assigned; the first that holds is said."""

    OTHER_SIDE = "other_side"
    TOO_CLOSE = "too_close"
    NOT_REGISTERED = "not_registered"
    BUSY = "busy"


@dataclass(frozen=True, kw_only=True, slots=True)
class AssessorFacts:
    """What is known of an assessor for one practical.

    `recent`: practicals in the weeks before; `same_day`: on that day; `last`: when the newest of them is.
    """

    person_id: str
    other_side: bool
    too_close: bool
    registered: bool
    busy: bool
    recent: int
    same_day: int
    last: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """An assessor in the order of proposal; `obstacle` None: may be assigned. `over_limit`: only with a reason."""

    facts: AssessorFacts
    obstacle: Obstacle | None
    over_limit: bool


def obstacle_of(facts: AssessorFacts) -> Obstacle | None:
    """Return what keeps somebody from being assigned, or None."""
    if facts.other_side:
        return Obstacle.OTHER_SIDE
    if facts.too_close:
        return Obstacle.TOO_CLOSE
    if not facts.registered:
        return Obstacle.NOT_REGISTERED
    return Obstacle.BUSY if facts.busy else None


def propose(assessors: Iterable[AssessorFacts], *, limit: int | None) -> list[Proposal]:
    """Return everybody in the order of proposal: who can be assigned first, within the limit before above it.

    Among equals whoever had the fewest practicals lately, then whose last one is longest ago, then by id, so that the
    same facts give the same order. `limit`: practicals a day; None is no limit.
    """
    found = [
        Proposal(
            facts=facts,
            obstacle=obstacle_of(facts),
            over_limit=limit is not None and facts.same_day >= limit,
        )
        for facts in assessors
    ]
    order = list(Obstacle)
    return sorted(
        found,
        key=lambda each: (
            -1 if each.obstacle is None else order.index(each.obstacle),
            each.over_limit,
            each.facts.recent,
            each.facts.last.timestamp() if each.facts.last is not None else 0.0,
            each.facts.person_id,
        ),
    )
