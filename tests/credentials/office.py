"""A body's office on a site of its own: a clock that stands, people who can sign in, certificates in every state."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from assessment.accounts.tables import Account
from assessment.credentials.changing_status import propose
from assessment.credentials.tables import StatusPurpose
from assessment.database import Act, db, unit_of_work
from assessment.domain.roles import Role
from assessment.jobs.service import work_all
from assessment.schemes.tables import SchemeVersion
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, PASSWORD, make_actor, make_body
from tests.factories.certification import World, make_world
from tests.factories.credentials import change_status, make_decided, make_released, make_releaser
from tests.fixtures.databases import migrated_database, settings_for
from tests.fixtures.sites import Door, Site, signer_of

BODY = "las"
LATER = NOW + timedelta(days=40)


@dataclass(kw_only=True)
class Office:
    """A body with a decision to release and a valid certificate; a full one with a certificate of each state."""

    site: Site
    world: World
    releaser: Actor
    stranger: Actor
    decision_id: str
    valid: str
    expired: str = ""
    suspended: str = ""
    revoked: str = ""
    now: datetime = LATER
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Write in the app, committed at the end."""
        with self.site.app.app_context(), write(self.now) as session:
            yield session

    def work(self) -> int:
        """Do every job that is due."""
        with self.site.app.app_context():
            return work_all(lambda: self.now)

    def signed_in(self, actor: Actor) -> FlaskClient:
        """A browser in which the actor is signed in."""
        if actor.account_id not in self.clients:
            client = self.site.client()
            page = client.get("/signin")
            answer = client.post(
                "/signin",
                data={"login": self.login_of(actor), "password": PASSWORD, "csrf_token": hidden(page, "csrf_token")},
            )
            assert answer.status_code == 303, answer.text
            self.clients[actor.account_id] = client
        return self.clients[actor.account_id]

    def login_of(self, actor: Actor) -> str:
        """The login of an actor's account."""
        with self.site.app.app_context():
            return db.session().get_one(Account, (actor.body_id, actor.account_id)).login


def write(now: datetime) -> AbstractContextManager[Session]:
    """One unit of work by nobody in particular."""
    return unit_of_work(Act(body_id=BODY, account_id=None, person_id=None, at=now, name="test"))


_built: dict[tuple[str, str, bool], Office] = {}


def open_office(site: Site, *, full: bool = False) -> Office:
    """Give an empty site an office with its certificates, and let forty days pass; it needs a signer of `signer_of`.

    A worker builds an office once for each database, and copies it.
    """
    kind = (site.engine.dialect.name, site.base_url, full)
    if kind not in _built:
        _built[kind] = _build(site, full=full)
    site.become(_built[kind].site)
    site.app.extensions["clock"] = lambda: LATER
    return replace(_built[kind], site=site, clients={})


def _build(site: Site, *, full: bool) -> Office:
    """Build an office on a site that has the origin of `site` and answers nowhere."""
    folder = Path(mkdtemp(dir=site.run_folder))
    settings = settings_for(folder, migrated_database(site.engine.dialect.name, site.run_folder), site.base_url)
    with Door() as door, closing(Site(settings, door, site.run_folder)) as own, signer_of(own):
        return _filled(own, full=full)


def _filled(site: Site, *, full: bool) -> Office:
    site.app.extensions["clock"] = lambda: LATER
    with site.app.app_context(), write(NOW) as session:
        world = make_world(session)
        releaser = make_releaser(session, world)
        issued = {"valid": make_released(session, world, releaser=releaser, number="2026-01")}
        if full:
            issued |= _others(session, world, releaser)
        last = make_actor(session, BODY, Role.CANDIDATE, name="Wati Contoh")
        decision_id = make_decided(session, world, candidate=last, number="2026-09")
        make_body(session, "lain")
        stranger = make_actor(session, "lain", Role.RELEASER, Role.QUALITY_MANAGER, Role.CANDIDATE)
    with site.app.app_context():
        work_all(lambda: NOW)
        if full:
            with write(NOW) as session:
                for name, purpose in (("suspended", StatusPurpose.SUSPENSION), ("revoked", StatusPurpose.REVOCATION)):
                    change_status(session, releaser, world.quality, issued[name], purpose)
    return Office(site=site, world=world, releaser=releaser, stranger=stranger, decision_id=decision_id, **issued)


def _others(session: Session, world: World, releaser: Actor) -> dict[str, str]:
    """Certificates that are to be suspended and revoked, and one that is valid for a month only."""
    version = session.get_one(SchemeVersion, (BODY, world.scheme.scheme_version_id))
    issued = {}
    for place, (state, name) in enumerate(
        (("suspended", "Joko Contoh"), ("revoked", "Ayu Contoh"), ("expired", "Rudi Contoh"))
    ):
        version.validity_months = 1 if state == "expired" else 36
        candidate = make_actor(session, BODY, Role.CANDIDATE, name=name)
        issued[state] = make_released(
            session, world, releaser=releaser, candidate=candidate, number=f"2026-0{2 + place}"
        )
    version.validity_months = 36
    return issued


def propose_revocation(office: Office, credential_id: str) -> str:
    """A proposal of the quality manager that waits for a second person; returns its id."""
    with office.writing() as session:
        return propose(
            session,
            office.world.quality,
            credential_id,
            StatusPurpose.REVOCATION,
            True,
            reason="Bukti identitas ternyata palsu.",
            now=LATER,
        ).id


def hidden(page: TestResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text[:500]
    return found[1]
