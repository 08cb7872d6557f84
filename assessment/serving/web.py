"""One web process: `python -m assessment.serving.web`, started by `assessment.serving.server`.

The application is observed here, and silent about values in its errors. Every web process listens on the same port
for itself (SO_REUSEPORT), and the kernel spreads connections over them.
"""

import argparse
import asyncio
import gc
import logging.config
import socket
import sys

import uvicorn
import uvloop
from werkzeug.middleware.proxy_fix import ProxyFix

from assessment.credentials.signer_client import report_readiness
from assessment.database import db, writers_take_turns
from assessment.serving.front import Front
from assessment.serving.parent import end_with_parent
from assessment.serving.saving import SECONDS_IDLE, Desk
from assessment.settings import Settings
from assessment.web.observing import LOGGING, log_as_json, observe

# A room of phones connects within the same second.
BACKLOG = 4096
SECONDS_TO_END = 10
# How long a thread may keep the interpreter while another waits for it, where writers take turns. Whoever has the turn
# gives the interpreter away at every step of the database, and at Python's own 5 ms each step could wait for a page
# that is being written. Without turns nobody waits for a writer, and the changes cost a sixth of handing in.
SECONDS_OF_INTERPRETER = 0.0001
# How many new objects make a search for unreachable ones worth it. What lives as long as the process is left out of
# it: to walk through the application again and again cost a twentieth of a saved answer.
NEW_OBJECTS = 20_000


def main() -> None:
    """Serve until the process is ended, or until whoever started it is gone."""
    parser = argparse.ArgumentParser(prog="python -m assessment.serving.web", description=main.__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--proxies", type=int, default=0)
    arguments = parser.parse_args()
    log_as_json()
    logging.config.dictConfig(LOGGING)
    end_with_parent()
    front = make_web(arguments.proxies)
    desk = Desk(front)
    config = uvicorn.Config(
        front,
        http=desk.protocol,  # type: ignore[arg-type]  # it takes whatever makes a protocol
        loop="none",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=SECONDS_IDLE,
        timeout_graceful_shutdown=SECONDS_TO_END,
    )
    with (
        listening(arguments.host, arguments.port) as place,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(uvicorn.Server(config).serve([place]))


def listening(host: str, port: int) -> socket.socket:
    """Return a socket at a port that other processes listen on, too."""
    place = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    place.bind((host, port))
    return place


def make_web(proxies: int) -> Front:
    """Make the application of the installation that the environment names, behind so many proxies."""
    gc.disable()
    from assessment.app import create_app  # noqa: PLC0415  # what it imports stays: a search of it costs a fifth

    app = create_app(Settings.from_environment())
    with app.app_context():
        db.engine.hide_parameters = True
        if writers_take_turns(db.engine):
            sys.setswitchinterval(SECONDS_OF_INTERPRETER)
    observe(app)
    report_readiness(app)
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]  # the way Werkzeug documents
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    gc.enable()
    return Front(app, app.extensions["answers"], app.extensions["lasting"])


if __name__ == "__main__":
    main()
