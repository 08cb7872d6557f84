"""The device that writes an exam: a random cookie that only our pages' requests carry, stored as a keyed digest.

One device writes an attempt at a time. The cookie is set at the start, cannot be read by scripts and is good for
the exam's own addresses only; a device without it is another device.
"""

import hmac
import secrets
from hashlib import sha256

from flask import current_app, request
from werkzeug.wrappers import Response

from assessment.accounts.sealing import derive
from assessment.exams.tables import Attempt

COOKIE = "device"
PLACE = "/exam"
A_YEAR = 365 * 24 * 3600
LONGEST = 64


def device_cookie() -> str:
    """Return this browser's device cookie, or a new one for a browser that has none."""
    held = request.cookies.get(COOKIE, "")
    return held if 0 < len(held) <= LONGEST else secrets.token_urlsafe(24)


def this_device() -> str | None:
    """Return the keyed digest of the device that asks; None when it carries no cookie."""
    held = request.cookies.get(COOKIE, "")
    return device_digest(held) if 0 < len(held) <= LONGEST else None


def device_digest(cookie: str) -> str:
    """Return the keyed digest under which a device is stored: 64 hexadecimal digits."""
    return hmac.new(derive(current_app.extensions["settings"].secret, "devices"), cookie.encode(), sha256).hexdigest()


def remember(response: Response, cookie: str) -> Response:
    """Send the device its cookie."""
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=A_YEAR,
        path=PLACE,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


def writes_here(attempt: Attempt) -> bool:
    """Say whether the device that asks is the one that writes; one that was bound to none is open to any."""
    return attempt.device is None or attempt.device == this_device()


def person_mark(person_id: str) -> str:
    """Return a short name by which a device tells two people apart and which says nothing of either."""
    return sha256(b"teruji person on a device\n" + person_id.encode()).hexdigest()[:16]
