"""The public pages: no account, no cookie, no session, no third party; one request and no script needed.

Forms here carry no key against forgery: there is no cookie to be abused, and whoever makes a stranger's browser
send one learns nothing.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.credentials.exporting import MEDIA_TYPES, Format, export
from assessment.database import reading
from assessment.domain.credentials.qr_payload import parse_code
from assessment.domain.credentials.verdict import Verdict
from assessment.domain.errors import N_, Invalid, NotFound, Refusal
from assessment.domain.ids import ALPHABET
from assessment.verification.answer import absent_answer, full_answer
from assessment.verification.answer_beside import beside_answer
from assessment.verification.arriving import is_pdf, read_file
from assessment.verification.asked import asked_form, language_of
from assessment.verification.blanks import Blank, Blanks, list_moments
from assessment.verification.counting import Tally
from assessment.verification.doctored import Comparison
from assessment.verification.inputs import FileInput, NumberInput, TextInput
from assessment.verification.kept_pages import DRAWN, Drawn
from assessment.verification.lasting_until import said_until
from assessment.verification.page import Language, Page
from assessment.verification.present import address_line, present, present_absence, with_offset
from assessment.verification.present_beside import with_beside
from assessment.verification.present_photo import with_photo
from assessment.verification.public_requests import (
    MOST_MISSES,
    WAIT,
    around,
    count,
    count_try,
    local_now,
    network_address,
    reader_language,
    refused_page,
    site_settings,
)
from assessment.verification.sentences import State
from assessment.verification.service import (
    Found,
    compare_pdf,
    document_ends,
    find_certificate,
    judge_seal,
    look_up,
    verify_brought,
)
from assessment.web.formatting import clock, moment
from assessment.web.refusals import say, wants_json
from assessment.web.requests import now

MOST_NUMBERS = 10
MOST_DOCUMENTS = 5
MOST_FILES = 60
FRESH = "public, max-age=60"
WITH_PHOTO = "private, no-cache"  # no cache holds a face past the moment in which its holder takes it back

_PUBLIC_ID = re.compile(f"[{ALPHABET}]{{16}}")
_MISREAD = str.maketrans("oil", "011")

verification = Blueprint("verification", __name__)


@verification.record
def _needs_no_cookie(state: BlueprintSetupState) -> None:
    state.app.extensions["csrf"].exempt(verification)
    state.app.extensions["check_tally"] = Tally()


@verification.url_value_preprocessor
def _without_cookies(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Runs before everything else. The language is the address's or the browser's; a stranger's is English."""
    g.no_cookies = True
    g.language = language_of(request.args.get("lang"), request.accept_languages)


@verification.after_request
def _closed(response: Response) -> Response:
    """Let nothing in but what stands in the page, and nothing out: without `connect-src` no script can send."""
    response.vary.update(("Accept", "Accept-Language"))
    if g.get("style_hashes"):
        response.headers["Content-Security-Policy"] = policy()
    return response


@verification.errorhandler(HTTPException)
def _refuse(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
    """Say in the reader's language what the framework refused: too large, not readable."""
    return refused_page(error.code) if error.code is not None and error.code >= 400 else error


def policy() -> str:
    """Return the policy of the page that was drawn last: what stands in it, by its hash, and nothing else."""
    styles = " ".join(f"'sha256-{digest}'" for digest in g.get("style_hashes", ()))
    scripts = " ".join(f"'sha256-{digest}'" for digest in g.get("script_hashes", ())) or "'none'"
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src data:; worker-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@verification.get("/v/<public_id>")
def show(public_id: str) -> Response | WerkzeugResponse | tuple[Response | str, int]:
    plain = _as_printed(public_id)
    if plain != public_id:
        return redirect(url_for(".show", public_id=plain, lang=request.args.get("lang")), 302)
    found = _look_up(public_id)
    if found is None:
        if count_try("certificate address", network_address()) > MOST_MISSES:
            return refused_page(429, gettext(WAIT))
        return absent(public_id, State.MISSING, 404)
    g.page_zone = found.zone
    if found.verification is None:
        return absent(public_id, State.ERASED, 200)
    form = asked_form(request.accept_mimetypes)
    if form is not None:
        response = Response(_in_form(found, public_id, form), content_type=MEDIA_TYPES[form])
    elif wants_json():
        beside = beside_answer(found.verification, found.beside, today=local_now().date())
        response = jsonify(full_answer(public_id, found.verification, beside, now=local_now()))
    else:
        response = Response(_told(found, public_id))
    response.headers["Cache-Control"] = FRESH if found.photo is None else WITH_PHOTO
    count(found, public_id, response)
    return response


def _told(found: Found, public_id: str) -> str:
    """Draw the page with its blanks, and fill them; let it be told again where it is conclusive and was signed."""
    verification = found.verification
    if verification is None:
        raise ValueError("Expected a certificate whose holder's data was not erased.")
    blanks, local, reader = Blanks(secrets.token_hex(8)), local_now(), reader_language()
    marked = replace(found, verification=blanks.of_lists(verification))
    page = _present(marked, local, blanks.reader(reader, local), keys=found.keys)
    cut = blanks.cut(_render(page, public_id, can_compare=_can_compare(page, found)))
    if found.signed and found.sources and verification.issuer and verification.verdict is not Verdict.CANNOT_CHECK:
        request.environ[DRAWN] = Drawn(
            cut=cut,
            signed=found.signed,
            until=said_until(found, local),
            zone=found.zone,
            issuer=verification.issuer,
            places=found.signed_places,
            sources=found.sources,
        )
    return cut.filled(
        {
            Blank.CLOCK: with_offset(clock(local), local),
            Blank.MOMENT: moment(local),
            **{blank: moment(since) for blank, since in list_moments(verification).items()},
        }
    )


def _in_form(found: Found, public_id: str, form: Format) -> bytes:
    if found.body_id is None:
        raise NotFound(N_("There is no such certificate."))
    with reading() as session:
        return export(session, found.body_id, public_id, form)


@verification.post("/v/<public_id>/document")
def document(public_id: str) -> Response | WerkzeugResponse | tuple[Response | str, int]:
    tries = max(count_try("document of", public_id), count_try("document by", network_address()))
    found = _look_up(public_id)
    if found is None:
        return absent(public_id, State.MISSING, 404)
    g.page_zone = found.zone
    if found.verification is None or found.verification.facts is None:
        return redirect(url_for(".show", public_id=public_id, lang=g.language), 303)
    if tries > MOST_DOCUMENTS:
        return Response(_page(found, public_id, too_many=True), 429)
    with reading() as session:
        fits = document_ends(session, found, request.form.get("last_four", ""))
    return Response(_page(found, public_id, document_answer=fits))


@verification.route("/verify", methods=["GET", "POST"])
def verify() -> str | Response | WerkzeugResponse | tuple[Response | str, int]:
    by_number, by_file, by_text = NumberInput(), FileInput(), TextInput()
    refusal = ""
    if request.method == "POST":
        form = {"number": by_number, "file": by_file, "text": by_text}.get(request.form.get("way", ""))
        if form is not None and form.validate():
            try:
                return _by_number(by_number) if form is by_number else _by_content(form)
            except Refusal as error:
                refusal = say(error)
    return (
        render_template(
            "verification/verify.html",
            by_number=by_number,
            by_file=by_file,
            by_text=by_text,
            answer=refusal,
            action=url_for(".verify", lang=g.language),
            address=address_line(site_settings().host, reader_language()),
            **around(".verify"),
        ),
        422 if request.method == "POST" else 200,
    )


def _by_number(form: NumberInput) -> WerkzeugResponse | tuple[Response | str, int]:
    """Lead to the certificate. A wrong number and a wrong date get one and the same answer."""
    number = (form.number.data or "").strip().upper()
    if max(count_try("number", number), count_try("number by", network_address())) > MOST_NUMBERS:
        return refused_page(429, gettext(WAIT))
    with reading() as session:
        public_id = find_certificate(session, number, form.birth_date.data)
    if public_id is None:
        raise Invalid(N_("No certificate has this number together with this date of birth. Compare both."))
    return redirect(url_for(".show", public_id=public_id, lang=g.language), 303)


def _by_content(form: FlaskForm) -> Response | WerkzeugResponse | tuple[Response | str, int]:
    """Check what was brought; a code that holds only an address of ours is opened instead."""
    if count_try("file by", network_address()) > MOST_FILES:
        return refused_page(429, gettext(WAIT))
    brought: bytes = form.file.data.read() if isinstance(form, FileInput) else b""
    content = read_file(brought) if isinstance(form, FileInput) else form.text.data
    own = None if isinstance(content, bytes) else _own_address(content)
    if own is not None:
        return redirect(url_for(".show", public_id=own, lang=g.language), 303)
    with reading() as session:
        found = verify_brought(session, content, now=now())
        comparison = compare_pdf(session, found, brought) if is_pdf(brought) else None
        if is_pdf(brought):
            found = judge_seal(session, found, brought, comparison, now=now())
    g.page_zone = found.zone
    return Response(_page(found, None, comparison=comparison))


def _own_address(text: str) -> str | None:
    try:
        code = parse_code(text)
    except Invalid:
        return None
    return code.public_id if code.digits is None and code.origin == site_settings().base_url else None


def _look_up(public_id: str) -> Found | None:
    if not _PUBLIC_ID.fullmatch(public_id):
        return None
    with reading() as session:
        return look_up(session, public_id, now=now(), language=g.language)


def _as_printed(public_id: str) -> str:
    """Read what somebody typed from the paper: capitals, and the letters that Crockford's base32 leaves out."""
    typed = public_id.lower().translate(_MISREAD)
    return typed if _PUBLIC_ID.fullmatch(typed) else public_id


def absent(public_id: str, state: State, status: int) -> tuple[Response, int]:
    if wants_json():
        return jsonify(absent_answer(public_id, state, now=local_now())), status
    page = present_absence(state, now=local_now(), host=site_settings().host, language=reader_language())
    return Response(_render(page, public_id)), status


def _page(found: Found, public_id: str | None, **said: Any) -> str:
    page = _present(found, local_now(), reader_language(), keys=found.keys if public_id else None)
    return _render(page, public_id, can_compare=_can_compare(page, found), **said)


def _present(found: Found, moment: datetime, reader: Language, *, keys: Mapping[str, bytes] | None) -> Page:
    if found.verification is None:
        raise ValueError("Expected a certificate whose holder's data was not erased.")
    page = present(
        found.verification,
        found.registry,
        now=moment,
        host=site_settings().host,
        language=reader,
        keys=keys,
        evidence=found.evidence,
        birth_date=found.birth_date,
        titles=found.titles,
    )
    page = with_beside(page, found.verification, found.beside, today=moment.date(), language=reader)
    return with_photo(page, found.verification, found.photo, language=reader)


def _can_compare(page: Page, found: Found) -> bool:
    return bool(page.units and found.registry)


def _render(
    page: Page,
    public_id: str | None,
    *,
    can_compare: bool = False,
    document_answer: bool | None = None,
    too_many: bool = False,
    comparison: Comparison | None = None,
) -> str:
    """Draw the page; without a public id it is of something brought, and its address is told instead."""
    action = url_for(".document", public_id=public_id, lang=g.language) if public_id and can_compare else None
    return render_template(
        "verification/show.html",
        page=page,
        document_action=action,
        document_answer=document_answer,
        too_many=too_many,
        comparison=comparison,
        own_address=page.own_address if public_id is None else "",
        **(around(".show", public_id=public_id) if public_id else around(".verify")),
    )
