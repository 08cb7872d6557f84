"""Passing a request on from what stands in front of the application, and hearing what it answers."""

from typing import Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]


def pass_on(onward: WSGIApplication, environ: WSGIEnvironment) -> tuple[str, Headers, bytes]:
    """Let an application answer; return its status line, its headers and its whole body, all of it still to be sent."""
    said: list[tuple[str, Headers]] = []

    def note(status: str, headers: Headers, *_error: Any) -> Any:
        said.append((status, headers))

    answer = onward(environ, note)
    try:
        body = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    status, headers = said[-1]
    return status, headers, body
