"""The one list of commands."""

import click

from assessment.accounts.commands import body
from assessment.bench.commands import bench
from assessment.credentials.commands import certificate, publish_command
from assessment.credentials.commands_keys import key
from assessment.demo.commands import demo
from assessment.exams.queries import form_items
from assessment.item_bank.commands import qti
from assessment.item_bank.exporting import forms_hold
from assessment.practicals.commands import rubric
from assessment.reports.commands import fsck
from assessment.serving.commands import serve_command
from assessment.standards.commands import standard
from assessment.verification.commands import verify
from assessment.verification.log_commands import log

COMMANDS: tuple[click.Command, ...] = (
    body,
    standard,
    qti,
    rubric,
    serve_command,
    verify,
    certificate,
    key,
    publish_command,
    log,
    demo,
    fsck,
    bench,
)

# The bank stands on a lower floor than exams: it is told here what `qti export --form` means.
forms_hold(
    lambda session, body_id, form_id: [item.item_version_id for item, _ in form_items(session, body_id, form_id)]
)
