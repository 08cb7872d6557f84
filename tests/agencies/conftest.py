"""A body's office with certificates in every state, an agency with a key, and a server that it listens at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from assessment.agencies.keys import NewKey, make_key, register
from assessment.domain.roles import Role
from assessment.web.actor import Actor
from tests.credentials.office import BODY, Office, open_office
from tests.factories.accounts import make_actor
from tests.fixtures.receiver import Receiver, receiving
from tests.fixtures.sites import Site, signer_of


@dataclass(kw_only=True)
class Desk:
    """The agency at its program, and the official at the office."""

    office: Office
    official: Actor
    agency_id: str
    key: NewKey

    def ask(self, path: str, body: Any = None, *, key: str | None = None, method: str = "POST") -> TestResponse:
        """Send what the agency's program would."""
        return self.office.site.client().open(
            f"/api/v1/{path}",
            method=method,
            json=body,
            headers={"Authorization": f"Bearer {self.key.text if key is None else key}"},
        )

    def watch(self, url: str, *ids: str) -> dict[str, str]:
        """Register an address and watch certificates; returns the webhook's id and secret."""
        made = self.ask("webhooks", {"url": url})
        assert made.status_code == 201, made.text
        answer = self.ask(f"webhooks/{made.json['id']}/watched", {"add": list(ids)})  # type: ignore[index]  # JSON of any shape
        assert answer.status_code == 200, answer.text
        return dict(made.json or {})


@pytest.fixture
def desk(site: Site) -> Iterator[Desk]:
    """The desk on a site whose signer answers; webhooks may lead to this machine."""
    site.app.extensions["settings"] = replace(site.settings, webhooks_inside=True)
    with signer_of(site):
        office = open_office(site, full=True)
        with office.writing() as session:
            official = make_actor(session, BODY, Role.OFFICIAL, name="Rini Pejabat")
            agency_id = register(session, official, "Kantor Contoh", now=office.now).id
            key = make_key(session, official, agency_id, now=office.now)
        yield Desk(office=office, official=official, agency_id=agency_id, key=key)


@pytest.fixture
def receiver(desk: Desk, tmp_path: Path) -> Iterator[Receiver]:
    """The agency's server, whose authority the installation trusts."""
    with receiving(tmp_path) as found:
        app = desk.office.site.app
        app.extensions["settings"] = replace(app.extensions["settings"], webhook_authorities=found.authorities)
        yield found


@pytest.fixture
def settings_of(desk: Desk) -> Callable[..., None]:
    """Change settings of the site."""

    def change(**values: Any) -> None:
        app = desk.office.site.app
        app.extensions["settings"] = replace(app.extensions["settings"], **values)

    return change
