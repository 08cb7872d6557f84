"""A request of the server (RSGI) as the environment that a WSGI application reads (PEP 3333)."""

import sys
from functools import lru_cache
from io import BytesIO
from wsgiref.types import WSGIEnvironment

from granian.rsgi import Scope

_BARE = ("content-type", "content-length")


def environ_of(scope: Scope, body: bytes) -> WSGIEnvironment:
    """Return the environment of a request with this body."""
    server, _, port = scope.server.rpartition(":")
    client, _, _ = scope.client.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        # Bytes as Latin-1, which is how PEP 3333 has them.
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client.strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:  # it would pass for the one with a hyphen, which a trusted proxy has set
            continue
        key = _key(name)
        before = environ.get(key)
        environ[key] = value if before is None else f"{before}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    if "HTTP_HOST" not in environ and scope.authority:
        environ["HTTP_HOST"] = scope.authority
    return environ


@lru_cache(maxsize=512)
def _key(name: str) -> str:
    return name.upper().replace("-", "_") if name in _BARE else f"HTTP_{name.upper().replace('-', '_')}"
