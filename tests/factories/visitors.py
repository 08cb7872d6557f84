"""A person at a browser without a screen: signs in, follows pages, sends forms as the page would."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from assessment.accounts.ids import new_id
from assessment.database import Act, unit_of_work
from tests.factories.accounts import NOW, PASSWORD
from tests.fixtures.measuring import building
from tests.fixtures.sites import Site

_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@contextmanager
def writing_on(site: Site, *, body_id: str | None = None) -> Iterator[Session]:
    """A unit of work on a site, by nobody in particular."""
    act = Act(body_id=body_id, account_id=None, person_id=None, at=NOW, name="test")
    token = building.set(True)
    try:
        with site.app.app_context(), unit_of_work(act) as session:
            yield session
    finally:
        building.reset(token)


class Visitor:
    """One browser profile on a site."""

    def __init__(self, site: Site) -> None:
        self.client: FlaskClient = site.client()
        self.csrf = ""

    def get(self, address: str, **options: Any) -> TestResponse:
        """Open a page; remembers its proof against forgery."""
        response = self.client.get(address, **options)
        if found := _CSRF.search(response.get_data(as_text=True) if response.mimetype == "text/html" else ""):
            self.csrf = found[1]
        return response

    def post(
        self, address: str, data: dict[str, Any] | None = None, *, once: str | None = None, **options: Any
    ) -> TestResponse:
        """Send a form with the proof of the last page and a one-time key of its own."""
        fields = {"csrf_token": self.csrf, "once": once or new_id(), **(data or {})}
        return self.client.post(address, data=fields, **options)

    def sign_in(self, login: str, password: str = PASSWORD, address: str = "/signin") -> TestResponse:
        """Sign in, and return what the form answered."""
        self.get(address)
        response = self.post(address, {"login": login, "password": password})
        self.get("/today")
        return response


def signed_in(site: Site, login: str) -> Visitor:
    """Return a visitor who is signed in."""
    visitor = Visitor(site)
    assert visitor.sign_in(login).status_code == 303
    return visitor
