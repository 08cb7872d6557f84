"""Refusals: the four ways in which a rule says no.

A refusal is raised by the domain and by services, and turned into HTTP or an exit status in one place.
Its message is an English sentence that says what was expected and what arrived; it is marked for
translation with `N_` and translated at the edge, never here.
"""


def N_(message: str) -> str:  # gettext's own name for "mark, do not translate"
    """Return the message unchanged; marks it for translation."""
    return message


class Refusal(Exception):
    """A rule said no. `message` may hold `%(name)s` places that `values` fill."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


class Invalid(Refusal):
    """What arrived does not have the shape or the range that was expected."""


class NotAllowed(Refusal):
    """The actor may see the record but may not do this to it."""


class NotFound(Refusal):
    """There is no such record, or its existence is not the actor's to know."""


class Conflict(Refusal):
    """The record is no longer in the state that the request assumed."""
