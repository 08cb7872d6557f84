"""Networks that cut, drop, delay, overtake, and lose what the server said after it had committed."""

import time
from dataclasses import replace

import pytest

from tests.faults.conftest import Judge
from tests.faults.crowd import Crowd
from tests.faults.installation import Installation, Web
from tests.faults.proxy import Proxy, Weather
from tests.fixtures.faults import Effort

WEATHERS = {
    "30 % of transmissions dropped": Weather(dropped=0.3),
    "replies lost after the commit": Weather(reply_lost=0.3),
    "batches overtake each other": Weather(delay=0.05),
    "all of it at once": Weather(dropped=0.15, reply_lost=0.15, delay=0.03),
}


@pytest.mark.parametrize("weather", WEATHERS)
def test_bad_weather(weather: str, installation: Installation, effort: Effort, judge: Judge) -> None:
    web = Web(installation.settings, processes=2)
    web.start()
    with (
        Proxy(web.address, seed=5) as proxy,
        Crowd(installation.world, proxy.address, seed=5, lanes=3) as crowd,
    ):
        proxy.weather = replace(WEATHERS[weather])
        assert crowd.await_more(effort.rounds, patience=600)
        proxy.weather = Weather()
    web.kill()
    assert crowd.failures > 0 or WEATHERS[weather].delay
    judge(weather, effort.rounds, installation, crowd.ledger)


def test_the_network_is_gone_for_a_while_and_connections_break(
    installation: Installation, effort: Effort, judge: Judge
) -> None:
    web = Web(installation.settings)
    web.start()
    with Proxy(web.address, seed=6) as proxy, Crowd(installation.world, proxy.address, seed=6) as crowd:
        for _ in range(effort.reconnects):
            assert crowd.await_more(20)
            proxy.break_all()
        proxy.weather = Weather(cut=True)
        proxy.break_all()
        last = time.monotonic() + effort.cut_seconds
        while time.monotonic() < last:
            time.sleep(0.05)
        proxy.weather = Weather()
        assert crowd.await_more(20)
    web.kill()
    judge(f"{effort.reconnects} reconnects and a cut of {effort.cut_seconds:.0f} s", 1, installation, crowd.ledger)
