"""`teruji fsck`: everything derived again. The shape is frozen in DESIGN.md, "Stable commands"."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

import click
from flask import current_app

from assessment.database import reading
from assessment.domain.mismatch import Mismatch
from assessment.reports.fsck import Check, find_problems

MOST_PROBLEMS = 1000


@click.command("fsck")
@click.option("--since", metavar="TIME", help="Believe what is older: an ISO 8601 moment such as 2026-03-12T08:00Z.")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="About N records of each kind, at random.")
@click.option("--json", "as_json", is_flag=True, help="Print {ok, checked, problems}.")
def fsck(*, since: str | None, sample: int | None, as_json: bool) -> None:
    """Derive every score, result, chain and credential again. Exit status 1 when anything does not fit.

    At most 1000 problems are listed; the exit status counts them all.
    """
    check = Check(now=datetime.now(UTC), since=_moment(since), sample=sample)
    problems: list[Mismatch] = []
    found = 0
    with reading() as session:
        extensions = current_app.extensions
        for problem in find_problems(session, check, extensions["recorder"], extensions["storage"]):
            found += 1
            if len(problems) < MOST_PROBLEMS:
                problems.append(problem)
            if not as_json:
                click.echo(f"{problem.record}  {problem.kind}: expected {problem.expected}, found {problem.found}")
    if as_json:
        report = {"ok": not found, "checked": check.checked, "problems": [asdict(problem) for problem in problems]}
        click.echo(json.dumps(report, ensure_ascii=False))
    else:
        looked_at = ", ".join(f"{kind} {number}" for kind, number in check.checked.items() if number)
        click.echo(f"Looked at: {looked_at or 'nothing'}.")
        click.echo("Everything fits." if not found else f"{found} do not fit.")
    if found:
        sys.exit(1)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"--since: expected a moment such as 2026-03-12T08:00Z, got {text}.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
