"""The one place where a refusal becomes HTTP: a page for people, a problem document for programs (RFC 9457)."""

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.database import db
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound, Refusal
from assessment.web.gate import SignInNeeded

STATUS: dict[type[Refusal], int] = {Invalid: 422, NotAllowed: 403, NotFound: 404, Conflict: 409}

HEADINGS = {
    400: N_("The request could not be read"),
    403: N_("Not open to you"),
    404: N_("Not found"),
    405: N_("Not possible here"),
    409: N_("Something changed in the meantime"),
    413: N_("Too large"),
    415: N_("Unknown format"),
    422: N_("Something does not fit yet"),
    429: N_("Too many tries"),
    500: N_("Something went wrong on our side"),
    503: N_("Not possible at this moment"),
}

# What the framework would say in words for programmers.
DETAILS = {404: N_("There is no page at this address."), 405: N_("This address does not take what was sent to it.")}


def say(refusal: Refusal) -> str:
    """Return the refusal's sentence in the reader's language."""
    return str(gettext(refusal.message, **refusal.values) if refusal.values else gettext(refusal.message))


def wants_json() -> bool:
    """Whether the caller is a program."""
    accepted = request.accept_mimetypes
    return request.is_json or accepted.best_match(["text/html", "application/json"]) == "application/json"


def answer(status: int, detail: str) -> tuple[Response | str, int]:
    """Answer with a page or a problem document of this status."""
    heading = gettext(HEADINGS.get(status, HEADINGS[400 if status < 500 else 500]))
    if wants_json():
        problem = jsonify(type="about:blank", title=heading, status=status, detail=detail)
        problem.content_type = "application/problem+json"
        return problem, status
    return render_template("home/error.html", status=status, heading=heading, detail=detail), status


def taken(error: IntegrityError) -> bool:
    """Whether a row was refused because another one has what must be unique: somebody else was first."""
    return getattr(error.orig, "sqlstate", None) == "23505" or "UNIQUE constraint failed" in str(error.orig)


def busy(error: Exception) -> bool:
    """Whether the database has no time or is not there, which is the fault neither of what was sent nor of ours."""
    if not isinstance(error, OperationalError):
        return False
    name = getattr(error.orig, "sqlite_errorname", None)
    return name is None or name.startswith("SQLITE_BUSY")


def refuse(app: Flask) -> None:
    """Register the handlers."""

    @app.errorhandler(Refusal)
    def on_refusal(refusal: Refusal) -> tuple[Response | str, int]:
        db.session.rollback()
        return answer(STATUS[type(refusal)], say(refusal))

    @app.errorhandler(SignInNeeded)
    def on_stranger(_error: SignInNeeded) -> WerkzeugResponse | tuple[Response | str, int]:
        if wants_json() or request.method not in ("GET", "HEAD"):
            return answer(401, gettext("Sign in first."))
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)

    @app.errorhandler(CSRFError)
    def on_forgery(_error: CSRFError) -> tuple[Response | str, int]:
        return answer(400, gettext("This page was open for too long. Go back, reload it and send it again."))

    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
        if error.code is None or error.code < 400:
            return error
        detail = DETAILS.get(error.code) or error.description
        return answer(error.code, gettext(detail) if detail else "")

    @app.errorhandler(IntegrityError)
    def on_race(error: IntegrityError) -> tuple[Response | str, int]:
        if not taken(error):
            return on_error(error)
        app.logger.warning("somebody else was first: %s", error.orig)
        db.session.rollback()
        return answer(409, gettext("Somebody else entered the same at this moment. Reload the page to see it."))

    @app.errorhandler(Exception)
    def on_error(error: Exception) -> tuple[Response | str, int]:
        app.logger.exception("unexpected error", exc_info=error)
        db.session.rollback()
        if app.testing:
            raise error
        return answer(503 if busy(error) else 500, gettext("Nothing you entered was changed. Try again in a moment."))
