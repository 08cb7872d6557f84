"""A Flask application with one route and nothing else: `python -m assessment.bench.bare --port N FILE`.

The route gives the bytes of FILE. It is served as the pages are: by the same server program and event loop, from as
many threads, and as many processes as are started on one port.
"""

import argparse
import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import uvicorn
import uvloop
from flask import Flask

from assessment.exams.delivery.application import PAGES_AT_A_TIME
from assessment.serving.environment import environ_of
from assessment.serving.front import Receive, Scope, Send, call
from assessment.serving.parent import end_with_parent
from assessment.serving.web import BACKLOG, listening

ROUTE = "/bare"


def bare_route(content: bytes) -> Flask:
    """Return an application whose one route gives these bytes."""
    app = Flask("bare")

    @app.get(ROUTE)
    def bare() -> bytes:
        return content

    return app


def main() -> None:
    """Serve until the process is ended, or until whoever started it is gone."""
    parser = argparse.ArgumentParser(prog="python -m assessment.bench.bare", description=main.__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    end_with_parent()
    application = bare_route(arguments.file.read_bytes()).wsgi_app
    threads = ThreadPoolExecutor(PAGES_AT_A_TIME)

    async def front(scope: Scope, _receive: Receive, send: Send) -> None:
        answer = functools.partial(call, application, environ_of(scope, b""))
        status, headers, body = await asyncio.get_running_loop().run_in_executor(threads, answer)
        lines = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(
        front,
        http="httptools",
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
    )
    with (
        listening("127.0.0.1", arguments.port) as place,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(uvicorn.Server(config).serve([place]))


if __name__ == "__main__":
    main()
