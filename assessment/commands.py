"""The one list of commands."""

import click

from assessment.standards.commands import standard

COMMANDS: tuple[click.Command, ...] = (standard,)
