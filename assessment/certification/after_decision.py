"""What a higher feature adds to a decision: the way to the certificate, and the certificates of applications.

A feature names a function once: `leads_to(find)`, `names_certificates(find)`. Certification need not know it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from assessment.certification.tables import Application


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A way on: what stands on the button, and where it leads."""

    text: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedCertificate:
    """The newest certificate of an application: its id and its number."""

    id: str
    number: str


Finder = Callable[[Session, Application], Link | None]
CertificateFinder = Callable[[Session, str, Collection[str]], Mapping[str, NamedCertificate]]

_finders: list[Finder] = []
_certificate_finders: list[CertificateFinder] = []


def leads_to(find: Finder) -> None:
    """Name a function that finds the way from a decided application to something of a higher feature.

    `find(session, application)` returns a link in the reader's language, or None; one statement at most.
    """
    if find not in _finders:
        _finders.append(find)


def links_for(session: Session, application: Application) -> list[Link]:
    """Return the ways on from an application."""
    return [link for find in _finders if (link := find(session, application)) is not None]


def names_certificates(find: CertificateFinder) -> None:
    """Name a function that finds the newest certificate of applications.

    `find(session, body_id, application_ids)` returns application id -> certificate; one statement.
    """
    if find not in _certificate_finders:
        _certificate_finders.append(find)


def certificates_of(session: Session, body_id: str, application_ids: Collection[str]) -> dict[str, NamedCertificate]:
    """Return the newest certificate of each of these applications that has one."""
    return {
        application_id: certificate
        for find in _certificate_finders
        for application_id, certificate in find(session, body_id, application_ids).items()
    }
