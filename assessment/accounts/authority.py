"""The dated authority of a body: licences, verified sites, registered assessors (rule 12)."""

from datetime import date

from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.tables import AssessorRegistration, BodyLicence, Person, Site, SiteKind
from assessment.domain.errors import N_, Invalid, NotFound
from assessment.web.actor import Actor

EVERY_SCHEME = "*"


def add_licence(
    session: Session,
    actor: Actor,
    *,
    number: str,
    authority: str,
    authority_number: str | None,
    scheme_codes: list[str],
    valid_from: date,
    valid_until: date,
) -> BodyLicence:
    """Enter a licence of the body; earlier ones stay. Raises Invalid for dates in the wrong order."""
    _in_order(valid_from, valid_until)
    licence = BodyLicence(
        body_id=actor.body_id,
        id=new_id(),
        number=number.strip(),
        authority=authority.strip(),
        authority_number=(authority_number or "").strip() or None,
        scheme_codes=scheme_codes or [EVERY_SCHEME],
        valid_from=valid_from,
        valid_until=valid_until,
    )
    session.add(licence)
    session.flush()
    return licence


def add_site(
    session: Session, actor: Actor, *, name: str, city: str, kind: SiteKind, verified_from: date, verified_until: date
) -> Site:
    """Enter a site with its verification. Raises Invalid for dates in the wrong order."""
    _in_order(verified_from, verified_until)
    site = Site(
        body_id=actor.body_id,
        id=new_id(),
        name=name.strip(),
        city=city.strip(),
        kind=kind,
        verified_from=verified_from,
        verified_until=verified_until,
    )
    session.add(site)
    session.flush()
    return site


def renew_verification(
    session: Session, actor: Actor, site_id: str, *, verified_from: date, verified_until: date
) -> Site:
    """Enter the dates of a site's newest verification; the audit record keeps the earlier ones."""
    _in_order(verified_from, verified_until)
    site = session.get(Site, (actor.body_id, site_id))
    if site is None:
        raise NotFound(N_("There is no such site."))
    site.verified_from, site.verified_until = verified_from, verified_until
    session.flush()
    return site


def register_assessor(
    session: Session, actor: Actor, person_id: str, *, number: str, valid_from: date, valid_until: date
) -> AssessorRegistration:
    """Enter an assessor's registration; earlier ones stay."""
    _in_order(valid_from, valid_until)
    if session.get(Person, (actor.body_id, person_id)) is None:
        raise NotFound(N_("There is no such person."))
    registration = AssessorRegistration(
        body_id=actor.body_id,
        id=new_id(),
        person_id=person_id,
        number=number.strip(),
        valid_from=valid_from,
        valid_until=valid_until,
    )
    session.add(registration)
    session.flush()
    return registration


def _in_order(first: date, last: date) -> None:
    if last < first:
        raise Invalid(N_("The last day, %(last)s, is before the first, %(first)s."), first=first, last=last)
