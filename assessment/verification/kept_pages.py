"""Pages that were drawn within this minute, told again while nothing that they say has changed.

A page is told again only where, on the request itself, one statement finds everything that can change of the
certificate as it was when the page was drawn (`watched`), and the signature holds once more over its stored canonical
bytes. What the statement does not read was there before the certificate was issued, or says nothing of its status; it
is as old as the page, which ends with its minute, as any cache between may keep it.

It stands in front of Flask: what Flask said is said again, to whoever asks with the same words. Personal data stands
here in memory alone, and no longer than until a page is drawn after its minute.
"""

import re
import sqlite3
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import psycopg
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wsgi import ClosingIterator

from assessment.database import db
from assessment.domain.credentials.multibase import decode_multikey
from assessment.domain.credentials.proof import is_signature
from assessment.domain.credentials.stored_form import SignedBytes
from assessment.domain.credentials.verdict import Clock
from assessment.domain.ids import ALPHABET
from assessment.verification.counting import Checked, count
from assessment.verification.watched import Stand, watched
from assessment.web.compressing import pack, padded
from assessment.web.observing import REQUEST_ID, count_and_note, new_request_id, observes, write_lines

DRAWN = "teruji.drawn"
ENDPOINT = "verification.show"
MOST_KEPT = 200  # of up to 60 KiB each
MOST_KEYS = 64

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
# Everything in a request that a page can depend on. What asks for less than a whole page is Flask's to answer.
ASKED = ("SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING")
UNUSUAL = ("HTTP_RANGE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "CONTENT_LENGTH", "CONTENT_TYPE")
LONGEST_ASKED = 500  # characters of one of them

_ADDRESS = re.compile(f"/v/([{ALPHABET}]{{16}})")

Headers = list[tuple[str, str]]
Key = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A page as it was drawn: `stand` was read of the certificate before, and at `until` it is drawn anew.

    `checked`: what is counted whenever it is told.
    """

    stand: Stand
    signed: SignedBytes
    until: datetime
    content: bytes
    checked: Checked


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    drawn: Drawn
    headers: Headers
    packed: bytes | None  # the content deflated, where it goes out so


class KeptPages:
    """The application in front; `onward` draws pages, and answers everything else."""

    def __init__(self, app: Flask, onward: WSGIApplication) -> None:
        self._app = app
        self._onward = onward
        self._pages: dict[Key, _Kept] = {}
        self._turn = threading.Lock()
        self._found: Engine | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer for a certificate's page that still says what holds."""
        address = _ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        if address is None:
            return self._onward(environ, start_response)
        key = _key(environ)
        if key is None:
            return self._onward(environ, start_response)
        began = time.perf_counter()
        kept = self._pages.get(key)
        if kept is None:
            return self._draw(key, environ, start_response)
        if not self._stands(kept.drawn, address[1]):
            self._pages.pop(key, None)
            return self._draw(key, environ, start_response)
        body = kept.drawn.content if kept.packed is None else padded(kept.packed)
        headers = [*kept.headers, ("Content-Length", str(len(body)))]
        if observes(self._app):
            headers.append((REQUEST_ID, _noted(address[0], began)))
        start_response("200 OK", headers)
        tally, moment = self._app.extensions["check_tally"], self._app.extensions["clock"]()
        write = count(self._app, tally, kept.drawn.checked, environ, moment)
        return (body,) if write is None else ClosingIterator((body,), write)

    def _stands(self, drawn: Drawn, public_id: str) -> bool:
        """Whether the minute lasts, nothing has changed, and the key that signed it did sign it."""
        if self._app.extensions["clock"]() >= drawn.until:
            return False
        try:
            stand = watched(self._engine, public_id)
        except (sqlite3.Error, psycopg.Error, SQLAlchemyError):
            return False  # Flask draws it, or says that it cannot
        if stand != drawn.stand:
            return False
        return is_signature(drawn.signed.signature, drawn.signed.content, _public_key(drawn.stand.key))

    def _draw(self, key: Key, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass a request on, and keep the page where it can be told again."""
        said: list[tuple[str, Headers]] = []

        def note(status: str, headers: Headers, *error: Any) -> Any:
            said.append((status, headers))
            return start_response(status, headers, *error)

        answer = self._onward(environ, note)
        drawn: Drawn | None = environ.get(DRAWN)
        if drawn is not None and said and said[-1][0].startswith("200 "):
            self._keep(key, drawn, said[-1][1])
        return answer

    def _keep(self, key: Key, drawn: Drawn, headers: Headers) -> None:
        """Keep a page, and let go of those whose minute is over, or of all where there are too many."""
        packed = pack(drawn.content) if ("Content-Encoding", "gzip") in headers else None
        lasting = [each for each in headers if each[0] not in (REQUEST_ID, "Content-Length")]
        moment = self._app.extensions["clock"]()
        with self._turn:
            pages = {name: kept for name, kept in self._pages.items() if moment < kept.drawn.until}
            if len(pages) >= MOST_KEPT:
                pages = {}
            pages[key] = _Kept(drawn=drawn, headers=lasting, packed=packed)
            self._pages = pages

    @property
    def _engine(self) -> Engine:
        if self._found is None:
            with self._app.app_context():
                self._found = db.engine
        return self._found


@lru_cache(maxsize=MOST_KEYS)
def _public_key(multibase: str) -> bytes:
    return decode_multikey(multibase)


def said_until(clocks: Iterable[Clock], now: datetime) -> datetime:
    """Return until when a page that is drawn now is right: to its minute's end, or to that of a period before."""
    edges = [now.replace(second=0, microsecond=0) + MINUTE]
    for clock in clocks:
        edges.append(clock.start)
        edges += [clock.until, clock.until + SECOND] if clock.until is not None else []
    return min(edge for edge in edges if edge > now)


def _key(environ: WSGIEnvironment) -> Key | None:
    """Under what an answer is kept; None for what only Flask answers."""
    if environ["REQUEST_METHOD"] != "GET" or any(environ.get(name) for name in UNUSUAL):
        return None
    key = tuple(environ.get(name, "") for name in ASKED)
    return key if max(map(len, key)) <= LONGEST_ASKED else None


def _noted(path: str, began: float) -> str:
    request_id = new_request_id()
    count_and_note(
        request_id,
        endpoint=ENDPOINT,
        method="GET",
        path=path,
        status=HTTPStatus.OK,
        seconds=time.perf_counter() - began,
    )
    write_lines()
    return request_id
