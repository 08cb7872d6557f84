"""What a tablet needs to work without a network: the service worker, and the page that asks for the PIN.

Neither says anything of anybody: both are public, and the tablet keeps them as they are.
"""

from flask import Response, render_template, request, url_for

from assessment.practicals.views import practicals
from assessment.web.pages import worker_script

__all__ = ["practicals"]


@practicals.get("/practicals/worker.js")
def worker() -> Response:
    """The service worker; it covers the list of practicals and everything below it."""
    return worker_script("js/sheet_worker.js", scope=url_for("practicals.index"))


@practicals.get("/practicals/locked")
def locked() -> str:
    """The page that stands in place of any other while the tablet is locked."""
    return render_template("practicals/locked.html")


@practicals.after_request
def allow_dictation(response: Response) -> Response:
    """Let the sheet hear notes by voice; no other page may."""
    if request.endpoint == "practicals.sheet":
        response.headers["Permissions-Policy"] = "camera=(self), microphone=(self), geolocation=()"
    return response
