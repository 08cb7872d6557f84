"""`teruji bench sheet`: how long tapping through a whole rubric takes on a slow tablet, and how soon a tap is answered.

The rubric is the demo's, the page and the server are those of an installation; Chromium runs with its processor six
times slower. It is driven from a process of its own (`tapping.py`), because its driver is a development tool.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Flask

from assessment.bench import databases
from assessment.bench.answers import Tell
from assessment.bench.figures import Figure, percentile
from assessment.bench.installation import install, settings_in
from assessment.bench.service import CHECKOUT, served
from assessment.bench.world import BODY, an_applicant, signed_in, writing
from assessment.database import db
from assessment.demo.cast import register_cast
from assessment.demo.content import load_content
from assessment.domain.errors import N_, Conflict
from assessment.domain.roles import Role
from assessment.practicals.opening import open_sheet
from assessment.practicals.scheduling import schedule
from assessment.practicals.tables import Observation, PracticalState
from assessment.settings import Settings

THROTTLING = 6
MOST_SECONDS = 90.0
MOST_MS = 100.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bench:
    app: Flask
    settings: Settings
    practical_id: str
    cookie: str


def measure(*, pace: float, tell: Tell) -> list[Figure]:
    """Measure one assessor on one tablet; `pace`: seconds to look and decide, before each criterion is tapped.

    Raises Conflict where the development tools are missing.
    """
    if find_spec("playwright") is None or shutil.which("chromium") is None:
        raise Conflict(N_("This measurement needs the development tools: the package playwright, and Chromium."))
    with tempfile.TemporaryDirectory(prefix="teruji-bench-") as name, _made(Path(name)) as bench:
        with served(bench.settings, processes=1) as service:
            tell(f"Chromium with its processor {THROTTLING} times slower; {pace:g} s to look at each criterion")
            found = _tap(Path(name), bench, service.port, pace)
        with bench.app.app_context():
            stored = db.session().query(Observation).filter_by(practical_id=bench.practical_id).count()
            db.session().rollback()
            db.engine.dispose()
    criteria, taps = found["criteria"], [each / 1000 for each in found["taps"]]
    tell(f"budget: {MOST_SECONDS:g} s for 30 criteria, {MOST_MS:g} ms for a tap; {len(taps)} taps in all")
    return [
        Figure(
            name=f"{criteria} criteria tapped, with {pace:g} s to look at each",
            database="sqlite",
            ours=found["seconds"],
            floor=criteria * pace,
            unit="s",
            acknowledged=criteria,
            lost=criteria - stored,
        ),
        # Held against the slowest of a page with nothing but a button on it.
        Figure(
            name="slowest tap, from the lifted finger until the mark is on the glass",
            database="sqlite",
            ours=max(found["taps"]),
            floor=max(found["bare"]),
            unit="ms",
            p50_ms=percentile(taps, 50),
            p95_ms=percentile(taps, 95),
            p99_ms=percentile(taps, 99),
        ),
    ]


def _tap(folder: Path, bench: _Bench, port: int, pace: float) -> dict[str, Any]:
    orders, report = folder / "tapping.orders", folder / "tapping.report"
    orders.write_text(
        json.dumps(
            {
                "address": f"http://127.0.0.1:{port}",
                "practical": bench.practical_id,
                "cookie": bench.cookie,
                "pace": pace,
                "throttling": THROTTLING,
            }
        )
    )
    subprocess.run(
        [sys.executable, "-P", "-m", "assessment.bench.tapping", orders, report],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        check=True,
    )
    found: dict[str, Any] = json.loads(report.read_text())
    return found


@contextmanager
def _made(folder: Path) -> Iterator[_Bench]:
    """Give an installation with one open sheet of the demo's welding task, and its assessor signed in."""
    with databases.sqlite(folder) as place:
        settings, moment = settings_in(folder, place.url), datetime.now(UTC)
        app = install(settings, now=moment)
        with app.app_context():
            ensemble = next(each for each in register_cast(moment).ensembles if each.code == BODY)
            content = load_content(ensemble)
            assessor = ensemble.one(Role.ASSESSOR)
            with writing(moment) as session:
                candidate_id, _account_id, application_id = an_applicant(session, 1, content.scheme_version_id, moment)
                practical = schedule(
                    session,
                    BODY,
                    application_id,
                    candidate_id,
                    content.task_id,
                    next(iter(ensemble.sites.values())),
                    [assessor.person_id],
                    moment,
                    moment,
                )
                practical.state = PracticalState.CHECKED_IN
                session.flush()
                open_sheet(session, assessor, practical.id, now=moment)
                cookie = signed_in(app, session, assessor.account_id or "", moment)
                practical_id = practical.id
            db.engine.dispose()
        yield _Bench(app=app, settings=settings, practical_id=practical_id, cookie=cookie)
