"""An installation to measure: in a folder and a database of its own."""

from datetime import datetime
from pathlib import Path

from flask import Flask

from assessment.app import create_app
from assessment.migrating import migrate
from assessment.settings import Settings


def settings_in(folder: Path, url: str, *, base_url: str = "http://localhost") -> Settings:
    """Return the settings of an installation in a folder, on a database."""
    return Settings.from_environment(
        {"TERUJI_HOME": str(folder / "home"), "TERUJI_DATABASE_URL": url, "TERUJI_BASE_URL": base_url}
    )


def install(settings: Settings, *, now: datetime) -> Flask:
    """Bring an empty database to the present schema, and return the application on it."""
    migrate(settings, now=now)
    return create_app(settings)
