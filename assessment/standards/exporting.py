"""A standard as the CASE package that came in (https://www.imsglobal.org/spec/CASE/v1p1/): equal as JSON."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.case.read import write
from assessment.domain.errors import N_, NotFound
from assessment.standards.packing import unpack
from assessment.standards.queries import find_unit
from assessment.standards.tables import Association, Competency, Standard, StandardState


def export_standard(session: Session, body_id: str, standard_id: str) -> dict[str, Any]:
    """Return the package of a standard as a JSON value. Raises NotFound when there is no such standard."""
    standard = session.get(Standard, (body_id, standard_id))
    if standard is None:
        raise NotFound(N_("There is no such standard."))
    rest, _ = unpack(standard.rest)
    items = session.execute(
        select(Competency.identifier, Competency.raw).where(
            Competency.body_id == body_id, Competency.standard_id == standard_id
        )
    )
    associations = session.scalars(
        select(Association.raw)
        .where(Association.body_id == body_id, Association.standard_id == standard_id)
        .order_by(Association.position)
    )
    return write(
        document=standard.document,
        items={identifier: raw for identifier, raw in items},
        associations=associations,
        rest=rest,
    )


def find_standard(session: Session, body_id: str, code: str) -> str:
    """Return the id of the newest published standard with this identifier, title, or unit of this code.

    An older code of a unit does too. Raises NotFound when none fits.
    """
    found = session.scalar(
        select(Standard.id)
        .where(
            Standard.body_id == body_id,
            Standard.state == StandardState.PUBLISHED,
            (Standard.identifier == code) | (Standard.title == code),
        )
        .order_by(Standard.imported_at.desc(), Standard.id)
        .limit(1)
    )
    if found is not None:
        return found
    unit = find_unit(session, body_id, code)
    if unit is None:
        raise NotFound(
            N_("Expected the identifier or title of a standard, or the code of a unit of one, got %(code)s."),
            code=code,
        )
    return unit.standard_id
