"""The `teruji` command: one group a feature, and the commands that stand alone.

Exit status: 0 done or valid, 1 refused or invalid (with reasons), 2 usage. With --json a command prints one
JSON value, or JSON lines, on standard output and nothing else.
"""

import sys
from typing import Any

import click

from assessment.domain.errors import Refusal
from assessment.settings import Settings, SettingsError

SERVE, VERIFY = "serve", "verify"


class Chain(click.Group):
    """The root of all commands: turns a refusal into a sentence and exit status 1.

    `serve` and `verify` do without the application: its processes make it for themselves, and a certificate is checked
    without a database. So they start soon and take little memory.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_commands())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _alone(cmd_name) or _commands().get(cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (Refusal, SettingsError) as refusal:
            click.echo(f"teruji: {refusal}", err=True)
            sys.exit(1)


def _alone(name: str) -> click.Command | None:
    if name == SERVE:
        from assessment.serving.commands import serve_command  # noqa: PLC0415  # verify does without

        return serve_command
    if name == VERIFY:
        from assessment.verification.commands import verify  # noqa: PLC0415  # serve does without

        return verify
    return None


def _commands() -> dict[str, click.Command]:
    from assessment.commands import COMMANDS  # noqa: PLC0415  # all of the application: serve does without

    return {str(command.name): command for command in COMMANDS}


@click.group(cls=Chain, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(ctx: click.Context) -> None:
    """Certification exams and competency assessment whose results anybody can check."""
    ctx.obj = Settings.from_environment()
    if ctx.invoked_subcommand not in (SERVE, VERIFY):
        from assessment.app import create_app  # noqa: PLC0415  # the others do without

        app = create_app(ctx.obj)
        ctx.obj = app.extensions["settings"]
        ctx.with_resource(app.app_context())


if __name__ == "__main__":
    main()
