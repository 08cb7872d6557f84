"""Whether a measuring tool could be trusted on the day of a measurement.

A measurement without a calibrated tool is kept and counts as it is; that it was made so is said wherever it is read.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assessment.domain.errors import N_, Invalid

LONGEST_NAME = 80


class Doubt(StrEnum):
    """Why a measurement is in doubt because of its tool."""

    NO_TOOL = "no_tool"
    NEVER_CALIBRATED = "never_calibrated"
    NOT_YET_CALIBRATED = "not_yet_calibrated"
    EXPIRED = "expired"
    RETIRED = "retired"


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """One calibration of a tool: it holds from its day until the end of its last day."""

    calibrated_on: date
    valid_until: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Everything that says whether a tool may be trusted: its calibrations, and since when it is out of use."""

    calibrations: tuple[Calibration, ...]
    retired_on: date | None = None


def doubt(standing: Standing | None, day: date) -> Doubt | None:
    """Return why a measurement of a day is in doubt, None where its tool was calibrated; `standing` None: no tool.

    A calibration counts from its own day on, whenever it was written down.
    """
    if standing is None:
        return Doubt.NO_TOOL
    if standing.retired_on is not None and day > standing.retired_on:
        return Doubt.RETIRED
    if not standing.calibrations:
        return Doubt.NEVER_CALIBRATED
    begun = [each for each in standing.calibrations if each.calibrated_on <= day]
    if not begun:
        return Doubt.NOT_YET_CALIBRATED
    return None if any(day <= each.valid_until for each in begun) else Doubt.EXPIRED


def check_calibration(calibration: Calibration, *, today: date) -> None:
    """Raise Invalid for a calibration that ends before it begins, or that lies in the future."""
    if calibration.calibrated_on > today:
        raise Invalid(N_("A calibration is written down after it was done; %(day)s lies ahead."), day=_day(calibration))
    if calibration.valid_until < calibration.calibrated_on:
        raise Invalid(
            N_("Expected the last day of a calibration on or after %(day)s, got %(got)s."),
            day=_day(calibration),
            got=calibration.valid_until.isoformat(),
        )


def _day(calibration: Calibration) -> str:
    return calibration.calibrated_on.isoformat()


def named(text: str, what: str) -> str:
    """Return a name (kind, serial number, certificate) without the space around it.

    Raises Invalid for an empty one, one that is too long, and one with invisible characters.
    """
    folded = " ".join(text.split())
    if not 0 < len(folded) <= LONGEST_NAME or not folded.isprintable():
        raise Invalid(
            N_("Expected %(what)s of 1 to %(most)s visible characters, got %(got)s."),
            what=what,
            most=LONGEST_NAME,
            got=len(folded),
        )
    return folded
