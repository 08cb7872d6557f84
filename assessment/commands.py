"""The one list of commands."""

import click

from assessment.accounts.commands import body
from assessment.credentials.commands import certificate, publish_command
from assessment.demo.commands import demo
from assessment.item_bank.commands import qti
from assessment.reports.commands import fsck
from assessment.serving.commands import serve_command
from assessment.standards.commands import standard
from assessment.verification.commands import verify

COMMANDS: tuple[click.Command, ...] = (
    body,
    standard,
    qti,
    serve_command,
    verify,
    certificate,
    publish_command,
    demo,
    fsck,
)
