"""Certificates' pages as they were drawn, told again for as long as nothing that they say has changed.

A page is told again only where, on the request itself, one statement finds everything that can change of the
certificate as it was before the page was drawn (`watched`), its bits in the status lists that are signed now are the
same, no period has begun or ended, and the signature holds once more over its canonical bytes. When it was checked, and
of when the lists are, is filled in each time (`blanks`).

It stands in front of Flask: what Flask said is said again, to whoever asks in the same language. A page lies on disk
sealed under its holder's key (`page_store`), so that erasing the holder erases it, and in memory no longer than until
another one is fetched after its minute.
"""

import re
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment
from zoneinfo import ZoneInfo

import msgspec
import psycopg
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wsgi import ClosingIterator

from assessment.accounts.sealing import Erased
from assessment.database import db
from assessment.domain.credentials.multibase import decode_multikey
from assessment.domain.credentials.proof import is_signature
from assessment.domain.credentials.sources import Sources
from assessment.domain.credentials.status_list import StatusPurpose
from assessment.domain.credentials.stored_form import SignedBytes
from assessment.domain.ids import ALPHABET
from assessment.verification.asked import Asked, asked
from assessment.verification.blanks import Blank, Cut
from assessment.verification.counting import Checked, count
from assessment.verification.listed_bits import ListedBits
from assessment.verification.page_store import PageStore
from assessment.verification.present import with_offset
from assessment.verification.stands import Stands
from assessment.verification.watched import Stand
from assessment.web.compressing import Piece, join_pieces, padded, piece_of
from assessment.web.formatting import clock_in, moment_in
from assessment.web.observing import REQUEST_ID, observed
from assessment.web.passing import Headers

DRAWN = "teruji.drawn"
ENDPOINT = "verification.show"
FOLDER = "pages"
MOST_KEPT = 200  # in memory, of up to 30 KiB each
MOST_KEYS = 64
MOST_SAID = 64  # moments and languages
IN_MEMORY = timedelta(minutes=1)

# What asks for less than a whole page, or sends something, is Flask's to answer.
UNUSUAL = ("HTTP_RANGE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "CONTENT_LENGTH", "CONTENT_TYPE")
LONGEST_ASKED = 500  # characters of what a page depends on

_ADDRESS = re.compile(f"/v/([{ALPHABET}]{{16}})")
_SHIPPED = (".py", ".html", ".css", ".js", ".po", ".json")
_ROOT = Path(__file__).resolve().parents[2]
# Differ from request to request, or are made anew.
_OWN_HEADERS = frozenset({REQUEST_ID, "Content-Length", "Content-Encoding"})

Moments = tuple[datetime, ...]  # to the minute: now, and of when the list of each purpose is
Key = tuple[str, str, str]  # below which address the application lies, the certificate, the language


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A page as it was drawn; `until`: when it must be drawn anew, None where nothing but a change ends it.

    `places`: (purpose, index) of the certificate in status lists, as its issuer, a did, signed them; `sources`: what
    its verification relied on, the lists among it.
    """

    cut: Cut
    signed: SignedBytes
    until: datetime | None
    zone: str
    issuer: str
    places: frozenset[tuple[StatusPurpose, int]]
    sources: Sources


class Page(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of a page: `version` is that of everything it was drawn with, `mark` that of what it says."""

    version: bytes
    root: str
    public_id: str
    language: str
    mark: bytes
    until: datetime | None
    zone: str
    headers: Headers
    parts: list[Piece]
    blanks: list[Blank]
    signature: bytes
    signed: bytes


@dataclass(kw_only=True, slots=True)
class _Held:
    """A page in memory, until when, and the reading of the database that it was last found right by.

    `told`: what its blanks said last, and the page packed with it.
    """

    page: Page
    until: datetime
    stand: Stand | None = None
    told: tuple[Moments, bytes] | None = None


class KeptPages:
    """The application in front; `onward` draws pages, and answers everything else."""

    def __init__(self, app: Flask, onward: WSGIApplication) -> None:
        self._app = app
        self._onward = onward
        self._store = PageStore(app.extensions["settings"].home / FOLDER)
        self._bits = ListedBits(app)
        self._held: dict[Key, _Held] = {}
        self._turn = threading.Lock()
        self._known: Stands | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer for a certificate's page that still says what holds."""
        address = _ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        wanted = None if address is None else _asked(environ)
        if address is None or wanted is None:
            return self._onward(environ, start_response)
        began = time.perf_counter()
        key = environ.get("SCRIPT_NAME", ""), address[1], wanted.language
        try:
            stand = self._stands.of(address[1])
        except (sqlite3.Error, psycopg.Error, SQLAlchemyError):
            stand = None  # Flask draws it, or says that it cannot
        if stand is None:
            return self._onward(environ, start_response)
        moment: datetime = self._app.extensions["clock"]()
        held = self._held.get(key) or self._fetch(key, stand, moment)
        moments = None if held is None else self._standing(held, stand, moment)
        if held is None or moments is None:
            return self._draw(key, stand, environ, start_response)
        body = _packed(held, moments) if wanted.packed else _plain(held.page, moments)
        headers = [*held.page.headers, ("Content-Length", str(len(body)))]
        if wanted.packed:
            headers.append(("Content-Encoding", "gzip"))
        headers += observed(self._app, endpoint=ENDPOINT, path=address[0], status=HTTPStatus.OK, began=began)
        start_response("200 OK", headers)
        checked = Checked(body_id=stand.body_id, credential_id=address[1], day=moments[0].date())
        write = count(self._app, self._app.extensions["check_tally"], checked, environ, moment)
        return (body,) if write is None else ClosingIterator((body,), write)

    def _standing(self, held: _Held, stand: Stand, moment: datetime) -> Moments | None:
        """Return the moments that the page says now, in its zone; None where it is not to be told."""
        page = held.page
        if page.until is not None and moment >= page.until:
            return None
        bits = self._bits.of(stand, moment)
        if bits is None:
            return None
        if held.stand != stand:
            if stand.mark(bit for bit, _ in bits) != page.mark:
                return None
            held.stand = stand
        if not is_signature(page.signature, page.signed, _public_key(stand.key)):
            return None
        zone = ZoneInfo(page.zone)
        return tuple(
            each.astimezone(zone).replace(second=0, microsecond=0) for each in (moment, *(since for _, since in bits))
        )

    def _draw(self, key: Key, stand: Stand, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass a request on, and keep the page where it can be told again; `stand` was read before."""
        said: list[tuple[str, Headers]] = []

        def note(status: str, headers: Headers, *error: Any) -> Any:
            said.append((status, headers))
            return start_response(status, headers, *error)

        answer = self._onward(environ, note)
        drawn: Drawn | None = environ.get(DRAWN)
        if drawn is not None and said and said[-1][0].startswith("200 "):
            self._keep(key, stand, drawn, said[-1][1])
        else:
            self._forget(key)
        return answer

    def _keep(self, key: Key, stand: Stand, drawn: Drawn, headers: Headers) -> None:
        moment: datetime = self._app.extensions["clock"]()
        self._bits.learn(drawn.issuer, stand, drawn.sources)
        bits = self._bits.of(stand, moment)
        if bits is None or {(place.purpose, place.position) for place in stand.places} != drawn.places:
            return
        root, public_id, language = key
        page = Page(
            version=self._version,
            root=root,
            public_id=public_id,
            language=language,
            mark=stand.mark(bit for bit, _ in bits),
            until=drawn.until,
            zone=drawn.zone,
            headers=[each for each in headers if each[0] not in _OWN_HEADERS],
            parts=[piece_of(part.encode()) for part in drawn.cut.parts],
            blanks=list(drawn.cut.blanks),
            signature=drawn.signed.signature,
            signed=drawn.signed.content,
        )
        sealed = self._app.extensions["sealer"].seal(stand.wrapped, stand.person_id, msgspec.msgpack.encode(page))
        self._store.put(public_id, language, sealed)
        self._remember(key, _Held(page=page, until=moment + IN_MEMORY, stand=stand), moment)

    def stands(self, public_id: str, language: str) -> bool:
        """Whether a page is there that would be told now; True as well where none can be kept."""
        stand = self._stands.of(public_id)
        if stand is None or stand.wrapped is None or stand.form is None:
            return True
        moment: datetime = self._app.extensions["clock"]()
        held = self._read(("", public_id, language), stand, moment)
        return held is not None and self._standing(held, stand, moment) is not None

    def _fetch(self, key: Key, stand: Stand, moment: datetime) -> _Held | None:
        held = self._read(key, stand, moment)
        if held is not None:
            self._remember(key, held, moment)
        return held

    def _read(self, key: Key, stand: Stand, moment: datetime) -> _Held | None:
        """Return a page from disk: one that was drawn by this version, for this address, and sealed by us."""
        root, public_id, language = key
        sealed = self._store.get(public_id, language)
        if sealed is None:
            return None
        try:
            content = self._app.extensions["sealer"].open(stand.wrapped, stand.person_id, sealed)
            page = msgspec.msgpack.decode(content, type=Page)
        except (Erased, ValueError):
            return None
        if (page.version, page.root, page.public_id, page.language) != (self._version, root, public_id, language):
            return None
        return _Held(page=page, until=moment + IN_MEMORY)

    def _remember(self, key: Key, held: _Held, moment: datetime) -> None:
        """Hold a page, and let go of those whose minute is over, or of all where there are too many."""
        with self._turn:
            pages = {name: each for name, each in self._held.items() if moment < each.until}
            if len(pages) >= MOST_KEPT:
                pages = {}
            pages[key] = held
            self._held = pages

    def _forget(self, key: Key) -> None:
        with self._turn:
            self._held = {name: each for name, each in self._held.items() if name != key}
        self._store.forget(*key[1:])

    @property
    def _stands(self) -> Stands:
        if self._known is None:
            with self._app.app_context():
                self._known = Stands(db.engine)
        return self._known

    @property
    def _version(self) -> bytes:
        """What a page is drawn with besides records: the program, its texts and styles, and where it is served."""
        return _drawn_with(_shipped(), self._app.extensions["settings"].base_url)


@lru_cache(maxsize=MOST_KEYS)
def _drawn_with(shipped: bytes, base_url: str) -> bytes:
    return sha256(shipped + base_url.encode()).digest()


@cache
def _shipped() -> bytes:
    """The digest of everything that pages are drawn by; 7 MB, read once a process."""
    digest = sha256()
    for folder in ("assessment", "templates"):
        for file in sorted((_ROOT / folder).rglob("*")):
            if file.suffix in _SHIPPED and file.is_file():
                digest.update(sha256(file.read_bytes()).digest())
                digest.update(str(file.relative_to(_ROOT)).encode())
    return digest.digest()


@lru_cache(maxsize=MOST_KEYS)
def _public_key(multibase: str) -> bytes:
    return decode_multikey(multibase)


def _packed(held: _Held, moments: Moments) -> bytes:
    """Return the page as one gzip member; nothing is packed anew."""
    if held.told is None or held.told[0] != moments:
        held.told = moments, join_pieces(list(_between(held.page, moments)))
    return padded(held.told[1])


def _plain(page: Page, moments: Moments) -> bytes:
    return b"".join(part.plain if isinstance(part, Piece) else part for part in _between(page, moments))


def _between(page: Page, moments: Moments) -> Iterator[Piece | bytes]:
    """Yield the page's parts, and what its blanks say."""
    said = _said(moments, page.zone, page.language)
    yield page.parts[0]
    for blank, part in zip(page.blanks, page.parts[1:], strict=True):
        yield said[blank]
        yield part


@lru_cache(maxsize=MOST_SAID)
def _said(moments: Moments, _zone: str, language: str) -> dict[Blank, bytes]:
    """Return what blanks say at these moments of a zone; the same moments of another one are equal, and say others."""
    now, *lists = moments
    said = {
        Blank.CLOCK: with_offset(clock_in(now), now),
        Blank.MOMENT: moment_in(now, language),
        **{Blank(purpose): moment_in(since, language) for purpose, since in zip(StatusPurpose, lists, strict=True)},
    }
    return {blank: words.encode() for blank, words in said.items()}


def _asked(environ: WSGIEnvironment) -> Asked | None:
    """Return what a request asks for; None for what only Flask answers."""
    if environ["REQUEST_METHOD"] != "GET" or any(environ.get(name) for name in UNUSUAL):
        return None
    said = tuple(
        environ.get(name, "")
        for name in ("QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING")
    )
    if max(map(len, said)) > LONGEST_ASKED:
        return None
    wanted = asked(*said)
    return wanted if wanted.page else None
