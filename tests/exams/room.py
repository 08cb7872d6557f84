"""An exam room on a site of its own: a clock that stands where a test puts it, people who can sign in."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from assessment.accounts.tables import Account
from assessment.database import Act, db, unit_of_work
from assessment.domain.roles import Role
from assessment.exams.tables import Attempt, ResponseEvent
from assessment.exams.taking import start, token_for
from assessment.exams.tokens import write_token, writer_key
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, PASSWORD, make_actor, make_body, make_person
from tests.factories.exams import MadeExam, let_start, make_attempts, make_exam
from tests.fixtures.sites import Site

BODY = "las"


@dataclass(kw_only=True)
class Room:
    """A body with one exam that starts at NOW, its candidate's attempt, and an invigilator."""

    site: Site
    exam: MadeExam
    candidate: Actor
    invigilator: Actor
    attempt_id: str
    others: list[str]
    now: datetime = NOW
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Write in the app, committed at the end."""
        with self.site.app.app_context(), write(self.now) as session:
            yield session

    def attempt(self) -> Attempt:
        """The attempt as it is stored now."""
        with self.site.app.app_context():
            return db.session().get_one(Attempt, (BODY, self.attempt_id))

    def events(self) -> list[ResponseEvent]:
        """Every stored event of the attempt, in the order of arrival."""
        with self.site.app.app_context():
            return list(db.session().query(ResponseEvent).filter_by(attempt_id=self.attempt_id).order_by("number"))

    def start(self) -> None:
        """Check the candidate in, release and start the attempt."""
        storage = self.site.app.extensions["storage"]
        with self.writing() as session:
            attempt = session.get_one(Attempt, (BODY, self.attempt_id))
            let_start(session, self.invigilator, storage, attempt, now=self.now)
            start(session, BODY, self.attempt_id, now=self.now)

    def token(self, **changes: Any) -> str:
        """The writer's token; changes override what it says."""
        token = token_for(self.attempt())
        assert token is not None
        return write_token(writer_key(self.site.settings.secret), replace(token, **changes))

    def send(self, *events: dict[str, Any], token: str | None = None) -> TestResponse:
        """Post events as a device does."""
        return self.site.client().post(
            "/answers",
            data=json.dumps({"v": 1, "events": events}),
            content_type="application/json",
            headers={"Teruji-Attempt": self.token() if token is None else token},
        )

    def event(self, item: int = 0, response: Any = "B", *, seq: int = 1, client: str = "c1") -> dict[str, Any]:
        """An event for one of the form's items, named by its place in `exam.items`."""
        return {
            "client": client,
            "seq": seq,
            "item": self.exam.items[item],
            "response": {"RESPONSE": response},
            "lang": "id",
            "elapsed": 5,
        }

    def signed_in(self, actor: Actor) -> FlaskClient:
        """A browser in which the actor is signed in."""
        if actor.account_id not in self.clients:
            client = self.site.client()
            page = client.get("/signin")
            login = self.login_of(actor)
            answer = client.post("/signin", data={"login": login, "password": PASSWORD, "csrf_token": csrf_of(page)})
            assert answer.status_code == 303, answer.text
            self.clients[actor.account_id] = client
        return self.clients[actor.account_id]

    def login_of(self, actor: Actor) -> str:
        """The login of an actor's account."""
        with self.site.app.app_context():
            return db.session().get_one(Account, (BODY, actor.account_id)).login


def csrf_of(page: TestResponse) -> str:
    """The token of the first form on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None, page.text[:500]
    return found[1]


def hidden(page: TestResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text[:500]
    return found[1]


@contextmanager
def write(now: datetime = NOW) -> Iterator[Session]:
    """A unit of work of nobody in particular."""
    act = Act(body_id=None, account_id=None, person_id=None, at=now, name="test")
    with unit_of_work(act) as session:
        yield session


def open_room(site: Site, *, others: Sequence[str] = (), **exam: Any) -> Room:
    """Build the room: body, exam, a candidate with a prepared attempt, an invigilator of the site.

    `others`: names of more candidates; their attempts are `room.others`.
    """
    with site.app.app_context():
        with write() as session:
            make_body(session, BODY)
        with write() as session:
            made = make_exam(session, BODY, **exam)
            candidate = make_actor(session, BODY, Role.CANDIDATE, name="Siti Contoh")
            invigilator = make_actor(session, BODY, Role.INVIGILATOR, name="Pengawas Misal", site_id=made.site_id)
            more = [make_person(session, BODY, name) for name in others]
            ids = [each.id for each in make_attempts(session, made, candidate.person_id, *more)]
    room = Room(site=site, exam=made, candidate=candidate, invigilator=invigilator, attempt_id=ids[0], others=ids[1:])
    site.app.extensions["clock"] = lambda: room.now
    return room


def moment(text: str) -> datetime:
    """An instant written as in a reply."""
    return datetime.fromisoformat(text).astimezone(UTC)
