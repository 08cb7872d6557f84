"""What a scheme is, for whoever follows the address in a certificate: title, scope, units and ways of proof."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.tables import CertificationBody
from assessment.credentials.certificate import scheme_address
from assessment.credentials.keys import origin
from assessment.credentials.offering import offered_units
from assessment.domain.credentials.achievement import UnitOffered
from assessment.schemes.tables import Scheme, SchemeScope, SchemeState, SchemeText, SchemeVersion


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicScheme:
    """A version of a scheme that was published at some time."""

    body_name: str
    body_city: str
    code: str
    version: int
    newest: bool
    sample: bool
    validity_months: int
    titles: Mapping[str, str]
    summaries: Mapping[str, str]
    scope: tuple[tuple[str, str], ...]
    units: tuple[UnitOffered, ...]


def public_scheme(session: Session, body_id: str, code: str, number: int | None) -> PublicScheme | None:
    """Return a version of a scheme, the newest without a number; None when it was never published; eight statements."""
    rows: list[Any] = list(
        session.execute(
            select(SchemeVersion, CertificationBody.name, CertificationBody.city)
            .join(Scheme, (Scheme.body_id == SchemeVersion.body_id) & (Scheme.id == SchemeVersion.scheme_id))
            .join(CertificationBody, CertificationBody.id == Scheme.body_id)
            .where(Scheme.body_id == body_id, Scheme.code == code, SchemeVersion.state != SchemeState.DRAFT)
            .order_by(SchemeVersion.number.desc())
        )
    )
    row = next((row for row in rows if number is None or row.SchemeVersion.number == number), None)
    if row is None:
        return None
    version = row.SchemeVersion
    texts = session.scalars(
        select(SchemeText).where(SchemeText.body_id == body_id, SchemeText.scheme_version_id == version.id)
    ).all()
    scope = session.execute(
        select(SchemeScope.name, SchemeScope.value)
        .where(SchemeScope.body_id == body_id, SchemeScope.scheme_version_id == version.id)
        .order_by(SchemeScope.name, SchemeScope.value)
    )
    address = scheme_address(origin(session), body_id, code, version.number)
    return PublicScheme(
        body_name=row.name,
        body_city=row.city,
        code=code,
        version=version.number,
        newest=version.number == rows[0].SchemeVersion.number,
        sample=version.sample,
        validity_months=version.validity_months,
        titles={text.language: text.title for text in texts},
        summaries={text.language: text.summary for text in texts},
        scope=tuple((each.name, each.value) for each in scope),
        units=offered_units(session, body_id, version.id, address),
    )
