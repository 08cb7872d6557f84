"""The one list of commands."""

import click

from assessment.item_bank.commands import qti
from assessment.serving.commands import serve_command
from assessment.standards.commands import standard
from assessment.verification.commands import verify

COMMANDS: tuple[click.Command, ...] = (standard, qti, serve_command, verify)
