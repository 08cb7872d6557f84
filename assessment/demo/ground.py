"""What home and database hold: nothing, a demo, or something else, which is never touched.

A building leaves its mark twice before anything else: `demo.json` in the home folder and the installation's row
in the database. Only what carries the mark, or is empty, is ever removed.
"""

import json
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.engine import make_url

from assessment.accounts.tables import Installation
from assessment.credentials.separation import database_files
from assessment.database import Base
from assessment.domain.errors import N_, Conflict
from assessment.migrating import engine_for
from assessment.settings import Settings

MARK = "demo.json"
FORMAT = 1
VERSIONS = "alembic_version"

# What a demo leaves in its home. Anything else there is somebody's own.
OWN_FOLDERS = ("files", "keys", "metrics", "pages", "backups")
OWN_FILES = ("secret", "signer.sock", "log-checkpoint", MARK, f"{MARK}.new")


class Holds(StrEnum):
    """What a place holds."""

    NOTHING = "nothing"
    DEMO = "demo"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """Home and database as they are found; `built`: what a finished building said of itself, else None."""

    home: Holds
    database: Holds
    built: dict[str, Any] | None
    reason: str = ""

    @property
    def free(self) -> bool:
        """Whether a demo can be built here at once."""
        return self.home is Holds.NOTHING and self.database is Holds.NOTHING

    @property
    def foreign(self) -> bool:
        """Whether something is here that is no demo."""
        return Holds.OTHER in (self.home, self.database)


def survey(settings: Settings) -> Ground:
    """Look at home and database; changes nothing."""
    mark = _mark(settings.home)
    home, reason = _home(settings, mark)
    database, origin, created_at, found = _database(settings)
    built = mark if home is Holds.DEMO and database is Holds.DEMO and mark and mark.get("complete") else None
    if built is not None and (built["origin"], built["created_at"]) != (origin, created_at):
        built = None
    return Ground(home=home, database=database, built=built, reason=reason or found)


def _mark(home: Path) -> dict[str, Any] | None:
    try:
        value = json.loads((home / MARK).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return value if isinstance(value, dict) and value.get("v") == FORMAT else None


def _home(settings: Settings, mark: dict[str, Any] | None) -> tuple[Holds, str]:
    own = {*OWN_FILES, *(place.name for place in database_files(settings))}
    for entry in sorted(settings.home.iterdir()):
        if entry.name in own:
            continue
        if entry.name not in OWN_FOLDERS:
            return Holds.OTHER, f"{entry} is none of the demo's files."
        if mark is None and entry.name != "metrics" and any(entry.iterdir()):
            return Holds.OTHER, f"{entry} holds files, and there is no {MARK} that marks them as a demo's."
    return (Holds.DEMO, "") if mark is not None else (Holds.NOTHING, "")


def _database(settings: Settings) -> tuple[Holds, str | None, str | None, str]:
    """Return what the database holds, the origin and moment of its demo, and why it is something else."""
    if make_url(settings.database_url).get_backend_name() == "sqlite" and not any(
        file.exists() for file in database_files(settings)
    ):
        return Holds.NOTHING, None, None, ""
    engine = engine_for(settings)
    try:
        tables = set(inspect(engine).get_table_names())
        foreign = sorted(tables - set(Base.metadata.tables) - {VERSIONS})
        if foreign:
            return Holds.OTHER, None, None, f"The database holds the table {foreign[0]}, which is none of ours."
        return _installation(engine, tables)
    finally:
        engine.dispose()


def _installation(engine: Engine, tables: set[str]) -> tuple[Holds, str | None, str | None, str]:
    with engine.connect() as connection:
        if Installation.__tablename__ in tables:
            row = connection.execute(select(Installation.demo, Installation.origin, Installation.created_at)).first()
            if row is not None and row.demo:
                return Holds.DEMO, row.origin, row.created_at.isoformat(), ""
            if row is not None:
                return Holds.OTHER, None, None, "The database holds a real installation."
        for table in Base.metadata.sorted_tables:
            if table.name in tables and connection.execute(select(table.c[0]).limit(1)).first() is not None:
                return Holds.OTHER, None, None, f"The database holds rows in {table.name} and is not marked as a demo."
    return Holds.NOTHING, None, None, ""


def refuse_foreign(ground: Ground) -> None:
    """Raise Conflict when home or database holds something that is no demo."""
    if ground.foreign:
        raise Conflict(
            N_("This is no demo and is left untouched: %(reason)s Choose another folder with TERUJI_HOME."),
            reason=ground.reason,
        )


def clear(settings: Settings, ground: Ground) -> None:
    """Remove a demo, finished or not: its files and everything in its database. Raises Conflict for anything else."""
    refuse_foreign(ground)
    if ground.database is Holds.DEMO or ground.home is Holds.DEMO:
        _clear_database(settings)
    for name in OWN_FOLDERS:
        shutil.rmtree(settings.home / name, ignore_errors=True)
    (settings.home / MARK).unlink(missing_ok=True)


def _clear_database(settings: Settings) -> None:
    files = database_files(settings)
    if files:
        for file in files:
            file.unlink(missing_ok=True)
        return
    engine = engine_for(settings)
    try:
        with engine.begin() as connection:
            known = [*Base.metadata.tables, VERSIONS]
            for name in inspect(connection).get_table_names():
                if name in known:
                    connection.execute(text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))
            connection.execute(text("DROP FUNCTION IF EXISTS refuse_change() CASCADE"))
    finally:
        engine.dispose()


def mark_begun(settings: Settings, *, now: datetime) -> None:
    """Mark the home as a demo's, before anything is put into it."""
    _write(settings.home, {"v": FORMAT, "complete": False, "created_at": now.isoformat()})


def mark_complete(settings: Settings, said: dict[str, Any]) -> None:
    """Keep what a finished building says of itself, passwords among it: for the owner's eyes only."""
    _write(settings.home, {"v": FORMAT, "complete": True, **said})


def _write(home: Path, value: dict[str, Any]) -> None:
    unfinished = home / f"{MARK}.new"
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(home / MARK)
