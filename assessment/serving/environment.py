"""A request of the server (ASGI) as the environment that a WSGI application reads (PEP 3333)."""

import sys
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIEnvironment

_BARE = ("content-type", "content-length")


def environ_of(scope: Mapping[str, Any], body: bytes) -> WSGIEnvironment:
    """Return the environment of a request with this body."""
    server, port = scope["server"] or ("", None)
    client, _ = scope["client"] or ("", 0)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        # Bytes as Latin-1, which is how PEP 3333 has them.
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server,
        "SERVER_PORT": str(port or ""),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, content in scope["headers"]:
        if b"_" in name:  # it would pass for the one with a hyphen, which a trusted proxy has set
            continue
        key, value = _key(name), content.decode("latin-1")
        before = environ.get(key)
        environ[key] = value if before is None else f"{before}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    return environ


@lru_cache(maxsize=512)
def _key(name: bytes) -> str:
    text = name.decode("latin-1")
    return text.upper().replace("-", "_") if text in _BARE else f"HTTP_{text.upper().replace('-', '_')}"
