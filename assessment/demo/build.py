"""Builds the demo: two bodies, their content, and forty candidates in all stages, through the ordinary services.

Everything happens in the order of its time, each act by the person who would do it. Then the record is sealed
and the status lists are signed, as the worker of a running installation does.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask

from assessment.accounts.tables import Installation
from assessment.app import create_app
from assessment.audit.sealing import is_sealed, seal
from assessment.credentials.log_heads import integrate
from assessment.credentials.queries import certificates
from assessment.credentials.signer_client import running_signer
from assessment.credentials.status_lists import renew_lists
from assessment.database import Act, db, reading, unit_of_work
from assessment.demo.agencies import plan_agency
from assessment.demo.applying import plan_application
from assessment.demo.assigning import plan_assigning
from assessment.demo.authoring import plan_authoring
from assessment.demo.calendar import Agenda
from assessment.demo.cast import Cast, register_cast
from assessment.demo.changing_keys import plan_key_change
from assessment.demo.content import load_content
from assessment.demo.deciding import meanwhile, plan_certificate, plan_meetings, work
from assessment.demo.equipment import plan_equipment
from assessment.demo.examining import plan_exams
from assessment.demo.ground import mark_begun, mark_complete
from assessment.demo.marking import plan_practical, plan_recommendation
from assessment.demo.qualifying import plan_qualification
from assessment.demo.reassessing import plan_reassessment
from assessment.demo.regrading import plan_regrade
from assessment.demo.standard_setting import plan_standard_setting
from assessment.demo.story import Story
from assessment.demo.texts import plan_marking
from assessment.demo.workshop import plan_task_writing
from assessment.domain.roles import Role
from assessment.migrating import migrate
from assessment.settings import Settings
from assessment.verification.drawing_ahead import draw_what_changed

TELL_EVERY_SECONDS = 5.0
PAUSE_SECONDS = 0.05
MOST_CERTIFICATES = 1_000

Tell = Callable[[str], None]


def build(settings: Settings, *, today: datetime, tell: Tell) -> None:
    """Build the demo where home and database are empty; `tell` gets a line a step.

    The mark of a finished building is written at the very end: what is interrupted does not count as a demo.
    """
    mark_begun(settings, now=today)
    migrate(settings, now=today)
    app = create_app(settings)
    with app.app_context():
        _mark_database(settings, today)
        tell("Registering two bodies and their people")
        cast = register_cast(today)
        with running_signer(settings):
            _let_it_happen(cast, tell)
            tell("Signing the status lists and sealing the record")
            meanwhile(today)
            work(today)
            integrate(today)
            renew_lists(datetime.now(UTC))
            _draw_pages()
        _seal_everything()
        said = {
            "origin": settings.base_url,
            "created_at": today.isoformat(),
            "accounts": cast.accounts,
        }
    close(app)
    mark_complete(settings, said)


def _draw_pages() -> None:
    """Draw what was drawn as of an earlier day, as the worker does."""
    after = draw_what_changed("", datetime.now(UTC))
    while after:
        after = draw_what_changed(after, datetime.now(UTC))


def _mark_database(settings: Settings, today: datetime) -> None:
    with unit_of_work(_nobody("demo.mark", today)) as session:
        session.add(Installation(id=1, demo=True, origin=settings.base_url, created_at=today))


def _let_it_happen(cast: Cast, tell: Tell) -> None:
    agenda = Agenda()
    for ensemble in cast.ensembles:
        tell(f"Loading the content of {ensemble.one(Role.ADMINISTRATOR).body_name}")
        content = load_content(ensemble)
        stories = [Story(ensemble=ensemble, content=content, candidate=each) for each in ensemble.candidates]
        for story in stories:
            plan_application(story, agenda)
        plan_assigning(ensemble, content, stories, agenda)
        plan_equipment(ensemble, agenda)
        plan_exams(stories, agenda)
        for story in stories:
            plan_practical(story, agenda)
            plan_recommendation(story, agenda)
        plan_reassessment(ensemble, content, stories, agenda)
        plan_meetings(ensemble, stories, agenda)
        for story in stories:
            plan_certificate(story, agenda)
            plan_qualification(story, agenda)
        plan_standard_setting(ensemble, content.form_id, agenda)
        plan_regrade(ensemble, content, agenda)
        plan_key_change(ensemble, agenda)
        plan_agency(ensemble, agenda)
        plan_authoring(ensemble, agenda)
        plan_task_writing(ensemble, content.task_id, agenda)
        if content.text_form_id is not None:
            plan_marking(ensemble, content.text_form_id, agenda)
    told = time.monotonic()

    def progress(done: int, of: int, moment: datetime) -> None:
        nonlocal told
        integrate(moment)
        if done == of or time.monotonic() > told + TELL_EVERY_SECONDS:
            told = time.monotonic()
            tell(f"Forty candidates: {done} of {of} events, now {moment:%Y-%m-%d}")

    agenda.carry_out(meanwhile, progress)


def _seal_everything() -> None:
    while True:
        now = datetime.now(UTC)
        with unit_of_work(_nobody("audit.seal", now)) as session:
            done = seal(session, now=now)
        if not done:
            if is_sealed(db.session()):
                return
            time.sleep(PAUSE_SECONDS)


def _nobody(name: str, at: datetime) -> Act:
    return Act(body_id=None, account_id=None, person_id=None, at=at, name=name)


def report(settings: Settings, built: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """Return what `teruji demo --json` prints; the shape is frozen in DESIGN.md, "Stable commands"."""
    app = create_app(settings)
    with app.app_context(), reading() as session:
        lines, _count = certificates(session, now=now, size=MOST_CERTIFICATES)
        found = [
            {
                "number": line.number,
                "status": line.verdict.value if line.verdict is not None else "cannot_check",
                "url": f"{settings.base_url}/v/{line.id}",
            }
            for line in lines
        ]
    close(app)
    return {"base_url": built["origin"], "accounts": built["accounts"], "certificates": found}


def close(app: Flask) -> None:
    """Let go of the database."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
