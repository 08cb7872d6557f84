"""What anybody may fetch: key documents, status lists, the register of issuers, and what a scheme is.

Plain files that any cache can hold; no cookie is read or set.
"""

import re
from datetime import datetime

from flask import Blueprint, Response, current_app, g, render_template, request
from flask_babel import gettext

from assessment.credentials.keys import origin
from assessment.credentials.log_files import checkpoint_file, newest_size, tile_file
from assessment.credentials.log_heads import log_key
from assessment.credentials.pdf_certificates import published_authority, sealing_keys
from assessment.credentials.pdf_seals import digest_list, digests_under, is_removed
from assessment.credentials.public import did_document, issuers
from assessment.credentials.public_schemes import public_scheme
from assessment.credentials.publishing import register_text
from assessment.credentials.signer_client import signer
from assessment.credentials.status_lists import published_list
from assessment.credentials.wording import METHODS
from assessment.database import db
from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.proof import read_instant
from assessment.domain.errors import N_, Conflict, NotFound
from assessment.domain.language import text_in
from assessment.domain.log.tiles import read_path
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

public_files = Blueprint("public_files", __name__)

SECONDS_TO_KEEP_A_LIST = 60
SECONDS_TO_KEEP_KEYS = 300
SECONDS_TO_KEEP_A_HEAD = 5
SECONDS_TO_KEEP_A_TILE = 31_536_000

_TWO_DIGITS = re.compile(r"[0-9a-f]{2}")


@public_files.before_request
def without_cookies() -> None:
    """A file is the same for everybody."""
    g.no_cookies = True


@public_files.get("/b/<code>/did.json")
def did(code: str) -> Response:
    document = did_document(db.session(), code)
    if document is None:
        raise NotFound(N_("There is no such certification body."))
    return _file(write_object(document), "application/did+json", SECONDS_TO_KEEP_KEYS)


@public_files.get("/issuers.json")
def register() -> Response:
    session = db.session()
    content = register_text(origin(session), issuers(session), log_key(session), sealing_keys(session))
    return _file(content, "application/json", SECONDS_TO_KEEP_KEYS)


@public_files.get("/pdf-ca.pem")
def pdf_authority() -> Response:
    found = published_authority(db.session())
    if found is None:
        raise NotFound(N_("There is no such page."))
    return _file(found, "application/pem-certificate-chain", SECONDS_TO_KEEP_KEYS)


@public_files.get("/pdf-ca.crl")
def pdf_revocations() -> Response:
    kept: dict[datetime, bytes | None] = current_app.extensions.setdefault("pdf_revocations", {})
    minute = now().replace(second=0, microsecond=0)
    if minute not in kept:
        try:
            found = signer().revocations(minute)
        except Conflict as refusal:
            return _later(refusal)
        kept.clear()
        kept[minute] = found
    content = kept[minute]
    if content is None:
        raise NotFound(N_("There is no such page."))
    return _file(content, "application/pkix-crl", SECONDS_TO_KEEP_KEYS)


@public_files.get("/pdf-seals/<code>/<key_id>/<start>")
def pdf_seals(code: str, key_id: str, start: str) -> Response:
    session = db.session()
    if not _TWO_DIGITS.fullmatch(start) or not is_removed(session, code, key_id):
        raise NotFound(N_("There is no such page."))
    content = digest_list(digests_under(session, code, key_id, start))
    return _file(content, "text/plain; charset=utf-8", SECONDS_TO_KEEP_KEYS)


@public_files.get("/status/<name>")
def status_list(name: str) -> Response:
    try:
        document = published_list(name, now())
    except Conflict as refusal:
        return _later(refusal)
    if document is None:
        raise NotFound(N_("There is no such status list."))
    since = read_instant(document.get("validFrom"))
    return _file(write_object(document), "application/vc", SECONDS_TO_KEEP_A_LIST, since=since)


@public_files.get("/log/checkpoint")
def log_checkpoint() -> Response:
    content = checkpoint_file(db.session())
    if content is None:
        raise NotFound(N_("There is no log yet."))
    return _file(content, "text/plain; charset=utf-8", SECONDS_TO_KEEP_A_HEAD)


@public_files.get("/log/tile/<path:path>")
def log_tile(path: str) -> Response:
    tile, session = read_path(f"tile/{path}"), db.session()
    content = None if tile is None else tile_file(session, tile, newest_size(session))
    if content is None:
        raise NotFound(N_("There is no such part of the log."))
    answer = _file(content, "application/octet-stream", SECONDS_TO_KEEP_A_TILE)
    answer.headers["Cache-Control"] += ", immutable"
    return answer


@public_files.get("/b/<code>/schemes/<scheme_code>")
@public_files.get("/b/<code>/schemes/<scheme_code>/<int:version>")
def scheme(code: str, scheme_code: str, version: int | None = None) -> str:
    found = public_scheme(db.session(), code, scheme_code, version)
    if found is None:
        raise NotFound(N_("There is no such scheme."))
    return render_template(
        "credentials/scheme.html",
        scheme=found,
        title=text_in(found.titles, language()) or gettext("Scheme"),
        summary=text_in(found.summaries, language()),
        methods=METHODS,
    )


def _later(refusal: Conflict) -> Response:
    answer = Response(say(refusal), 503, content_type="text/plain; charset=utf-8")
    answer.headers["Retry-After"] = "5"
    return answer


def _file(content: bytes, kind: str, seconds: int, *, since: datetime | None = None) -> Response:
    """Answer with a file and its validators; with 304 whoever holds it already. `since`: when it came to be."""
    answer = Response(content, content_type=kind)
    answer.headers["Cache-Control"] = f"public, max-age={seconds}"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.add_etag()
    answer.last_modified = since
    answer.make_conditional(request)
    return answer
