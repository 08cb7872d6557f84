"""Status lists and tiles of the log, from memory: the files that every check of a certificate anywhere asks for.

Flask answers each the first time, with all that its hooks do; what it said is said again, or that whoever asks has it
already (RFC 9110, 13.1.2). A tile never changes (https://c2sp.org/tlog-tiles). A list is told again while one statement
finds that it is the one that was signed last, and that it is young enough not to be signed anew.

Whoever wants them as files on a disk of their own has `teruji publish`.
"""

import re
import sqlite3
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import psycopg
from flask import Flask
from sqlalchemy import Engine, Select, Text, bindparam, cast, select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import parse_etags, unquote_etag

from assessment.credentials.status_lists import RENEW_AFTER
from assessment.credentials.tables import StatusList, StatusListDocument
from assessment.database import db
from assessment.one_row import VALUE, OneRow
from assessment.web.observing import REQUEST_ID, observed
from assessment.web.passing import Headers, pass_on

MOST_BYTES = 32 * 1024 * 1024
OF_CONTENT = ("Content-Length", "Content-Type", "Last-Modified")  # which an answer without content leaves out
UNUSUAL = ("HTTP_RANGE", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "QUERY_STRING")

_LIST = re.compile(r"/status/([a-z0-9-]{1,80})")
_TILE = re.compile(r"/log/tile/[0-9a-z./]{1,80}")

Key = tuple[str, str]  # below which address the application lies, the path


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer with its validator; `signed_at` is of the list that it holds, None of a tile."""

    headers: Headers
    body: bytes
    tag: str
    signed_at: str | None


class KeptFiles:
    """The application in front; `onward` answers what is asked for the first time, and everything else."""

    def __init__(self, app: Flask, onward: WSGIApplication) -> None:
        self._app = app
        self._onward = onward
        self._kept: dict[Key, _Kept] = {}
        self._turn = threading.Lock()
        self._asked: OneRow | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer for a list or a tile."""
        path = environ.get("PATH_INFO", "")
        of_list = _LIST.fullmatch(path)
        if (of_list is None and _TILE.fullmatch(path) is None) or environ["REQUEST_METHOD"] != "GET":
            return self._onward(environ, start_response)
        if any(environ.get(name) for name in UNUSUAL):
            return self._onward(environ, start_response)
        began = time.perf_counter()
        signed_at = self._signed_at(of_list[1]) if of_list is not None else None
        if of_list is not None and signed_at is None:
            return self._onward(environ, start_response)
        key = environ.get("SCRIPT_NAME", ""), path
        kept = self._kept.get(key)
        if kept is None or kept.signed_at != signed_at:
            return self._ask(key, signed_at, environ, start_response)
        status, headers, body = _conditional(kept, environ)
        endpoint = "public_files.log_tile" if of_list is None else "public_files.status_list"
        more = observed(self._app, endpoint=endpoint, path=path, status=status, began=began)
        start_response(f"{status.value} {status.phrase}", headers + more)
        return (body,)

    def _signed_at(self, name: str) -> str | None:
        """Return when a list was signed, as the database writes it; None where it is to be looked after first."""
        if self._asked is None:
            self._asked = OneRow(self._engine, _statement())
        try:
            row = self._asked.find(name)
        except (sqlite3.Error, psycopg.Error, SQLAlchemyError):
            return None
        if row is None:
            return None
        said = row[0].decode() if isinstance(row[0], bytes) else row[0]
        moment = datetime.fromisoformat(said)
        signed = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        fresh = signed <= self._app.extensions["clock"]() < signed + RENEW_AFTER
        return said if fresh else None

    def _ask(
        self, key: Key, signed_at: str | None, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Pass a request on without its condition, and keep a whole answer; `signed_at` was read before."""
        unconditional = {name: value for name, value in environ.items() if name != "HTTP_IF_NONE_MATCH"}
        status, headers, body = pass_on(self._onward, unconditional)
        tag = next((value for name, value in headers if name == "ETag"), None)
        if status.startswith("200 ") and tag is not None:
            lasting = [each for each in headers if each[0] != REQUEST_ID]
            kept = _Kept(lasting, body, unquote_etag(tag)[0] or "", signed_at)
            self._keep(key, kept)
            code, lasting, body = _conditional(kept, environ)
            status = f"{code.value} {code.phrase}"
            headers = [*lasting, *(each for each in headers if each[0] == REQUEST_ID)]
        start_response(status, headers)
        return (body,)

    def _keep(self, key: Key, kept: _Kept) -> None:
        with self._turn:
            files = {**self._kept, key: kept}
            self._kept = files if sum(len(each.body) for each in files.values()) <= MOST_BYTES else {key: kept}

    @property
    def _engine(self) -> Engine:
        with self._app.app_context():
            return db.engine


def _conditional(kept: _Kept, environ: WSGIEnvironment) -> tuple[HTTPStatus, Headers, bytes]:
    """Return the whole answer, or that whoever asks has it already."""
    if parse_etags(environ.get("HTTP_IF_NONE_MATCH")).contains_weak(kept.tag):
        return HTTPStatus.NOT_MODIFIED, [each for each in kept.headers if each[0] not in OF_CONTENT], b""
    return HTTPStatus.OK, kept.headers, kept.body


@cache
def _statement() -> Select[Any]:
    return (
        select(cast(StatusListDocument.signed_at, Text))
        .join(
            StatusList,
            (StatusList.body_id == StatusListDocument.body_id) & (StatusList.id == StatusListDocument.status_list_id),
        )
        .where(StatusList.id == bindparam(VALUE))
    )
