"""A disk that fails, is full, or a process that dies, at each write and flush of the answer path in turn."""

import shutil

import pytest

from tests.faults.conftest import Judge
from tests.faults.crowd import Crowd
from tests.faults.disk import failing
from tests.faults.installation import Installation, Web
from tests.fixtures.faults import Effort

# What the two databases call to write and to flush.
CALLS = {"sqlite": ("pwrite64", "fdatasync"), "postgresql": ("pwrite64", "fdatasync")}
FAULTS = {"EIO": "error=EIO", "ENOSPC": "error=ENOSPC", "SIGKILL": "signal=KILL"}
ENOUGH = 40
PATIENCE = 4.0

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@needs_strace
@pytest.mark.parametrize("fault", FAULTS)
def test_writes_and_flushes_fail(
    kind: str, fault: str, installation: Installation, effort: Effort, judge: Judge
) -> None:
    web = Web(installation.settings)
    web.start()
    times = 0
    with Crowd(installation.world, web.address, seed=4) as crowd:
        for nth in range(1, effort.nth + 1):
            for call in CALLS[kind]:
                cluster = installation.cluster
                processes = cluster.processes() if cluster else web.workers()
                with failing(processes, call, FAULTS[fault], nth):
                    crowd.await_more(ENOUGH, patience=PATIENCE)
                times += 1
                if cluster is not None:
                    # A flush that failed, or a process that died, makes the server start again as after a crash.
                    cluster.kill()
                    cluster.start()
                if not web.workers():
                    web.kill()
                    web.start()
                web.await_ready()
                assert crowd.await_more(1)
    web.kill()
    judge(f"{fault} at a write or flush", times, installation, crowd.ledger)
