"""Measuring tools of a site with their calibrations: only ever added to; one that is out of use stays in the list."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to


class MeasuringTool(Scoped, Base):
    """A tool that marks are measured with; `kind` is what rubrics call it, the serial number stands on the tool."""

    __tablename__ = "measuring_tool"
    __table_args__ = (
        belongs_to("site"),
        belongs_to("person", "registered_by"),
        UniqueConstraint("body_id", "kind", "serial_number"),
        CheckConstraint("length(kind) > 0 AND length(serial_number) > 0", name="named"),
    )

    site_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    serial_number: Mapped[str]
    registered_by: Mapped[str]
    registered_at: Mapped[datetime]


class ToolCalibration(OfBody, Base):
    """A calibration of a tool with the number of its certificate; `number` counts those of the tool."""

    __tablename__ = "tool_calibration"
    __table_args__ = (
        belongs_to("measuring_tool", "tool_id"),
        belongs_to("person", "recorded_by"),
        CheckConstraint("number > 0", name="numbers_count_from_one"),
        CheckConstraint("valid_until >= calibrated_on", name="ends_after_it_begins"),
    )

    tool_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    calibrated_on: Mapped[date]
    valid_until: Mapped[date]
    certificate: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class ToolRetirement(OfBody, Base):
    """A tool goes out of use, with the reason; what was measured with it stays as it is."""

    __tablename__ = "tool_retirement"
    __table_args__ = (
        belongs_to("measuring_tool", "tool_id"),
        belongs_to("person", "retired_by"),
        CheckConstraint("length(reason) > 0", name="has_a_reason"),
    )

    tool_id: Mapped[str] = mapped_column(primary_key=True)
    retired_on: Mapped[date]
    reason: Mapped[str]
    retired_by: Mapped[str]
    retired_at: Mapped[datetime]
