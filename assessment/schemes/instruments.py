"""Instruments: an exam form or a rubric says what it covers of a scheme version's assessment plan."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.domain.errors import N_, NotFound
from assessment.domain.plan import Coverage
from assessment.schemes.tables import Instrument, InstrumentCoverage, InstrumentKind, SchemeVersion


def register_instrument(
    session: Session,
    body_id: str,
    scheme_version_id: str,
    kind: InstrumentKind,
    record_id: str,
    covers: Iterable[Coverage],
    now: datetime,
) -> str:
    """Register a form or a rubric with a plan and return the instrument's id.

    `covers`: what it yields on each criterion by each method. An instrument that is registered already stays
    as it is. Raises NotFound when there is no such scheme version.
    """
    held = session.scalar(
        select(Instrument.id).where(
            Instrument.body_id == body_id, Instrument.kind == kind, Instrument.record_id == record_id
        )
    )
    if held is not None:
        return held
    if session.get(SchemeVersion, (body_id, scheme_version_id)) is None:
        raise NotFound(N_("There is no such scheme version."))
    instrument_id = new_id()
    session.add(
        Instrument(
            body_id=body_id,
            id=instrument_id,
            scheme_version_id=scheme_version_id,
            kind=kind,
            record_id=record_id,
            registered_at=now,
        )
    )
    session.flush()
    session.add_all(
        InstrumentCoverage(
            body_id=body_id,
            instrument_id=instrument_id,
            criterion_id=covered.criterion_id,
            method=covered.method,
            kind=covered.kind,
            items=covered.items,
            level=covered.level,
        )
        for covered in covers
    )
    session.flush()
    return instrument_id
