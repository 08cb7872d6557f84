"""Dated authority at a practical: the site's verification and the assessor's registration (rule 12)."""

from datetime import date

from sqlalchemy.orm import Session

from assessment.accounts.registrations import day_at, require_registered_assessor
from assessment.accounts.tables import Site
from assessment.domain.errors import N_, NotAllowed, NotFound

__all__ = ["day_at", "require_registered_assessor", "require_verified_site"]


def require_verified_site(session: Session, body_id: str, site_id: str, day: date) -> Site:
    """Return the site. Raises NotFound, and NotAllowed when it is not verified on that day."""
    site = session.get(Site, (body_id, site_id))
    if site is None:
        raise NotFound(N_("There is no such site."))
    if not site.verified_from <= day <= site.verified_until:
        raise NotAllowed(
            N_("Expected a site that is verified on %(day)s; %(site)s is verified from %(since)s to %(until)s."),
            day=day.isoformat(),
            site=site.name,
            since=site.verified_from.isoformat(),
            until=site.verified_until.isoformat(),
        )
    return site
