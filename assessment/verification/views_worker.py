"""The service worker of the public pages, with the page that judges a code where there is no network.

It carries what that page needs: its texts in the reader's language, the module, and the issuers' keys. So opening a
certificate costs two requests, and the second one answers without a network from then on.
"""

import json
from datetime import datetime

from flask import Response, g, render_template
from flask_babel import gettext

from assessment.credentials.keys import origin
from assessment.database import reading
from assessment.domain.errors import N_
from assessment.verification.public_requests import around
from assessment.verification.queries import issuer_keys
from assessment.verification.views import policy, verification
from assessment.web.formatting import moment
from assessment.web.pages import STATIC
from assessment.web.requests import now

_AS_OF = N_("There is no network. The code was checked on this device, with the issuer's keys as of %(moment)s.")


@verification.get("/verify/worker.js")
def worker() -> Response:
    with reading() as session:
        issuers = issuer_keys(session, origin(session))
    html = render_template(
        "verification/offline.html", issuers=issuers, as_of=_as_of(_hour(now())), **around(".verify")
    )
    page = json.dumps({"html": html, "policy": policy()}, ensure_ascii=False)
    script = (STATIC / "js/verify/worker.js").read_text(encoding="utf-8")
    response = Response(f"const OFFLINE = {page};\n{script}", content_type="text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = "/v"
    response.headers["Cache-Control"] = "no-cache"
    g.style_hashes = g.script_hashes = ()
    return response


def _as_of(at: datetime) -> str:
    return str(gettext(_AS_OF, moment=moment(at)))


def _hour(at: datetime) -> datetime:
    """Cut to the hour: a worker that changed every second would be installed every second."""
    return at.replace(minute=0, second=0, microsecond=0)
