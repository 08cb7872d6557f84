"""The server of the web processes: starts them, and starts them again when they die.

Run as `python -m assessment.serving.server`. It imports nothing of the application, which every web process
makes for itself.
"""

import argparse
import logging.config
import threading

from assessment.serving.child import LOOK_EVERY, Child
from assessment.serving.ending import set_when_told
from assessment.serving.parent import end_with_parent
from assessment.web.observing import LOGGING, log_as_json

LONGEST_PAUSE = 2.0


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m assessment.serving.server", description=main.__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--processes", type=int, required=True)
    parser.add_argument("--proxies", type=int, default=0)
    arguments = parser.parse_args()
    log_as_json()
    logging.config.dictConfig(LOGGING)
    stopped = threading.Event()
    set_when_told(stopped)
    end_with_parent()
    command = ["assessment.serving.web", "--host", arguments.host, "--port", str(arguments.port)]
    command += ["--proxies", str(arguments.proxies)]
    children = [
        Child(f"web {number}", command, longest_pause=LONGEST_PAUSE) for number in range(1, arguments.processes + 1)
    ]
    while not stopped.wait(LOOK_EVERY):
        for child in children:
            child.keep_alive()
    for child in children:
        child.ask_to_end()
    for child in children:
        child.stop()


if __name__ == "__main__":
    main()
