"""Pages without a cookie: the session neither writes one nor makes the answer differ by one."""

from flask import Flask, Response, g
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class Sessions(SecureCookieSessionInterface):
    """Flask's own sessions, except on pages that said `g.no_cookies`: those are the same for everybody."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie and `Vary: Cookie` where there is a session to speak of."""
        if not g.get("no_cookies"):
            super().save_session(app, session, response)
