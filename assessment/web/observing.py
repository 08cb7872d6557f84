"""What the running service says of itself: one JSON line a request, and counters for Prometheus.

No personal data: a line names the route, never the query, the body, the person or the network address. The
request's id stands in the line and in the response (`X-Request-Id`), so that a user can quote it.

Every process counts for itself. Where PROMETHEUS_MULTIPROC_DIR is set, as `teruji serve` does, the counters lie
in that folder and `/metrics` of any process answers for all of them.
"""

import os
import random
import secrets
import sys
import threading
import time
from bisect import bisect_left
from collections import Counter as Tally
from collections import deque
from collections.abc import MutableMapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from flask import Flask, Response, g, request, request_finished, request_started
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector


class Times(Histogram):
    """A histogram that takes many values at once, for about the price of one."""

    def observe_all(self, values: Sequence[float]) -> None:
        """Count values as if each was observed."""
        self._sum.inc(sum(values))
        for place, times in Tally(bisect_left(self._upper_bounds, value) for value in values).items():
            self._buckets[place].inc(times)


REQUESTS = Counter("teruji_requests", "Answered requests.", ("endpoint", "method", "status"))
SECONDS = Times(
    "teruji_request_seconds",
    "Seconds from the first look at a request to its answer.",
    ("endpoint",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)

REQUEST_ID = "X-Request-Id"
_LOGGER = "teruji.request"
_log = structlog.get_logger(_LOGGER)
_ids = random.Random(secrets.randbits(128))
# A process that is made by copying this one would give the same ids.
os.register_at_fork(after_in_child=lambda: _ids.seed(secrets.randbits(128)))


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    """A request's line in the log, as Flask's requests have it."""

    request_id: str
    method: str
    path: str
    status: int
    ms: float
    event: str = "request"
    level: str = "info"
    timestamp: datetime
    logger: str = _LOGGER
    process: int


_lines = msgspec.json.Encoder()
_noted: deque[tuple[str, float, _Line]] = deque()
_turn = threading.Lock()


def observe(app: Flask) -> None:
    """Log and count every request of the app."""
    request_started.connect(_began, app)
    request_finished.connect(_finished, app)
    app.extensions["observed"] = True


def observes(app: Flask) -> bool:
    """Whether the app's requests are logged and counted; what stands in front of Flask does so by itself."""
    return bool(app.extensions.get("observed"))


def observed(app: Flask, *, endpoint: str, path: str, status: int, began: float) -> list[tuple[str, str]]:
    """Count and log a GET request that was answered in front of Flask; return the headers that tell of it.

    `began`: of `time.perf_counter`.
    """
    if not observes(app):
        return []
    request_id = note_request(endpoint=endpoint, method="GET", path=path, status=status, began=began)
    count_and_write()
    return [(REQUEST_ID, request_id)]


def note_request(*, endpoint: str, method: str, path: str, status: int, began: float) -> str:
    """Note a request that Flask never saw, and return its id: what Flask's hooks do, at a fraction of the cost.

    It is counted and its line written by `count_and_write`, which whoever calls this calls soon: many at a time where
    many come. `began`: of `time.perf_counter`.
    """
    request_id, seconds = new_request_id(), time.perf_counter() - began
    line = _Line(
        request_id=request_id,
        method=method,
        path=path,
        status=status,
        ms=round(seconds * 1000, 1),
        timestamp=datetime.now(UTC),
        process=os.getpid(),
    )
    _noted.append((endpoint, seconds, line))
    return request_id


def count_and_write() -> None:
    """Count the requests that were noted, those of other threads among them, and write their lines."""
    while _noted and _turn.acquire(blocking=False):
        try:
            noted = [_noted.popleft() for _ in range(len(_noted))]
            kinds = Tally((endpoint, line.method, line.status) for endpoint, _seconds, line in noted)
            for labels, times in kinds.items():
                REQUESTS.labels(*labels).inc(times)
            for endpoint in {endpoint for endpoint, _method, _status in kinds}:
                SECONDS.labels(endpoint).observe_all([seconds for whose, seconds, _line in noted if whose == endpoint])
            sys.stderr.buffer.write(_lines.encode_lines([line for _endpoint, _seconds, line in noted]))
            sys.stderr.buffer.flush()
        finally:
            _turn.release()


def new_request_id() -> str:
    """Return an id by which a user can quote a request; it tells requests apart and is no secret."""
    return f"{_ids.getrandbits(64):016x}"


def registry() -> CollectorRegistry:
    """Return what `/metrics` shows: all processes' counters where they share a folder, else this one's."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # untyped in the library
    return shared


def _began(_app: Flask, **_rest: object) -> None:
    g.began = time.perf_counter()
    g.request_id = new_request_id()


def _finished(_app: Flask, response: Response, **_rest: object) -> None:
    seconds = time.perf_counter() - g.began
    # An address that leads nowhere is not a label: whoever guesses addresses would fill the memory.
    endpoint = request.endpoint or "none"
    REQUESTS.labels(endpoint, request.method, response.status_code).inc()
    SECONDS.labels(endpoint).observe(seconds)
    response.headers[REQUEST_ID] = g.request_id
    _log.info(
        "request",
        request_id=g.request_id,
        method=request.method,
        path=_path(),
        status=response.status_code,
        ms=round(seconds * 1000, 1),
    )


def _path() -> str:
    """The path without what was typed into it, where it fits no route."""
    return request.path if request.url_rule is not None else "(no such page)"


_TO_EVERY_LINE: tuple[Any, ...] = (
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def _formatter() -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *_TO_EVERY_LINE],
        processors=[
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _name_the_process,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def _name_the_process(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    line["process"] = os.getpid()
    return line


# For logging.config.dictConfig: every logger of the program and of its server writes JSON lines to standard error.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": _formatter}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "alembic": {"level": "WARNING", "propagate": True},
        "pikepdf": {"level": "WARNING", "propagate": True},
        "uvicorn": {"level": "WARNING", "propagate": True},
    },
}


def log_as_json() -> None:
    """Send structlog's lines through the standard loggers, whose one handler writes JSON."""
    structlog.configure(
        processors=[
            *_TO_EVERY_LINE,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
