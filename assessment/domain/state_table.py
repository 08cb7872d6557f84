"""A state machine written as a table: (state, event) -> next state.

Guards, error messages and the documentation's diagram all read the same table, so none of them can
disagree with it. What an event *means* (who may cause it, what else it changes) stands in the services.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from assessment.domain.errors import N_, Conflict

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, kw_only=True, slots=True)
class StateTable(Generic[S, E]):
    """The arrows of one kind of record. `name` is the glossary term of the record."""

    name: str
    initial: S
    arrows: Mapping[tuple[S, E], S]

    def after(self, state: S, event: E) -> S:
        """Return the state that `event` leads to.

        Raises Conflict when the table has no such arrow; the message names the events that are possible.
        """
        found = self.arrows.get((state, event))
        if found is None:
            raise Conflict(
                N_("The %(record)s is %(state)s, so %(event)s is not possible. Possible now: %(possible)s."),
                record=self.name,
                state=state.value,
                event=event.value,
                possible=", ".join(possible.value for possible in self.events(state)) or "-",
            )
        return found

    def allows(self, state: S, event: E) -> bool:
        """Say whether the table has an arrow for `event` out of `state`."""
        return (state, event) in self.arrows

    def events(self, state: S) -> tuple[E, ...]:
        """Return the events that are possible in `state`, in the table's order."""
        return tuple(event for source, event in self.arrows if source == state)

    def is_final(self, state: S) -> bool:
        """Say whether nothing can happen to a record in `state` any more."""
        return not self.events(state)

    def reachable(self) -> frozenset[S]:
        """Return every state that a new record can come to."""
        found: set[S] = set()
        waiting = [self.initial]
        while waiting:
            state = waiting.pop()
            if state not in found:
                found.add(state)
                waiting += [target for (source, _), target in self.arrows.items() if source == state]
        return frozenset(found)

    def diagram(self) -> str:
        """Return the table as the text of a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial.value}"]
        lines += [
            f"    {source.value} --> {target.value}: {event.value}" for (source, event), target in self.arrows.items()
        ]
        ends = {state for state in self.arrows.values() if self.is_final(state)}
        lines += [f"    {state.value} --> [*]" for state in sorted(ends)]
        return "\n".join(lines) + "\n"
