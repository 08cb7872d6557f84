"""Measuring tools for tests."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.domain.practicals.calibration import Calibration
from assessment.domain.roles import Role
from assessment.practicals.tables_tools import MeasuringTool
from assessment.practicals.tools import register_tool
from tests.factories.accounts import NOW, make_actor

TODAY = NOW.date()


def a_calibration(first: date = TODAY - timedelta(days=30), last: date = TODAY + timedelta(days=335)) -> Calibration:
    """A calibration that holds today."""
    return Calibration(calibrated_on=first, valid_until=last)


def make_tool(
    session: Session,
    body_id: str,
    site_id: str,
    *,
    kind: str = "Gauge (en)",
    serial_number: str = "",
    calibration: Calibration | None = None,
) -> MeasuringTool:
    """A tool of a site, calibrated unless another calibration is given."""
    return register_tool(
        session,
        make_actor(session, body_id, Role.QUALITY_MANAGER),
        site_id,
        kind=kind,
        serial_number=serial_number or new_id()[:12],
        calibration=calibration or a_calibration(),
        certificate="KAL-001",
        now=NOW,
    )
