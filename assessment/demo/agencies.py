"""An agency that may ask for statuses: a key that was lost and ended, one in use, and where it is told of changes."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.agencies import webhooks
from assessment.agencies.keys import Caller, end_key, make_key, register
from assessment.credentials.tables import Credential
from assessment.demo.acting import acting
from assessment.demo.calendar import Agenda
from assessment.demo.cast import Ensemble
from assessment.domain.roles import Role
from assessment.settings import Settings

NAME = "Kantor Penempatan Contoh"
LOST = "Kunci tertinggal di komputer lama (contoh)."
MOVED = "Alamat lama, sudah pindah (contoh)."
# Nobody listens there: whoever changes a status in the demo sees what the page says of a receiver that is away.
ADDRESS = "https://localhost:8443/teruji"
WATCHED = 5


def plan_agency(ensemble: Ensemble, agenda: Agenda) -> None:
    """Put the agency's registration on yesterday's agenda."""
    agenda.add(ensemble.calendar.at(1, 16), lambda now: _let_in(ensemble, now))


def _let_in(ensemble: Ensemble, now: datetime) -> None:
    official = ensemble.one(Role.OFFICIAL)
    settings: Settings = current_app.extensions["settings"]
    with acting(official, now, "register_agency") as session:
        agency_id = register(session, official, NAME, now=now).id
        lost = make_key(session, official, agency_id, now=now).id
        used = make_key(session, official, agency_id, now=now).id
    later = now + timedelta(minutes=30)
    with acting(official, later, "end_key") as session:
        end_key(session, official, agency_id, lost, reason=LOST, now=later)
    caller = Caller(body_id=ensemble.code, agency_id=agency_id, key_id=used)
    with acting(official, later, "register_webhooks") as session:
        old, new = (
            webhooks.register(session, caller, ADDRESS + path, secret=settings.secret, inside=True, now=later).id
            for path in ("/old", "")
        )
        webhooks.end(session, ensemble.code, old, reason=MOVED, by=official.person_id, now=later)
        webhooks.watch(session, caller, new, add=_newest(session, ensemble.code), remove=(), now=later)


def _newest(session: Session, body_id: str) -> list[str]:
    newest = select(Credential.id).where(Credential.body_id == body_id).order_by(Credential.issued_at.desc())
    return list(session.scalars(newest.limit(WATCHED)))
