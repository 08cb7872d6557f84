"""`teruji certificate list | export | resume` and `teruji publish`."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from assessment.credentials.exporting import Format, export, find_credential
from assessment.credentials.keys import origin
from assessment.credentials.logged import resume
from assessment.credentials.publishing import publish, write_whole
from assessment.credentials.queries import certificates
from assessment.credentials.releasing import ISSUE
from assessment.credentials.signer_client import running_signer
from assessment.database import reading
from assessment.settings import Settings

LINES_AT_A_TIME = 500


@click.group("certificate")
def certificate() -> None:
    """Issued certificates: which there are, and each in the forms in which it leaves the house."""


@certificate.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def list_command(*, as_json: bool) -> None:
    """List all certificates with their status now."""
    now = datetime.now(UTC)
    found: list[dict[str, str]] = []
    with reading() as session:
        address = origin(session)
        page = 1
        while True:
            lines, total = certificates(session, now=now, page=page, size=LINES_AT_A_TIME)
            found += [
                {
                    "number": line.number,
                    "status": line.verdict.value,
                    "scheme": line.scheme_code,
                    "url": f"{address}/v/{line.id}",
                }
                for line in lines
                if line.verdict is not None
            ]
            if page * LINES_AT_A_TIME >= total:
                break
            page += 1
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for each in found:
        click.echo(f"{each['number']}  {each['status']:<14} {each['scheme']}  {each['url']}")


@certificate.command("export")
@click.argument("number")
@click.option("--format", "form", type=click.Choice([form.value for form in Format]), required=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="- writes it out.")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def export_command(number: str, *, form: str, output: Path, as_json: bool) -> None:
    """Write one certificate to a file."""
    with reading() as session:
        body_id, credential_id = find_credential(session, number)
        content = export(session, body_id, credential_id, Format(form))
    if str(output) == "-":
        sys.stdout.buffer.write(content)
        return
    write_whole(output, content)
    if as_json:
        click.echo(json.dumps({"number": number, "format": form, "file": str(output), "bytes": len(content)}))


@certificate.command("resume")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def resume_command(*, as_json: bool) -> None:
    """Ask once more for every certificate that was to be issued and is not; the worker does the rest."""
    numbers = resume(ISSUE, datetime.now(UTC))
    if as_json:
        click.echo(json.dumps({"resumed": numbers}))
        return
    for number in numbers:
        click.echo(number)


@click.command("publish")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
@click.pass_obj
def publish_command(settings: Settings, *, output: Path, as_json: bool) -> None:
    """Write the public files: key documents, status lists, the register of issuers, the log."""
    with running_signer(settings):
        files = publish(output, datetime.now(UTC))
    if as_json:
        click.echo(json.dumps({"folder": str(output), "files": files}))
        return
    for path in files:
        click.echo(path)
