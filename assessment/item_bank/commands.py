"""`teruji qti`: items in, items out, and scoring a file. Shapes are frozen in DESIGN.md, "Stable commands"."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import CertificationBody, Installation
from assessment.database import Act, db, unit_of_work
from assessment.domain.errors import N_, Invalid
from assessment.domain.items.qti.evaluate import Given, evaluate_file
from assessment.domain.items.qti.manifest import inside
from assessment.domain.items.qti.media import MAX_FILE, Fetch
from assessment.domain.items.qti.package import PackageReport, read_package
from assessment.domain.items.qti.write import QtiVersion
from assessment.item_bank.exporting import items_for_export, with_files, write_items
from assessment.item_bank.reading import keep_files
from assessment.item_bank.report_files import report_csv, report_json
from assessment.item_bank.service import import_package, preview_import
from assessment.item_bank.tables import ItemUse
from assessment.storage import Storage

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.group("qti")
def qti() -> None:
    """Items as QTI: import, export, score."""


@qti.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Report only; store nothing.")
@click.option("--body", "body_id", help="Code of the certification body; needed when there are several.")
@click.option(
    "--use",
    type=click.Choice([use.value for use in ItemUse]),
    help="Use of new items. Default: operational, in a demo exposed.",
)
@click.option("--report", "report_file", type=OUTPUT, help="Write the report to a .csv or .json file too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line an item.")
def import_(
    file: Path, *, dry_run: bool, body_id: str | None, use: str | None, report_file: Path | None, as_json: bool
) -> None:
    """Bring the items of a .zip package or one .xml FILE of QTI 2.0 to 3.0 into the bank; one report line an item.

    A test in the package has a line of its own: its structure is not imported, its items are. Exit status 1 when the
    file cannot be read, or when every item in it was refused.
    """
    if report_file is not None and report_file.suffix.lower() not in (".csv", ".json"):
        raise click.UsageError("Expected a report file that ends in .csv or .json.")
    report = read_package(file.read_bytes(), name=file.name)
    lines = [line.to_json() for line in _import(report, dry_run=dry_run, body_id=body_id, use=use)]
    if report_file is not None:
        report_file.write_bytes((report_csv if report_file.suffix.lower() == ".csv" else report_json)(lines))
    for line in lines:
        click.echo(_json(line) if as_json else _sentence(line))
    for reason in report.reasons:
        click.echo(f"teruji: {reason}", err=True)
    if not report.readable:
        sys.exit(1)


def _import(report: PackageReport, *, dry_run: bool, body_id: str | None, use: str | None) -> list[Any]:
    if dry_run and not inspect(db.engine).has_table(CertificationBody.__tablename__):
        click.echo("teruji: there is no database yet; criteria were not looked up.", err=True)
        return list(report.items)
    session = db.session()
    if dry_run and body_id is None and session.scalar(select(CertificationBody.id).limit(1)) is None:
        click.echo("teruji: there is no certification body yet; criteria were not looked up.", err=True)
        return list(report.items)
    body, wanted = _body(session, body_id), _use(session, use)
    if dry_run:
        return list(preview_import(session, body, report, use=wanted))
    keep_files(_storage(), report)
    now = datetime.now(UTC)
    act = Act(body_id=body, account_id=None, person_id=None, at=now, name="qti import")
    with unit_of_work(act) as writing:
        return list(import_package(writing, body, report, use=wanted, imported_by=None, now=now))


@qti.command("export")
@click.option("--item", "identifier", metavar="ID", help="One item by its QTI identifier.")
@click.option("--form", "form_id", metavar="ID", help="The items of one exam form.")
@click.option("--body", "body_id", help="Code of the certification body; needed when there are several.")
@click.option(
    "--format",
    "version",
    type=click.Choice([version.value for version in QtiVersion]),
    default=QtiVersion.V3_0.value,
    show_default=True,
    help="Version of QTI.",
)
@click.option("-o", "--output", type=OUTPUT, required=True, metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="Print {file, items, bytes}.")
def export(
    *,
    identifier: str | None,
    form_id: str | None,
    body_id: str | None,
    version: str,
    output: Path,
    as_json: bool,
) -> None:
    """Write items as a QTI package: one item, one exam form, or everything in use."""
    if identifier is not None and form_id is not None:
        raise click.UsageError("Expected --item or --form, got both.")
    session = db.session()
    items = items_for_export(session, _body(session, body_id), identifier=identifier, form_id=form_id)
    content = write_items(with_files(items, _storage()), QtiVersion(version))
    output.write_bytes(content)
    if as_json:
        click.echo(_json({"file": str(output), "items": len(items), "bytes": len(content)}))
    else:
        click.echo(f"{len(items)} items in {output}")


@qti.command("score")
@click.argument("files", type=FILE, nargs=-1, required=True, metavar="FILE.xml…")
@click.option("--responses", type=FILE, help='A JSON object: {"RESPONSE": value}.')
@click.option("--correct", is_flag=True, help="Respond with each item's own correct response.")
@click.option("--blank", is_flag=True, help="Respond with nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line a file.")
def score(files: tuple[Path, ...], *, responses: Path | None, correct: bool, blank: bool, as_json: bool) -> None:
    """Score item files of QTI 2.0 to 3.0 and print their outcomes, one line a file. Needs no database.

    Pictures and texts that an item refers to are looked for beside its file.
    Exit status 1 when a file or its responses were refused.
    """
    if (responses is not None) + correct + blank != 1:
        raise click.UsageError("Expected one of --responses, --correct and --blank.")
    given: Given | dict[str, object]
    given = _responses(responses) if responses is not None else Given.CORRECT if correct else Given.BLANK
    lines = [evaluate_file(str(file), file.read_bytes(), given, files=_beside(file)) for file in files]
    for line in lines:
        click.echo(_json(line) if as_json else _outcomes(line))
    if any(line["refused"] is not None for line in lines):
        sys.exit(1)


def _beside(file: Path) -> Fetch:
    """Return what finds the files that an item refers to: in its folder, or in the folder above as packages have it."""
    root = file.resolve().parent

    def fetch(address: str) -> bytes | None:
        path = inside("x", address)  # one folder up is as far as an address may lead
        found = (root.parent / path if not path.startswith("x/") else root / path.removeprefix("x/")) if path else None
        if found is None or not found.is_file() or not found.resolve().is_relative_to(root.parent):
            return None
        return found.read_bytes() if found.stat().st_size <= MAX_FILE else None

    return fetch


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage


def _responses(file: Path) -> dict[str, object]:
    try:
        value = json.loads(file.read_bytes())
    except ValueError as error:
        raise Invalid(N_("Expected responses as a JSON object, got no JSON: %(error)s."), error=error) from error
    if not isinstance(value, dict):
        raise Invalid(N_('Expected responses as a JSON object such as {"RESPONSE": "A"}.'))
    return value


def _body(session: Session, wanted: str | None) -> str:
    codes = session.scalars(select(CertificationBody.id).order_by(CertificationBody.id)).all()
    if wanted is not None:
        if wanted not in codes:
            raise Invalid(
                N_("Expected one of the bodies %(codes)s, got %(got)s."), codes=", ".join(codes) or "-", got=wanted
            )
        return wanted
    if len(codes) != 1:
        raise Invalid(N_("Expected --body with one of the codes %(codes)s."), codes=", ".join(codes) or "-")
    return codes[0]


def _use(session: Session, wanted: str | None) -> ItemUse:
    if wanted is not None:
        return ItemUse(wanted)
    demo = session.scalar(select(Installation.demo))
    return ItemUse.EXPOSED if demo else ItemUse.OPERATIONAL


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _sentence(line: dict[str, Any]) -> str:
    reasons = f": {' '.join(line['reasons'])}" if line["reasons"] else ""
    return f"{line['outcome']:8}  {line['identifier'] or '?'}  {line['title'] or ''} ({line['file']}){reasons}"


def _outcomes(line: dict[str, Any]) -> str:
    name = f"{line['file']}  {line['identifier'] or '?'}"
    if line["refused"] is not None:
        return f"{name}  refused: {line['refused']}"
    outcomes = "  ".join(f"{key}={value}" for key, value in line["outcomes"].items())
    return f"{name}  {outcomes}  of {line['max_score']}"
