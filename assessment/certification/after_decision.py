"""What a higher feature adds to a candidate's page after a decision: the way to the certificate.

A feature names a function once: `leads_to(find)`. Certification need not know it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from assessment.certification.tables import Application


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A way on: what stands on the button, and where it leads."""

    text: str
    url: str


Finder = Callable[[Session, Application], Link | None]

_finders: list[Finder] = []


def leads_to(find: Finder) -> None:
    """Name a function that finds the way from a decided application to something of a higher feature.

    `find(session, application)` returns a link in the reader's language, or None; one statement at most.
    """
    if find not in _finders:
        _finders.append(find)


def links_for(session: Session, application: Application) -> list[Link]:
    """Return the ways on from an application."""
    return [link for find in _finders if (link := find(session, application)) is not None]
