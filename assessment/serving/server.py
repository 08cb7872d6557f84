"""The server of the web processes (granian): starts them, and starts them again when they die.

Run as `python -m assessment.serving.server`. It imports nothing of the application, which every web process
makes for itself.
"""

import argparse
import logging.config

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from assessment.serving.parent import end_with_parent
from assessment.web.observing import LOGGING, log_as_json

# Idle connections count against backpressure: a room of phones keeps many open.
BACKLOG = 4096
BACKPRESSURE = 8192


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m assessment.serving.server", description=main.__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--processes", type=int, required=True)
    arguments = parser.parse_args()
    log_as_json()
    logging.config.dictConfig(LOGGING)
    end_with_parent()
    Server(
        "assessment.serving.web:make_web",
        address=arguments.host,
        port=arguments.port,
        interface=Interfaces.RSGI,
        loop=Loops.uvloop,
        websockets=False,
        factory=True,
        workers=arguments.processes,
        backlog=BACKLOG,
        backpressure=BACKPRESSURE,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.error,
        log_dictconfig=LOGGING,
    ).serve()


if __name__ == "__main__":
    main()
