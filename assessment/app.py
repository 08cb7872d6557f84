"""Makes the application: wiring only."""

from datetime import datetime
from pathlib import Path

from flask import Flask
from flask_login import LoginManager
from flask_wtf import CSRFProtect

from assessment.accounts import once
from assessment.accounts.sealing import Sealer, derive
from assessment.accounts.views import load_actor
from assessment.audit.carrying import Carrier
from assessment.audit.recording import Recorder
from assessment.blueprints import BLUEPRINTS
from assessment.credentials import read_only
from assessment.credentials.kept_files import KeptFiles
from assessment.database import db, prepare_engine, read_json
from assessment.exams.delivery.application import AnswerPath
from assessment.migrating import migrate
from assessment.settings import Settings
from assessment.storage import Storage
from assessment.verification.kept_pages import KeptPages
from assessment.web import comfort, compressing, gate, language, pages, refusals, requests
from assessment.web.cookies import Sessions
from assessment.web.formatting import write_for_people
from assessment.web.lasting import LastingFiles

LARGEST_REQUEST = 16 * 1024 * 1024


def templates_folder() -> Path:
    """Where the templates are: beside the modules in an installed package, else in the checkout."""
    packaged = Path(__file__).parent / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "templates"


def create_app(settings: Settings) -> Flask:
    """Make the application for these settings; nothing is read from anywhere else."""
    app = Flask("assessment", template_folder=str(templates_folder()), static_folder="static")
    compressing.compress(app)  # first, so that it sees a response last
    app.config.update(
        SECRET_KEY=derive(settings.secret, "cookies"),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        # One for each page that is made at a time and for the answers; a connection more is opened and closed again.
        # The last one given back goes first: PostgreSQL plans a statement anew on every connection that is new to it.
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": 12,
            "max_overflow": 12,
            "pool_use_lifo": True,
            "json_deserializer": read_json,
        },
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
    )
    app.extensions.update(
        settings=settings,
        storage=Storage(settings.home / "files"),
        sealer=Sealer(settings.secret),
        recorder=recorder_of(settings),
        readiness={},
    )
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)

    app.session_interface = Sessions()
    # Templates get `me`; the extension's own processor would open the session on every page.
    login = LoginManager(app, add_context_processor=False)
    login.user_loader(load_actor)
    requests.open_transactions(app)
    language.speak(app)
    comfort.make_comfortable(app)
    read_only.refuse_writes(app)
    CSRFProtect(app)
    gate.guard(app)
    once.open_keys(app)
    requests.close_transactions(app)
    once.close_keys(app)
    refusals.refuse(app)
    pages.dress(app)
    write_for_people(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.extensions["answers"] = AnswerPath(app, app.wsgi_app)
    app.extensions["kept_pages"] = KeptPages(app, KeptFiles(app, app.extensions["answers"]))
    app.extensions["lasting"] = LastingFiles(app, app.extensions["kept_pages"])
    app.wsgi_app = app.extensions["lasting"]  # type: ignore[method-assign]  # the way WSGI middleware is put in front
    return app


def recorder_of(settings: Settings) -> Recorder:
    """Return what computes the digests of an installation's audit record."""
    return Recorder(derive(settings.secret, "audit"))


def bring_up_to_date(settings: Settings, *, now: datetime) -> list[str]:
    """Carry out the migrations that are pending, the audit record along with them; returns their revisions."""
    return migrate(settings, now=now, around=Carrier(recorder_of(settings), now=now).around)
