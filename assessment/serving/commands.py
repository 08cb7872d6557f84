"""`teruji serve`: the whole service in the foreground."""

import logging.config
import os
from dataclasses import replace
from datetime import UTC, datetime

import click

from assessment.domain.errors import N_, Conflict
from assessment.migrating import MigrationError, engine_for, pending
from assessment.serving.processes import Serving, serve
from assessment.settings import Settings
from assessment.web.observing import LOGGING, log_as_json


@click.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="Web processes.")
@click.option("--proxies", type=click.IntRange(0, 5), default=0, help="Trusted proxies that add X-Forwarded-For.")
@click.option("--migrate", "migrate_first", is_flag=True, help="Carry out pending migrations first.")
@click.pass_obj
def serve_command(
    settings: Settings, *, port: int, host: str, processes: int, proxies: int, migrate_first: bool
) -> None:
    """Serve: web processes, one signer, one job worker. Ends cleanly on SIGTERM and SIGINT."""
    log_as_json()
    logging.config.dictConfig(LOGGING)
    settings = at_port(settings, port)
    refuse_pending(settings, migrate_first=migrate_first)
    serve(
        settings,
        Serving(host=host, port=port, processes=processes, proxies=proxies),
        on_ready=lambda keys: click.echo(f"Teruji answers at {settings.base_url}; {keys}", err=True),
    )


def at_port(settings: Settings, port: int) -> Settings:
    """Return the settings with the origin at this port, where TERUJI_BASE_URL does not say otherwise."""
    if "TERUJI_BASE_URL" in os.environ:
        return settings
    return replace(settings, base_url=f"http://localhost:{port}")


def refuse_pending(settings: Settings, *, migrate_first: bool) -> None:
    """Carry out pending migrations where that was asked for. Raises Conflict where it was not."""
    engine = engine_for(settings)
    try:
        missing = pending(engine)
        if missing and migrate_first:
            from assessment.app import bring_up_to_date  # noqa: PLC0415  # all of the application: for this alone

            bring_up_to_date(settings, now=datetime.now(UTC))
        elif missing:
            raise Conflict(
                N_(
                    "The database lacks %(count)s migrations (%(revisions)s). Start with --migrate to carry them out; "
                    "an SQLite database is backed up first."
                ),
                count=len(missing),
                revisions=", ".join(missing),
            )
    except MigrationError as error:
        raise Conflict(N_("%(reason)s"), reason=error) from error
    finally:
        engine.dispose()
