"""The `teruji` command: one group a feature, and the commands that stand alone.

Exit status: 0 done or valid, 1 refused or invalid (with reasons), 2 usage. With --json a command prints one
JSON value, or JSON lines, on standard output and nothing else.
"""

import sys
from typing import Any

import click

from assessment.app import create_app
from assessment.commands import COMMANDS
from assessment.domain.errors import Refusal
from assessment.settings import Settings, SettingsError


class Chain(click.Group):
    """The root of all commands: turns a refusal into a sentence and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (Refusal, SettingsError) as refusal:
            click.echo(f"teruji: {refusal}", err=True)
            sys.exit(1)


@click.group(cls=Chain, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(ctx: click.Context) -> None:
    """Certification exams and competency assessment whose results anybody can check."""
    app = create_app(Settings.from_environment())
    ctx.obj = app.extensions["settings"]
    ctx.with_resource(app.app_context())


for command in COMMANDS:
    main.add_command(command)


if __name__ == "__main__":
    main()
