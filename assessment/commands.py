"""The one list of commands."""

import click

from assessment.item_bank.commands import qti
from assessment.standards.commands import standard

COMMANDS: tuple[click.Command, ...] = (standard, qti)
