"""Writing nothing while the database stands behind the log that was published: after a restore of an older copy.

Whatever was written then would continue a history that others have seen go on differently. Pages can be read, saved
answers stay on the devices, and everything that writes is answered with 503 until the database has caught up.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask, abort, request
from sqlalchemy.orm import Session

from assessment.credentials.log_heads import standing_behind
from assessment.database import db
from assessment.domain.errors import N_
from assessment.web.requests import SAFE_METHODS

LOOK_EVERY = timedelta(seconds=5)
NEVER = datetime.min.replace(tzinfo=UTC)
BEHIND = N_(
    "This copy of the records is older than what was published, so nothing can be saved now. "
    "What you entered stays on your device. Please tell the office."
)


class ReadOnly:
    """Says whether the database stands behind; asks it at first, and when the published head has changed since."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._file: Path = app.extensions["settings"].log_head
        self._looked = (NEVER, NEVER)  # from when until when it need not look again
        self._seen: tuple[int, int] | None = None
        self._behind = False

    def __call__(self) -> bool:
        """Return True while nothing may be written."""
        moment: datetime = self._app.extensions["clock"]()
        since, until = self._looked
        if since <= moment < until:
            return self._behind
        self._looked = (moment, moment + LOOK_EVERY)
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return self._behind
        state = (found.st_mtime_ns, found.st_size)
        if state != self._seen or self._behind:
            with self._app.app_context(), Session(db.engine) as session:
                self._behind = standing_behind(session) is not None
            self._seen = state
        return self._behind


def refuse_writes(app: Flask) -> None:
    """Answer whatever would write with 503 while the database stands behind, and tell `/readyz`."""
    read_only = app.extensions["read_only"] = ReadOnly(app)
    app.extensions["readiness"]["log"] = lambda: "behind: read only" if read_only() else "ok"

    @app.before_request
    def refuse() -> None:
        if request.method not in SAFE_METHODS and read_only():
            abort(503, BEHIND)
