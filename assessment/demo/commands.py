"""`teruji demo`: builds the demo or serves the one there. The shape is frozen in DESIGN.md, "Stable commands"."""

import json
import logging.config
import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import click

from assessment.app import bring_up_to_date
from assessment.credentials.signer_client import SignerClient
from assessment.database import db
from assessment.demo.build import build, report
from assessment.demo.ground import Ground, Holds, clear, refuse_foreign, survey
from assessment.domain.errors import N_, Conflict
from assessment.migrating import load_tables
from assessment.serving.commands import at_port
from assessment.serving.processes import Serving, refuse_taken_port, serve
from assessment.settings import Settings
from assessment.web.observing import LOGGING, log_as_json

DEFAULT_PORT = 8000


@click.command("demo")
@click.option("--port", type=click.IntRange(1, 65535), help="Default 8000, or that of the demo there.")
@click.option("--no-serve", is_flag=True, help="Build and print only.")
@click.option("--fresh", is_flag=True, help="Remove the demo there and build it anew.")
@click.option("--json", "as_json", is_flag=True, help="Print {base_url, accounts, certificates}.")
@click.pass_obj
def demo(settings: Settings, *, port: int | None, no_serve: bool, fresh: bool, as_json: bool) -> None:
    """Build the demo where home and database are empty, else serve the one there.

    A home or database that is not marked as a demo is refused, with --fresh too.
    """
    db.engine.dispose()
    load_tables()
    ground = survey(settings)
    refuse_foreign(ground)
    settings = _at_origin(settings, ground, port, fresh=fresh)
    serving = Serving(port=urlsplit(settings.base_url).port or port or DEFAULT_PORT)
    if "TERUJI_BASE_URL" in os.environ and port is not None:
        serving = replace(serving, port=port)
    if not no_serve:
        refuse_taken_port(serving)
    built = _ready(settings, ground, fresh=fresh)
    said = report(settings, built, now=datetime.now(UTC))
    click.echo(json.dumps(said, ensure_ascii=False) if as_json else _lines(said))
    if no_serve:
        return
    log_as_json()
    logging.config.dictConfig(LOGGING)
    serve(settings, serving, on_ready=lambda keys: _tell(f"Teruji answers at {settings.base_url}; {keys}"))


def _at_origin(settings: Settings, ground: Ground, port: int | None, *, fresh: bool) -> Settings:
    """Return the settings with the demo's origin: fixed by the first certificate, else by the port.

    Raises Conflict when the demo there was built for another origin than the one asked for.
    """
    if ground.built is None or fresh:
        return at_port(settings, port or DEFAULT_PORT)
    origin = ground.built["origin"]
    wished = at_port(settings, port).base_url if port is not None else None
    if "TERUJI_BASE_URL" in os.environ:
        wished = settings.base_url
    if wished not in (None, origin):
        raise Conflict(
            N_("This demo was built for %(origin)s; its codes lead there. Serve it there, or build anew with --fresh."),
            origin=origin,
        )
    return replace(settings, base_url=origin)


def _ready(settings: Settings, ground: Ground, *, fresh: bool) -> dict[str, Any]:
    """Return what the finished demo says of itself; builds it where there is none."""
    if ground.built is not None and not fresh:
        bring_up_to_date(settings, now=datetime.now(UTC))
        return ground.built
    if not ground.free:
        if SignerClient(settings.signer_socket).ping():
            raise Conflict(N_("A service runs on this demo. Stop it first."))
        _tell("Removing the demo that is there" if fresh else "Removing a demo that was not finished")
        clear(settings, ground)
    build(settings, today=datetime.now(UTC), tell=_tell)
    found = survey(settings)
    if found.built is None:
        raise Conflict(N_("The demo was not finished: home holds %(home)s."), home=Holds(found.home).value)
    return found.built


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _lines(said: dict[str, Any]) -> str:
    accounts = [
        f"  {each['role']:16} {each['login']:18} {each['password']}  {each['name']}" for each in said["accounts"]
    ]
    certificates = [f"  {each['number']:16} {each['status']:12} {each['url']}" for each in said["certificates"]]
    return "\n".join(
        [
            f"Address: {said['base_url']}",
            "Everything in it is a sample: not a BNSP scheme, and no real person.",
            "",
            "Accounts (role, login, password, name):",
            *accounts,
            "",
            "Certificates (number, status, address):",
            *certificates,
        ]
    )
