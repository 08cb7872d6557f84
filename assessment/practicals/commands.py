"""`teruji rubric import` and `teruji rubric export`: rubrics as CASE 1.1 JSON."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.tables import Account
from assessment.database import Act, reading, unit_of_work
from assessment.domain.language import LANGUAGES
from assessment.domain.practicals.document_draft import look_through
from assessment.practicals.alignment import paths_of_scheme
from assessment.practicals.exchanging import export_task, find_task, import_rubric
from assessment.schemes.queries import open_versions
from assessment.settings import Settings
from assessment.standards.commands import FILE, NEW_FILE, chosen_body


@click.group()
def rubric() -> None:
    """Rubrics of practical tasks as 1EdTech CASE packages."""


@rubric.command("import")
@click.argument("file", type=FILE)
@click.option("--author", required=True, metavar="LOGIN", help="Who brings it in and does not review it.")
@click.option("--scheme", "scheme", metavar="CODE", help="Scheme; may be left out where there is one.")
@click.option("--body", "body_code", metavar="CODE", help="Certification body; may be left out where there is one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def import_(file: Path, author: str, scheme: str | None, body_code: str | None, as_json: bool) -> None:
    """Bring the rubric in FILE in as a draft, which a second person reviews before it is used."""
    body_id, now = chosen_body(body_code), datetime.now(UTC)
    with reading() as session:
        account_id, person_id = _author(session, body_id, author)
        version_id = _version(session, body_id, scheme)
    act = Act(body_id=body_id, account_id=account_id, person_id=person_id, at=now, name="rubric import")
    with unit_of_work(act) as session:
        draft = import_rubric(session, body_id, person_id, version_id, file.read_bytes(), now=now)
        known = paths_of_scheme(session, body_id, version_id)
        faults = look_through(draft.content, known.keys())[1]
        said: dict[str, Any] = {
            "draft": draft.id,
            "code": draft.code,
            "criteria": len(draft.content["criteria"]),
            "to_mend": [f"{fault.code}: {fault.error}" if fault.code else str(fault.error) for fault in faults],
        }
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    for line in said["to_mend"]:
        click.echo(line)
    click.echo(f"{said['criteria']} criteria came in as draft {said['draft']}; {len(said['to_mend'])} things to mend.")


@rubric.command("export")
@click.argument("task")
@click.option("-o", "--output", type=NEW_FILE, metavar="FILE", help="File to write; standard output without it.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="id", help="Language of the members of CASE.")
@click.option("--body", "body_code", metavar="CODE", help="Certification body; may be left out where there is one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
@click.pass_obj
def export(
    settings: Settings, task: str, output: Path | None, language: str, body_code: str | None, as_json: bool
) -> None:
    """Write the newest version of TASK, named by its code, as a CASE package."""
    body_id = chosen_body(body_code)
    with reading() as session:
        task_id = find_task(session, body_id, task)
        package = export_task(
            session, body_id, task_id, origin=settings.base_url, language=language, now=datetime.now(UTC)
        )
    text = json.dumps(package, ensure_ascii=False, indent=2)
    if output is None:
        click.echo(text)
        return
    output.write_text(text + "\n", encoding="utf-8")
    said = {"task": task_id, "criteria": len(package["CFRubrics"][0]["CFRubricCriteria"]), "file": str(output)}
    click.echo(json.dumps(said, ensure_ascii=False) if as_json else f"{said['criteria']} criteria written to {output}.")


def _author(session: Session, body_id: str, login: str) -> tuple[str, str]:
    row = session.execute(
        select(Account.id, Account.person_id).where(Account.body_id == body_id, Account.login == login)
    ).first()
    if row is None:
        raise click.UsageError(f"--author: expected the login of an account of this body, got {login}.")
    return row.id, row.person_id


def _version(session: Session, body_id: str, code: str | None) -> str:
    """Return the newest version of a scheme that is not retired."""
    versions = open_versions(session, body_id, "en")
    codes = sorted({text.partition(" ")[0] for _, text in versions})
    if (code is None and len(codes) != 1) or (code is not None and code not in codes):
        raise click.UsageError(
            f"--scheme: expected the code of a scheme ({', '.join(codes) or 'none'}), got {code or 'none'}."
        )
    wanted = code or codes[0]
    return next(version_id for version_id, text in versions if text.partition(" ")[0] == wanted)
