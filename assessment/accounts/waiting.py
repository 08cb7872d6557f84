"""What waits for a role today.

A feature tells this module what waits in it: `waits_for(Role.ASSESSOR, function)`; the landing page asks all
functions of the roles that the actor holds. Lower features need not know the higher ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from assessment.domain.roles import Role
from assessment.web.actor import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One piece of work: a sentence in the reader's language, where it is done, since when it waits."""

    text: str
    url: str
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pile:
    """A kind of work with its count, the oldest first; `url` leads to all of it."""

    title: str
    count: int
    url: str
    oldest: Sequence[Task] = field(default_factory=tuple)


Finder = Callable[[Session, Actor, datetime], Sequence[Pile]]

_finders: dict[Role, list[Finder]] = {role: [] for role in Role}


def waits_for(role: Role, find: Finder) -> None:
    """Name a function that finds what waits for a role."""
    if find not in _finders[role]:
        _finders[role].append(find)


def waiting(session: Session, actor: Actor, now: datetime) -> list[tuple[Role, list[Pile]]]:
    """Return, for each role of the actor in the order of the chain, the piles that wait."""
    return [
        (role, [pile for find in _finders[role] for pile in find(session, actor, now)])
        for role in Role
        if role in actor.roles
    ]
