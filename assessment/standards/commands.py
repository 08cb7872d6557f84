"""`teruji standard import` and `teruji standard export`: competency standards as CASE JSON."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from assessment.accounts.tables import CertificationBody
from assessment.database import Act, reading
from assessment.domain.case.read import read
from assessment.standards.exporting import export_standard, find_standard
from assessment.standards.importing import Imported, import_standard
from assessment.standards.tables import Standard

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.group()
def standard() -> None:
    """Competency standards as 1EdTech CASE packages."""


@standard.command("import")
@click.argument("file", type=FILE)
@click.option("--body", "body_code", metavar="CODE", help="Certification body; may be left out where there is one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def import_(file: Path, body_code: str | None, as_json: bool) -> None:
    """Import the standard in FILE, a CASE 1.0 or 1.1 package. Everything odd in it is printed."""
    body_id = chosen_body(body_code)
    package = read(file.read_bytes())
    act = Act(body_id=body_id, account_id=None, person_id=None, at=datetime.now(UTC), name="standard import")
    imported = import_standard(body_id, package, act=act)
    click.echo(json.dumps(_report(imported), ensure_ascii=False) if as_json else _lines(imported))


@standard.command("export")
@click.argument("code")
@click.option("-o", "--output", type=NEW_FILE, metavar="FILE", help="File to write; standard output without it.")
@click.option("--body", "body_code", metavar="CODE", help="Certification body; may be left out where there is one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def export(code: str, output: Path | None, body_code: str | None, as_json: bool) -> None:
    """Export the standard CODE: its identifier, its title, or the code of one of its units."""
    body_id = chosen_body(body_code)
    with reading() as session:
        standard_id = find_standard(session, body_id, code)
        package = export_standard(session, body_id, standard_id)
        number = session.scalar(select(Standard.number).where(Standard.body_id == body_id, Standard.id == standard_id))
    if output is None:
        click.echo(_text(package))
        return
    output.write_text(_text(package) + "\n", encoding="utf-8")
    said: dict[str, Any] = {
        "standard": package["CFDocument"]["identifier"],
        "number": number,
        "items": len(package["CFItems"]),
        "file": str(output),
    }
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        click.echo(f"{said['items']} items of {said['standard']}, version {number}, written to {output}.")


def chosen_body(code: str | None) -> str:
    """Return the body that a command is about: the named one, or the only one there is.

    Raises click.UsageError (exit status 2) for an unknown body, and where one must be named.
    """
    with reading() as session:
        bodies = session.scalars(select(CertificationBody.id).order_by(CertificationBody.id)).all()
    known = ", ".join(bodies) or "none"
    if code is not None and code not in bodies:
        raise click.UsageError(f"--body: expected the code of a certification body ({known}), got {code}.")
    if code is None and len(bodies) != 1:
        raise click.UsageError(f"--body: expected the code of a certification body ({known}), got none.")
    return code or bodies[0]


def _text(package: dict[str, Any]) -> str:
    return json.dumps(package, ensure_ascii=False, indent=2)


def _report(imported: Imported) -> dict[str, Any]:
    return {
        "standard": imported.identifier,
        "number": imported.number,
        "items": imported.items,
        "changed": imported.changed,
        "oddities": [
            {"kind": oddity.kind.value, "identifier": oddity.identifier, "message": oddity.text}
            for oddity in imported.oddities
        ],
    }


def _lines(imported: Imported) -> str:
    odd = [f"{oddity.identifier}: {oddity.text}" for oddity in imported.oddities]
    if imported.changed:
        done = (
            f"{imported.title}: {imported.items} items, {imported.units} units, "
            f"published as version {imported.number}; {len(odd)} oddities."
        )
    else:
        done = f"{imported.title}: the same content is published as version {imported.number}; nothing was changed."
    return "\n".join([*odd, done])
