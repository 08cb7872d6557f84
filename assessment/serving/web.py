"""The application as a web process serves it: observed, and silent about values in its errors."""

import gc
import os
import signal
import sys
import threading
import time
from multiprocessing import parent_process

from werkzeug.middleware.proxy_fix import ProxyFix

from assessment.app import create_app
from assessment.credentials.signer_client import report_readiness
from assessment.database import db
from assessment.serving.front import Front
from assessment.settings import Settings
from assessment.web.observing import log_as_json, observe

PROXIES = "TERUJI_PROXIES"
SECONDS_TO_END = 10
# How long a thread may keep the interpreter while another waits for it. Whoever writes gives it away at every step of
# the database, and at Python's own 5 ms each step of a transaction could wait for a page that is being written.
SECONDS_OF_INTERPRETER = 0.0001
# How many new objects make a search for unreachable ones worth it. What lives as long as the process is left out of
# it: to walk through the application again and again cost a twentieth of a saved answer.
NEW_OBJECTS = 20_000


def make_web() -> Front:
    """Make the application of the installation that the environment names."""
    log_as_json()
    sys.setswitchinterval(SECONDS_OF_INTERPRETER)
    app = create_app(Settings.from_environment())
    with app.app_context():
        db.engine.hide_parameters = True
    observe(app)
    report_readiness(app)
    proxies = int(os.environ.get(PROXIES, "0"))
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]  # the way Werkzeug documents
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    threading.Thread(target=_end_with_server, daemon=True).start()
    return Front(app, app.extensions["answers"], app.extensions["lasting"])


def _end_with_server() -> None:
    server = parent_process()
    if server is not None:
        server.join()
        os.kill(os.getpid(), signal.SIGTERM)
        # A process that was only just starting does not hear it.
        time.sleep(SECONDS_TO_END)
        os._exit(1)
