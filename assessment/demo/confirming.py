"""Holders of the demo make links for employers: one is used, one is ended, one waits."""

from datetime import datetime, timedelta

from assessment.credentials.queries import certificate_line
from assessment.database import Act, reading, unit_of_work
from assessment.demo.acting import acting
from assessment.demo.story import Story
from assessment.verification.confirming import Statement, state
from assessment.verification.own_confirmations import end_confirmation_link, make_confirmation_link


def show_use(story: Story, now: datetime) -> None:
    """Let the holder make three links; an employer states by the first one that the work has begun."""
    body_id, credential_id, holder = story.ensemble.code, story.credential_id, story.actor
    with acting(holder, now, "make_confirmation") as session:
        used, ended, _waiting = (make_confirmation_link(session, holder, credential_id, now=now) for _ in range(3))
        end_confirmation_link(session, holder, credential_id, ended, now=now)
    with reading() as session:
        line = certificate_line(session, body_id, credential_id, now=now)
    assert line is not None  # it was issued a moment ago
    at = now + timedelta(hours=1)
    today = at.date()
    statement = Statement(
        name="Pengawas Contoh",
        function="Kepala bengkel (contoh)",
        company="PT Contoh Rekaan",
        first_day=today,
        last_day=today,
    )
    # An employer has no account: nobody acts but whoever has the link.
    with unit_of_work(Act(body_id=body_id, account_id=None, person_id=None, at=at, name="demo.confirm")) as session:
        state(session, used, statement, begins=line.decided_on, today=today, now=at)
