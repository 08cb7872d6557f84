"""Static files under their hashed address, and service workers, from memory: the same bytes for everybody.

A room that starts an exam asks for the same few files thousands of times within a minute. Flask answers each the
first time, with all that its hooks do; what it said is said again to everybody after, for as long as the process lives.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from assessment.web.observing import REQUEST_ID, observed
from assessment.web.pages import hashed_files
from assessment.web.passing import pass_on

# Service workers stand at one address whatever is in them; whoever has one asks whether it is still the same.
WORKERS = {"/exam/worker.js": "exams.worker", "/practicals/worker.js": "practicals.worker"}
# What asks for less than the whole file, or says that it has it.
CONDITIONS = ("HTTP_RANGE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")

Key = tuple[str, str, bool]  # below which address the application lies, path, packed


@dataclass(frozen=True, slots=True)
class _Kept:
    headers: list[tuple[str, str]]
    body: bytes


class LastingFiles:
    """The application in front; `onward` answers what is asked for the first time, and everything else."""

    def __init__(self, app: Flask, onward: WSGIApplication) -> None:
        self._app = app
        self._onward = onward
        self._kept: dict[Key | None, _Kept] = {}

    def remembers(self, environ: WSGIEnvironment) -> bool:
        """Whether this request will be answered from memory."""
        return _key(environ) in self._kept

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory what is there for everybody."""
        key = _key(environ)
        if key is None:
            return self._onward(environ, start_response)
        began = time.perf_counter()
        kept = self._kept.get(key)
        if kept is None:
            return self._ask(key, environ, start_response)
        path = environ["PATH_INFO"]
        endpoint = WORKERS.get(path, "static")
        more = observed(self._app, endpoint=endpoint, path=path, status=HTTPStatus.OK, began=began)
        start_response("200 OK", kept.headers + more)
        return (kept.body,)

    def _ask(self, key: Key, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass a request on and remember the whole answer."""
        status, headers, body = pass_on(self._onward, environ)
        start_response(status, headers)
        kept = {name: value for name, value in headers if name != REQUEST_ID}
        if status.startswith("200 ") and "Set-Cookie" not in kept:
            self._kept[key] = _Kept(list(kept.items()), body)
        return (body,)


def _key(environ: WSGIEnvironment) -> Key | None:
    """Under what an answer is kept; None for what only Flask answers."""
    path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
    lasting = (path, query) in hashed_files() or (path in WORKERS and not query)
    if environ["REQUEST_METHOD"] != "GET" or not lasting:
        return None
    packings = environ.get("HTTP_ACCEPT_ENCODING", "")
    if ";" in packings or any(condition in environ for condition in CONDITIONS):
        return None
    return environ.get("SCRIPT_NAME", ""), path, "gzip" in packings
