"""Reads of measuring tools: the register, what a sheet offers, and whether the tools of marks could be trusted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from assessment.accounts.tables import CertificationBody, Site
from assessment.domain.errors import N_, NotFound
from assessment.domain.practicals.calibration import Calibration, Doubt, Standing, doubt
from assessment.practicals.tables_tools import MeasuringTool, ToolCalibration, ToolRetirement
from assessment.web.gate import RecordStanding

PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class CalibrationLine:
    """A calibration as it was written down."""

    number: int
    calibrated_on: date
    valid_until: date
    certificate: str
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """A tool with its calibrations, the newest first; `retired` says why it is out of use, "" while it is in use."""

    id: str
    kind: str
    serial_number: str
    site_id: str
    site: str
    zone: ZoneInfo
    calibrations: tuple[CalibrationLine, ...]
    retired_on: date | None = None
    retired: str = ""

    @property
    def standing(self) -> Standing:
        """What says whether it may be trusted."""
        calibrations = (
            Calibration(calibrated_on=each.calibrated_on, valid_until=each.valid_until) for each in self.calibrations
        )
        return Standing(calibrations=tuple(calibrations), retired_on=self.retired_on)

    @property
    def valid_until(self) -> date | None:
        """The last day of its calibrations; None where there is none."""
        return max((each.valid_until for each in self.calibrations), default=None)

    @property
    def name(self) -> str:
        """What it is called where it is chosen."""
        return f"{self.kind} · {self.serial_number}"

    def doubt(self, moment: datetime) -> Doubt | None:
        """Return why a measurement of this moment with it is in doubt; days are those of the body's zone."""
        return doubt(self.standing, moment.astimezone(self.zone).date())


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """What a value was measured with, "" for nothing that was chosen, and why that is in doubt."""

    name: str
    doubt: Doubt | None


def used(tools: Mapping[str, Tool], tool_id: str, moment: datetime) -> Used:
    """Return what a value of this moment was measured with; `tools` come from `tools_named`."""
    tool = tools.get(tool_id)
    return Used(name="", doubt=Doubt.NO_TOOL) if tool is None else Used(name=tool.name, doubt=tool.doubt(moment))


def tools_on(session: Session, body_id: str, *, page: int = 1, site_id: str | None = None) -> tuple[list[Tool], int]:
    """Return one page of the register in the order of kind and serial number, and how many there are.

    Two statements.
    """
    at_site = true() if site_id is None else MeasuringTool.site_id == site_id
    total = session.scalar(
        select(func.count()).select_from(MeasuringTool).where(MeasuringTool.body_id == body_id, at_site)
    )
    shown = (
        select(MeasuringTool.id)
        .where(MeasuringTool.body_id == body_id, at_site)
        .order_by(MeasuringTool.kind, MeasuringTool.serial_number, MeasuringTool.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return _read(session, body_id, MeasuringTool.id.in_(shown)), total or 0


def tools_of_site(session: Session, body_id: str, site_id: str) -> list[Tool]:
    """Return the tools that are in use at a site, by kind and serial number; one statement."""
    return _read(session, body_id, (MeasuringTool.site_id == site_id) & ToolRetirement.tool_id.is_(None))


def tool_of(session: Session, body_id: str, tool_id: str) -> Tool:
    """Return a tool; one statement. Raises NotFound."""
    found = _read(session, body_id, MeasuringTool.id == tool_id)
    if not found:
        raise NotFound(N_("There is no such measuring tool."))
    return found[0]


def tools_named(session: Session, body_id: str, tool_ids: Collection[str | None]) -> Mapping[str, Tool]:
    """Return tools by their id; one statement, none where none is named."""
    wanted = {tool_id for tool_id in tool_ids if tool_id}
    return {tool.id: tool for tool in _read(session, body_id, MeasuringTool.id.in_(wanted))} if wanted else {}


def kinds_of_tools(session: Session, body_id: str) -> list[str]:
    """Return what the tools of the register are called, each once; one statement."""
    return list(
        session.scalars(
            select(MeasuringTool.kind)
            .where(MeasuringTool.body_id == body_id)
            .distinct()
            .order_by(MeasuringTool.kind)
            .limit(PAGE)
        )
    )


def standing_of_tool(session: Session, body_id: str, tool_id: str) -> RecordStanding | None:
    """Return where a tool belongs, for the gate; one statement."""
    site_id = session.scalar(
        select(MeasuringTool.site_id).where(MeasuringTool.body_id == body_id, MeasuringTool.id == tool_id)
    )
    return None if site_id is None else RecordStanding(site_id=site_id)


def unknown_tools(session: Session, body_id: str, tool_ids: Collection[str]) -> set[str]:
    """Return those of the ids that no tool of the body has; one statement, none where none is named."""
    if not tool_ids:
        return set()
    known = session.scalars(
        select(MeasuringTool.id).where(MeasuringTool.body_id == body_id, MeasuringTool.id.in_(set(tool_ids)))
    )
    return set(tool_ids).difference(known)


def _read(session: Session, body_id: str, wanted: ColumnElement[bool]) -> list[Tool]:
    rows = session.execute(
        select(MeasuringTool, ToolCalibration, ToolRetirement, Site.name, CertificationBody.zone)
        .join(CertificationBody, CertificationBody.id == MeasuringTool.body_id)
        .join(Site, (Site.body_id == MeasuringTool.body_id) & (Site.id == MeasuringTool.site_id))
        .join(
            ToolCalibration,
            (ToolCalibration.body_id == MeasuringTool.body_id) & (ToolCalibration.tool_id == MeasuringTool.id),
            isouter=True,
        )
        .join(
            ToolRetirement,
            (ToolRetirement.body_id == MeasuringTool.body_id) & (ToolRetirement.tool_id == MeasuringTool.id),
            isouter=True,
        )
        .where(MeasuringTool.body_id == body_id, wanted)
        .order_by(MeasuringTool.kind, MeasuringTool.serial_number, MeasuringTool.id, ToolCalibration.number.desc())
    ).all()
    calibrations: dict[str, list[CalibrationLine]] = {}
    for tool, line, _retirement, _site, _zone in rows:
        lines = calibrations.setdefault(tool.id, [])
        if line is not None:
            lines.append(
                CalibrationLine(
                    number=line.number,
                    calibrated_on=line.calibrated_on,
                    valid_until=line.valid_until,
                    certificate=line.certificate,
                    recorded_by=line.recorded_by,
                    recorded_at=line.recorded_at,
                )
            )
    found: dict[str, Tool] = {}
    for tool, _line, retirement, site, zone in rows:
        found[tool.id] = Tool(
            id=tool.id,
            kind=tool.kind,
            serial_number=tool.serial_number,
            site_id=tool.site_id,
            site=site,
            zone=ZoneInfo(zone),
            calibrations=tuple(calibrations[tool.id]),
            retired_on=None if retirement is None else retirement.retired_on,
            retired="" if retirement is None else retirement.reason,
        )
    return list(found.values())
