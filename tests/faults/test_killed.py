"""kill -9 under load: of the web processes, and of the database's server."""

import random

import pytest

from tests.faults.conftest import Judge
from tests.faults.crowd import Crowd
from tests.faults.installation import Installation, Web
from tests.fixtures.faults import Effort

BETWEEN = 120


def test_the_web_processes_are_killed(installation: Installation, effort: Effort, judge: Judge) -> None:
    chance = random.Random(1)
    # Where the database is a server of its own, it takes half of the kills, in the next test.
    times = effort.kills if installation.cluster is None else effort.kills // 2
    web = Web(installation.settings)
    web.start()
    with Crowd(installation.world, web.address, seed=1) as crowd:
        for _ in range(times):
            assert crowd.await_more(chance.randint(1, BETWEEN))
            web.kill()
            web.start()
        assert crowd.await_more(1)
    web.kill()
    judge("web processes killed", times, installation, crowd.ledger)


@pytest.mark.only_on("postgresql")
def test_the_database_server_is_killed(installation: Installation, effort: Effort, judge: Judge) -> None:
    chance = random.Random(2)
    assert installation.cluster is not None
    times = -(-effort.kills // 2)
    web = Web(installation.settings)
    web.start()
    with Crowd(installation.world, web.address, seed=2) as crowd:
        for _ in range(times):
            assert crowd.await_more(chance.randint(1, BETWEEN))
            installation.cluster.kill()
            installation.cluster.start()
        assert crowd.await_more(1)
    web.kill()
    judge("database server killed", times, installation, crowd.ledger)
