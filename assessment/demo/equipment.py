"""Measuring tools of the demo: one of each kind at each site, calibrated year after year; one is not, one broke."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.cast import Ensemble
from assessment.domain.practicals.calibration import Calibration
from assessment.domain.roles import Role
from assessment.practicals.content import task_content
from assessment.practicals.tables import Practical
from assessment.practicals.tool_queries import tools_of_site
from assessment.practicals.tools import calibrate_tool, register_tool, retire_tool

YEAR = 365
YEARS_AGO = (3, 2, 1)
BROKEN_DAYS_AGO = 40
BROKE = "Ujung ukur patah; dikirim ke penyalur (contoh)."
KINDS: Mapping[str, tuple[str, ...]] = {
    "las": (
        "Alat ukur celah (taper gauge)",
        "Alat ukur hi-lo",
        "Alat ukur las (welding gauge)",
        "Alat ukur undercut",
        "Jangka sorong",
        "Kaca pembesar berskala",
        "Tang ampere",
        "Termometer sentuh",
    ),
    "dapur": ("Jam henti", "Termometer tusuk", "Timbangan dapur"),
}
LEFT_UNCALIBRATED = "Alat ukur undercut"
BROKEN = "Jangka sorong"


HOLDS = timedelta(days=YEAR + 60)


def plan_equipment(ensemble: Ensemble, agenda: Agenda) -> None:
    """Put the register of measuring tools on the agenda."""
    first, second, third = (ensemble.calendar.at(YEAR * years, 9) for years in YEARS_AGO)
    agenda.add(first, lambda now: _register(ensemble, now))
    agenda.add(second, lambda now: _calibrate(ensemble, now))
    agenda.add(third, lambda now: _calibrate(ensemble, now))
    agenda.add(ensemble.calendar.at(BROKEN_DAYS_AGO, 9), lambda now: _retire(ensemble, now))


def tools_for(session: Session, ensemble: Ensemble, practical_id: str) -> dict[str, str]:
    """Return code of a measured criterion -> id of the tool of its kind that its site has in use."""
    practical = session.get_one(Practical, (ensemble.code, practical_id))
    tools = {tool.kind: tool.id for tool in tools_of_site(session, ensemble.code, practical.site_id)}
    criteria = task_content(session, ensemble.code, practical.rubric_id, "id").criteria
    return {criterion.code: tools[criterion.tool] for criterion in criteria if criterion.tool in tools}


def _sites(ensemble: Ensemble) -> list[str]:
    return sorted(ensemble.sites.values())


def _calibrated(now: datetime) -> Calibration:
    return Calibration(calibrated_on=now.date(), valid_until=(now + HOLDS).date())


def _register(ensemble: Ensemble, now: datetime) -> None:
    who = ensemble.one(Role.QUALITY_MANAGER)
    for place, site_id in enumerate(_sites(ensemble), start=1):
        for number, kind in enumerate(KINDS[ensemble.code], start=1):
            with acting(who, now, "register_tool") as session:
                register_tool(
                    session,
                    who,
                    site_id,
                    kind=kind,
                    serial_number=f"CONTOH-{place}{number:02}",
                    calibration=_calibrated(now),
                    certificate=f"KAL-CONTOH-{now.year}-{place}{number:02}",
                    now=now,
                )


def _calibrate(ensemble: Ensemble, now: datetime) -> None:
    who = ensemble.one(Role.QUALITY_MANAGER)
    for site_id in _sites(ensemble):
        with acting(who, now, "calibrate_tool") as session:
            for tool in tools_of_site(session, ensemble.code, site_id):
                if tool.kind != LEFT_UNCALIBRATED:
                    certificate = f"KAL-CONTOH-{now.year}-{tool.serial_number[-3:]}"
                    calibrate_tool(session, who, tool.id, _calibrated(now), certificate=certificate, now=now)


def _retire(ensemble: Ensemble, now: datetime) -> None:
    who = ensemble.one(Role.QUALITY_MANAGER)
    with acting(who, now, "retire_tool") as session:
        for tool in tools_of_site(session, ensemble.code, _sites(ensemble)[-1]):
            if tool.kind == BROKEN:
                retire_tool(session, who, tool.id, reason=BROKE, now=now)
