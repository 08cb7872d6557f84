"""What is measured on: a body with an exam of forty items, and candidates who are signed in and may start.

The content is the demo's, through the doors that a body uses. The candidates come in large units of work; their
check-in has no photo, since nobody looks at it.
"""

import re
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from io import BytesIO

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.founding import grant_role, open_account
from assessment.accounts.ids import new_id
from assessment.accounts.persons import Name, register_person
from assessment.accounts.sign_in import digest
from assessment.accounts.tables import SignInSession
from assessment.certification.tables import Application
from assessment.database import Act, db, unit_of_work
from assessment.demo.cast import Ensemble, register_cast
from assessment.demo.content import FOLDERS, load_content, package_of
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.certification.duties import Side
from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.exams.form import Blueprint, Cut
from assessment.domain.items.qti.package import read_package
from assessment.domain.roles import Role
from assessment.exams.content import items_of
from assessment.exams.forms import NewForm, draw_form
from assessment.exams.preparing import prepare
from assessment.exams.sittings import NewSitting, close_roster, create_sitting, register
from assessment.exams.tables import Attempt, FormItem
from assessment.exams.taking import start, token_for
from assessment.exams.tokens import write_token, writer_key
from assessment.item_bank.service import import_package
from assessment.item_bank.tables import ItemUse
from assessment.schemes.tables import SchemeUnit

BODY = "las"
ITEMS = 40
AT_A_TIME = 100
HASH_OF_NOBODY = "no password fits this"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """A candidate at a device: the attempt, the cookie of the signed-in session, and a token once it runs."""

    attempt_id: str
    cookie: str
    token: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """The seats, and a right response to each item, as a device sends it: item version -> response."""

    seats: list[Seat]
    answers: Mapping[str, Mapping[str, str | list[str]]]


def make_world(app: Flask, *, candidates: int, started: bool) -> World:
    """Fill an empty, migrated database; `started`: the attempts run already."""
    moment = datetime.now(UTC)
    with app.app_context():
        cast = register_cast(moment)
        ensemble = next(each for each in cast.ensembles if each.code == BODY)
        content = load_content(ensemble)
        with writing(moment) as session:
            form_id = _large_form(session, ensemble, content.scheme_version_id, moment)
            sitting = create_sitting(
                session,
                BODY,
                NewSitting(
                    form_id=form_id,
                    site_id=next(iter(ensemble.sites.values())),
                    code="BENCH",
                    starts_at=moment - timedelta(minutes=1),
                    closes_at=moment + timedelta(hours=10),
                ),
            )
            sitting_id = sitting.id
        accounts: dict[str, str] = {}
        for first in range(0, candidates, AT_A_TIME):
            with writing(moment) as session:
                for number in range(first, min(candidates, first + AT_A_TIME)):
                    person_id, account_id = _candidate(session, number, content.scheme_version_id, sitting_id, moment)
                    accounts[person_id] = account_id
        with writing(moment) as session:
            close_roster(session, BODY, sitting_id, now=moment, closed_by=None)
        with writing(moment) as session:
            prepare(session, BODY, sitting_id)
        with writing(moment) as session:
            session.execute(update(Attempt).where(Attempt.sitting_id == sitting_id).values(state=AttemptState.RELEASED))
        return World(seats=list(_seats(app, sitting_id, accounts, moment, started=started)), answers=_answers(form_id))


def _large_form(session: Session, ensemble: Ensemble, scheme_version_id: str, moment: datetime) -> str:
    """Bring every item of the demo in once more under another name, and draw a form of forty."""
    report = read_package(_renamed(package_of(FOLDERS[BODY])), name="bench.zip")
    import_package(session, BODY, report, use=ItemUse.EXPOSED, imported_by=None, now=moment)
    session.flush()
    (unit_id,) = session.scalars(
        select(SchemeUnit.unit_id).where(
            SchemeUnit.body_id == BODY, SchemeUnit.scheme_version_id == scheme_version_id, SchemeUnit.core
        )
    ).all()
    new = NewForm(
        code="BENCH",
        minutes=300,
        blueprint=Blueprint.of_units({unit_id: ITEMS}),
        cut=Cut(fraction=Fraction(7, 10), method="agreed"),
    )
    return draw_form(session, BODY, scheme_version_id, new, now=moment, created_by=None, seed=bytes(32)).id


def _renamed(package: bytes) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(re.sub(r"\bW(\d\d)\b", r"X\1", name), re.sub(r"\bW(\d\d)\b", r"X\1", text))
    return written.getvalue()


def _candidate(
    session: Session, number: int, scheme_version_id: str, sitting_id: str, moment: datetime
) -> tuple[str, str]:
    person_id, account_id, application_id = an_applicant(session, number, scheme_version_id, moment)
    register(session, BODY, sitting_id, application_id, person_id, now=moment, added_by=None)
    return person_id, account_id


def an_applicant(session: Session, number: int, scheme_version_id: str, moment: datetime) -> tuple[str, str, str]:
    """Register a candidate with an account and an application; returns the ids of person, account, application."""
    person_id = register_person(
        session, BODY, name=Name(text=f"Asesi Contoh {number}"), birth_date=date(1999, 5, 17), now=moment
    )
    account_id = open_account(
        session, BODY, person_id, login=f"bench{number}", password_hash=HASH_OF_NOBODY, locale="id", now=moment
    )
    grant_role(session, BODY, account_id, Role.CANDIDATE, granted_by=None, now=moment)
    application = Application(
        body_id=BODY,
        id=new_id(),
        number=f"BENCH-{number}",
        person_id=person_id,
        scheme_version_id=scheme_version_id,
        state=ApplicationState.AGREED,
        programme="",
        payer="",
        adjustment="",
        created_at=moment,
    )
    session.add(application)
    session.flush()
    take_side(session, BODY, application.id, person_id, Side.CANDIDATE, now=moment)
    return person_id, account_id, application.id


def _seats(
    app: Flask, sitting_id: str, accounts: Mapping[str, str], moment: datetime, *, started: bool
) -> Iterator[Seat]:
    cookies: dict[str, str] = {}
    with writing(moment) as session:
        for person_id, account_id in accounts.items():
            cookies[person_id] = signed_in(app, session, account_id, moment)
    attempts = db.session().scalars(select(Attempt).where(Attempt.sitting_id == sitting_id)).all()
    found = [(attempt.id, attempt.person_id) for attempt in attempts]
    key = writer_key(app.extensions["settings"].secret)
    for first in range(0, len(found), AT_A_TIME):
        with writing(moment) as session:
            for attempt_id, person_id in found[first : first + AT_A_TIME]:
                token = token_for(start(session, BODY, attempt_id, now=moment)) if started else None
                yield Seat(
                    attempt_id=attempt_id,
                    cookie=cookies[person_id],
                    token=write_token(key, token) if token else None,
                )


def signed_in(app: Flask, session: Session, account_id: str, moment: datetime) -> str:
    """Sign an account in and return the cookie of its browser: "session=…"."""
    secret = secrets.token_urlsafe(32)
    session.add(
        SignInSession(
            secret_digest=digest(secret),
            body_id=BODY,
            account_id=account_id,
            started_at=moment,
            expires_at=moment + timedelta(hours=12),
            device="bench",
        )
    )
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # our sessions are signed cookies
    return f"session={serializer.dumps({'_user_id': secret, '_fresh': True, 'csrf_token': secrets.token_hex(20)})}"


def _answers(form_id: str) -> dict[str, dict[str, str | list[str]]]:
    session = db.session()
    versions = session.scalars(select(FormItem.item_version_id).where(FormItem.form_id == form_id)).all()
    answers: dict[str, dict[str, str | list[str]]] = {}
    for version_id, item in items_of(session, BODY, versions).items():
        (declared,) = item.responses
        correct = [str(value) for value in declared.correct]
        answers[version_id] = {declared.identifier: correct if declared.cardinality != "single" else correct[0]}
    session.rollback()
    return answers


def writing(moment: datetime) -> AbstractContextManager[Session]:
    """A unit of work in which nobody acts."""
    return unit_of_work(Act(body_id=None, account_id=None, person_id=None, at=moment, name="bench"))
