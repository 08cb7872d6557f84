"""The register of measuring tools: a tool comes in with its calibration, is calibrated again, goes out of use."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.tables import Site
from assessment.domain.errors import N_, Conflict, NotFound
from assessment.domain.practicals.calibration import Calibration, check_calibration, named
from assessment.practicals.authority import day_at
from assessment.practicals.remarking import check_reason
from assessment.practicals.tables_tools import MeasuringTool, ToolCalibration, ToolRetirement
from assessment.web.actor import Actor


def register_tool(
    session: Session,
    actor: Actor,
    site_id: str,
    *,
    kind: str,
    serial_number: str,
    calibration: Calibration,
    certificate: str,
    now: datetime,
) -> MeasuringTool:
    """Put a tool into the register with its calibration.

    Raises NotFound for a site that is not the body's, Conflict for a serial number that a tool of this kind has
    already, and Invalid for names and dates that are none.
    """
    kind, serial_number = named(kind, "kind"), named(serial_number, "serial number")
    if session.get(Site, (actor.body_id, site_id)) is None:
        raise NotFound(N_("There is no such site."))
    known = session.scalar(
        select(MeasuringTool.id)
        .where(
            MeasuringTool.body_id == actor.body_id,
            func.lower(MeasuringTool.kind) == kind.lower(),
            func.lower(MeasuringTool.serial_number) == serial_number.lower(),
        )
        .limit(1)
    )
    if known is not None:
        raise Conflict(
            N_("The register has a %(kind)s with the serial number %(number)s already."),
            kind=kind,
            number=serial_number,
        )
    tool = MeasuringTool(
        body_id=actor.body_id,
        id=new_id(),
        site_id=site_id,
        kind=kind,
        serial_number=serial_number,
        registered_by=actor.person_id,
        registered_at=now,
    )
    session.add(tool)
    session.flush()
    _calibrate(session, actor, tool, calibration, certificate, number=1, now=now)
    return tool


def calibrate_tool(
    session: Session, actor: Actor, tool_id: str, calibration: Calibration, *, certificate: str, now: datetime
) -> ToolCalibration:
    """Add a calibration to a tool; those before stay.

    Raises NotFound, Conflict for a tool that is out of use, and Invalid for dates or a certificate that are none.
    """
    tool = _in_use(session, actor, tool_id)
    newest = session.scalar(
        select(func.max(ToolCalibration.number)).where(
            ToolCalibration.body_id == actor.body_id, ToolCalibration.tool_id == tool_id
        )
    )
    return _calibrate(session, actor, tool, calibration, certificate, number=(newest or 0) + 1, now=now)


def retire_tool(session: Session, actor: Actor, tool_id: str, *, reason: str, now: datetime) -> ToolRetirement:
    """Put a tool out of use; what was measured with it until today stays as it is.

    Raises NotFound, Conflict for one that is out of use already, Invalid for a reason that is too short or too long.
    """
    tool = _in_use(session, actor, tool_id)
    retirement = ToolRetirement(
        body_id=actor.body_id,
        tool_id=tool.id,
        retired_on=day_at(session, actor.body_id, now),
        reason=check_reason(reason),
        retired_by=actor.person_id,
        retired_at=now,
    )
    session.add(retirement)
    session.flush()
    return retirement


def _in_use(session: Session, actor: Actor, tool_id: str) -> MeasuringTool:
    tool = session.scalar(
        select(MeasuringTool)
        .where(MeasuringTool.body_id == actor.body_id, MeasuringTool.id == tool_id)
        .with_for_update()
    )
    if tool is None:
        raise NotFound(N_("There is no such measuring tool."))
    if session.get(ToolRetirement, (actor.body_id, tool_id)) is not None:
        raise Conflict(N_("This tool is out of use; enter another one."))
    return tool


def _calibrate(
    session: Session,
    actor: Actor,
    tool: MeasuringTool,
    calibration: Calibration,
    certificate: str,
    *,
    number: int,
    now: datetime,
) -> ToolCalibration:
    today: date = day_at(session, actor.body_id, now)
    check_calibration(calibration, today=today)
    row = ToolCalibration(
        body_id=actor.body_id,
        tool_id=tool.id,
        number=number,
        calibrated_on=calibration.calibrated_on,
        valid_until=calibration.valid_until,
        certificate=named(certificate, "certificate"),
        recorded_by=actor.person_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    return row
