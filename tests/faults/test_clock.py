"""The server's clock jumps by an hour, forward and back, while answers come in; devices' clocks are wrong anyway."""

import os
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from assessment.exams.tables import ResponseEvent
from tests.faults.conftest import Judge
from tests.faults.crowd import Crowd
from tests.faults.installation import Installation, Web
from tests.fixtures.faults import Effort
from tests.fixtures.sites import CHECKOUT

HOURS = (0, 1, 0, -1, 0)
# A process that finds this module on its path has a clock that is wrong by so many hours.
WRONG_CLOCK = """
from datetime import UTC, datetime, timedelta

import time_machine

time_machine.travel(datetime.now(UTC) + timedelta(hours={hours}), tick=True).start()
"""


def test_the_servers_clock_jumps(installation: Installation, effort: Effort, judge: Judge, ground: Path) -> None:
    web = Web(installation.settings, environment={"PYTHONPATH": os.pathsep.join((str(ground), str(CHECKOUT)))})
    with Crowd(installation.world, web.address, seed=7) as crowd:
        for hours in HOURS:
            (ground / "sitecustomize.py").write_text(WRONG_CLOCK.format(hours=hours))
            web.start()
            assert crowd.await_more(effort.rounds // len(HOURS))
            web.kill()
        web.start()
    web.kill()
    with installation.engine() as engine, engine.connect() as connection:
        first, last = connection.execute(
            select(func.min(ResponseEvent.received_at), func.max(ResponseEvent.received_at))
        ).one()
    assert last - first > timedelta(hours=1, minutes=50)
    judge("server's clock an hour forward and back", len(HOURS) - 1, installation, crowd.ledger)
